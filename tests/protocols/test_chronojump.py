"""Worked lines, bytes and rules: force_devices.md §2."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.chronojump import (
    ChronojumpCodec,
    ChronojumpPlatformCodec,
    encode_line,
    encode_trigger,
)
from protocols.chronojump_cells import CellFrames, encode_cells
from protocols.codec import Framing, ProtocolError
from protocols.events import (
    Calibration,
    ChannelProblem,
    ChannelRecovered,
    ChannelStatus,
    Event,
    Identity,
    LogLine,
    Noise,
    Rejected,
    StreamStarted,
    StreamStopped,
    TriggerEdge,
)
from protocols.gate import RequestClass
from tests.protocols.plain import cut, plain, receive_all, samples

# §2.3, text
TEXT = b"1250000;312.45\r\n1256250;-0.82\r\n1300012;R\r\n"
# §2.3, binary: t = 1.250000 s, counts 100, -2, 512, -1
FRAME = bytes.fromhex("FF FF FF FF D0 12 13 00 64 00 FE FF 00 02 FF FF")

BEGUN = b"Starting capture...\r\n"
ENDED = b"Capture ended:-12345\r\n"


def capturing() -> ChronojumpCodec:
    codec = ChronojumpCodec()
    codec.start()
    codec.receive(BEGUN)
    return codec


def platform(*channels: int) -> ChronojumpPlatformCodec:
    """One newton for each count, the zero at 0."""
    codec = ChronojumpPlatformCodec()
    for channel in channels or range(4):
        codec.calibrate(channel, 1.0, 0.0)
    codec.start()
    codec.receive(BEGUN)
    return codec


def times(events: list[Event]) -> list[int]:
    return [t for block in samples(events) for t in block.t_us.tolist()]


def force(events: list[Event]) -> list[list[float]]:
    return [row for block in samples(events) for row in block.force.tolist()]


def greet(codec: ChronojumpCodec, *answers: bytes) -> list[bytes]:
    """What is asked when these come back, one after the other."""
    asked: list[bytes] = []
    replies = iter(answers)
    for request in codec.identify():
        asked.append(request)
        codec.receive(next(replies))
    return asked


def test_the_worked_lines_are_read() -> None:
    events = capturing().receive(TEXT)
    assert times(events) == [1_250_000, 1_256_250]
    assert force(events) == [[312.45], [-0.82]]
    assert events[-1] == TriggerEdge(1_300_012, is_high=True)


def test_the_worked_lines_are_written() -> None:
    lines = [encode_line(1_250_000, 312.45), encode_line(1_256_250, -0.82)]
    assert b"".join(lines) + encode_trigger(1_300_012, is_high=True) == TEXT
    assert encode_line(1_250_000, 312.45, decimals=1) == b"1250000;312.4\r\n"  # firmware 0.1


def test_the_worked_frame_is_read_once_the_next_one_stands_behind_it() -> None:
    codec = platform()
    assert samples(codec.receive(FRAME)) == []
    later = encode_cells(1_262_500, [0, 0, 0, 0])
    events = codec.receive(later + ENDED)
    assert times(events) == [1_250_000, 1_262_500]
    assert force(events)[0] == [100.0, -2.0, 512.0, -1.0]
    assert events[-1] == StreamStopped()


def test_the_worked_frame_is_written() -> None:
    assert encode_cells(1_250_000, [100, -2, 512, -1]) == FRAME


def test_counts_become_newtons_by_our_own_calibration_of_the_connected_cells() -> None:
    codec = ChronojumpPlatformCodec()
    codec.calibrate(2, 0.5, 12.0)
    codec.calibrate(0, -2.0, 90.0)
    codec.start()
    codec.receive(BEGUN)
    events = codec.receive(FRAME + encode_cells(1_262_500, [0, 0, 0, 0]) + ENDED)
    assert force(events)[0] == [-20.0, 250.0]  # (100 - 90)·-2, (512 - 12)·0.5
    with pytest.raises(ProtocolError):
        codec.calibrate(4, 1.0, 0.0)
    with pytest.raises(ProtocolError):
        ChronojumpCodec().calibrate(0, 1.0, 0.0)


def test_a_count_at_its_rail_is_told_for_the_channel_as_it_is_delivered() -> None:
    codec = platform(1)
    rows = [[0, 0, 0, 0], [0, 32_767, 0, 0], [0, 5, 0, 0]]
    data = b"".join(encode_cells(12_500 * i, row) for i, row in enumerate(rows))
    events = codec.receive(data + ENDED)
    told = [event for event in events if isinstance(event, (ChannelStatus, ChannelRecovered))]
    assert told == [
        ChannelStatus(0, ChannelProblem.SATURATED),
        ChannelRecovered(0, ChannelProblem.SATURATED),
    ]


def test_it_is_stopped_first_and_then_asked_one_after_the_other() -> None:
    codec = ChronojumpCodec()
    asked = greet(
        codec,
        b"1250000;312.45\r\n" + ENDED,
        b"Force_Sensor-0.5\r\n",
        b"text\r\n",
        b"-12345\r\n",
        b"915.00\r\n",
    )
    assert asked == [
        b"end_capture:\n",
        b"get_version:\n",
        b"get_transmission_format:\n",
        b"get_tare:\n",
        b"get_calibration_factor:\n",
    ]
    assert codec.pending == 0


def test_the_calibration_is_told_with_a_tare_that_may_be_negative() -> None:
    codec = ChronojumpCodec()
    events: list[Event] = []
    replies = iter([ENDED, b"Force_Sensor-0.6\r\n", b"text\r\n", b"-12345\r\n", b"915.00\r\n"])
    for _ in codec.identify():
        events += codec.receive(next(replies))
    assert Identity(model="Force_Sensor", firmware="Force_Sensor-0.6") in events
    assert events[-1] == Calibration(0, 1 / 915.0, -12_345.0)


def test_the_stop_is_repeated_when_its_characters_were_lost() -> None:
    refused = b"Not a valid command\r\n"
    answers = [refused, refused, ENDED, b"Force_Sensor-0.1\r\n"]
    asked = greet(ChronojumpCodec(), *answers)
    assert asked == [b"end_capture:\n"] * 3 + [b"get_version:\n"]


@pytest.mark.parametrize("line", [b"\x00;Force_Sensor-0.4\r\n", b"^@;Force_Sensor-0.4\r\n"])
def test_the_version_is_found_anywhere_in_its_line(line: bytes) -> None:
    codec = ChronojumpCodec()
    codec.receive(line)
    assert codec.receive(line) == [Identity(model="Force_Sensor", firmware="Force_Sensor-0.4")]


def test_an_unknown_version_is_told_as_such() -> None:
    (identity,) = ChronojumpCodec().receive(b"Force_Sensor-0.9\r\n")
    assert identity == Identity(
        model="Force_Sensor", firmware="Force_Sensor-0.9 (not known to this program)"
    )


def test_a_board_that_forgot_its_calibration_is_marked() -> None:
    codec = ChronojumpCodec()
    events = codec.receive(b"Force_Sensor-0.1\r\n")
    assert events[-1] == ChannelStatus(0, ChannelProblem.UNCALIBRATED)


@pytest.mark.parametrize(
    ("codec", "answers", "says"),
    [
        (ChronojumpCodec(), [ENDED, b"hello\r\n"], "did not say its version"),
        (ChronojumpCodec(), [ENDED, b"EncoderForce-0.3\r\n"], "encoder"),
        (ChronojumpCodec(), [ENDED, b"Force_Sensor-0.3\r\n", b"binary\r\n"], "Choose the model"),
        (ChronojumpPlatformCodec(), [ENDED, b"Force_Sensor-0.5\r\n", b"text\r\n"], "Choose"),
    ],
)
def test_a_board_of_another_kind_is_refused(
    codec: ChronojumpCodec, answers: list[bytes], says: str
) -> None:
    with pytest.raises(ProtocolError, match=says):
        greet(codec, *answers)


def test_late_answers_to_a_repeated_question_are_no_answers_to_the_next() -> None:
    codec = ChronojumpCodec()
    questions = codec.identify()
    for answer in (ENDED, b"Force_Sensor-0.5\r\n", b"text\r\n"):
        next(questions)
        codec.receive(answer)
    next(questions)  # get_tare
    codec.receive(b"Force_Sensor-0.5\r\ntext\r\n915.00\r\n")
    assert codec.pending == 1
    codec.receive(b"17\r\n")
    assert codec.pending == 0


def test_samples_of_an_earlier_run_are_dropped_until_the_start_is_confirmed() -> None:
    codec = ChronojumpCodec()
    codec.start()
    events = codec.receive(b"99;1.00\r\n12599;1.00\r\n" + BEGUN + b"0;2.00\r\n12500;2.00\r\n")
    assert force(events) == [[2.0], [2.0]]
    assert [type(event) for event in events] == [LogLine, StreamStarted, type(events[-1])]


def test_a_start_that_was_not_understood_is_refused() -> None:
    codec = ChronojumpCodec()
    codec.start()
    (event,) = codec.receive(b"Not a valid command\r\n")
    assert isinstance(event, Rejected)
    assert codec.pending == 0


@pytest.mark.parametrize("line", ["12500;nan", "12500;-inf", "12500;inf", "12500; ovf"])
def test_a_sample_that_is_no_number_is_dropped_alone(line: str) -> None:
    data = b"0;1.00\r\n" + line.encode() + b"\r\n25000;1.00\r\n"
    events = capturing().receive(data)
    assert times(events) == [0, 25_000]
    assert sum(isinstance(event, Noise) for event in events) == 1


def test_an_absurd_force_marks_the_channel_until_it_is_gone() -> None:
    events = capturing().receive(b"0;20000.01\r\n12500;-20001.00\r\n25000;3.00\r\n")
    assert times(events) == [0, 12_500, 25_000]
    told = [type(event).__name__ for event in events if not samples([event])]
    assert told == ["ChannelStatus", "ChannelRecovered"]


def test_time_goes_on_through_the_wrap_after_71_minutes() -> None:
    raw = [2**32 - 12_500, 0, 12_500]
    events = capturing().receive(b"".join(encode_line(us, 1.0) for us in raw))
    assert np.diff(times(events)).tolist() == [12_500, 12_500]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("get_version:\n", RequestClass.QUERY),
        ("get_version:", RequestClass.QUERY),
        ("get_tare:\n", RequestClass.QUERY),
        ("get_calibration_factor:\n", RequestClass.QUERY),
        ("get_transmission_format:\n", RequestClass.QUERY),
        ("start_capture:\n", RequestClass.STREAM),
        ("end_capture:\n", RequestClass.STREAM),
        ("tare:\n", RequestClass.CALIBRATION),
        ("set_tare:-100;\n", RequestClass.CALIBRATION),
        ("calibrate:10.0;\n", RequestClass.CALIBRATION),
        ("set_calibration_factor:915.00;\n", RequestClass.CALIBRATION),
        ("set_bps:57600;\n", RequestClass.SETS),
        ("get_version:\ntare:\n", RequestClass.UNKNOWN),
        ("get_version:tare:\n", RequestClass.UNKNOWN),
        ("end_cture:\n", RequestClass.UNKNOWN),
        ("\n", RequestClass.UNKNOWN),
        ("", RequestClass.LISTEN),
    ],
)
def test_every_command_has_its_class(data: str, expected: RequestClass) -> None:
    assert ChronojumpCodec().request_class(data.encode()) is expected


def test_everything_that_can_be_formed_is_a_query_or_the_stream() -> None:
    codec = ChronojumpCodec()
    formed = [codec.start(), codec.stop()]
    replies = iter([ENDED, b"Force_Sensor-0.5\r\n", b"text\r\n", b"1\r\n", b"1.00\r\n"])
    for request in codec.identify():
        formed.append(request)
        codec.receive(next(replies))
    kinds = {codec.request_class(request) for request in formed}
    assert kinds == {RequestClass.QUERY, RequestClass.STREAM}


RUN = b"".join(encode_line(12_500 * i, 100.0 + i) for i in range(20))
# The marker stands inside the counts, and cells 2 and 3 always read -1.
CELLS = b"".join(
    encode_cells(0xFF00 + 12_500 * i, [i, -1 if i % 2 else 300, -1, -1]) for i in range(20)
)


@given(st.lists(st.integers(0, len(RUN)), max_size=12))
def test_any_cut_of_the_lines_gives_the_same_samples(places: list[int]) -> None:
    whole = capturing().receive(RUN)
    chunks = cut(RUN, places)
    events = receive_all(capturing(), chunks)
    assert times(events) == times(whole)
    assert force(events) == force(whole)


@given(st.lists(st.integers(0, 2 * len(CELLS)), max_size=12))
def test_any_cut_of_the_frames_gives_the_same_samples(places: list[int]) -> None:
    data = CELLS + ENDED
    events = receive_all(platform(), cut(data, places))
    assert force(events) == [[i, -1 if i % 2 else 300, -1, -1] for i in range(20)]
    assert StreamStopped() in events


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=5))
def test_junk_never_raises_and_before_the_start_never_invents(
    junk: bytes, places: list[int]
) -> None:
    for codec in (ChronojumpCodec(), ChronojumpPlatformCodec()):
        assert not samples(receive_all(codec, cut(junk, places)))


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=5))
def test_junk_never_raises_while_it_captures(junk: bytes, places: list[int]) -> None:
    for codec in (capturing(), platform()):
        for block in samples(receive_all(codec, cut(junk, places))):
            assert np.isfinite(block.force).all()


# Without a checksum, a loss of just one frame's length can join the halves of two, and a negative
# last count (.. FF) can stand in for a lost byte of the marker.
@given(st.integers(0, 320), st.integers(1, 60).filter(lambda lost: lost % 16 != 0))
def test_bytes_lost_in_between_cost_frames_and_invent_none(place: int, lost: int) -> None:
    rows = {0xFF00 + 12_500 * i: [float(i), -1.0, -2.0, 300.0] for i in range(20)}
    data = b"".join(encode_cells(t, [int(n) for n in row]) for t, row in rows.items())
    events = platform().receive(data[:place] + data[place + lost :] + ENDED)
    assert all(rows[t] == row for t, row in zip(times(events), force(events), strict=True))
    assert len(times(events)) >= 20 - lost // 16 - 5


@given(st.integers(0, len(RUN)), st.integers(1, 60))
def test_characters_lost_in_between_never_move_a_sample_in_time(place: int, lost: int) -> None:
    events = capturing().receive(RUN[:place] + RUN[place + lost :])
    assert (np.diff([0, *times(events)])[1:] > 0).all()
    assert set(times(events)) <= set(range(12_500 * 19 + 1))


@given(st.binary(min_size=500, max_size=3000))
def test_memory_is_bounded_whatever_comes(junk: bytes) -> None:
    frames = CellFrames()
    list(frames.split(junk.replace(b"Capture ended", b"")))
    assert frames.held_bytes <= 40


@given(st.lists(st.tuples(st.integers(1, 20_000), st.floats(-9999, 9999)), min_size=2, max_size=40))
def test_whatever_lines_are_written_are_read(rows: list[tuple[int, float]]) -> None:
    t_us = np.cumsum([step for step, _ in rows]).tolist()
    data = b"".join(encode_line(t, newtons) for t, (_, newtons) in zip(t_us, rows, strict=True))
    events = capturing().receive(data)
    assert times(events) == t_us
    assert [n for (n,) in force(events)] == pytest.approx([n for _, n in rows], abs=0.00501)


@given(
    st.lists(
        st.tuples(st.integers(1, 20_000), st.lists(st.integers(-32_768, 32_767), min_size=4)),
        min_size=2,
        max_size=40,
    )
)
def test_whatever_counts_are_written_are_read(rows: list[tuple[int, list[int]]]) -> None:
    t_us = np.cumsum([step for step, _ in rows]).tolist()
    data = b"".join(encode_cells(t, counts[:4]) for t, (_, counts) in zip(t_us, rows, strict=True))
    events = platform().receive(data + ENDED)
    assert times(events) == t_us
    assert force(events) == [counts[:4] for _, counts in rows]


def test_the_codec_reads_both_framings_as_a_stream() -> None:
    assert ChronojumpCodec(Framing.STREAM).framing is Framing.STREAM
    assert plain(ChronojumpCodec().receive(b"\r\n\r\n")) == []

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.codec import Framing, ProtocolError
from protocols.events import (
    BatteryLevel,
    ButtonPressed,
    Calibration,
    CellSide,
    ChannelProblem,
    ChannelRecovered,
    ChannelStatus,
    Identity,
    LogLine,
    LowBattery,
    Noise,
    Rejected,
    Restarted,
    SamplesLost,
    ShuttingDown,
    StreamStarted,
    StreamStopped,
)
from protocols.framing import Cobs, cobs
from protocols.gate import RequestClass
from protocols.onb import OnbCodec
from protocols.onb_frames import (
    HEARTBEAT,
    START,
    STOPPED,
    CalibrationRecord,
    EventCode,
    FrameType,
    IdentityRecord,
    Opcode,
    SampleFlag,
    SampleRows,
    Status,
    decode_frame,
    encode_event,
    encode_frame,
    encode_request,
    encode_response,
)
from tests.protocols.plain import cut, plain, receive_all, samples
from tests.protocols.test_onb_frames import HELLO_WIRE, SAMPLES, SAMPLES_WIRE, SAMPLES_WITH_ANGLE

RECORDS = (
    CalibrationRecord(0, zero_counts=1000, n_per_count=0.0005, rated_n=3000.0),
    CalibrationRecord(1, zero_counts=-2000, n_per_count=0.001, rated_n=3000.0),
)
IDENTITY = IdentityRecord(
    firmware=(1, 2, 3),
    hardware=(1, 0),
    features=0,
    channels=2,
    max_rate_hz=1000,
    boot_id=77,
    uptime_us=5,
    uid=bytes(16),
    model="two cells",
    serial="ONB-0001",
    side_ch0=1,
)
STARTED = START.pack(1000, 0, 3, 20, 0, 0)


def calibrated(framing: Framing = Framing.PACKETS) -> OnbCodec:
    codec = OnbCodec(framing)
    for seq, record in enumerate(RECORDS):
        answer = encode_response(seq, seq, Opcode.GET_CAL, data=record.encode())
        codec.receive(cobs(answer) if framing is Framing.STREAM else answer)
    return codec


def frame_of(
    index: int, n: int = 2, *, status: int = 0, t0_us: int | None = None, span_us: int = 1000
) -> bytes:
    counts = np.arange(index, index + 2 * n, dtype=np.int64).astype(np.int32).reshape(n, 2)
    t0_us = index * 1000 if t0_us is None else t0_us
    payload = SampleRows(t0_us, index & 0xFFFF_FFFF, span_us, counts, status).encode()
    return encode_frame(FrameType.SAMPLES, index & 0xFFFF, payload)


def test_worked_samples_become_newtons_and_times() -> None:
    # force_devices.md §16.4: t0 = 1 s, span 4000 µs, (83886,-1024) (84000,-1000) (84250,-990)
    events = calibrated(Framing.STREAM).receive(SAMPLES_WIRE)
    (block,) = samples(events)
    assert block.t_us.tolist() == [1_000_000, 1_002_000, 1_004_000]
    assert block.index == 500
    # (raw - zero) · N per count, by hand
    expected = [[41.443, 0.976], [41.5, 1.0], [41.625, 1.01]]
    assert block.force.tolist() == [pytest.approx(row) for row in expected]


def test_the_worked_saturation_is_told_before_its_samples() -> None:
    events = calibrated().receive(SAMPLES_WITH_ANGLE)
    assert events[0] == ChannelStatus(0, ChannelProblem.SATURATED, 1_006_000)
    assert len(samples(events)) == 1


def test_uneven_spans_are_rounded_to_whole_microseconds() -> None:
    (block,) = samples(calibrated().receive(frame_of(0, n=4, span_us=3001)))
    assert block.t_us.tolist() == [0, 1000, 2001, 3001]
    assert block.t_us.dtype == np.int64


def test_a_cubic_record_is_used() -> None:
    codec = OnbCodec(Framing.PACKETS)
    records = (
        CalibrationRecord(0, 0, 0.001, c2=1e-9, c3=1e-15, is_cubic=True),
        CalibrationRecord(1, 0, 0.001, c2=9.0, c3=9.0),  # linear: c2 and c3 mean nothing
    )
    for seq, record in enumerate(records):
        codec.receive(encode_response(seq, seq, Opcode.GET_CAL, data=record.encode()))
    counts = np.array([[1_000_000, 1_000_000]], np.int32)
    payload = SampleRows(0, 0, 0, counts).encode()
    (block,) = samples(codec.receive(encode_frame(FrameType.SAMPLES, 9, payload)))
    # 1e6 · (1e-3 + 1e-3 + 1e-3)
    assert block.force[0].tolist() == pytest.approx([3000.0, 1000.0])


def test_no_newton_is_invented_before_the_calibration_is_known() -> None:
    codec = OnbCodec(Framing.PACKETS)
    codec.start()
    codec.receive(encode_response(0, 0, Opcode.START, data=STARTED))
    events = codec.receive(frame_of(0)) + codec.receive(frame_of(2))
    assert not samples(events)
    assert events[:2] == [
        ChannelStatus(0, ChannelProblem.UNCALIBRATED, 0),
        ChannelStatus(1, ChannelProblem.UNCALIBRATED, 0),
    ]
    assert [type(event) for event in events[2:]] == [Noise, Noise]
    for seq, record in enumerate(RECORDS):
        codec.receive(encode_response(seq, seq, Opcode.GET_CAL, data=record.encode()))
    events = codec.receive(frame_of(4))
    assert events[0] == SamplesLost(4, "frames are missing")
    assert len(samples(events)) == 1


def test_a_jump_of_the_index_is_told_before_the_samples() -> None:
    codec = calibrated()
    codec.start()
    assert codec.receive(encode_response(9, 0, Opcode.START, data=STARTED)) == [
        StreamStarted(1000.0)
    ]
    events = codec.receive(frame_of(6))
    assert events[0] == SamplesLost(6, "frames are missing")
    assert len(events) == 2


def test_the_index_wraps_without_a_loss() -> None:
    codec = calibrated()
    codec.receive(frame_of(2**32 - 2))
    (block,) = codec.receive(frame_of(0, t0_us=(2**32) * 1000))
    assert samples([block])


def test_a_loss_across_the_wrap_is_counted() -> None:
    codec = calibrated()
    codec.receive(frame_of(2**32 - 2))
    assert codec.receive(frame_of(40))[0] == SamplesLost(40, "frames are missing")


def test_what_was_delivered_is_not_delivered_again() -> None:
    codec = calibrated()
    codec.receive(frame_of(0))
    codec.receive(frame_of(2))
    (again,) = codec.receive(frame_of(0))
    assert isinstance(again, Noise)
    (repeated,) = codec.receive(frame_of(0))
    assert isinstance(repeated, Noise)
    assert [type(event).__name__ for event in codec.receive(frame_of(4))] == ["ForceSamples"]


def test_samples_of_an_earlier_stream_wait_for_the_confirmation() -> None:
    codec = calibrated()
    codec.start()
    (old,) = codec.receive(frame_of(500))
    assert old == Noise("samples of an earlier stream", 36)
    codec.receive(encode_response(0, 0, Opcode.START, data=STARTED))
    assert samples(codec.receive(frame_of(0)))


def test_a_first_frame_confirms_when_the_answer_was_lost() -> None:
    codec = calibrated()
    codec.start()
    events = codec.receive(frame_of(0))
    assert events[0] == StreamStarted(None)
    assert samples(events)
    assert codec.receive(frame_of(4))[0] == SamplesLost(2, "frames are missing")


def test_status_is_told_when_it_changes_and_not_with_each_frame() -> None:
    codec = calibrated()
    saturated = SampleFlag.CH1_SATURATED | SampleFlag.BATTERY_LOW
    assert [type(e).__name__ for e in codec.receive(frame_of(0, status=saturated))] == [
        "ChannelStatus",
        "LowBattery",
        "ForceSamples",
    ]
    assert [type(e).__name__ for e in codec.receive(frame_of(2, status=saturated))] == [
        "ForceSamples"
    ]
    assert codec.receive(frame_of(4))[0] == ChannelRecovered(1, ChannelProblem.SATURATED, 4000)


def test_losses_that_only_the_board_knows_are_told() -> None:
    codec = calibrated()
    codec.receive(frame_of(0))
    events = codec.receive(frame_of(2, status=SampleFlag.LOST_BEFORE))
    assert events[0] == SamplesLost(None, "the board dropped samples")


def test_what_is_missing_at_the_end_is_counted() -> None:
    codec = calibrated()
    codec.receive(frame_of(0))
    events = codec.receive(encode_response(5, 0, Opcode.STOP, data=STOPPED.pack(7, 3)))
    assert events == [SamplesLost(6, "frames are missing at the end"), StreamStopped(3)]


def test_a_complete_stream_ends_without_a_loss() -> None:
    codec = calibrated()
    codec.receive(frame_of(0))
    events = codec.receive(encode_response(5, 0, Opcode.STOP, data=STOPPED.pack(1, 0)))
    assert events == [StreamStopped(0)]


@pytest.mark.parametrize("framing", list(Framing))
def test_identify_asks_to_stop_first_and_then_who_it_is(framing: Framing) -> None:
    codec = OnbCodec(framing)
    asked = list(codec.identify())
    if framing is Framing.STREAM:
        assert asked[0].startswith(b"\0")
        frames = [frame for data in asked for frame in Cobs().split(data)]
    else:
        frames = asked
    requests = [decode_frame(frame) for frame in frames if isinstance(frame, bytes)]
    assert [request.payload for request in requests if request] == [
        b"\x05",
        b"\x01",
        b"\x02\x00",
        b"\x02\x01",
    ]
    assert codec.pending == 4


def test_identify_starts_with_the_worked_hello_after_stop() -> None:
    stop, hello, *_ = OnbCodec(Framing.STREAM).identify()
    assert stop == b"\0" + cobs(encode_request(0, Opcode.STOP))
    assert hello == HELLO_WIRE  # force_devices.md §16.4, seq 1


def test_answers_settle_what_is_pending() -> None:
    codec = OnbCodec(Framing.PACKETS)
    questions = codec.identify()
    next(questions)
    codec.receive(encode_response(0, 0, Opcode.STOP, data=STOPPED.pack(0, 0)))
    assert codec.pending == 0
    next(questions)
    assert codec.pending == 1
    events = codec.receive(encode_response(1, 1, Opcode.HELLO, data=IDENTITY.encode()))
    assert codec.pending == 0
    assert events == [
        Identity(
            model="two cells",
            serial="ONB-0001",
            firmware="1.2.3",
            boot_id=77,
            first_channel=CellSide.RIGHT,
        )
    ]


def test_a_replayed_answer_with_another_number_settles_too() -> None:
    codec = OnbCodec(Framing.PACKETS)
    codec.stop()
    codec.receive(encode_response(0, 4711, Opcode.STOP, data=STOPPED.pack(0, 0)))
    assert codec.pending == 0


def test_keep_alives_are_not_waited_for() -> None:
    codec = OnbCodec(Framing.PACKETS)
    ping = decode_frame(codec.keep_alive())
    assert ping is not None
    assert ping.payload == b"\x00"
    assert codec.pending == 0
    assert codec.keep_alive_s == 1.0


def test_unanswered_requests_do_not_pile_up() -> None:
    codec = OnbCodec(Framing.PACKETS)
    for _ in range(1000):
        codec.stop()
    assert codec.pending <= 64


def test_the_calibration_is_told_with_its_record() -> None:
    record = CalibrationRecord(
        1,
        -5,
        0.0005,
        rated_n=3000.0,
        overload_n=3600.0,
        uncertainty_percent=0.5,
        date_unix=1_767_225_600,  # 2026-01-01T00:00:00Z
        cell_serial="C-17",
    )
    (event,) = OnbCodec(Framing.PACKETS).receive(
        encode_response(0, 0, Opcode.GET_CAL, data=record.encode())
    )
    assert event == Calibration(
        channel=1,
        newtons_per_count=0.0005,
        zero_counts=-5,
        capacity_n=3000.0,
        overload_n=3600.0,
        uncertainty_percent=0.5,
        calibrated_on=date(2026, 1, 1),
        cell_serial="C-17",
        record=record.encode(),
    )


def test_a_damaged_calibration_record_calibrates_nothing() -> None:
    data = bytearray(RECORDS[0].encode())
    data[9] ^= 1
    codec = OnbCodec(Framing.PACKETS)
    (event,) = codec.receive(encode_response(0, 0, Opcode.GET_CAL, data=bytes(data)))
    assert isinstance(event, Noise)
    codec.receive(encode_response(1, 1, Opcode.GET_CAL, data=RECORDS[1].encode()))
    assert not samples(codec.receive(frame_of(0)))


def test_an_error_is_a_rejection_with_its_reason() -> None:
    codec = calibrated()
    codec.start()
    events = codec.receive(encode_response(0, 0, Opcode.START, Status.WRONG_STATE))
    assert events == [Rejected("START", "wrong state")]
    assert codec.receive(encode_response(1, 1, 0x55, 99)) == [Rejected("opcode 55", "status 63")]


def test_a_stream_of_millinewtons_is_refused() -> None:
    codec = calibrated()
    codec.start()
    started = START.pack(1000, 1, 3, 20, 0, 0)
    (event,) = codec.receive(encode_response(0, 0, Opcode.START, data=started))
    assert isinstance(event, Rejected)


def test_the_start_request_asks_for_what_fits_the_link() -> None:
    for framing, batch in ((Framing.STREAM, 20), (Framing.PACKETS, 21)):
        codec = OnbCodec(framing)
        wire = codec.start()
        frame = Cobs().split(wire)[0] if framing is Framing.STREAM else wire
        assert isinstance(frame, bytes)
        request = decode_frame(frame)
        assert request is not None
        assert START.unpack(request.payload[1:]) == (1000, 0, 3, batch, 0, 0)
    # §16.2: ATT payload at MTU 247 is 244 bytes; a frame of 21 rows with angle is 236
    assert 4 + 20 + 21 * 10 + 2 == 236


@pytest.mark.parametrize(
    ("code", "data", "expected"),
    [
        (EventCode.BOOT, b"", [Restarted()]),
        (
            EventCode.BATTERY_LOW,
            (3310).to_bytes(2, "little"),
            [LowBattery(), BatteryLevel(volts=3.31)],
        ),
        (EventCode.SHUTTING_DOWN, b"\x02", [ShuttingDown("reason 2")]),
        (
            EventCode.OVERLOAD,
            b"\x01\x00\x00\x00\x00",
            [ChannelStatus(1, ChannelProblem.OVERLOAD, 5)],
        ),
        (EventCode.CELL_UNPLUGGED, b"\x00", [ChannelStatus(0, ChannelProblem.OPEN, 5)]),
        (EventCode.WATCHDOG_STOP, b"", [StreamStopped()]),
        (EventCode.BUTTON, b"", [ButtonPressed(5)]),
        (EventCode.TRIGGER, b"\x01", []),
        (200, b"", []),  # of a later minor version
        (EventCode.OVERLOAD, b"", []),
        (EventCode.CELL_UNPLUGGED, b"\x07", []),
    ],
)
def test_what_the_board_says_unasked(code: int, data: bytes, expected: list[object]) -> None:
    assert OnbCodec(Framing.PACKETS).receive(encode_event(0, 5, code, data)) == expected


def test_a_restart_forgets_what_was_asked_and_counted() -> None:
    codec = calibrated()
    codec.receive(frame_of(100))
    codec.stop()
    codec.receive(encode_event(0, 5, EventCode.BOOT))
    assert codec.pending == 0
    (block,) = codec.receive(frame_of(0))
    assert samples([block])


@pytest.mark.parametrize(
    ("percent", "millivolts", "expected"),
    [
        (87, 3920, [BatteryLevel(87.0, 3.92)]),
        (255, 3920, [BatteryLevel(None, 3.92)]),
        (255, 0, []),
    ],
)
def test_heartbeats_carry_the_battery(
    percent: int, millivolts: int, expected: list[object]
) -> None:
    payload = HEARTBEAT.pack(5, 1, percent, millivolts, 2150, 10, 0)
    frame = encode_frame(FrameType.HEARTBEAT, 0, payload)
    assert OnbCodec(Framing.PACKETS).receive(frame) == expected


def test_log_lines_are_text_whatever_they_hold() -> None:
    frame = encode_frame(FrameType.LOG, 0, b"cell \xff ok")
    assert OnbCodec(Framing.PACKETS).receive(frame) == [LogLine("cell \ufffd ok")]


def test_unknown_types_are_skipped() -> None:
    assert OnbCodec(Framing.PACKETS).receive(encode_frame(0x33, 0, b"new")) == []


def test_another_major_version_is_never_started() -> None:
    codec = calibrated()
    frame = encode_frame(FrameType.SAMPLES, 7, SAMPLES[4:-2], major=2)
    assert codec.receive(frame) == [Noise("ONB/2", len(frame))]
    with pytest.raises(ProtocolError, match="ONB/2"):
        codec.start()


def test_a_hello_of_another_major_version_is_a_rejection() -> None:
    codec = OnbCodec(Framing.PACKETS)
    data = bytes((2, 0)) + IDENTITY.encode()[2:]
    (event,) = codec.receive(encode_response(0, 0, Opcode.HELLO, data=data))
    assert isinstance(event, Rejected)
    with pytest.raises(ProtocolError):
        codec.start()


def test_reset_forgets_the_connection() -> None:
    codec = calibrated(Framing.STREAM)
    codec.receive(SAMPLES_WIRE[:10])
    codec.stop()
    codec.reset()
    assert codec.pending == 0
    assert not samples(codec.receive(SAMPLES_WIRE))


@pytest.mark.parametrize(
    ("opcode", "expected"),
    [
        (Opcode.PING, RequestClass.QUERY),
        (Opcode.HELLO, RequestClass.QUERY),
        (Opcode.SET_CAL, RequestClass.CALIBRATION),
        (Opcode.START, RequestClass.STREAM),
        (Opcode.STOP, RequestClass.STREAM),
        (Opcode.ZERO_READ, RequestClass.QUERY),
        (Opcode.REBOOT, RequestClass.SETS),
        (0x55, RequestClass.UNKNOWN),
    ],
)
def test_every_request_has_its_class(opcode: int, expected: RequestClass) -> None:
    frame = encode_request(3, opcode)
    assert OnbCodec(Framing.PACKETS).request_class(frame) is expected
    assert OnbCodec(Framing.STREAM).request_class(cobs(frame)) is expected
    assert OnbCodec(Framing.STREAM).request_class(b"\0" + cobs(frame)) is expected


def test_nothing_the_codec_forms_touches_the_calibration() -> None:
    for framing in Framing:
        codec = OnbCodec(framing)
        formed = [
            *codec.identify(),
            codec.start(),
            codec.stop(),
            codec.keep_alive(),
        ]
        assert {codec.request_class(data) for data in formed} == {
            RequestClass.QUERY,
            RequestClass.STREAM,
        }
        assert codec.tare() is None


def test_what_is_not_one_whole_request_has_no_class() -> None:
    codec = OnbCodec(Framing.STREAM)
    hello = cobs(encode_request(0, Opcode.HELLO))
    assert codec.request_class(hello + hello) is RequestClass.UNKNOWN
    assert codec.request_class(hello[:-1]) is RequestClass.UNKNOWN
    assert codec.request_class(hello + b"\x05") is RequestClass.UNKNOWN
    assert codec.request_class(SAMPLES_WIRE) is RequestClass.UNKNOWN
    assert codec.request_class(b"\0") is RequestClass.LISTEN


STREAM = b"".join(
    cobs(frame)
    for frame in (
        *(
            encode_response(i, i, Opcode.GET_CAL, data=record.encode())
            for i, record in enumerate(RECORDS)
        ),
        *(frame_of(index, 20, span_us=19_000) for index in range(0, 200, 20)),
        encode_event(1, 5, EventCode.BUTTON),
        frame_of(220, 20, span_us=19_000),
        encode_response(5, 5, Opcode.STOP, data=STOPPED.pack(239, 0)),
    )
)


@given(st.lists(st.integers(0, len(STREAM)), max_size=30))
def test_any_chunking_gives_the_same_events(places: list[int]) -> None:
    whole = plain(OnbCodec().receive(STREAM))
    assert plain(receive_all(OnbCodec(), cut(STREAM, places))) == whole


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=5))
def test_junk_never_raises_and_never_invents_a_sample(junk: bytes, places: list[int]) -> None:
    codec = calibrated(Framing.STREAM)
    assert not samples(receive_all(codec, cut(junk, places)))
    assert not samples(calibrated(Framing.PACKETS).receive(junk))


@given(st.binary(min_size=1, max_size=40), st.integers(0, len(STREAM)))
def test_junk_inside_costs_frames_and_invents_none(junk: bytes, place: int) -> None:
    clean = {str(event) for event in plain(samples(OnbCodec().receive(STREAM)))}
    disturbed = OnbCodec().receive(STREAM[:place] + junk + STREAM[place:])
    assert {str(event) for event in plain(samples(disturbed))} <= clean


@given(
    st.integers(0, 255),
    st.integers(0, 15),
    st.integers(0, 0xFFFF),
    st.binary(max_size=200),
)
def test_hostile_frames_with_a_good_checksum_never_raise(
    frame_type: int, major: int, seq: int, payload: bytes
) -> None:
    codec = calibrated()
    codec.receive(encode_frame(frame_type, seq, payload, major))
    for kind in (*FrameType,):
        codec.receive(encode_frame(kind, seq, payload))
    for opcode in Opcode:
        codec.receive(encode_response(seq, seq, opcode, data=payload))
    for block in samples(codec.receive(frame_of(8))):
        assert np.isfinite(block.force).all()


@given(
    st.lists(
        st.tuples(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1)),
        min_size=1,
        max_size=27,
    ),
    st.integers(0, 2**62 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(27, 2**32 - 1),
)
def test_whatever_counts_are_written_are_read(
    counts: list[tuple[int, int]], t0_us: int, index: int, span_us: int
) -> None:
    rows = SampleRows(t0_us, index, span_us, np.array(counts, np.int32))
    again = SampleRows.decode(rows.encode())
    assert again is not None
    assert again.counts.tolist() == [list(pair) for pair in counts]
    assert (again.t0_us, again.index, again.span_us) == (t0_us, index, span_us)
    (block,) = samples(calibrated().receive(encode_frame(FrameType.SAMPLES, 5, rows.encode())))
    assert int(block.t_us[0]) == t0_us
    if len(counts) > 1:
        assert int(block.t_us[-1]) == t0_us + span_us
        assert (np.diff(block.t_us) > 0).all()
    expected = [(pair[0] - 1000) * 0.0005 for pair in counts]
    assert block.force[:, 0].tolist() == pytest.approx(expected)

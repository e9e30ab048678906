"""Worked bytes and rules: force_devices.md §3, recomputed there with the packages of the maker."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.codec import Framing, ProtocolError
from protocols.events import (
    ChannelProblem,
    ChannelRecovered,
    ChannelStatus,
    Event,
    Identity,
    Noise,
    Rejected,
    Restarted,
    StreamStarted,
    StreamStopped,
)
from protocols.gate import RequestClass
from protocols.harp import ACTIVE, HarpCodec
from protocols.harp_frames import (
    LONGEST_FRAME,
    HarpFrame,
    HarpFrames,
    MessageType,
    PayloadType,
    decode_all,
)
from tests.protocols.plain import cut, receive_all, samples

READ_WHO = "01 04 00 FF 02 06"
WHO_IS_1232 = "01 0C 00 FF 12 0A 00 00 00 09 3D D0 04 42"
OPERATE = "02 05 0A FF 01 05 16"
ACQUIRE = "02 05 20 FF 01 01 28"
READING = "03 1A 21 FF 92 0C 00 00 00 84 1E 00 04 DB FF 00 00 00 00 00 00 00 00 00 00 00 00 5B"
OFFSET = "02 06 30 FF 82 F4 FF AC"


def wire(text: str) -> bytes:
    return bytes.fromhex(text)


def calibrated(*channels: int) -> HarpCodec:
    """A quarter of a newton for each count above ten."""
    codec = HarpCodec()
    for channel in channels:
        codec.calibrate(channel, 0.25, 10.0)
    return codec


def reading(t_us: int, *counts: int) -> bytes:
    """By the letter of the format, without the code under test."""
    stamp = struct.pack("<IH", t_us // 1_000_000, t_us % 1_000_000 // 32)
    body = bytes.fromhex("03 1A 21 FF 92") + stamp + struct.pack("<8h", *counts)
    return body + bytes((sum(body) & 0xFF,))


def readings(first: int, n: int, *counts: int) -> bytes:
    return b"".join(reading((first + i) * 1000, *counts) for i in range(n))


def times(events: list[Event]) -> list[int]:
    return [t for block in samples(events) for t in block.t_us.tolist()]


def problems(events: list[Event]) -> list[Event]:
    return [e for e in events if isinstance(e, (ChannelStatus, ChannelRecovered))]


@pytest.mark.parametrize(
    ("bytes_", "frame"),
    [
        (READ_WHO, HarpFrame(MessageType.READ, 0, PayloadType.U16)),
        (WHO_IS_1232, HarpFrame(MessageType.READ, 0, PayloadType.U16, b"\xd0\x04", 10_500_000)),
        (OPERATE, HarpFrame(MessageType.WRITE, 10, PayloadType.U8, b"\x05")),
        (ACQUIRE, HarpFrame(MessageType.WRITE, 32, PayloadType.U8, b"\x01")),
        (OFFSET, HarpFrame(MessageType.WRITE, 48, PayloadType.S16, b"\xf4\xff")),
    ],
)
def test_the_worked_frames_are_read_and_written(bytes_: str, frame: HarpFrame) -> None:
    assert HarpFrames().split(wire(bytes_)) == [frame]
    assert frame.encode() == wire(bytes_)


def test_the_worked_reading_is_1024_and_minus_37_counts_at_12_249984_s() -> None:
    (block,) = samples(calibrated(1, 0).receive(wire(READING)))
    assert block.t_us.tolist() == [12_249_984]
    assert block.force.tolist() == [[(1024 - 10) * 0.25, (-37 - 10) * 0.25]]


def test_calibrated_channels_alone_are_delivered_in_rising_order() -> None:
    codec = HarpCodec()
    assert codec.receive(wire(READING)) == []
    codec.calibrate(4, 1.0, 0.0)
    codec.calibrate(1, 2.0, 0.0)
    codec.reset()
    (block,) = samples(codec.receive(reading(0, 0, 11, 0, 0, 44, 55, 66, 77)))
    assert block.force.tolist() == [[22.0, 44.0]]


def test_there_are_eight_channels() -> None:
    with pytest.raises(ProtocolError, match="0 to 7"):
        HarpCodec().calibrate(8, 1.0, 0.0)


def test_it_is_asked_who_it_is_after_its_stream_was_ended() -> None:
    codec = HarpCodec()
    asked = [request.hex(" ").upper() for request in codec.identify()]
    # 02 05 20 … is AcquisitionState = 0: the worked bytes with one less in value and sum
    assert asked[:2] == ["02 05 20 FF 01 00 27", READ_WHO]
    assert codec.pending == len(asked)


def test_answers_are_matched_by_register_and_kind() -> None:
    codec = HarpCodec()
    heard: list[Event] = []
    answers = [
        HarpFrame(MessageType.WRITE, 32, PayloadType.U8, b"\0", 0).encode(),
        wire(WHO_IS_1232),
        HarpFrame(MessageType.READ, 6, PayloadType.U8, b"\x01", 0).encode(),
        HarpFrame(MessageType.READ, 7, PayloadType.U8, b"\x02", 0).encode(),
        HarpFrame(MessageType.READ, 13, PayloadType.U16, b"\x39\x30", 0).encode(),
    ]
    for _request, answer in zip(codec.identify(), answers, strict=True):
        assert codec.pending == 1
        heard += codec.receive(answer)
        assert codec.pending == 0
    assert heard == [StreamStopped(), Identity(firmware="1.2"), Identity(serial="12345")]


def test_another_harp_device_is_refused() -> None:
    codec = HarpCodec()
    questions = codec.identify()
    next(questions)
    next(questions)
    other = HarpFrame(MessageType.READ, 0, PayloadType.U16, (1216).to_bytes(2, "little"), 0)
    codec.receive(other.encode())
    with pytest.raises(ProtocolError, match="1216"):
        next(questions)


def test_a_register_that_a_firmware_does_not_have_is_no_failure() -> None:
    codec = HarpCodec()
    for _request in codec.identify():
        pass
    missing = HarpFrame(MessageType.READ, 13, PayloadType.U16, b"", 0, is_error=True)
    before = codec.pending
    assert codec.receive(missing.encode()) == []
    assert codec.pending == before - 1


def test_start_activates_the_device_as_it_boots_and_begins_the_acquisition() -> None:
    start = HarpCodec().start()
    # 02 05 0A … with E5 for 05 (heartbeat, lights, active) adds E0 to the worked sum; 5A = 90 is
    # EnableEvents, readings only.
    assert start == wire("02 05 0A FF 01 E5 F6 02 05 5A FF 01 01 62" + ACQUIRE)
    assert start[5] == ACTIVE


def test_the_stream_is_confirmed_by_the_answer_or_by_its_first_reading() -> None:
    codec = calibrated(0)
    codec.start()
    answer = HarpFrame(MessageType.WRITE, 32, PayloadType.U8, b"\x01", 0).encode()
    assert codec.receive(answer) == [StreamStarted(1000.0)]
    assert len(codec.receive(wire(READING))) == 1
    codec.start()
    first, *_ = codec.receive(wire(READING))
    assert first == StreamStarted(1000.0)
    assert codec.receive(answer) == []


def test_a_refused_write_is_told() -> None:
    answer = HarpFrame(MessageType.WRITE, 32, PayloadType.U8, b"", 0, is_error=True).encode()
    (event,) = HarpCodec().receive(answer)
    assert isinstance(event, Rejected)


def test_the_end_of_the_stream_is_confirmed() -> None:
    codec = HarpCodec()
    codec.stop()
    assert codec.pending == 1
    answer = HarpFrame(MessageType.WRITE, 32, PayloadType.U8, b"\0", 0).encode()
    assert codec.receive(answer) == [StreamStopped()]
    assert codec.pending == 0


def test_heartbeats_and_other_events_are_read_over() -> None:
    heartbeat = HarpFrame(MessageType.EVENT, 18, PayloadType.U16, b"\x01\0", 13_000_000)
    seconds = HarpFrame(MessageType.EVENT, 8, PayloadType.U32, b"\x0d\0\0\0", 13_000_000)
    assert HarpCodec().receive(heartbeat.encode() + seconds.encode()) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", RequestClass.LISTEN),
        (READ_WHO, RequestClass.QUERY),
        (ACQUIRE, RequestClass.STREAM),
        (READ_WHO + ACQUIRE, RequestClass.STREAM),
        (OPERATE, RequestClass.SETS),  # lights and alive signal off: not ours
        (OFFSET, RequestClass.CALIBRATION),
        (ACQUIRE + OFFSET, RequestClass.CALIBRATION),
        ("02 05 0B FF 01 04 16", RequestClass.SETS),  # save all and boot
        ("02 06 0D FF 02 FF FF 14", RequestClass.SETS),  # new serial number
        (READING, RequestClass.UNKNOWN),
        (WHO_IS_1232, RequestClass.UNKNOWN),
        (ACQUIRE[:-2] + "29", RequestClass.UNKNOWN),
        (ACQUIRE + "00", RequestClass.UNKNOWN),
        (READ_WHO[:-3], RequestClass.UNKNOWN),
    ],
)
def test_every_request_has_its_class(data: str, expected: RequestClass) -> None:
    assert HarpCodec().request_class(wire(data)) is expected


def test_whatever_is_formed_begins_or_ends_a_stream_or_asks() -> None:
    codec = HarpCodec()
    formed = [*codec.identify(), codec.start(), codec.stop()]
    kinds = {codec.request_class(request) for request in formed}
    assert kinds == {RequestClass.QUERY, RequestClass.STREAM}
    assert codec.tare() is None


def test_seconds_wrap_at_32_bits_and_time_goes_on() -> None:
    codec = calibrated(0)
    last = 2**32 * 1_000_000 - 1000
    events = codec.receive(reading(last, *[1] * 8) + reading(0, *[1] * 8))
    assert times(events) == [last - last % 32, 2**32 * 1_000_000]
    assert not [event for event in events if isinstance(event, Restarted)]


@pytest.mark.parametrize("to_us", [0, 1_700_000_000_000_000])
def test_a_clock_that_was_set_is_told(to_us: int) -> None:
    codec = calibrated(0)
    events = codec.receive(reading(60_000_000, *[1] * 8) + reading(to_us, *[1] * 8))
    assert [type(event).__name__ for event in events] == [
        "ForceSamples",
        "Restarted",
        "ForceSamples",
    ]


def test_readings_at_the_rail_are_told_and_their_end() -> None:
    codec = calibrated(2, 5)
    events = codec.receive(
        reading(0, *[1] * 8)
        + reading(32_000, 1, 1, 1, 1, 1, 32767, 1, 1)
        + reading(64_000, 1, 1, -32768, 1, 1, 32767, 1, 1)
        + reading(96_000, *[1] * 8)
    )
    assert problems(events) == [
        ChannelStatus(0, ChannelProblem.SATURATED, 64_000),
        ChannelRecovered(0, ChannelProblem.SATURATED, 96_000),
        ChannelStatus(1, ChannelProblem.SATURATED, 32_000),
        ChannelRecovered(1, ChannelProblem.SATURATED, 96_000),
    ]
    assert len(times(events)) == 4


def test_four_zeros_for_long_are_a_board_that_is_not_plugged_in() -> None:
    codec = calibrated(0, 1, 6)
    events = codec.receive(readings(32, 200, 5, 0, 0, 0, 0, 0, 0, 0))
    assert problems(events) == [ChannelStatus(2, ChannelProblem.OPEN, 32_000)]
    events = codec.receive(readings(288, 1, 5, 0, 0, 0, 0, 1, 0, 0))
    assert problems(events) == [ChannelRecovered(2, ChannelProblem.OPEN, 288_000)]


def test_four_zeros_for_an_instant_are_forces() -> None:
    codec = calibrated(0)
    assert problems(codec.receive(readings(0, 49, *[0] * 8))) == []
    assert problems(codec.receive(readings(49, 1, 0, 1, 0, 0, 0, 0, 0, 0))) == []
    assert problems(codec.receive(readings(50, 49, *[0] * 8))) == []
    assert problems(codec.receive(readings(99, 1, *[0] * 8))) != []


def beginning_with(value: int, first: int, n: int) -> bytes:
    return readings(first, n, value, *[0 if value == 0 else 5] * 7)


PARTS = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.builds(
            beginning_with,
            st.sampled_from([0, 0, 1, -37, 32767]),
            st.integers(0, 10_000),
            st.integers(1, 120),
        ),
        st.sampled_from([wire(WHO_IS_1232), wire(READING), wire(ACQUIRE)]),
    ),
    max_size=8,
)


def told(events: list[Event]) -> list[object]:
    """All that is told, apart from how samples and noise are cut and channels take turns."""
    noise = sum(event.n_bytes for event in events if isinstance(event, Noise))
    force = [row for block in samples(events) for row in block.force.tolist()]
    others = [e for e in events if not isinstance(e, Noise) and e not in samples(events)]
    return [times(events), force, noise, sorted(others, key=_what)]


def _what(event: Event) -> tuple[int, str]:
    if isinstance(event, (ChannelStatus, ChannelRecovered)):
        return event.channel, event.problem
    return -1, ""


@given(PARTS, st.lists(st.integers(0, 5000), max_size=20))
def test_any_chunking_tells_the_same(parts: list[bytes], places: list[int]) -> None:
    stream = b"".join(parts)
    whole = calibrated(0, 5).receive(stream)
    assert told(receive_all(calibrated(0, 5), cut(stream, places))) == told(whole)


@given(st.lists(st.binary(max_size=500), max_size=10))
def test_junk_never_becomes_a_force(pieces: list[bytes]) -> None:
    codec = calibrated(0, 7)
    junk = [piece.replace(b"\x03\x1a\x21\xff\x92", b"") for piece in pieces]
    assert samples(receive_all(codec, junk)) == []


@given(st.binary(max_size=200))
def test_after_junk_and_one_lost_frame_the_readings_are_found(junk: bytes) -> None:
    codec = calibrated(0)
    tail = readings(5000, 5, *[1] * 8)
    received = times(codec.receive(junk + tail))
    # At worst the junk ends like the beginning of a frame of 62 bytes: two readings and a bit.
    assert received[-2:] == [5_003_000 // 32 * 32, 5_004_000 // 32 * 32]


@given(st.integers(0, 27), st.integers(0, 7))
def test_no_flipped_bit_becomes_a_force(place: int, bit: int) -> None:
    damaged = bytearray(wire(READING))
    damaged[place] ^= 1 << bit
    assert samples(calibrated(0).receive(bytes(damaged))) == []


@given(st.lists(st.binary(max_size=1000), max_size=30))
def test_memory_stays_bounded(pieces: list[bytes]) -> None:
    frames = HarpFrames()
    for piece in pieces:
        frames.split(piece)
        assert frames.held_bytes < LONGEST_FRAME


@given(
    st.sampled_from(list(MessageType)),
    st.integers(0, 255),
    st.sampled_from(list(PayloadType)),
    st.binary(max_size=48),
    st.one_of(st.none(), st.integers(0, 2**32 * 31_250 - 1)),
    st.booleans(),
)
def test_whatever_frame_is_written_is_read(
    kind: MessageType,
    address: int,
    payload_type: PayloadType,
    payload: bytes,
    ticks: int | None,
    is_error: bool,
) -> None:
    t_us = None if ticks is None else ticks // 31_250 * 1_000_000 + ticks % 31_250 * 32
    frame = HarpFrame(kind, address, payload_type, payload, t_us, is_error)
    assert decode_all(frame.encode()) == [frame]


def test_a_packet_link_is_refused() -> None:
    with pytest.raises(ValueError, match="serial"):
        HarpCodec(Framing.PACKETS)


def test_a_thousand_readings_are_one_block_of_newtons() -> None:
    data = b"".join(reading(i * 1000, i, 0, 0, 1, 0, 0, 0, 0) for i in range(1000))
    (block,) = samples(calibrated(0).receive(data))
    assert block.force[:, 0].tolist() == [(i - 10) * 0.25 for i in range(1000)]
    assert np.all(np.diff(block.t_us) > 0)

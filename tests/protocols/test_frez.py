"""Worked bytes and rules: force_devices.md §7."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.codec import Framing
from protocols.events import (
    ChannelProblem,
    ChannelStatus,
    Event,
    Noise,
    Restarted,
    StreamStarted,
)
from protocols.frez import FrezCodec, encode_rows
from protocols.gate import RequestClass
from tests.protocols.plain import samples

# The two worked samples, gone on in their step of 250 counts and 4 ms to the nine of a message.
COUNTS = [100_000 + 250 * i for i in range(9)]
TIMES = [1000 + 4 * i for i in range(9)]
WORKED = bytes.fromhex("01 00 A0 86 01 00 E8 03 00 00 9A 87 01 00 EC 03 00 00")


def calibrated(newtons_per_count: float = 1.0, zero_counts: float = 0.0) -> FrezCodec:
    codec = FrezCodec()
    codec.calibrate(0, newtons_per_count, zero_counts)
    return codec


def times(events: list[Event]) -> list[int]:
    return [t for block in samples(events) for t in block.t_us.tolist()]


def at(began_ms: int) -> bytes:
    return encode_rows([0] * 9, [began_ms + 4 * i for i in range(9)])


def test_the_worked_notification_is_written() -> None:
    data = encode_rows(COUNTS, TIMES)
    assert data.startswith(WORKED)
    assert len(data) == 74


def test_the_worked_samples_are_read() -> None:
    (block,) = samples(calibrated().receive(encode_rows(COUNTS, TIMES)))
    assert block.force[:2, 0].tolist() == [100_000.0, 100_250.0]
    assert block.t_us[:2].tolist() == [0, 4_000]  # time counts from the first sample
    assert block.index is None


def test_newtons_come_from_our_calibration() -> None:
    codec = calibrated(newtons_per_count=0.002, zero_counts=99_000.0)
    (block,) = samples(codec.receive(encode_rows(COUNTS, TIMES)))
    assert block.force[:2, 0].tolist() == [pytest.approx(2.0), pytest.approx(2.5)]
    codec.reset()
    assert samples(codec.receive(encode_rows(COUNTS, TIMES)))


def test_counts_may_be_below_zero() -> None:
    (block,) = samples(calibrated().receive(encode_rows([-5] * 9, TIMES)))
    assert set(block.force[:, 0].tolist()) == {-5.0}


def test_without_a_calibration_nothing_is_delivered_and_that_is_told_once() -> None:
    codec = FrezCodec()
    assert codec.receive(at(0)) == [ChannelStatus(0, ChannelProblem.UNCALIBRATED)]
    assert codec.receive(at(36)) == []


def test_the_stream_is_confirmed_by_its_first_samples() -> None:
    codec = calibrated()
    assert codec.start() == bytes.fromhex("01 00")
    assert codec.receive(at(0))[0] == StreamStarted(None)
    assert not any(isinstance(event, StreamStarted) for event in codec.receive(at(36)))
    assert codec.stop() == bytes.fromhex("02 00")


def test_a_new_stream_begins_at_zero() -> None:
    codec = calibrated()
    codec.start()
    codec.receive(at(5000))
    codec.start()
    events = codec.receive(at(0))
    assert times(events)[0] == 0
    assert Restarted() not in events


def test_a_step_in_the_times_is_kept() -> None:
    codec = calibrated()
    codec.receive(at(0))
    assert times(codec.receive(at(72)))[0] == 72_000


def test_time_goes_on_through_the_wrap_of_32_bits() -> None:
    codec = calibrated()
    began = 2**32 - 18
    received = [*times(codec.receive(at(began))), *times(codec.receive(at(began + 36)))]
    assert received == [4000 * i for i in range(18)]


def test_a_repeated_notification_is_dropped() -> None:
    codec = calibrated()
    codec.receive(at(1000))
    (event,) = codec.receive(at(1000))
    assert isinstance(event, Noise)
    assert times(codec.receive(at(1036)))[0] == 36_000


def test_a_clock_that_began_again_is_told() -> None:
    codec = calibrated()
    codec.receive(at(60_000))
    events = codec.receive(at(0))
    assert events[0] == Restarted()
    assert times(events)[0] == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        WORKED,  # two samples instead of nine
        at(0)[:-1],
        at(0) + b"\0",
        b"\x01\x01" + at(0)[2:],
        b"\x00\x00" + at(0)[2:],
        encode_rows([0] * 9, [0] * 9),
        encode_rows([0] * 9, [0, 4, 8, 12, 11, 20, 24, 28, 32]),
    ],
)
def test_what_is_no_notification_is_noise(data: bytes) -> None:
    (event,) = calibrated().receive(data)
    assert isinstance(event, Noise)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("01 00", RequestClass.STREAM),
        ("02 00", RequestClass.STREAM),
        ("FF 00", RequestClass.SETS),
        ("01", RequestClass.UNKNOWN),
        ("65", RequestClass.UNKNOWN),  # an older version of the client sent this
        ("64", RequestClass.UNKNOWN),
        ("", RequestClass.LISTEN),
    ],
)
def test_every_request_has_its_class(data: str, expected: RequestClass) -> None:
    assert FrezCodec().request_class(bytes.fromhex(data)) is expected


def test_only_the_stream_can_be_begun_and_ended() -> None:
    codec = FrezCodec()
    formed = [*codec.identify(), codec.start(), codec.stop()]
    assert {codec.request_class(data) for data in formed} == {RequestClass.STREAM}
    assert codec.tare() is None


def test_a_byte_stream_is_refused() -> None:
    with pytest.raises(ValueError, match="packet boundaries"):
        FrezCodec(Framing.STREAM)


@given(st.lists(st.binary(max_size=80) | st.binary(min_size=72, max_size=72), max_size=10))
def test_junk_never_raises_and_times_only_rise(packets: list[bytes]) -> None:
    codec = calibrated()
    for packet in packets:
        data = b"\x01\x00" + packet
        for block in samples(codec.receive(data)):
            assert np.isfinite(block.force).all()
            assert (np.diff(block.t_us) > 0).all()


@given(
    st.lists(st.integers(-(2**31), 2**31 - 1), min_size=9, max_size=9),
    st.integers(0, 2**32 - 1),
    st.lists(st.integers(1, 2**20), min_size=8, max_size=8),
)
def test_whatever_is_written_is_read(counts: list[int], began: int, steps: list[int]) -> None:
    ms = [began, *(began + sum(steps[: i + 1]) for i in range(8))]
    (block,) = samples(calibrated().receive(encode_rows(counts, ms)))
    assert block.force[:, 0].tolist() == [float(count) for count in counts]
    assert block.t_us.tolist() == [(value - began) * 1000 for value in ms]

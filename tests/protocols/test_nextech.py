"""Requests: force_devices.md §11.4, from the client nexgraphpy 2.1.0. The form of the answers is
not published: only the rule "the first signed number" is from there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.events import (
    ChannelProblem,
    ChannelStatus,
    Event,
    LogLine,
    Noise,
    SamplesLost,
    StreamStarted,
)
from protocols.gate import RequestClass
from protocols.nextech import NextechCodec, encode_reading
from tests.protocols.plain import untimed


def calibrated(newtons_per_count: float = 1.0, zero_counts: float = 0.0) -> NextechCodec:
    codec = NextechCodec()
    codec.calibrate(0, newtons_per_count, zero_counts)
    codec.start()
    return codec


def answer(codec: NextechCodec, line: bytes) -> list[Event]:
    codec.poll()
    return codec.receive(line)


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b"-12.34 N\r\n", -12.34),
        (b"12.34\r\n", 12.34),
        (b"  + 12.3 kgf T\r\n", 12.3),
        (b"T:-0.5N 17.0\r\n", -0.5),
        (b"7\n", 7.0),
    ],
)
def test_the_first_signed_number_is_the_reading(line: bytes, number: float) -> None:
    assert untimed(answer(calibrated(), line)) == [[pytest.approx(number)]]


def test_newtons_come_from_our_calibration() -> None:
    codec = calibrated(newtons_per_count=-9.80665, zero_counts=0.5)
    assert untimed(answer(codec, b"-12.5 kgf\r\n")) == [[pytest.approx(13.0 * 9.80665)]]


def test_without_a_calibration_nothing_is_delivered_and_that_is_told_once() -> None:
    codec = NextechCodec()
    codec.start()
    assert answer(codec, b"1.0\n") == [ChannelStatus(0, ChannelProblem.UNCALIBRATED)]
    assert answer(codec, b"1.0\n") == []


def test_it_is_asked_what_it_is_and_then_for_one_reading_at_a_time() -> None:
    codec = NextechCodec()
    assert list(codec.identify()) == [b"!"]
    assert codec.pending == 1
    assert codec.receive(b"DFS100 +0.02 3\r\n") == [LogLine("DFS100 +0.02 3")]
    assert codec.pending == 0
    assert codec.start() == codec.poll() == b"v"
    assert codec.pending == 1
    assert codec.stop() == b""


def test_the_stream_is_confirmed_by_its_first_reading() -> None:
    assert answer(calibrated(), b"1.0\n")[0] == StreamStarted(None)


def test_one_answer_is_one_reading() -> None:
    events = answer(calibrated(), b"1.0 N\r\n2.0 N\r\n")
    assert untimed(events) == [[1.0]]
    assert isinstance(events[-1], Noise)


def test_another_unit_in_the_middle_is_left_out_and_told() -> None:
    codec = calibrated()
    assert untimed(answer(codec, b"+0010.00 N\r\n"))
    assert names(answer(codec, b"+0001.02 kgf\r\n")) == ["Noise"]
    events = answer(codec, b"+0010.00 N\r\n")
    assert names(events) == ["SamplesLost", "UntimedSamples"]
    assert [event.samples for event in events if isinstance(event, SamplesLost)] == [None]


def test_a_damaged_answer_is_an_answer() -> None:
    codec = calibrated()
    assert names(answer(codec, b"+00\xff\n")) == ["Noise"]
    assert codec.pending == 0


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"!", RequestClass.QUERY),
        (b"v", RequestClass.QUERY),
        (b"L", RequestClass.QUERY),
        (b"d", RequestClass.QUERY),
        (b"z", RequestClass.SETS),
        (b"r", RequestClass.SETS),
        (b"u", RequestClass.SETS),
        (b"m", RequestClass.SETS),
        (b"vz", RequestClass.UNKNOWN),
        (b"v\r", RequestClass.UNKNOWN),
        (b"q", RequestClass.UNKNOWN),
        (b"", RequestClass.LISTEN),
    ],
)
def test_every_request_has_its_class(data: bytes, expected: RequestClass) -> None:
    assert NextechCodec().request_class(data) is expected


def test_only_questions_can_be_formed() -> None:
    codec = NextechCodec()
    formed = [*codec.identify(), codec.start(), codec.poll()]
    assert {codec.request_class(data) for data in formed} == {RequestClass.QUERY}
    assert codec.tare() is None


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_after_any_junk_the_next_reading_is_read(chunks: list[bytes]) -> None:
    codec = calibrated()
    for chunk in chunks:
        for (force,) in untimed(answer(codec, chunk)):
            assert abs(force) < 1e8
    codec.receive(b"\r\n")
    codec.start()
    assert untimed(codec.receive(b"12.5 N\r\n")) == [[12.5]]


@given(st.integers(-99_999, 99_999), st.integers(0, 13))
def test_any_cut_gives_the_reading_that_was_written(hundredths: int, place: int) -> None:
    codec = calibrated()
    data = encode_reading(hundredths / 100)
    codec.poll()
    events = [*codec.receive(data[:place]), *codec.receive(data[place:])]
    assert untimed(events) == [[pytest.approx(hundredths / 100)]]

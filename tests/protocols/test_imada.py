"""Worked lines and rules: force_devices.md §11.3 (DST and DSV)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.codec import Framing
from protocols.events import (
    ChannelProblem,
    ChannelRecovered,
    ChannelStatus,
    Event,
    LogLine,
    Noise,
    Rejected,
    SamplesLost,
    StreamStarted,
)
from protocols.gate import RequestClass
from protocols.imada import ImadaCodec, encode_reading
from tests.protocols.plain import cut, plain, receive_all, untimed

WORKED = bytes.fromhex("2B 31 32 33 2E 34 4E 54 4F 0D")  # +123.4NTO: 123.4 N, real time, in range


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_the_worked_reading_is_123_4_newtons() -> None:
    assert untimed(ImadaCodec().receive(WORKED)) == [[pytest.approx(123.4)]]


def test_the_worked_readings_are_written() -> None:
    assert encode_reading(123.4) == WORKED
    assert encode_reading(-12.5, "K", "P", "H") == b"-012.5KPH\r"


def test_kilograms_force_become_newtons() -> None:
    assert untimed(ImadaCodec().receive(b"-012.5KTO\r")) == [[pytest.approx(-12.5 * 9.80665)]]


@pytest.mark.parametrize("state", ["L", "O", "H"])
def test_limits_that_somebody_set_do_not_matter(state: str) -> None:
    assert names(ImadaCodec().receive(encode_reading(5.0, state=state))) == ["UntimedSamples"]


def test_a_reading_beyond_the_range_is_delivered_and_marked() -> None:
    codec = ImadaCodec()
    events = codec.receive(
        encode_reading(1.0) + encode_reading(2.0, state="E") * 2 + encode_reading(1.0)
    )
    assert [plain([event])[0] for event in events if "Channel" in type(event).__name__] == [
        ChannelStatus(0, ChannelProblem.OVERLOAD),
        ChannelRecovered(0, ChannelProblem.OVERLOAD),
    ]
    assert untimed(events) == [[1.0], [2.0], [2.0], [1.0]]
    assert names(events)[1] == "ChannelStatus"  # before the reading that it marks


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"-012.5KPH\r", "the gauge shows peaks: set it to real time"),  # §11.3, peak mode
        (b"+123.4LTO\r", "the gauge reads in unit L: set it to newtons"),
    ],
)
def test_what_is_not_the_present_force_in_a_known_unit_is_left_out(
    line: bytes, reason: str
) -> None:
    codec = ImadaCodec()
    codec.start()
    events = codec.receive(line * 3 + WORKED)
    assert events[0] == Rejected("D", reason)
    assert names(events[1:]) == ["StreamStarted", "SamplesLost", "UntimedSamples"]
    assert events[2] == SamplesLost(None, reason)


def test_a_stream_that_begins_again_is_refused_again() -> None:
    codec = ImadaCodec()
    for _ in range(2):
        codec.start()
        assert names(codec.receive(b"-012.5KPH\r")) == ["Rejected"]


def test_the_line_of_a_gauge_that_starts_answers_nothing() -> None:
    codec = ImadaCodec()
    codec.start()
    assert codec.receive(b"Gauge Started.\r") == [LogLine("Gauge Started.")]
    assert codec.pending == 1
    assert names(codec.receive(WORKED)) == ["StreamStarted", "UntimedSamples"]
    assert codec.pending == 0


def test_an_unknown_request_is_told() -> None:
    (event,) = ImadaCodec().receive(b"E\r")
    assert isinstance(event, Rejected)


def test_it_is_asked_for_one_reading_at_a_time() -> None:
    codec = ImadaCodec()
    assert [*codec.identify()] == [b"D\r"]
    assert codec.start() == codec.poll() == b"D\r"
    assert codec.stop() == b""
    assert codec.pending == 1
    codec.receive(WORKED)
    assert codec.pending == 0
    assert codec.start() == b"D\r"
    assert codec.receive(WORKED)[0] == StreamStarted(None)


def test_a_damaged_answer_is_an_answer() -> None:
    codec = ImadaCodec()
    codec.poll()
    assert names(codec.receive(b"+12\xff.4NTO\r")) == ["Noise"]
    assert codec.pending == 0


@pytest.mark.parametrize(
    "line", ["123.4NTO", "+123.4N", "+123.4NXO", "+123.4NTX", "+12 3.4NTO", "+NTO", "R", "OK"]
)
def test_what_is_no_reading_is_noise(line: str) -> None:
    (event,) = ImadaCodec().receive(line.encode() + b"\r")
    assert isinstance(event, Noise)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"D\r", RequestClass.QUERY),
        (b"Z\r", RequestClass.SETS),
        (b"T\r", RequestClass.SETS),
        (b"P\r", RequestClass.SETS),
        (b"N\r", RequestClass.SETS),
        (b"K\r", RequestClass.SETS),
        (b"OM\r", RequestClass.SETS),
        (b"OC1\r", RequestClass.SETS),
        (b"E1.002.00\r", RequestClass.SETS),
        (b"Q\r", RequestClass.SETS),
        (b"D", RequestClass.UNKNOWN),
        (b"D\rZ\r", RequestClass.UNKNOWN),
        (b"XAG\r", RequestClass.UNKNOWN),
        (b"", RequestClass.LISTEN),
    ],
)
def test_every_request_has_its_class(data: bytes, expected: RequestClass) -> None:
    assert ImadaCodec().request_class(data) is expected


def test_the_framing_may_be_of_packets() -> None:
    assert untimed(ImadaCodec(Framing.PACKETS).receive(WORKED)) == [[pytest.approx(123.4)]]


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_after_any_junk_the_next_reading_is_read(chunks: list[bytes]) -> None:
    codec = ImadaCodec()
    for (force,) in untimed(receive_all(codec, chunks)):
        assert abs(force) < 1e7
    codec.receive(b"\r")
    assert untimed(codec.receive(WORKED)) == [[pytest.approx(123.4)]]


@given(st.lists(st.integers(-9999, 9999), min_size=1, max_size=30), st.lists(st.integers(0, 500)))
def test_any_cut_gives_the_readings_that_were_written(tenths: list[int], places: list[int]) -> None:
    data = b"".join(encode_reading(value / 10) for value in tenths)
    events = receive_all(ImadaCodec(), cut(data, places))
    assert untimed(events) == [[pytest.approx(value / 10)] for value in tenths]

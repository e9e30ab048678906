"""What is known: force_devices.md §11.3 (eZT and ZTA), from the client myForceGauge 0.0.3: the two
requests, a record of 20 characters and a carriage return, the number at characters 1 to 6."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.events import ChannelProblem, ChannelStatus, Event, Noise, StreamStarted
from protocols.gate import RequestClass
from protocols.imada_zta import ImadaZtaCodec, encode_record
from tests.protocols.plain import cut, receive_all, untimed


def calibrated(newtons_per_count: float = 1.0, zero_counts: float = 0.0) -> ImadaZtaCodec:
    codec = ImadaZtaCodec()
    codec.calibrate(0, newtons_per_count, zero_counts)
    return codec


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


@pytest.mark.parametrize(
    ("record", "number"),
    [
        (b"r+123.4NTO          ", 123.4),
        (b"?-012.5?????????????", -12.5),
        (b"  12.34             ", 12.34),
        (b"x001500YYYYYYYYYYYYY", 1500.0),
    ],
)
def test_the_number_stands_at_characters_1_to_6(record: bytes, number: float) -> None:
    assert len(record) == 20
    # As the client reads it.
    assert float(record[1:7]) == number
    assert untimed(calibrated().receive(record + b"\r")) == [[pytest.approx(number)]]


def test_the_worked_requests_begin_and_end_the_stream() -> None:
    codec = calibrated()
    assert [*codec.identify()] == [b"XAS\r"]
    assert codec.start() == b"XAG\r"
    assert codec.receive(encode_record(1.0))[0] == StreamStarted(None)
    assert codec.stop() == b"XAS\r"


def test_newtons_come_from_our_calibration() -> None:
    codec = calibrated(newtons_per_count=-9.80665, zero_counts=0.5)
    assert untimed(codec.receive(encode_record(-12.5))) == [[pytest.approx(13.0 * 9.80665)]]


def test_without_a_calibration_nothing_is_delivered_and_that_is_told_once() -> None:
    codec = ImadaZtaCodec()
    assert codec.receive(encode_record(1.0)) == [ChannelStatus(0, ChannelProblem.UNCALIBRATED)]
    assert codec.receive(encode_record(1.0)) == []


@pytest.mark.parametrize(
    "record",
    [
        b"r+123.4NTO         ",
        b"r+123.4NTO           ",
        b"r+12x.4             ",
        b"r                   ",
        b"R",
        b"\xff" * 20,
    ],
)
def test_what_is_no_record_is_noise(record: bytes) -> None:
    (event,) = calibrated().receive(record + b"\r")
    assert isinstance(event, Noise)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"XAG\r", RequestClass.STREAM),
        (b"XAS\r", RequestClass.STREAM),
        (b"Z\r", RequestClass.SETS),
        (b"XFU1\r", RequestClass.UNKNOWN),
        (b"XAG", RequestClass.UNKNOWN),
        (b"XAG\rZ\r", RequestClass.UNKNOWN),
        (b"", RequestClass.LISTEN),
    ],
)
def test_every_request_has_its_class(data: bytes, expected: RequestClass) -> None:
    assert ImadaZtaCodec().request_class(data) is expected


def test_of_a_record_without_an_end_only_the_length_is_kept() -> None:
    codec = calibrated()
    for _ in range(1000):
        assert codec.receive(b"+" * 50) == []
    assert codec.receive(b"1\r") == [Noise("no record", 50_001)]
    assert untimed(codec.receive(encode_record(1.0))) == [[1.0]]


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_after_any_junk_the_next_record_is_read(chunks: list[bytes]) -> None:
    codec = calibrated()
    for (force,) in untimed(receive_all(codec, chunks)):
        assert abs(force) < 1e6
    codec.receive(b"\r")
    assert untimed(codec.receive(encode_record(12.5))) == [[12.5]]


@given(st.lists(st.integers(-9999, 9999), min_size=1, max_size=30), st.lists(st.integers(0, 700)))
def test_any_cut_gives_the_records_that_were_written(tenths: list[int], places: list[int]) -> None:
    data = b"".join(encode_record(value / 10) for value in tenths)
    events = receive_all(calibrated(), cut(data, places))
    assert untimed(events) == [[pytest.approx(value / 10)] for value in tenths]
    assert set(names(events)) == {"UntimedSamples"}

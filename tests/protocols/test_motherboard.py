"""Worked lines and rules: force_devices.md §9."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.codec import ProtocolError
from protocols.events import (
    ChannelProblem,
    ChannelStatus,
    Event,
    Identity,
    Noise,
    Rejected,
    SamplesLost,
    StreamStarted,
)
from protocols.gate import RequestClass
from protocols.motherboard import MotherboardCodec, encode_report
from tests.protocols.plain import cut, receive_all, untimed

# Sample 300, battery 3700, counts 1112352, -5000, -870000, 0.
REPORT = b"2C01740E20F91078ECFF90B9F2000000\r\n"
POINT = b"2,3,47.3,1112352\r\n"  # third cell, fourth point: 47.3 kg at 1112352 counts


def calibrated(*zones: int) -> MotherboardCodec:
    codec = MotherboardCodec()
    for zone in zones or (0, 1, 2):
        codec.calibrate(zone, 1.0, 0.0)
    return codec


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def numbered(*numbers: int) -> bytes:
    return b"".join(encode_report(number, 3700, (number, 0, 0, 0)) for number in numbers)


def test_the_worked_report() -> None:
    assert untimed(calibrated().receive(REPORT)) == [[1_112_352.0, -5_000.0, -870_000.0]]


def test_the_worked_report_is_written() -> None:
    assert encode_report(300, 3700, (1_112_352, -5_000, -870_000, 0)) == REPORT


def test_newtons_come_from_our_calibrations_of_the_zones_that_have_one() -> None:
    codec = MotherboardCodec()
    codec.calibrate(2, -0.001, 30_000.0)  # its counts fall with load
    codec.calibrate(0, 0.0005, 2_352.0)
    assert untimed(codec.receive(REPORT)) == [[pytest.approx(555.0), pytest.approx(900.0)]]
    codec.reset()
    assert untimed(codec.receive(REPORT)) == [[pytest.approx(555.0), pytest.approx(900.0)]]
    with pytest.raises(ProtocolError):
        codec.calibrate(3, 1.0, 0.0)


def test_without_a_calibration_nothing_is_delivered_and_that_is_told_once() -> None:
    codec = MotherboardCodec()
    assert codec.receive(REPORT) == [ChannelStatus(0, ChannelProblem.UNCALIBRATED)]
    assert codec.receive(REPORT) == []


def test_its_own_calibration_points_are_read_over() -> None:
    assert calibrated().receive(POINT) == []


def test_the_board_tells_the_rate_of_the_stream() -> None:
    codec = calibrated()
    assert codec.start() == b"S30"
    assert codec.receive(b"Stream:30\r\n") == [StreamStarted(30.0)]
    assert names(codec.receive(REPORT)) == ["UntimedSamples"]


def test_a_stream_that_was_not_announced_is_confirmed_by_its_first_report() -> None:
    codec = calibrated()
    codec.start()
    assert names(codec.receive(REPORT)) == ["StreamStarted", "UntimedSamples"]


def test_a_refused_request_is_told() -> None:
    codec = calibrated()
    codec.start()
    (event,) = codec.receive(b"Error VAL\r\n")
    assert event == Rejected("request", "Error VAL")


def test_a_stop_asks_for_the_serial_number() -> None:
    codec = calibrated()
    assert list(codec.identify()) == [b"#"]
    assert codec.pending == 1
    assert names(codec.receive(REPORT + REPORT[20:])) == ["UntimedSamples", "Noise"]
    assert codec.pending == 1  # what was still on its way is no serial number
    assert codec.receive(b"GT-000123\r\n") == [Identity(serial="GT-000123")]
    assert codec.pending == 0
    assert names(codec.receive(b"GT-000123\r\n")) == ["Noise"]
    assert not MotherboardCodec.talks_while_streaming


def test_missing_numbers_are_counted() -> None:
    events = calibrated().receive(numbered(7, 8, 12, 13))
    assert names(events)[2] == "SamplesLost"
    assert [event.samples for event in events if isinstance(event, SamplesLost)] == [3]


def test_numbers_go_on_through_16_bits() -> None:
    events = calibrated().receive(numbered(65_534, 65_535, 0, 1))
    assert names(events) == ["UntimedSamples"] * 4


def test_a_repeated_report_is_dropped() -> None:
    events = calibrated().receive(numbered(7, 7, 8, 6, 9))
    assert names(events) == [
        "UntimedSamples",
        "Noise",
        "UntimedSamples",
        "Noise",
        "UntimedSamples",
    ]


def test_numbers_that_begin_again_are_told_without_a_count() -> None:
    events = calibrated().receive(numbered(5000, 0, 1))
    assert [event.samples for event in events if isinstance(event, SamplesLost)] == [None]


def test_a_damaged_number_costs_no_more_than_a_quarter_of_a_second() -> None:
    events = calibrated().receive(numbered(1, 2 + 40, *range(3, 63)))
    assert [force for [force, *_] in untimed(events)][2:] == [float(n) for n in range(3, 63)]
    events = calibrated().receive(numbered(1, 2 + 5, *range(3, 63)))
    assert [force for [force, *_] in untimed(events)][2:] == [float(n) for n in range(8, 63)]


def test_a_new_stream_may_begin_with_any_number() -> None:
    codec = calibrated()
    codec.receive(numbered(5000))
    codec.start()
    assert names(codec.receive(numbered(0))) == ["StreamStarted", "UntimedSamples"]


@pytest.mark.parametrize(
    "line",
    [
        REPORT[:-3],  # a digit short
        b"2C01740E20F91078ECFF90B9F20000000",
        b"2C01740E20F91078ECFF90B9F20000XX",
        b"hello",
        b"\xff\xfe",
    ],
)
def test_what_is_no_report_is_noise(line: bytes) -> None:
    (event,) = calibrated().receive(line.strip() + b"\r\n")
    assert isinstance(event, Noise)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"S30", RequestClass.STREAM),
        (b"#", RequestClass.QUERY),
        (b"C", RequestClass.QUERY),
        (b"T", RequestClass.QUERY),
        (b"S80", RequestClass.SETS),
        (b"Thello", RequestClass.SETS),
        (b"D", RequestClass.UNKNOWN),
        (b"C1", RequestClass.UNKNOWN),
        (b"#1", RequestClass.UNKNOWN),
        (b"\x00", RequestClass.UNKNOWN),
        (b"", RequestClass.LISTEN),
    ],
)
def test_every_request_has_its_class(data: bytes, expected: RequestClass) -> None:
    assert MotherboardCodec().request_class(data) is expected


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_after_any_junk_the_next_report_is_read(chunks: list[bytes]) -> None:
    codec = calibrated()
    for row in untimed(receive_all(codec, chunks)):
        assert all(abs(value) <= 2**23 for value in row)
    codec.receive(b"\r\n")
    codec.start()
    assert untimed(codec.receive(REPORT)) == [[1_112_352.0, -5_000.0, -870_000.0]]


@given(
    st.lists(st.tuples(*[st.integers(-(2**23), 2**23 - 1)] * 4), min_size=1, max_size=20),
    st.integers(0, 65_535),
    st.lists(st.integers(0, 700)),
)
def test_any_cut_gives_the_reports_that_were_written(
    rows: list[tuple[int, int, int, int]], first: int, places: list[int]
) -> None:
    data = b"".join(encode_report(first + i, 3700, row) for i, row in enumerate(rows))
    events = receive_all(calibrated(), cut(data, places))
    assert untimed(events) == [[float(value) for value in row[:3]] for row in rows]
    assert set(names(events)) == {"UntimedSamples"}

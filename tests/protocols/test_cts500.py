"""Worked bytes and rules: force_devices.md §8."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.cts500 import Cts500Codec, encode_reply, encode_request, encode_weight
from protocols.events import BatteryLevel, Event, Noise, SamplesLost, StreamStarted
from protocols.gate import RequestClass
from tests.protocols.plain import cut, receive_all, untimed

WEIGHT = bytes.fromhex("05 00 00 00 11 AB C1")  # 45.23 kg
BATTERY = bytes.fromhex("05 80 C4 00 01 73 BD")  # 3.71 V
TEMPERATURE = bytes.fromhex("05 80 C5 00 00 17 61")  # 23 °C
START = bytes.fromhex("05 AA 00 00 00 AF")


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_the_worked_reading_is_45_23_kilograms() -> None:
    assert untimed(Cts500Codec().receive(WEIGHT)) == [[pytest.approx(45.23 * 9.80665)]]


def test_the_worked_answers() -> None:
    assert Cts500Codec().receive(BATTERY) == [BatteryLevel(volts=3.71)]
    assert Cts500Codec().receive(TEMPERATURE) == []


def test_the_worked_frames_are_written() -> None:
    assert encode_request(0xAA) == START
    assert encode_request(0xC1, 3) == bytes.fromhex("05 C1 00 00 03 C9")
    assert encode_request(0xA6) == bytes.fromhex("05 A6 00 00 00 AB")
    assert encode_weight(4523) == WEIGHT
    assert encode_reply(0xC4, 371) == BATTERY
    assert encode_reply(0xC5, 23) == TEMPERATURE


def test_it_is_stopped_first_and_then_asked_for_its_battery() -> None:
    codec = Cts500Codec()
    asked = list(codec.identify())
    assert asked == [bytes.fromhex("05 AB 00 00 00 B0"), bytes.fromhex("05 C4 00 00 00 C9")]
    assert codec.pending == 1
    codec.receive(encode_request(0xAB) + WEIGHT)
    assert codec.pending == 1
    codec.receive(BATTERY)
    assert codec.pending == 0


@pytest.mark.parametrize("echo", [START, b""])
def test_the_stream_is_confirmed_by_its_first_reading(echo: bytes) -> None:
    codec = Cts500Codec()
    assert codec.start() == START
    assert names(codec.receive(echo + WEIGHT * 2)) == [
        "StreamStarted",
        "UntimedSamples",
        "UntimedSamples",
    ]


def test_the_echo_of_a_request_is_no_reading() -> None:
    codec = Cts500Codec()
    assert codec.receive(START) == []
    assert untimed(codec.receive(WEIGHT)) == [[pytest.approx(45.23 * 9.80665)]]


def test_the_echo_of_somebody_elses_request_is_passed_over() -> None:
    codec = Cts500Codec()
    events = codec.receive(bytes.fromhex("05 C1 00 00 03 C9") + WEIGHT)
    assert names(events) == ["UntimedSamples"]


@pytest.mark.parametrize(
    "frame",
    [
        encode_weight(100, sign=0x01),
        encode_weight(100, sign=0x2D),
        encode_weight(2**32 - 100),  # as a number below zero would be in 32 bits
    ],
)
def test_readings_of_unknown_sign_are_left_out_and_counted(frame: bytes) -> None:
    codec = Cts500Codec()
    codec.start()
    events = codec.receive(WEIGHT + frame * 3 + WEIGHT)
    assert names(events) == ["StreamStarted", "UntimedSamples", "SamplesLost", "UntimedSamples"]
    assert [event.samples for event in events if isinstance(event, SamplesLost)] == [3]


def test_after_a_piece_is_lost_the_next_frame_is_found() -> None:
    codec = Cts500Codec()
    events = codec.receive(WEIGHT[:4] + WEIGHT + WEIGHT)
    assert isinstance(events[0], Noise)
    assert untimed(events) == [[pytest.approx(45.23 * 9.80665)]] * 2


def test_a_wrong_sum_is_noise() -> None:
    events = Cts500Codec().receive(WEIGHT[:-1] + b"\xc2" + WEIGHT)
    assert names(events) == ["Noise", "UntimedSamples"]


@pytest.mark.parametrize(
    ("opcode", "expected"),
    [
        (0xAA, RequestClass.STREAM),
        (0xAB, RequestClass.STREAM),
        (0xC4, RequestClass.QUERY),
        (0xC5, RequestClass.QUERY),
        (0xA9, RequestClass.QUERY),
        (0xA6, RequestClass.SETS),
        (0x86, RequestClass.CALIBRATION),
        (0x81, RequestClass.CALIBRATION),
        (0xA1, RequestClass.CALIBRATION),
        (0xA7, RequestClass.CALIBRATION),
        (0xC0, RequestClass.SETS),
        (0xC1, RequestClass.SETS),
        (0xCA, RequestClass.SETS),
        (0xD4, RequestClass.SETS),
        (0x00, RequestClass.UNKNOWN),
        (0xFF, RequestClass.UNKNOWN),
    ],
)
def test_every_opcode_has_its_class(opcode: int, expected: RequestClass) -> None:
    assert Cts500Codec().request_class(encode_request(opcode)) is expected


@pytest.mark.parametrize(
    "data",
    [
        START[:-1],
        START[:-1] + b"\xb0",
        START + START,
        encode_request(0xAA, 1),
        WEIGHT,
    ],
)
def test_what_is_no_request_is_unknown(data: bytes) -> None:
    assert Cts500Codec().request_class(data) is RequestClass.UNKNOWN


def test_only_questions_and_the_stream_can_be_formed() -> None:
    codec = Cts500Codec()
    formed = [*codec.identify(), codec.start(), codec.stop()]
    assert {codec.request_class(data) for data in formed} == {
        RequestClass.QUERY,
        RequestClass.STREAM,
    }
    assert codec.tare() is None
    assert codec.request_class(b"") is RequestClass.LISTEN
    codec.reset()
    assert codec.receive(WEIGHT)[0] != StreamStarted(None)


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_junk_never_raises_and_nothing_is_held_without_end(chunks: list[bytes]) -> None:
    codec = Cts500Codec()
    for chunk in chunks * 5:
        for (force,) in untimed(codec.receive(chunk)):
            assert 0.0 <= force <= 3300 * 9.80665 + 1e-6
    codec.receive(b"\x00" * 7)
    assert untimed(codec.receive(WEIGHT)) == [[pytest.approx(45.23 * 9.80665)]]


@given(st.lists(st.integers(0, 330_000), min_size=1, max_size=30), st.lists(st.integers(0, 300)))
def test_any_cut_gives_the_readings_that_were_written(steps: list[int], places: list[int]) -> None:
    data = START + b"".join(encode_weight(value) for value in steps)
    events = receive_all(Cts500Codec(), cut(data, places))
    assert untimed(events) == [[pytest.approx(value / 100 * 9.80665)] for value in steps]
    assert "Noise" not in names(events)

"""Worked bytes and rules: force_devices.md §11.1, the maker's page of commands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.codec import ProtocolError
from protocols.events import Event, Identity, LogLine, Noise, RatedLoad, Rejected, StreamStarted
from protocols.events import UntimedSamples as Samples
from protocols.gate import RequestClass
from protocols.loadstar import LoadstarCodec, encode_reading
from tests.protocols.plain import cut, receive_all

POUND_N = 4.4482216152605
ANSWERS = [b"A\r\n", b"A\r\n", b"FCM DI-1000\r\n", b"W1234-5678\r\n", b"lb\r\n", b"500.0\r\n"]


def greeted(*answers: bytes) -> tuple[LoadstarCodec, list[bytes], list[Event]]:
    codec = LoadstarCodec()
    asked: list[bytes] = []
    events: list[Event] = []
    replies = iter(answers or ANSWERS)
    for request in codec.identify():
        asked.append(request)
        events += codec.receive(next(replies))
    return codec, asked, events


def streaming(unit: bytes = b"lb") -> LoadstarCodec:
    codec, _, _ = greeted(*ANSWERS[:4], unit + b"\r\n", ANSWERS[5])
    codec.start()
    return codec


def force(events: list[Event]) -> list[float]:
    return [n for event in events if isinstance(event, Samples) for n in event.force[:, 0]]


def test_it_is_stopped_pinged_and_then_asked() -> None:
    codec, asked, events = greeted()
    assert asked == [b"\r", b"\r", b"MODEL\r", b"ID\r", b"UNITS\r", b"LC\r"]
    assert events == [
        Identity(model="FCM DI-1000"),
        Identity(serial="W1234-5678"),
        RatedLoad(0, 500 * POUND_N),
    ]
    assert codec.pending == 0


def test_the_worked_readings_become_newtons_by_the_unit_it_told() -> None:
    codec = streaming()
    assert codec.start() == bytes.fromhex("57 43 0D")
    events = codec.receive(b"-0.000456\r\n0.125\r\n3.04\r\n")
    assert events[0] == StreamStarted()
    assert force(events) == pytest.approx([-0.000456 * POUND_N, 0.125 * POUND_N, 3.04 * POUND_N])
    assert not any(isinstance(event, StreamStarted) for event in codec.receive(b"3.04\r\n"))


@pytest.mark.parametrize(
    ("unit", "newtons"),
    [(b"LB", POUND_N), (b"Kg", 9.80665), (b"kgf", 9.80665), (b"N", 1.0), (b"kN", 1000.0)],
)
def test_every_unit_of_force_is_known(unit: bytes, newtons: float) -> None:
    assert force(streaming(unit).receive(b"2.0\r\n")) == [2 * newtons]


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([*ANSWERS[:2], b"FCM DQ-4000\r\n"], "not a DI-100"),
        ([*ANSWERS[:3], b"TQ1234\r\n"], "no force"),
        ([*ANSWERS[:4], b"lbf-ft\r\n"], "no unit of force"),
        ([*ANSWERS[:4], b"E\r\n", b"E\r\n", b"E\r\n"], "no unit of force"),
    ],
)
def test_what_is_no_force_in_a_known_unit_is_refused(answers: list[bytes], says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        greeted(*answers)


def test_a_question_that_was_answered_by_an_error_is_asked_again() -> None:
    _, asked, _ = greeted(*ANSWERS[:3], b"E\r\n", *ANSWERS[3:])
    assert asked[3:5] == [b"ID\r", b"ID\r"]


def test_the_rest_of_a_stream_and_a_second_ready_are_no_answers() -> None:
    codec = LoadstarCodec()
    questions = codec.identify()
    next(questions)
    next(questions)
    assert LogLine("it was still streaming") in codec.receive(b"3.04\r\nA\r\n")
    next(questions)  # MODEL
    codec.receive(b"A\r\n3.04\r\n")
    assert codec.pending == 1
    assert codec.receive(b"FCM DI-100\r\n") == [Identity(model="FCM DI-100")]


def test_nothing_is_a_sample_before_the_start_and_after_the_stop() -> None:
    codec, _, _ = greeted()
    assert codec.receive(b"3.04\r\n") == []
    codec.start()
    assert force(codec.receive(b"3.04\r\n"))
    assert codec.stop() == b"\r"
    assert codec.receive(b"3.04\r\nA\r\n") == []


def test_a_start_that_was_answered_by_an_error_is_told() -> None:
    assert streaming().receive(b"E\r\n") == [Rejected("start", "it answered with an error")]


def test_what_is_no_number_is_noise() -> None:
    events = streaming().receive(b"1.0\r\n1.\x812\r\nnan\r\n1e9\r\n2.0\r\n")
    assert len(force(events)) == 2
    assert sum(isinstance(event, Noise) for event in events) == 3


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("\r", RequestClass.STREAM),
        ("WC\r", RequestClass.STREAM),
        ("W\r", RequestClass.QUERY),
        ("MODEL\r", RequestClass.QUERY),
        ("unit\r", RequestClass.QUERY),
        ("LC\r", RequestClass.QUERY),
        ("UNITS kg\r", RequestClass.CALIBRATION),
        ("LC 1234\r", RequestClass.CALIBRATION),
        ("ID ABC\r", RequestClass.CALIBRATION),
        ("TARE\r", RequestClass.SETS),
        ("CT0\r", RequestClass.SETS),
        ("SS1\r", RequestClass.UNKNOWN),
        ("MODEL\rTARE\r", RequestClass.UNKNOWN),
        ("WC", RequestClass.UNKNOWN),
        ("", RequestClass.LISTEN),
    ],
)
def test_every_command_has_its_class(data: str, expected: RequestClass) -> None:
    assert LoadstarCodec().request_class(data.encode()) is expected


@given(
    st.lists(st.floats(-9999, 9999), min_size=1, max_size=40),
    st.lists(st.integers(0, 400), max_size=8),
)
def test_whatever_is_written_is_read_however_it_is_cut(
    numbers: list[float], places: list[int]
) -> None:
    data = b"".join(encode_reading(number) for number in numbers)
    events = receive_all(streaming(b"N"), cut(data, places))
    assert force(events) == pytest.approx(numbers, abs=0.000501)


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=5))
def test_junk_never_raises_and_without_a_unit_never_invents(junk: bytes, places: list[int]) -> None:
    codec = LoadstarCodec()
    codec.start()
    assert force(receive_all(codec, cut(junk, places))) == []
    assert np.isfinite(force(receive_all(streaming(), cut(junk, places)))).all()

"""Worked lines and rules: force_devices.md §11.2, the maker's manuals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.events import (
    Event,
    Identity,
    LogLine,
    LowBattery,
    Noise,
    Rejected,
    StreamStarted,
    UntimedSamples,
)
from protocols.gate import RequestClass
from protocols.mark10 import NEWTONS_PER_UNIT, Mark10Codec, encode_reading
from tests.protocols.plain import cut, receive_all

LIST = b"V1.00;LBF;CUR;FLTC8;FLTP1;AOUT00;AOFF5;FULL;MIT;POL;B0\r\n"
ANSWERS = [b"Series 5\r\n", b"M5-500\r\n", b"1.00\r\n", b"3512345\r\n", LIST]


def greeted(*answers: bytes) -> tuple[list[bytes], list[Event]]:
    codec = Mark10Codec()
    asked: list[bytes] = []
    events: list[Event] = []
    replies = iter(answers)
    for request in codec.identify():
        asked.append(request)
        events += codec.receive(next(replies))
    return asked, events


def polling() -> Mark10Codec:
    codec = Mark10Codec()
    codec.start()
    return codec


def force(events: list[Event]) -> list[float]:
    return [n for event in events if isinstance(event, UntimedSamples) for n in event.force[:, 0]]


def test_the_worked_readings_are_a_pull_and_a_push() -> None:
    codec = polling()
    events = codec.receive(b"-18.78 lbF\r\n")
    assert events[0] == StreamStarted()
    codec.poll()
    events += codec.receive(b"4.285 N\r\n")
    assert force(events) == pytest.approx([18.78 * 4.4482216152605, -4.285])
    assert codec.pending == 0


def test_the_worked_readings_are_written() -> None:
    assert encode_reading(18.78 * 4.4482216152605, "lbF", 2) == b"-18.78 lbF\r\n"
    assert encode_reading(-4.285, decimals=3) == b"4.285 N\r\n"


def test_it_says_who_it_is() -> None:
    asked, events = greeted(*ANSWERS)
    assert asked == [b"RN\r", b"RM\r", b"RV\r", b"RS\r", b"LIST\r"]
    assert events == [
        Identity(model="Series 5"),
        Identity(model="M5-500"),
        Identity(firmware="1.00"),
        Identity(serial="3512345"),
    ]


def test_the_last_battery_state_is_a_warning() -> None:
    _, events = greeted(*ANSWERS[:4], LIST.replace(b"B0", b"B3"))
    assert events[-1] == LowBattery()


def test_a_question_spoilt_by_what_came_before_is_asked_again() -> None:
    asked, events = greeted(b"*10\r\n", *ANSWERS)
    assert asked[:2] == [b"RN\r", b"RN\r"]
    assert len(events) == 5


def test_readings_that_it_sends_by_itself_are_no_answers_but_are_samples() -> None:
    codec = Mark10Codec()
    next(codec.identify())
    assert codec.receive(b"-1.0 N\r\n") == [LogLine("a reading that was not asked for")]
    assert codec.pending == 1
    codec.receive(b"Series 5\r\n")
    codec.start()
    assert force(codec.receive(b"-1.0 N\r\n-2.0 N\r\n")) == [1.0, 2.0]


def test_numbers_without_a_unit_are_refused_with_what_to_do() -> None:
    (event,) = polling().receive(b"-18.78\r\n")
    assert isinstance(event, Rejected)
    assert "unit" in event.reason


def test_an_unknown_unit_is_no_reading() -> None:
    codec = polling()
    assert force(codec.receive(b"-18.78 psi\r\n")) == []
    assert codec.pending == 0


@pytest.mark.parametrize("error", [b"*10", b"*11", b"*12", b"*22"])
def test_an_error_settles_the_question(error: bytes) -> None:
    codec = polling()
    (event,) = codec.receive(error + b"\r\n")
    assert isinstance(event, Rejected)
    codec.receive(b"-1.0 N\r\n")
    codec.poll()
    (event,) = codec.receive(error + b"\r\n")
    assert isinstance(event, Rejected | Noise)
    assert codec.pending == 0


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("?C\r", RequestClass.QUERY),
        ("?\r\n", RequestClass.QUERY),
        ("?PT\r", RequestClass.QUERY),
        ("LIST\r", RequestClass.QUERY),
        ("RS\r", RequestClass.QUERY),
        ("Z\r", RequestClass.SETS),
        ("N\r", RequestClass.SETS),
        ("LB\r", RequestClass.SETS),
        ("FLTC0\r", RequestClass.SETS),
        ("AOFF0\r", RequestClass.SETS),
        ("AOUT10\r", RequestClass.SETS),
        ("SAVE\r", RequestClass.SETS),
        ("CLR\r", RequestClass.SETS),
        ("?C\rZ\r", RequestClass.UNKNOWN),
        ("?C", RequestClass.UNKNOWN),
        ("HELLO\r", RequestClass.UNKNOWN),
        ("", RequestClass.LISTEN),
    ],
)
def test_every_command_has_its_class(data: str, expected: RequestClass) -> None:
    assert Mark10Codec().request_class(data.encode()) is expected


def test_the_end_of_polling_needs_no_request() -> None:
    assert Mark10Codec().stop() == b""


@given(
    st.lists(st.floats(-9999, 9999), min_size=1, max_size=40),
    st.sampled_from(["lbF", "ozF", "kgF", "gF", "N", "mN", "kN"]),
    st.lists(st.integers(0, 400), max_size=8),
)
def test_whatever_is_written_is_read_however_it_is_cut(
    numbers: list[float], unit: str, places: list[int]
) -> None:
    scale = NEWTONS_PER_UNIT[unit.lower()]
    data = b"".join(encode_reading(number * scale, unit, 3) for number in numbers)
    read = force(receive_all(polling(), cut(data, places)))
    assert np.array(read) / scale == pytest.approx(numbers, abs=0.000501)


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=5))
def test_junk_never_raises(junk: bytes, places: list[int]) -> None:
    codec = polling()
    assert np.isfinite(force(receive_all(codec, cut(junk, places)))).all()

"""Lines: A&D as in the manual of the AD-4212D, page 27, and that of the FX-CT, page 31; Ohaus as in
its RS232 manual, page 5, and that of the Explorer, page 156. Mettler's standard interface commands
(MT-SICS) from memory. No balance was heard."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.balance import BalanceCodec, TooHeavy, Weight, encode_weight
from protocols.events import Noise
from protocols.gate import RequestClass
from tests.protocols.plain import cut, receive_all

thoroughly = settings(max_examples=2000, deadline=None)

LINES: dict[str, Weight | TooHeavy] = {
    "ST,+00000.34  g": Weight(0.34, True),
    "US,+00000.34  g": Weight(0.34, False),
    "ST,-00001.20  g": Weight(-1.2, True),
    "ST,+000123.4 mg": Weight(pytest.approx(0.1234), True),  # pyright: ignore[reportArgumentType]
    "OL,+9999999  g": TooHeavy(),
    "0.34 g": Weight(0.34, None),
    "      0.34 g  ": Weight(0.34, None),
    "0.34 g ?": Weight(0.34, False),
    "-  0.34 g": Weight(-0.34, None),
    "0.00034 kg": Weight(pytest.approx(0.34), None),  # pyright: ignore[reportArgumentType]
    "+0.340g": Weight(0.34, None),
    "ST,+000.1278,  g": Weight(0.1278, True),  # A&D's CSV format
    "OL,+9999999E+19,  g": TooHeavy(),
    "       12.73 g    ?": Weight(12.73, False),  # Ohaus pads the unit to five places
    "      0.211 kg ?": Weight(211.0, False),
    "    192.08 g     00:00:30": Weight(192.08, None),
    "      0.01 g ?   00:00:00": Weight(0.01, False),
    "S S     0.34 g": Weight(0.34, True),
    "S D     0.34 g": Weight(0.34, False),
    "S +": TooHeavy(),
}


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_lines_of_several_makers_are_read(line: str, end: str):
    assert BalanceCodec().receive(f"{line}{end}".encode()) == [LINES[line]]


# A number without its unit, or in one that is not of mass in grams, is not guessed at.
@pytest.mark.parametrize(
    "line",
    [
        "0.34",
        "0.34 oz",
        "QT,+00000012 PC",
        "OL",
        "ST,+0x12 g",
        "1e3 g",
        "nan g",
        "ready",
        "0,34 g",
        "    207.80 g     TOTAL",
    ],
)
def test_what_is_no_weight_is_told_and_not_guessed(line: str):
    (found,) = BalanceCodec().receive(f"{line}\r\n".encode())
    assert isinstance(found, TooHeavy if line == "OL" else Noise)


def test_the_balance_s_half_writes_the_line_of_a_and_d():
    assert encode_weight(0.34, is_stable=True) == b"ST,+00000.34  g\r\n"
    assert encode_weight(-1.2, is_stable=False) == b"US,-00001.20  g\r\n"


@thoroughly
@given(data=st.binary(max_size=40))
def test_nothing_may_be_sent(data: bytes):
    assert BalanceCodec().request_class(data) is RequestClass.UNKNOWN


STREAM = b"".join(f"{line}\r\n".encode() for line in LINES)


@thoroughly
@given(places=st.lists(st.integers(0, len(STREAM))), junk=st.binary(max_size=80))
def test_any_chunking_gives_the_same_readings(places: list[int], junk: bytes):
    stream = STREAM + junk + b"\r\n" + STREAM
    assert receive_all(BalanceCodec(), cut(stream, places)) == BalanceCodec().receive(stream)


@thoroughly
@given(data=st.binary(max_size=300).filter(lambda data: b"g" not in data))
def test_noise_never_invents_a_weight(data: bytes):
    events = BalanceCodec().receive(data + b"\n")
    assert not any(isinstance(event, Weight) for event in events)


def test_a_line_without_end_holds_little():
    codec = BalanceCodec()
    for _ in range(1000):
        codec.receive(b"9" * 100)
    assert codec.held_bytes <= 120

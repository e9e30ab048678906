from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.events import Noise
from protocols.lines import Lines, decimal
from tests.protocols.plain import cut


def split_all(lines: Lines, chunks: list[bytes]) -> list[bytes | Noise]:
    return [line for chunk in chunks for line in lines.split(chunk)]


def test_lines_come_without_their_ends() -> None:
    assert list(Lines().split(b"3.04\r\n\r\n \x00A\r\nrest")) == [b"3.04", b"A"]


def test_the_end_may_be_a_carriage_return() -> None:
    assert list(Lines(end=b"\r").split(b"+123.4NTO\rR\r")) == [b"+123.4NTO", b"R"]


def test_a_reader_may_take_over_in_the_middle() -> None:
    lines = Lines()
    reading = lines.split(b"one\ntwo\nthree\n")
    assert [next(reading), next(reading)] == [b"one", b"two"]
    assert lines.take_rest() == b"three\n"
    assert list(reading) == []
    assert list(lines.split(b"four\n")) == [b"four"]


def test_of_a_line_without_an_end_only_the_length_is_kept() -> None:
    lines = Lines(longest=10)
    for _ in range(1000):
        assert list(lines.split(b"x" * 100)) == []
        assert lines.held_bytes <= 10
    assert list(lines.split(b"y\nok\n")) == [Noise("no end of line", 100_001), b"ok"]


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=8))
def test_any_cut_gives_the_same_lines(data: bytes, places: list[int]) -> None:
    whole = split_all(Lines(longest=20), [data])
    assert split_all(Lines(longest=20), cut(data, places)) == whole


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"3.04", 3.04),
        (b"-0.000456", -0.000456),
        (b"+12.", 12.0),
        (b"-12345", -12345.0),
        (b"nan", None),
        (b"inf", None),
        (b"1e5", None),
        (b"1_000", None),
        (b"", None),
        (b"-", None),
        (b"1.2.3", None),
        (b"9" * 13, None),
    ],
)
def test_only_plain_decimals_are_numbers(text: bytes, number: float | None) -> None:
    assert decimal(text) == number

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.plain_text import plain_text


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("ONB-12AB", "ONB-12AB"),
        ("a\nb\tc\r\x00d\x1b[31m", "a b c d[31m"),
        ("left\u202etxt.exe", "lefttxt.exe"),  # right-to-left override
        ("\u2066iso\u2069\u200e\u200f\ufeff", "iso"),
        ("zero\u200bwidth\u00adsoft", "zerowidthsoft"),
        ("non\u00a0breaking\u2028line", "non breaking line"),
        ("\ud800lone", "lone"),
        ("\ue000private", "private"),
        ("<img src='//host/x'>", "<img src='//host/x'>"),  # shown as plain text, so left alone
        ("e" + "\u0301" * 40, "é\u0301\u0301"),
        ("   ", ""),
        ("x" * 248, "x" * 64),
        ("Gerät 力", "Gerät 力"),
    ],
)
def test_outside_text_is_cleaned(hostile: str, shown: str) -> None:
    assert plain_text(hostile) == shown


@given(st.text(st.characters(exclude_categories=()), max_size=300))
def test_nothing_invisible_survives(hostile: str) -> None:
    shown = plain_text(hostile)
    assert len(shown) <= 64
    assert shown == shown.strip()
    assert not any(unicodedata.category(c)[0] == "C" for c in shown)
    assert not any(unicodedata.category(c)[0] == "Z" and c != " " for c in shown)
    shown.encode()

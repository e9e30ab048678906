from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from app.settings import Settings, SettingsFile
from app.theme import Scheme
from app.units import ForceUnit, age, clock, day, days_ago, force, number
from app.widgets.fields import read_day

NBSP = "\u00a0"


def test_settings_come_back_from_their_file(tmp_path: Path) -> None:
    path = tmp_path / "config" / "settings.json"
    SettingsFile(path).change(
        scheme=Scheme.DARK, text_scale=1.5, force_unit=ForceUnit.KILOGRAM_FORCE, clinician="Kim"
    )
    again = SettingsFile(path).settings
    assert again.scheme is Scheme.DARK
    assert again.text_scale == 1.5
    assert again.force_unit is ForceUnit.KILOGRAM_FORCE
    assert again.clinician == "Kim"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"scheme": 7, "text_scale": 99, "force_unit": "stone"}']
)
def test_settings_that_cannot_be_read_are_the_defaults(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text, encoding="utf-8")
    assert SettingsFile(path).settings == Settings()


def test_one_bad_setting_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"scheme": "dark", "text_scale": "big"}), encoding="utf-8")
    assert SettingsFile(path).settings == Settings(scheme=Scheme.DARK)


@pytest.mark.parametrize(
    ("newtons", "unit", "text"),
    [
        (268.4, ForceUnit.NEWTON, f"268{NBSP}N"),
        # 1 kgf = 9.80665 N exactly (CGPM 1901); 1 lbf = 0.45359237 kg × 9.80665 m/s².
        (980.665, ForceUnit.KILOGRAM_FORCE, f"100.0{NBSP}kgf"),
        (444.82216152605, ForceUnit.POUND_FORCE, f"100.0{NBSP}lbf"),
        (-0.2, ForceUnit.NEWTON, f"0{NBSP}N"),
        (-3.0, ForceUnit.NEWTON, f"−3{NBSP}N"),
        (None, ForceUnit.NEWTON, "–"),
    ],
)
def test_force_is_shown_in_the_chosen_unit(
    newtons: float | None, unit: ForceUnit, text: str
) -> None:
    assert force(newtons, unit) == text


def test_numbers_have_a_true_minus_and_never_a_negative_zero() -> None:
    assert number(-12.34, 1) == "−12.3"
    assert number(-0.04, 1) == "0.0"
    assert number(0.04, 1, signed=True) == "0.0"
    assert number(5.0, signed=True) == "+5"


def test_time_and_days_are_said_plainly() -> None:
    assert clock(65) == "1:05"
    assert clock(3725.9) == "1:02:05"
    assert clock(None) == "–"
    assert day(date(2026, 10, 3)) == f"3{NBSP}Oct{NBSP}2026"
    assert age(date(2000, 2, 29), date(2026, 2, 28)) == f"25{NBSP}y"
    assert age(date(2000, 2, 29), date(2026, 3, 1)) == f"26{NBSP}y"
    assert days_ago(date(2026, 1, 1), date(2026, 1, 1)) == "today"
    assert days_ago(date(2025, 12, 31), date(2026, 1, 1)) == "yesterday"
    assert days_ago(date(2025, 12, 20), date(2026, 1, 1)) == "12 days ago"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2001-05-31", date(2001, 5, 31)),
        ("31.5.2001", date(2001, 5, 31)),
        ("31/05/2001", date(2001, 5, 31)),
        ("5/31/2001", None),
        ("31.5.01", None),
        ("2001-02-30", None),
        ("yesterday", None),
    ],
)
def test_days_are_read_as_people_type_them(text: str, value: date | None) -> None:
    assert read_day(text) == value

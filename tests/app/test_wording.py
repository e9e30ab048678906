from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.plain_text import plain
from app.wording import (
    clock,
    dose_name,
    duration,
    metric_name,
    metric_value,
    short_method,
    significant,
    unit,
)
from data.analysis.symmetry import FORMULAS as KNOWN_FORMULAS
from data.analysis.trial import analyse
from data.analysis.types import AnalysisOptions, Side
from data.clinical.catalogue import tests as strength_tests
from data.clinical.dose import electrical_dose, ultrasound_dose
from tests import builders


@pytest.mark.parametrize(
    ("key", "name", "printed"),
    [
        ("peak_n", "peak", "N"),
        ("time_to_peak_s", "time to peak", "s"),
        ("impulse_ns", "impulse", "N·s"),
        ("torque_nm", "torque", "N·m"),
        ("per_kg_n_kg", "peak per kg", "N/kg"),
        ("rfd_0_50_n_per_s", "RFD 0–50 ms", "N/s"),
        ("rfd_peak_20ms_n_per_s", "peak RFD over 20 ms", "N/s"),
        ("peak_50ms_n", "peak of the 50 ms mean", "N"),
        ("impulse_100ms_ns", "impulse 0–100 ms", "N·s"),
        ("slope_percent_per_rep", "slope", "%/rep"),
    ],
)
def test_a_key_is_said_with_its_name_and_unit(key: str, name: str, printed: str):
    assert metric_name(key) == name
    assert unit(key) == printed


@pytest.mark.parametrize(
    ("key", "value", "printed"),
    [
        ("peak_n", 321.567, "322"),
        ("peak_n", -0.2, "0"),
        ("torque_nm", 130.2, "130"),
        ("per_kg_n_kg", 3.974359, "3.97"),
        ("cv_percent", 6.803013, "6.8"),
        ("rfd_0_50_n_per_s", 3147.754722, "3150"),
        ("rfd_0_50_n_per_s", 31.47, "31"),
        ("time_to_peak_s", 0.3, "0.30"),
        ("peak_n", None, "–"),
    ],
)
def test_a_number_has_no_digits_beyond_its_precision(key: str, value: float | None, printed: str):
    assert metric_value(key, value) == printed


def test_significant_digits_never_become_an_exponent():
    assert [significant(x, 3) for x in (1652.9, 0.0123456, 0.0, -9.996)] == [
        "1650",
        "0.0123",
        "0",
        "-10.0",
    ]


def test_every_number_that_the_analysis_makes_has_a_unit():
    curve = builders.nordic_curve([(300.0, 250.0)], (Side.LEFT, Side.RIGHT))
    for test in strength_tests().values():
        results = analyse(curve, test, AnalysisOptions(body_mass_kg=78.0, lever_m=0.42))
        keys = {key for rep in results.reps for key in rep.metrics}
        keys |= {key for metrics in results.summary.values() for key in metrics}
        assert all(unit(key) for key in keys)


def test_every_formula_and_every_dose_has_words():
    from app.wording import DOSES, FORMULAS

    assert set(FORMULAS) == set(KNOWN_FORMULAS)
    doses = {*ultrasound_dose(1, 0.2, 5, 300), *electrical_dose(20, 200, 100, "symmetric")}
    assert doses <= set(DOSES)


def test_a_dose_of_one_output_is_said_with_its_number():
    assert dose_name("ch2_counted_pulses") == "pulses counted, channel 2"
    assert dose_name("head1_power_w", of_output=False) == "mean power"
    assert dose_name("something_new") == "something new"


def test_a_method_is_shortened_to_its_id_and_version():
    assert short_method("peak.raw.v1(net of baseline_n)", name="peak") == "peak.raw.v1"
    assert short_method("none", name="filter") == "filter: none"


def test_time_is_that_of_the_wall_with_its_offset():
    # 13:05:30 UTC.
    assert clock(builders.START, -210) == "14 March 2026, 09:35 (UTC-03:30)"
    assert clock(builders.START, 0) == "14 March 2026, 13:05 (UTC+00:00)"


def test_durations_are_said_in_minutes_from_a_minute_on():
    assert [duration(x) for x in (5.04, 59.9, 60, 1193.4)] == [
        "5.0 s",
        "59.9 s",
        "1 min 00 s",
        "19 min 53 s",
    ]


def test_outside_text_is_one_line_without_control_or_direction_characters():
    assert plain("a\nb\tc\x00d\x1b[31me\u202ef\u200fg") == "a b cd[31mefg"
    assert plain("Zoë 王 محمد 👩\u200d⚕️") == "Zoë 王 محمد 👩\u200d⚕️"
    assert plain("") == ""


@given(st.text())
def test_no_outside_text_steers_a_terminal(text: str):
    shown = plain(text)
    assert len(shown.splitlines()) <= 1
    assert all(c in "\u200c\u200d" or unicodedata.category(c) not in {"Cc", "Cf"} for c in shown)

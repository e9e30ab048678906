"""Figures: electrotherapy.md §1.7 (USP-30 manual: 14.65 W/g, "10 W ~ 0.68 g") and §3.4."""

from __future__ import annotations

import pytest

from data.clinical.output_check import CLINIC_SOURCE, OutputCheckError, read, weighed


def test_ten_watts_weigh_what_the_manual_of_a_power_meter_says():
    assert weighed(0.68, 10).power_w == pytest.approx(10, rel=0.005)


def test_the_physics_of_a_plane_absorber_agree_within_their_factor():
    # P = F · c: 344 mg in the field of 9.80665 m/s² and c = 1482 m/s are 5 W (§1.7).
    power_w = 0.344e-3 * 9.80665 * 1482
    assert weighed(0.344, 5, watts_per_gram=14.53).power_w == pytest.approx(power_w, rel=1e-3)


@pytest.mark.parametrize(
    ("panel_w", "error_percent", "is_within"),
    [(5.0, 0.0, True), (6.0, 20.0, True), (6.1, 22.0, False), (3.9, -22.0, False)],
)
def test_the_panel_may_be_a_fifth_off(panel_w: float, error_percent: float, is_within: bool):
    check = weighed(0.5, panel_w, watts_per_gram=10)
    assert check.error_percent == pytest.approx(error_percent)
    assert check.is_within is is_within


def test_the_rule_says_nothing_of_a_tenth_of_the_highest_power():
    assert weighed(0.1, 2.0, highest_w=20).is_within is None
    assert weighed(0.1, 2.1, highest_w=20).is_within is False


@pytest.mark.parametrize("arguments", [(0.0, 5.0), (-0.3, 5.0), (float("nan"), 5.0), (0.3, 0.0)])
def test_a_reading_that_cannot_be_is_refused(arguments: tuple[float, float]):
    with pytest.raises(OutputCheckError):
        weighed(*arguments)


def test_watts_from_a_power_meter_are_compared_as_they_are():
    # 5 W shown, 4 W measured: (5 - 4) / 4 = 25 %.
    check = read(4.0, 5.0)
    assert (check.error_percent, check.is_within) == (25.0, False)
    assert (check.grams, check.watts_per_gram) == (None, None)
    assert "21 CFR 1050.10" in check.limit_source


def test_the_clinics_own_limit_goes_before_the_rules():
    assert read(4.0, 5.0, limit_percent=30).is_within is True
    narrow = weighed(0.5, 5.6, watts_per_gram=10, limit_percent=10)  # 12 % off
    assert (narrow.is_within, narrow.limit_source) == (False, CLINIC_SOURCE)


@pytest.mark.parametrize("arguments", [(0.0, 5.0), (4.0, 0.0), (4.0, float("nan"))])
def test_typed_watts_that_cannot_be_are_refused(arguments: tuple[float, float]):
    with pytest.raises(OutputCheckError):
        read(*arguments)

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.clinical.calibration_fit import (
    FitRefusedError,
    Point,
    fit,
    uncertainty,
)


def test_two_points_give_the_line_through_both() -> None:
    # 20 kg: 196.133 N for 196 133 counts above 50 000, so one count is 1 mN.
    found = fit([Point(0.0, 50_000.0), Point(196.133, 246_133.0)])
    assert found.newtons_per_count == pytest.approx(0.001, rel=1e-12)
    assert found.zero_counts == pytest.approx(50_000.0, rel=1e-12)
    assert found.residuals_n == pytest.approx((0.0, 0.0), abs=1e-9)
    assert found.standard_error_n is None


def test_counts_that_fall_with_the_load_give_a_negative_factor() -> None:
    found = fit([Point(0.0, 10.0), Point(100.0, -190.0), Point(200.0, -390.0)])
    assert found.newtons_per_count == pytest.approx(-0.5, rel=1e-12)
    assert found.zero_counts == pytest.approx(10.0, rel=1e-12)


def test_three_points_leave_residuals_and_a_standard_error() -> None:
    # By hand: loads 0, 100, 200 and counts 0, 103, 200. Slope 200/200 = 1 count/N, mean counts 101,
    # so the line begins at 1: residuals in counts -1, +2, -1, in N the same; sqrt(6 / 1).
    found = fit([Point(0.0, 0.0), Point(100.0, 103.0), Point(200.0, 200.0)])
    assert found.newtons_per_count == pytest.approx(1.0)
    assert found.zero_counts == pytest.approx(1.0)
    assert found.residuals_n == pytest.approx((-1.0, 2.0, -1.0))
    assert found.largest_residual_n == pytest.approx(2.0)
    assert found.standard_error_n == pytest.approx(sqrt(6.0))
    # Standard error of the slope: s / sqrt(sum of squared leans) = sqrt(6) / sqrt(20 000).
    assert found.slope_error_percent == pytest.approx(100.0 * sqrt(6.0 / 20_000.0))


def test_the_noise_of_two_readings_makes_the_error_of_the_factor() -> None:
    # A difference of two means, each with sd/sqrt(n) = 2/sqrt(400) = 0.1: 0.1 · sqrt 2 of 1000.
    points = [Point(0.0, 0.0, 2.0, 400), Point(100.0, 1000.0, 2.0, 400)]
    assert fit(points).slope_error_percent == pytest.approx(100.0 * 0.1 * sqrt(2.0) / 1000.0)


@given(
    st.floats(1e-4, 10.0),
    st.floats(-1e5, 1e5),
    st.lists(st.floats(1.0, 50.0), min_size=2, max_size=6, unique=True),
)
def test_the_fit_is_that_of_numpy(factor: float, zero: float, steps: list[float]) -> None:
    force = np.cumsum([0.0, *(100.0 + step for step in steps)])
    counts = zero + force / factor + np.resize([0.3, -0.2, 0.1], len(force)) / factor
    found = fit([Point(float(n), float(c)) for n, c in zip(force, counts, strict=True)])
    slope, intercept = np.polyfit(force, counts, 1)
    assert found.newtons_per_count == pytest.approx(1.0 / slope, rel=1e-6)
    assert found.zero_counts * factor == pytest.approx(intercept * factor, rel=1e-6, abs=1e-5)


def said(points: list[Point]) -> str:
    with pytest.raises(FitRefusedError) as refused:
        fit(points)
    return str(refused.value)


def test_one_load_is_no_calibration() -> None:
    assert "Two different loads" in said([])
    assert "Two different loads" in said([Point(196.1, 2000.0)])
    # 0.5 N of 196 N is the same mass hung on twice, not a second load.
    assert "Two different loads" in said([Point(196.1, 2000.0), Point(196.6, 2003.0)])


def test_a_load_that_the_reading_does_not_show_is_refused() -> None:
    flat = [Point(0.0, 100.0, 4.0, 16), Point(196.1, 110.0, 4.0, 16)]
    assert "hardly changes" in said(flat)
    assert "hardly changes" in said([Point(0.0, 7.0), Point(196.1, 7.0)])


def test_readings_that_turn_back_are_refused_with_the_two_loads() -> None:
    mixed_up = [Point(0.0, 0.0), Point(98.0, 2000.0), Point(196.0, 1000.0), Point(294.0, 3000.0)]
    assert "between 98 N and 196 N" in said(mixed_up)


def test_what_is_no_number_is_refused() -> None:
    assert "no number" in said([Point(0.0, 0.0), Point(100.0, float("nan"))])


def test_the_uncertainty_says_from_what_it_was_made() -> None:
    exact = fit([Point(0.0, 0.0), Point(100.0, 1000.0), Point(200.0, 2000.0)])
    known = uncertainty(exact, masses_percent=0.3, has_local_gravity=True)
    # 2 · 0.3 / sqrt 3
    assert known.percent == pytest.approx(0.3464, abs=1e-4)
    assert "masses ±0.3 %" in known.method
    # 2 · sqrt(0.3² + 0.27²) / sqrt 3
    at_sea = uncertainty(exact, masses_percent=0.3, has_local_gravity=False)
    assert at_sea.percent == pytest.approx(0.4661, abs=1e-4)
    assert "standard gravity" in at_sea.method
    nobody = uncertainty(exact, masses_percent=None, has_local_gravity=True)
    assert (nobody.percent, "taken as exact" in nobody.method) == (
        pytest.approx(0.0, abs=1e-9),
        True,
    )

"""Trouble with a cell, laid over efforts whose numbers follow from a formula."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data.analysis.types import Curve, Side
from tests.data.analysis.curves import (
    HOLD,
    NORDIC,
    Shape,
    curve,
    exponential,
    half_sines,
    nordic,
    one_rep,
    only_rep,
    raised_cosine,
    refusal,
    run,
    times,
    trapezoid,
    value,
)

NOISE = np.random.default_rng(7)
SHAPES = (trapezoid, exponential, raised_cosine, nordic)


def _noisy(curve: Curve, sd_n: float) -> Curve:
    return replace(curve, force=curve.force + NOISE.normal(0, sd_n, curve.force.shape))


def _with_spike(curve: Curve, at_s: float, newtons: float) -> Curve:
    force = curve.force.copy()
    force[int(np.searchsorted(curve.t, at_s))] += newtons
    return replace(curve, force=force)


@pytest.mark.parametrize("newtons", [16.0, 400.0, -200.0])
@pytest.mark.parametrize("rate_hz", [80.0, 1000.0])
def test_a_single_reading_that_stands_apart_is_told_and_stays(
    newtons: float, rate_hz: float
) -> None:
    recorded = _with_spike(_noisy(one_rep(trapezoid, rate_hz), 0.2), 2.5, newtons)
    rep = only_rep(run(recorded))
    assert "SPIKE" in rep.codes
    assert value(rep, "peak_n") == pytest.approx(300 + max(newtons, 0), abs=2)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("rate_hz", [80.0, 1000.0])
@pytest.mark.parametrize("sd_n", [0.0, 0.5, 8.0])
def test_no_effort_and_no_noise_is_taken_for_a_spike(
    shape: Shape, rate_hz: float, sd_n: float
) -> None:
    for rep in run(_noisy(one_rep(shape, rate_hz), sd_n)).reps:
        assert "SPIKE" not in rep.codes


def test_readings_that_come_slowly_may_be_a_quick_effort() -> None:
    recorded = _with_spike(one_rep(trapezoid, 20.0), 2.5, 100.0)
    assert "SPIKE" not in only_rep(run(recorded)).codes


def test_steps_of_one_pound_are_no_spikes() -> None:
    t = times(12.0, 80.0)
    pound = 4.4482216152605
    force = np.round((half_sines(t - 1, (60, 60)) + NOISE.normal(0, 2, len(t))) / pound) * pound
    assert all("SPIKE" not in rep.codes for rep in run(curve(t, force)).reps)


def _both(left: np.ndarray, right: np.ndarray, t: np.ndarray) -> Curve:
    return _noisy(curve(t, left, right), 0.2)


def test_a_cell_that_stays_while_the_other_moves_gives_no_numbers_and_no_asymmetry() -> None:
    t = times(8.0)
    recorded = _both(nordic(t - 2), nordic(t - 2), t)
    stuck = recorded.force.copy()
    stuck[t >= 4.2, 0] = 188.0 + NOISE.normal(0, 0.1, int((t >= 4.2).sum()))  # before the break
    analysis = run(replace(recorded, force=stuck), NORDIC)
    left, right = only_rep(analysis, Side.LEFT), only_rep(analysis, Side.RIGHT)
    assert "STUCK" in left.codes
    assert "STUCK" not in right.codes
    assert "stood still for" in refusal(left.metrics["peak_n"])
    assert value(right, "peak_n") == pytest.approx(350, abs=2)
    assert analysis.asymmetry.value_percent is None


def test_two_cells_that_rest_or_hold_are_not_stuck() -> None:
    t = times(8.0)
    still = curve(t, trapezoid(t - 2), trapezoid(t - 2))  # without any noise
    analysis = run(still, NORDIC)
    assert all("STUCK" not in rep.codes for rep in analysis.reps)
    assert analysis.asymmetry.value_percent == pytest.approx(0.0)


def test_a_cell_that_nobody_pulls_on_is_not_stuck() -> None:
    t = times(8.0)
    analysis = run(_both(nordic(t - 2), np.zeros_like(t), t), NORDIC)
    assert all("STUCK" not in rep.codes for rep in analysis.reps)


@pytest.mark.parametrize(("newtons", "is_told"), [(25.0, True), (-25.0, True), (15.0, False)])
def test_a_zero_that_moved_in_a_trial_is_told(newtons: float, is_told: bool) -> None:
    t = times(9.0)
    knock = np.where(t > 3.0, newtons, 0.0)  # in the middle of the hold
    analysis = run(_noisy(curve(t, trapezoid(t - 2) + knock), 0.2), HOLD)
    told = [note for note in analysis.quality if note.code == "ZERO"]
    assert bool(told) is is_told
    if told:
        assert f"25 N {'more' if newtons > 0 else 'less'}" in told[0].text

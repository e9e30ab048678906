from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from data.analysis.errors import AnalysisError
from data.analysis.filters import lowpass
from data.analysis.sampling import Sampling
from data.analysis.types import AnalysisOptions, Curve, Side
from tests.data.analysis.curves import (
    HOLD,
    Array,
    curve,
    exponential,
    one_rep,
    only_rep,
    raised_cosine,
    refusal,
    run,
    times,
    trapezoid,
    value,
)


def _smooth(t: Array, force: Array, cutoff_hz: float) -> Array:
    return lowpass(t, force, Sampling.of(curve(t, force)), cutoff_hz)


# -3 dB is a gain of 1/sqrt(2) by definition; both passes together lose it at the stated cut-off.
@pytest.mark.parametrize(("rate_hz", "cutoff_hz"), [(1000, 20), (1000, 50), (200, 50), (500, 6)])
def test_a_sine_at_the_cut_off_keeps_0_7071_of_its_size(rate_hz: float, cutoff_hz: float) -> None:
    t = times(8.0, rate_hz)
    wave = 100 * np.sin(2 * np.pi * cutoff_hz * t + 0.3)
    inside = slice(len(t) // 4, -len(t) // 4)
    left = _smooth(t, wave, cutoff_hz)[inside]
    assert left == pytest.approx(wave[inside] / math.sqrt(2), abs=0.2)


def test_a_constant_and_a_straight_line_pass_unchanged() -> None:
    t = times(2.0)
    for line in (0 * t + 88.0, 20 * t - 7):
        assert _smooth(t, line, 20) == pytest.approx(line, abs=1e-9)


def test_a_step_down_overshoots_before_it_and_the_headline_peak_does_not_see_it() -> None:
    t = times(3.0)
    step = np.where(t < 1.5, 500.0, 0.0)
    # Zero-phase Butterworth: 3.4 to 3.8 % over a plateau of 500 N (clinical_science 0.3).
    assert 100 * (_smooth(t, step, 20).max() / 500 - 1) == pytest.approx(3.6, abs=0.3)
    recorded = one_rep(trapezoid)
    plain = only_rep(run(recorded))
    filtered = only_rep(run(recorded, HOLD, AnalysisOptions(filter_hz=20)))
    for key in ("peak_n", "peak_50ms_n", "peak_1s_n", "impulse_ns", "mean_n", "baseline_n"):
        assert value(filtered, key) == value(plain, key)
        assert "filter" not in filtered.metrics[key].method


# Error of RFD 0-100 of the abrupt rise at true onset: clinical_science 1.2. The force that leaks
# before the true onset moves ours forward as well, so the whole of the rise is asked here.
@pytest.mark.parametrize(("cutoff_hz", "error_percent"), [(20, -3.5), (50, -1.4), (100, -0.7)])
def test_what_a_filter_does_to_an_abrupt_rise_is_known(
    cutoff_hz: float, error_percent: float
) -> None:
    t = times(4.0)
    smooth = _smooth(t, exponential(t - 1), cutoff_hz)
    rise = (smooth[1100] - smooth[1000]) / 0.1
    true = 400 * (1 - math.exp(-1)) / 0.1
    assert 100 * (rise / true - 1) == pytest.approx(error_percent, abs=0.15)


def test_a_smooth_rise_keeps_its_slope_through_the_filter() -> None:
    recorded = one_rep(raised_cosine)
    rep = only_rep(run(recorded, HOLD, AnalysisOptions(filter_hz=50)))
    # peak slope of 250·(1 - cos(pi·x/0.4)) over 20 ms
    steepest = 500 * math.sin(math.pi * 0.01 / 0.4) / 0.02
    assert value(rep, "rfd_peak_20ms_n_per_s") == pytest.approx(steepest, rel=0.005)


def test_the_filter_stands_in_every_number_it_touches_and_in_the_record() -> None:
    analysis = run(one_rep(raised_cosine), HOLD, AnalysisOptions(filter_hz=50))
    rep = only_rep(analysis)
    for key in ("rfd_0_100_n_per_s", "force_at_100ms_n", "impulse_100ms_ns", "time_to_peak_s"):
        assert "filter.butter2.v1(50 Hz)" in rep.metrics[key].method
    assert analysis.methods["filter"].startswith("filter.butter2.v1(50 Hz)")
    assert run(one_rep(raised_cosine)).methods["filter"] == "none"


def test_nothing_is_smoothed_across_a_gap() -> None:
    t = times(4.0)
    force = np.where(t < 2, 0.0, 400.0)
    kept = (t < 1.95) | (t > 2.05)
    smooth = _smooth(t[kept], force[kept], 10)
    assert smooth[t[kept] < 1.95] == pytest.approx(0.0, abs=1e-9)
    assert smooth[t[kept] > 2.05] == pytest.approx(400.0, abs=1e-9)


def test_a_gap_that_the_device_reports_parts_the_runs_too() -> None:
    recorded = one_rep(trapezoid)
    gap = replace(recorded, gaps=())
    assert len(Sampling.of(gap).runs(gap.t)) == 1
    kept = (recorded.t < 2.0) | (recorded.t >= 2.2)
    lost = replace(recorded, t=recorded.t[kept], force=recorded.force[kept])
    runs = Sampling.of(lost).runs(lost.t)
    assert [(lost.t[r][0], lost.t[r][-1]) for r in runs] == [(0.0, 1.999), (2.2, 6.0)]


def test_uneven_times_are_filtered_as_even_ones_are() -> None:
    even = times(4.0, 200.0)
    rng = np.random.default_rng(5)
    uneven = even + np.concatenate([[0], rng.uniform(-1e-3, 1e-3, len(even) - 2), [0]])
    expected = _smooth(even, raised_cosine(even - 1), 10)
    smooth = _smooth(uneven, raised_cosine(uneven - 1), 10)
    assert smooth == pytest.approx(np.interp(uneven, even, expected), abs=1.0)


@pytest.mark.parametrize("cutoff_hz", [0, -5, 50])
def test_a_cut_off_that_the_rate_cannot_carry_is_refused(cutoff_hz: float) -> None:
    with pytest.raises(AnalysisError, match="Choose a lower cut-off, or none"):
        run(one_rep(trapezoid, 80), HOLD, AnalysisOptions(filter_hz=cutoff_hz))


def test_a_recording_of_almost_nothing_survives_the_filter() -> None:
    t = np.array([0.0, 0.001])
    recorded = Curve(t, np.array([[1.0], [2.0]]), (Side.LEFT,))
    assert run(recorded, HOLD, AnalysisOptions(filter_hz=50)).reps == ()


def test_a_device_gate_still_refuses_what_was_filtered_twice() -> None:
    options = AnalysisOptions(filter_hz=50, allows_rfd=False)
    rep = only_rep(run(one_rep(raised_cosine), HOLD, options))
    assert refusal(rep.metrics["rfd_0_100_n_per_s"]) == "this device filters its samples"


# The filter works in blocks; where they begin must not be seen.
@pytest.mark.parametrize("cutoff_hz", [10.0, 50.0, 200.0])
@pytest.mark.parametrize("late", [1, 333, 1024])
def test_what_comes_later_is_smoothed_alike(cutoff_hz: float, late: int) -> None:
    noise = np.random.default_rng(3).normal(0, 10, 12_000)
    t = times(11.999)
    whole = _smooth(t, noise, cutoff_hz)
    part = _smooth(t[late:], noise[late:], cutoff_hz)
    memory = round(6000 / cutoff_hz)
    assert part[memory:] == pytest.approx(whole[late + memory :], abs=1e-9)


@pytest.mark.parametrize("samples", [3, 10, 120, 4097])
def test_a_straight_line_of_any_length_is_left_as_it_is(samples: int) -> None:
    t = np.arange(samples) / 1000
    assert _smooth(t, 50 + 20 * t, 20.0) == pytest.approx(50 + 20 * t, abs=1e-9)

"""Repetitions, areas, slopes and spreads beside those of other packages."""

from __future__ import annotations

import numpy as np
import pytest

from data.analysis.types import Side
from tests.data.analysis.curves import (
    Array,
    Shape,
    curve,
    exponential,
    half_sines,
    one_rep,
    only_rep,
    raised_cosine,
    run,
    times,
    trapezoid,
    value,
)
from tests.oracles.packages import oracle

AMPLITUDES = (300.0, 291.0, 284.0, 266.0, 262.0, 250.0)


def six_efforts() -> tuple[Array, Array]:
    t = times(32.0)
    return t, half_sines(t - 1.5, AMPLITUDES)


def test_areas_are_those_of_scipy() -> None:
    integrate = oracle("scipy.integrate")
    t, force = six_efforts()
    for rep in run(curve(t, force)).reps:
        inside = (t >= rep.bounds.start_s - 1e-9) & (t <= rep.bounds.end_s + 1e-9)
        expected = integrate.trapezoid(force[inside], t[inside])
        assert value(rep, "impulse_ns") == pytest.approx(expected, rel=1e-9)
        # Simpson's rule follows the curve between the samples: what trapezoids miss is 10⁻⁶
        assert value(rep, "impulse_ns") == pytest.approx(
            integrate.simpson(force[inside], x=t[inside]), rel=1e-5
        )


@pytest.mark.parametrize("shape", [exponential, raised_cosine])
def test_force_and_impulse_after_onset_are_scipys_interpolation(shape: Shape) -> None:
    interpolate = oracle("scipy.interpolate")
    recorded = one_rep(shape, 487.0)
    rep = only_rep(run(recorded))
    assert rep.onset_s is not None
    line = interpolate.make_interp_spline(recorded.t, recorded.force[:, 0], k=1)
    for ms in (100, 150, 200, 250):
        end = rep.onset_s + ms / 1000
        assert value(rep, f"force_at_{ms}ms_n") == pytest.approx(float(line(end)), rel=1e-9)
        area = line.integrate(rep.onset_s, end)
        assert value(rep, f"impulse_{ms}ms_ns") == pytest.approx(float(area), rel=1e-9)


def test_the_steepest_rise_is_that_of_scipys_smoothing_derivative() -> None:
    signal = oracle("scipy.signal")
    recorded = one_rep(raised_cosine)
    rep = only_rep(run(recorded))
    # A straight line through 21 samples, against the difference over the same 20 ms
    slope = signal.savgol_filter(recorded.force[:, 0], 21, 1, deriv=1, delta=0.001)
    assert value(rep, "rfd_peak_20ms_n_per_s") == pytest.approx(slope.max(), rel=1e-3)


def test_steadiness_is_the_spread_about_scipys_line() -> None:
    signal = oracle("scipy.signal")
    t = times(6.0)
    noise = np.random.default_rng(2).normal(0, 0.4, len(t))
    force = trapezoid(t - 1) + noise
    rep = only_rep(run(curve(t, force)))
    high = np.flatnonzero(force - value(rep, "baseline_n") >= 0.9 * value(rep, "peak_n"))
    left = signal.detrend(force[high[0] : high[-1] + 1])
    spread = np.sqrt(np.dot(left, left) / (len(left) - 2))
    expected = 100 * spread / value(rep, "mean_hold_n")
    assert value(rep, "steadiness_percent") == pytest.approx(expected, rel=1e-6)


def test_slope_and_cv_of_a_set_are_those_of_scipy() -> None:
    stats = oracle("scipy.stats")
    t, force = six_efforts()
    summary = run(curve(t, force)).summary[Side.LEFT]
    slope = stats.linregress(range(6), AMPLITUDES).slope
    assert summary["slope_n_per_rep"].value == pytest.approx(slope, rel=1e-6)
    cv = 100 * stats.variation(AMPLITUDES, ddof=1)
    assert summary["cv_percent"].value == pytest.approx(cv, rel=1e-6)


def test_repetitions_are_the_cycles_of_kineticstoolkit() -> None:
    ktk = oracle("kineticstoolkit")
    t = times(32.0)
    force = half_sines(t - 1.5)
    series = ktk.TimeSeries(time=t, data={"force": force})
    cycles = ktk.cycles.detect_cycles(
        series, "force", event_names=["push", "rest"], thresholds=[20, 10]
    )
    pushes = [event.time for event in cycles.events if event.name == "push"]
    starts = [rep.bounds.start_s for rep in run(curve(t, force)).reps]
    # It begins at 20 N, we walk back to the baseline: asin(20/300)·2/pi is 43 ms.
    assert len(pushes) == len(starts) == 6
    assert np.array(pushes) - np.array(starts) == pytest.approx(0.043, abs=0.01)


def test_peaks_are_those_of_neurokit2() -> None:
    package = oracle("neurokit2")
    t, force = six_efforts()
    found = package.signal_findpeaks(force, height_min=20)
    reps = run(curve(t, force)).reps
    assert t[found["Peaks"]] == pytest.approx([rep.peak_s for rep in reps])
    assert found["Height"] == pytest.approx([value(rep, "peak_gross_n") for rep in reps])

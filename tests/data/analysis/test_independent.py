"""The same numbers from packages that others wrote: dependency group `oracles`, skipped without."""

from __future__ import annotations

import math

import numpy as np
import pytest

from data.analysis.filters import CORRECTION, lowpass
from data.analysis.sampling import Sampling
from tests.data.analysis.curves import Array, curve, half_sines, run, times, trapezoid, value

RATE_HZ = 1000.0


def _noisy_hold() -> tuple[Array, Array]:
    t = times(10.0, RATE_HZ)
    return t, trapezoid(t - 3) + np.random.default_rng(1).normal(0, 2, len(t))


@pytest.mark.parametrize("cutoff_hz", [6, 15, 50])
def test_the_filter_is_that_of_scipy_with_a_corrected_cut_off(cutoff_hz: float) -> None:
    signal = pytest.importorskip("scipy.signal", reason="scipy is not installed")
    t, force = _noisy_hold()
    # Both passes: (sqrt(2) - 1)^(1/4); the bilinear transform bends frequencies by tan().
    corner = math.tan(math.pi * cutoff_hz / RATE_HZ) / (math.sqrt(2) - 1) ** 0.25
    design = math.atan(corner) * RATE_HZ / math.pi
    sections = signal.butter(2, design, fs=RATE_HZ, output="sos")
    expected = signal.sosfiltfilt(sections, force, padlen=3000)
    smooth = lowpass(t, force, Sampling.of(curve(t, force)), cutoff_hz)
    assert smooth == pytest.approx(expected, abs=1e-8)


def test_the_filter_is_that_of_kineticstoolkit_at_a_cut_off_that_it_does_not_correct() -> None:
    ktk = pytest.importorskip("kineticstoolkit", reason="kineticstoolkit is not installed")
    t, force = _noisy_hold()
    series = ktk.TimeSeries(time=t, data={"force": force})
    # It states the cut-off of one pass: both lose 6 dB there, ours 3 dB at 0.802 of it.
    filtered = ktk.filters.butter(series, fc=20 / CORRECTION, order=2)
    smooth = lowpass(t, force, Sampling.of(curve(t, force)), 20)
    inside = slice(500, -500)
    assert smooth[inside] == pytest.approx(filtered.data["force"][inside], abs=0.05)


def test_areas_are_those_of_scipy() -> None:
    integrate = pytest.importorskip("scipy.integrate", reason="scipy is not installed")
    t = times(32.0)
    force = half_sines(t - 1.5)
    for rep in run(curve(t, force)).reps:
        inside = (t >= rep.bounds.start_s - 1e-9) & (t <= rep.bounds.end_s + 1e-9)
        expected = integrate.trapezoid(force[inside], t[inside])
        assert value(rep, "impulse_ns") == pytest.approx(expected, rel=1e-9)


def test_repetitions_are_the_cycles_of_kineticstoolkit() -> None:
    ktk = pytest.importorskip("kineticstoolkit", reason="kineticstoolkit is not installed")
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

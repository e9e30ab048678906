"""The filter beside those of other packages."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from data.analysis.filters import CORRECTION, gain, lowpass
from data.analysis.sampling import Sampling
from tests.data.analysis.curves import Array, curve, times, trapezoid
from tests.oracles.packages import oracle

Smooth = Callable[[Array, Array], Any]

RATE_HZ = 1000.0


def noisy_hold() -> tuple[Array, Array]:
    t = times(10.0, RATE_HZ)
    return t, trapezoid(t - 3) + np.random.default_rng(1).normal(0, 2, len(t))


def smoothed(t: Array, force: Array, cutoff_hz: float) -> Array:
    return lowpass(t, force, Sampling.of(curve(t, force)), cutoff_hz)


def gain_of(smooth: Smooth, frequency_hz: float) -> float:
    """What a filter leaves of a sine in the middle of 8 s."""
    t = times(8.0, RATE_HZ)
    wave = np.sin(2 * np.pi * frequency_hz * t)
    inside = slice(2000, -2000)
    return float(np.dot(smooth(t, wave)[inside], wave[inside]) / np.dot(wave[inside], wave[inside]))


@pytest.mark.parametrize("cutoff_hz", [6, 15, 50])
def test_the_filter_is_that_of_scipy_with_a_corrected_cut_off(cutoff_hz: float) -> None:
    signal = oracle("scipy.signal")
    t, force = noisy_hold()
    # Both passes: (sqrt(2) - 1)^(1/4); the bilinear transform bends frequencies by tan().
    corner = math.tan(math.pi * cutoff_hz / RATE_HZ) / (math.sqrt(2) - 1) ** 0.25
    design = math.atan(corner) * RATE_HZ / math.pi
    sections = signal.butter(2, design, fs=RATE_HZ, output="sos")
    expected = signal.sosfiltfilt(sections, force, padlen=3000)
    assert smoothed(t, force, cutoff_hz) == pytest.approx(expected, abs=1e-8)


def test_its_gain_is_the_square_of_scipys_frequency_response() -> None:
    signal = oracle("scipy.signal")
    corner = math.tan(math.pi * 20 / RATE_HZ) / CORRECTION
    design = math.atan(corner) * RATE_HZ / math.pi
    frequencies = np.linspace(0.5, 200, 50)
    _, response = signal.sosfreqz(
        signal.butter(2, design, fs=RATE_HZ, output="sos"), frequencies, fs=RATE_HZ
    )
    assert gain(frequencies, 20, RATE_HZ) == pytest.approx(np.abs(response) ** 2, abs=1e-12)


def test_butter_and_filtfilt_alone_lose_six_decibels_where_ours_loses_three() -> None:
    signal = oracle("scipy.signal")
    b, a = signal.butter(4, 20, fs=RATE_HZ)
    assert gain_of(lambda _t, f: signal.filtfilt(b, a, f), 20) == pytest.approx(0.5, abs=0.002)
    assert gain_of(lambda t, f: smoothed(t, f, 20), 20) == pytest.approx(0.7071, abs=2e-4)


def test_kineticstoolkit_states_the_cut_off_of_one_pass() -> None:
    ktk = oracle("kineticstoolkit")
    t, force = noisy_hold()

    def theirs(t: Array, force: Array, cutoff_hz: float = 20) -> Any:
        series = ktk.TimeSeries(time=t, data={"force": force})
        return ktk.filters.butter(series, fc=cutoff_hz, order=2).data["force"]

    assert gain_of(theirs, 20) == pytest.approx(0.5, abs=0.002)
    inside = slice(500, -500)
    ours = smoothed(t, force, 20)[inside]
    assert ours == pytest.approx(theirs(t, force, 20 / CORRECTION)[inside], abs=0.05)


def test_biomdp_corrects_its_cut_off_without_the_bend_of_the_bilinear_transform() -> None:
    biomdp = oracle("biomdp.filter_butter")
    t, force = noisy_hold()

    def theirs(_t: Array, force: Array, cutoff_hz: float = 20) -> Any:
        return biomdp.filter_butter(force, fr=RATE_HZ, fc=cutoff_hz, order=2)

    assert gain_of(theirs, 20) == pytest.approx(0.7077, abs=2e-4)
    inside = slice(500, -500)
    # 0.08 % of the gain at 20 Hz, and almost nothing of what a hold consists of
    assert smoothed(t, force, 20)[inside] == pytest.approx(theirs(t, force)[inside], abs=0.05)


def test_neurokit2_states_the_cut_off_of_one_pass_too() -> None:
    package = oracle("neurokit2")

    def theirs(_t: Array, force: Array) -> Any:
        return package.signal_filter(
            force, sampling_rate=RATE_HZ, highcut=20, method="butterworth", order=2
        )

    assert gain_of(theirs, 20) == pytest.approx(0.5, abs=0.002)

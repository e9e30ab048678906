"""Zero-phase low-pass, used only where somebody asks for it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from data.analysis.errors import AnalysisError
from data.analysis.sampling import Sampling

Array = NDArray[np.float64]

METHOD = "filter.butter2.v1"
# Least sampling rate in cut-offs; at 4 a corrected cut-off still lies below half the rate.
RATE_PER_CUTOFF = 4.0
# Two passes of a second-order filter lose 3 dB at this share of each pass's own cut-off.
CORRECTION = (math.sqrt(2) - 1) ** 0.25
_EVEN = 0.01


def describe(cutoff_hz: float) -> str:
    """The filter as it stands in a method."""
    return f"{METHOD}({cutoff_hz:g} Hz)"


def explain(cutoff_hz: float, rate_hz: float) -> str:
    """The filter in full, with the cut-off that each of its passes is designed for."""
    design = math.atan(_corner(cutoff_hz, rate_hz)) * rate_hz / math.pi
    return (
        f"{describe(cutoff_hz)}: second-order Butterworth forward and backward, each pass designed "
        f"for {design:.2f} Hz so that both together lose 3 dB at {cutoff_hz:g} Hz"
    )


def lowpass(t: Array, force: Array, sampling: Sampling, cutoff_hz: float) -> Array:
    """``force (n,) N`` through a second-order Butterworth, forward and backward.

    The cut-off is corrected for the two passes: the gain at `cutoff_hz` is -3 dB. Each unbroken
    run of samples is filtered by itself. Raises `AnalysisError` where the rate is too low.
    """
    if not 0 < cutoff_hz <= sampling.rate_hz / RATE_PER_CUTOFF:
        raise AnalysisError(
            f"A filter of {cutoff_hz:g} Hz needs at least {RATE_PER_CUTOFF * cutoff_hz:.0f} "
            f"samples a second, and there are {sampling.rate_hz:.0f}; nothing was computed. "
            "Choose a lower cut-off, or none."
        )
    runs = [_filtered(t[run], force[run], cutoff_hz) for run in sampling.runs(t)]
    return runs[0] if len(runs) == 1 else np.concatenate(runs)


def gain(frequency_hz: Array, cutoff_hz: float, rate_hz: float) -> Array:
    """What both passes leave of a sine, ``(n,)``, 0 to 1."""
    squared = (np.tan(np.pi / rate_hz * frequency_hz) / _corner(cutoff_hz, rate_hz)) ** 2
    return 1 / (1 + squared * squared)  # a fourth power costs ten times two squares


def _corner(cutoff_hz: float, rate_hz: float) -> float:
    """Of each pass, as tan(π·f/fs): that undoes what the bilinear transform does to frequencies."""
    return math.tan(math.pi * cutoff_hz / rate_hz) / CORRECTION


def _filtered(t: Array, force: Array, cutoff_hz: float) -> Array:
    if len(t) < 3:
        return force
    period = float(t[-1] - t[0]) / (len(t) - 1)
    spacing = np.diff(t)
    if float(spacing.max() - spacing.min()) <= _EVEN * period:
        return _even_filtered(force, cutoff_hz, 1 / period)
    grid = np.arange(len(t), dtype=np.float64) * period + float(t[0])
    smooth = _even_filtered(np.interp(grid, t, force), cutoff_hz, 1 / period)
    return np.interp(t, grid, smooth)


def _even_filtered(force: Array, cutoff_hz: float, rate_hz: float) -> Array:
    """By its gain in the frequency domain: there, both passes are one multiplication.

    In blocks that stay in the processor's cache; they overlap by the filter's memory, and so do the
    ends, where the curve is turned about its end points.
    """
    memory = math.ceil(6 * rate_hz / cutoff_hz)
    length = 1 << (8 * memory - 1).bit_length()
    step = length - 2 * memory
    rest = -len(force) % step
    extended = np.pad(force, (memory, memory + rest), mode="reflect", reflect_type="odd")
    blocks = np.lib.stride_tricks.sliding_window_view(extended, length)[::step]
    frequencies = np.arange(length // 2 + 1, dtype=np.float64) * (rate_hz / length)
    spectra = np.fft.rfft(blocks)
    spectra *= gain(frequencies, cutoff_hz, rate_hz)
    return np.fft.irfft(spectra, length)[:, memory:-memory].ravel()[: len(force)]

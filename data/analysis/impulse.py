"""Areas under the force curve, and how steeply it falls after the peak."""

from __future__ import annotations

import numpy as np

from data.analysis.trace import Trace

RELEASE_WINDOW_S = 0.05


def impulse(trace: Trace, start: float, end: float) -> float:
    """Area between two moments by trapezoids with exact end points, N·s."""
    return trace.integral(start, end)


def release_rate(trace: Trace, peak_s: float, end: float) -> float | None:
    """The steepest fall over 50 ms after the peak, N/s (negative); None if that is too short."""
    window = RELEASE_WINDOW_S
    inside = trace.t[trace.between(peak_s, end)]
    ends = np.concatenate(
        [inside[inside >= peak_s + window], inside[inside <= end - window] + window]
    )
    if not len(ends):
        return None
    falls = np.interp(ends, trace.t, trace.f) - np.interp(ends - window, trace.t, trace.f)
    return float(falls.min() / window)

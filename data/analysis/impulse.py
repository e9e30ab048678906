"""Areas under the force curve, and how steeply it falls after the peak."""

from __future__ import annotations

from data.analysis.trace import NetTrace, Trace

RELEASE_WINDOW_S = 0.05


def impulse(trace: NetTrace, start: float, end: float) -> float:
    """Area between two moments by trapezoids with exact end points, N·s."""
    return trace.integral(start, end)


def release_rate(trace: Trace, peak_s: float, end: float) -> float | None:
    """The steepest fall over 50 ms after the peak, N/s (negative); None if that is too short."""
    falls = trace.rises(peak_s, end, RELEASE_WINDOW_S)
    return float(falls.min()) / RELEASE_WINDOW_S if len(falls) else None

"""Highest force in a repetition: the raw maximum, and means over short windows."""

from __future__ import annotations

import numpy as np

from data.analysis.trace import Trace


def raw_peak(trace: Trace, start: float, end: float) -> tuple[float, float]:
    """The highest sample in ``start..end`` and its time; the first of equals."""
    span = trace.between(start, end)
    k = span.start + int(trace.f[span].argmax())
    return float(trace.f[k]), float(trace.t[k])


def window_peak(trace: Trace, start: float, end: float, width: float) -> float | None:
    """The highest mean over `width` seconds inside ``start..end``; None if that is shorter.

    The mean is the exact integral over the width, so an irregular time base changes nothing.
    """
    areas = trace.areas(start, end, width)
    return float(areas.max()) / width if len(areas) else None


def trailing_mean(trace: Trace, peak_s: float, width: float) -> float | None:
    """The mean over the `width` seconds that end at the peak.

    The honest short mean where force collapses after its peak: a window across the drop would
    mix the limb's effort with its release.
    """
    if peak_s - width < trace.t[0]:
        return None
    return trace.integral(peak_s - width, peak_s) / width


def hold_span(
    trace: Trace, start: float, end: float, fraction: float
) -> tuple[float, float] | None:
    """First and last sample in ``start..end`` with at least `fraction` of the peak.

    None where they are one sample, or where the force never rises over zero.
    """
    span = trace.between(start, end)
    f = trace.f[span]
    high = np.flatnonzero(f >= fraction * f.max())
    if len(high) < 2 or f[high[0]] <= 0:
        return None
    t = trace.t[span]
    return float(t[high[0]]), float(t[high[-1]])

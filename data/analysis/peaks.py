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

    Windows begin or end at a sample; the mean is the exact integral over the width, so an
    irregular time base changes nothing.
    """
    if end - start < width - 1e-9:
        return None
    inside = trace.t[trace.between(start, end)]
    starts = np.concatenate(
        [
            [start, end - width],
            inside[inside <= end - width],
            inside[inside >= start + width] - width,
        ]
    )
    return float((trace.area_until(starts + width) - trace.area_until(starts)).max() / width)


def trailing_mean(trace: Trace, peak_s: float, width: float) -> float | None:
    """The mean over the `width` seconds that end at the peak.

    The honest short mean where force collapses after its peak: a window across the drop would
    mix the limb's effort with its release.
    """
    if peak_s - width < trace.t[0]:
        return None
    return trace.integral(peak_s - width, peak_s) / width


def hold_span(trace: Trace, start: float, end: float, fraction: float = 0.9) -> tuple[float, float]:
    """First and last sample in ``start..end`` with at least `fraction` of the peak."""
    span = trace.between(start, end)
    f = trace.f[span]
    high = np.flatnonzero(f >= fraction * f.max())
    return float(trace.t[span][high[0]]), float(trace.t[span][high[-1]])

"""Highest force in a repetition: the raw maximum, and means over short windows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from data.analysis.trace import SAME_S, NetTrace, Trace


def raw_peak(trace: Trace, start: float, end: float) -> tuple[float, float]:
    """The highest sample in ``start..end`` and its time; the first of equals."""
    span = trace.between(start, end)
    k = span.start + int(trace.f[span].argmax())
    return float(trace.f[k]), float(trace.t[k])


def window_peaks(
    trace: NetTrace, start: float, end: float, widths: Sequence[float]
) -> list[float | None]:
    """The highest mean over each of `widths` seconds inside ``start..end``; None if too short.

    The mean is the exact integral over the width, so an irregular time base changes nothing.
    """
    n = len(widths)
    first, last = start + np.array(widths), end - np.array(widths)
    borders = trace.area_until(np.concatenate([[start, end], first, last])).tolist()
    inside = trace.between(start, end)
    found: list[float | None] = []
    for k, width in enumerate(widths):
        if end - start < width - SAME_S:
            found.append(None)
            continue
        highest = max(borders[2 + k] - borders[0], borders[1] - borders[2 + n + k])
        found.append(max(highest, trace.highest_area(start, end, inside, width)) / width)
    return found


def trailing_mean(trace: NetTrace, peak_s: float, width: float) -> float | None:
    """The mean over the `width` seconds that end at the peak.

    The honest short mean where force collapses after its peak: a window across the drop would
    mix the limb's effort with its release.
    """
    if peak_s - width < trace.t[0]:
        return None
    return trace.integral(peak_s - width, peak_s) / width


def hold_span(trace: Trace, start: float, end: float, level: float) -> slice | None:
    """The samples in ``start..end`` from the first to the last one with at least `level`.

    None where they are one sample, or where the level is not over zero.
    """
    span = trace.between(start, end)
    high = trace.f[span] >= level
    first, after = int(high.argmax()), int(high[::-1].argmax())
    last = len(high) - 1 - after
    if level <= 0 or not high[first] or first == last:
        return None
    return slice(span.start + first, span.start + last + 1)

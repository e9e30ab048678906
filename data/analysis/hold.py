"""The hold of an isometric repetition: how long, how high, how steady, how lasting."""

from __future__ import annotations

import numpy as np

from data.analysis.limb import NET, LimbRep
from data.analysis.metrics import MetricTable
from data.analysis.peaks import hold_span
from data.analysis.trace import mean as average
from data.analysis.types import AnalysisOptions

FATIGUE_LEAST_S = 2.0


def add_hold(
    table: MetricTable, limb: LimbRep, options: AnalysisOptions, *, is_isometric: bool
) -> None:
    """Numbers over the hold; refused where the test has none."""
    refusal = None if is_isometric else "a hold is for isometric tests only"
    share = options.hold_fraction
    span = hold_span(limb.net, limb.bounds.start_s, limb.bounds.end_s, share * limb.peak_n)
    length, area = limb.net.extent(span) if span else (None, 0.0)
    mean = area / length if length else None
    inside = f"first to last over {100 * share:g} % of peak"
    table.put("mean_hold_n", mean, f"mean.hold.v1({inside}, {NET})", refusal)
    table.put("hold_s", length, f"hold.v1({inside})", refusal)
    unsteady = _spread(limb, span, mean) if is_isometric and span and mean else None
    method = f"steadiness.v1(SD about a straight line / mean_hold_n, {inside})"
    table.put("steadiness_percent", unsteady, method, refusal)
    fall = _fatigue(limb) if is_isometric else None
    short = f"held for less than {FATIGUE_LEAST_S:g} s after the peak" if fall is None else None
    method = f"fatigue.hold.v1(peak to the last sample over half of it, {NET})"
    table.put("fatigue_hold_percent", fall, method, refusal or short)


def _spread(limb: LimbRep, span: slice, mean: float) -> float | None:
    """100·(SD of the force about its straight line)/mean."""
    t, f = limb.net.t[span], limb.net.f[span]
    if len(t) < 3:
        return None
    t, f = t - average(t), f - average(f)
    left = f - t * (np.dot(t, f) / np.dot(t, t))
    return 100 * float(np.sqrt(np.dot(left, left) / (len(t) - 2))) / mean


def _fatigue(limb: LimbRep) -> float | None:
    """100·(1 - area/(peak·time)) from the peak to the last sample over half of it."""
    span = hold_span(limb.net, limb.peak_s, limb.bounds.end_s, 0.5 * limb.peak_n)
    if span is None:
        return None
    length, area = limb.net.extent(span)
    return None if length < FATIGUE_LEAST_S else 100 * (1 - area / (limb.peak_n * length))

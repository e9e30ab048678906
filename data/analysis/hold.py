"""The hold of an isometric repetition: how long, how high, how steady, how lasting."""

from __future__ import annotations

import numpy as np

from data.analysis.impulse import impulse
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
    length = span[1] - span[0] if span else None
    mean = impulse(limb.net, *span) / length if span and length else None
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


def _spread(limb: LimbRep, span: tuple[float, float], mean: float) -> float | None:
    """100·(SD of the force about its straight line)/mean."""
    samples = limb.net.between(*span)
    t, f = limb.net.t[samples], limb.net.f[samples]
    if len(t) < 3:
        return None
    t, f = t - average(t), f - average(f)
    left = f - t * (np.dot(t, f) / np.dot(t, t))
    return 100 * float(np.sqrt(np.dot(left, left) / (len(t) - 2))) / mean


def _fatigue(limb: LimbRep) -> float | None:
    """100·(1 - area/(peak·time)) from the peak to the last sample over half of it."""
    span = hold_span(limb.net, limb.peak_s, limb.bounds.end_s, 0.5 * limb.peak_n)
    if span is None or span[1] - limb.peak_s < FATIGUE_LEAST_S:
        return None
    area = impulse(limb.net, limb.peak_s, span[1])
    return 100 * (1 - area / (limb.peak_n * (span[1] - limb.peak_s)))

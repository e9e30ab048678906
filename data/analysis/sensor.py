"""What a load cell shows and no limb does: one reading apart, no change, a moved zero."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.analysis.onset import LEAST_S, find_baseline
from data.analysis.trace import Trace, first_true

Array = NDArray[np.float64]

SLOWEST_HZ = 60.0
"""Below it a limb may rise and fall within one reading."""
LEAST_APART_N = 10.0
APART_SHARE = 0.05
STILL_S = 1.0
STILL_N = 1.0
MOVING_N = 20.0
_PIECE_S = 0.25
_NOISES = 8.0
_SETTLE_S = 0.3
_QUIET_N = 5.0


def reading_apart(trace: Trace, start: float, end: float) -> float:
    """By how much the worst single reading in ``start..end`` lies beyond both its neighbours, N.

    0 where none does by more than 10 N, 5 % of the highest of the others and eight times their
    noise, and where readings come at less than 60 Hz.
    """
    span = trace.between(start, end)
    t, f = trace.t[span], trace.f[span]
    if len(f) < 5 or (trace.period_s or float(np.median(np.diff(t)))) > 1 / SLOWEST_HZ:
        return 0.0
    rise, fall = f[1:-1] - f[:-2], f[1:-1] - f[2:]
    apart = np.maximum(np.minimum(rise, fall), -np.maximum(rise, fall))
    if float(apart.max()) <= LEAST_APART_N:  # spares most repetitions the medians
        return 0.0
    before, here, after = f[:-2], f[1:-1], f[2:]
    low, high = np.minimum(before, after), np.maximum(before, after)
    middle = np.clip(here, low, high)  # the median of three
    noise = 1.4826 * float(np.median(np.abs(here - (before + after) / 2)))
    limit = max(LEAST_APART_N, APART_SHARE * float(middle.max()), _NOISES * noise)
    # A limb that lets go is steep on one side only: the neighbours are far from each other.
    found = apart[(apart > limit) & (high - low < apart)]
    return float(found.max()) if len(found) else 0.0


def still_s(t: Array, force: Array, others: Array) -> float:
    """The longest stretch in which ``force (n,) N`` stays within 1 N, s, while one of
    ``others (n, columns) N`` changes by 20 N; 0 where none lasts a second.
    """
    if len(t) < 2 or not others.shape[1]:
        return 0.0
    cuts = t.searchsorted(np.arange(t[0], t[-1], _PIECE_S))
    cuts = cuts[np.diff(cuts, prepend=-1) > 0]
    ends = np.append(t[cuts[1:]], t[-1])
    low, high = np.minimum.reduceat(force, cuts), np.maximum.reduceat(force, cuts)
    lows, highs = np.minimum.reduceat(others, cuts), np.maximum.reduceat(others, cuts)
    longest = 0.0
    for k, start in enumerate(t[cuts].tolist()):
        spread = np.maximum.accumulate(high[k:]) - np.minimum.accumulate(low[k:])
        after = first_true(spread > STILL_N, k)
        length = float(ends[after - 1]) - start if after > k else 0.0
        if length < max(STILL_S, longest):
            continue
        if float((highs[k:after].max(axis=0) - lows[k:after].min(axis=0)).max()) >= MOVING_N:
            longest = length
    return longest


def zero_shift(trace: Trace, first_s: float, last_s: float, resolution_n: float) -> float | None:
    """How much higher the cell rests after `last_s` than it did before `first_s`, N.

    None where one of the two has no quiet half second.
    """
    begin, end = float(trace.t[0]), float(trace.t[-1])
    after_s = last_s + _SETTLE_S
    if end - after_s < LEAST_S:
        return None
    before = find_baseline(trace, begin, first_s, _QUIET_N, resolution_n)
    after = find_baseline(trace, after_s, end, _QUIET_N, resolution_n)
    return None if before is None or after is None else after.mean_n - before.mean_n

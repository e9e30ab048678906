"""Where an effort begins and ends on one limb, and the quiet level it rises from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.analysis.trace import SAME_S, Trace, even_period, even_steps, mean
from data.analysis.types import OnsetRule

Array = NDArray[np.float64]
_Index = NDArray[np.intp] | slice

LOOKBACK_S = 3.0
AIM_S = 1.0
LEAST_S = 0.5
SUSTAIN_S = 0.02
OFFSET_SUSTAIN_S = 0.1


@dataclass(frozen=True, slots=True)
class Baseline:
    """The quiet stretch before an effort: its mean, sample SD (floored) and slope."""

    start_s: float
    end_s: float
    mean_n: float
    sd_n: float
    slope_n_per_s: float


@dataclass(frozen=True, slots=True)
class Onset:
    """`uncertainty_s`: between the crossings of 1 SD and 5 SD over the baseline; None by hand."""

    at_s: float
    rule: str
    uncertainty_s: float | None
    is_at_floor: bool
    has_countermovement: bool
    is_by_hand: bool = False


def find_baseline(
    trace: Trace,
    earliest: float,
    rise: float,
    limit_n: float,
    resolution_n: float,
    rule: OnsetRule = OnsetRule.REVERSE,
) -> Baseline | None:
    """The quietest second in the three before `rise`, or the quietest half second of them.

    The half second is taken where it has less than half the SD of the second, because something
    moved in that; not for the 5 SD rule, which was published with a second. None where the
    sample SD is over `limit_n`.
    """
    # A hair more, so that rounding does not decide about a sample just three seconds before.
    rest = trace.between(max(earliest, rise - LOOKBACK_S - SAME_S), rise)
    stretch = _Stretch(trace.t[rest], trace.f[rest], trace.period_s)
    half, whole = stretch.quietest(LEAST_S), stretch.quietest(AIM_S)
    if half is None:
        return None
    floor = max(resolution_n, 1e-9)
    found, sd = half, stretch.sd(half)
    if whole is not None:
        sd_of_whole = stretch.sd(whole)
        if sd_of_whole <= max(2 * sd, floor) or rule is OnsetRule.FIVE_SD:
            found, sd = whole, sd_of_whole
    if sd > limit_n:
        return None
    t, f = stretch.t[found], stretch.f[found]
    return Baseline(float(t[0]), float(t[-1]), mean(f), max(sd, floor), _slope(t, f))


def find_onset(
    trace: Trace, baseline: Baseline, peak_s: float, rule: OnsetRule, level: float | None = None
) -> Onset | None:
    """The start of the rise to the peak; None if the force never leaves the baseline.

    `level` is what the rules with a chosen level go by, see `OnsetRule`.
    """
    span = trace.between(baseline.start_s, peak_s)
    t, f = trace.t[span], trace.f[span]
    rest, sd = baseline.mean_n, baseline.sd_n
    net_peak = float(f[-1]) - rest
    above = onset_level(rule, level, sd, net_peak)
    high = f > rest + max(5 * sd, 0.1 * net_peak, above)
    robust = _first_lasting(t, high, SUSTAIN_S, math.inf)
    if robust is None:
        return None
    at, is_at_floor = _walk_back(t, f, robust, rest + above)
    early, _ = _walk_back(t, f, robust, rest + sd)
    late, _ = _walk_back(t, f, robust, rest + 5 * sd)
    before = f[t.searchsorted(baseline.end_s, side="right") : t.searchsorted(at)]
    dip = max(5 * sd, 0.01 * net_peak, 1.0)
    dips = bool(len(before) and before.min() < rest - dip)
    return Onset(at, rule.said(level), max(late - early, 0.0), is_at_floor, dips)


def onset_level(rule: OnsetRule, level: float | None, sd_n: float, net_peak_n: float) -> float:
    """How far over the baseline's mean the rule looks, N."""
    match rule:
        case OnsetRule.REVERSE:
            return 3 * sd_n
        case OnsetRule.FIVE_SD:
            return 5 * sd_n
        case OnsetRule.FORCE:
            return rule.level(level)
        case OnsetRule.PERCENT:
            return rule.level(level) / 100 * net_peak_n


def find_preload(trace: Trace, start: float, peak_s: float, low: float, high: float) -> float:
    """The level of a quiet, even half second on the way to the peak, between `low` and `high`.

    0 where there is none: the effort was one rise.
    """
    rise = trace.between(start, peak_s)
    t, f = trace.t[rise], trace.f[rise]
    until = int((f > high).argmax()) if len(f) else 0
    below = np.flatnonzero(f[:until] < low)
    since = int(below[-1]) + 1 if len(below) else 0
    t, f = t[since:until], f[since:until]
    if not len(t) or t[-1] - t[0] < 0.9 * LEAST_S:  # spares most repetitions the search
        return 0.0
    stretch = _Stretch(t, f, trace.period_s)
    found = stretch.quietest(LEAST_S)
    if found is None or abs(_slope(t[found], f[found])) > 10.0 or stretch.sd(found) > 5.0:
        return 0.0
    return mean(f[found])


def find_return(trace: Trace, level: float, end: float, latest: float) -> float:
    """Where the force is back at `level` after `end`, or lowest before `latest`."""
    after = trace.between(end, latest)
    t, f = trace.t[after], trace.f[after]
    low = np.flatnonzero(f <= level)
    if not len(low):
        return float(t[f.argmin()]) if len(t) else end
    k = int(low[0])
    return float(t[k]) if k == 0 else _crossing(t, f, k - 1, level)


def find_offset(trace: Trace, baseline: Baseline, peak_s: float, latest: float) -> float | None:
    """First moment after the peak from which the force stays low for 100 ms (`offset.v1`)."""
    after = trace.between(peak_s, latest)
    t, f = trace.t[after], trace.f[after]
    if len(t) < 2:
        return None
    level = baseline.mean_n + max(5 * baseline.sd_n, 0.05 * (f[0] - baseline.mean_n))
    k = _first_lasting(t, f < level, OFFSET_SUSTAIN_S, float(t[-1]))
    return _crossing(t, f, k - 1, level) if k else None


class _Stretch:
    """``t (n,) s`` and ``f (n,) N`` with the running sums that give the spread of any window."""

    def __init__(self, t: Array, f: Array, period_s: float) -> None:
        self.t = t
        self.f = f
        self._period_s = period_s or even_period(t)
        # Counted from a value near all of them, so that squares of a large load do not cancel.
        centred = f - mean(f) if len(f) else f
        self._total = np.zeros(len(f) + 1)
        self._squares = np.zeros(len(f) + 1)
        np.cumsum(centred, out=self._total[1:])
        np.cumsum(centred * centred, out=self._squares[1:])

    def quietest(self, length: float) -> slice | None:
        """The window of `length` with the least SD; None if no window is that long."""
        if len(self.t) < 3:
            return None
        steps = even_steps(self._period_s, length)
        if 0 < steps < len(self.t):
            k = int(self._spread(slice(steps + 1, None), slice(-steps - 1), steps + 1).argmin())
            return slice(k, k + steps + 1)
        ends = self.t.searchsorted(self.t + (length + 1e-9), side="right")
        period = (self.t[-1] - self.t[0]) / (len(self.t) - 1)
        starts = np.flatnonzero(self.t[ends - 1] - self.t >= length - 1.5 * period)
        if not len(starts):
            return None
        ends = ends[starts]
        n = ends - starts
        k = int((self._spread(ends, starts, n) / (n * n)).argmin())
        return slice(int(starts[k]), int(ends[k]))

    def sd(self, window: slice) -> float:
        f = self.f[window]
        centred = f - mean(f)
        return math.sqrt(float(np.dot(centred, centred)) / (len(f) - 1))

    def _spread(self, ends: _Index, starts: _Index, n: NDArray[np.intp] | int) -> Array:
        """n² times the variance of each window: without a division, which takes longest."""
        total = self._total[ends] - self._total[starts]
        return n * (self._squares[ends] - self._squares[starts]) - total * total


def _slope(t: Array, f: Array) -> float:
    centred = t - mean(t)
    return float(np.dot(centred, f - mean(f)) / np.dot(centred, centred))


def _first_lasting(t: Array, mask: NDArray[np.bool_], least_s: float, end_s: float) -> int | None:
    """Where the first run of True begins that lasts; one that reaches the end lasts to `end_s`."""
    start = 0
    while start < len(mask):
        start += int(mask[start:].argmax())
        if not mask[start]:
            return None
        length = int(mask[start:].argmin())
        end = start + length if length else len(mask)
        if (float(t[end]) if end < len(t) else end_s) - float(t[start]) >= least_s:
            return start
        start = end
    return None


def _walk_back(t: Array, f: Array, start: int, level: float) -> tuple[float, bool]:
    """The last crossing of `level` before sample `start`, and whether none was found."""
    low = f[start::-1] <= level
    back = int(low.argmax())
    if not low[back]:
        return float(t[0]), True
    k = start - back
    return (_crossing(t, f, k, level) if k + 1 < len(t) else float(t[k])), False


def _crossing(t: Array, f: Array, k: int, level: float) -> float:
    """Where the line from sample k to the next meets `level`."""
    rise = float(f[k + 1] - f[k])
    if rise == 0:
        return float(t[k])
    return float(t[k] + (level - f[k]) / rise * (t[k + 1] - t[k]))

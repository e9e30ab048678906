"""Numbers over the repetitions of one limb: best, means, spread, and how force falls off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def best(peaks: Sequence[float]) -> float:
    return max(peaks)


def mean_of_best(peaks: Sequence[float], n: int) -> float | None:
    """Mean of the `n` highest; None with fewer."""
    return float(np.mean(sorted(peaks)[-n:])) if len(peaks) >= n else None


def sd(peaks: Sequence[float]) -> float | None:
    """Sample standard deviation; None for one repetition."""
    return float(np.std(peaks, ddof=1)) if len(peaks) > 1 else None


def cv_percent(peaks: Sequence[float]) -> float | None:
    """100·SD/mean: between repetitions, within one session."""
    spread, mean = sd(peaks), float(np.mean(peaks))
    return None if spread is None or mean == 0 else 100 * spread / mean


def best_two_apart_percent(peaks: Sequence[float]) -> float | None:
    """100·(best − second best)/best: over 10 % another repetition is asked for."""
    if len(peaks) < 2:
        return None
    second, first = sorted(peaks)[-2:]
    return _fall(first, second)


def index_first_last(peaks: Sequence[float]) -> float | None:
    """100·(first − last)/first."""
    return _fall(peaks[0], peaks[-1]) if len(peaks) > 1 else None


def index_best_last(peaks: Sequence[float]) -> float | None:
    """100·(best − last)/best."""
    return _fall(max(peaks), peaks[-1]) if len(peaks) > 1 else None


def index_three_three(peaks: Sequence[float]) -> float | None:
    """100·(mean of first 3 − mean of last 3)/mean of first 3; needs 6 repetitions."""
    if len(peaks) < 6:
        return None
    return _fall(float(np.mean(peaks[:3])), float(np.mean(peaks[-3:])))


def decrement_percent(peaks: Sequence[float]) -> float | None:
    """100·(1 − sum/(n·best))."""
    if len(peaks) < 2 or max(peaks) == 0:
        return None
    return 100 * (1 - sum(peaks) / (len(peaks) * max(peaks)))


def slope_n_per_rep(peaks: Sequence[float]) -> float | None:
    """Least-squares slope of the peaks on their number, N per repetition."""
    if len(peaks) < 3:
        return None
    number = np.arange(len(peaks)) - (len(peaks) - 1) / 2
    return float((number * np.asarray(peaks)).sum() / (number * number).sum())


def slope_percent_per_rep(peaks: Sequence[float]) -> float | None:
    """The slope as a share of the mean peak."""
    slope, mean = slope_n_per_rep(peaks), float(np.mean(peaks))
    return None if slope is None or mean == 0 else 100 * slope / mean


def _fall(reference: float, value: float) -> float | None:
    return None if reference == 0 else 100 * (reference - value) / reference

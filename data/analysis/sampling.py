"""How a recording was sampled: its true rate, and where samples are missing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from data.analysis.types import Curve

# A stretch longer than this makes early-force numbers worthless, a longer one the whole rep.
GAP_PERIODS = 2.5
GAP_LIMIT_S = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Sampling:
    """`period_s` is the median spacing, the mean where no sample is missing.

    ``starts, ends (g,) s`` bound the missing stretches.
    """

    rate_hz: float
    period_s: float
    starts: NDArray[np.float64]
    ends: NDArray[np.float64]

    @classmethod
    def of(cls, curve: Curve, *, is_timed: bool = True) -> Sampling:
        """Stretches the device reported, and every spacing over 2.5 periods where samples are
        timed: a scale that is heard now and then has no even spacing."""
        if len(curve.t) < 2:
            return cls(0.0, 0.0, np.empty(0), np.empty(0))
        spacing = np.diff(curve.t)
        is_even = spacing.max() <= GAP_PERIODS * spacing.min()  # no gap, whatever the period
        if is_even or not is_timed:
            period, wide = float(curve.t[-1] - curve.t[0]) / len(spacing), np.empty(0, np.intp)
        else:
            period = float(np.median(spacing))
            wide = np.flatnonzero(spacing > GAP_PERIODS * period)
        recorded = float(spacing.sum() - spacing[wide].sum())
        intervals = len(spacing) - len(wide)
        starts = [*curve.t[wide].tolist(), *(gap.start_s for gap in curve.gaps)]
        ends = [*curve.t[wide + 1].tolist(), *(gap.end_s for gap in curve.gaps)]
        rate = intervals / recorded if recorded > 0 else 0.0
        return cls(rate, period, np.array(starts), np.array(ends))

    def runs(self, t: NDArray[np.float64]) -> list[slice]:
        """The unbroken runs of the samples at ``t (n,) s``."""
        long = self.ends - self.starts > GAP_PERIODS * self.period_s
        breaks = np.unique(t.searchsorted(self.ends[long], side="left")).tolist()
        borders = [0, *(k for k in breaks if 0 < k < len(t)), len(t)]
        return [slice(first, last) for first, last in pairwise(borders)]

    def longest_gap(self, start: float, end: float) -> float:
        """The longest missing stretch that touches ``start..end``, its borders too, s; else 0."""
        touching = (self.starts <= end) & (self.ends >= start)
        lengths = (self.ends - self.starts)[touching]
        return float(lengths.max()) if len(lengths) else 0.0

    def is_broken(self, start: float, end: float) -> bool:
        """Whether more than 2.5 sample periods are missing in ``start..end``."""
        return self.longest_gap(start, end) > GAP_PERIODS * self.period_s

    def last_break(self, moment: float) -> float:
        """Where the unbroken run of samples that holds `moment` begins; -inf without a gap."""
        before = self.ends[self.ends <= moment]
        return float(before.max()) if len(before) else -np.inf

"""One limb's force over time, with exact values and areas at any moment between its samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """``t (n,) s`` strictly rising, spacing may vary; ``f (n,) N``; straight lines between.

    `area` is the integral from the first sample to each, ``(n,) N·s``.
    """

    t: Array
    f: Array
    area: Array

    @classmethod
    def of(cls, t: Array, f: Array) -> Trace:
        area = np.zeros(len(t))
        np.cumsum(np.diff(t) * (f[1:] + f[:-1]) / 2, out=area[1:])
        return cls(t, f, area)

    def at(self, moment: float) -> float:
        """Force at `moment`."""
        return float(np.interp(moment, self.t, self.f))

    def integral(self, start: float, end: float) -> float:
        """Area between two moments, N·s."""
        low, high = self.area_until(np.array([start, end]))
        return float(high - low)

    def area_until(self, moments: Array) -> Array:
        """Area from the first sample to each of ``moments (m,) s``, N·s."""
        k = np.clip(np.searchsorted(self.t, moments, side="right") - 1, 0, len(self.t) - 2)
        since = moments - self.t[k]
        slope = (self.f[k + 1] - self.f[k]) / (self.t[k + 1] - self.t[k])
        return self.area[k] + since * (self.f[k] + slope * since / 2)

    def between(self, start: float, end: float) -> slice:
        """The samples with ``start <= t <= end``."""
        first = int(np.searchsorted(self.t, start, side="left"))
        last = int(np.searchsorted(self.t, end, side="right"))
        return slice(first, last)

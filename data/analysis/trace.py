"""One limb's force over time, with exact values and areas at any moment between its samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SAME_S = 1e-9


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

    def above(self, level: float, span: slice) -> Trace:
        """The samples of `span`, with their force counted from `level`."""
        t = self.t[span]
        area = self.area[span] - level * t
        return Trace(t, self.f[span] - level, area - area[0])

    def at(self, moment: float) -> float:
        """Force at `moment`."""
        return float(np.interp(moment, self.t, self.f))

    def integral(self, start: float, end: float) -> float:
        """Area between two moments, N·s."""
        return self._area_at(end) - self._area_at(start)

    def area_until(self, moments: Array) -> Array:
        """Area from the first sample to each of ``moments (m,) s``, N·s."""
        k = self.t[1:-1].searchsorted(moments, side="right")
        since = moments - self.t[k]
        slope = (self.f[k + 1] - self.f[k]) / (self.t[k + 1] - self.t[k])
        return self.area[k] + since * (self.f[k] + slope * since / 2)

    def between(self, start: float, end: float) -> slice:
        """The samples with ``start <= t <= end``."""
        first = int(self.t.searchsorted(start, side="left"))
        last = int(self.t.searchsorted(end, side="right"))
        return slice(first, last)

    def rises(self, start: float, end: float, width: float) -> Array:
        """F(t + width) - F(t), N, of every window in ``start..end`` that can be the extreme one.

        Those are the windows that begin or end at a sample or at a border; none where the
        stretch is shorter than `width`.
        """
        if end - start < width - _SAME_S:
            return np.empty(0)
        span = self.between(start, end)
        t, f = self.t[span], self.f[span]
        edges = [self.at(start + width) - self.at(start), self.at(end) - self.at(end - width)]
        k = even_steps(t, width)
        if k:
            return np.append(f[k:] - f[:-k], edges)
        first, last = t <= end - width, t >= start + width
        after = np.interp(t[first] + width, self.t, self.f) - f[first]
        before = f[last] - np.interp(t[last] - width, self.t, self.f)
        return np.concatenate([after, before, edges])

    def areas(self, start: float, end: float, width: float) -> Array:
        """The area, N·s, of the same windows."""
        if end - start < width - _SAME_S:
            return np.empty(0)
        span = self.between(start, end)
        t, area = self.t[span], self.area[span]
        edges = [self.integral(start, start + width), self.integral(end - width, end)]
        k = even_steps(t, width)
        if k:
            return np.append(area[k:] - area[:-k], edges)
        first, last = t <= end - width, t >= start + width
        after = self.area_until(t[first] + width) - area[first]
        before = area[last] - self.area_until(t[last] - width)
        return np.concatenate([after, before, edges])

    def _area_at(self, moment: float) -> float:
        k = int(self.t[1:-1].searchsorted(moment, side="right"))
        t, f = self.t[k : k + 2].tolist(), self.f[k : k + 2].tolist()
        since = moment - t[0]
        slope = (f[1] - f[0]) / (t[1] - t[0])
        return float(self.area[k]) + since * (f[0] + slope * since / 2)


def even_steps(t: Array, width: float) -> int:
    """How many samples `width` spans where every one finds another that far on; else 0.

    On such an even time base a window that begins at a sample ends at one, so that no value
    between samples is needed.
    """
    if len(t) < 2:
        return 0
    k = round(width * (len(t) - 1) / float(t[-1] - t[0]))
    if not 0 < k < len(t):
        return 0
    return k if bool((np.abs(t[k:] - t[:-k] - width) < _SAME_S).all()) else 0

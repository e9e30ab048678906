"""One limb's force over time, with exact values and areas at any moment between its samples."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SAME_S = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """``t (n,) s`` strictly rising, spacing may vary; ``f (n,) N``; straight lines between.

    `period_s` is the spacing where it is the same everywhere, else 0: on an even time base a window
    that begins at a sample ends at one, and nothing between samples is needed.
    """

    t: Array
    f: Array
    period_s: float

    @classmethod
    def of(cls, t: Array, f: Array) -> Trace:
        return Trace(t, f, even_period(t))

    def above(self, level: float, span: slice) -> NetTrace:
        """The samples of `span`, with their force counted from `level`."""
        t = self.t[span]
        return NetTrace.of(t, self.f[span] - level, self.period_s or even_period(t))

    def at(self, moment: float) -> float:
        """Force at `moment`; before and after the samples that of the nearest one."""
        return float(np.interp(moment, self.t, self.f))

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
        if end - start < width - SAME_S:
            return np.empty(0)
        span = self.between(start, end)
        t, f = self.t[span], self.f[span]
        borders = np.array((start, end - width, start + width, end))
        at = np.interp(borders, self.t, self.f)
        edges = at[2:] - at[:2]
        k = even_steps(self.period_s, width)
        if k:
            return np.concatenate([f[k:] - f[:-k], edges])
        first, last = t <= end - width, t >= start + width
        after = np.interp(t[first] + width, self.t, self.f) - f[first]
        before = f[last] - np.interp(t[last] - width, self.t, self.f)
        return np.concatenate([after, before, edges])


@dataclass(frozen=True, slots=True, eq=False)
class NetTrace(Trace):
    """A limb's force over its resting level, with areas.

    `area` is the integral from the first sample to each, ``(n,) N·s``. Only repetitions have one:
    of a long recording it takes longer than all else that is done to the whole.
    """

    area: Array

    @classmethod
    def of(cls, t: Array, f: Array, period_s: float | None = None) -> NetTrace:
        period_s = even_period(t) if period_s is None else period_s
        area = np.zeros(len(t))
        steps = area[1:]
        np.add(f[1:], f[:-1], out=steps)
        steps *= 0.5 * (period_s or np.diff(t))
        np.cumsum(steps, out=steps)
        return NetTrace(t, f, period_s, area)

    def integral(self, start: float, end: float) -> float:
        """Area between two moments, N·s."""
        return self._area_at(end) - self._area_at(start)

    def extent(self, samples: slice) -> tuple[float, float]:
        """From the first to the last of `samples`, of which there is one: seconds, and area N·s."""
        first, last = samples.start, samples.stop - 1
        t, area = self.t, self.area
        return t.item(last) - t.item(first), area.item(last) - area.item(first)

    def area_until(self, moments: Array) -> Array:
        """Area from the first sample to each of ``moments (m,) s``, N·s."""
        k = self.t[1:-1].searchsorted(moments, side="right")
        since = moments - self.t[k]
        slope = (self.f[k + 1] - self.f[k]) / (self.t[k + 1] - self.t[k])
        return self.area[k] + since * (self.f[k] + slope * since / 2)

    def highest_area(self, start: float, end: float, inside: slice, width: float) -> float:
        """The largest area, N·s, of a window in ``start..end`` that begins or ends at a sample.

        `inside` are the samples there; -inf where no window fits.
        """
        t, area = self.t[inside], self.area[inside]
        k = even_steps(self.period_s, width)
        if k:
            found = area[k:] - area[:-k]
            return float(found.max()) if len(found) else -math.inf
        first, last = t <= end - width, t >= start + width
        after = self.area_until(t[first] + width) - area[first]
        before = area[last] - self.area_until(t[last] - width)
        return max(float(each.max()) if len(each) else -math.inf for each in (after, before))

    def _area_at(self, moment: float) -> float:
        k = int(self.t[1:-1].searchsorted(moment, side="right"))
        t, f = self.t.item(k), self.f.item(k)
        slope = (self.f.item(k + 1) - f) / (self.t.item(k + 1) - t)
        since = moment - t
        return self.area.item(k) + since * (f + slope * since / 2)


def mean(values: Array) -> float:
    """The mean of ``values (n,)``, n > 0, in a third of the time that the array's own method takes.

    Each repetition needs a dozen of them.
    """
    return float(np.add.reduce(values)) / len(values)


def first_true(found: NDArray[np.bool_], offset: int = 0) -> int:
    """Index of the first True, counted from `offset` samples earlier; the end if there is none."""
    k = int(found.argmax()) if len(found) else 0
    return offset + (k if len(found) and found[k] else len(found))


def even_period(t: Array) -> float:
    """The spacing of ``t (n,) s`` where it is the same everywhere; else 0."""
    if len(t) < 2:
        return 0.0
    period = float(t[-1] - t[0]) / (len(t) - 1)
    even = np.arange(len(t), dtype=np.float64)
    even *= period
    even += t[0]
    even -= t
    return period if float(even.max()) < SAME_S and float(even.min()) > -SAME_S else 0.0


def even_steps(period_s: float, width: float) -> int:
    """How many samples `width` spans on an even time base; 0 where that is no whole number."""
    if period_s <= 0:
        return 0
    k = round(width / period_s)
    return k if abs(k * period_s - width) < SAME_S else 0

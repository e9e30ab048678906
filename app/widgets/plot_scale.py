"""How samples become pixels: steps of the force axis, ticks, and the outline of many samples."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, inf, log10

import numpy as np
from numpy.typing import NDArray

from data.analysis.types import MissingStretch

Array = NDArray[np.float64]
Links = NDArray[np.int32]

HEADROOM = 1.15
LOWEST_CEILING_N = 100.0
_CEILINGS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 10.0)
_TICKS = (1.0, 2.0, 2.5, 5.0, 10.0)


def ceiling(best_n: float) -> float:
    """The top of the force axis for a best of `best_n`: 115 % of it, up to the next round step."""
    wanted = max(best_n * HEADROOM, LOWEST_CEILING_N)
    scale = 10.0 ** floor(log10(wanted))
    return next(step * scale for step in _CEILINGS if step * scale >= wanted * (1 - 1e-9))


def ticks(low: float, high: float, at_most: int) -> list[float]:
    """Round values from `low` to `high`, about `at_most` of them and never more."""
    if not high > low:
        return []
    raw = (high - low) / max(at_most - 1, 1)
    scale = 10.0 ** floor(log10(raw))
    step = next(s * scale for s in _TICKS if s * scale >= raw * (1 - 1e-9))
    return [k * step for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def outline(
    t: Array, force: Array, run: int, first: int = 0, longest_s: float = inf
) -> tuple[Array, Array]:
    """Smallest and largest of each run of `run` samples: no peak is lost on the way to a pixel.

    ``t (n,) s``, ``force (n, columns) N`` in, ``(m,)`` and ``(m, columns)`` out. Runs begin at
    multiples of `run` counted from sample number `first`, so that a curve that moves over the
    screen keeps its shape instead of shimmering, and after each gap longer than `longest_s`.
    """
    if run <= 2 or not len(t):
        return t, force
    after_gap = np.flatnonzero(np.diff(t) > longest_s) + 1
    starts = np.unique(np.concatenate(([0], np.arange((-first) % run, len(t), run), after_gap)))
    last = np.concatenate((starts[1:], [len(t)])) - 1
    extremes = np.empty((2 * len(starts), force.shape[1]))
    extremes[0::2] = np.minimum.reduceat(force, starts, axis=0)
    extremes[1::2] = np.maximum.reduceat(force, starts, axis=0)
    times = np.empty(2 * len(starts))
    times[0::2], times[1::2] = t[starts], t[last]
    return times, extremes


def missing(t: Array, longest_s: float) -> list[MissingStretch]:
    """Where two samples lie further apart than `longest_s`."""
    before = np.flatnonzero(np.diff(t) > longest_s)
    return [MissingStretch(float(t[i]), float(t[i + 1]), "no samples") for i in before]


def links(t: Array, stretches: Sequence[MissingStretch]) -> Links:
    """For each point of an outline 1 where a line leads on to the next, 0 across a gap."""
    joined = np.ones(len(t), dtype=np.int32)
    for stretch in stretches:
        joined[:-1][(t[:-1] <= stretch.start_s) & (t[1:] >= stretch.end_s)] = 0
    return joined


def dashes(t: Array, force: Array, px_per_s: float, px_per_n: float) -> Links:
    """For each point of an outline 1 inside a dash, 0 between dashes; ``t, force (m,)``.

    Measured along the middle of the curve: the dashes of a pen would be spent on its noise.
    """
    on_px, off_px, smooth = 9.0, 6.0, 8
    middle = force
    if len(force) > smooth:
        padded = np.pad(force, (smooth // 2, smooth - smooth // 2 - 1), "edge")
        middle = np.convolve(padded, np.full(smooth, 1 / smooth), "valid")
    steps = np.hypot(np.diff(t) * px_per_s, np.diff(middle) * px_per_n)
    along = np.concatenate(([0.0], np.cumsum(steps)))
    return (along % (on_px + off_px) < on_px).astype(np.int32)

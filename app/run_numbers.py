"""The big numbers of a run, read from the ring: force now, peak of this rep, best, ghost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.live import LiveTrace
from app.workflow import RepRow, RunView
from data.analysis.types import Side
from data.clinical.tests import Laterality

Array = NDArray[np.float64]
Curve = tuple[Array, Array]

NOW_S = 0.05  # "now" is the mean of this stretch: readable digits, no visible delay


class RunNumbers:
    """Keeps the curves of the repetitions of one run, for the ghost and the bests."""

    def __init__(self) -> None:
        self._curves: dict[tuple[Side, int, float], Curve] = {}

    def clear(self) -> None:
        """Another run begins."""
        self._curves.clear()

    def learn(self, view: RunView, trace: LiveTrace | None, sides: tuple[Side | None, ...]) -> None:
        """Take the curves of repetitions that are new in `view`, while the ring still has them;
        forget those that were rejected."""
        if trace is None:
            return
        for row in view.reps:
            if row.start_s is None or row.end_s is None:
                continue
            for column, side in enumerate(sides):
                if side is None:
                    continue
                key = (side, row.number, row.start_s)
                if row.rejected:
                    self._curves.pop(key, None)
                elif key not in self._curves:
                    self._curves[key] = _cut(trace, column, row.start_s, row.end_s)

    def best_curve(self, side: Side) -> Curve | None:
        """The limb's best repetition so far: ``t (n,) s`` since its onset, ``force (n,) N``."""
        curves = [c for key, c in self._curves.items() if key[0] is side and len(c[1])]
        return max(curves, key=lambda curve: float(curve[1].max()), default=None)

    def best_n(self, view: RunView, side: Side) -> float | None:
        """The peak to beat: of earlier visits and of the valid repetitions of this run."""
        curve = self.best_curve(side)
        peaks = [view.best_left_n if side is Side.LEFT else view.best_right_n]
        peaks += [row_peak(row, side) for row in view.reps if not row.rejected]
        peaks += [float(curve[1].max()) if curve else None]
        return max((peak for peak in peaks if peak is not None), default=None)


def force_now(trace: LiveTrace | None, sides: tuple[Side | None, ...]) -> dict[Side | None, float]:
    """Mean of the newest stretch of each limb, N."""
    if trace is None or not trace.count:
        return {}
    t, force = trace.view()
    begin = int(np.searchsorted(t, float(t[-1]) - NOW_S))
    return {side: float(force[begin:, i].mean()) for i, side in enumerate(sides)}


def rep_peaks(
    view: RunView, trace: LiveTrace | None, sides: tuple[Side | None, ...]
) -> dict[Side | None, float | None]:
    """Peak of the repetition under way; between repetitions the peak of the last one."""
    if view.rep_started_s is not None and trace is not None and trace.count:
        t, force = trace.view()
        begin = int(np.searchsorted(t, view.rep_started_s))
        if begin < len(t):
            return {side: float(force[begin:, i].max()) for i, side in enumerate(sides)}
    row = view.reps[-1] if view.reps else None
    return {side: row_peak(row, side) for side in sides}


def row_peak(row: RepRow | None, side: Side | None) -> float | None:
    if row is None:
        return None
    if side is None:
        return row.left_n if row.left_n is not None else row.right_n
    return row.left_n if side is Side.LEFT else row.right_n


def is_unilateral(view: RunView) -> bool:
    return view.test.laterality is Laterality.UNILATERAL


def _cut(trace: LiveTrace, column: int, start_s: float, end_s: float) -> Curve:
    t, force = trace.view()
    begin, end = np.searchsorted(t, (start_s, end_s))
    return t[begin:end] - start_s, force[begin:end, column].copy()

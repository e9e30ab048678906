"""The curves of a run of a test, cut to its repetitions and thinned for print."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.report.content import Chart, Hatch, Line, RepMark
from app.report.trial import ReportTrial
from app.wording import fixed, limb
from data.analysis.types import Curve

AROUND_REPS_S = 0.6
BUCKETS = 1000
HEADROOM = 1.12

Array = NDArray[np.float64]


def charts_of(run: Sequence[ReportTrial]) -> tuple[Chart, ...]:
    """One chart for each trial, all with the same force axis."""
    windows = [_window(each) for each in run]
    cut = [_cut(each.curve, *window) for each, window in zip(run, windows, strict=True)]
    top = max((float(np.max(force)) for _, force in cut if force.size), default=0.0)
    top = max(top, 10.0) * HEADROOM
    return tuple(
        Chart(
            caption=" and ".join(limb(side) for side in each.sides if side) or "Force",
            lines=_lines(each.curve, t, force),
            reps=_marks(each),
            gaps=tuple(
                Hatch(gap.start_s, gap.end_s, f"{fixed(gap.end_s - gap.start_s, 2)} s no data")
                for gap in each.curve.gaps
                if gap.start_s < end and gap.end_s > start
            ),
            start_s=start,
            end_s=end,
            top_n=top,
        )
        for each, (start, end), (t, force) in zip(run, windows, cut, strict=True)
    )


def thin(t: Array, force: Array) -> tuple[Array, Array]:
    """Lowest and highest sample of each of 1000 stretches, in order: no peak is lost.

    ``t (n,) s``, ``force (n,) N``.
    """
    if len(t) <= 2 * BUCKETS:
        return t, force
    starts = np.linspace(0, len(t), BUCKETS + 1).astype(np.intp)
    keep: list[int] = []
    for a, b in pairwise(starts):
        part = force[a:b]
        keep += sorted({int(a + np.argmin(part)), int(a + np.argmax(part))})
    return t[keep], force[keep]


def _window(each: ReportTrial) -> tuple[float, float]:
    t, reps = each.curve.t, each.trial.analysis.reps
    if not len(t):
        return 0.0, 1.0
    first, last = float(t[0]), float(t[-1])
    if not reps:
        return first, max(last, first + 1.0)
    start = min(rep.bounds.start_s for rep in reps) - AROUND_REPS_S
    end = max(rep.bounds.end_s for rep in reps) + AROUND_REPS_S
    return max(start, first), min(end, last)


def _cut(curve: Curve, start: float, end: float) -> tuple[Array, Array]:
    a, b = np.searchsorted(curve.t, (start, end))
    return curve.t[a : b + 1], curve.force[a : b + 1]


def _lines(curve: Curve, t: Array, force: Array) -> tuple[Line, ...]:
    """A line a limb, broken where samples are missing."""
    lines: list[Line] = []
    edges = [0, *(int(np.searchsorted(t, gap.end_s)) for gap in curve.gaps), len(t)]
    for column, side in enumerate(curve.sides):
        pieces = [thin(t[a:b], force[a:b, column]) for a, b in pairwise(edges) if b > a]
        lines.append(Line(side, tuple(pieces)))
    return tuple(lines)


def _marks(each: ReportTrial) -> tuple[RepMark, ...]:
    """One mark a repetition; both limbs of a bilateral test share it."""
    marks = {
        rep.number: RepMark(
            rep.number, rep.bounds.start_s, rep.bounds.end_s, rep.rejected is not None
        )
        for rep in each.trial.analysis.reps
    }
    return tuple(marks[number] for number in sorted(marks))

"""A curve, checked and laid out for analysis: one trace for each limb that was measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.analysis.errors import AnalysisError
from data.analysis.filters import lowpass
from data.analysis.sampling import Sampling
from data.analysis.trace import Trace
from data.analysis.types import Curve, Side

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """``force (n, limbs) N`` with one column and one trace for each of `sides`.

    `early` are the traces that early force is read from: the same ones, or filtered.
    """

    t: Array
    force: Array
    sides: tuple[Side | None, ...]
    traces: tuple[Trace, ...]
    early: tuple[Trace, ...]
    sampling: Sampling
    is_side_unknown: bool

    @classmethod
    def of(
        cls, curve: Curve, filter_hz: float | None = None, *, is_timed: bool = True
    ) -> Recording:
        """Columns without a limb are left out where others have one; two of them are added."""
        _check(curve)
        t, force, sides = curve.t, curve.force, curve.sides
        known = [k for k, side in enumerate(sides) if side is not None]
        unknown = not known and len(sides) > 1
        if unknown:
            force, sides = force.sum(axis=1, keepdims=True), (None,)
        elif 0 < len(known) < len(sides):
            force, sides = force[:, known], tuple(sides[k] for k in known)
        traces = tuple(Trace.of(t, np.ascontiguousarray(column)) for column in force.T)
        sampling = Sampling.of(curve, is_timed=is_timed)
        early = traces
        if filter_hz is not None:
            early = tuple(Trace.of(t, lowpass(t, x.f, sampling, filter_hz)) for x in traces)
        return cls(t, force, sides, traces, early, sampling, unknown)


def _check(curve: Curve) -> None:
    if curve.force.ndim != 2 or curve.force.shape != (len(curve.t), len(curve.sides)):
        raise AnalysisError(
            f"The curve has {len(curve.t)} times, {len(curve.sides)} sides and forces of shape "
            f"{curve.force.shape}; nothing was computed. Give one column for each side."
        )
    if not (np.isfinite(curve.t).all() and np.isfinite(curve.force).all()):
        raise AnalysisError(
            "The curve holds values that are not numbers; nothing was computed. Remove those rows."
        )
    if not bool((curve.t[1:] > curve.t[:-1]).all()):
        raise AnalysisError(
            "The times of the curve do not rise; nothing was computed. Sort the rows by time."
        )
    if curve.angle_deg is not None and curve.angle_deg.shape != curve.t.shape:
        raise AnalysisError(
            f"The curve has {len(curve.t)} times and {curve.angle_deg.size} angles; nothing was "
            "computed. Give one angle for each time, or none."
        )
    known = [side for side in curve.sides if side is not None]
    if len(set(known)) < len(known):
        raise AnalysisError(
            f"Two columns are named {known[0]}; nothing was computed. Name each limb once."
        )

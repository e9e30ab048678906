"""A trial with its curve, and which trials are read together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.analysis.types import Curve, Side
from data.records import Trial


@dataclass(frozen=True, slots=True, eq=False)
class ReportTrial:
    """A trial with its net curve."""

    trial: Trial
    curve: Curve

    @property
    def sides(self) -> tuple[Side | None, ...]:
        return self.curve.sides


def runs_of(trials: Sequence[ReportTrial]) -> list[tuple[ReportTrial, ...]]:
    """Trials that are read together: a left and a right one of the same set, else each alone."""
    runs: list[tuple[ReportTrial, ...]] = []
    for each in sorted(trials, key=lambda one: (one.trial.header.started_at, one.trial.id)):
        partner = next((run for run in runs if len(run) == 1 and _complement(run[0], each)), None)
        if partner is None:
            runs.append((each,))
        else:
            runs[runs.index(partner)] = (partner[0], each)
    return [tuple(sorted(run, key=lambda one: one.sides[0] or "")) for run in runs]


def _complement(one: ReportTrial, other: ReportTrial) -> bool:
    sides = {one.sides, other.sides}
    return one.trial.header.set_id == other.trial.header.set_id and sides == {
        (Side.LEFT,),
        (Side.RIGHT,),
    }

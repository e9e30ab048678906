"""One line for each athlete: latest results, limbs compared, change since the reference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from data.analysis.symmetry import compare
from data.analysis.types import Asymmetry
from data.clinical.change import Change, change
from data.clinical.series import Reading, same_series
from data.clinical.typical_error import TypicalError
from data.sides import Side


@dataclass(frozen=True, slots=True)
class LimbLine:
    """One limb of one athlete: its series, oldest first, and the change of the latest result
    against the first of the same series."""

    readings: tuple[Reading, ...]
    change: Change | None

    @property
    def latest(self) -> Reading:
        return self.readings[-1]


@dataclass(frozen=True, slots=True)
class SquadLine:
    """One athlete in one test. `asymmetry` compares results of one day only."""

    limbs: Mapping[Side | None, LimbLine]
    asymmetry: Asymmetry | None
    days_since: int | None

    @property
    def largest_change(self) -> Change | None:
        """The limb that changed most for its size, to sort by."""
        found = [line.change for line in self.limbs.values() if line.change is not None]
        return max(found, key=lambda each: abs(each.percent or 0.0), default=None)


def squad_line(
    readings: Sequence[Reading],
    today: date,
    formula: str,
    error: TypicalError | None = None,
    dominant: Side | None = None,
    injured: Side | None = None,
) -> SquadLine:
    """From all results of one athlete in one test and metric."""
    by_side: dict[Side | None, list[Reading]] = {}
    for reading in readings:
        by_side.setdefault(reading.key.side, []).append(reading)
    limbs = {side: _limb(found, error) for side, found in by_side.items()}
    newest = max((line.latest.on for line in limbs.values()), default=None)
    left, right = limbs.get(Side.LEFT), limbs.get(Side.RIGHT)
    asymmetry = None
    if left and right and _together(left.latest, right.latest):
        asymmetry = compare(
            left.latest.value,
            right.latest.value,
            formula,
            metric=left.latest.key.metric,
            aggregation=left.latest.key.aggregation,
            injured=injured,
            dominant=dominant,
        )
    return SquadLine(limbs, asymmetry, None if newest is None else (today - newest).days)


def _limb(readings: Sequence[Reading], error: TypicalError | None) -> LimbLine:
    newest = max(readings, key=lambda each: each.on)
    series = same_series(readings, newest.key)
    since_first = change(series[0], newest, error) if len(series) > 1 else None
    return LimbLine(tuple(series), since_first)


def _together(left: Reading, right: Reading) -> bool:
    return left.on == right.on and right.key.matches(replace(left.key, side=right.key.side))

"""Results over time of many people at once, read from the repetitions without their curves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, func, select

from data.analysis.comparison import aggregate
from data.clinical.gravity import GravityMethod
from data.clinical.retest import Pairs, retest_pairs
from data.clinical.series import Reading, SeriesKey
from data.clinical.tests import Stabilisation, StrengthTest
from data.database import Database
from data.models import RepRow, TrialRow
from data.sides import Side

_DETAILS = (
    "utc_offset_min", "posture", "lever_m", "stabilisation", "gravity", "gravity_n",
    "injured", "both_injured",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredResult:
    """One limb's result of one run of a test, with what a list must say beside it.

    `is_injured`: the person had an injured limb on that day, whichever it was.
    """

    person_id: UUID
    set_id: UUID
    at: datetime
    utc_offset_min: int
    is_virtual: bool
    is_injured: bool
    reading: Reading


class Results:
    """The same results as `data.readings.readings`, in one question for a whole squad."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._retests: dict[tuple[str, str], tuple[int, dict[str, Pairs]]] = {}

    def of_test(
        self,
        test: StrengthTest,
        metrics: Sequence[str] = ("peak_n",),
        people: Iterable[UUID] | None = None,
    ) -> dict[UUID, list[StoredResult]]:
        """By person, oldest first: a result for each run, limb and metric that has a value."""
        query = _query(test.id, metrics)
        if people is not None:
            query = query.where(TrialRow.person_id.in_(list(people)))
        with self._database.reading() as session:
            rows = session.execute(query).all()
        known: dict[SeriesKey, SeriesKey] = {}
        found: dict[UUID, list[StoredResult]] = {}
        for (person_id, _), run in groupby(rows, key=lambda row: (row.person_id, row.set_id)):
            results = found.setdefault(person_id, [])
            results += _of_run(list(run), test, metrics, known)
        for results in found.values():
            results.sort(key=lambda each: each.at)
        return {person_id: results for person_id, results in found.items() if results}

    def latest_test(self) -> str | None:
        """Which test was done last, by anybody."""
        newest = select(TrialRow.test_id).order_by(TrialRow.started_at.desc()).limit(1)
        with self._database.reading() as session:
            return session.scalar(newest)

    def retests(self, test: StrengthTest, metric: str) -> dict[str, Pairs]:
        """By model of device, two results for each person whom nothing suggests had changed:
        `data.clinical.retest`. Kept until another trial of the test is stored."""
        count = select(func.count()).select_from(TrialRow).where(TrialRow.test_id == test.id)
        with self._database.reading() as session:
            trials = session.scalar(count) or 0
        kept = self._retests.get((test.id, metric))
        if kept is None or kept[0] != trials:
            people = [
                [each.reading for each in results if not each.is_injured and not each.is_virtual]
                for results in self.of_test(test, (metric,)).values()
            ]
            kept = (trials, retest_pairs(people))
            self._retests[test.id, metric] = kept
        return kept[1]


def _query(test_id: str, metrics: Sequence[str]) -> Select[Any]:
    values = [func.json_extract(RepRow.metrics, f'$."{name}".value') for name in metrics]
    details = [func.json_extract(TrialRow.details, f"$.{name}").label(name) for name in _DETAILS]
    return (
        select(
            *values,
            TrialRow.person_id,
            TrialRow.set_id,
            TrialRow.started_at,
            TrialRow.device_model,
            TrialRow.is_virtual,
            RepRow.side,
            *details,
        )
        .join(RepRow, RepRow.trial_id == TrialRow.id)
        .where(TrialRow.test_id == test_id, RepRow.rejected.is_(None))
        .order_by(
            TrialRow.person_id, TrialRow.set_id, TrialRow.started_at, TrialRow.id, RepRow.place
        )
    )


def _of_run(
    rows: Sequence[Row[Any]],
    test: StrengthTest,
    metrics: Sequence[str],
    known: dict[SeriesKey, SeriesKey],
) -> list[StoredResult]:
    by_side: dict[str | None, list[Row[Any]]] = {}
    for row in rows:
        by_side.setdefault(row.side, []).append(row)
    found: list[StoredResult] = []
    for of_side in by_side.values():
        last = of_side[-1]
        on = (last.started_at + timedelta(minutes=last.utc_offset_min)).date()
        for place, metric in enumerate(metrics):
            # A number that JSON does not know is text here, and no result.
            values = [row[place] for row in of_side if isinstance(row[place], int | float)]
            value = aggregate(values, test.aggregation)
            if value is None:
                continue
            key = _key(last, test, metric)
            reading = Reading(on, value, known.setdefault(key, key), len(values))
            found.append(
                StoredResult(
                    last.person_id,
                    last.set_id,
                    last.started_at,
                    last.utc_offset_min,
                    last.is_virtual,
                    bool(last.injured or last.both_injured),
                    reading,
                )
            )
    return found


def _key(row: Row[Any], test: StrengthTest, metric: str) -> SeriesKey:
    gravity = GravityMethod(row.gravity) if row.gravity else None
    if gravity is None and row.gravity_n is None:
        gravity = GravityMethod.NONE
    return SeriesKey(
        test_id=test.id,
        metric=metric,
        side=Side(row.side) if row.side else None,
        device_model=row.device_model,
        contraction=test.contraction,
        aggregation=test.aggregation,
        position=row.posture or "",
        lever_m=row.lever_m,
        stabilisation=Stabilisation(row.stabilisation) if row.stabilisation else test.stabilisation,
        gravity=gravity,
    )

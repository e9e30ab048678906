"""Results over time of many people at once, read from the repetitions without their curves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, String, func, select, type_coerce

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


_GROWN = 1.05


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
    """The same results as `data.readings.readings`, in two questions for a whole squad."""

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
        of_trials, of_reps = _of_trials(test.id), _of_reps(test.id, metrics)
        if people is not None:
            wanted = TrialRow.person_id.in_(list(people))
            of_trials, of_reps = of_trials.where(wanted), of_reps.where(wanted)
        with self._database.reading() as session:
            connection = session.connection()
            trials = connection.execute(of_trials).all()
            reps = connection.execute(of_reps).all()
        by_trial: dict[str, list[Row[Any]]] = {}
        for rep in reps:
            by_trial.setdefault(rep[0], []).append(rep)
        runs = _Runs(test, metrics, by_trial)
        found: dict[str, list[StoredResult]] = {}
        for (person, _), run in groupby(trials, key=lambda row: (row.person, row.run)):
            found.setdefault(person, []).extend(runs.results(list(run)))
        for results in found.values():
            results.sort(key=lambda each: each.at)
        return {UUID(person): results for person, results in found.items() if results}

    def latest_test(self) -> str | None:
        """Which test was done last, by anybody."""
        newest = select(TrialRow.test_id).order_by(TrialRow.started_at.desc()).limit(1)
        with self._database.reading() as session:
            return session.scalar(newest)

    def retests(
        self,
        test: StrengthTest,
        metric: str,
        results: Mapping[UUID, Sequence[StoredResult]] | None = None,
    ) -> dict[str, Pairs]:
        """By model of device, two results for each person whom nothing suggests had changed:
        `data.clinical.retest`. Kept until a twentieth more trials of the test are stored.
        `results` are everybody's, where they were read already."""
        trials = self._count(test)
        kept = self._retests.get((test.id, metric))
        if kept is None or trials > _GROWN * kept[0]:
            everybody = self.of_test(test, (metric,)) if results is None else results
            people = [
                [
                    each.reading
                    for each in of_person
                    if each.reading.key.metric == metric
                    and not (each.is_injured or each.is_virtual)
                ]
                for of_person in everybody.values()
            ]
            kept = (trials, retest_pairs(people))
            self._retests[test.id, metric] = kept
        return kept[1]

    def retests_of(self, test: StrengthTest, metrics: Sequence[str]) -> dict[str, dict[str, Pairs]]:
        """`retests` of several metrics, by metric: everybody is read once for all that are new."""
        trials = self._count(test)
        kept = {metric: self._retests.get((test.id, metric)) for metric in metrics}
        new = [key for key, had in kept.items() if had is None or trials > _GROWN * had[0]]
        results = self.of_test(test, new) if new else None
        return {
            metric: self.retests(test, metric, results if metric in new else None)
            for metric in metrics
        }

    def _count(self, test: StrengthTest) -> int:
        query = select(func.count()).select_from(TrialRow).where(TrialRow.test_id == test.id)
        with self._database.reading() as session:
            return session.scalar(query) or 0


class _Runs:
    """Makes results of stored rows; the same way of testing is one key, made once."""

    def __init__(
        self, test: StrengthTest, metrics: Sequence[str], reps: dict[str, list[Row[Any]]]
    ) -> None:
        self._test, self._metrics, self._reps = test, metrics, reps
        self._keys: dict[tuple[object, ...], SeriesKey] = {}

    def results(self, trials: Sequence[Row[Any]]) -> list[StoredResult]:
        """Those of one run: its trials, in the order in which they were done."""
        by_side: dict[str | None, list[tuple[Row[Any], Row[Any]]]] = {}
        for trial in trials:
            for rep in self._reps.get(trial.id, ()):
                by_side.setdefault(rep.side, []).append((trial, rep))
        found: list[StoredResult] = []
        for side, of_side in by_side.items():
            trial = of_side[-1][0]
            person_id, set_id = UUID(trial.person), UUID(trial.run)
            on = (trial.started_at + timedelta(minutes=trial.utc_offset_min)).date()
            is_injured = bool(trial.injured or trial.both_injured)
            for place, metric in enumerate(self._metrics, 2):
                # A number that JSON does not know is text here, and no result.
                values = [rep[place] for _, rep in of_side if isinstance(rep[place], int | float)]
                value = aggregate(values, self._test.aggregation)
                if value is not None:
                    reading = Reading(on, value, self._key(trial, side, metric), len(values))
                    found.append(
                        StoredResult(
                            person_id,
                            set_id,
                            trial.started_at,
                            trial.utc_offset_min,
                            trial.is_virtual,
                            is_injured,
                            reading,
                        )
                    )
        return found

    def _key(self, trial: Row[Any], side: str | None, metric: str) -> SeriesKey:
        has_weight = trial.gravity_n is not None
        said = (trial.posture, trial.lever_m, trial.stabilisation, trial.gravity, has_weight)
        known = (side, metric, trial.device_model, *said)
        key = self._keys.get(known)
        if key is None:
            key = self._keys[known] = _series_key(self._test, trial, side, metric)
        return key


def _of_trials(test_id: str) -> Select[Any]:
    # Ids stay text: making a UUID of each costs more than the question.
    details = [func.json_extract(TrialRow.details, f"$.{name}").label(name) for name in _DETAILS]
    return (
        select(
            type_coerce(TrialRow.id, String).label("id"),
            type_coerce(TrialRow.person_id, String).label("person"),
            type_coerce(TrialRow.set_id, String).label("run"),
            TrialRow.started_at,
            TrialRow.device_model,
            func.json_extract(TrialRow.details, "$.device.name").label("device_name"),
            TrialRow.is_virtual,
            *details,
        )
        .where(TrialRow.test_id == test_id)
        .order_by(TrialRow.person_id, TrialRow.set_id, TrialRow.started_at, TrialRow.id)
    )


def _of_reps(test_id: str, metrics: Sequence[str]) -> Select[Any]:
    values = [func.json_extract(RepRow.metrics, f'$."{name}".value') for name in metrics]
    return (
        select(type_coerce(RepRow.trial_id, String), RepRow.side, *values)
        .join(TrialRow, RepRow.trial_id == TrialRow.id)
        .where(TrialRow.test_id == test_id, RepRow.rejected.is_(None))
        .order_by(RepRow.trial_id, RepRow.place)
    )


def _series_key(test: StrengthTest, trial: Row[Any], side: str | None, metric: str) -> SeriesKey:
    gravity = GravityMethod(trial.gravity) if trial.gravity else None
    if gravity is None and trial.gravity_n is None:
        gravity = GravityMethod.NONE
    stabilisation = trial.stabilisation
    return SeriesKey(
        test_id=test.id,
        metric=metric,
        side=Side(side) if side else None,
        device_model=trial.device_model,
        contraction=test.contraction,
        aggregation=test.aggregation,
        position=trial.posture or "",
        lever_m=trial.lever_m,
        stabilisation=Stabilisation(stabilisation) if stabilisation else test.stabilisation,
        gravity=gravity,
        device_name=trial.device_name or "",
    )

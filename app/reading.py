"""What pages ask of the store: one function a question, run in the store's thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.wording import device_text
from data.analysis.types import Side
from data.clinical.catalogue import tests
from data.clinical.tests import StrengthTest
from data.records import Person, Session, Treatment, Trial
from data.store import Store
from devices.catalog import is_experimental

_LAST_USES = 3


@dataclass(frozen=True, slots=True)
class RunOfTest:
    """The trials of one run of a test: one, or a left and a right one."""

    set_id: UUID
    test_id: str
    trials: tuple[Trial, ...]

    @property
    def started_at(self) -> datetime:
        return self.trials[0].header.started_at

    @property
    def is_virtual(self) -> bool:
        return any(trial.header.is_virtual for trial in self.trials)

    @property
    def is_experimental(self) -> bool:
        return any(is_experimental(trial.header.device_model) for trial in self.trials)

    @property
    def device_model(self) -> str:
        return self.trials[0].header.device_model

    @property
    def how(self) -> str:
        """What measured it, and how `best` is made."""
        reps = [rep for trial in self.trials for rep in trial.analysis.reps]
        peaks = [peak for rep in reps if (peak := rep.metrics.get("peak_n")) is not None]
        devices = dict.fromkeys(device_text(trial.header.device) for trial in self.trials)
        method = f". Best of the valid repetitions: {peaks[0].method}" if peaks else ""
        return f"{' and '.join(devices)}{method}."

    def best(self, side: Side) -> float | None:
        """Largest valid peak of this limb in N."""
        return best_peak(self.trials, side)


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit with all that was done in it, oldest first; `damaged` are trials by id."""

    session: Session
    person: Person
    runs: tuple[RunOfTest, ...]
    treatments: tuple[Treatment, ...]
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """A person, all visits newest first, all runs of tests oldest first."""

    person: Person
    visits: tuple[Visit, ...]
    runs: tuple[RunOfTest, ...]


@dataclass(frozen=True, slots=True)
class ReviewData:
    """One run to be looked at, and the one before it by the same test."""

    person: Person
    session: Session
    run: RunOfTest
    before: RunOfTest | None


def read_day(store: Store, day: date) -> list[Visit]:
    """The visits of a day, newest first."""
    return [_visit(store, session) for session in store.sessions.on_day(day)]


def read_visit(store: Store, session_id: UUID) -> Visit:
    return _visit(store, store.sessions.get(session_id))


def read_history(store: Store, person_id: UUID) -> History:
    person = store.people.get(person_id)
    runs = group_runs(store.trials.of_person(person_id))
    visits = tuple(
        Visit(
            session,
            person,
            tuple(run for run in runs if run.trials[0].header.session_id == session.id),
            tuple(store.treatments.of_session(session.id)),
        )
        for session in store.sessions.of_person(person_id)
    )
    return History(person, visits, runs)


def read_review(store: Store, set_id: UUID) -> ReviewData:
    """Raises `LookupError` when there is no such run."""
    trials = tuple(store.trials.of_set(set_id))
    if not trials:
        raise LookupError("There is no such test run. Nothing was changed. Open it from its visit.")
    header = trials[0].header
    runs = group_runs(store.trials.of_person(header.person_id, header.test_id))
    before = [run for run in runs if run.started_at < header.started_at and run.set_id != set_id]
    return ReviewData(
        store.people.get(header.person_id),
        store.sessions.get(header.session_id),
        RunOfTest(set_id, header.test_id, trials),
        before[-1] if before else None,
    )


def group_runs(trials: Iterable[Trial]) -> tuple[RunOfTest, ...]:
    """Trials by run, in the order in which the runs began."""
    sets: dict[UUID, list[Trial]] = {}
    for trial in trials:
        sets.setdefault(trial.header.set_id, []).append(trial)
    return tuple(
        RunOfTest(set_id, members[0].header.test_id, tuple(members))
        for set_id, members in sets.items()
    )


def best_peak(trials: Sequence[Trial], side: Side | None) -> float | None:
    """Largest peak in N among the repetitions of this limb that nobody rejected."""
    peaks = [
        metric.value
        for trial in trials
        for rep in trial.analysis.reps
        if rep.side is side and rep.rejected is None
        if (metric := rep.metrics.get("peak_n")) is not None and metric.value is not None
    ]
    return max(peaks, default=None)


def device_history(
    store: Store, units: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[Trial]]:
    """For each unit (model, serial number) the last trials made with it, newest first."""
    return {unit: list(store.trials.of_device(*unit, _LAST_USES)) for unit in units}


def test_name(test_id: str) -> str:
    """The catalogue's name; the id of a test that this version does not know."""
    found = tests().get(test_id)
    return found.name if found else test_id


def find_tests(text: str) -> list[StrengthTest]:
    """Tests whose name, id, muscles or position hold every word."""
    words = text.casefold().split()
    return [
        test
        for test in tests().values()
        if all(
            word in f"{test.name} {test.id} {test.muscle_group} {test.contraction}".casefold()
            for word in words
        )
    ]


def _visit(store: Store, session: Session) -> Visit:
    trials = store.trials.of_session(session.id)
    return Visit(
        session,
        store.people.get(session.person_id),
        group_runs(trials),
        tuple(store.treatments.of_session(session.id)),
        trials.damaged,
    )

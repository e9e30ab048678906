"""All that a report on an athlete's progress is made from, read in the store's thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from app.athlete import Athlete, read_athlete
from app.ladder_reading import LadderView, read_ladder
from app.reading import RunOfTest
from app.results import set_result
from app.trend import Trend, metrics_done, read_trend, tests_done
from app.workflow import SetResult
from data.episodes import Episode, Item, TypedValue
from data.records import Session, Treatment
from data.rehabilitation import Adherence, ManualTherapy, Prescription, RunningObservation
from data.store import Store

T = TypeVar("T", bound=Item)


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest run of a test, how its limbs compare, and the results over time."""

    run: RunOfTest
    result: SetResult | None
    trend: Trend


@dataclass(frozen=True, slots=True)
class Progress:
    """One athlete; everything but tests is since the injury where there is one. Oldest first."""

    athlete: Athlete
    episode: Episode | None
    tests: tuple[Latest, ...]
    ladder: LadderView | None
    treatments: tuple[tuple[Session, Treatment], ...]
    manual: tuple[ManualTherapy, ...]
    running: tuple[RunningObservation, ...]
    typed: tuple[TypedValue, ...]
    prescription: Prescription | None
    adherence: tuple[Adherence, ...]

    @property
    def is_virtual(self) -> bool:
        """Anything here comes from a simulated device."""
        runs = self.athlete.history.runs
        treatments = (treatment for _, treatment in self.treatments)
        return any(each.is_virtual for each in (*runs, *treatments, *self.typed))


def read_progress(store: Store, person_id: UUID, episode_id: UUID | None = None) -> Progress:
    """Of the open injury, or of the one with this id. Raises `RecordNotFoundError`."""
    athlete = read_athlete(store, person_id)
    episode = athlete.injuries.open
    if episode_id is not None:
        of_id = (each for each in athlete.injuries.episodes if each.id == episode_id)
        episode = next(of_id, episode)
    since = episode.injured_on if episode is not None else None
    is_open = episode is not None and episode == athlete.injuries.open
    prescriptions = store.prescriptions.of_person(person_id)
    prescription = prescriptions[-1] if prescriptions else None
    said = store.adherence.of_person(person_id)
    visits = reversed(athlete.history.visits)
    return Progress(
        athlete=athlete,
        episode=episode,
        tests=tuple(_tests(store, athlete, episode)),
        ladder=read_ladder(store, person_id) if is_open else None,
        treatments=tuple(
            (visit.session, treatment)
            for visit in visits
            for treatment in visit.treatments
            if since is None or treatment.started_at.date() >= since
        ),
        manual=_since(store.manual_therapy.of_person(person_id), since),
        running=_since(store.running.of_person(person_id), since),
        typed=_since(store.typed_values.of_person(person_id), since),
        prescription=prescription,
        adherence=tuple(
            each
            for each in said
            if prescription is not None and each.prescription_id == prescription.id
        ),
    )


def _tests(store: Store, athlete: Athlete, episode: Episode | None) -> Iterable[Latest]:
    """Each test by the number that counts most in it, the most often done first."""
    runs = athlete.history.runs
    for test_id in tests_done(runs):
        metrics = metrics_done(runs, test_id)
        if not metrics:
            continue
        trend = read_trend(store, runs, test_id, metrics[0], episode)
        if trend.points:
            newest = next(run for run in runs if run.set_id == trend.points[-1].set_id)
            yield Latest(newest, set_result(store, newest.set_id), trend)


def _since(items: Iterable[T], since: date | None) -> tuple[T, ...]:
    return tuple(each for each in items if since is None or each.at.astimezone().date() >= since)

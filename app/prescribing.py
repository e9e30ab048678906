"""Exercises for an athlete: a line from the library, what it says, and how the last ones went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.episodes import injuries
from app.plain_text import plain
from app.reading import Visit, read_visit
from app.units import number
from data.clinical.exercises import Dosage, Exercise
from data.episodes import Episode
from data.ids import uuid7
from data.records import Session, Stage
from data.rehabilitation import Adherence, PrescribedExercise, Prescription
from data.store import Store


@dataclass(frozen=True, slots=True)
class Prescribing:
    """What a page of exercises needs: the visit, the injury, the prescription before, and what
    the athlete said of it, newest last."""

    visit: Visit
    episode: Episode | None
    last: Prescription | None
    reported: tuple[Adherence, ...]

    @property
    def stage(self) -> Stage | None:
        return self.episode.current_stage if self.episode else self.visit.person.stage

    def is_of_this_visit(self) -> bool:
        return self.last is not None and self.last.session_id == self.visit.session.id


def read_prescribing(store: Store, session_id: UUID) -> Prescribing:
    visit = read_visit(store, session_id)
    person_id = visit.person.id
    earlier = [
        each
        for each in store.prescriptions.of_person(person_id)
        if each.session_id == session_id or each.at <= visit.session.started_at
    ]
    last = earlier[-1] if earlier else None
    reported = (
        each
        for each in store.adherence.of_person(person_id)
        if last is not None and each.prescription_id == last.id
    )
    return Prescribing(visit, injuries(store, person_id).open, last, tuple(reported))


def line_of(exercise: Exercise, stage: Stage | None) -> PrescribedExercise:
    """A line to start from: the library's dosage of the stage, its rules as they read now."""
    return PrescribedExercise(
        exercise_id=exercise.id,
        name=exercise.name,
        dosage=exercise.dosage_in(stage),
        how=exercise.how,
        pain_rule=exercise.pain_rule,
        progression=exercise.progression,
    )


def prescription(
    lines: tuple[PrescribedExercise, ...],
    advice: str,
    session: Session,
    now: datetime,
    episode: Episode | None,
    replaced: Prescription | None,
) -> Prescription:
    """The record; the one of the same visit is replaced, not doubled."""
    return Prescription(
        id=uuid7() if replaced is None else replaced.id,
        at=now if replaced is None else replaced.at,
        person_id=session.person_id,
        session_id=session.id,
        episode_id=None if episode is None else episode.id,
        stage=None if episode is None else episode.current_stage,
        by=session.clinician,
        exercises=lines,
        advice=advice,
    )


def dosage_words(dosage: Dosage) -> str:
    """``3 × 6, 2.5 kg, rest 120 s, twice a week`` without what was left open."""
    amount = [str(dosage.sets)] if dosage.sets is not None else []
    if dosage.repetitions is not None:
        amount.append(str(dosage.repetitions))
    hold = f"{number(dosage.hold_s, 0)} s" if dosage.hold_s is not None else ""
    if hold and dosage.repetitions is None:
        amount.append(hold)
        hold = ""
    distance = f"{number(dosage.distance_m, 0)} m" if dosage.distance_m is not None else ""
    if distance and dosage.repetitions is None:
        amount.append(distance)
        distance = ""
    parts = (
        " × ".join(amount),
        f"hold {hold}" if hold else "",
        distance,
        f"{number(dosage.effort_percent, 0)} % effort" if dosage.effort_percent else "",
        f"{number(dosage.load_kg, 1)} kg" if dosage.load_kg is not None else "",
        plain(dosage.load),
        f"tempo {plain(dosage.tempo)}" if dosage.tempo else "",
        f"rest {number(dosage.rest_s, 0)} s" if dosage.rest_s is not None else "",
        f"{dosage.times_a_week} × a week" if dosage.times_a_week is not None else "",
    )
    return ", ".join(part for part in parts if part)


def report_words(report: Adherence) -> str:
    """How an exercise went, as the athlete said."""
    done = ""
    if report.sets_done is not None:
        done = f"{report.sets_done} set{'' if report.sets_done == 1 else 's'} done"
    parts = (
        done,
        f"pain {report.pain_during} of 10" if report.pain_during is not None else "",
        f"next day {report.pain_next_day} of 10" if report.pain_next_day is not None else "",
        plain(report.note),
    )
    return ", ".join(part for part in parts if part) or "nothing said"

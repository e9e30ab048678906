"""What is done and asked for beside tests and treatments: hands, exercises, running, letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from data.clinical.exercises import Dosage
from data.episodes import Item
from data.sides import Side


class Grade(StrEnum):
    """Grade of a mobilisation (Maitland I to IV) or a thrust (V), as the clinician names it."""

    I = "I"  # noqa: E741 - the field's own name
    II = "II"
    III = "III"
    IV = "IV"
    V = "V"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualTherapy(Item):
    """Hands on: what, where, how long, and what came of it. Pain is 0 to 10."""

    technique: str
    region: str = ""
    side: Side | None = None
    grade: Grade | None = None
    direction: str = ""
    position: str = ""
    minutes: float | None = None
    sets: int | None = None
    repetitions: int | None = None
    response: str = ""
    pain_before: int | None = None
    pain_after: int | None = None


@dataclass(frozen=True, slots=True)
class PrescribedExercise:
    """One line of a prescription, as it was then: `name`, `how` and the rules are copies, so that
    a later change of the library changes nothing that was handed out."""

    exercise_id: str
    name: str
    dosage: Dosage
    how: str = ""
    side: Side | None = None
    pain_rule: str = ""
    progression: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prescription(Item):
    """The exercises that an athlete was asked to do from `at` on, until the next one."""

    exercises: tuple[PrescribedExercise, ...]
    until: date | None = None
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence(Item):
    """What the athlete says was done of one line of a prescription on the day of `at`."""

    prescription_id: UUID
    exercise_id: str
    sets_done: int | None = None
    repetitions_done: int | None = None
    load_kg: float | None = None
    pain_during: int | None = None
    pain_next_day: int | None = None
    effort: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningObservation(Item):
    """A run that was watched or reported: the figures that were taken, what was seen in the terms
    of `data.clinical.exercises.gait_terms`, and free words."""

    surface: str = ""
    footwear: str = ""
    minutes: float | None = None
    distance_km: float | None = None
    speed_km_h: float | None = None
    cadence_per_min: float | None = None
    effort_percent: float | None = None
    pain_during: int | None = None
    pain_after: int | None = None
    seen: tuple[str, ...] = ()


class MessageKind(StrEnum):
    REFERRAL = "referral"
    UPDATE = "update"
    QUESTION = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Item):
    """A letter to a colleague, kept as it was written. The program sends nothing by itself."""

    kind: MessageKind
    to: str
    role: str = ""
    subject_line: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitNote(Item):
    """Free words about a visit, in `note`."""

"""What is added to a visit beside tests and treatments: what is asked, and how it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.plain_text import plain
from app.units import number
from data.clinical.exercises import gait_terms
from data.clinical.measures import Measure, measures
from data.episodes import Episode, Item, TypedValue
from data.ids import uuid7
from data.records import Session
from data.rehabilitation import (
    Grade,
    ManualTherapy,
    Message,
    MessageKind,
    Prescription,
    RunningObservation,
    VisitNote,
)
from data.sides import Side
from data.store import Store

if TYPE_CHECKING:
    from data.items import Items


class Answer(StrEnum):
    """What kind of answer a question takes."""

    TEXT = "text"
    LONG_TEXT = "long text"
    NUMBER = "number"
    WHOLE = "whole number"
    CHOICE = "choice"
    TICKS = "ticks"


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a form. `choices` are (value, word) pairs; of ticks the value is its word."""

    name: str
    label: str
    answer: Answer = Answer.TEXT
    unit: str = ""
    low: float = 0.0
    high: float = 0.0
    decimals: int = 0
    choices: tuple[tuple[Any, str], ...] = ()
    hint: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class ItemKind:
    """One kind of item. `lines` are its questions as they stand beside each other."""

    name: str
    word: str
    does: str
    key: str
    icon: str
    cls: type[Item]
    lines: tuple[tuple[Question, ...], ...]
    shelf: Callable[[Store], Items[Any]]
    title: Callable[[Any], str]
    detail: Callable[[Any], str]

    def save(self, store: Store, item: Item) -> Item:
        return self.shelf(store).save(item)

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for line in self.lines for question in line)


_SIDES = ((Side.LEFT, "Left"), (Side.RIGHT, "Right"))
_NOTE = Question("note", "Note", Answer.LONG_TEXT)


def _pain(name: str, label: str) -> Question:
    return Question(name, label, Answer.WHOLE, "of 10", 0, 10)


def _quantity(name: str, label: str, unit: str, high: float, decimals: int = 0) -> Question:
    return Question(name, label, Answer.NUMBER, unit, 0, high, decimals)


def new_item(
    kind: ItemKind,
    answers: Mapping[str, Any],
    session: Session,
    now: datetime,
    episode: Episode | None,
) -> Item:
    """The record of what was answered in this visit, in the stage that the injury is in now."""
    return kind.cls(
        id=uuid7(),
        at=now,
        person_id=session.person_id,
        session_id=session.id,
        episode_id=None if episode is None else episode.id,
        stage=None if episode is None else episode.current_stage,
        by=session.clinician,
        **answers,
    )


def new_values(
    measure: Measure,
    values: list[tuple[Side | None, float]],
    note: str,
    session: Session,
    now: datetime,
    episode: Episode | None,
) -> list[TypedValue]:
    """One record for each limb."""
    return [
        TypedValue(
            id=uuid7(),
            at=now,
            person_id=session.person_id,
            session_id=session.id,
            episode_id=None if episode is None else episode.id,
            stage=None if episode is None else episode.current_stage,
            by=session.clinician,
            note=note,
            measure_id=measure.id,
            value=value,
            unit=measure.unit,
            side=side,
        )
        for side, value in values
    ]


def items_of(store: Store, session_id: UUID) -> tuple[Item, ...]:
    """Everything beside tests and treatments that belongs to a visit, oldest first."""
    found: list[Item] = []
    for items in (
        store.manual_therapy,
        store.running,
        store.messages,
        store.notes,
        store.typed_values,
        store.prescriptions,
    ):
        found.extend(items.of_session(session_id))
    return tuple(sorted(found, key=lambda item: item.at))


def kind_of(item: Item) -> ItemKind | None:
    """None for a prescription, which has a page of its own, and for a typed value."""
    return next((kind for kind in KINDS if isinstance(item, kind.cls)), None)


def shelf_of(item: Item) -> Callable[[Store], Items[Any]]:
    """Where items of this kind are kept."""
    match item:
        case TypedValue():
            return lambda store: store.typed_values
        case Prescription():
            return lambda store: store.prescriptions
        case _:
            kind = kind_of(item)
            if kind is None:
                raise TypeError(type(item))
            return kind.shelf


def title_of(item: Item) -> str:
    match item:
        case TypedValue():
            known = measures().get(item.measure_id)
            return known.name if known else plain(item.measure_id)
        case Prescription():
            return "Exercises"
        case _:
            kind = kind_of(item)
            return kind.title(item) if kind else ""


def detail_of(item: Item) -> str:
    match item:
        case TypedValue():
            side = f"{item.side.value} " if item.side else ""
            return f"{side}{number(item.value, _digits(item.value))} {plain(item.unit)}"
        case Prescription():
            count = len(item.exercises)
            return f"{count} exercise{'s' if count != 1 else ''}"
        case _:
            kind = kind_of(item)
            return kind.detail(item) if kind else ""


def icon_of(item: Item) -> str:
    match item:
        case TypedValue():
            return "measure"
        case Prescription():
            return "exercise"
        case _:
            kind = kind_of(item)
            return kind.icon if kind else "info"


def _manual_title(item: ManualTherapy) -> str:
    return plain(item.technique)


def _manual_detail(item: ManualTherapy) -> str:
    parts = (
        item.side.value if item.side else "",
        plain(item.region),
        f"grade {item.grade}" if item.grade else "",
        f"{number(item.minutes, 0)} min" if item.minutes is not None else "",
        _pain_change(item.pain_before, item.pain_after),
    )
    return _joined(parts)


def _running_detail(item: RunningObservation) -> str:
    parts = (
        f"{number(item.distance_km, 1)} km" if item.distance_km is not None else "",
        f"{number(item.minutes, 0)} min" if item.minutes is not None else "",
        f"{number(item.speed_km_h, 1)} km/h" if item.speed_km_h is not None else "",
        f"{number(item.effort_percent, 0)} % effort" if item.effort_percent is not None else "",
        f"pain {item.pain_during} of 10" if item.pain_during is not None else "",
        *(plain(term) for term in item.seen[:2]),
    )
    return _joined(parts)


def _message_title(item: Message) -> str:
    return f"{item.kind.value.capitalize()} to {plain(item.to)}"


def _note_detail(item: Item) -> str:
    return plain(item.note).replace("\n", " ")[:80]


def _pain_change(before: int | None, after: int | None) -> str:
    if before is None and after is None:
        return ""
    said = ["–" if value is None else str(value) for value in (before, after)]
    return f"pain {said[0]} → {said[1]}"


def _joined(parts: tuple[str, ...]) -> str:
    return ", ".join(part for part in parts if part)


def _digits(value: float) -> int:
    return 0 if value == int(value) else 2 if abs(value) < 10 else 1


MANUAL = ItemKind(
    "Manual therapy",
    "Manual",
    "Manual therapy",
    "M",
    "hands",
    ManualTherapy,
    (
        (
            Question("technique", "Technique", hint="such as soft tissue", is_required=True),
            Question("region", "Region", hint="where, in your words"),
            Question("side", "Side", Answer.CHOICE, choices=_SIDES),
        ),
        (
            Question("grade", "Grade", Answer.CHOICE, choices=tuple((g, g.value) for g in Grade)),
            Question("direction", "Direction"),
            Question("position", "Position"),
        ),
        (
            _quantity("minutes", "Time", "min", 180),
            Question("sets", "Sets", Answer.WHOLE, low=1, high=50),
            Question("repetitions", "Repetitions", Answer.WHOLE, low=1, high=500),
            _pain("pain_before", "Pain before"),
            _pain("pain_after", "Pain after"),
        ),
        (Question("response", "Response"),),
        (_NOTE,),
    ),
    lambda store: store.manual_therapy,
    _manual_title,
    _manual_detail,
)

RUNNING = ItemKind(
    "Running",
    "Running",
    "A run that was watched or reported",
    "R",
    "running",
    RunningObservation,
    (
        (
            _quantity("distance_km", "Distance", "km", 100, 2),
            _quantity("minutes", "Time", "min", 600, 1),
            _quantity("speed_km_h", "Speed", "km/h", 45, 1),
            _quantity("cadence_per_min", "Steps", "1/min", 300),
        ),
        (
            _quantity("effort_percent", "Effort of own best", "%", 110),
            _pain("pain_during", "Pain during"),
            _pain("pain_after", "Pain after"),
        ),
        (Question("surface", "Surface"), Question("footwear", "Shoes")),
        (Question("seen", "Seen", Answer.TICKS, choices=tuple((t, t) for t in gait_terms())),),
        (_NOTE,),
    ),
    lambda store: store.running,
    lambda _item: "Running",
    _running_detail,
)

LETTER = ItemKind(
    "Letter",
    "Letter",
    "A letter to a colleague: referral, update, question",
    "L",
    "letter",
    Message,
    (
        (
            Question(
                "kind",
                "What it is",
                Answer.CHOICE,
                choices=tuple((k, k.value.capitalize()) for k in MessageKind),
                is_required=True,
            ),
            Question("to", "To", hint="name of the colleague", is_required=True),
            Question("role", "Role", hint="such as team physician"),
        ),
        (Question("subject_line", "About"),),
        (Question("text", "Text", Answer.LONG_TEXT),),
    ),
    lambda store: store.messages,
    _message_title,
    lambda item: plain(item.subject_line),
)

NOTE = ItemKind(
    "Note",
    "Note",
    "A note",
    "N",
    "note",
    VisitNote,
    ((Question("note", "Note", Answer.LONG_TEXT, is_required=True),),),
    lambda store: store.notes,
    lambda _item: "Note",
    _note_detail,
)

KINDS = (MANUAL, RUNNING, LETTER, NOTE)

"""What a visit holds beside tests and treatments, in words for paper."""

from __future__ import annotations

from collections.abc import Iterable

from app.plain_text import plain
from app.prescribing import dosage_words, report_words
from app.report.content import ItemLine
from app.units import number
from app.visit_items import detail_of, title_of
from app.wording import local_time
from data.clinical.exercises import exercises
from data.episodes import Item, TypedValue
from data.rehabilitation import (
    Adherence,
    ManualTherapy,
    Message,
    PrescribedExercise,
    Prescription,
    RunningObservation,
)


def item_line(item: Item, utc_offset_min: int) -> ItemLine:
    """One item as it stands in the report of its visit, with everything that was written."""
    at = local_time(item.at, utc_offset_min)
    texts = tuple(text for text in _texts(item) if text)
    return ItemLine(f"{at:%H:%M}", _title(item), texts, item.is_virtual)


def exercise_words(line: PrescribedExercise) -> str:
    """``Nordic curl, left only: 3 × 6, twice a week``"""
    side = f", {line.side.value} only" if line.side else ""
    note = f" ({plain(line.note)})" if line.note else ""
    return f"{plain(line.name)}{side}: {dosage_words(line.dosage)}{note}"


def manual_words(item: ManualTherapy) -> str:
    """Where and how, without the technique's name."""
    side = f"{item.side.value} " if item.side else ""
    parts = (
        f"{side}{plain(item.region)}".strip(),
        f"grade {item.grade}" if item.grade else "",
        f"direction {plain(item.direction)}" if item.direction else "",
        f"position {plain(item.position)}" if item.position else "",
        f"{number(item.minutes, 0)} min" if item.minutes is not None else "",
        f"{item.sets} sets" if item.sets is not None else "",
        f"{item.repetitions} repetitions" if item.repetitions is not None else "",
        _pain(item.pain_before, item.pain_after, "before", "after"),
        f"response: {plain(item.response)}" if item.response else "",
    )
    return _joined(parts)


def running_words(item: RunningObservation) -> str:
    """The figures that were taken, then what was seen."""
    parts = (
        _quantity(item.distance_km, "km"),
        _quantity(item.minutes, "min"),
        _quantity(item.speed_km_h, "km/h"),
        _quantity(item.cadence_per_min, "steps a minute"),
        f"{number(item.effort_percent, 0)} % of the own best"
        if item.effort_percent is not None
        else "",
        _pain(item.pain_during, item.pain_after, "during", "after"),
        f"on {plain(item.surface)}" if item.surface else "",
        f"shoes: {plain(item.footwear)}" if item.footwear else "",
        f"seen: {', '.join(map(plain, item.seen))}" if item.seen else "",
    )
    return _joined(parts)


def adherence_words(item: Adherence) -> str:
    """``Nordic curl: 3 sets done, pain 2 of 10``, as the athlete said."""
    known = exercises().get(item.exercise_id)
    name = known.name if known else plain(item.exercise_id)
    effort = f", effort {number(item.effort, 0)} of 10" if item.effort is not None else ""
    return f"{name}: {report_words(item)}{effort}"


def _title(item: Item) -> str:
    match item:
        case ManualTherapy():
            return f"Manual therapy: {plain(item.technique)}"
        case TypedValue():
            return f"{title_of(item)}: {detail_of(item)} (typed in)"
        case Adherence():
            return "Exercises at home, as the athlete said"
        case _:
            return title_of(item)


def _texts(item: Item) -> Iterable[str]:
    match item:
        case ManualTherapy():
            yield manual_words(item)
        case RunningObservation():
            yield running_words(item)
        case Prescription():
            yield from (exercise_words(line) for line in item.exercises)
            yield plain(item.advice)
        case Adherence():
            yield adherence_words(item)
            return
        case Message():
            yield plain(item.subject_line)
        case _:
            pass
    yield plain(item.note)


def _quantity(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:g} {unit}"


def _pain(first: int | None, second: int | None, when: str, later: str) -> str:
    parts = [
        f"{value} {word}" for value, word in ((first, when), (second, later)) if value is not None
    ]
    return f"pain {', '.join(parts)} (0–10)" if parts else ""


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(part for part in parts if part)

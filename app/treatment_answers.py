"""What was typed of a treatment beside its dose, in groups, as it is read in a visit."""

from __future__ import annotations

from collections.abc import Iterable

from app.plain_text import plain
from app.units import clock
from app.wording import ORIGINS, date_text, sentence
from data.clinical.modalities import Part, channel_of, field_id, form
from data.clinical.screening import Answer
from data.records import Treatment
from data.treatment_record import MarkKind, ScreeningRecord, Value
from data.treatment_values import values_of
from devices.modality import Origin

__all__ = ["answer_groups", "course_rows", "form_settings"]

Pair = tuple[str, str]
_MARKS = {MarkKind.CHECK: "check", MarkKind.PAIN: "pain", MarkKind.NOTE: "noted"}
_TOLD = (
    "site", "side", "planned_min", "actual_min", "pain_before", "pain_after", "note", "clinician",
    "adverse_event", "adverse_text", "adverse_action",
)  # fmt: skip


def form_settings(treatment: Treatment) -> list[Pair]:
    """The settings by the words of the form; what was not typed says where it comes from."""
    return list(_values(treatment, Part.SETTINGS))


def answer_groups(treatment: Treatment) -> list[tuple[str, list[Pair]]]:
    """Titles with their rows: before, screening, during and after; empty ones are left out."""
    groups = [
        ("Before", list(_values(treatment, Part.BEFORE))),
        ("Screening", list(_screening(treatment.screening))),
        ("During and after", list(_values(treatment, Part.DURING, Part.AFTER))),
    ]
    return [(title, rows) for title, rows in groups if rows]


def course_rows(treatment: Treatment) -> list[Pair]:
    """Pauses, checks and stretches without contact, each at its time."""
    rows = [(p.start_s, f"paused{_until(p.start_s, p.end_s)}") for p in treatment.pauses]
    for loss in treatment.contact_losses:
        rows += [(loss.start_s, f"without contact{_until(loss.start_s, loss.end_s)}")]
    for mark in treatment.marks:
        said = f"{mark.pain} of 10" if mark.pain is not None else plain(mark.text)
        rows += [(mark.at_s, ": ".join(filter(None, (_MARKS[mark.kind], said))))]
    return [(clock(at_s), words) for at_s, words in sorted(rows)]


def _values(treatment: Treatment, *parts: Part) -> Iterable[Pair]:
    known = form(treatment.modality)
    for key, value in values_of(treatment).items():
        if key not in known or field_id(key) in _TOLD or value.value in (None, ""):
            continue
        asked = known.field(key)
        if asked.part in parts:
            channel = channel_of(key)
            label = asked.label if channel == 1 else f"{asked.label}, channel {channel}"
            yield label, plain(asked.words(value.value)) + _aside(value)


def _aside(value: Value) -> str:
    marks = [] if value.origin is Origin.ENTERED else [ORIGINS[value.origin]]
    marks += [plain(value.confirmed)] if value.confirmed else []
    return f" ({'; '.join(marks)})" if marks else ""


def _screening(given: ScreeningRecord) -> Iterable[Pair]:
    for key in (key for key, said in given.answers.items() if said is Answer.YES):
        why = plain(given.reasons.get(key, "")) or "no reason was given"
        yield "Yes", f"{plain(given.texts.get(key, key))}. Why it went on: {why}."
    answers = list(given.answers.values())
    count, left = answers.count(Answer.NO), answers.count(Answer.NOT_ASKED)
    parts = [f"{count} answered with no"] if count else []
    parts += [f"{left} not asked"] if left else []
    parts += [f"answers of {date_text(given.asked_on)}"] if given.asked_on else []
    if parts:
        yield "Others", sentence(", ".join(parts))
    elif not answers:
        yield "Asked", "Nothing"


def _until(start_s: float, end_s: float | None) -> str:
    return " to the end" if end_s is None else f" for {clock(end_s - start_s)}"

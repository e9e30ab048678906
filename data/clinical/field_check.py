"""Whether what stands in a treatment's form can be: taken, asked about, refused, or missing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from data.clinical.modalities import (
    Field,
    FieldKind,
    ModalityForm,
    Plain,
    Values,
    channel_of,
    form,
    key_of,
)

__all__ = ["Judgement", "Verdict", "judge", "judge_all", "open_fields", "reported_flags"]


class Verdict(StrEnum):
    OK = "ok"
    ASK = "ask"  # unusual: kept if a person says that it is meant
    REFUSE = "refuse"  # cannot be: not kept
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reason` is a sentence for a reader; `source` says where the usual range comes from; `limit`
    is the range that is passed, ``(low, high)`` in the field's unit."""

    verdict: Verdict
    reason: str = ""
    source: str = ""
    limit: tuple[float, float] | None = None


FINE = Judgement(Verdict.OK)


def judge(modality: str, key: str, values: Values) -> Judgement:
    """What to say of one field of a form. Raises KeyError for a field the modality has not."""
    the_form = form(modality)
    field = the_form.field(key)
    value = values.get(key)
    if value is None or value == "":
        return _of_nothing(the_form, field, key, values)
    return _of_value(field, value, values)


def judge_all(modality: str, values: Values) -> dict[str, Judgement]:
    """Every field that is there, in the form's order, also those on further channels."""
    return {key: judge(modality, key, values) for key in _keys(form(modality), values)}


def open_fields(modality: str, values: Values) -> list[Field]:
    """What still has to be filled in before the record is whole."""
    the_form = form(modality)
    judgements = judge_all(modality, values)
    return [the_form.field(key) for key, each in judgements.items() if _is_missing(each)]


def reported_flags(modality: str, values: Values) -> tuple[str, ...]:
    """Sentences about values that a unit reported: they are kept as reported, whatever they are."""
    the_form = form(modality)
    sentences: list[str] = []
    for key in (each for each in _keys(the_form, values) if values.get(each) not in (None, "")):
        judgement = judge(modality, key, values)
        if judgement.verdict in (Verdict.ASK, Verdict.REFUSE):
            field = the_form.field(key)
            said = field.words(values.get(key))
            is_usual = judgement.verdict is Verdict.ASK
            where = "outside the usual range" if is_usual else "outside what is possible"
            span = _span(judgement.limit, field.unit) if judgement.limit else "its choices"
            sentences.append(
                f"{_name(field, key)}: the unit reported {said}, {where} ({span}). "
                "It is kept as reported."
            )
    return tuple(sentences)


def _keys(the_form: ModalityForm, values: Values) -> Iterator[str]:
    for field in the_form.fields:
        if not field.applies(values):
            continue
        yield field.id
        if field.is_per_channel:
            yield from (key_of(field.id, number) for number in _further_channels(values))


def _further_channels(values: Values) -> range:
    count = values.get("channels")
    most = max((channel_of(key) for key in values), default=1)
    said = int(count) if isinstance(count, int | float) and 1 <= count <= 8 else 1
    return range(2, max(most, said) + 1)


def _is_missing(judgement: Judgement) -> bool:
    return judgement.verdict is Verdict.MISSING


def _of_nothing(the_form: ModalityForm, field: Field, key: str, values: Values) -> Judgement:
    if not field.is_needed(values):
        return FINE
    others = [each for each in the_form.fields if field.group and each.group == field.group]
    given = [key_of(each.id, channel_of(key)) for each in others]
    if any(values.get(name) not in (None, "") for name in given):
        return FINE
    if others:
        names = " or ".join(_with_unit(each) for each in others)
        return Judgement(Verdict.MISSING, f"Still needed: {names}.")
    return Judgement(Verdict.MISSING, f"Still needed: {_name(field, key)}.")


def _of_value(field: Field, value: Plain, values: Values) -> Judgement:
    match field.kind:
        case FieldKind.NUMBER | FieldKind.WHOLE:
            return _of_number(field, value, values)
        case FieldKind.CHOICE:
            choices = field.choices or {}
            if value in choices:
                return FINE
            known = ", ".join(choices.values())
            return _refuse(f"{field.label} is {value!r}, but must be one of: {known}.")
        case FieldKind.FLAG:
            return FINE if isinstance(value, bool) else _refuse(f"{field.label} is yes or no.")
        case FieldKind.DATE:
            return FINE if _is_date(value) else _refuse(f"{field.label} is a day like 2026-03-14.")
        case FieldKind.TEXT:
            return FINE if isinstance(value, str) else _refuse(f"{field.label} is a text.")


def _of_number(field: Field, value: Plain, values: Values) -> Judgement:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return _refuse(f"{field.label} is a number.")
    if field.kind is FieldKind.WHOLE and value != int(value):
        return _refuse(f"{field.label} is {value:g}, but must be a whole number.")
    low, high = field.possible or (-math.inf, math.inf)
    if not low <= value <= high:
        return Judgement(
            Verdict.REFUSE,
            f"{field.label} is {value:g}, but must be {_span((low, high), field.unit)}. "
            "It was not taken. Check the number and its unit.",
            limit=(low, high),
        )
    usual = field.usual_for(values)
    if usual is None or usual.low <= value <= usual.high:
        return FINE
    limit = (usual.low, usual.high)
    return Judgement(
        Verdict.ASK,
        f"{field.label} {value:g} is outside {_span(limit, field.unit)} ({usual.said_by}). "
        "Is it meant?",
        usual.said_by,
        limit,
    )


def _refuse(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSE, f"{reason} It was not taken.")


def _span(limit: tuple[float, float], unit: str) -> str:
    low, high = limit
    size = f"{low:g}" if low == high else f"{low:g} to {high:g}"
    return f"{size} {unit}".rstrip()


def _with_unit(field: Field) -> str:
    return f"{field.label} in {field.unit}" if field.unit else field.label


def _name(field: Field, key: str) -> str:
    channel = channel_of(key)
    return field.label if channel == 1 else f"{field.label}, channel {channel}"


def _is_date(value: Plain) -> bool:
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True

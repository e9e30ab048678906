"""What is recorded of a treatment, field by field: a declaration, read from YAML and checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TypeAlias

from data.clinical.entries import CatalogueError, Entry

__all__ = [
    "CUSTOM",
    "CatalogueError",
    "Condition",
    "Field",
    "FieldKind",
    "ModalityForm",
    "Part",
    "Plain",
    "Usual",
    "Values",
    "channel_of",
    "field_id",
    "form",
    "forms",
    "key_of",
    "number_of",
    "parse",
]

Plain: TypeAlias = float | str | bool
"""What a field can hold: a number in the field's unit, a text or choice, yes or no."""
Values: TypeAlias = Mapping[str, Plain | None]
"""By key: a field's id, or ``id@2`` for the second channel of a field that each channel has."""

CUSTOM = "the clinic's usual range, not from a source"


class FieldKind(StrEnum):
    NUMBER = "number"
    WHOLE = "whole"
    CHOICE = "choice"
    FLAG = "flag"
    TEXT = "text"
    DATE = "date"  # as 2026-03-14


class Part(StrEnum):
    """When in a treatment a field is filled in."""

    BEFORE = "before"
    SETTINGS = "settings"
    DURING = "during"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds where each field named has one of its values; an empty one always holds."""

    values: Mapping[str, tuple[str, ...]]

    def holds(self, values: Values) -> bool:
        return all(values.get(field) in allowed for field, allowed in self.values.items())


ALWAYS = Condition({})


@dataclass(frozen=True, slots=True)
class Usual:
    """A range outside which a value is asked about. Without a `source` it is from memory:
    a custom, to be shown as such and never as a fact (`said_by`)."""

    low: float
    high: float
    default: Plain | None
    when: Condition
    source: str = ""

    @property
    def said_by(self) -> str:
        return self.source or CUSTOM


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form. `possible` is what is accepted at all, ``(low, high)`` in `unit`.

    `when` says for which values of other fields it is there; `required_when` when it is required.
    Of fields with the same `group` one is enough. `choices` are ids with their labels. `again` are
    the answers that may be given once more on another day without choosing them anew; ``yes``
    stands for true. `step` is by how much a key turns the number; without one none does.
    """

    id: str
    label: str
    kind: FieldKind
    part: Part
    unit: str = ""
    is_required: bool = False
    when: Condition = ALWAYS
    required_when: Condition | None = None
    group: str = ""
    is_per_channel: bool = False
    choices: Mapping[str, str] | None = None
    possible: tuple[float, float] | None = None
    usual: tuple[Usual, ...] = ()
    default: Plain | None = None
    again: tuple[str, ...] = ()
    step: float | None = None

    def applies(self, values: Values) -> bool:
        """Whether the field is there at all, as the others are filled in."""
        return self.when.holds(values)

    def is_needed(self, values: Values) -> bool:
        if self.required_when is not None and self.required_when.holds(values):
            return self.applies(values)
        return self.is_required and self.applies(values)

    def usual_for(self, values: Values) -> Usual | None:
        return next((usual for usual in self.usual if usual.when.holds(values)), None)

    def default_for(self, values: Values) -> Plain | None:
        usual = self.usual_for(values)
        return self.default if usual is None or usual.default is None else usual.default

    def may_be_again(self, value: Plain | None) -> bool:
        """Whether an answer of another day is one that holds often enough to be offered."""
        return ("yes" if value is True else value) in self.again

    def turned(self, value: float, steps: int) -> float:
        """`value` some steps up, or down below zero; never past what is possible."""
        low, high = self.possible or (-math.inf, math.inf)
        return min(max(round(value + steps * (self.step or 0.0), 6), low), high)

    def words(self, value: Plain | None) -> str:
        """The value as it is read: ``20 mA``, ``Acupuncture-like``, ``yes``; empty for none."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, str):
            shown = (self.choices or {}).get(value, value)
            return f"{shown} {self.unit}".rstrip() if self.kind is FieldKind.TEXT else shown
        return f"{value:g} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class ModalityForm:
    """All fields of one kind of treatment, those common to all first, in the order of a form.

    `checks_min` are the minutes at which the skin and the settings are looked at.
    """

    id: str
    name: str
    fields: tuple[Field, ...]
    checks_min: tuple[float, ...] = ()

    def field(self, key: str) -> Field:
        """Of a field's id or of one of its channels (``amplitude_ma@2``). Raises KeyError."""
        name = field_id(key)
        for field in self.fields:
            if field.id == name:
                return field
        raise KeyError(key)

    def __contains__(self, key: str) -> bool:
        return any(field.id == field_id(key) for field in self.fields)

    def of_part(self, part: Part) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.part is part)

    def defaults(self) -> dict[str, Plain]:
        """What stands in an empty form. Defaults that hang on others follow those."""
        values: dict[str, Plain] = {}
        for _ in range(2):  # the second round sees the choices that the first one made
            for each in self.fields:
                default = each.default_for(values)
                if default is not None and each.applies(values):
                    values.setdefault(each.id, default)
        return values


def key_of(field: str, channel: int = 1) -> str:
    """The key of a field on a channel: the first one's is the field's id itself."""
    return field if channel == 1 else f"{field}@{channel}"


def field_id(key: str) -> str:
    return key.partition("@")[0]


def channel_of(key: str) -> int:
    return int(key.partition("@")[2] or 1)


def number_of(value: Plain | None) -> float | None:
    """The number that a field holds; None for a text, yes or no, or nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def form(modality: str) -> ModalityForm:
    """The form of a modality by its id. Raises KeyError."""
    return forms()[modality]


@cache
def forms() -> Mapping[str, ModalityForm]:
    """Every modality by its id, in the order of the file."""
    return parse(Entry.shipped("modalities.yaml"))


def parse(root: Entry) -> dict[str, ModalityForm]:
    """The forms of a file; `CatalogueError` names the entry that is wrong."""
    root.whole("version")
    common = [_field(entry) for entry in root.children("common")]
    found = {entry.name: _form(entry, common) for entry in root.children("modalities")}
    root.done()
    return found


def _form(entry: Entry, common: list[Field]) -> ModalityForm:
    own = [_field(child) for child in entry.children("fields")]
    names = {field.id for field in own}
    checks = entry.numbers("checks_min")
    fields = (*(each for each in common if each.id not in names), *own)
    made = ModalityForm(entry.name, entry.text("name"), fields, checks)
    entry.done()
    known = {field.id for field in fields}
    for field in fields:
        conditions = [field.when, *([field.required_when] if field.required_when else [])]
        conditions += [usual.when for usual in field.usual]
        for other in {name for condition in conditions for name in condition.values} - known:
            raise entry.error(field.id, f"hangs on {other}, which this modality has not")
    return made


def _field(entry: Entry) -> Field:
    field = Field(
        id=entry.name,
        label=entry.text("label"),
        kind=entry.choice("kind", FieldKind),
        part=entry.choice("part", Part) if "part" in entry else Part.SETTINGS,
        unit=entry.text("unit", ""),
        is_required=entry.flag("required"),
        when=_condition(entry, "when"),
        required_when=_condition(entry, "required_when") if "required_when" in entry else None,
        group=entry.text("group", ""),
        is_per_channel=entry.flag("per_channel"),
        choices=entry.words("choices") if "choices" in entry else None,
        possible=entry.signed_range("possible"),
        usual=tuple(_usual(child) for child in entry.entries("usual")) if "usual" in entry else (),
        default=entry.plain("default") if "default" in entry else None,
        again=entry.texts("again"),
        step=entry.number("step") if "step" in entry else None,
    )
    entry.done()
    _check(entry, field)
    return field


def _check(entry: Entry, field: Field) -> None:
    is_number = field.kind in (FieldKind.NUMBER, FieldKind.WHOLE)
    if is_number and field.possible is None:
        raise entry.error("possible", "is missing: a number needs its limits")
    if not is_number and (field.possible or field.usual):
        raise entry.error("possible", "belongs to a number only")
    if field.step is not None and not (is_number and field.step):
        raise entry.error("step", "belongs to a number, and is more than nothing")
    if set(field.again) - set(field.choices or {"yes": "", "no": ""}):
        raise entry.error("again", "holds what is none of the answers")
    if (field.kind is FieldKind.CHOICE) is (field.choices is None):
        raise entry.error("choices", "belong to a choice, and a choice needs them")
    low, high = field.possible or (0.0, 0.0)
    for usual in field.usual:
        if not low <= usual.low <= usual.high <= high:
            raise entry.error("usual", "must lie within what is possible")
    if field.choices is not None and field.default not in (None, *field.choices):
        raise entry.error("default", "is none of the choices")


def _usual(entry: Entry) -> Usual:
    low, high = entry.range("range") or (None, None)
    if low is None or high is None:
        raise entry.error("range", "is missing")
    usual = Usual(
        low=low,
        high=high,
        default=entry.plain("default") if "default" in entry else None,
        when=_condition(entry, "when"),
        source=entry.text("source", ""),
    )
    entry.done()
    return usual


def _condition(entry: Entry, name: str) -> Condition:
    if name not in entry:
        return ALWAYS
    child = entry.child(name)
    found = {str(field): child.texts(str(field)) for field, _ in child.items()}
    child.done()
    return Condition(found)

"""What a treatment's form still needs, as questions in its order, each with the keys that answer
it."""

from __future__ import annotations

from dataclasses import dataclass

from data.clinical.field_check import Verdict
from data.clinical.modalities import Field, FieldKind, Part, Plain, channel_of, key_of
from data.treatment_draft import Draft

_TEN = "X"  # the Roman numeral: one key, as for the other ratings


@dataclass(frozen=True, slots=True)
class Question:
    """`options` are (key, value, words); none where something is typed.

    `again` holds the answers of last time that it asks about at once, and `detail` reads them out.
    """

    key: str
    text: str
    unit: str = ""
    is_number: bool = False
    options: tuple[tuple[str, Plain, str], ...] = ()
    again: tuple[tuple[str, Plain], ...] = ()
    detail: str = ""


def questions(draft: Draft, parts: tuple[Part, ...]) -> list[Question]:
    """What these parts of a form still need, in the order of the form."""
    found: list[Question] = []
    groups: set[str] = set()
    for key, judgement in draft.judgements.items():
        asked = draft.form.field(key)
        if judgement.verdict is not Verdict.MISSING or asked.part not in parts:
            continue
        group = key_of(asked.group, channel_of(key))
        if asked.group and group in groups:
            continue
        groups.add(group)
        found.append(_question(asked, key))
    return sorted(found, key=lambda each: parts.index(draft.form.field(each.key).part))


def _question(asked: Field, key: str) -> Question:
    is_number = asked.kind in (FieldKind.NUMBER, FieldKind.WHOLE)
    channel = channel_of(key)
    text = asked.label if channel == 1 else f"{asked.label}, channel {channel}"
    return Question(key, text, asked.unit, is_number, _options(asked))


def _options(asked: Field) -> tuple[tuple[str, Plain, str], ...]:
    match asked.kind:
        case FieldKind.CHOICE:
            choices = enumerate((asked.choices or {}).items(), 1)
            return tuple((str(number), value, words) for number, (value, words) in choices)
        case FieldKind.FLAG:
            return (("1", True, "Yes"), ("2", False, "No"))
        case FieldKind.WHOLE if asked.possible == (0.0, 10.0):
            return tuple((_TEN if n == 10 else str(n), n, str(n)) for n in range(11))
        case _:
            return ()

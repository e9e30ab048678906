"""The page of `docs` that shows every field of every modality: made from the declarations.

``python -m data.clinical.modalities_page > docs/modalities.md``
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from data.clinical.modalities import Condition, Field, ModalityForm, Usual, forms
from data.clinical.presets import presets_of
from data.clinical.screening import screening_lists

__all__ = ["page"]

_TOP = """# Treatments and their fields

Made from `data/clinical/reference/modalities.yaml` by
`python -m data.clinical.modalities_page > docs/modalities.md`; a test keeps it so.

A value outside **usual** is asked about, one outside **possible** is refused. A usual range with a
number in brackets is from the source with that number at the end of its table; one without is the
clinic's custom, from memory, and is shown as such. Every value is kept with its unit and where it
comes from: typed, read from the unit, measured or derived; a default is marked until it is touched.
What a unit reports is kept as reported, whatever it is, and flagged.

"""


def page() -> str:
    """The whole page, in Markdown."""
    every = list(forms().values())
    shared = [field for field in every[0].fields if all(_has(form, field) for form in every)]
    parts = [_TOP, "## Common to every treatment\n\n", *_table(shared)]
    for form in every:
        parts.append(f"## {form.name}\n\n")
        parts += _facts(form)
        parts += _table([field for field in form.fields if field not in shared])
    return "".join(parts).rstrip() + "\n"


def _has(form: ModalityForm, field: Field) -> bool:
    return field in form.fields


def _facts(form: ModalityForm) -> Iterable[str]:
    checks = ", ".join(f"{minute:g}" for minute in form.checks_min)
    lists = ", ".join(f"{each.name} ({each.said_by})" for each in screening_lists(form.id))
    names = ", ".join(f"{each.name} ({each.said_by})" for each in presets_of(form.id))
    if checks:
        yield f"Checked at minute {checks}.  \n"
    yield f"Asked before: {lists}.  \n"
    yield f"Presets: {names}.\n\n"


def _table(fields: Iterable[Field]) -> Iterable[str]:
    sources: list[str] = []
    yield "| field | id | unit | kind | required | usual | possible | default |\n"
    yield "|---|---|---|---|---|---|---|---|\n"
    for field in fields:
        cells = (
            field.label,
            f"`{field.id}`",
            field.unit,
            _kind(field),
            _required(field),
            "; ".join(_usual(each, sources) for each in field.usual),
            "" if field.possible is None else _span(*field.possible),
            field.words(field.default),
        )
        yield f"| {' | '.join(cells)} |\n"
    yield "\n"
    for number, source in enumerate(sources, 1):
        yield f"{number}. {source}\n"
    yield "\n" if sources else ""


def _kind(field: Field) -> str:
    text = field.kind.value if field.choices is None else ", ".join(field.choices.values())
    return f"{text}, each channel" if field.is_per_channel else text


def _required(field: Field) -> str:
    parts = ["yes"] if field.is_required else []
    if field.group and field.is_required:
        parts = [f"one of: {field.group}"]
    if field.when.values:
        parts.append(f"only {_condition(field.when)}")
    if field.required_when is not None:
        parts.append(f"yes {_condition(field.required_when)}")
    return ", ".join(parts)


def _condition(condition: Condition) -> str:
    return "if " + " and ".join(
        f"{name} is {' or '.join(allowed)}" for name, allowed in condition.values.items()
    )


def _usual(usual: Usual, sources: list[str]) -> str:
    text = _span(usual.low, usual.high)
    if usual.default is not None:
        start = f"{usual.default:g}" if isinstance(usual.default, int | float) else usual.default
        text += f" → {start}"
    if usual.when.values:
        text += f" {_condition(usual.when)}"
    if not usual.source:
        return text
    if usual.source not in sources:
        sources.append(usual.source)
    return f"{text} [{sources.index(usual.source) + 1}]"


def _span(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


if __name__ == "__main__":
    sys.stdout.write(page())

"""How an output check of an ultrasound head reads, wherever it is shown."""

from __future__ import annotations

from datetime import date

from app.plain_text import plain
from app.units import day, days_ago, number, quantity
from data.output_checks import Head, OutputCheck, Unit, last_check, unit_and_head
from data.records import Treatment
from data.store import Store
from data.treatment_values import values_of
from devices.modality import Modality

NONE_STORED = "No output check of this head is stored."
NOT_NAMED = "Name the unit and its head: then its last output check stands here."


def head_words(unit: Unit, head: Head) -> str:
    """``Sonic S-3, serial S17 · head 5 cm²``; the head as it is called, or that it has no name."""
    return f"{plain(unit.name) or 'Unit not named'} · head {plain(head.name) or 'not named'}"


def result_words(error_percent: float, is_within: bool | None, limit_percent: float) -> str:
    """``panel +10.4 %, within ±20 %``."""
    limit = f"±{quantity(limit_percent, '%', 0 if limit_percent == int(limit_percent) else 1)}"
    verdict = {
        True: f"within {limit}",
        False: f"outside {limit}",
        None: "not judged: too little power for the limit",
    }
    return f"panel {quantity(error_percent, '%', 1, signed=True)}, {verdict[is_within]}"


def check_words(check: OutputCheck) -> str:
    """``5.00 W shown, 4.00 W weighed: panel +25.0 %, outside ±20 %``."""
    how = "typed" if check.grams is None else "weighed"
    watts = f"{quantity(check.panel_w, 'W', 2)} shown, {quantity(check.power_w, 'W', 2)} {how}"
    result = result_words(check.error_percent, check.is_within, check.limit_percent)
    return f"{'VIRTUAL: ' if check.is_virtual else ''}{watts}: {result}"


def last_words(check: OutputCheck | None, today: date) -> str:
    """The last check of a head and its age, in one sentence; also that there is none."""
    if check is None:
        return NONE_STORED
    on = check.at.astimezone().date()
    by = f", by {plain(check.by)}" if check.by else ""
    age = days_ago(on, today)
    return f"Output check {age} ({day(on)}{by}): {check_words(check)}."


def printed_check(store: Store, treatment: Treatment) -> str:
    """What the printed record of a treatment says: the last check of its head from before it, or
    that there is none. Empty where it is not ultrasound, or no unit is named."""
    unit, head = unit_and_head(values_of(treatment))
    if treatment.modality is not Modality.ULTRASOUND or not unit.key:
        return ""
    check = last_check(store, unit, head, before=treatment.started_at)
    if check is None:
        return "none of this head from before this treatment is stored"
    days = (treatment.started_at - check.at).days
    when = f"{days} day{'s' if days != 1 else ''} before" if days else "less than a day before"
    return f"{day(check.at.astimezone().date())}, {when}: {check_words(check)}"


def weight_words(grams: float, watts_per_gram: float) -> str:
    return f"{quantity(grams, 'g', 3)} × {number(watts_per_gram, 2)} W/g"

"""Treatments of one kind at one place, counted, with what of their dose may be added up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from app.plain_text import plain
from app.report.treatments import NAMES
from app.report.write import VIRTUAL_TAG
from app.units import day
from app.wording import dose_name, dose_value, duration, local_time, short_method
from data.records import Session, Treatment

# What adds up over treatments: never an intensity or a density.
_SUMMED = (
    "energy_j", "total_energy_j", "total_charge_c", "settings_charge_uc", "settings_energy_j",
    "counted_charge_uc", "counted_energy_j",
)  # fmt: skip
_OF_OUTPUT = re.compile(r"^(?:ch|head)\d+_")


def totals(treatments: Iterable[tuple[Session, Treatment]]) -> list[Sequence[str]]:
    """Rows of words: what, how often, from and to, time in all, dose in all with its method.

    A dose that not every treatment of the row has says of how many it is the sum.
    """
    groups: dict[tuple[str, str, bool], list[Treatment]] = {}
    for _, each in treatments:
        place = " ".join(part for part in (each.side or "", plain(each.site)) if part)
        groups.setdefault((NAMES[each.modality], place, each.is_virtual), []).append(each)
    return [_row(*key, members) for key, members in groups.items()]


def _row(name: str, place: str, is_virtual: bool, members: list[Treatment]) -> Sequence[str]:
    days = [local_time(each.started_at, each.utc_offset_min).date() for each in members]
    first, last = day(min(days)), day(max(days))
    times = [each.actual_s for each in members if each.actual_s is not None]
    whole = duration(sum(times)) if times else "not noted"
    if times and len(times) < len(members):
        whole += f" ({len(times)} of {len(members)})"
    what = ", ".join(part for part in (name, place, VIRTUAL_TAG if is_virtual else "") if part)
    period = first if first == last else f"{first} to {last}"
    return (what, str(len(members)), period, whole, "; ".join(_doses(members)))


def _doses(members: Sequence[Treatment]) -> Iterable[str]:
    """By one method each: numbers of two methods are not added."""
    sums: dict[tuple[str, str, str], list[float]] = {}
    for each in members:
        for key, dose in each.dose.items():
            if dose.value is not None and _OF_OUTPUT.sub("", key) in _SUMMED:
                method = short_method(dose.method, name="method")
                sums.setdefault((key, dose.unit, method), []).append(dose.value)
    for (key, unit, method), values in sums.items():
        of = f" in {len(values)} of {len(members)}" if len(values) < len(members) else ""
        yield f"{dose_name(key)} {dose_value(sum(values))} {unit}{of} ({plain(method)})"

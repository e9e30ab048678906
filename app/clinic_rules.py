"""Ladders, measures, ratios and references: those that ship, with the clinic's own beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.workflow import Notice, Weight
from data.clinical.catalogue import tests
from data.clinical.clinic_files import clinic_problems, read_changed_files, stray_files
from data.clinical.exercises import exercises
from data.clinical.ladder import Ladder, ladders
from data.clinical.measures import Measure, measures
from data.clinical.presets import presets
from data.clinical.ratios import RatioRule, ratios
from data.clinical.references import Reference, all_references
from data.clinical.reliability import measurement_errors
from data.clinical.screening import all_lists
from data.curve_mapping import mappings


@dataclass(frozen=True, slots=True)
class ClinicRules:
    """`problems` name the clinic's files that could not be read; what ships counts then."""

    ladders: Mapping[str, Ladder]
    measures: Mapping[str, Measure]
    ratios: Mapping[str, RatioRule]
    references: Mapping[str, Reference]
    problems: tuple[str, ...] = ()


def clinic_rules() -> ClinicRules:
    """What counts now; files that were changed since are read again."""
    read_changed_files()
    found = ladders(), measures(), ratios(), all_references()
    return ClinicRules(*found, tuple(str(error) for error in clinic_problems()))


def clinic_troubles() -> tuple[str, ...]:
    """Read every file of the clinic; of each that cannot be used, which it is, why, what to do."""
    read_changed_files()
    for load in (tests, presets, exercises, all_references, ratios, ladders, measures):
        load()
    all_lists()
    mappings()
    measurement_errors("")
    return (*(str(error) for error in clinic_problems()), *map(_stray, stray_files()))


def troubles_notice(troubles: tuple[str, ...]) -> Notice | None:
    """The first of them, and how many more; nothing where all files can be used."""
    first = next(iter(troubles), None)
    if first is None:
        return None
    more = f" And {len(troubles) - 1} more: see the library." if len(troubles) > 1 else ""
    what, safe, todo = first.rsplit(". ", 2)
    return Notice(Weight.ATTENTION, f"{what}.", f"{safe}.", f"{todo}{more}")


def _stray(path: Path) -> str:
    return (
        f"{path.name} is read by nothing. No record was touched. "
        "Let its name begin with its kind and end in .yaml, as tests_rugby.yaml."
    )

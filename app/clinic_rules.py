"""Ladders, measures, ratios and references: those that ship, with the clinic's own beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from data.clinical.entries import CatalogueError
from data.clinical.ladder import Ladder, ladders
from data.clinical.measures import Measure, measures
from data.clinical.ratios import RatioRule, ratios
from data.clinical.references import Reference, all_references

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ClinicRules:
    """`problems` name the clinic's files that could not be read; what ships counts then."""

    ladders: Mapping[str, Ladder]
    measures: Mapping[str, Measure]
    ratios: Mapping[str, RatioRule]
    references: Mapping[str, Reference]
    problems: tuple[str, ...] = ()


def clinic_rules(folder: Path) -> ClinicRules:
    """Read the clinic's folder; a wrong file never hides what ships."""
    problems: list[str] = []
    return ClinicRules(
        _read(ladders, folder, problems),
        _read(measures, folder, problems),
        _read(ratios, folder, problems),
        _read(all_references, folder, problems),
        tuple(problems),
    )


def _read(
    load: Callable[[Path | None], dict[str, T]], folder: Path, problems: list[str]
) -> dict[str, T]:
    try:
        return load(folder)
    except (CatalogueError, OSError) as error:
        problems.append(str(error))
        return load(None)

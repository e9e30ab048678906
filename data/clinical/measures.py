"""Results that are counted, rated or read elsewhere, and typed in by a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from data.clinical.clinic_files import FileKind, with_clinic
from data.clinical.entries import Entry
from data.sides import Side

__all__ = ["Entered", "Measure", "measures", "parse"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What can be entered, its unit and how it is done."""

    id: str
    name: str
    unit: str
    how: str
    low: float
    high: float
    is_per_limb: bool
    references: tuple[str, ...] = ()

    def refusal(self, value: float) -> str | None:
        """Why a value cannot be entered; None if it can."""
        if self.low <= value <= self.high:
            return None
        scale = f"{self.low:g} to {self.high:g} ({self.unit})"
        return f"{self.name} goes from {scale}; nothing was stored."


@dataclass(frozen=True, slots=True)
class Entered:
    """One value that somebody typed in."""

    on: date
    measure_id: str
    value: float
    side: Side | None = None
    by: str = ""


def measures(folder: Path | None = None) -> dict[str, Measure]:
    """Every measure by its id: those that ship, then the clinic's ``measures*.yaml``."""
    return dict(
        with_clinic(FileKind.MEASURES, _shipped(), lambda known, root: known | parse(root), folder)
    )


def parse(root: Entry) -> dict[str, Measure]:
    """The measures of a file; `CatalogueError` names the entry that is wrong."""
    root.whole("version")
    found = {entry.name: _measure(entry) for entry in root.children("measures")}
    root.done()
    return found


@cache
def _shipped() -> dict[str, Measure]:
    return parse(Entry.shipped("measures.yaml"))


def _measure(entry: Entry) -> Measure:
    measure = Measure(
        id=entry.name,
        name=entry.text("name"),
        unit=entry.text("unit"),
        how=entry.text("how"),
        low=entry.number("low"),
        high=entry.number("high"),
        is_per_limb=entry.flag("is_per_limb"),
        references=entry.texts("references"),
    )
    entry.done()
    if measure.low >= measure.high:
        raise entry.error("high", "must be above low")
    return measure

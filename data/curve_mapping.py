"""How a program writes force over time into a CSV file: which columns, in which units."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from data.clinical.clinic_files import FileKind, with_clinic, write_own
from data.clinical.entries import CatalogueError, Entry
from data.sides import Side

__all__ = [
    "CatalogueError",
    "CurveMapping",
    "Decimal",
    "ForceColumn",
    "ForceUnit",
    "Separator",
    "TimeColumn",
    "TimeUnit",
    "checked",
    "force_unit",
    "mapping_of_file",
    "mappings",
    "save_mapping",
    "time_unit",
]

T = TypeVar("T")

_REFUSED = {
    "kg": "kg is mass; write kgf if the file shows kilograms of force",
    "lb": "lb is mass; write lbf if the file shows pounds of force",
    "v": "volts are no force: the calibration is not in the file; let its program export newtons",
    "mv": "volts are no force: the calibration is not in the file; let its program export newtons",
    "counts": "counts are no force: let the program export newtons",
}


class Separator(StrEnum):
    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"

    @property
    def sign(self) -> str:
        return {"comma": ",", "semicolon": ";", "tab": "\t"}[self.value]


class Decimal(StrEnum):
    POINT = "point"
    COMMA = "comma"


class TimeUnit(StrEnum):
    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "µs"

    @property
    def per_second(self) -> float:
        return {"s": 1.0, "ms": 1e3, "µs": 1e6}[self.value]


class ForceUnit(StrEnum):
    NEWTONS = "N"
    KILOGRAMS_FORCE = "kgf"
    POUNDS_FORCE = "lbf"

    @property
    def newtons(self) -> float:
        """Standard gravity 9.80665 m/s²; the pound is 0.45359237 kg (NIST SP 811)."""
        return {"N": 1.0, "kgf": 9.80665, "lbf": 4.4482216152605}[self.value]


@dataclass(frozen=True, slots=True)
class TimeColumn:
    """A column by its heading, or by its number from 1."""

    column: str | int
    unit: TimeUnit = TimeUnit.SECONDS


@dataclass(frozen=True, slots=True)
class ForceColumn:
    """A column by its heading or its number from 1; `side` None where the file does not say."""

    column: str | int
    unit: ForceUnit = ForceUnit.NEWTONS
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class CurveMapping:
    """A file's layout. Either a `time` column or the `rate_hz` that the samples were taken at.

    `separator` and `decimal` None: found in the file. The headings are in the last of the
    `header_rows`; with none, columns go by number.
    """

    id: str
    name: str
    force: tuple[ForceColumn, ...]
    time: TimeColumn | None = None
    rate_hz: float | None = None
    device: str = ""
    separator: Separator | None = None
    decimal: Decimal | None = None
    header_rows: int = 1

    @property
    def headings(self) -> tuple[str, ...] | None:
        """All that it asks for; None where a column goes by its number, which fits any file."""
        columns = [each.column for each in (*self.force, *([self.time] if self.time else []))]
        named = tuple(column for column in columns if isinstance(column, str))
        return named if len(named) == len(columns) else None


def mappings(folder: Path | None = None) -> dict[str, CurveMapping]:
    """By id: those that ship, then the clinic's own, which may take the place of one that ships.

    With `folder`, a wrong file there raises `CatalogueError` naming file and entry.
    """
    return dict(
        with_clinic(
            FileKind.CURVES, _shipped(), lambda known, root: known | _of_entry(root), folder
        )
    )


def mapping_of_file(path: Path) -> CurveMapping:
    """The only mapping in a file. Raises `CatalogueError`."""
    found = list(_of_entry(Entry.of_path(path)).values())
    if len(found) != 1:
        raise CatalogueError(path.name, path.name, f"it holds {len(found)} mappings, not one")
    return found[0]


def save_mapping(folder: Path, mapping: CurveMapping) -> Path:
    """Put it beside the clinic's own files. Raises `CatalogueError` where that name is taken."""
    path = folder / f"{FileKind.CURVES}_{mapping.id}.yaml"
    if not mapping.id.isidentifier() or not mapping.id.isascii():
        raise CatalogueError(
            path.name, mapping.id, "a name has letters, digits and underscores, no digit first"
        )
    if mapping.id in mappings(folder):
        raise CatalogueError(path.name, mapping.id, "this name exists already; choose another")
    text = yaml.safe_dump(
        {"version": 1, "mappings": {mapping.id: _as_entry(mapping)}},
        allow_unicode=True,
        sort_keys=False,
    )
    write_own(path, text)
    return path


def checked(mapping: CurveMapping) -> CurveMapping:
    """The same, put through the checks of a file. Raises `CatalogueError`."""
    return _mapping(Entry(mapping.id, _as_entry(mapping)))


@cache
def _shipped() -> dict[str, CurveMapping]:
    return _of_entry(Entry.shipped(FileKind.CURVES.shipped))


def _of_entry(root: Entry) -> dict[str, CurveMapping]:
    root.whole("version")
    found = {entry.name: _mapping(entry) for entry in root.children("mappings")}
    root.done()
    return found


def _mapping(entry: Entry) -> CurveMapping:
    separator = entry.choice("separator", Separator) if "separator" in entry else None
    decimal = entry.choice("decimal", Decimal) if "decimal" in entry else None
    if separator is Separator.COMMA and decimal is Decimal.COMMA:
        raise entry.error("decimal", "cannot be what parts the columns")
    header_rows = round(entry.number("header_rows", 1.0))
    time = None
    if "time" in entry:
        child = entry.child("time")
        time = TimeColumn(_column(child, header_rows), _unit(child, time_unit, TimeUnit.SECONDS))
        child.done()
    rate_hz = entry.number("rate_hz") if "rate_hz" in entry else None
    if (time is None) == (rate_hz is None) or rate_hz == 0:
        raise entry.error("time", "or a rate_hz above 0 is needed, and not both")
    force = tuple(_force(each, header_rows) for each in entry.entries("force"))
    if not force:
        raise entry.error("force", "names no column")
    _refuse_twice(entry, [each.column for each in force])
    _refuse_twice(entry, [each.side for each in force if each.side is not None])
    mapping = CurveMapping(
        id=entry.name,
        name=entry.text("name", entry.name),
        force=force,
        time=time,
        rate_hz=rate_hz,
        device=entry.text("device", ""),
        separator=separator,
        decimal=decimal,
        header_rows=header_rows,
    )
    entry.done()
    return mapping


def _force(entry: Entry, header_rows: int) -> ForceColumn:
    unit = _unit(entry, force_unit, ForceUnit.NEWTONS)
    side = entry.choice("side", Side) if "side" in entry else None
    found = ForceColumn(_column(entry, header_rows), unit, side)
    entry.done()
    return found


def force_unit(word: str) -> ForceUnit:
    """Raises ValueError that says why a unit cannot be force."""
    if word.lower() in _REFUSED:
        raise ValueError(f"is {word}: {_REFUSED[word.lower()]}")
    if word not in set(ForceUnit):
        raise ValueError(f"is {word!r}, not one of: {', '.join(ForceUnit)}")
    return ForceUnit(word)


def time_unit(word: str) -> TimeUnit:
    """Raises ValueError."""
    if word in {"us", "μs"}:  # the letter mu is not the micro sign
        return TimeUnit.MICROSECONDS
    if word not in set(TimeUnit):
        raise ValueError(f"is {word!r}, not one of: {', '.join(TimeUnit)}")
    return TimeUnit(word)


def _unit(entry: Entry, kind: Callable[[str], T], usual: T) -> T:
    if "unit" not in entry:
        return usual
    try:
        return kind(entry.text("unit"))
    except ValueError as error:
        raise entry.error("unit", str(error)) from error


def _column(entry: Entry, header_rows: int) -> str | int:
    if entry.is_text("column"):
        if not header_rows:
            raise entry.error("column", "must be a number from 1: the file has no headings")
        return entry.text("column")
    return entry.whole("column")


def _refuse_twice(entry: Entry, values: Iterable[object]) -> None:
    listed = list(values)
    if len(set(listed)) < len(listed):
        raise entry.error("force", "names a column or a limb twice")


def _as_entry(mapping: CurveMapping) -> dict[str, Any]:
    found: dict[str, Any] = {"name": mapping.name}
    if mapping.device:
        found["device"] = mapping.device
    if mapping.separator is not None:
        found["separator"] = mapping.separator.value
    if mapping.decimal is not None:
        found["decimal"] = mapping.decimal.value
    if mapping.rate_hz is not None:
        found["rate_hz"] = mapping.rate_hz
    found["header_rows"] = mapping.header_rows
    if mapping.time is not None:
        found["time"] = {"column": mapping.time.column, "unit": mapping.time.unit.value}
    found["force"] = [
        {"column": each.column, "unit": each.unit.value}
        | ({} if each.side is None else {"side": each.side.value})
        for each in mapping.force
    ]
    return found

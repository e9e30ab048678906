"""Reads a force curve from a CSV file of any program: taken as given, never repaired."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.analysis.types import Curve, MissingStretch
from data.curve_mapping import CurveMapping, Decimal, ForceColumn, TimeColumn
from data.curve_sheet import CurveImportError, Sheet
from data.sides import Side

__all__ = [
    "CurveImportError",
    "UnclearColumnsError",
    "Understood",
    "UnderstoodColumn",
    "fitting",
    "understand",
]

SHORTEST_S = 0.5
FEWEST_SAMPLES = 10
# As for a live trial: a step of more than 2.5 sampling intervals is a gap.
GAP_INTERVALS = 2.5
# An interval that differs by more than this from the usual one is called irregular.
IRREGULAR = 0.1
FIRST_VALUES = 3


class UnclearColumnsError(CurveImportError):
    """Several force columns, and nothing says which limb each is. `columns` are their headings."""

    def __init__(self, message: str, columns: tuple[str, ...]) -> None:
        super().__init__(message)
        self.columns = columns


@dataclass(frozen=True, slots=True)
class UnderstoodColumn:
    """One column of the file: `number` from 1, its unit in the file, the first cells as they
    stand there. `role` is time or force."""

    number: int
    heading: str
    role: str
    unit: str
    side: Side | None
    first_cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Understood:
    """What was read from a file, before anything is stored of it.

    `curve` has its times as the file has them, in s, and forces in N. Of `intervals` between
    samples, all in s: the usual one (median), the shortest, the longest; `irregular` counts those
    that differ by more than a tenth from the usual one. `sha256` is of the file, as hex.
    """

    file_name: str
    sha256: str
    mapping: CurveMapping
    columns: tuple[UnderstoodColumn, ...]
    curve: Curve
    usual_interval_s: float
    shortest_interval_s: float
    longest_interval_s: float
    irregular: int

    @property
    def samples(self) -> int:
        return len(self.curve.t)

    @property
    def duration_s(self) -> float:
        return float(self.curve.t[-1] - self.curve.t[0])

    @property
    def rate_hz(self) -> float:
        return 1 / self.usual_interval_s

    @property
    def sides(self) -> tuple[Side | None, ...]:
        return self.curve.sides


def understand(
    path: Path,
    mapping: CurveMapping | None = None,
    *,
    columns: Mapping[str, Side] | None = None,
    side: Side | None = None,
) -> Understood:
    """The curve in `path` and how it was read. Raises `CurveImportError`, `OSError`.

    Without a `mapping` the first column is time in s, then come one or two columns of force in N:
    `columns` says which limb a named column is; without it, headings that say left or right
    decide, then the order left, right. `side` is the limb of a single column, or picks one of two.
    """
    data = path.read_bytes()
    sheet = Sheet.of(path.name, data, mapping)
    used = mapping or _usual(sheet, columns, side)
    used = _with_side(sheet, used, side)
    numbers = [sheet.index(each.column) for each in used.force]
    force = np.empty((len(sheet.rows), len(numbers)))
    for column, (index, wanted) in enumerate(zip(numbers, used.force, strict=True)):
        force[:, column] = sheet.numbers(index)
        force[:, column] *= wanted.unit.newtons
    times = _times(sheet, used)
    _check_time(sheet, times)
    steps = np.diff(times)
    usual_s = float(np.median(steps))
    sides = tuple(each.side for each in used.force)
    return Understood(
        file_name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        mapping=used,
        columns=_told(sheet, used, numbers),
        curve=Curve(times, force, sides, gaps=_find_gaps(times)),
        usual_interval_s=usual_s,
        shortest_interval_s=float(steps.min()),
        longest_interval_s=float(steps.max()),
        irregular=int(np.count_nonzero(np.abs(steps - usual_s) > IRREGULAR * usual_s)),
    )


def fitting(path: Path, known: Mapping[str, CurveMapping]) -> CurveMapping | None:
    """The only known mapping all of whose headings stand in the file. Raises as `understand`."""
    data = path.read_bytes()
    found: list[CurveMapping] = []
    for mapping in known.values():
        sheet = Sheet.of(path.name, data, mapping)
        if mapping.headings and set(mapping.headings) <= set(sheet.headings):
            found.append(mapping)
    return found[0] if len(found) == 1 else None


def _usual(sheet: Sheet, columns: Mapping[str, Side] | None, side: Side | None) -> CurveMapping:
    """Time in s in the first column, then force in N, as most programs can export."""
    if len(sheet.headings) < 2:
        raise CurveImportError(
            f"{sheet.name} has one column; the first is time in s, then one or two of force in N"
        )
    if any(sheet.parse(cell) is not None for cell in sheet.headings):
        raise CurveImportError(
            f"{sheet.name}, row 1: a header row is needed, e.g. time_s,left_n,right_n"
        )
    _check_units(sheet)
    chosen = _choose(sheet, columns, side)
    return CurveMapping(
        id="",
        name="time in s, then force in N",
        force=tuple(ForceColumn(index + 1, side=limb) for index, limb in chosen),
        time=TimeColumn(1),
        separator=sheet.separator,
        decimal=Decimal.COMMA if sheet.has_comma else Decimal.POINT,
    )


def _check_units(sheet: Sheet) -> None:
    """A file that names another unit would be read wrong by a factor without a sound."""
    first = sheet.headings[0]
    if re.search(r"(^|[^a-zµμ])(ms|us|µs|μs|ns|min|millis|micros)([^a-z]|$)", first.lower()):
        raise CurveImportError(
            f"{sheet.name}: the first column is headed “{first}”; time must be in seconds"
        )
    for name in sheet.headings[1:]:
        if re.search(r"(^|[^a-z])(kg|kgf|lb|lbs|lbf|kn|mv|v|counts?)([^a-z]|$)", name.lower()):
            raise CurveImportError(f"{sheet.name}: column “{name}” must be force in newtons")


def _choose(
    sheet: Sheet, columns: Mapping[str, Side] | None, side: Side | None
) -> list[tuple[int, Side | None]]:
    """Index and limb of each column to read, left before right."""
    named = list(enumerate(sheet.headings))[1:]
    if columns:
        chosen = [(_index_of(sheet, name), limb) for name, limb in columns.items()]
    elif len(named) == 1:
        index, name = named[0]
        return [(index, side or _limb_in(name))]
    else:
        said = [(index, limb) for index, name in named if (limb := _limb_in(name)) is not None]
        if sorted(limb for _, limb in said) == [Side.LEFT, Side.RIGHT]:
            chosen = said
        elif len(named) == 2 and not said:
            chosen = [(named[0][0], Side.LEFT), (named[1][0], Side.RIGHT)]
        else:
            raise UnclearColumnsError(
                f"{sheet.name} has the force columns {', '.join(name for _, name in named)}; "
                "say which is which",
                tuple(name for _, name in named),
            )
    if side is not None:
        chosen = [(index, limb) for index, limb in chosen if limb is side]
        if not chosen:
            raise CurveImportError(f"{sheet.name}: no column was given for the {side} limb")
    return sorted(chosen, key=lambda pair: pair[1] or "")


def _with_side(sheet: Sheet, mapping: CurveMapping, side: Side | None) -> CurveMapping:
    """The limb of a single column that does not say one; one of several that do."""
    if side is None or [each.side for each in mapping.force] == [side]:
        return mapping
    if len(mapping.force) == 1 and mapping.force[0].side is None:
        return replace(mapping, force=(replace(mapping.force[0], side=side),))
    kept = tuple(each for each in mapping.force if each.side is side)
    if not kept:
        raise CurveImportError(f"{sheet.name}: no column was given for the {side} limb")
    return replace(mapping, force=kept)


def _index_of(sheet: Sheet, name: str) -> int:
    if name not in sheet.headings[1:]:
        raise CurveImportError(
            f"{sheet.name} has no column “{name}”; its force columns are "
            f"{', '.join(sheet.headings[1:])}"
        )
    return sheet.headings.index(name, 1)


def _limb_in(name: str) -> Side | None:
    said = [side for side in Side if side.value in name.lower()]
    return said[0] if len(said) == 1 else None


def _times(sheet: Sheet, mapping: CurveMapping) -> NDArray[np.float64]:
    if mapping.time is None:
        return np.arange(len(sheet.rows)) / (mapping.rate_hz or np.nan)
    raw = sheet.numbers(sheet.index(mapping.time.column))
    return raw / mapping.time.unit.per_second


def _check_time(sheet: Sheet, times: NDArray[np.float64]) -> None:
    if len(times) < FEWEST_SAMPLES or times[-1] - times[0] < SHORTEST_S:
        length = times[-1] - times[0] if len(times) else 0.0
        raise CurveImportError(
            f"{sheet.name} is too short: {len(times)} samples in {length:.3f} s; "
            f"at least {FEWEST_SAMPLES} samples and {SHORTEST_S} s are needed"
        )
    (back,) = np.nonzero(np.diff(np.rint(times * 1e6)) <= 0)  # times are kept in whole µs
    if len(back):
        row = int(back[0]) + 1
        raise CurveImportError(
            f"{sheet.name}, row {sheet.rows[row][0]}: time does not rise ({times[row]:g} s after "
            f"{times[row - 1]:g} s); correct the time column"
        )


def _find_gaps(times: NDArray[np.float64]) -> tuple[MissingStretch, ...]:
    steps = np.diff(times)
    (before,) = np.nonzero(steps > GAP_INTERVALS * np.median(steps))
    return tuple(
        MissingStretch(float(times[i]), float(times[i + 1]), "no samples in the file")
        for i in before
    )


def _told(
    sheet: Sheet, mapping: CurveMapping, numbers: Sequence[int]
) -> tuple[UnderstoodColumn, ...]:
    def column(index: int, role: str, unit: str, side: Side | None) -> UnderstoodColumn:
        first = tuple(cells[index] for _, cells in sheet.rows[:FIRST_VALUES])
        return UnderstoodColumn(index + 1, sheet.heading(index), role, unit, side, first)

    found: list[UnderstoodColumn] = []
    if mapping.time is not None:
        index = sheet.index(mapping.time.column)
        found.append(column(index, "time", mapping.time.unit.value, None))
    for index, each in zip(numbers, mapping.force, strict=True):
        found.append(column(index, "force", each.unit.value, each.side))
    return tuple(found)

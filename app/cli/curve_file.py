"""Reads a force curve from a CSV file of any program: taken as given, never repaired."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from io import StringIO
from math import isfinite
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.cli.errors import CommandError
from data.analysis.types import Curve, MissingStretch, Side

SHORTEST_S = 0.5
FEWEST_SAMPLES = 10
# As for a live trial: a step of more than 2.5 sampling intervals is a gap.
GAP_INTERVALS = 2.5


class CurveFileError(CommandError):
    """The file is not a force curve; the message names the row and what to change."""


def read_curve(
    path: Path, columns: Mapping[str, Side] | None = None, side: Side | None = None
) -> Curve:
    """The curve in `path`: time in s in the first column, one or two columns of force in N.

    `columns` says which limb a named column is; without it, headers that say left or right
    decide, then the order left, right. `side` is the limb of a single column, or picks one of two.
    """
    delimiter, header, rows = _read_rows(path)
    chosen = _choose(path, header, columns, side)
    comma = delimiter != ","
    times = np.empty(len(rows))
    force = np.empty((len(rows), len(chosen)))
    for i, (line, cells) in enumerate(rows):
        if len(cells) < len(header):
            raise CurveFileError(
                f"{path.name}, row {line}: {len(cells)} cells where the header has {len(header)}; "
                "correct that row"
            )
        times[i] = _cell(path, line, cells[0], header[0], comma=comma)
        for j, (index, _) in enumerate(chosen):
            force[i, j] = _cell(path, line, cells[index], header[index], comma=comma)
    _check_time(path, times, [line for line, _ in rows])
    return Curve(times, force, tuple(limb for _, limb in chosen), gaps=_find_gaps(times))


def _read_rows(path: Path) -> tuple[str, list[str], list[tuple[int, list[str]]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CurveFileError(f"{path.name} is not a text file in UTF-8; export it as CSV") from None
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text), delimiter=delimiter)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise CurveFileError(f"{path.name}, row {reader.line_num}: {error}") from error
    rows = [(line, cells) for line, cells in lines if any(cells)]
    if not rows:
        raise CurveFileError(f"{path.name} is empty; it needs a header row and samples")
    _, header = rows[0]
    if len(header) < 2:
        raise CurveFileError(
            f"{path.name} has one column; the first is time in s, then one or two of force in N"
        )
    if any(_parse(cell, comma=delimiter != ",") is not None for cell in header):
        raise CurveFileError(
            f"{path.name}, row {rows[0][0]}: a header row is needed, e.g. time_s,left_n,right_n"
        )
    _check_units(path, header)
    return delimiter, header, rows[1:]


def _check_units(path: Path, header: list[str]) -> None:
    """A file that names another unit would be read wrong by a factor without a sound."""
    if re.search(r"(^|[^a-zµμ])(ms|us|µs|μs|ns|min|millis|micros)([^a-z]|$)", header[0].lower()):
        raise CurveFileError(
            f"{path.name}: the first column is headed “{header[0]}”; time must be in seconds"
        )
    for name in header[1:]:
        if re.search(r"(^|[^a-z])(kg|kgf|lb|lbs|lbf|kn|mv|counts?)([^a-z]|$)", name.lower()):
            raise CurveFileError(f"{path.name}: column “{name}” must be force in newtons")


def _choose(
    path: Path, header: list[str], columns: Mapping[str, Side] | None, side: Side | None
) -> list[tuple[int, Side | None]]:
    """Index and limb of each column to read, left before right."""
    named = list(enumerate(header))[1:]
    if columns:
        chosen = [(_index_of(path, header, name), limb) for name, limb in columns.items()]
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
            raise CurveFileError(
                f"{path.name} has the force columns {', '.join(name for _, name in named)}; "
                f"say which is which: --columns {named[0][1]}=left,{named[1][1]}=right"
            )
    if side is not None:
        chosen = [(index, limb) for index, limb in chosen if limb is side]
        if not chosen:
            raise CurveFileError(f"{path.name}: no column was given for the {side} limb")
    return sorted(chosen, key=lambda pair: pair[1] or "")


def _index_of(path: Path, header: list[str], name: str) -> int:
    if name not in header[1:]:
        raise CurveFileError(
            f"{path.name} has no column “{name}”; its force columns are {', '.join(header[1:])}"
        )
    return header.index(name, 1)


def _limb_in(name: str) -> Side | None:
    said = [side for side in Side if side.value in name.lower()]
    return said[0] if len(said) == 1 else None


def _cell(path: Path, line: int, text: str, column: str, *, comma: bool) -> float:
    value = _parse(text, comma=comma)
    if value is None:
        raise CurveFileError(
            f"{path.name}, row {line}, column “{column}”: “{text}” is not a number; "
            "leave out rows without a sample"
        )
    return value


def _parse(text: str, *, comma: bool) -> float | None:
    if comma and "." not in text:
        text = text.replace(",", ".")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) and "_" not in text else None


def _check_time(path: Path, times: NDArray[np.float64], lines: list[int]) -> None:
    if len(times) < FEWEST_SAMPLES or times[-1] - times[0] < SHORTEST_S:
        length = times[-1] - times[0] if len(times) else 0.0
        raise CurveFileError(
            f"{path.name} is too short: {len(times)} samples in {length:.3f} s; "
            f"at least {FEWEST_SAMPLES} samples and {SHORTEST_S} s are needed"
        )
    (back,) = np.nonzero(np.diff(times) <= 0)
    if len(back):
        row = int(back[0]) + 1
        raise CurveFileError(
            f"{path.name}, row {lines[row]}: time does not rise ({times[row]:g} s after "
            f"{times[row - 1]:g} s); correct the time column"
        )


def _find_gaps(times: NDArray[np.float64]) -> tuple[MissingStretch, ...]:
    steps = np.diff(times)
    (before,) = np.nonzero(steps > GAP_INTERVALS * np.median(steps))
    return tuple(
        MissingStretch(float(times[i]), float(times[i + 1]), "no samples in the file")
        for i in before
    )

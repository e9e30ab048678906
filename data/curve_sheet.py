"""A CSV file of any program as headings and rows of cells, with the numbers in them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from data.curve_mapping import CurveMapping, Decimal, Separator

Row = tuple[int, list[str]]


class CurveImportError(ValueError):
    """The file is not a force curve; the message names the row and what to change."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file taken apart: its headings, its rows with their lines, how its numbers are written."""

    name: str
    headings: list[str]
    rows: list[Row]
    separator: Separator
    has_comma: bool

    @classmethod
    def of(cls, name: str, data: bytes, mapping: CurveMapping | None) -> Sheet:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise CurveImportError(
                f"{name} is not a text file in UTF-8; export it as CSV"
            ) from None
        separator = (mapping.separator if mapping else None) or _separator(text)
        rows = _rows(name, text, separator)
        if not rows:
            raise CurveImportError(f"{name} is empty; it needs a header row and samples")
        decimal = mapping.decimal if mapping else None
        has_comma = (
            separator is not Separator.COMMA if decimal is None else decimal is Decimal.COMMA
        )
        header_rows = mapping.header_rows if mapping else 1
        head, samples = _parted(rows, header_rows)
        return cls(name, head[-1][1] if head else [], samples, separator, has_comma)

    @property
    def width(self) -> int:
        return len(self.headings or (self.rows[0][1] if self.rows else []))

    def heading(self, index: int) -> str:
        return self.headings[index] if index < len(self.headings) else f"column {index + 1}"

    def index(self, column: str | int) -> int:
        """Of a column by its heading or its number from 1. Raises `CurveImportError`."""
        if isinstance(column, int):
            if column > self.width:
                raise CurveImportError(
                    f"{self.name} has {self.width} columns and no column {column}; "
                    "correct the mapping"
                )
            return column - 1
        if self.headings.count(column) != 1:
            what = "no column" if column not in self.headings else "more than one column"
            raise CurveImportError(
                f"{self.name} has {what} “{column}”; its columns are {', '.join(self.headings)}"
            )
        return self.headings.index(column)

    def numbers(self, index: int) -> NDArray[np.float64]:
        """A column, ``(rows,)``. Raises `CurveImportError` naming the row that is no number."""
        found = np.empty(len(self.rows))
        for place, (line, cells) in enumerate(self.rows):
            if len(cells) < self.width:
                raise CurveImportError(
                    f"{self.name}, row {line}: {len(cells)} cells where the header has "
                    f"{self.width}; correct that row"
                )
            value = self.parse(cells[index])
            if value is None:
                raise CurveImportError(
                    f"{self.name}, row {line}, column “{self.heading(index)}”: “{cells[index]}” is "
                    "not a number; leave out rows without a sample"
                )
            found[place] = value
        return found

    def parse(self, text: str) -> float | None:
        """The number in a cell; None where there is none."""
        if self.has_comma and "." not in text:
            text = text.replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            return None
        return value if isfinite(value) and "_" not in text else None


def _separator(text: str) -> Separator:
    first = text.lstrip().split("\n", 1)[0]
    return max(Separator, key=lambda separator: first.count(separator.sign))


def _parted(rows: list[Row], header_rows: int) -> tuple[list[Row], list[Row]]:
    """What stands before the first sample, and the samples; counted as an editor counts lines.

    Empty lines count but those at the top, which most editors and people overlook.
    """
    last = max(header_rows, rows[0][0]) if header_rows else 0
    before = sum(line <= last for line, _ in rows)
    return rows[:before], rows[before:]


def _rows(name: str, text: str, separator: Separator) -> list[Row]:
    reader = csv.reader(StringIO(text), delimiter=separator.sign)
    try:
        lines = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise CurveImportError(f"{name}, row {reader.line_num}: {error}") from error
    return [(line, cells) for line, cells in lines if any(cells)]

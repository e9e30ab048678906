"""Blocks that arrange others: tables of words, things side by side, texts of any length."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.report.blocks import (
    BODY,
    HAIR,
    RIGHT,
    SMALL_STRONG,
    Block,
    Fact,
    Facts,
    Paragraph,
)
from app.report.sheet import PT, Sheet, TextStyle
from app.theme import LIGHT

LONGEST_PIECE = 1200
LONGEST_CELL = 600
_LONGEST_VALUE = 2400
_PAD_PT = 8.0


@dataclass(eq=False)
class PageBreak(Block):
    """What follows begins a new page."""

    def height(self, sheet: Sheet, width: float) -> float:
        return 0.0

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        pass


@dataclass(eq=False)
class Beside(Block):
    """Blocks at the left, and one of a fixed width at the right of them."""

    left: Sequence[Block]
    right: Block
    right_pt: float
    before: float = 4
    gutter_pt: float = 14

    def height(self, sheet: Sheet, width: float) -> float:
        right = self.right.height(sheet, self.right_pt * PT)
        return max(self._left_height(sheet, width), right)

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        self.right.paint(sheet, x + width - self.right_pt * PT, y, self.right_pt * PT)
        for i, block in enumerate(self.left):
            y += block.before * PT if i else 0.0
            block.paint(sheet, x, y, self._room(width))
            y += block.height(sheet, self._room(width))

    def _room(self, width: float) -> float:
        return width - (self.right_pt + self.gutter_pt) * PT

    def _left_height(self, sheet: Sheet, width: float) -> float:
        heights = [block.height(sheet, self._room(width)) for block in self.left]
        return sum(heights) + sum(block.before * PT for block in self.left[1:])


@dataclass(frozen=True, slots=True)
class GridColumn:
    """`share` of the width; numbers stand to the right."""

    name: str
    share: float
    is_number: bool = False
    colour: str = LIGHT.text


@dataclass(eq=False)
class GridHead(Block):
    """The names of the columns."""

    columns: Sequence[GridColumn]
    before: float = 6
    keeps_next: bool = True

    def height(self, sheet: Sheet, width: float) -> float:
        names = [
            sheet.text_height(column.name, SMALL_STRONG, room - _PAD_PT * PT)
            for column, _, room in self.places(width)
        ]
        return max(names) + 4 * PT

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        height = self.height(sheet, width)
        for column, at, room in self.places(width):
            style = replace(SMALL_STRONG, colour=column.colour)
            style = style.to_the(RIGHT) if column.is_number else style
            size = sheet.text_height(column.name, style, room - _PAD_PT * PT)
            top = y + height - 4 * PT - size
            sheet.text(column.name, style, x + at, top, room - _PAD_PT * PT)
        sheet.line(x, y + height, x + width, y + height, LIGHT.line_strong, HAIR)

    def places(self, width: float) -> list[tuple[GridColumn, float, float]]:
        """Each column with its left edge and its width."""
        whole = sum(column.share for column in self.columns)
        found: list[tuple[GridColumn, float, float]] = []
        at = 0.0
        for column in self.columns:
            room = width * column.share / whole
            found.append((column, at, room))
            at += room
        return found


@dataclass(eq=False)
class GridRow(Block):
    """One row; a text too long for a cell is cut with an ellipsis."""

    head: GridHead
    cells: Sequence[str]
    style: TextStyle = BODY
    before: float = 0
    keeps_next: bool = False

    def height(self, sheet: Sheet, width: float) -> float:
        heights = [
            sheet.text_height(_short(cell), self.style, room - _PAD_PT * PT)
            for cell, (_, _, room) in zip(self.cells, self.head.places(width), strict=True)
        ]
        return max(heights) + 5 * PT

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        for cell, (column, at, room) in zip(self.cells, self.head.places(width), strict=True):
            style = replace(self.style, colour=column.colour)
            style = style.to_the(RIGHT) if column.is_number else style
            sheet.text(_short(cell), style, x + at, y + 2.5 * PT, room - _PAD_PT * PT)
        bottom = y + self.height(sheet, width)
        sheet.line(x, bottom, x + width, bottom, LIGHT.hairline, HAIR)


def grid(
    columns: Sequence[GridColumn], rows: Iterable[Sequence[str]], style: TextStyle = BODY
) -> Iterable[Block]:
    """A table that goes on over pages with its head repeated."""
    head = GridHead(columns)
    for i, row in enumerate(rows):
        if i == 0:
            yield head
        yield GridRow(head, row, style)


def flowing(text: str, style: TextStyle, before: float = 2) -> Iterable[Block]:
    """A text of any length: in pieces that a page can hold."""
    pieces = textwrap.wrap(text, LONGEST_PIECE) if len(text) > LONGEST_PIECE else [text]
    for i, piece in enumerate(pieces):
        yield Paragraph(piece, style, before=0 if i else before)


def fact_rows(
    facts: Sequence[Fact],
    columns: int = 1,
    name_pt: float = 76,
    style: TextStyle = BODY,
    before: float = 4,
) -> Iterable[Block]:
    """As `Facts`, but a page may end between any two rows; a long value has its own lines."""
    short = [fact for fact in facts if len(fact.value) <= _LONGEST_VALUE]
    for i in range(0, len(short), columns):
        row = short[i : i + columns]
        yield Facts(row, columns, name_pt, style, before=0 if i else before)
    for fact in facts:
        if len(fact.value) > _LONGEST_VALUE:
            yield from flowing(f"{fact.name} {fact.value}".strip(), style)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"

"""The pieces a page is set from: each knows its height and paints itself at a place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont

from app.report.content import Column, Fact, Headline, Row, Table
from app.report.sheet import PT, Sheet, TextStyle
from app.theme import LIGHT
from data.analysis.types import Side

RIGHT = Qt.AlignmentFlag.AlignRight
CENTRE = Qt.AlignmentFlag.AlignHCenter

BODY = TextStyle(8.2, LIGHT.text)
STRONG = TextStyle(9.2, LIGHT.text, QFont.Weight.DemiBold)
SMALL = TextStyle(7, LIGHT.muted)
SMALL_STRONG = TextStyle(7, LIGHT.muted, QFont.Weight.DemiBold)
HEADING = TextStyle(12, LIGHT.text, QFont.Weight.DemiBold)
TITLE = TextStyle(19, LIGHT.text, QFont.Weight.DemiBold)
NUMBER = TextStyle(20, LIGHT.text, QFont.Weight.DemiBold)
UNIT = TextStyle(9, LIGHT.muted)

HAIR = 0.5 * PT
TAG_PT = 100


def limb_text(side: Side | None) -> str:
    """The colour of a limb's words: darker than its line, so that it can be read."""
    match side:
        case Side.LEFT:
            return LIGHT.left_text
        case Side.RIGHT:
            return LIGHT.right_text
        case None:
            return LIGHT.text


class Block(ABC):
    """`before` is the space above it, in pt. A block that `keeps_next` never ends a page."""

    before: float = 0
    keeps_next: bool = False

    @abstractmethod
    def height(self, sheet: Sheet, width: float) -> float: ...

    @abstractmethod
    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None: ...


@dataclass(eq=False)
class Paragraph(Block):
    text: str
    style: TextStyle = BODY
    before: float = 2
    keeps_next: bool = False

    def height(self, sheet: Sheet, width: float) -> float:
        return sheet.text_height(self.text, self.style, width)

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        sheet.text(self.text, self.style, x, y, width)


@dataclass(eq=False)
class Rule(Block):
    """A hairline above a new part of the report."""

    before: float = 9
    keeps_next: bool = True

    def height(self, sheet: Sheet, width: float) -> float:
        return 5 * PT

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        sheet.line(x, y, x + width, y, LIGHT.line_strong, HAIR)


@dataclass(eq=False)
class Heading(Block):
    """The title of a part; a `tag` that holds for all of it stands at its end."""

    text: str
    tag: str = ""
    before: float = 0
    keeps_next: bool = True

    def height(self, sheet: Sheet, width: float) -> float:
        return sheet.text_height(self.text, HEADING, width - TAG_PT * PT)

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        sheet.text(self.text, HEADING, x, y, width - TAG_PT * PT)
        if self.tag:
            style = TextStyle(7.5, LIGHT.virtual, QFont.Weight.DemiBold)
            room = sheet.text_width(self.tag, style) + 10 * PT
            sheet.frame(x + width - room, y + PT, room, 12 * PT, LIGHT.virtual, 0.75 * PT)
            sheet.text(self.tag, style, x + width - room + 5 * PT, y + 2.2 * PT, room)


@dataclass(eq=False)
class Banner(Block):
    """Something that nobody may miss: a bar at its side and words, never colour alone."""

    text: str
    is_virtual: bool = False
    before: float = 4
    keeps_next: bool = True

    def height(self, sheet: Sheet, width: float) -> float:
        return sheet.text_height(self.text, self._style, width - 14 * PT) + 7 * PT

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        height = self.height(sheet, width)
        if not self.is_virtual:
            sheet.box(x, y, width, height, LIGHT.attention_surface)
        else:
            sheet.frame(x, y, width, height, LIGHT.virtual, 0.75 * PT)
        sheet.box(x, y, 3 * PT, height, self._style.colour)
        sheet.text(self.text, self._style, x + 9 * PT, y + 3.5 * PT, width - 14 * PT)

    @property
    def _style(self) -> TextStyle:
        colour = LIGHT.virtual if self.is_virtual else LIGHT.attention
        return TextStyle(8.5, colour, QFont.Weight.DemiBold)


@dataclass(eq=False)
class Headlines(Block):
    """The large numbers side by side: left, right, difference, always in these places."""

    headlines: Sequence[Headline]
    before: float = 8
    keeps_next: bool = True

    def height(self, sheet: Sheet, width: float) -> float:
        each = width / 3 - 10 * PT
        return 37 * PT + max(sheet.text_height(h.below, SMALL, each) for h in self.headlines)

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        step = width / 3
        for i, headline in enumerate(self.headlines):
            at = x + i * step
            colour = limb_text(headline.side)
            sheet.box(at, y + PT, 2.5 * PT, self.height(sheet, width) - 2 * PT, colour)
            left = at + 8 * PT
            label = TextStyle(8.5, colour, QFont.Weight.DemiBold)
            sheet.text(headline.label, label, left, y, step - 10 * PT)
            sheet.text(headline.value, NUMBER, left, y + 9 * PT, step)
            after = left + sheet.text_width(headline.value, NUMBER) + 3 * PT
            sheet.text(headline.unit, UNIT, after, y + 20.5 * PT, step)
            sheet.text(headline.below, SMALL, left, y + 35 * PT, step - 10 * PT)


@dataclass(eq=False)
class Facts(Block):
    """Names and values in rows of `columns`; where a value comes from stands behind it."""

    facts: Sequence[Fact]
    columns: int = 1
    name_pt: float = 76
    style: TextStyle = BODY
    before: float = 4

    def height(self, sheet: Sheet, width: float) -> float:
        return sum(self._row_height(sheet, row, width) for row in self._rows())

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        step = width / self.columns
        name_style = TextStyle(self.style.size_pt, LIGHT.muted)
        for row in self._rows():
            for i, fact in enumerate(row):
                at = x + i * step
                sheet.text(fact.name, name_style, at, y, self.name_pt * PT - 4 * PT)
                sheet.text(
                    _with_origin(fact), self.style, at + self.name_pt * PT, y, self._room(width)
                )
            y += self._row_height(sheet, row, width)

    def _rows(self) -> list[Sequence[Fact]]:
        return [self.facts[i : i + self.columns] for i in range(0, len(self.facts), self.columns)]

    def _row_height(self, sheet: Sheet, row: Sequence[Fact], width: float) -> float:
        names = [sheet.text_height(f.name, self.style, self.name_pt * PT - 4 * PT) for f in row]
        values = [sheet.text_height(_with_origin(f), self.style, self._room(width)) for f in row]
        return max(*names, *values) + 1.5 * PT

    def _room(self, width: float) -> float:
        return width / self.columns - self.name_pt * PT - 6 * PT


def _with_origin(fact: Fact) -> str:
    return f"{fact.value} ({fact.origin})" if fact.origin else fact.value


REMARK_SHARE = 0.30
LABEL_PT = 30
WIDEST_PT = 78


def _column_edges(table: Table, width: float) -> list[float]:
    """Left edge of each number column, and the edge where the remarks begin."""
    label = LABEL_PT * PT
    share = REMARK_SHARE if any(row.remark for row in table.rows) else 0.0
    room = width * (1 - share) - label
    step = min(room / max(len(table.columns), 1), WIDEST_PT * PT)
    return [label + i * step for i in range(len(table.columns) + 1)]


@dataclass(eq=False)
class TableHead(Block):
    """Two lines: the number with its unit once, and under it the limbs."""

    table: Table
    before: float = 8
    keeps_next: bool = True

    def height(self, sheet: Sheet, width: float) -> float:
        return 24 * PT

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        edges = _column_edges(self.table, width)
        sheet.text("Rep", SMALL_STRONG, x, y + 11 * PT, LABEL_PT * PT)
        start = 0
        for i, column in enumerate(self.table.columns):
            limb = TextStyle(7, limb_text(column.side), QFont.Weight.DemiBold).to_the(RIGHT)
            name = "" if column.side is None else column.side.value.capitalize()
            sheet.text(name, limb, x + edges[i], y + 11 * PT, edges[i + 1] - edges[i])
            if self._ends_group(i):
                left, right = x + edges[start] + 14 * PT, x + edges[i + 1]
                sheet.text(column.group, SMALL_STRONG.to_the(RIGHT), left, y, right - left)
                sheet.line(left, y + 10 * PT, right, y + 10 * PT, LIGHT.hairline, HAIR)
                start = i + 1
        sheet.line(x, y + 22 * PT, x + width, y + 22 * PT, LIGHT.line_strong, HAIR)

    def _ends_group(self, i: int) -> bool:
        columns: Sequence[Column] = self.table.columns
        return i + 1 == len(columns) or columns[i + 1].group != columns[i].group


@dataclass(eq=False)
class TableRow(Block):
    """One repetition. Its head is set again when the table goes on over a page."""

    table: Table
    row: Row
    head: TableHead
    before: float = 0

    def height(self, sheet: Sheet, width: float) -> float:
        remark = sheet.text_height(self.row.remark, SMALL, self._remark_room(width))
        return max(12.5 * PT, remark + 4 * PT)

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        edges = _column_edges(self.table, width)
        sheet.text(self.row.label, BODY, x, y + 1.5 * PT, LABEL_PT * PT)
        for i, cell in enumerate(self.row.cells):
            style = TextStyle(8.5, LIGHT.muted).struck() if cell.is_struck else BODY
            room = edges[i + 1] - edges[i]
            sheet.text(cell.text, style.to_the(RIGHT), x + edges[i], y + 1.5 * PT, room)
        at = x + edges[-1] + 10 * PT
        sheet.text(self.row.remark, SMALL, at, y + 2.5 * PT, self._remark_room(width))
        bottom = y + self.height(sheet, width)
        sheet.line(x, bottom, x + width, bottom, LIGHT.hairline, HAIR)

    def _remark_room(self, width: float) -> float:
        return width - _column_edges(self.table, width)[-1] - 10 * PT


@dataclass(eq=False)
class Signature(Block):
    """Where a person signs for what the numbers cannot say."""

    label: str = "Assessed by"
    before: float = 22
    keeps_next: bool = False

    def height(self, sheet: Sheet, width: float) -> float:
        return 14 * PT

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        for label, at, length in (
            (self.label, 0.0, 0.5),
            ("Date", 0.55, 0.17),
            ("Place", 0.77, 0.23),
        ):
            left = x + at * width
            sheet.line(left, y, left + length * width, y, LIGHT.line_strong, HAIR)
            sheet.text(label, SMALL, left, y + 2 * PT, length * width)

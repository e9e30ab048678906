"""The repetitions so far: done, under way, still to come; a rejected one stays, struck through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.run_numbers import row_peak
from app.theme import ROW, Type, colours, font, limb_style, pixmap, space, theme
from app.units import ForceUnit, number
from app.widgets.text import tool_tip
from app.wording import code_text
from app.workflow import RepRow
from data.analysis.types import Side

_ROW_PX = 44
_HEAD_PX = 32
_HOW = (
    "The highest force of each limb in each repetition, less the zero. While the test runs it is "
    "read from the samples as they come; when it is stored it is peak.raw.v1 of the whole curve. "
    "More by: 100·(larger − smaller)/larger, where both limbs pulled at once."
)


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    side: Side | None
    share: float


class RepTable(QWidget):
    """Newest rows are always in sight; the best of each limb is bold. They grow with the room
    where they are read `from_afar`."""

    def __init__(self, *, from_afar: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._from_afar = from_afar
        self.rows: tuple[RepRow, ...] = ()
        self._planned = 0
        self._is_in_rep = False
        self._sides: tuple[Side, ...] = (Side.LEFT, Side.RIGHT)
        self._unit = ForceUnit.NEWTON
        tool_tip(self, _HOW)
        self.setAccessibleDescription(_HOW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_reps(
        self, rows: Sequence[RepRow], planned: int, sides: Sequence[Side], *, is_in_rep: bool
    ) -> None:
        """`sides` are the columns: one limb, or left and right with their difference."""
        self.rows, self._planned = tuple(rows), planned
        self._sides, self._is_in_rep = tuple(sides), is_in_rep
        self.setAccessibleName(f"Repetitions: {self.spoken}")
        self.update()

    def set_unit(self, unit: ForceUnit) -> None:
        self._unit = unit
        self.setAccessibleName(f"Repetitions: {self.spoken}")
        self.update()

    @property
    def spoken(self) -> str:
        """The rows in words, e.g. ``1: left 318 N, right 301 N, left more by 5.3 %``."""
        return "; ".join(self._spoken_row(row) for row in self.rows) or "none yet"

    def height_of(self, rows: int) -> int:
        """What so many rows take under their head, at the least."""
        return theme().px(_HEAD_PX + rows * self._least_row)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(280), self.height_of(4))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(248), self.height_of(1))

    @property
    def _least_row(self) -> int:
        return _ROW_PX if self._from_afar else ROW

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height, head = self._row_height(), theme().px(_HEAD_PX)
        self._paint_head(painter, QRectF(0, 0, self.width(), head))
        valid = len([row for row in self.rows if not row.rejected])
        to_come = max(self._planned - valid, 0)
        room = max((self.height() - head) // height, 1)
        waiting = min(to_come, 1) if to_come else 0
        rows = self.rows[-max(room - waiting, 1) :]
        y = float(head)
        for row in rows:
            self._paint_row(painter, QRectF(0, y, self.width(), height), row)
            y += height
        last = self.rows[-1].number if self.rows else 0
        for i in range(min(to_come, room - len(rows))):
            is_now = i == 0 and self._is_in_rep
            box = QRectF(0, y, self.width(), height)
            self._paint_waiting(painter, box, last + 1 + i, is_now=is_now)
            y += height

    @property
    def _inset(self) -> int:
        """Room beside the words, where a row can be lit up."""
        return space(2) if self._from_afar else 0

    def _row_height(self) -> int:
        least = theme().px(self._least_row)
        if not self._from_afar:
            return least
        wanted = (self.height() - theme().px(_HEAD_PX)) / (max(self._planned, len(self.rows)) + 1)
        return int(min(max(wanted, least), max(self.width() * 0.16, least)))

    def _columns(self) -> list[_Column]:
        unit = self._unit.value
        share = 0.25 if len(self._sides) == 2 else 0.7
        names = [_Column(f"{limb_style(s).label} {unit}", s, share) for s in self._sides]
        if len(names) == 2:
            return [_Column("Rep", None, 0.12), *names, _Column("More by", None, 0.38)]
        return [_Column("Rep", None, 0.3), *names]

    def _cells(self, box: QRectF) -> list[QRectF]:
        columns, cells = self._columns(), list[QRectF]()
        x, width = box.left() + self._inset, box.width() - 2 * self._inset
        for column in columns:
            cells.append(QRectF(x, box.top(), width * column.share, box.height()))
            x += width * column.share
        return cells

    def _paint_head(self, painter: QPainter, box: QRectF) -> None:
        painter.setFont(font(Type.BODY))
        for i, (column, cell) in enumerate(zip(self._columns(), self._cells(box), strict=True)):
            colour = limb_style(column.side).text_colour if column.side else colours().muted
            painter.setPen(QColor(colour))
            painter.drawText(cell, _align(i), column.title)
        painter.setPen(colours().colour("hairline"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())

    def _paint_row(self, painter: QPainter, box: QRectF, row: RepRow) -> None:
        look = colours()
        texts = [str(row.number)]
        bests = [False]
        for side in self._sides:
            peak = row_peak(row, side)
            texts.append(
                number(None if peak is None else peak / self._unit.newtons, self._unit.decimals)
            )
            bests.append(peak is not None and not row.rejected and peak == self._best(side))
        if len(self._sides) == 2:
            texts.append(_more_by(row))
            bests.append(False)
        note = row.rejected or ", ".join(code_text(code) for code in row.codes)
        upper = box.adjusted(0, space(1), 0, -box.height() * 0.34) if note else box
        for i, (text, cell) in enumerate(zip(texts, self._cells(upper), strict=True)):
            weight = QFont.Weight.Bold if bests[i] else QFont.Weight.Normal
            face = font(Type.STRONG, weight)
            if i and self._from_afar:
                face.setPixelSize(int(min(self._row_height() * 0.45, self.width() * 0.07)))
            face.setStrikeOut(row.rejected is not None)
            painter.setFont(face)
            is_pale = i == 0 or row.rejected is not None
            painter.setPen(look.colour("muted" if is_pale else "text"))
            painter.drawText(cell, _align(i), text)
        if note:
            self._paint_note(painter, box, note, is_rejected=row.rejected is not None)
        painter.setPen(look.colour("hairline"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())

    def _paint_note(self, painter: QPainter, box: QRectF, note: str, *, is_rejected: bool) -> None:
        face = font(Type.SMALL)
        mark = theme().px(14)
        line = box.adjusted(self._inset, 0, -self._inset, 0)
        line = QRectF(line.left(), line.bottom() - theme().px(20), line.width(), theme().px(18))
        name, role = ("reject", "muted") if is_rejected else ("attention", "attention")
        painter.drawPixmap(line.topLeft().toPoint(), pixmap(name, mark, role))
        painter.setFont(face)
        painter.setPen(colours().colour(role))
        line.adjust(mark + space(1), -1, 0, -1)
        text = QFontMetricsF(face).elidedText(note, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_waiting(self, painter: QPainter, box: QRectF, count: int, *, is_now: bool) -> None:
        look = colours()
        if is_now:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("selected"))
            painter.drawRoundedRect(box.adjusted(0, 2, 0, -2), space(1), space(1))
        cells = self._cells(box)
        painter.setFont(font(Type.STRONG, QFont.Weight.DemiBold if is_now else QFont.Weight.Normal))
        painter.setPen(look.colour("text" if is_now else "muted"))
        painter.drawText(cells[0], _align(0), str(count))
        wide = QRectF(cells[1].left(), box.top(), cells[-1].right() - cells[1].left(), box.height())
        painter.drawText(wide, _align(1), "now" if is_now else "·")

    def _best(self, side: Side) -> float | None:
        peaks = [row_peak(row, side) for row in self.rows if not row.rejected]
        return max((peak for peak in peaks if peak is not None), default=None)

    def _spoken_row(self, row: RepRow) -> str:
        parts = [
            f"{side.value} {number(peak / self._unit.newtons, self._unit.decimals)} "
            f"{self._unit.value}"
            for side in self._sides
            if (peak := row_peak(row, side)) is not None
        ]
        stronger = _stronger(row)
        if len(self._sides) == 2 and stronger and row.difference_percent is not None:
            parts.append(f"{stronger.value} more by {number(abs(row.difference_percent), 1)} %")
        if row.rejected:
            parts.append(row.rejected)
        return f"{row.number}: {', '.join(parts)}"


def _more_by(row: RepRow) -> str:
    """The limb that pulled more and by how much: no sign to interpret."""
    stronger = _stronger(row)
    if row.difference_percent is None:
        return number(None)
    size = f"{number(abs(row.difference_percent), 1)} %"
    return f"{limb_style(stronger).letter} {size}" if stronger else size


def _stronger(row: RepRow) -> Side | None:
    if row.left_n is None or row.right_n is None or row.left_n == row.right_n:
        return None
    return Side.LEFT if row.left_n > row.right_n else Side.RIGHT


def _align(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter

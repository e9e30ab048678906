"""The last seconds of one device, drawn small: a picture of life, not of a measurement."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.live import LiveTrace
from app.theme import Type, colours, font, limb_style, space, theme
from app.units import ForceUnit, force
from app.widgets.plot_scale import Array, ceiling, outline
from data.sides import Side

SHOWN_S = 6.0
_POINTS = 160
_FULL_N = 100.0


class MiniTrace(QWidget):
    """Looks at its `LiveTrace` when `look` is called, a few times a second, and costs little.

    `sides` name the columns, None where it is not known which limb pulls.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace: LiveTrace | None = None
        self._sides: tuple[Side | None, ...] = ()
        self._unit = ForceUnit.NEWTON
        self._seen = -1
        self._t: Array = np.empty(0)
        self._force: Array = np.empty((0, 1))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Live force")

    def follow(self, trace: LiveTrace | None, unit: ForceUnit) -> None:
        if trace is not self._trace or unit is not self._unit:
            self._trace, self._unit, self._seen = trace, unit, -1

    def set_sides(self, sides: tuple[Side | None, ...]) -> None:
        if sides != self._sides:
            self._sides = sides
            self.update()

    def look(self) -> None:
        """Draw what has come since; nothing is done where nothing came."""
        trace = self._trace
        if trace is None or trace.count == self._seen:
            return
        self._seen = trace.count
        t, values = trace.view()
        first = int(np.searchsorted(t, float(t[-1]) - SHOWN_S)) if len(t) else 0
        t, values = t[first:].copy(), values[first:].copy()
        self._t, self._force = outline(t, values, max(2 * len(t) // _POINTS, 1))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(240), theme().px(64))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(120), theme().px(64))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours().colour("sunken"))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        numbers = self._numbers()
        painter.setFont(font(Type.BODY))
        widest = f"L {force(-8888.0, self._unit)}"
        width = painter.fontMetrics().horizontalAdvance(widest) + space(3)
        plot = QRectF(self.rect()).adjusted(space(2), space(2), -width - space(2), -space(2))
        self._paint_curves(painter, plot)
        self._paint_numbers(painter, numbers, width)

    def _numbers(self) -> list[tuple[str, str]]:
        """Colour role and text of each column's force now."""
        if not len(self._t):
            return [("muted", "no samples yet")] if self._trace is not None else []
        newest = self._force[-2:].mean(axis=0)
        marked = len(newest) > 1
        texts: list[tuple[str, str]] = []
        for side, value in zip(self._columns(), newest, strict=True):
            word = f"{side.value[0].upper()} " if marked and side else ""
            texts.append((f"{side}_text" if side else "text", word + force(value, self._unit)))
        return texts[:2]

    def _columns(self) -> tuple[Side | None, ...]:
        """A side for each column, whatever is known."""
        count = self._force.shape[1]
        return (*self._sides, *([None] * count))[:count]

    def _paint_curves(self, painter: QPainter, plot: QRectF) -> None:
        top = max(ceiling(float(self._force.max())), _FULL_N) if len(self._t) else _FULL_N
        zero_y = plot.bottom() - 0.1 * plot.height()
        painter.setPen(QPen(colours().colour("line_strong", 0.5), 1))
        painter.drawLine(QPointF(plot.left(), zero_y), QPointF(plot.right(), zero_y))
        if len(self._t) < 2:
            return
        x = plot.right() - (self._t[-1] - self._t) / SHOWN_S * plot.width()
        for column, side in enumerate(self._columns()):
            y = zero_y - self._force[:, column] / top * 0.9 * plot.height()
            y = np.clip(y, plot.top(), plot.bottom())
            colour = limb_style(side).colour if side else colours().text
            painter.setPen(QPen(QColor(colour), 1.5))
            points = zip(x.tolist(), y.tolist(), strict=True)
            painter.drawPolyline(QPolygonF([QPointF(*point) for point in points]))

    def _paint_numbers(self, painter: QPainter, numbers: list[tuple[str, str]], width: int) -> None:
        if not numbers:
            return
        height = self.height() / len(numbers)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for place, (role, text) in enumerate(numbers):
            painter.setPen(colours().colour(role))
            whole = QRectF(0, place * height, self.width() - space(3), height)
            painter.drawText(whole, right, text)

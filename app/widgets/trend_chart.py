"""Strength of both limbs over time, their difference under it, and what happened in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.theme import Type, colours, font, limb_style, space, theme
from app.units import ForceUnit, day, force, number, quantity
from data.analysis.types import Side

_SHARE_OF_DIFFERENCE = 0.28
_BOTTOM = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The best valid peaks of one run of a test. `method` tells what may be joined by a line."""

    on: date
    left_n: float | None
    right_n: float | None
    method: str = ""

    def of(self, side: Side) -> float | None:
        return self.left_n if side is Side.LEFT else self.right_n

    @property
    def difference_percent(self) -> float | None:
        """Right against left over the stronger limb, positive where the right is stronger."""
        if self.left_n is None or self.right_n is None or max(self.left_n, self.right_n) <= 0:
            return None
        return 100 * (self.right_n - self.left_n) / max(self.left_n, self.right_n)


@dataclass(frozen=True, slots=True)
class TrendMark:
    """Something on the time axis: an injury, a treatment."""

    on: date
    label: str


class TrendChart(QWidget):
    """Left: filled circles and a solid line; right: squares and a dashed one; named at the end.

    Points by different devices are not joined: their numbers are not interchangeable.
    """

    def __init__(self) -> None:
        super().__init__()
        self.points: tuple[TrendPoint, ...] = ()
        self.marks: tuple[TrendMark, ...] = ()
        self.unit = ForceUnit.NEWTON
        self._error = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme().px(280))

    def show_points(
        self,
        points: Sequence[TrendPoint],
        marks: Sequence[TrendMark],
        unit: ForceUnit,
        error_percent: float | None = None,
    ) -> None:
        """`error_percent`: the measurement error, drawn as a band around each limb's line."""
        self._error = (error_percent or 0.0) / 100
        self.points, self.marks, self.unit = tuple(points), tuple(marks), unit
        self.setAccessibleName("Peak force over time")
        self.setAccessibleDescription("; ".join(self._spoken(point) for point in points))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(640, theme().px(280))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        if not self.points:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(Type.SMALL))
        upper, lower = self._upper(), self._lower()
        self._paint_grid(painter, upper)
        self._paint_marks(painter, upper, lower)
        self._paint_difference(painter, lower)
        for side in Side:
            self._paint_band(painter, upper, side)
        for side in Side:
            self._paint_limb(painter, upper, side)
        self._paint_ends(painter, upper)
        self._paint_dates(painter, lower)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip and self.points:
            x = event.pos().x()
            nearest = min(self.points, key=lambda point: abs(self._x(point.on) - x))
            QToolTip.showText(event.globalPos(), self._spoken(nearest), self)
            return True
        return super().event(event)

    def _frame(self) -> QRectF:
        """The room of both panels: numbers at the left, limb names at the right."""
        metrics = QFontMetricsF(font(Type.SMALL))
        left = metrics.horizontalAdvance("1000 lbf") + space(2)
        right = QFontMetricsF(font(Type.BODY, QFont.Weight.DemiBold)).horizontalAdvance("Right")
        return QRectF(self.rect()).adjusted(
            left, space(3), -right - space(4), -metrics.height() - 6
        )

    def _upper(self) -> QRectF:
        frame = self._frame()
        return frame.adjusted(0, 0, 0, -frame.height() * _SHARE_OF_DIFFERENCE)

    def _lower(self) -> QRectF:
        frame = self._frame()
        return frame.adjusted(0, frame.height() * (1 - _SHARE_OF_DIFFERENCE) + space(4), 0, 0)

    def _span(self) -> tuple[int, int]:
        days = [point.on.toordinal() for point in self.points]
        first, last = min(days), max(days)
        room = max((last - first) // 20, 2)
        return first - room, last + max(room // 3, 1)

    def _x(self, on: date) -> float:
        frame, (first, last) = self._frame(), self._span()
        return frame.left() + frame.width() * (on.toordinal() - first) / (last - first)

    def _top(self) -> float:
        """The highest value of the force axis, in the unit shown."""
        peaks = [v for p in self.points for v in (p.left_n, p.right_n) if v is not None]
        best = max(peaks, default=1.0) * (1 + self._error) / self.unit.newtons
        return _step(best) * (int(best / _step(best)) + 1)

    def _y(self, newtons: float, upper: QRectF) -> float:
        return upper.bottom() - upper.height() * newtons / self.unit.newtons / self._top()

    def _paint_grid(self, painter: QPainter, upper: QRectF) -> None:
        look, top = colours(), self._top()
        step = _step(top)
        for k in range(int(top / step) + 1):
            y = upper.bottom() - upper.height() * k * step / top
            painter.setPen(QPen(look.colour("grid" if k else "line_strong"), 1))
            painter.drawLine(QPointF(upper.left(), y), QPointF(upper.right(), y))
            text = number(k * step, 0)
            if (k + 1) * step > top:
                text += f" {self.unit}"
            painter.setPen(look.colour("muted"))
            box = QRectF(0, y - 10, upper.left() - space(2), 20)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_marks(self, painter: QPainter, upper: QRectF, lower: QRectF) -> None:
        """Thin lines over both panels; their word stands at the top where there is room."""
        look = colours()
        metrics = QFontMetricsF(painter.font())
        first, last = self._span()
        taken = upper.left() - 1
        for mark in sorted(self.marks, key=lambda mark: mark.on):
            if not first <= mark.on.toordinal() <= last:
                continue
            x = self._x(mark.on)
            painter.setPen(QPen(look.colour("line_strong"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x, upper.top()), QPointF(x, lower.bottom()))
            width = metrics.horizontalAdvance(mark.label)
            if x > taken and x + width + 4 < upper.right():
                painter.setPen(look.colour("muted"))
                painter.drawText(QPointF(x + 4, upper.top() + metrics.ascent()), mark.label)
                taken = x + width + space(3)

    def _paint_band(self, painter: QPainter, upper: QRectF, side: Side) -> None:
        """The measurement error around the line; a bar where there is one point only."""
        if not self._error:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours().colour(side.value, 0.16))
        for series in self._series(side):
            spots = [(self._x(p.on), v) for p, v in series]
            if len(spots) == 1:
                spots = [(spots[0][0] - 5, spots[0][1]), (spots[0][0] + 5, spots[0][1])]
            above = [QPointF(x, self._y(v * (1 + self._error), upper)) for x, v in spots]
            below = [QPointF(x, self._y(v * (1 - self._error), upper)) for x, v in spots]
            painter.drawPolygon(QPolygonF([*above, *below[::-1]]))

    def _series(self, side: Side) -> list[list[tuple[TrendPoint, float]]]:
        """This limb's points, apart where the method changes."""
        series: list[list[tuple[TrendPoint, float]]] = []
        for point in self.points:
            value = point.of(side)
            if value is None:
                continue
            if not series or series[-1][-1][0].method != point.method:
                series.append([])
            series[-1].append((point, value))
        return series

    def _paint_limb(self, painter: QPainter, upper: QRectF, side: Side) -> None:
        style = limb_style(side)
        all_spots: list[QPointF] = []
        painter.setPen(QPen(colours().colour(side.value), 2, style.pen))
        for series in self._series(side):
            spots = [QPointF(self._x(p.on), self._y(v, upper)) for p, v in series]
            painter.drawPolyline(QPolygonF(spots))
            all_spots += spots
        painter.setPen(QPen(colours().colour("raised"), 1.5))
        painter.setBrush(colours().colour(side.value))
        for spot in all_spots:
            if side is Side.LEFT:
                painter.drawEllipse(spot, 5, 5)
            else:
                painter.drawRect(QRectF(spot.x() - 4.5, spot.y() - 4.5, 9, 9))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_ends(self, painter: QPainter, upper: QRectF) -> None:
        """The limb's name where its line ends; two names never lie on each other."""
        ends: list[tuple[Side, float, float]] = []
        for side in Side:
            known = [(p.on, v) for p in self.points if (v := p.of(side)) is not None]
            if known:
                ends.append((side, self._x(known[-1][0]), self._y(known[-1][1], upper)))
        ends.sort(key=lambda end: end[2])
        painter.setFont(font(Type.BODY, QFont.Weight.DemiBold))
        height = QFontMetricsF(painter.font()).height()
        shift = max(0.0, height - (ends[-1][2] - ends[0][2])) / 2 if len(ends) == 2 else 0.0
        for (side, x, y), moved in zip(ends, (-shift, shift), strict=False):
            painter.setPen(colours().colour(f"{side.value}_text"))
            box = QRectF(x + space(3), y + moved - height / 2, 80, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, limb_style(side).label)
        painter.setFont(font(Type.SMALL))

    def _paint_difference(self, painter: QPainter, lower: QRectF) -> None:
        """Bars from zero: up where the right is stronger, down where the left is."""
        look = colours()
        known = [(p, v) for p in self.points if (v := p.difference_percent) is not None]
        largest = max((abs(v) for _, v in known), default=0.0)
        scale = lower.height() / 2 / max(largest * 1.15, 10.0)
        zero = lower.center().y()
        painter.setPen(QPen(look.colour("line_strong"), 1))
        painter.drawLine(QPointF(lower.left(), zero), QPointF(lower.right(), zero))
        painter.setPen(look.colour("muted"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, zero - 10, lower.left() - space(2), 20), right, "0 %")
        painter.drawText(lower.adjusted(space(1), -space(4), 0, 0), "Difference")
        for point, value in known:
            side = "right" if value > 0 else "left"
            x, y = self._x(point.on), zero - value * scale
            bar = QRectF(QPointF(x - 3, min(y, zero)), QPointF(x + 3, max(y, zero)))
            painter.fillRect(bar, look.colour(side))
        if known:
            point, value = known[-1]
            x, y = self._x(point.on), zero - value * scale
            letter = "R" if value > 0 else "L"
            painter.setPen(look.colour("text"))
            text = f"{letter} +{quantity(abs(value), '%')}" if round(abs(value)) else "0 %"
            painter.drawText(
                QRectF(x + space(2), y - 10, 90, 20), Qt.AlignmentFlag.AlignVCenter, text
            )

    def _paint_dates(self, painter: QPainter, lower: QRectF) -> None:
        painter.setPen(colours().colour("muted"))
        metrics = QFontMetricsF(painter.font())
        taken = -1.0
        days = sorted({point.on for point in self.points})
        for on in [days[0], days[-1], *days[1:-1]] if len(days) > 1 else days:
            width = metrics.horizontalAdvance(day(on)) + space(4)
            x = min(max(self._x(on), width / 2), self.width() - width / 2)
            is_last = on == days[-1] and len(days) > 1
            if not is_last and (x - width / 2 < taken or self._hits_last(x, width, days, on)):
                continue
            if not is_last:
                taken = x + width / 2
            painter.drawText(QRectF(x - width / 2, lower.bottom() + 4, width, 20), _BOTTOM, day(on))

    def _hits_last(self, x: float, width: float, days: Sequence[date], on: date) -> bool:
        return on != days[-1] and len(days) > 1 and x + width > self._x(days[-1])

    def _spoken(self, point: TrendPoint) -> str:
        left, right = force(point.left_n, self.unit), force(point.right_n, self.unit)
        return f"{day(point.on)}: left {left}, right {right}"


def _step(largest: float) -> float:
    """A round step that gives three to five lines up to `largest`."""
    raw = largest / 5
    power = 10.0 ** int(f"{raw:e}".split("e")[1])
    return next(m * power for m in (1, 2, 5, 10) if m * power >= raw)

"""Strength of both limbs over time, their difference under it, and what happened in between."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app.theme import Type, colours, font, limb_style, space, theme
from app.trend import LimbTrend, Trend, TrendPoint
from app.units import ForceUnit, day, number, quantity
from app.widgets.trend_difference import paint_difference
from app.widgets.trend_lanes import lane_kinds, paint_lanes
from app.widgets.trend_scale import MarkKind, TrendMark, TrendScale, scale
from app.wording import metric_value
from data.analysis.types import Side
from data.clinical.references import Reference
from data.clinical.series import Reading, Segment
from data.clinical.typical_error import TypicalError

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TOP = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
_LEAST_HEIGHT, _MOST_HEIGHT = 208, 440  # px at 100 %, without the lanes
_LANE = 16
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class TrendChart(QWidget):
    """Left: filled circles and a solid line; right: squares and a dashed one; named at the end.

    Points of two series are not joined: their numbers are not interchangeable. The arrow keys and
    a click choose a point; `chosen` tells which.
    """

    chosen = Signal(object)  # TrendPoint

    def __init__(self) -> None:
        super().__init__()
        self.trend: Trend | None = None
        self.marks: tuple[TrendMark, ...] = ()
        self.unit = ForceUnit.NEWTON
        self.references: tuple[Reference, ...] = ()
        self.injured: Side | None = None
        self.point: TrendPoint | None = None
        self._room = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Results over time")

    @property
    def points(self) -> tuple[TrendPoint, ...]:
        return self.trend.points if self.trend else ()

    def show_trend(
        self,
        trend: Trend | None,
        marks: Sequence[TrendMark],
        unit: ForceUnit,
        references: Sequence[Reference] = (),
        injured: Side | None = None,
    ) -> None:
        """`references` are drawn as neutral lines, with a letter each."""
        self.trend, self.marks, self.unit = trend, tuple(marks), unit
        self.references, self.injured = tuple(references), injured
        self.point = self.points[-1] if self.points else None
        self.setAccessibleDescription("; ".join(self.spoken(point) for point in self.points))
        self._set_height()
        self.update()

    def set_room(self, height: int) -> None:
        """The chart is as high as what is left of the window, within reason."""
        self._room = height
        self._set_height()

    def _set_height(self) -> None:
        lanes = theme().px(_LANE) * len(lane_kinds(self.marks))
        least, most = theme().px(_LEAST_HEIGHT) + lanes, theme().px(_MOST_HEIGHT) + lanes
        self.setFixedHeight(max(least, min(self._room, most)))

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(640, self.minimumHeight())

    def spoken(self, point: TrendPoint) -> str:
        left, right = (self.said(point.of(side)) for side in (Side.LEFT, Side.RIGHT))
        return f"{day(point.on)}: left {left}, right {right}"

    def said(self, value: float | None) -> str:
        """A value with the unit that is shown."""
        if value is None or self.trend is None:
            return "–"
        if self._is_force:
            return quantity(value / self.unit.newtons, self.unit.value, self.unit.decimals)
        return f"{metric_value(self.trend.metric, value)} {self.trend.unit}".rstrip()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        trend = self.trend
        if trend is None or not trend.points:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(Type.SMALL))
        at = self._scale(trend)
        self._paint_grid(painter, at)
        self._paint_moments(painter, at, trend)
        paint_difference(painter, at, trend, self.width())
        for limb in trend.limbs:
            self._paint_reference_band(painter, at, limb)
        for limb in trend.limbs:
            for part, error in zip(limb.segments, limb.errors, strict=True):
                self._paint_error(painter, at, part, error, limb.side)
        self._paint_references(painter, at)
        for limb in trend.limbs:
            self._paint_limb(painter, at, limb)
        self._paint_ends(painter, at, trend)
        self._paint_chosen(painter, at)
        paint_lanes(painter, at, self.marks, self.width())
        self._paint_dates(painter, at)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None or self.point is None:
            event.ignore()
            return
        place = self.points.index(self.point) + step
        self._choose(self.points[max(0, min(place, len(self.points) - 1))])

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self.trend is not None and self.points:
            self._choose(self._nearest(event.position().x()))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip and self.points:
            QToolTip.showText(event.globalPos(), self._tip(event.pos().x()), self)
            return True
        return super().event(event)

    @property
    def _is_force(self) -> bool:
        return self.trend is not None and self.trend.unit == "N"

    def _choose(self, point: TrendPoint) -> None:
        self.point = point
        self.update()
        self.chosen.emit(point)

    def _nearest(self, x: float) -> TrendPoint:
        assert self.trend is not None
        at = self._scale(self.trend)
        return min(self.points, key=lambda point: abs(at.x(point.on) - x))

    def _tip(self, x: float) -> str:
        assert self.trend is not None
        at = self._scale(self.trend)
        near = [mark for mark in self.marks if abs(at.x(mark.on) - x) < theme().px(6)]
        said = [f"{day(mark.on)}: {mark.label}" for mark in near]
        return "\n".join([self.spoken(self._nearest(x)), *said])

    def _scale(self, trend: Trend) -> TrendScale:
        metrics = QFontMetricsF(font(Type.SMALL))
        lanes = lane_kinds(self.marks)
        names = [metrics.horizontalAdvance(kind.value) for kind in lanes]
        left = max([metrics.horizontalAdvance("Right +100 %"), *names]) + space(2)
        right = QFontMetricsF(font(Type.BODY, QFont.Weight.DemiBold)).horizontalAdvance("Right")
        right = max(right, metrics.horizontalAdvance("Right +100 %") - space(4))
        frame = QRectF(self.rect()).adjusted(
            left, space(3), -right - space(4), -metrics.height() - 6
        )
        values: list[float] = []
        for limb in trend.limbs:
            for part, error in zip(limb.segments, limb.errors, strict=True):
                values += [r.value + (error.sem_at(r.value) if error else 0) for r in part.readings]
            values += limb.mdc_band or ()
        values += [each.high for each in self.references if each.high is not None]
        percents = [v for p in trend.points if (v := p.difference_percent) is not None]
        days = [point.on for point in trend.points]
        height = theme().px(_LANE) * len(lanes)
        return scale(frame, height, space(4), days, self.marks, values, percents)

    def _paint_grid(self, painter: QPainter, at: TrendScale) -> None:
        look = colours()
        factor = self.unit.newtons if self._is_force else 1.0
        shown_unit = self.unit.value if self._is_force else (self.trend.unit if self.trend else "")
        steps = at.steps()
        digits = 0 if steps[1] - steps[0] >= 1 else 1 if steps[1] - steps[0] >= 0.1 else 2
        if self._is_force:
            digits = max(digits, 0 if factor == 1 else 1)
        for value in steps:
            y = at.y(value)
            painter.setPen(QPen(look.colour("grid" if value else "line_strong"), 1))
            painter.drawLine(QPointF(at.upper.left(), y), QPointF(at.upper.right(), y))
            text = number(value / factor, digits)
            if value == steps[-1]:
                text += f" {shown_unit}"
            painter.setPen(look.colour("muted"))
            box = QRectF(0, y - theme().px(10), at.upper.left() - space(2), theme().px(20))
            painter.drawText(box, _RIGHT, text)

    def _paint_moments(self, painter: QPainter, at: TrendScale, trend: Trend) -> None:
        """Injuries and new series as thin lines over both panels, with a word at the top."""
        look, metrics = colours(), QFontMetricsF(painter.font())
        moments = [(m.on, m.label, True) for m in self.marks if m.kind is MarkKind.INJURY]
        moments += [(on, "new series", False) for on in dict(trend.breaks)]
        taken = at.upper.left() - 1
        for on, label, is_injury in sorted(moments):
            if not at.has(on):
                continue
            x = at.x(on)
            style = Qt.PenStyle.SolidLine if is_injury else Qt.PenStyle.DashLine
            painter.setPen(QPen(look.colour("line_strong"), 1, style))
            painter.drawLine(QPointF(x, at.upper.top()), QPointF(x, at.lanes.bottom()))
            width = metrics.horizontalAdvance(label)
            if x > taken and x + width + 4 < at.upper.right():
                painter.setPen(look.colour("muted"))
                painter.drawText(QPointF(x + 4, at.upper.top() + metrics.ascent()), label)
                taken = x + width + space(3)

    def _paint_reference_band(self, painter: QPainter, at: TrendScale, limb: LimbTrend) -> None:
        """± MDC95 about the result that the latest is set against: inside it no change is known.
        The own result before the injury is a thin line through it."""
        if limb.reference is None or (self.injured is not None and limb.side is not self.injured):
            return
        x1, x2 = at.x(limb.reference.on), at.upper.right()
        look = colours()
        band = limb.mdc_band
        if band:
            rect = QRectF(QPointF(x1, at.y(band[1])), QPointF(x2, at.y(band[0])))
            painter.fillRect(rect, look.colour(limb.side.value, 0.07))
        if limb.is_pre_injury:
            y = at.y(limb.reference.value)
            painter.setPen(QPen(look.colour(limb.side.value), 1))
            painter.drawLine(QPointF(x1, y), QPointF(x2, y))

    def _paint_error(
        self,
        painter: QPainter,
        at: TrendScale,
        part: Segment,
        error: TypicalError | None,
        side: Side,
    ) -> None:
        """± SEM around the line; a bar where there is one point only."""
        if error is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours().colour(side.value, 0.18))
        spots = [(at.x(r.on), r.value) for r in part.readings]
        if len(spots) == 1:
            spots = [(spots[0][0] - 5, spots[0][1]), (spots[0][0] + 5, spots[0][1])]
        above = [QPointF(x, at.y(v + error.sem_at(v))) for x, v in spots]
        below = [QPointF(x, at.y(v - error.sem_at(v))) for x, v in spots]
        painter.drawPolygon(QPolygonF([*above, *below[::-1]]))

    def _paint_references(self, painter: QPainter, at: TrendScale) -> None:
        """Neutral lines, the same for every value and for both limbs; letters lead to sources."""
        look, above = colours(), 0.0
        x = at.upper.left() + space(1)
        lines = sorted(
            zip(_LETTERS, self.references, strict=False), key=lambda each: -(each[1].low or 0.0)
        )
        for letter, reference in lines:
            assert reference.low is not None
            assert reference.high is not None
            y, high = at.y(reference.low), at.y(reference.high)
            if reference.low != reference.high:
                rect = QRectF(QPointF(at.upper.left(), high), QPointF(at.upper.right(), y))
                painter.fillRect(rect, look.colour("line_strong", 0.10))
            painter.setPen(QPen(look.colour("line_strong"), 1, Qt.PenStyle.DashDotLine))
            painter.drawLine(QPointF(at.upper.left(), y), QPointF(at.upper.right(), y))
            painter.setPen(look.colour("text"))
            is_near = y - above < theme().px(Type.SMALL)  # letters stand beside each other
            x = x + space(4) if is_near else at.upper.left() + space(1)
            above = y
            painter.drawText(QPointF(x, y - 3), letter)

    def _paint_limb(self, painter: QPainter, at: TrendScale, limb: LimbTrend) -> None:
        side, style = limb.side, limb_style(limb.side)
        spots: list[QPointF] = []
        size = theme().px(5)
        painter.setPen(QPen(colours().colour(side.value), 2, style.pen))
        for part in limb.segments:
            run = [QPointF(at.x(r.on), at.y(r.value)) for r in part.readings]
            painter.drawPolyline(QPolygonF(run))
            spots += run
        painter.setPen(QPen(colours().colour("raised"), 1.5))
        painter.setBrush(colours().colour(side.value))
        for spot in spots:
            if side is Side.LEFT:
                painter.drawEllipse(spot, size, size)
            else:
                half = 0.9 * size
                painter.drawRect(QRectF(spot.x() - half, spot.y() - half, 2 * half, 2 * half))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_ends(self, painter: QPainter, at: TrendScale, trend: Trend) -> None:
        """The limb's name where its line ends; two names never lie on each other."""
        ends: list[tuple[Side, float, float]] = []
        for limb in trend.limbs:
            last: Reading = limb.segments[-1].readings[-1]
            ends.append((limb.side, at.x(last.on), at.y(last.value)))
        ends.sort(key=lambda end: end[2])
        painter.setFont(font(Type.BODY, QFont.Weight.DemiBold))
        height = QFontMetricsF(painter.font()).height()
        shift = max(0.0, height - (ends[-1][2] - ends[0][2])) / 2 if len(ends) == 2 else 0.0
        for (side, _, y), moved in zip(ends, (-shift, shift), strict=False):
            painter.setPen(colours().colour(f"{side.value}_text"))
            box = QRectF(at.upper.right() + space(2), y + moved - height / 2, 80, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, limb_style(side).label)
        painter.setFont(font(Type.SMALL))

    def _paint_chosen(self, painter: QPainter, at: TrendScale) -> None:
        """A quiet line through the point that the words below are about."""
        if self.point is None:
            return
        role = "focus" if self.hasFocus() else "line_strong"
        painter.setPen(QPen(colours().colour(role), 1, Qt.PenStyle.DotLine))
        x = at.x(self.point.on)
        painter.drawLine(QPointF(x, at.upper.top() + space(4)), QPointF(x, at.lower.bottom()))

    def _paint_dates(self, painter: QPainter, at: TrendScale) -> None:
        painter.setPen(colours().colour("muted"))
        metrics = QFontMetricsF(painter.font())
        days = sorted({point.on for point in self.points})
        taken: list[tuple[float, float]] = []
        for on in dict.fromkeys([days[-1], days[0], *days]):
            width = metrics.horizontalAdvance(day(on)) + space(4)
            x = min(max(at.x(on), width / 2), self.width() - width / 2)
            if all(x + width / 2 <= left or x - width / 2 >= right for left, right in taken):
                taken.append((x - width / 2, x + width / 2))
                box = QRectF(x - width / 2, at.lanes.bottom() + 4, width, metrics.height() + 2)
                painter.drawText(box, _TOP, day(on))

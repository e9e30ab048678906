"""Results over time on paper: both limbs with their error, the difference, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPen, QPolygonF

from app.report.blocks import CENTRE, HAIR, RIGHT, SMALL, Block, limb_text
from app.report.sheet import PT, Sheet, TextStyle
from app.theme import LIGHT
from app.trend import LimbTrend, Trend
from app.units import day, number
from app.widgets.trend_lanes import lane_kinds
from app.widgets.trend_scale import MarkKind, TrendMark, TrendScale, scale
from app.wording import fixed
from data.analysis.types import Side

HEIGHT_PT = 190.0
_LANE_PT = 12.0
_LEFT_PT, _RIGHT_PT, _FOOT_PT = 46.0, 34.0, 14.0
_DASHES = [5.0, 2.5]
_LINE_PT = 1.2


@dataclass(eq=False)
class TrendChart(Block):
    """Left: circles and a solid line; right: squares and a dashed one; named at the end. Points of
    two series are not joined."""

    trend: Trend
    marks: Sequence[TrendMark]
    injured: Side | None = None
    before: float = 6

    def height(self, sheet: Sheet, width: float) -> float:
        return (HEIGHT_PT + _LANE_PT * len(lane_kinds(self.marks))) * PT

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        place = QRectF(x, y, width, self.height(sheet, width))
        _Plot(sheet, self.trend, self.marks, self.injured, place).paint()


class _Plot:
    def __init__(
        self,
        sheet: Sheet,
        trend: Trend,
        marks: Sequence[TrendMark],
        injured: Side | None,
        place: QRectF,
    ) -> None:
        self.sheet, self.trend, self.marks, self.injured = sheet, trend, marks, injured
        self.place = place
        self.at = self._scale()

    def paint(self) -> None:
        self._grid()
        self._moments()
        self._difference()
        for limb in self.trend.limbs:
            self._reference_band(limb)
        for limb in self.trend.limbs:
            self._error(limb)
        for limb in self.trend.limbs:
            self._limb(limb)
        self._ends()
        self._lanes()
        self._dates()

    def _scale(self) -> TrendScale:
        frame = self.place.adjusted(_LEFT_PT * PT, 6 * PT, -_RIGHT_PT * PT, -_FOOT_PT * PT)
        values: list[float] = []
        for limb in self.trend.limbs:
            for part, error in zip(limb.segments, limb.errors, strict=True):
                values += [r.value + (error.sem_at(r.value) if error else 0) for r in part.readings]
            values += limb.mdc_band or ()
        percents = [v for p in self.trend.points if (v := p.difference_percent) is not None]
        days = [point.on for point in self.trend.points]
        lanes = _LANE_PT * PT * len(lane_kinds(self.marks))
        return scale(frame, lanes, 6 * PT, days, self.marks, values, percents)

    def _grid(self) -> None:
        steps = self.at.steps()
        digits = 0 if steps[1] - steps[0] >= 1 else 1 if steps[1] - steps[0] >= 0.1 else 2
        for value in steps:
            y = self.at.y(value)
            colour = LIGHT.hairline if value else LIGHT.line_strong
            self.sheet.line(self.at.upper.left(), y, self.at.upper.right(), y, colour, HAIR)
            unit = f" {self.trend.unit}" if value == steps[-1] else ""
            self._at_left(f"{number(value, digits)}{unit}", y)

    def _at_left(self, text: str, y: float) -> None:
        room = self.at.upper.left() - self.place.left() - 4 * PT
        self.sheet.text(text, SMALL.to_the(RIGHT), self.place.left(), y - 4.5 * PT, room)

    def _moments(self) -> None:
        """Injuries and new series as thin lines over both panels, with a word at the top."""
        moments = [(m.on, m.label, True) for m in self.marks if m.kind is MarkKind.INJURY]
        moments += [(on, "new series", False) for on in dict(self.trend.breaks)]
        taken = self.at.upper.left() - 1
        for on, label, is_injury in sorted(moments):
            if not self.at.has(on):
                continue
            x = self.at.x(on)
            pen = QPen(QColor(LIGHT.line_strong), HAIR)
            if not is_injury:
                pen.setDashPattern([6.0, 4.0])
            self.sheet.painter.setPen(pen)
            self.sheet.painter.drawLine(
                QPointF(x, self.at.upper.top() - 4 * PT), QPointF(x, self.at.lanes.bottom())
            )
            width = self.sheet.text_width(label, SMALL)
            if x > taken and x + width < self.at.upper.right():
                self.sheet.text(label, SMALL, x + 2 * PT, self.at.upper.top() - 5 * PT, width + PT)
                taken = x + width + 6 * PT

    def _reference_band(self, limb: LimbTrend) -> None:
        """± MDC95 about the result that the latest is set against: inside it no change is known."""
        if limb.reference is None or (self.injured is not None and limb.side is not self.injured):
            return
        left, right = self.at.x(limb.reference.on), self.at.upper.right()
        band = limb.mdc_band
        if band:
            box = QRectF(QPointF(left, self.at.y(band[1])), QPointF(right, self.at.y(band[0])))
            self.sheet.painter.fillRect(box, _faint(limb.side, 0.08))
        if limb.is_pre_injury:
            y = self.at.y(limb.reference.value)
            self.sheet.line(left, y, right, y, _colour(limb.side), HAIR)

    def _error(self, limb: LimbTrend) -> None:
        """± SEM around the line; a bar where there is one point only."""
        self.sheet.painter.setPen(Qt.PenStyle.NoPen)
        self.sheet.painter.setBrush(QBrush(_faint(limb.side, 0.2)))
        for part, error in zip(limb.segments, limb.errors, strict=True):
            if error is None:
                continue
            spots = [(self.at.x(r.on), r.value) for r in part.readings]
            if len(spots) == 1:
                spots = [(spots[0][0] + d * PT, spots[0][1]) for d in (-4, 4)]
            above = [QPointF(x, self.at.y(v + error.sem_at(v))) for x, v in spots]
            below = [QPointF(x, self.at.y(v - error.sem_at(v))) for x, v in spots]
            self.sheet.painter.drawPolygon(QPolygonF([*above, *below[::-1]]))
        self.sheet.painter.setBrush(Qt.BrushStyle.NoBrush)

    def _limb(self, limb: LimbTrend) -> None:
        painter, colour = self.sheet.painter, QColor(_colour(limb.side))
        pen = QPen(colour, _LINE_PT * PT)
        if limb.side is Side.RIGHT:
            pen.setDashPattern(_DASHES)
        spots: list[QPointF] = []
        painter.setPen(pen)
        for part in limb.segments:
            run = [QPointF(self.at.x(r.on), self.at.y(r.value)) for r in part.readings]
            painter.drawPolyline(QPolygonF(run))
            spots += run
        painter.setPen(QPen(QColor(LIGHT.raised), 0.8 * PT))
        painter.setBrush(colour)
        size = 3 * PT
        for spot in spots:
            if limb.side is Side.LEFT:
                painter.drawEllipse(spot, size, size)
            else:
                painter.drawRect(QRectF(spot.x() - size, spot.y() - size, 2 * size, 2 * size))
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _ends(self) -> None:
        """The limb's name where its line ends; two names never lie on each other."""
        ends = [
            (limb.side, self.at.y(limb.segments[-1].readings[-1].value))
            for limb in self.trend.limbs
        ]
        ends.sort(key=lambda end: end[1])
        height = 10 * PT
        shift = max(0.0, height - (ends[-1][1] - ends[0][1])) / 2 if len(ends) == 2 else 0.0
        for (side, y), moved in zip(ends, (-shift, shift), strict=False):
            style = TextStyle(8, limb_text(side), QFont.Weight.DemiBold)
            at = self.at.upper.right() + 4 * PT
            self.sheet.text(side.value.capitalize(), style, at, y + moved - height / 2, 40 * PT)

    def _difference(self) -> None:
        """Bars from zero: up where the right is stronger, down where the left is; grey is what the
        error of the latest two results allows."""
        at, zero = self.at, self.at.y_percent(0)
        error = self.trend.difference_error_percent
        if error is not None:
            size = min(error, at.percent)
            top, bottom = at.y_percent(size), at.y_percent(-size)
            box = QRectF(QPointF(at.lower.left(), top), QPointF(at.lower.right(), bottom))
            self.sheet.painter.fillRect(box, QColor(LIGHT.error_band))
        self.sheet.line(at.lower.left(), zero, at.lower.right(), zero, LIGHT.line_strong, HAIR)
        tick = 10 * max(1, int(at.percent / 2 // 10) + (at.percent > 20))
        tick = tick if tick <= at.percent else 10
        for percent, text in ((tick, f"R +{tick} %"), (0, "0 %"), (-tick, f"L +{tick} %")):
            self._at_left(text, at.y_percent(percent))
        for point in self.trend.points:
            value = point.difference_percent
            if value is None:
                continue
            x, y = at.x(point.on), at.y_percent(value)
            colour = LIGHT.right if value > 0 else LIGHT.left
            top, height = min(y, zero), abs(y - zero)
            self.sheet.box(x - 1.6 * PT, top, 3.2 * PT, height, colour)
            if point is self.trend.points[-1]:
                letter = f"{'R' if value > 0 else 'L'} +" if round(abs(value)) else ""
                text = f"{letter}{fixed(abs(value), 0)} %"
                self.sheet.text(text, SMALL, x + 4 * PT, y - 4.5 * PT, 40 * PT)

    def _lanes(self) -> None:
        kinds = lane_kinds(self.marks)
        for row, kind in enumerate(kinds):
            y = self.at.lanes.top() + (row + 0.5) * _LANE_PT * PT
            self._at_left(kind.value, y)
            self.sheet.line(self.at.lanes.left(), y, self.at.lanes.right(), y, LIGHT.hairline, HAIR)
            shown = [mark for mark in self.marks if mark.kind is kind and self.at.has(mark.on)]
            shown.sort(key=lambda mark: mark.on)
            for mark, after in zip(shown, [*shown[1:], None], strict=True):
                end = self.at.x(after.on) if after is not None else self.place.right()
                self._sign(mark, self.at.x(mark.on), y, end)

    def _sign(self, mark: TrendMark, x: float, y: float, end: float) -> None:
        """A sign for each kind; pain shows its number, a stage and a dose their words up to the
        next."""
        painter = self.sheet.painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(LIGHT.muted))
        size = 3 * PT
        match mark.kind:
            case MarkKind.PAIN:
                text = mark.short or "?"
                width = self.sheet.text_width(text, SMALL) + 3 * PT
                self.sheet.box(x - width / 2, y - 4.5 * PT, width, 9 * PT, LIGHT.raised)
                self.sheet.text(text, SMALL.to_the(CENTRE), x - width, y - 4.5 * PT, 2 * width)
            case MarkKind.MATCH:
                painter.drawPolygon(_polygon(x, y, [(0, -size), (size, size), (-size, size)]))
            case MarkKind.TREATMENT:
                corners = [(0, -size), (size, 0), (0, size), (-size, 0)]
                painter.drawPolygon(_polygon(x, y, corners))
            case _ if mark.short:
                self.sheet.box(x, y - 4 * PT, 0.8 * PT, 8 * PT, LIGHT.muted)
                if end - x > 14 * PT:
                    room = min(end - x - 4 * PT, self.sheet.text_width(mark.short, SMALL) + PT)
                    self.sheet.box(x + 2 * PT, y - 4.5 * PT, room, 9 * PT, LIGHT.raised)
                    self.sheet.line_of_text(mark.short, SMALL, x + 2 * PT, y - 4.5 * PT, room)
            case _:
                painter.drawEllipse(QPointF(x, y), 0.7 * size, 0.7 * size)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _dates(self) -> None:
        days = sorted({point.on for point in self.trend.points})
        taken: list[tuple[float, float]] = []
        for on in dict.fromkeys([days[-1], days[0], *days]):
            width = self.sheet.text_width(day(on), SMALL) + 6 * PT
            left = min(
                max(self.at.x(on) - width / 2, self.place.left()), self.place.right() - width
            )
            if all(left + width <= a or left >= b for a, b in taken):
                taken.append((left, left + width))
                y = self.at.lanes.bottom() + 3 * PT
                self.sheet.text(day(on), SMALL.to_the(CENTRE), left, y, width)


def _polygon(x: float, y: float, corners: Sequence[tuple[float, float]]) -> QPolygonF:
    return QPolygonF([QPointF(x + dx, y + dy) for dx, dy in corners])


def _colour(side: Side) -> str:
    return LIGHT.left if side is Side.LEFT else LIGHT.right


def _faint(side: Side, alpha: float) -> QColor:
    colour = QColor(_colour(side))
    colour.setAlphaF(alpha)
    return colour

"""Draws force curves: limbs are told apart by label and line, never by colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPen, QPolygonF

from app.report.blocks import CENTRE, HAIR, RIGHT, SMALL, SMALL_STRONG, Block, limb_text
from app.report.content import Chart, Line
from app.report.sheet import PT, Sheet, TextStyle
from app.theme import LIGHT
from data.analysis.types import Side

HEIGHT_PT = 130
PAIR_HEIGHT_PT = 110
AXIS_PT = 26
FOOT_PT = 14
HEAD_PT = 12
GUTTER_PT = 14
DASH_PT = 4.5
SPACE_PT = 2.2
SMOOTHING = 4  # points, two of them a pair of lowest and highest

Array = NDArray[np.float64]

LABEL = {
    side: TextStyle(8, limb_text(side), QFont.Weight.DemiBold) for side in (Side.LEFT, Side.RIGHT)
}


@dataclass(eq=False)
class ChartRow(Block):
    """One chart, or a chart a limb side by side with the same force axis."""

    charts: Sequence[Chart]
    before: float = 8
    keeps_next: bool = False

    def height(self, sheet: Sheet, width: float) -> float:
        return (HEIGHT_PT if len(self.charts) == 1 else PAIR_HEIGHT_PT) * PT

    def paint(self, sheet: Sheet, x: float, y: float, width: float) -> None:
        n = len(self.charts)
        each = (width - (n - 1) * GUTTER_PT * PT) / n
        for i, chart in enumerate(self.charts):
            at = x + i * (each + GUTTER_PT * PT)
            _Plot(sheet, chart, QRectF(at, y, each, self.height(sheet, width))).paint()


class _Plot:
    def __init__(self, sheet: Sheet, chart: Chart, place: QRectF) -> None:
        self.sheet, self.chart = sheet, chart
        self.area = place.adjusted(AXIS_PT * PT, HEAD_PT * PT, 0, -FOOT_PT * PT)
        self.bottom = min(0.0, self._lowest())

    def paint(self) -> None:
        self._reps()
        self._axes()
        self._gaps()
        painter = self.sheet.painter
        painter.save()
        painter.setClipRect(self.area)
        for line in self.chart.lines:
            self._curve(line)
        painter.restore()
        self._labels()

    def x(self, t: float) -> float:
        span = self.chart.end_s - self.chart.start_s
        return self.area.left() + (t - self.chart.start_s) / span * self.area.width()

    def y(self, force: float) -> float:
        span = self.chart.top_n - self.bottom
        return self.area.bottom() - (force - self.bottom) / span * self.area.height()

    def _lowest(self) -> float:
        values = [float(np.min(f)) for line in self.chart.lines for _, f in line.pieces if len(f)]
        lowest = min(values, default=0.0)
        # Noise around zero does not move the axis.
        return lowest * 1.1 if lowest < -0.05 * self.chart.top_n else 0.0

    def _reps(self) -> None:
        for rep in self.chart.reps:
            left, right = self.x(rep.start_s), self.x(rep.end_s)
            self.sheet.box(left, self.area.top(), right - left, self.area.height(), LIGHT.surface)
            style = SMALL_STRONG.to_the(CENTRE)
            style = style.struck() if rep.is_rejected else style
            middle = (left + right) / 2
            is_wide = right - left > 24 * PT or len(self.chart.reps) == 1
            text = f"Rep {rep.number}" if is_wide else str(rep.number)
            self.sheet.text(text, style, middle - 15 * PT, self.area.top() - 10 * PT, 30 * PT)

    def _axes(self) -> None:
        for force in ticks(self.bottom, self.chart.top_n, 5):
            y = self.y(force)
            strong = LIGHT.line_strong if force == 0 else LIGHT.hairline
            self.sheet.line(self.area.left(), y, self.area.right(), y, strong, HAIR)
            at = self.area.left() - AXIS_PT * PT
            self.sheet.text(
                f"{force:.0f}", SMALL.to_the(RIGHT), at, y - 4.5 * PT, (AXIS_PT - 4) * PT
            )
        unit_at = self.area.left() - AXIS_PT * PT
        self.sheet.text(
            "N", SMALL.to_the(RIGHT), unit_at, self.area.top() - 11 * PT, (AXIS_PT - 4) * PT
        )
        times = ticks(
            self.chart.start_s, self.chart.end_s, 8 if self.area.width() > 300 * PT else 5
        )
        for time in times:
            x, y = self.x(time), self.area.bottom()
            self.sheet.line(x, y, x, y + 2.5 * PT, LIGHT.line_strong, HAIR)
            last = f"{time:g} s" if time == times[-1] else f"{time:g}"
            self.sheet.text(last, SMALL.to_the(CENTRE), x - 20 * PT, y + 3.5 * PT, 40 * PT)

    def _gaps(self) -> None:
        for gap in self.chart.gaps:
            left = max(self.x(gap.start_s), self.area.left())
            right = min(self.x(gap.end_s), self.area.right())
            box = QRectF(left, self.area.top(), right - left, self.area.height())
            painter = self.sheet.painter
            painter.save()
            painter.setClipRect(box)
            painter.setPen(QPen(QColor(LIGHT.line_strong), HAIR))
            x = box.left() - box.height()
            while x < box.right():
                painter.drawLine(QPointF(x, box.bottom()), QPointF(x + box.height(), box.top()))
                x += 4 * PT
            painter.restore()
            middle = (left + right) / 2
            width = self.sheet.text_width(gap.label, SMALL_STRONG)
            at = min(max(middle - width / 2, self.area.left()), self.area.right() - width)
            y = self.area.top() + 2 * PT
            self.sheet.box(at - PT, y, width + 2 * PT, 10 * PT, "#FFFFFF")
            self.sheet.text(gap.label, SMALL_STRONG, at, y, width + PT)

    def _curve(self, line: Line) -> None:
        painter = self.sheet.painter
        pen = QPen(QColor(LIGHT.right if line.side is Side.RIGHT else LIGHT.left), 1.1 * PT)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        for xs, ys in self._points(line):
            runs = dashes(xs, ys) if line.side is Side.RIGHT else [(xs, ys)]
            for x, y in runs:
                painter.drawPolyline(QPolygonF([QPointF(a, b) for a, b in zip(x, y, strict=True)]))

    def _points(self, line: Line) -> list[tuple[Array, Array]]:
        span_t = self.chart.end_s - self.chart.start_s
        span_f = self.chart.top_n - self.bottom
        return [
            (
                self.area.left() + (t - self.chart.start_s) / span_t * self.area.width(),
                self.area.bottom() - (force - self.bottom) / span_f * self.area.height(),
            )
            for t, force in line.pieces
        ]

    def _labels(self) -> None:
        """Each limb's name at its line, where it covers no line."""
        taken: list[QRectF] = []
        drawn = [self._points(line) for line in self.chart.lines]
        for line in self._strongest_first():
            if line.side is None or not any(len(t) for t, _ in line.pieces):
                continue
            text, style = line.side.value.capitalize(), LABEL[line.side]
            width, height = self.sheet.text_width(text, style), 10 * PT
            box = self._free_place(line, width, height, drawn, taken)
            taken.append(box)
            self.sheet.text(text, style, box.x(), box.y(), width + PT)

    def _strongest_first(self) -> list[Line]:
        return sorted(self.chart.lines, key=lambda line: -_highest(line)[1])

    def _free_place(
        self,
        line: Line,
        width: float,
        height: float,
        drawn: list[list[tuple[Array, Array]]],
        taken: list[QRectF],
    ) -> QRectF:
        """The nearest box to the line's peak that no line and no other label crosses."""
        t, force = _highest(line)
        peak_x, peak_y = self.x(t), self.y(force)
        candidates = [
            QRectF(peak_x + dx * PT, peak_y + dy * PT, width, height)
            for dx in range(-90, 80, 3)
            for dy in range(-14, 60, 3)
        ]
        inside = [box for box in candidates if self.area.contains(box)] or candidates[:1]
        inside.sort(key=lambda box: abs(box.center().x() - peak_x) + abs(box.center().y() - peak_y))
        for box in inside:
            room = box.adjusted(-2 * PT, -PT, 2 * PT, PT)
            is_crossed = any(_crosses(room, xs, ys) for pieces in drawn for xs, ys in pieces)
            if not is_crossed and not any(room.intersects(other) for other in taken):
                return box
        return inside[0]


def dashes(xs: Array, ys: Array) -> list[tuple[Array, Array]]:
    """The line in strokes of even length, measured along its course and not along its noise."""
    if len(xs) < 2:
        return []
    width = min(SMOOTHING, len(ys))
    course = np.convolve(
        np.pad(ys, (width // 2, width - 1 - width // 2), "edge"), np.full(width, 1 / width), "valid"
    )
    way = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(xs), np.diff(course)))])
    period = DASH_PT * PT + SPACE_PT * PT
    # Points where strokes begin and end are added, so that a steep fall is dashed too.
    edges = np.arange(0.0, way[-1], period)
    marks = np.sort(np.concatenate([edges, edges + DASH_PT * PT]))
    marks = marks[marks < way[-1]]
    order = np.concatenate([way, marks])
    places = np.argsort(order, kind="stable")
    x = np.concatenate([xs, np.interp(marks, way, xs)])[places]
    y = np.concatenate([ys, np.interp(marks, way, ys)])[places]
    at = order[places]
    starts = np.searchsorted(at, edges, "left")
    ends = np.searchsorted(at, edges + DASH_PT * PT, "right")
    return [(x[a:b], y[a:b]) for a, b in zip(starts, ends, strict=True)]


def ticks(low: float, high: float, about: int) -> list[float]:
    """Round values in ``low..high``, about that many."""
    raw = (high - low) / about
    power = 10.0 ** floor(log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.7)
    first = int(np.ceil(low / step - 1e-9))
    last = int(np.floor(high / step + 1e-9))
    return [k * step for k in range(first, last + 1)]


def _highest(line: Line) -> tuple[float, float]:
    """Time and force of the highest sample."""
    t = np.concatenate([piece for piece, _ in line.pieces] or [np.zeros(1)])
    force = np.concatenate([piece for _, piece in line.pieces] or [np.zeros(1)])
    if not len(force):
        return 0.0, 0.0
    k = int(np.argmax(force))
    return float(t[k]), float(force[k])


def _crosses(box: QRectF, xs: Array, ys: Array) -> bool:
    """Whether a line through these points, x rising, runs through `box`."""
    a = max(int(np.searchsorted(xs, box.left())) - 1, 0)
    b = int(np.searchsorted(xs, box.right())) + 1
    part = ys[a:b]
    return bool(len(part)) and float(part.min()) < box.bottom() and float(part.max()) > box.top()

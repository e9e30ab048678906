"""What happened between tests, in lanes under the chart: a row for each kind of thing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from app.theme import Type, colours, font, space, theme
from app.widgets.trend_scale import MarkKind, TrendMark, TrendScale

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LANES = (
    MarkKind.STAGE, MarkKind.TREATMENT, MarkKind.DOSE, MarkKind.TRAINING, MarkKind.MATCH,
    MarkKind.PAIN,
)  # fmt: skip


def lane_kinds(marks: Sequence[TrendMark]) -> list[MarkKind]:
    """The lanes that have anything in them, from top to bottom."""
    there = {mark.kind for mark in marks}
    return [kind for kind in _LANES if kind in there]


def paint_lanes(
    painter: QPainter, at: TrendScale, marks: Sequence[TrendMark], width: float
) -> None:
    """A name at the left and a sign for each; pain and dose show their number, a stage its name."""
    kinds = lane_kinds(marks)
    if not kinds:
        return
    height, px = at.lanes.height() / len(kinds), theme().px
    for row, kind in enumerate(kinds):
        y = at.lanes.top() + (row + 0.5) * height
        painter.setPen(colours().colour("muted"))
        name = QRectF(0, y - px(10), at.lanes.left() - space(2), px(20))
        painter.drawText(name, _RIGHT, kind.value)
        painter.setPen(QPen(colours().colour("grid"), 1))
        painter.drawLine(QPointF(at.lanes.left(), y), QPointF(at.lanes.right(), y))
        of_kind = sorted(
            (mark for mark in marks if mark.kind is kind and at.has(mark.on)),
            key=lambda mark: mark.on,
        )
        for mark, after in zip(of_kind, [*of_kind[1:], None], strict=True):
            end = at.x(after.on) if after is not None else width
            _paint_sign(painter, mark, at.x(mark.on), y, end)


def _paint_sign(painter: QPainter, mark: TrendMark, x: float, y: float, end: float) -> None:
    """`end` is where the next sign of the lane begins."""
    look, size = colours(), theme().px(5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("muted"))
    match mark.kind:
        case MarkKind.MATCH:
            painter.drawPolygon(
                QPolygonF(
                    [QPointF(x, y - size), QPointF(x + size, y + size), QPointF(x - size, y + size)]
                )
            )
        case MarkKind.TREATMENT:
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(x, y - size),
                        QPointF(x + size, y),
                        QPointF(x, y + size),
                        QPointF(x - size, y),
                    ]
                )
            )
        case MarkKind.PAIN:
            _paint_number(painter, mark.short, x, y)
        case MarkKind.STAGE | MarkKind.DOSE:
            painter.drawRect(QRectF(x - 1, y - size, 2, 2 * size))
            painter.setPen(look.colour("text"))
            metrics = QFontMetricsF(painter.font())
            text = metrics.elidedText(mark.short, Qt.TextElideMode.ElideRight, end - x - space(2))
            if len(text) > 1:
                box = QRectF(x + space(1), y - 2 * size, end - x, 4 * size)
                painter.fillRect(
                    QRectF(x + 2, y - size, metrics.horizontalAdvance(text) + 4, 2 * size),
                    look.colour("raised"),
                )
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
        case _:
            painter.drawEllipse(QPointF(x, y), 0.6 * size, 0.6 * size)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _paint_number(painter: QPainter, text: str, x: float, y: float) -> None:
    look = colours()
    painter.setFont(font(Type.SMALL, QFont.Weight.DemiBold))
    height = theme().px(15)
    width = max(QFontMetricsF(painter.font()).horizontalAdvance(text) + 6, float(height))
    box = QRectF(x - width / 2, y - height / 2, width, height)
    painter.setBrush(look.colour("raised"))
    painter.setPen(QPen(look.colour("line_strong"), 1))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(look.colour("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.setFont(font(Type.SMALL))

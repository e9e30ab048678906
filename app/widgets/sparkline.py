"""Both limbs of one athlete over time, in the room of a table's cell."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from app.squad import Member
from app.theme import Colours, colours, limb_style
from data.analysis.types import Side


def paint_sparkline(
    painter: QPainter, box: QRectF, member: Member, look: Colours | None = None
) -> None:
    """The latest series of both limbs on one scale; paper is always light."""
    look = look or colours()
    limbs = [(side, limb) for side in Side if (limb := member.limb(side)) is not None]
    readings = [reading for _, limb in limbs for reading in limb.readings]
    if len(readings) < 2:
        return
    days = [reading.on.toordinal() for reading in readings]
    first, last = min(days), max(days)
    values = [reading.value for reading in readings]
    low, high = min(values) * 0.9, max(values)
    if last == first or high <= low:
        return

    def spot(on: date, value: float) -> QPointF:
        x = box.left() + (box.width() - 6) * (on.toordinal() - first) / (last - first)
        return QPointF(x, box.bottom() - box.height() * (value - low) / (high - low))

    for side, limb in limbs:
        spots = [spot(reading.on, reading.value) for reading in limb.readings]
        painter.setPen(QPen(look.colour(side.value), 1.5, limb_style(side).pen))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(spots))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour(side.value))
        painter.drawEllipse(spots[-1], 2.5, 2.5)

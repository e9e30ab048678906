"""The panel under the limbs: their difference, and what the measurement error allows."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from app.theme import colours, space, theme
from app.trend import Trend
from app.units import quantity
from app.widgets.trend_scale import TrendScale

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def paint_difference(painter: QPainter, at: TrendScale, trend: Trend, width: float) -> None:
    """Bars from zero: up where the right is stronger, down where the left is; the grey band is
    what the error of the latest two results allows."""
    look, zero, px = colours(), at.y_percent(0), theme().px
    error = trend.difference_error_percent
    if error is not None:
        error = min(error, at.percent)
        top, bottom = at.y_percent(error), at.y_percent(-error)
        rect = QRectF(QPointF(at.lower.left(), top), QPointF(at.lower.right(), bottom))
        painter.fillRect(rect, look.colour("error_band", 0.6))
    painter.setPen(QPen(look.colour("line_strong"), 1))
    painter.drawLine(QPointF(at.lower.left(), zero), QPointF(at.lower.right(), zero))
    painter.setPen(look.colour("muted"))
    tick = 10 * max(1, int(at.percent / 2 // 10) + (at.percent > 20))
    tick = tick if tick <= at.percent else 10
    for percent, text in ((tick, f"Right +{tick} %"), (0, "0 %"), (-tick, f"Left +{tick} %")):
        box = QRectF(0, at.y_percent(percent) - px(10), at.lower.left() - space(2), px(20))
        painter.drawText(box, _RIGHT, text)
    for point in trend.points:
        value = point.difference_percent
        if value is None:
            continue
        x, y = at.x(point.on), at.y_percent(value)
        bar = QRectF(QPointF(x - 3, min(y, zero)), QPointF(x + 3, max(y, zero)))
        painter.fillRect(bar, look.colour("right" if value > 0 else "left"))
        if point is trend.points[-1]:
            limb = f"{'Right' if value > 0 else 'Left'} +" if round(abs(value)) else ""
            painter.setPen(look.colour("text"))
            box = QRectF(x + space(2), y - px(10), width - x - space(2), px(20))
            text = f"{limb}{quantity(abs(value), '%')}"
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)

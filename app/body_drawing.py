"""The standing figure and what was placed on it, for the screen and for print.

Drawn for this program: outlines through hand-set points, in the square that
`data.clinical.body_regions` measures in (x from the viewer's left, y from the crown).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen, QTransform

from data.clinical.body_regions import View
from data.treatment_record import PlacedPoint, Placement, Polarity, TreatedArea

Points = Sequence[tuple[float, float]]

WIDTH = 0.5
"""The figure stands in the middle half of its square; a drawing may leave the rest out."""

_POLARITY = {Polarity.NEGATIVE: "−", Polarity.POSITIVE: "+", Polarity.ALTERNATING: "~"}

# One half of the outline from the neck to the crotch, x from the middle.
_HALF = (
    (0.020, 0.112), (0.023, 0.140), (0.060, 0.158), (0.118, 0.170), (0.152, 0.196),
    (0.176, 0.265), (0.190, 0.340), (0.206, 0.405), (0.211, 0.460), (0.222, 0.500),
    (0.218, 0.545), (0.200, 0.552), (0.182, 0.510), (0.179, 0.465), (0.160, 0.410),
    (0.146, 0.348), (0.128, 0.285), (0.104, 0.235), (0.096, 0.300), (0.086, 0.370),
    (0.096, 0.430), (0.106, 0.485), (0.107, 0.550), (0.098, 0.625), (0.083, 0.700),
    (0.082, 0.745), (0.084, 0.790), (0.074, 0.850), (0.062, 0.915), (0.068, 0.950),
    (0.082, 0.978), (0.058, 0.988), (0.040, 0.972), (0.040, 0.920), (0.034, 0.850),
    (0.029, 0.790), (0.035, 0.725), (0.030, 0.690), (0.018, 0.610), (0.006, 0.520),
)  # fmt: skip
_HEAD = (0.500, 0.064, 0.043, 0.060)  # centre, half width, half height

# The whole profile, facing the viewer's left, without the arm.
_PROFILE = (
    (0.480, 0.130), (0.472, 0.116), (0.450, 0.113), (0.445, 0.094), (0.436, 0.078),
    (0.450, 0.052), (0.458, 0.022), (0.492, 0.003), (0.535, 0.012), (0.555, 0.045),
    (0.548, 0.085), (0.532, 0.112), (0.536, 0.140), (0.562, 0.175), (0.572, 0.230),
    (0.560, 0.300), (0.545, 0.365), (0.556, 0.420), (0.582, 0.465), (0.578, 0.510),
    (0.560, 0.560), (0.552, 0.640), (0.535, 0.705), (0.545, 0.755), (0.552, 0.800),
    (0.540, 0.860), (0.530, 0.915), (0.540, 0.955), (0.538, 0.984), (0.480, 0.984),
    (0.420, 0.986), (0.414, 0.968), (0.450, 0.945), (0.482, 0.918), (0.476, 0.860),
    (0.464, 0.800), (0.466, 0.750), (0.460, 0.715), (0.452, 0.650), (0.440, 0.570),
    (0.440, 0.500), (0.446, 0.440), (0.450, 0.380), (0.446, 0.310), (0.436, 0.245),
    (0.446, 0.195), (0.466, 0.155),
)  # fmt: skip
_ARM = (
    (0.500, 0.160), (0.528, 0.178), (0.532, 0.225), (0.526, 0.290), (0.530, 0.350),
    (0.512, 0.410), (0.498, 0.460), (0.502, 0.505), (0.486, 0.548), (0.466, 0.535),
    (0.470, 0.485), (0.474, 0.440), (0.480, 0.390), (0.480, 0.340), (0.474, 0.270),
    (0.470, 0.205), (0.480, 0.172),
)  # fmt: skip

# Fine lines that tell the views apart; x from the middle, one half.
_FRONT_LINES = (
    ((0.006, 0.205), (0.045, 0.262), (0.090, 0.262)),
    ((0.000, 0.300), (0.000, 0.400)),
    ((0.070, 0.465), (0.020, 0.512)),
    ((0.040, 0.712), (0.056, 0.700), (0.074, 0.714), (0.058, 0.742), (0.042, 0.730)),
)
_BACK_LINES = (
    ((0.000, 0.180), (0.000, 0.420)),
    ((0.040, 0.215), (0.078, 0.232), (0.060, 0.290), (0.036, 0.260)),
    ((0.004, 0.468), (0.050, 0.528), (0.096, 0.512)),
    ((0.055, 0.545), (0.056, 0.690)),
    ((0.038, 0.724), (0.074, 0.724)),
    ((0.056, 0.760), (0.056, 0.830)),
)


@dataclass(frozen=True, slots=True)
class BodyInk:
    """The colours of a drawing."""

    fill: QColor
    outline: QColor
    fine: QColor
    pad: QColor
    on_pad: QColor
    area: QColor


def paint_figure(painter: QPainter, square: QRectF, view: View, ink: BodyInk) -> None:
    """The empty figure in its square."""
    hair = max(1.0, square.height() / 420)
    place = _placed(square)
    painter.setPen(QPen(ink.outline, 1.4 * hair, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(ink.fill)
    for outline in _outlines(view):
        painter.drawPath(place.map(outline))
    painter.setPen(QPen(ink.fine, hair, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for fine in _fine_lines(view):
        painter.drawPath(place.map(fine))


def paint_placement(
    painter: QPainter, square: QRectF, view: View, placement: Placement, ink: BodyInk
) -> None:
    """The areas and electrodes of one view; an electrode is as large as it is, if that is known."""
    for area in placement.areas:
        if area.view is view:
            painter.setPen(QPen(ink.area, max(1.5, square.height() / 260)))
            painter.setBrush(_faint(ink.area))
            painter.drawPath(_placed(square).map(area_path(area)))
    for number, point in enumerate(placement.points, 1):
        if point.view is view:
            _paint_pad(painter, pad_rect(square, point), point, str(number), ink)


def is_on_figure(view: View, x: float, y: float) -> bool:
    return any(outline.contains(QPointF(x, y)) for outline in _outlines(view))


def pad_rect(square: QRectF, point: PlacedPoint) -> QRectF:
    """Where an electrode is drawn: to the scale of a body of 175 cm, but never too small to see."""
    scale = square.height() / 175
    side = max((point.size_cm2 or 0.0) ** 0.5 * scale, square.height() * 0.032)
    centre = QPointF(square.x() + point.x * square.width(), square.y() + point.y * square.height())
    return QRectF(centre.x() - side / 2, centre.y() - side / 2, side, side)


def area_path(area: TreatedArea) -> QPainterPath:
    """In the unit square."""
    path = QPainterPath()
    corners = [QPointF(corner.x, corner.y) for corner in area.corners]
    if len(corners) == 2:
        path.addEllipse(QRectF(corners[0], corners[1]).normalized())
    elif corners:
        path.moveTo(corners[0])
        for corner in corners[1:]:
            path.lineTo(corner)
        path.closeSubpath()
    return path


def _paint_pad(
    painter: QPainter, rect: QRectF, point: PlacedPoint, number: str, ink: BodyInk
) -> None:
    painter.setPen(QPen(ink.on_pad, max(1.0, rect.height() / 14)))
    painter.setBrush(ink.pad)
    painter.drawRoundedRect(rect, rect.width() / 6, rect.width() / 6)
    text = _POLARITY[point.polarity] if point.polarity else point.label[:2] or number
    font = QFont(painter.font())
    font.setPixelSize(max(1, round(rect.height() * 0.8)))
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.setPen(ink.on_pad)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def _placed(square: QRectF) -> QTransform:
    return QTransform.fromTranslate(square.x(), square.y()).scale(square.width(), square.height())


@cache
def _outlines(view: View) -> tuple[QPainterPath, ...]:
    if view in (View.FRONT, View.BACK):
        x, y, across, down = _HEAD
        head = QPainterPath()
        head.addEllipse(QPointF(x, y), across, down)
        right = [(0.5 + x, y) for x, y in _HALF]
        left = [(0.5 - x, y) for x, y in reversed(_HALF)]
        return (_smooth([*right, *left]), head)
    sides = (_PROFILE, _ARM)
    if view is View.RIGHT:
        sides = tuple(tuple((1 - x, y) for x, y in side) for side in sides)
    return tuple(_smooth(side) for side in sides)


@cache
def _fine_lines(view: View) -> tuple[QPainterPath, ...]:
    if view not in (View.FRONT, View.BACK):
        return ()
    halves = _FRONT_LINES if view is View.FRONT else _BACK_LINES
    return tuple(
        _smooth([(0.5 + sign * x, y) for x, y in half], is_closed=False)
        for half in halves
        for sign in (1, -1)
    )


def _smooth(points: Points, *, is_closed: bool = True) -> QPainterPath:
    """A Catmull-Rom spline through the points, as Bézier curves."""
    path = QPainterPath(QPointF(*points[0]))
    count = len(points)

    def at(place: int) -> tuple[float, float]:
        if is_closed:
            return points[place % count]
        return points[min(max(place, 0), count - 1)]

    for place in range(count if is_closed else count - 1):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = (at(place + step) for step in (-1, 0, 1, 2))
        path.cubicTo(
            bx + (cx - ax) / 6, by + (cy - ay) / 6, cx - (dx - bx) / 6, cy - (dy - by) / 6, cx, cy
        )
    if is_closed:
        path.closeSubpath()
    return path


def _faint(colour: QColor) -> QColor:
    faint = QColor(colour)
    faint.setAlphaF(0.28)
    return faint

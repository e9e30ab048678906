"""What stands around a force curve: grid, repetitions, gaps, levels and the names of the limbs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app.theme import Type, colours, limb_style
from app.units import ForceUnit, number
from app.widgets.plot_area import PlotArea
from app.widgets.plot_scale import ticks
from data.analysis.types import MissingStretch, Side

_TICK_GAP_PX = 64.0
_MOST_TICKS = 11


@dataclass(frozen=True, slots=True)
class RepSpan:
    """One repetition on the time axis of the curve."""

    number: int
    start_s: float
    end_s: float
    is_rejected: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """A force worth a thin line: a best to beat, or the other limb's."""

    value_n: float
    label: str
    side: Side | None = None
    is_ghost: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    low_n: float
    high_n: float
    label: str


@dataclass(frozen=True, slots=True)
class LineEnd:
    """Where a curve ends, and whose it is."""

    side: Side | None
    t_s: float
    force_n: float


class PlotLayer(QGraphicsItem):
    """A sheet under or over the curves that a plot draws on in px."""

    def __init__(self, draw: Callable[[QPainter], None], height: float) -> None:
        super().__init__()
        self._draw = draw
        self._rect = QRectF()
        self.setZValue(height)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    def set_rect(self, rect: QRectF) -> None:
        self.prepareGeometryChange()
        self._rect = rect

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._rect

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        self._draw(painter)


def draw_grid(
    painter: QPainter, area: PlotArea, time_label: Callable[[float], str], unit: ForceUnit
) -> None:
    """Hairlines with their numbers outside; the unit stands once, under the topmost number."""
    look, rect, px = colours(), area.rect, area.px
    painter.setFont(area.font())
    gutter = rect.left() - px(10)
    most = min(max(int(rect.height() / px(_TICK_GAP_PX)), 2) + 1, _MOST_TICKS)
    values = ticks(0.0, area.top_n / unit.newtons, most)
    decimals = 0 if all(value % 1 == 0 for value in values) else 1
    for value in values:
        y = area.y(value * unit.newtons)
        painter.setPen(_hairline(look.colour("line_strong" if value == 0 else "grid")))
        painter.drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y))
        painter.setPen(look.colour("muted"))
        _text(painter, QRectF(0, y - px(12), gutter, px(24)), number(value, decimals), right=True)
    below = area.y(values[-1] * unit.newtons) + px(8)
    _text(painter, QRectF(0, below, gutter, px(20)), unit.value, right=True)
    across = min(int(rect.width() / px(110)) + 1, _MOST_TICKS)
    for t in ticks(area.left_s, area.right_s, across):
        box = QRectF(area.x(t) - px(40), rect.bottom() + px(6), px(80), px(20))
        painter.setPen(_hairline(look.colour("grid")))
        painter.drawLine(QPointF(area.x(t), rect.top()), QPointF(area.x(t), rect.bottom()))
        painter.setPen(look.colour("muted"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, time_label(t))


def draw_reps(painter: QPainter, area: PlotArea, reps: Sequence[RepSpan]) -> None:
    """Each repetition as a pale band, a rejected one paler."""
    for rep in reps:
        band = area.band(rep.start_s, rep.end_s)
        if band.width():
            painter.fillRect(band, _tint("text", 0.03 if rep.is_rejected else 0.055))


def draw_rep_numbers(painter: QPainter, area: PlotArea, reps: Sequence[RepSpan]) -> None:
    """Over the grid, so that no line goes through a number; a rejected one is struck through."""
    look = colours()
    for rep in reps:
        band = area.band(rep.start_s, rep.end_s)
        if band.width() < area.px(16):
            continue
        face = area.font(Type.STRONG, QFont.Weight.DemiBold)
        face.setStrikeOut(rep.is_rejected)
        painter.setFont(face)
        painter.setPen(look.colour("muted"))
        width = QFontMetricsF(face).horizontalAdvance(str(rep.number)) + area.px(4)
        box = QRectF(0, band.top() + area.px(4), width, area.px(20))
        box.moveLeft(band.center().x() - width / 2)
        painter.fillRect(box, _tint("text", 0.03 if rep.is_rejected else 0.055))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(rep.number))


def draw_target(painter: QPainter, area: PlotArea, target: Target) -> None:
    look, px = colours(), area.px
    top, bottom = area.y(target.high_n), area.y(target.low_n)
    band = QRectF(area.rect.left(), top, area.rect.width(), bottom - top)
    painter.fillRect(band, _tint("accent", 0.18))
    painter.setPen(look.colour("accent"))
    painter.setFont(area.font(Type.BODY, QFont.Weight.DemiBold))
    box = QRectF(band.left() + px(8), band.bottom() + px(2), px(240), px(20))
    _text(painter, box, target.label, right=False)


def draw_gaps(painter: QPainter, area: PlotArea, gaps: Sequence[MissingStretch]) -> None:
    """Hatched over the full height, with the length."""
    look = colours()
    for gap in gaps:
        band = area.band(gap.start_s, gap.end_s)
        if not band.width():
            continue
        band.setWidth(max(band.width(), 2.0))
        painter.fillRect(band, look.colour("attention", 0.10))
        painter.fillRect(band, QBrush(look.colour("attention", 0.55), Qt.BrushStyle.BDiagPattern))
        _gap_length(painter, area, band, gap.end_s - gap.start_s)


def draw_levels(painter: QPainter, area: PlotArea, levels: Sequence[Level]) -> None:
    """A thin line for each."""
    for level in levels:
        y = area.y(level.value_n)
        line = QColor(_line_colour(level.side))
        line.setAlphaF(0.6 if level.is_ghost else 0.8)
        pen = _hairline(line)
        pen.setStyle(Qt.PenStyle.DashLine if level.side is Side.RIGHT else Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        painter.drawLine(QPointF(area.rect.left(), y), QPointF(area.rect.right(), y))


def draw_level_names(
    painter: QPainter, area: PlotArea, levels: Sequence[Level], unit: ForceUnit
) -> None:
    """Above its line, where curves seldom come; under it where another line is close above."""
    px, face = area.px, area.font()
    metrics = QFontMetricsF(face)
    heights = [area.y(level.value_n) for level in levels]
    left = area.rect.left() + px(8)
    painter.setFont(face)
    for level in sorted(levels, key=lambda entry: entry.side is Side.RIGHT):
        y = area.y(level.value_n)
        is_crowded = any(0 < y - other < px(22) for other in heights)
        text = f"{level.label} {number(level.value_n / unit.newtons, unit.decimals)}"
        width = metrics.horizontalAdvance(text)
        top = y + px(1) if is_crowded else y - px(21)
        painter.setPen(QColor(_text_colour(level.side)))
        _text(painter, QRectF(left, top, width + 4, px(20)), text, right=False)
        left += width + px(24)


def draw_name(painter: QPainter, area: PlotArea, t_s: float, force_n: float, name: str) -> None:
    """What a whole curve is, beside one of its points."""
    px = area.px
    painter.setFont(area.font())
    painter.setPen(colours().colour("muted"))
    width = QFontMetricsF(painter.font()).horizontalAdvance(name) + 2
    x, y = area.x(t_s), area.y(force_n) - px(10)
    is_at_edge = x + px(8) + width > area.rect.right()
    left = x - px(8) - width if is_at_edge else x + px(8)
    box = QRectF(left, y, width, px(20))
    painter.fillRect(box.adjusted(-px(3), px(1), px(3), -px(1)), colours().colour("raised"))
    _text(painter, box, name, right=is_at_edge)


def draw_ends(painter: QPainter, area: PlotArea, ends: Sequence[LineEnd]) -> None:
    """The limb's name at its curve's end; the left one keeps the upper place when they meet."""
    px, height = area.px, area.px(22)
    painter.setFont(area.font(Type.STRONG, QFont.Weight.DemiBold))
    top, bottom = area.rect.top() + height / 2, area.rect.bottom() - height / 2
    places = _apart([area.y(end.force_n) for end in ends], height, top, bottom)
    for end, y in zip(ends, places, strict=True):
        x = min(area.x(end.t_s), area.rect.right()) + px(8)
        painter.setPen(QColor(_text_colour(end.side)))
        label = limb_style(end.side).label if end.side else "Force"
        _text(painter, QRectF(x, y - height / 2, px(80), height), label, right=False)


def _apart(wanted: list[float], height: float, top: float, bottom: float) -> list[float]:
    """Heights of one or two labels between `top` and `bottom`, moved apart where they touch."""
    if len(wanted) == 2 and abs(wanted[0] - wanted[1]) < height:
        middle = min(max(sum(wanted) / 2, top + height / 2), bottom - height / 2)
        return [middle - height / 2, middle + height / 2]
    return [min(max(y, top), bottom) for y in wanted]


def _gap_length(painter: QPainter, area: PlotArea, band: QRectF, seconds: float) -> None:
    look, px = colours(), area.px
    painter.setFont(area.font(Type.BODY, QFont.Weight.DemiBold))
    metrics = QFontMetricsF(painter.font())
    text = f"no data {seconds:.1f} s"
    if metrics.horizontalAdvance(text) + px(16) > band.width():
        text = f"{seconds:.1f} s"
    width = metrics.horizontalAdvance(text) + px(16)
    left = min(band.center().x() - width / 2, area.rect.right() - width)
    top = band.top() + min(px(34), 0.12 * band.height())
    box = QRectF(left, top, width, px(28))
    painter.setPen(_hairline(look.colour("attention")))
    painter.setBrush(look.colour("attention_surface"))
    painter.drawRoundedRect(box, px(4), px(4))
    painter.setPen(look.colour("attention"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _tint(role: str, share: float) -> QColor:
    """A little of `role` on the plot's ground, opaque: large transparent areas cost a frame."""
    top, ground = colours().colour(role), colours().colour("raised")
    rest = 1 - share
    return QColor.fromRgbF(
        share * top.redF() + rest * ground.redF(),
        share * top.greenF() + rest * ground.greenF(),
        share * top.blueF() + rest * ground.blueF(),
    )


def _hairline(colour: QColor) -> QPen:
    pen = QPen(colour, 1.0)
    pen.setCosmetic(True)
    return pen


def _line_colour(side: Side | None) -> str:
    return limb_style(side).colour if side else colours().muted


def _text_colour(side: Side | None) -> str:
    return limb_style(side).text_colour if side else colours().text


def _text(painter: QPainter, box: QRectF, text: str, *, right: bool) -> None:
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, text)

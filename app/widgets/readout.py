"""Two very large numbers of one limb. Digits have fixed places: nothing moves but them."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import Type, colours, font, limb_style, space, theme
from app.units import NO_VALUE, ForceUnit, number
from app.widgets.text import tool_tip
from data.analysis.types import Side

_LARGEST_PX = 400
_GAP_EM = 0.45
_HOW = (
    "Force less the zero, by the device in the bar above: now, and the highest of this repetition "
    "so far. When the trial is stored, peaks are made anew of the whole curve: peak.raw.v1."
)


@dataclass(frozen=True, slots=True)
class Figure:
    """A force in N (None: a dash) and what it is; without a caption nothing is shown."""

    force_n: float | None
    caption: str
    is_quiet: bool = False


class Readout(QWidget):
    """The limb's name over two figures. The right limb's block hangs at its right edge."""

    def __init__(self, side: Side | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.side = side
        self.unit = ForceUnit.NEWTON
        self.figures = (Figure(None, "now"), Figure(None, "peak"))
        self.is_active = True
        self._digits = 3
        self._scale = 1.0
        tool_tip(self, _HOW)
        self.setAccessibleDescription(_HOW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_figures(self, first: Figure, second: Figure, *, is_active: bool = True) -> None:
        """`is_active` is False for a limb that is not measured now: its numbers step back."""
        if (first, second) == self.figures and is_active == self.is_active:
            return
        self.figures = (first, second)
        self.is_active = is_active
        self._tell()

    def set_unit(self, unit: ForceUnit) -> None:
        self.unit = unit
        self._tell()

    def set_scale(self, scale: float) -> None:
        """Enlarge the words around the numbers."""
        self._scale = scale
        self.update()

    def reserve(self, largest_n: float) -> None:
        """Keep room for forces up to `largest_n`."""
        digits = max(len(f"{largest_n / self.unit.newtons:.{self.unit.decimals}f}"), 3)
        if digits != self._digits:
            self._digits = digits
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(420), theme().px(132))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(200), theme().px(120))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        head, foot = (round(theme().px(size) * self._scale) for size in (26, 24))
        size = self._number_px(self.height() - head - foot - space(3))
        face = font(100, QFont.Weight.DemiBold)
        face.setPixelSize(size)
        cell = QFontMetricsF(face).horizontalAdvance("0") * self._digits
        width = 2 * cell + _GAP_EM * size
        left = self.width() - width if self.side is Side.RIGHT else 0.0
        baseline = self.height() - foot - space(1)
        top = max(baseline - QFontMetricsF(face).capHeight() - space(2) - head, 0.0)
        self._paint_name(painter, QRectF(left, top, width, head))
        for i, figure in enumerate(self.figures):
            if not figure.caption:
                continue
            right = left + cell + i * (cell + _GAP_EM * size)
            painter.setPen(self._colour(figure, is_peak=i == 1))
            self._paint_number(painter, face, figure, QPointF(right, baseline))
            box = QRectF(right - cell - space(6), self.height() - foot, cell + space(6), foot)
            self._paint_caption(painter, box, figure)

    def _tell(self) -> None:
        """The numbers in words, for those who do not see them."""
        name = limb_style(self.side).label if self.side else "Force"
        shown = (figure for figure in self.figures if figure.caption)
        said = (f"{figure.caption} {self._value(figure)} {self.unit.value}" for figure in shown)
        self.setAccessibleName(f"{name}: {', '.join(said)}")
        self.update()

    def _font(self, size: Type, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        face = font(size, weight)
        face.setPixelSize(round(face.pixelSize() * self._scale))
        return face

    def _number_px(self, height: float) -> int:
        probe = font(100, QFont.Weight.DemiBold)
        probe.setPixelSize(100)
        metrics = QFontMetricsF(probe)
        by_height = height / (metrics.capHeight() / 100)
        digit = metrics.horizontalAdvance("0") / 100
        by_width = self.width() / (2 * digit * self._digits + _GAP_EM)
        return max(int(min(by_height, by_width, _LARGEST_PX)), 24)

    def _paint_name(self, painter: QPainter, box: QRectF) -> None:
        if self.side is None:
            return
        style = limb_style(self.side)
        face = self._font(Type.HEADING, QFont.Weight.DemiBold)
        painter.setFont(face)
        painter.setPen(QColor(style.text_colour))
        is_right = self.side is Side.RIGHT
        align = Qt.AlignmentFlag.AlignRight if is_right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(box, align | Qt.AlignmentFlag.AlignVCenter, style.label)
        used = QFontMetricsF(face).horizontalAdvance(style.label) + space(3)
        sample = theme().px(36) * self._scale
        x = box.right() - used - sample if is_right else box.left() + used
        painter.setPen(QPen(QColor(style.colour), 3, style.pen, Qt.PenCapStyle.FlatCap))
        y = box.center().y() + 1
        painter.drawLine(QPointF(x, y), QPointF(x + sample, y))

    def _paint_number(self, painter: QPainter, face: QFont, figure: Figure, end: QPointF) -> None:
        text = self._value(figure)
        painter.setFont(face)
        width = QFontMetricsF(face).horizontalAdvance(text)
        painter.drawText(QPointF(end.x() - width, end.y()), text)

    def _paint_caption(self, painter: QPainter, box: QRectF, figure: Figure) -> None:
        """The unit and what the number is, e.g. ``N now``."""
        painter.setPen(colours().colour("muted"))
        painter.setFont(self._font(Type.STRONG))
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        unit = f"{self.unit.value} " if figure.force_n is not None else ""
        painter.drawText(box, align | Qt.TextFlag.TextDontClip, f"{unit}{figure.caption}")

    def _colour(self, figure: Figure, *, is_peak: bool) -> QColor:
        if not self.is_active or figure.is_quiet or figure.force_n is None:
            return colours().colour("muted", 0.75)
        if is_peak and self.side is not None:
            return QColor(limb_style(self.side).text_colour)
        return colours().colour("text")

    def _value(self, figure: Figure) -> str:
        if figure.force_n is None:
            return NO_VALUE
        return number(figure.force_n / self.unit.newtons, self.unit.decimals)

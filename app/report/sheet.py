"""Setting type on a page: plain text only, measured before it is drawn, in points."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTextOption

DPI = 1200
PT = DPI / 72
MM = DPI / 25.4

FAMILIES = ["Inter", "Segoe UI", "Helvetica Neue", "DejaVu Sans"]

_ENDLESS = 1e7


@dataclass(frozen=True, slots=True)
class TextStyle:
    size_pt: float
    colour: str
    weight: QFont.Weight = QFont.Weight.Normal
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft
    is_struck: bool = False

    def to_the(self, align: Qt.AlignmentFlag) -> TextStyle:
        return replace(self, align=align)

    def struck(self) -> TextStyle:
        return replace(self, is_struck=True)

    def font(self) -> QFont:
        font = QFont(FAMILIES)
        font.clearFeatures()  # the window's font has tabular figures
        font.setPointSizeF(self.size_pt)
        font.setWeight(self.weight)
        font.setStrikeOut(self.is_struck)
        # Alternative glyphs (tabular figures, contextual forms) have no text behind them in the
        # PDF: it could be neither searched nor copied.
        font.setFeature(QFont.Tag("calt"), 0)
        return font


class Sheet:
    """A painter on the report's page. Text is never markup, so a name cannot be anything else."""

    def __init__(self, painter: QPainter) -> None:
        self.painter = painter

    def text_height(self, text: str, style: TextStyle, width: float) -> float:
        return self._bounds(text, style, QRectF(0, 0, width, _ENDLESS)).height()

    def text_width(self, text: str, style: TextStyle) -> float:
        return self._bounds(text, style, QRectF(0, 0, _ENDLESS, _ENDLESS)).width()

    def text(self, text: str, style: TextStyle, x: float, y: float, width: float) -> float:
        """Draw `text` with its top at `y`; returns the y below it."""
        height = self.text_height(text, style, width)
        self._prepare(style)
        # A little room below: the last descender must not be clipped by rounding.
        box = QRectF(x, y, width, height + PT)
        self.painter.drawText(box, text, _option(style))
        return y + height

    def line_of_text(self, text: str, style: TextStyle, x: float, y: float, width: float) -> None:
        """One line; what does not fit is left out with an ellipsis."""
        metrics = QFontMetricsF(style.font(), self.painter.device())
        self.text(metrics.elidedText(text, Qt.TextElideMode.ElideRight, width), style, x, y, width)

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str, width: float) -> None:
        self.painter.setPen(QPen(QColor(colour), width))
        self.painter.drawLine(QPointF(x1, y1), QPointF(x2, y2))

    def box(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self.painter.fillRect(QRectF(x, y, width, height), QColor(colour))

    def frame(self, x: float, y: float, w: float, h: float, colour: str, pen: float) -> None:
        self.painter.setPen(QPen(QColor(colour), pen))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawRect(QRectF(x, y, w, h))

    def _bounds(self, text: str, style: TextStyle, box: QRectF) -> QRectF:
        self._prepare(style)
        return self.painter.boundingRect(box, text, _option(style))

    def _prepare(self, style: TextStyle) -> None:
        self.painter.setFont(style.font())
        self.painter.setPen(QColor(style.colour))


def _option(style: TextStyle) -> QTextOption:
    option = QTextOption(style.align)
    # A name of sixty letters without a space is broken rather than cut off.
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    return option

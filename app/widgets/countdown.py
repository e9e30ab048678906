"""Time that is left, to be read across the room: before the start and between repetitions."""

from __future__ import annotations

from math import ceil
from time import monotonic

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QFont, QFontMetricsF, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from app.theme import Type, colours, font, space, theme
from app.units import clock

_TICK_MS = 50


class Countdown(QWidget):
    """Counts on by itself between two calls of `set_left`, so that it never stutters."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caption = ""
        self._left_s, self._at, self._whole_s = 0.0, monotonic(), 1.0
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self.update)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_left(self, caption: str, seconds: float) -> None:
        if caption != self.caption or seconds > self._whole_s:
            self._whole_s = max(seconds, 0.001)
        self.caption, self._left_s, self._at = caption, seconds, monotonic()
        unit = "" if ":" in self.text else " s"
        self.setAccessibleName(f"{caption}: {self.text}{unit}")
        self.update()

    @property
    def seconds(self) -> float:
        return max(self._left_s - (monotonic() - self._at), 0.0)

    @property
    def text(self) -> str:
        """``3`` below ten seconds, ``0:24`` above."""
        left = ceil(self.seconds)
        return clock(left) if self._whole_s > 10 else str(left)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(320), theme().px(220))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        self._timer.stop()
        super().hideEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        card = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(look.colour("hairline"))
        painter.setBrush(look.colour("raised", 0.94))
        painter.drawRoundedRect(card, space(4), space(4))
        head = max(theme().px(44), int(card.height() * 0.16))
        painter.setPen(look.colour("muted"))
        caption = font(Type.HEADING, QFont.Weight.DemiBold)
        caption.setPixelSize(head // 2)
        painter.setFont(caption)
        top = card.adjusted(0, space(2), 0, 0)
        top.setHeight(head)
        painter.drawText(top, Qt.AlignmentFlag.AlignCenter, self.caption)
        face = font(Type.LIVE, QFont.Weight.Bold)
        face.setPixelSize(100)
        by_width = (card.width() - space(16)) / QFontMetricsF(face).horizontalAdvance(self.text)
        face.setPixelSize(int(min(card.height() - head - space(12), 100 * by_width)))
        painter.setFont(face)
        painter.setPen(look.colour("text"))
        middle = card.adjusted(0, head, 0, -space(5))
        painter.drawText(middle, Qt.AlignmentFlag.AlignCenter, self.text)
        self._paint_bar(painter, card)

    def _paint_bar(self, painter: QPainter, card: QRectF) -> None:
        track = QRectF(card.left() + space(6), card.bottom() - space(6), 0, space(2))
        track.setRight(card.right() - space(6))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours().colour("sunken"))
        painter.drawRoundedRect(track, space(1), space(1))
        track.setWidth(track.width() * min(self.seconds / self._whole_s, 1.0))
        painter.setBrush(colours().colour("accent"))
        painter.drawRoundedRect(track, space(1), space(1))

"""The place where a run says what happened, what is safe and what to do; else the test's cue."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.plain_text import plain
from app.theme import RADIUS, Type, colours, font, pixmap, space, theme
from app.widgets.text import tool_tip
from app.workflow import Notice, Weight

_ICONS = {Weight.INFO: "info", Weight.ATTENTION: "attention", Weight.STOP: "stop"}
_TONES = {Weight.INFO: "accent", Weight.ATTENTION: "attention", Weight.STOP: "stop"}
_SURFACES = {
    Weight.INFO: "selected",
    Weight.ATTENTION: "attention_surface",
    Weight.STOP: "stop_surface",
}


class RunNotice(QWidget):
    """Two lines of fixed height: what happened in bold, below it what is safe and what to do."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice: Notice | None = None
        self._cue = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_notice(self, notice: Notice | None, cue: str = "") -> None:
        """`cue` fills the place, quietly, while there is nothing to report."""
        self.notice, self._cue = notice, plain(cue)
        self.setAccessibleName(self.text or "Notices")
        tool_tip(self, self.text if notice else "")
        self.update()

    @property
    def text(self) -> str:
        if self.notice is None:
            return self._cue
        return plain(f"{self.notice.what} {self._rest()}".strip())

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(480), theme().px(56))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(200), theme().px(56))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.notice is None:
            painter.setPen(colours().colour("muted"))
            self._paint_line(painter, QRectF(self.rect()), self._cue, font(Type.STRONG))
            return
        look, weight = colours(), self.notice.weight
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour(_SURFACES[weight]))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS, RADIUS)
        mark = theme().px(28)
        at = QRectF(space(4), (self.height() - mark) / 2, mark, mark)
        painter.drawPixmap(at.toRect(), pixmap(_ICONS[weight], mark, _TONES[weight]))
        box = QRectF(self.rect()).adjusted(space(4) + mark + space(3), 5, -space(4), -5)
        half = box.height() / 2
        painter.setPen(look.colour(_TONES[weight]))
        bold = font(Type.STRONG, QFont.Weight.DemiBold)
        upper = QRectF(box.left(), box.top(), box.width(), half)
        self._paint_line(painter, upper, plain(self.notice.what), bold)
        painter.setPen(look.colour("text"))
        lower = QRectF(box.left(), box.top() + half, box.width(), half)
        self._paint_line(painter, lower, plain(self._rest()), font(Type.STRONG))

    def _rest(self) -> str:
        assert self.notice is not None
        return f"{self.notice.safe} {self.notice.todo}".strip()

    def _paint_line(self, painter: QPainter, box: QRectF, text: str, face: QFont) -> None:
        """Rather smaller than cut: what to do stands at the end."""
        while face.pixelSize() > Type.SMALL and _width(face, text) > box.width():
            face.setPixelSize(face.pixelSize() - 1)
        painter.setFont(face)
        shown = QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)


def _width(face: QFont, text: str) -> float:
    return QFontMetricsF(face).horizontalAdvance(text)

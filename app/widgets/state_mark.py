"""Recording, storing, saved: one mark, seen at a glance; "Saved" means: on disk."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import Type, colours, font, pixmap, space, theme


class Keeping(StrEnum):
    IDLE = "Not recording"
    RECORDING = "Recording"
    STORING = "Storing …"
    SAVED = "Saved"
    UNSAVED = "Not stored"


_INKS = {Keeping.SAVED: "good", Keeping.RECORDING: "text", Keeping.UNSAVED: "attention"}


class StateMark(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = Keeping.IDLE
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_state(Keeping.IDLE)

    def set_state(self, state: Keeping) -> None:
        self.state = state
        self.setAccessibleName(state.value)
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(152), theme().px(36))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        is_idle = self.state is Keeping.IDLE
        edge = _INKS.get(self.state, "hairline")
        painter.setPen(QPen(look.colour(edge), 1.5))
        painter.setBrush(look.colour("surface" if is_idle else "raised"))
        painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)
        mark = theme().px(20)
        left = frame.left() + space(3)
        centre = QPointF(left + mark / 2, frame.center().y())
        match self.state:
            case Keeping.SAVED | Keeping.UNSAVED:
                at = QRectF(left, centre.y() - mark / 2, mark, mark)
                name = "saved" if self.state is Keeping.SAVED else "attention"
                painter.drawPixmap(at.toRect(), pixmap(name, mark, _INKS[self.state]))
            case Keeping.RECORDING:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(look.colour("text"))
                painter.drawEllipse(centre, mark * 0.34, mark * 0.34)
            case _:
                painter.setPen(QPen(look.colour("muted"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(centre, mark * 0.3, mark * 0.3)
        painter.setPen(look.colour(_INKS.get(self.state, "muted")))
        painter.setFont(
            font(Type.STRONG, QFont.Weight.Normal if is_idle else QFont.Weight.DemiBold)
        )
        words = frame.adjusted(space(3) + mark + space(1), 0, 0, 0)
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(words, align, self.state.value)

"""One device in the top bar: what it is, how it does, and a word when it needs attention."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.plain_text import plain
from app.status import DeviceStatus
from app.theme import RADIUS, TARGET, Type, colours, font, is_restyle, pixmap, space, theme
from app.units import quantity
from app.widgets.text import tool_tip
from devices.types import LinkState, Position

STATE_WORDS = {
    LinkState.CLOSED: "not connected",
    LinkState.CONNECTING: "connecting …",
    LinkState.READY: "ready",
    LinkState.STREAMING: "live",
    LinkState.LOST: "link lost",
    LinkState.RECONNECTING: "reconnecting …",
}
_WIDEST = "1000 Hz   0.00 % lost   battery 100 %"
_WIDEST_COMPACT = "VIRTUAL   1000 Hz  "


class DeviceChip(QAbstractButton):
    """Its width never changes with its numbers; `is_compact` where the window is narrow."""

    def __init__(self, status: DeviceStatus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.status = status
        self._is_compact = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.set_status(status)

    def set_status(self, status: DeviceStatus) -> None:
        self.status = status
        self.setText(_name(status))
        mark = "virtual device" if status.is_virtual else ""
        spoken = [self.text(), mark, self.second]
        self.setAccessibleName(", ".join(part for part in spoken if part))
        tool_tip(self, status.attention or self.accessibleName())
        self.update()

    def set_compact(self, is_compact: bool) -> None:
        if is_compact != self._is_compact:
            self._is_compact = is_compact
            self.updateGeometry()
            self.update()

    @property
    def second(self) -> str:
        """The second line: what is wrong, else the link's state or its numbers."""
        # A small chip has no room for the badge, but the word must stand in every view.
        virtual = "VIRTUAL   " if self.status.is_virtual and self._is_compact else ""
        experimental = "experimental   " if self.status.is_experimental else ""
        return virtual + experimental + self._state

    @property
    def _state(self) -> str:
        status = self.status
        if status.attention:
            return status.attention
        if status.link_state is not LinkState.STREAMING:
            parts = [STATE_WORDS[status.link_state]]
        else:
            parts = [quantity(status.rate_hz, "Hz")]
            parts += [] if self._is_compact else [_lost(status)]
        if status.battery_percent is not None and not self._is_compact:
            parts.append(f"battery {quantity(status.battery_percent, '%')}")
        elif status.battery_v is not None and not self._is_compact:
            parts.append(f"battery {quantity(status.battery_v, 'V', 2)}")
        return "   ".join(part for part in parts if part)

    def sizeHint(self) -> QSize:  # noqa: N802
        widest = _WIDEST_COMPACT if self._is_compact else _WIDEST
        width = QFontMetrics(font(Type.SMALL)).horizontalAdvance(widest) + theme().px(20)
        return QSize(width + space(8), max(TARGET, theme().px(TARGET)))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        look, status = colours(), self.status
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        is_urgent = status.attention is not None
        painter.setBrush(look.colour(self._surface(is_urgent=is_urgent)))
        edge = "focus" if self.hasFocus() else "attention" if is_urgent else "hairline"
        painter.setPen(QPen(look.colour(edge), 2 if self.hasFocus() else 1))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        mark = theme().px(16)
        left = space(3)
        if is_urgent:
            place = QRect(left, (self.height() - mark) // 2, mark, mark)
            painter.drawPixmap(place, pixmap("attention", mark, "attention"))
        else:
            self._paint_dot(painter, QPointF(left + mark / 2, self.height() / 2))
        self._paint_texts(painter, left + mark + space(2))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if is_restyle(event):
            self.updateGeometry()

    def enterEvent(self, event: QEvent) -> None:  # noqa: N802  # pyright: ignore[reportIncompatibleMethodOverride]
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        self.update()

    def _surface(self, *, is_urgent: bool) -> str:
        if is_urgent:
            return "attention_surface"
        return "hover" if self.underMouse() else "raised"

    def _paint_dot(self, painter: QPainter, centre: QPointF) -> None:
        """Full while it streams, a ring while it is connected, a thin ring otherwise."""
        look, radius = colours(), theme().px(5)
        is_live = self.status.link_state is LinkState.STREAMING
        colour = look.colour("good" if self.status.is_connected else "line_strong")
        painter.setBrush(colour if is_live else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 2))
        painter.drawEllipse(centre, radius, radius)

    def _paint_texts(self, painter: QPainter, left: int) -> None:
        look = colours()
        upper_font, lower_font = font(Type.BODY, QFont.Weight.DemiBold), font(Type.SMALL)
        room = self.width() - left - space(3)
        half = self.height() // 2
        name_room = room
        if self.status.is_virtual and not self._is_compact:
            name_room -= self._paint_virtual(painter, half)
        painter.setPen(look.colour("text"))
        painter.setFont(upper_font)
        name = QFontMetrics(upper_font).elidedText(
            self.text(), Qt.TextElideMode.ElideRight, name_room
        )
        bottom = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRect(left, space(1), name_room, half - space(1) + 1), bottom, name)
        painter.setPen(look.colour("attention" if self.status.attention else "muted"))
        painter.setFont(lower_font)
        second = QFontMetrics(lower_font).elidedText(self.second, Qt.TextElideMode.ElideRight, room)
        top = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        painter.drawText(QRect(left, half + 1, room, half), top, second)

    def _paint_virtual(self, painter: QPainter, half: int) -> int:
        """The VIRTUAL mark at the right of the first line; the room it takes."""
        mark_font = font(Type.SMALL, QFont.Weight.DemiBold)
        mark_font.setPixelSize(theme().px(10))
        width = QFontMetrics(mark_font).horizontalAdvance("VIRTUAL") + space(2)
        place = QRect(self.width() - space(3) - width, half - theme().px(16), width, theme().px(15))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(colours().colour("virtual"))
        painter.drawRoundedRect(place, 3, 3)
        painter.setFont(mark_font)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "VIRTUAL")
        return width + space(2)


def _name(status: DeviceStatus) -> str:
    """With the limb in front, where a device is set up for one: two of a kind look alike."""
    if status.position in (None, Position.SINGLE):
        return plain(status.name)
    return f"{status.position.value.capitalize()} · {plain(status.name)}"


def _lost(status: DeviceStatus) -> str:
    percent = status.lost_percent
    if percent is None:
        return "" if status.tells_loss else "loss unknown"
    if percent == 0:
        return "0 % lost"
    return "<0.01 % lost" if percent < 0.01 else f"{quantity(percent, '%', 2)} lost"

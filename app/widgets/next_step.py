"""The one next step: its key, large, and its sentence, always in the same place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QSizePolicy, QWidget

from app.plain_text import plain
from app.theme import RADIUS, Type, colours, font, pixmap, space, theme
from app.widgets.controls import Button

_SIZES = (Type.TITLE, 24, Type.HEADING)


@dataclass(frozen=True, slots=True)
class Choice:
    """Something else that may be done now."""

    word: str
    key: str
    action: Callable[[], None]


class NextStep(QFrame):
    """`pressed` is emitted when the large key is clicked instead of typed."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "card")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.key_button = _KeyButton()
        self.key_button.clicked.connect(self.pressed)
        self._sentence = _Sentence()
        self._choices: tuple[tuple[str, str], ...] = ()
        self.buttons: list[Button] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(space(3), space(2), space(4), space(2))
        self._row.setSpacing(space(2))
        self._row.addWidget(self.key_button)
        self._row.addSpacing(space(3))
        self._row.addWidget(self._sentence, 1)

    @property
    def sentence(self) -> str:
        return self._sentence.text

    @property
    def key(self) -> str:
        return self.key_button.key

    def show_step(self, sentence: str, key: str, verb: str, *, is_next: bool, icon: str) -> None:
        """`is_next`: the key is the step itself, not a way out of it. `icon` stands where there
        is nothing to press."""
        self._sentence.set_text(sentence)
        self.key_button.show_key(key, verb, icon, is_next=is_next)

    def show_choices(self, choices: Sequence[Choice]) -> None:
        names = tuple((choice.word, choice.key) for choice in choices)
        if names == self._choices:
            return
        self._choices = names
        while self.buttons:
            button = self.buttons.pop()
            button.hide()
            self._row.removeWidget(button)
            button.deleteLater()
        for choice in choices:
            button = Button(choice.word, "quiet", key=choice.key, clicked=choice.action)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.buttons.append(button)
            self._row.addWidget(button)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(640), theme().px(76))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(320), theme().px(76))


class _KeyButton(QAbstractButton):
    """The key as one would find it on the keyboard, with what it does."""

    def __init__(self) -> None:
        super().__init__()
        self.key = ""
        self._verb, self._icon, self._is_next = "", "clock", False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def show_key(self, key: str, verb: str, icon: str, *, is_next: bool) -> None:
        self.key, self._verb, self._icon, self._is_next = key, verb, icon, is_next
        self.setEnabled(bool(key))
        self.setCursor(Qt.CursorShape.PointingHandCursor if key else Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(f"{verb} ({key})" if key else "Nothing to press now")
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(148), theme().px(60))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look = colours()
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        if not self.key:
            mark = theme().px(32)
            at = QRectF(box.center().x() - mark / 2, box.center().y() - mark / 2, mark, mark)
            painter.drawPixmap(at.toRect(), pixmap(self._icon, mark, "muted"))
            return
        fill = "accent_hover" if self.underMouse() or self.isDown() else "accent"
        painter.setBrush(look.colour(fill if self._is_next else "raised"))
        painter.setPen(QPen(look.colour(fill if self._is_next else "line_strong"), 1.5))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        ink = look.colour("on_accent" if self._is_next else "text")
        painter.setPen(ink)
        painter.setFont(font(Type.HEADING, QFont.Weight.Bold))
        upper = QRectF(box.left(), box.top() + space(1), box.width(), box.height() * 0.55)
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, self.key)
        painter.setFont(font(Type.BODY))
        lower = QRectF(box.left(), upper.bottom() - space(1), box.width(), box.height() * 0.4)
        painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, self._verb)


class _Sentence(QWidget):
    """As large as it fits: first smaller, then on two lines, and only then cut."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_text(self, text: str) -> None:
        self.text = plain(text)
        self.setAccessibleName(self.text)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setPen(colours().colour("text"))
        box = QRectF(self.rect())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        for size in _SIZES:
            face = font(size, QFont.Weight.DemiBold)
            if QFontMetricsF(face).horizontalAdvance(self.text) <= box.width():
                painter.setFont(face)
                painter.drawText(box, flags, self.text)
                return
        for size in (Type.HEADING, 18, Type.STRONG, Type.BODY):
            face = font(size, QFont.Weight.DemiBold)
            wrap = flags | Qt.TextFlag.TextWordWrap
            painter.setFont(face)
            if QFontMetricsF(face).boundingRect(box, wrap, self.text).height() <= box.height():
                break
        painter.drawText(box, flags | Qt.TextFlag.TextWordWrap, self.text)

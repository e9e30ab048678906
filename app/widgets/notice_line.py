"""The one line at the window's foot where something is said: always there, never a pop-up."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QSizePolicy

from app.theme import set_state, space, theme
from app.widgets.controls import Button, IconMark
from app.widgets.text import Elided, Text, tool_tip
from app.workflow import Notice, Weight

_ICONS = {Weight.INFO: "info", Weight.ATTENTION: "attention", Weight.STOP: "stop"}
_TONES = {Weight.INFO: "accent", Weight.ATTENTION: "attention", Weight.STOP: "stop"}


class NoticeLine(QFrame):
    """Empty it shows the keys; with a notice: what happened, what is safe, what to do."""

    dismissed = Signal()
    undo_pressed = Signal()
    keys_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.notice: Notice | None = None
        self.setMinimumHeight(theme().px(48))
        self._mark = IconMark()
        self._what = Elided(bold=True)
        self._rest = Text()
        self._rest.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._words = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._words.setSpacing(space(2))
        self._words.addWidget(self._what)
        self._words.addWidget(self._rest, 1)
        self._undo = Button("Undo", "quiet", icon_name="undo", key="Ctrl+Z")
        self._undo.clicked.connect(self.undo_pressed)
        self._close = Button("Close", "quiet")
        self._close.clicked.connect(self.dismissed)
        self._keys = Button("Keys", "quiet", icon_name="keys", key="?")
        self._keys.clicked.connect(self.keys_pressed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space(6), 0, space(4), 0)
        layout.setSpacing(space(2))
        layout.addWidget(self._mark)
        layout.addLayout(self._words, 1)
        for button in (self._undo, self._close, self._keys):
            layout.addWidget(button)
        self.show_notice(None)
        self.show_undo(None)

    @property
    def text(self) -> str:
        """All that is said now."""
        return " ".join(part for part in (self._what.text(), self._rest.text()) if part)

    def show_notice(self, notice: Notice | None) -> None:
        self.notice = notice
        self._close.setVisible(notice is not None)
        self._mark.setVisible(notice is not None)
        if notice is None:
            self._say("", "")
            set_state(self, surface="bar-foot")
            return
        self._mark.show_icon(_ICONS[notice.weight], _TONES[notice.weight])
        self._mark.setAccessibleName(notice.weight.value)
        self._say(notice.what, f"{notice.safe} {notice.todo}".strip())
        set_state(self, surface=notice.weight.value)

    def show_undo(self, text: str | None) -> None:
        """What was just changed, as long as nothing more important is said."""
        self._undo.setVisible(text is not None)
        if self.notice is None:
            self._say("", text or "")

    def _say(self, what: str, rest: str) -> None:
        self._what.setText(what)
        self._what.setVisible(bool(what))
        self._rest.setText(rest)
        self._fit()
        whole = f"{what} {rest}".strip()
        self.setAccessibleName(whole or "Notices")
        tool_tip(self, whole)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """What has no room in one line stands in more: what to do is never cut."""
        buttons = (self._undo, self._close, self._keys)
        taken = sum(b.sizeHint().width() + space(2) for b in buttons if b.isVisibleTo(self))
        words = sum(
            label.fontMetrics().horizontalAdvance(label.text())
            for label in (self._what, self._rest)
        )
        room = self.width() - taken - space(16) - self._mark.width()
        is_stacked = words > room
        directions = QBoxLayout.Direction
        self._words.setDirection(directions.TopToBottom if is_stacked else directions.LeftToRight)
        self._words.setSpacing(0 if is_stacked else space(2))
        self._rest.setWordWrap(is_stacked)

"""The one line at the window's foot where something is said: always there, never a pop-up."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from app.theme import set_state, space, theme
from app.widgets.controls import Button, IconMark
from app.widgets.text import Elided, tool_tip
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
        self.setFixedHeight(theme().px(48))
        self._mark = IconMark()
        self._what = Elided(bold=True)
        self._rest = Elided()
        self._undo = Button("Undo", "quiet", icon_name="undo", key="Ctrl+Z")
        self._undo.clicked.connect(self.undo_pressed)
        self._close = Button("Close", "quiet")
        self._close.clicked.connect(self.dismissed)
        self._keys = Button("Keys", "quiet", icon_name="keys", key="?")
        self._keys.clicked.connect(self.keys_pressed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space(6), 0, space(4), 0)
        layout.setSpacing(space(2))
        for item in (self._mark, self._what, self._rest):
            layout.addWidget(item)
        layout.setStretch(2, 1)
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
        whole = f"{what} {rest}".strip()
        self.setAccessibleName(whole or "Notices")
        tool_tip(self, whole)

"""Why a repetition is rejected: one key for the usual reasons, words for any other."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.plain_text import plain
from app.theme import space
from app.widgets.controls import Button, row
from app.widgets.text import Text
from app.wording import sentence

REASONS = ("pain", "technique", "slipped", "stopped early")


class RejectPanel(QWidget):
    """`given` carries the reason. The number keys belong to the page."""

    given = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(space(3), 0, space(2), space(2))
        column.setSpacing(space(2))
        column.addWidget(
            Text("The curve stays; the numbers leave it out.", tone="muted", wrap=True)
        )
        self._buttons = [
            Button(sentence(reason), key=str(number), clicked=lambda r=reason: self.given.emit(r))
            for number, reason in enumerate(REASONS, 1)
        ]
        for pair in (self._buttons[:2], self._buttons[2:]):
            column.addLayout(row(*pair, spacing=2))
        self.other = QLineEdit()
        self.other.setPlaceholderText("Another reason, then Enter")
        self.other.setAccessibleName("Another reason to reject this repetition")
        self.other.setMaxLength(100)
        self.other.returnPressed.connect(self._on_typed)
        column.addWidget(self.other)
        column.addStretch()

    def begin(self) -> None:
        """Ask anew."""
        self.other.clear()
        self._buttons[0].setFocus()

    def _on_typed(self) -> None:
        if reason := plain(self.other.text()).strip():
            self.given.emit(reason)

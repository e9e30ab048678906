"""What needs care: one card each, with what happened, what is safe, and the one thing to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy

from app.theme import space
from app.widgets.controls import Button, Card, IconMark
from app.widgets.text import Text


class CareCard(Card):
    """`tone` is ``attention`` for what waits for somebody, ``muted`` for what is in order."""

    def __init__(
        self,
        icon_name: str,
        title: str,
        text: str,
        *,
        tone: str = "muted",
        action: str = "",
        kind: str = "normal",
        clicked: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(margin=4)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        head = QHBoxLayout()
        head.setSpacing(space(2))
        head.addWidget(IconMark(icon_name, tone))
        head.addWidget(Text(title, bold=True, wrap=True), 1)
        self.column.setSpacing(space(2))
        self.column.addLayout(head)
        self.column.addWidget(Text(text, tone="muted", wrap=True))
        self.button: Button | None = None
        if action:
            self.button = Button(action, kind, clicked=clicked)
            buttons = QHBoxLayout()
            buttons.addWidget(self.button)
            buttons.addStretch()
            self.column.addLayout(buttons)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Wrapped text is never squeezed: a scroll area asks for less than it needs."""
        super().resizeEvent(event)
        needed = self.heightForWidth(event.size().width())
        if needed > 0 and needed != self.minimumHeight():
            self.setMinimumHeight(needed)
        self.column.invalidate()

"""Two key presses for what happened between visits: a letter for the kind, a digit for the rest."""

from __future__ import annotations

from datetime import date, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.theme import space
from app.units import WEEKDAYS
from app.widgets.controls import Button, clear
from app.widgets.text import Elided
from data.episodes import EventKind

MOST_PAIN, MOST_DAYS = 10, 6


class EventStrip(QWidget):
    """`given` carries the kind and the number: pain 0 to 10, or how many days ago."""

    given = Signal(object, int)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.kind: EventKind | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(space(1))

    def ask(self, kind: EventKind, today: date) -> None:
        """Offer the numbers of this kind and wait for one of them."""
        self.kind = kind
        clear(self._row)
        if kind is EventKind.PAIN:
            question = "Pain now, 0 none to 10 worst (X is 10):"
            options = [(str(pain), "X" if pain == MOST_PAIN else "") for pain in range(11)]
        else:
            question = f"{kind.value.capitalize()}, when?"
            options = [(_day_name(today, ago), str(ago)) for ago in range(MOST_DAYS + 1)]
        self._row.addWidget(Elided(question, bold=True))
        self._row.addSpacing(space(2))
        for number, (text, key) in enumerate(options):
            button = Button(text, key=key, clicked=lambda number=number: self._give(number))
            button.setProperty("kind", "tight")
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._row.addWidget(button)
        self._row.addStretch(1)
        self.setAccessibleName(question)
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        text = event.text()
        most = MOST_PAIN if self.kind is EventKind.PAIN else MOST_DAYS
        if text.isdecimal() and int(text) <= most:
            self._give(int(text))
        elif self.kind is EventKind.PAIN and text.casefold() == "x":
            self._give(MOST_PAIN)
        elif event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def _give(self, number: int) -> None:
        if self.kind is not None:
            self.given.emit(self.kind, number)


def _day_name(today: date, ago: int) -> str:
    if ago == 0:
        return "today"
    return "yesterday" if ago == 1 else WEEKDAYS[(today - timedelta(days=ago)).weekday()][:3]

"""The checks of one ultrasound head so far, the newest first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout

from app.output_checks import NONE_STORED, check_words
from app.plain_text import plain
from app.theme import space
from app.units import day
from app.widgets.controls import Card, clear
from app.widgets.text import Text
from data.output_checks import OutputCheck

_MOST = 6


class OutputCheckLog(Card):
    def __init__(self) -> None:
        super().__init__("Checks of this head")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(space(1))
        self.column.addLayout(self._lines)
        self.show_checks(())

    def show_checks(self, checks: Sequence[OutputCheck]) -> None:
        """Those of one head, in order of time."""
        clear(self._lines)
        if not checks:
            self._lines.addWidget(Text(NONE_STORED, tone="muted", wrap=True))
        for place, check in enumerate(reversed(checks[-_MOST:])):
            when = Text(day(check.at.astimezone().date()), bold=True)
            when.setContentsMargins(0, space(2) if place else 0, 0, 0)
            self._lines.addWidget(when)
            tone = "attention" if check.is_within is False else ""
            self._lines.addWidget(Text(check_words(check), tone=tone, wrap=True))
            told = ", ".join(plain(each) for each in (check.by, check.note) if each)
            if told:
                self._lines.addWidget(Text(told, "small", tone="muted", wrap=True))
        if len(checks) > _MOST:
            more = Text(f"and {len(checks) - _MOST} before", "small", tone="muted")
            self._lines.addWidget(more)

"""The last output check of the ultrasound head that a treatment names, and its age."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.navigation import Desk, PageId, Route
from app.output_checks import NOT_NAMED, last_words
from app.widgets.controls import Button, Card, row
from app.widgets.text import Text
from data.output_checks import Head, OutputCheck, Unit, last_check


class OutputCheckLine(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._shown: tuple[Unit, Head] | None = None
        self.text = Text(NOT_NAMED, tone="muted", wrap=True)
        self.open = Button("Output check", clicked=self._open)
        card = Card(margin=4)
        card.column.addWidget(self.text)
        card.column.addLayout(row(self.open, 1))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card)

    def show_head(self, unit: Unit, head: Head) -> None:
        """Asks the records once for each head."""
        if (unit, head) == self._shown:
            return
        self._shown = unit, head
        if not unit.key:
            self.text.setText(NOT_NAMED)
            self.text.set_tone("muted")
            return
        self._desk.store.ask(
            self, lambda store: last_check(store, unit, head), self._show, slot="last"
        )

    def forget(self) -> None:
        """Ask anew: a check may have been made meanwhile."""
        self._shown = None

    def _show(self, check: OutputCheck | None) -> None:
        if self._shown is None or not self._shown[0].key:
            return
        is_quiet = check is not None and check.is_within is not False
        self.text.setText(last_words(check, self._desk.today))
        self.text.set_tone("" if is_quiet else "attention")

    def _open(self) -> None:
        if self._shown is not None and self._shown[0].key:
            self._desk.head_to_check = self._shown
        self._desk.go.emit(Route(PageId.OUTPUT_CHECK))

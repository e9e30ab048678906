"""The exercises that an athlete was asked to do, as they are read."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.plain_text import plain
from app.prescribing import dosage_words
from app.theme import space
from app.widgets.controls import Button, Card, clear, row, scrolling
from app.widgets.text import Text
from data.rehabilitation import PrescribedExercise, Prescription


class PrescriptionCard(Card):
    def __init__(self) -> None:
        super().__init__("Exercises", margin=5)
        self.edit = Button("Change", icon_name="edit", key="X")
        self.hand_out = Button("Hand-out", icon_name="report", key="Ctrl+P")
        content = QWidget()
        self._lines = QVBoxLayout(content)
        self._lines.setContentsMargins(0, 0, space(4), 0)  # room for the bar
        self._lines.setSpacing(space(4))
        self.column.addWidget(scrolling(content), 1)
        self.column.addLayout(row(self.edit, self.hand_out, 1))

    def show_prescription(self, prescription: Prescription) -> None:
        clear(self._lines)
        for number, line in enumerate(prescription.exercises, 1):
            self._lines.addWidget(_line(number, line))
        if prescription.advice:
            self._lines.addWidget(Text(plain(prescription.advice), wrap=True))
        self._lines.addStretch()


def _line(number: int, line: PrescribedExercise) -> QWidget:
    box = QWidget()
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(space(1))
    side = f", {line.side.value} only" if line.side else ""
    layout.addWidget(Text(f"{number}. {plain(line.name)}{side}", bold=True, wrap=True))
    layout.addWidget(Text(dosage_words(line.dosage), wrap=True))
    for text in (line.note, line.progression and f"Next: {line.progression}"):
        if text:
            layout.addWidget(Text(plain(text), "small", tone="muted", wrap=True))
    return box

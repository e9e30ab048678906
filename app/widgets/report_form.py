"""How the exercises went since the last visit, as the athlete says."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.plain_text import plain
from app.theme import space
from app.widgets.controls import Button, Card, clear, row
from app.widgets.fields import QuantityField
from app.widgets.text import Text
from data.rehabilitation import Prescription

Said = tuple[str, int | None, int | None, int | None]
"""Exercise, sets done, pain during, pain the next day."""


class ReportForm(Card):
    """`saved` carries the id of the prescription and what was said of its exercises."""

    saved = Signal(object, object)

    def __init__(self) -> None:
        super().__init__("How did it go?", margin=5)
        self._id: UUID | None = None
        self._box = QWidget()
        self._grid = QGridLayout(self._box)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space(3))
        self._grid.setColumnStretch(0, 1)
        self.rows: dict[str, tuple[QuantityField, QuantityField, QuantityField]] = {}
        self.save = Button("Save answers", clicked=self._save)
        self.column.addWidget(self._box)
        self.column.addLayout(row(self.save, 1))

    def ask(self, prescription: Prescription) -> None:
        self._id = prescription.id
        self.rows = {}
        clear(self._grid)
        for place, each in enumerate(prescription.exercises):
            asked = each.dosage.sets
            fields = (
                _field("Sets done", f"of {asked}" if asked else "", 99),
                _field("Pain", "of 10", 10),
                _field("Next day", "of 10", 10),
            )
            self.rows[each.exercise_id] = fields
            self._grid.addWidget(Text(plain(each.name), wrap=True), place, 0)
            for column, field in enumerate(fields, 1):
                self._grid.addWidget(field, place, column)

    def _save(self) -> None:
        wrong = [field for fields in self.rows.values() for field in fields if field.problem]
        for field in wrong:
            field.complain(field.problem)
        if wrong:
            wrong[0].setFocus()
            return
        said: list[Said] = []
        for exercise_id, fields in self.rows.items():
            sets, pain, later = (None if f.value is None else round(f.value) for f in fields)
            if (sets, pain, later) != (None, None, None):
                said.append((exercise_id, sets, pain, later))
        if said and self._id is not None:
            self.saved.emit(self._id, said)


def _field(label: str, unit: str, high: float) -> QuantityField:
    return QuantityField(label, unit, 0, high, decimals=0, width=56)

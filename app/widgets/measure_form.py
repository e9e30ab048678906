"""A result that no force sensor gives, typed in: which one, and its value for each limb."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.theme import space, theme
from app.widgets.controls import Button, Card, clear, row
from app.widgets.fields import QuantityField, SearchField, TextField
from app.widgets.rows import Row, RowList
from app.widgets.text import Text
from data.clinical.measures import Measure, measures
from data.sides import Side


class MeasureForm(Card):
    """`saved` carries the measure, its values as (side or None, value) pairs, and the note."""

    saved = Signal(object, object, str)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__("Functional test or other result", margin=5)
        self.search = SearchField("Find what was measured")
        self.list = RowList("Results that are typed in")
        self.list.setMinimumHeight(theme().px(160))
        self._how = Text("", tone="muted", wrap=True)
        self._values = QWidget()
        self._places = QVBoxLayout(self._values)
        self._places.setContentsMargins(0, 0, 0, 0)
        self.fields: list[tuple[Side | None, QuantityField]] = []
        self.note = TextField("Note", most=500)
        self.save = Button("Save", "primary", key="Enter", clicked=self._save)
        cancel = Button("Cancel", key="Esc", clicked=self.cancelled.emit)
        self.column.setSpacing(space(4))
        self.column.addWidget(self.search)
        self.column.addWidget(self.list, 1)
        for part in (self._how, self._values, self.note):
            self.column.addWidget(part)
        self.column.addLayout(row(self.save, cancel, 1))
        self.search.textChanged.connect(self._fill)
        self.search.moved.connect(self.list.step)
        self.search.entered.connect(self._go_to_value)
        self.list.moved.connect(self._show)
        self.list.chosen.connect(self._go_to_value)
        self._fill("")

    @property
    def measure(self) -> Measure | None:
        return measures().get(str(self.list.current_key))

    def begin(self) -> None:
        """Nothing typed yet; the search has the focus."""
        self.search.clear()
        self.note.set_value("")
        self.list.choose_first()
        self._show()
        self.search.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._save()
        else:
            super().keyPressEvent(event)

    def _fill(self, text: str) -> None:
        words = text.casefold().split()
        found = [
            each
            for each in measures().values()
            if all(word in f"{each.name} {each.id}".casefold() for word in words)
        ]
        self.list.set_rows([Row(each.name, each.id, trailing=each.unit) for each in found])
        if self.measure is None and found:
            self.list.set_current(found[0].id)
        self._show()

    def _go_to_value(self) -> None:
        if self.fields:
            self.fields[0][1].setFocus()

    def _show(self) -> None:
        measure = self.measure
        clear(self._places)
        self.fields = []
        self._how.setText(measure.how if measure else "Nothing is called that.")
        if measure is None:
            return
        line = QWidget()
        sides = (Side.LEFT, Side.RIGHT) if measure.is_per_limb else (None,)
        self.fields = [(side, _field(measure, side)) for side in sides]
        line.setLayout(row(*(field for _, field in self.fields), 1, spacing=6))
        self._places.addWidget(line)

    def _save(self) -> None:
        wrong = [field for _, field in self.fields if field.problem]
        for field in wrong:
            field.complain(field.problem)
        values = [(side, field.value) for side, field in self.fields if field.value is not None]
        if wrong:
            wrong[0].setFocus()
        elif values:
            self.saved.emit(self.measure, values, self.note.value)
        elif self.fields:
            self.fields[0][1].complain("Needed")
            self.fields[0][1].setFocus()


def _field(measure: Measure, side: Side | None) -> QuantityField:
    label = side.value.capitalize() if side else "Value"
    return QuantityField(label, measure.unit, measure.low, measure.high, decimals=2)

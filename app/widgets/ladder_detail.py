"""One criterion of a ladder: what is known, what speaks for and against it, and who signed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ladder_reading import LadderView, error_words, local_day, source_words, value_words
from app.theme import space, theme
from app.units import day
from app.widgets.controls import Button, Card, clear, column, line, row
from app.widgets.fields import QuantityField, TextField
from app.widgets.text import Text, VirtualMark
from data.clinical.ladder_state import CriterionState
from data.clinical.measures import Measure
from data.sides import Side


class LadderDetail(Card):
    """`typed` carries the values of the limbs, `signed` who signs and the note."""

    typed = Signal(object)  # dict[Side | None, float]
    signed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(margin=5)
        self.column.setSpacing(space(3))
        self.title = Text("", "heading", wrap=True)
        self.virtual = VirtualMark()
        self.value = Text("", "title", wrap=True)
        self.source = Text("", tone="muted", wrap=True)
        self.error = Text("", "small", tone="muted", wrap=True)
        self.target = Text("", bold=True, wrap=True)
        self.evidence = Text("", "small", wrap=True)
        self.entry = _Entry()
        self.signatures = QVBoxLayout()
        self.signatures.setSpacing(space(1))
        self.sign = _Sign()
        for part in (self.title, self.virtual, self.value, self.source, self.error, self.target):
            self.column.addWidget(part)
        self.column.addWidget(self.entry)
        self.column.addWidget(line())
        self.column.addWidget(Text("What it rests on, and what speaks against it", bold=True))
        self.column.addWidget(self.evidence)
        self.column.addWidget(line())
        self.column.addLayout(self.signatures)
        self.column.addWidget(self.sign)
        self.column.addStretch()
        self.entry.typed.connect(self.typed)
        self.sign.signed.connect(self.signed)

    def show_state(self, view: LadderView, state: CriterionState, clinician: str) -> None:
        criterion, measure = state.criterion, view.measure(state.criterion)
        self.title.setText(criterion.text)
        self.virtual.setVisible(view.is_virtual(state))
        said = value_words(state, measure)
        why = (state.reason or "").removesuffix(".")
        self.value.setText(said or why[:1].upper() + why[1:])
        self.value.setProperty("type", "title" if said else "strong")
        self.value.style().unpolish(self.value)
        self.value.style().polish(self.value)
        _show(self.source, source_words(state, measure))
        _show(self.error, error_words(state))
        _show(self.target, f"Target: {criterion.target}" if criterion.target else "")
        against = [f"•  Against: {each}" for each in criterion.counter]
        self.evidence.setText("\n".join([*(f"•  {e}" for e in criterion.evidence), *against]))
        self.entry.show_measure(measure)
        clear(self.signatures)
        for each in view.signatures(criterion.id):
            note = f": {each.note}" if each.note else ""
            seen = f" Shown then: {each.seen}." if each.seen else ""
            who = f"Signed by {each.by or 'nobody named'}, {day(local_day(each))}{note}.{seen}"
            self.signatures.addWidget(Text(who, bold=True, wrap=True))
        self.sign.begin(clinician)


class _Entry(QWidget):
    """Values typed in place, for each limb where the measure has two."""

    typed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.how = Text("", "small", tone="muted", wrap=True)
        self.fields: dict[Side | None, QuantityField] = {}
        self._row = row(spacing=4)
        self.keep = Button("Enter", key="Enter", clicked=self._enter)
        self.setLayout(column(self.how, self._row, spacing=2))
        self._measure: Measure | None = None

    def show_measure(self, measure: Measure | None) -> None:
        if measure is not None and measure == self._measure:
            for field in self.fields.values():
                field.set_value(None)
            return
        self._measure = measure
        self.setVisible(measure is not None)
        self._row.removeWidget(self.keep)
        clear(self._row)
        self.fields = {}
        if measure is None:
            return
        self.how.setText(f"{measure.name}: {measure.how}")
        sides: tuple[Side | None, ...] = tuple(Side) if measure.is_per_limb else (None,)
        for side in sides:
            label = side.value.capitalize() if side else measure.name
            field = QuantityField(label, measure.unit, measure.low, measure.high, width=88)
            self.fields[side] = field
            self._row.addWidget(field, 0, Qt.AlignmentFlag.AlignBottom)
        self._row.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignBottom)
        self._row.addStretch()
        self.keep.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter()
        else:
            super().keyPressEvent(event)

    def _enter(self) -> None:
        wrong = [field for field in self.fields.values() if field.problem]
        for field in wrong:
            field.complain(field.problem)
        values = {s: f.value for s, f in self.fields.items() if f.value is not None}
        if wrong:
            wrong[0].setFocus()
        elif values:
            self.typed.emit(values)
        else:
            next(iter(self.fields.values())).setFocus()


class _Sign(QWidget):
    """Name and note; a person answers for the criterion, the program never does."""

    signed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.name = TextField("Who signs", most=100)
        self.note = TextField("Note", hint="what was seen, what was agreed")
        self.button = Button("Sign", icon_name="check", key="Enter", clicked=self._sign)
        if theme().text_scale > 1.25:
            self.setLayout(column(self.name, self.note, row(self.button, 1)))
        else:
            fields = row(self.name, self.note, spacing=4)
            fields.setStretch(1, 1)
            fields.addWidget(self.button, 0, Qt.AlignmentFlag.AlignBottom)
            self.setLayout(fields)

    def begin(self, clinician: str) -> None:
        self.name.set_value(clinician)
        self.note.set_value("")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._sign()
        else:
            super().keyPressEvent(event)

    def _sign(self) -> None:
        if not self.name.value:
            self.name.complain("A name is needed")
            self.name.setFocus()
        else:
            self.signed.emit(self.name.value, self.note.value)


def _show(label: Text, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))

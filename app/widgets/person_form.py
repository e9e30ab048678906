"""The form for an athlete, new or known: only the name is asked for, the rest helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.theme import space, theme
from app.widgets.controls import Button, Segments, row
from app.widgets.fields import DateField, Field, QuantityField, TextField
from app.widgets.text import Text
from data.analysis.types import Side
from data.ids import uuid7
from data.records import Person, Stage

LIGHTEST_KG, HEAVIEST_KG = 10.0, 300.0
_EARLIEST = date(1900, 1, 1)
_SIDES = ((Side.LEFT, "Left"), (Side.RIGHT, "Right"))


class PersonForm(QWidget):
    """`saved` carries the person; it is not stored yet. Enter in a field saves, Esc leaves.

    Without `has_injury` the injury is left as it is: it has a form of its own.
    """

    saved = Signal(object)
    cancelled = Signal()

    def __init__(
        self, save_text: str, today: Callable[[], date] = date.today, *, has_injury: bool = True
    ) -> None:
        super().__init__()
        self._has_injury = has_injury
        self._person: Person | None = None
        self.name = TextField("Name")
        self.born = DateField("Born", earliest=_EARLIEST, latest=today)
        self.mass = QuantityField("Body mass", "kg", LIGHTEST_KG, HEAVIEST_KG)
        self.team = TextField("Team", most=100)
        self.dominant = Segments(_SIDES, name="Dominant leg", can_be_empty=True)
        self.injured = Segments(_SIDES, name="Injured side", can_be_empty=True)
        self.injury = TextField("Injury", hint="What happened, in your words")
        self.injured_on = DateField("Day of injury", earliest=_EARLIEST, latest=today)
        self.stage = Segments(
            [(stage, stage.value.capitalize()) for stage in Stage],
            name="Stage",
            can_be_empty=True,
        )
        self.notes = QPlainTextEdit()
        self.notes.setTabChangesFocus(True)
        self.notes.setFixedHeight(theme().px(72))
        self.save = Button(save_text, "primary", key="Enter", clicked=self._save)
        cancel = Button("Cancel", key="Esc", clicked=self.cancelled.emit)
        self._build(cancel)
        self.set_person(None)

    def set_person(self, person: Person | None, name: str = "") -> None:
        """Fill the form; None for a new athlete, with the name that was typed so far."""
        self._person = person
        shown = person or Person(uuid7(), name, datetime.now(UTC))
        self.name.set_value(shown.name)
        self.born.set_value(shown.born)
        self.mass.set_value(shown.body_mass_kg)
        self.team.set_value(shown.team)
        self.dominant.set_value(shown.dominant)
        self.injured.set_value(shown.injured)
        self.injury.set_value(shown.injury)
        self.injured_on.set_value(shown.injured_on)
        self.stage.set_value(shown.stage)
        self.notes.setPlainText(shown.notes)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._save()
        else:
            super().keyPressEvent(event)

    def _build(self, cancel: Button) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(6))
        grid.setVerticalSpacing(space(4))
        fields: list[Field] = [self.name, self.born, self.mass, self.team]
        if self._has_injury:
            fields += [self.injury, self.injured_on, Field("Injured side", self.injured)]
        fields.append(Field("Dominant leg", self.dominant))
        places = 4 if theme().text_scale <= 1.25 else 2
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(places - 1, 2)
        for number, field in enumerate(fields):
            grid.addWidget(field, *divmod(number, places), Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(4))
        layout.addLayout(grid)
        if self._has_injury:
            layout.addWidget(Field("Stage of recovery", self.stage))
        layout.addWidget(Field("Notes", self.notes))
        asked = Text("Only the name is needed.", "small", tone="muted")
        layout.addLayout(row(self.save, cancel, asked, 1))

    def _save(self) -> None:
        """Hand the person over, or show what is wrong and go there."""
        problems = [f for f in (self.born, self.mass, self.injured_on) if f.problem]
        if not self.name.value:
            self.name.complain("A name is needed to find the records again")
            self.name.setFocus()
        elif problems:
            for field in problems:
                field.complain(field.problem)
            problems[0].setFocus()
        else:
            self.saved.emit(self._as_person())

    def _as_person(self) -> Person:
        person = self._person or Person(uuid7(), "", datetime.now(UTC))
        return replace(
            person,
            name=self.name.value,
            born=self.born.value,
            body_mass_kg=self.mass.value,
            team=self.team.value,
            dominant=self.dominant.value,
            injured=self.injured.value,
            injury=self.injury.value,
            injured_on=self.injured_on.value,
            stage=self.stage.value,
            notes=self.notes.toPlainText().strip(),
        )

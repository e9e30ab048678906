"""The lines of a prescription while it is written."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.plain_text import plain
from app.theme import space, theme
from app.widgets.controls import Button, Segments, line, row
from app.widgets.fields import Field, QuantityField, TextField
from app.widgets.text import Elided, Text
from data.rehabilitation import PrescribedExercise
from data.sides import Side

_SIDES = ((Side.LEFT, "Left"), (Side.RIGHT, "Right"))


class PrescriptionLines(QWidget):
    """`changed` when a line comes or goes."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[LineEditor] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(space(5))
        self._column.addStretch()

    def set_lines(
        self, lines: tuple[PrescribedExercise, ...], said: dict[str, str] | None = None
    ) -> None:
        """Show these; `said` is by exercise how it went."""
        for editor in list(self.lines):
            self._drop(editor)
        for each in lines:
            self._add(each, (said or {}).get(each.exercise_id, ""))
        self.changed.emit()

    def add(self, exercise: PrescribedExercise) -> None:
        """One more line, ready to be typed in; one that is there already is gone to instead."""
        there = next((e for e in self.lines if e.exercise_id == exercise.exercise_id), None)
        editor = there or self._add(exercise, "")
        editor.sets.setFocus()
        editor.sets.edit.selectAll()
        self.changed.emit()

    def prescribed(self) -> tuple[PrescribedExercise, ...] | None:
        """The lines as they stand; None where a number is wrong, which is shown."""
        wrong = [field for editor in self.lines for field in editor.numbers if field.problem]
        for field in wrong:
            field.complain(field.problem)
        if wrong:
            wrong[0].setFocus()
            return None
        return tuple(editor.prescribed for editor in self.lines)

    def _add(self, exercise: PrescribedExercise, said: str) -> LineEditor:
        editor = LineEditor(exercise, said)
        editor.remove.clicked.connect(lambda: self._remove(editor))
        self.lines.append(editor)
        self._column.insertWidget(self._column.count() - 1, editor)
        return editor

    def _remove(self, editor: LineEditor) -> None:
        self._drop(editor)
        self.changed.emit()

    def _drop(self, editor: LineEditor) -> None:
        self.lines.remove(editor)
        self._column.removeWidget(editor)
        editor.hide()
        editor.deleteLater()


class LineEditor(QWidget):
    """One exercise: how much, which side, a note."""

    def __init__(self, exercise: PrescribedExercise, said: str) -> None:
        super().__init__()
        self._exercise = exercise
        self.exercise_id = exercise.exercise_id
        dosage = exercise.dosage
        self.sets = _number("Sets", "", 99, dosage.sets)
        self.repetitions = _number("Repetitions", "", 999, dosage.repetitions)
        self.hold = _number("Hold", "s", 3600, dosage.hold_s)
        self.distance = _number("Distance", "m", 10_000, dosage.distance_m)
        self.effort = _number("Effort", "%", 110, dosage.effort_percent)
        self.load = _number("Load", "kg", 500, dosage.load_kg, decimals=1)
        self.rest = _number("Rest", "s", 3600, dosage.rest_s)
        self.times = _number("A week", "×", 21, dosage.times_a_week)
        self.side = Segments(_SIDES, name="Side", value=exercise.side, can_be_empty=True)
        self.tempo = TextField("Tempo", most=30)
        self.tempo.set_value(dosage.tempo)
        self.words = TextField("Load in words", most=100)
        self.words.set_value(dosage.load)
        self.note = TextField("Note", most=300)
        self.note.set_value(exercise.note)
        self.remove = Button("", "quiet", icon_name="remove")
        self.remove.setAccessibleName(f"Remove {exercise.name}")
        self.remove.setToolTip("Remove")
        self.numbers = self._shown_numbers()
        self._build(said)

    @property
    def prescribed(self) -> PrescribedExercise:
        dosage = replace(
            self._exercise.dosage,
            sets=_whole(self.sets.value),
            repetitions=_whole(self.repetitions.value),
            hold_s=self.hold.value,
            distance_m=self.distance.value,
            effort_percent=self.effort.value,
            load_kg=self.load.value,
            load=self.words.value,
            tempo=self.tempo.value,
            rest_s=self.rest.value,
            times_a_week=_whole(self.times.value),
        )
        return replace(self._exercise, dosage=dosage, side=self.side.value, note=self.note.value)

    def _shown_numbers(self) -> tuple[QuantityField, ...]:
        """Running asks for metres and effort, everything else for repetitions and load."""
        if self._exercise.dosage.distance_m is not None:
            return (self.sets, self.distance, self.effort, self.rest, self.times)
        if self._exercise.dosage.effort_percent is not None:
            return (self.sets, self.hold, self.effort, self.rest, self.times)
        return (self.sets, self.repetitions, self.hold, self.load, self.rest, self.times)

    def _build(self, said: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(2))
        title = Elided(plain(self._exercise.name), bold=True)
        head = row(title, self.remove)
        head.setStretch(0, 1)
        layout.addLayout(head)
        if said:
            layout.addWidget(Text(f"Since then: {said}", "small", tone="accent", wrap=True))
        side = Field("Side", self.side)
        words: tuple[Field, ...] = (self.words, self.tempo, self.note)
        for fields in self._lines(side, words):
            shown = row(*fields, spacing=3)
            for field in fields:
                shown.setAlignment(field, Qt.AlignmentFlag.AlignTop)
            if fields[0] in words:
                shown.setStretch(0, 1)
                shown.setStretch(len(fields) - 1, 1)
            else:
                shown.addStretch(1)
            layout.addLayout(shown)
        if self._exercise.progression:
            next_step = f"Next: {plain(self._exercise.progression)}"
            layout.addWidget(Text(next_step, "small", tone="muted", wrap=True))
        layout.addWidget(line())

    def _lines(self, side: Field, words: tuple[Field, ...]) -> list[tuple[Field, ...]]:
        """The larger the letters, the fewer side by side."""
        scale = theme().text_scale
        if scale <= 1:
            return [(*self.numbers, side), words]
        if scale <= 1.25:
            return [self.numbers, (side,), words]
        return [self.numbers[:3], self.numbers[3:], (side,), *((word,) for word in words)]


def _number(
    label: str, unit: str, high: float, value: float | None, *, decimals: int = 0
) -> QuantityField:
    field = QuantityField(label, unit, 0, high, decimals=decimals, width=64)
    field.set_value(value)
    return field


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)

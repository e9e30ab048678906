"""The form of one kind of visit item, made from its questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.plain_text import plain
from app.theme import space, theme
from app.visit_items import Answer, Question
from app.widgets.controls import Segments, row
from app.widgets.fields import Field, QuantityField, TextField


class ItemForm(QWidget):
    """Asks the questions line by line. Enter in a one-line field asks to save."""

    save_wanted = Signal()

    def __init__(self, lines: tuple[tuple[Question, ...], ...]) -> None:
        super().__init__()
        self.asked: dict[str, Asked] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(4))
        for questions in lines:
            asked = [Asked(question) for question in questions]
            self.asked.update((each.question.name, each) for each in asked)
            most = _most_in_line(len(asked))
            for first in range(0, len(asked), most):
                layout.addLayout(_line(asked[first : first + most]))
        layout.addStretch()
        self.setFocusProxy(next(iter(self.asked.values())).field)

    def answers(self) -> dict[str, Any] | None:
        """What was answered, by name; None where something is missing or wrong, which is shown."""
        problems = [asked for asked in self.asked.values() if asked.has_problem()]
        if problems:
            problems[0].field.setFocus()
            return None
        return {name: asked.value for name, asked in self.asked.items()}

    def fill(self, answers: Mapping[str, Any]) -> None:
        """Show these answers; every other field is emptied."""
        for name, asked in self.asked.items():
            asked.set_value(answers.get(name))

    @property
    def is_empty(self) -> bool:
        return all(asked.value in (None, "", ()) for asked in self.asked.values())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.save_wanted.emit()
        else:
            super().keyPressEvent(event)


class Asked:
    """One question with the field that fits its answer."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.field = _field(question)

    @property
    def takes_room(self) -> bool:
        return self.question.answer in (Answer.TEXT, Answer.LONG_TEXT, Answer.TICKS)

    @property
    def value(self) -> Any:
        """As the record keeps it: a text, a number or None, a choice, a tuple of ticks."""
        if isinstance(self.field, TextField):
            return self.field.value
        if isinstance(self.field, QuantityField):
            value = self.field.value
            is_whole = self.question.answer is Answer.WHOLE
            return round(value) if is_whole and value is not None else value
        match self.field.control:
            case QPlainTextEdit() as text:
                return "\n".join(plain(line) for line in text.toPlainText().strip().splitlines())
            case _Ticks() as ticks:
                return ticks.ticked
            case _Choice() as choice:
                return choice.value
            case control:
                raise TypeError(control)

    def set_value(self, value: Any) -> None:
        if isinstance(self.field, TextField):
            self.field.set_value(value or "")
        elif isinstance(self.field, QuantityField):
            self.field.set_value(value)
        else:
            match self.field.control:
                case QPlainTextEdit() as text:
                    text.setPlainText(value or "")
                case _Ticks() as ticks:
                    ticks.set_ticked(value or ())
                case _Choice() as choice:
                    choice.set_value(value)
                case control:
                    raise TypeError(control)
        self.field.complain("")

    def has_problem(self) -> bool:
        """Complain where the answer cannot be used."""
        problem = self.field.problem if isinstance(self.field, QuantityField) else ""
        if not problem and self.question.is_required and self.value in (None, ""):
            problem = "Needed"
        self.field.complain(problem)
        return bool(problem)


class _Choice(Segments[Any]):
    def __init__(self, question: Question) -> None:
        super().__init__(question.choices, name=question.label, can_be_empty=True)


class _Ticks(QWidget):
    """Words that may each be ticked."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._boxes = {value: QCheckBox(plain(word)) for value, word in question.choices}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(space(1))
        columns = 2 if theme().text_scale <= 1.25 else 1
        for place, box in enumerate(self._boxes.values()):
            grid.addWidget(box, *divmod(place, columns))
        self.setFocusProxy(next(iter(self._boxes.values())))

    @property
    def ticked(self) -> tuple[Any, ...]:
        return tuple(value for value, box in self._boxes.items() if box.isChecked())

    def set_ticked(self, values: tuple[Any, ...]) -> None:
        for value, box in self._boxes.items():
            box.setChecked(value in values)


def _most_in_line(asked: int) -> int:
    """The larger the letters, the fewer questions stand beside each other."""
    if theme().text_scale <= 1.0:
        return asked
    return 3 if theme().text_scale <= 1.25 else 1


def _line(asked: list[Asked]) -> QHBoxLayout:
    line = row(*(each.field for each in asked), spacing=6)
    for place, each in enumerate(asked):
        line.setAlignment(each.field, Qt.AlignmentFlag.AlignTop)
        line.setStretch(place, 1 if each.takes_room else 0)
    if not any(each.takes_room for each in asked):
        line.addStretch(1)
    return line


def _field(question: Question) -> Field:
    label = f"{question.label} *" if question.is_required else question.label
    match question.answer:
        case Answer.TEXT:
            return TextField(label, hint=question.hint)
        case Answer.NUMBER | Answer.WHOLE:
            return QuantityField(
                label,
                question.unit,
                question.low,
                question.high,
                decimals=question.decimals,
                width=72 if question.answer is Answer.WHOLE else 96,
            )
        case Answer.LONG_TEXT:
            text = QPlainTextEdit()
            text.setTabChangesFocus(True)
            text.setFixedHeight(theme().px(112))
            return Field(label, text)
        case Answer.CHOICE:
            return Field(label, _Choice(question))
        case Answer.TICKS:
            return Field(label, _Ticks(question))

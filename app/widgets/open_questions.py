"""What is still to be answered, one question at a time, each with a key."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.theme import space, theme
from app.widgets.controls import Button, Card, clear, row
from app.widgets.text import Text
from data.clinical.field_check import Verdict
from data.clinical.modalities import Field, FieldKind, Part, Plain
from data.treatment_draft import Draft

_TEN = "X"  # the Roman numeral: one key, as for the other ratings


@dataclass(frozen=True, slots=True)
class Question:
    """`options` are (key, value, words); none where something is typed."""

    key: str
    text: str
    unit: str = ""
    is_number: bool = False
    options: tuple[tuple[str, Plain, str], ...] = ()


class OpenQuestions(Card):
    """`answered` carries the key of the field and the value, None where it was passed over."""

    answered = Signal(str, object)

    def __init__(self) -> None:
        super().__init__(margin=4)
        self.question: Question | None = None
        self._skipped: set[str] = set()
        self._count = Text("", "small", tone="muted")
        self._text = Text("", "heading", wrap=True)
        self._done = Text("", tone="muted", wrap=True)
        self._options = QVBoxLayout()
        self._options.setContentsMargins(0, 0, 0, 0)
        self.edit = QLineEdit()
        self.edit.setFixedWidth(theme().px(220))
        self.edit.returnPressed.connect(self._take_typed)
        self._unit = Text("", tone="muted")
        self._hint = Text("", "small", tone="muted")
        self._typing = QWidget()
        self._typing.setLayout(row(self.edit, self._unit, self._hint, 1, spacing=2))
        self.column.setSpacing(space(2))
        for part in (self._count, self._text, self._done):
            self.column.addWidget(part)
        self.column.addLayout(self._options)
        self.column.addWidget(self._typing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("What is still to be answered")

    def begin(self) -> None:
        """Another form: nothing was passed over."""
        self._skipped.clear()
        self.question = None

    def show_open(self, draft: Draft, parts: tuple[Part, ...], done: str) -> None:
        """Ask the first open question of these parts; `done` is said when there is none."""
        waiting = [each for each in questions(draft, parts) if each.key not in self._skipped]
        was = self.question
        self.question = waiting[0] if waiting else None
        has_focus = self._has_focus()
        self._count.setText(f"{len(waiting)} to answer" if waiting else "")
        self._done.setVisible(not waiting)
        self._done.setText(done)
        self._text.setVisible(bool(waiting))
        if self.question != was or was is None:
            self._rebuild()
            if has_focus:
                self.take_focus()

    def take_focus(self) -> None:
        is_typed = self.question is not None and not self.question.options
        (self.edit if is_typed else self).setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        question = self.question
        if question is not None:
            pressed = event.text().upper()
            for key, value, _ in question.options:
                if pressed == key:
                    self.answered.emit(question.key, value)
                    return
        super().keyPressEvent(event)

    def _rebuild(self) -> None:
        clear(self._options)
        question = self.question
        self._typing.setVisible(question is not None and not question.options)
        if question is None:
            return
        self._text.setText(question.text)
        if not question.options:
            self.edit.clear()
            self.edit.setAccessibleName(question.text)
            self._unit.setText(question.unit)
            self._hint.setText("Enter goes on")
            return
        across = 6 if len(question.options) > 5 else 5
        if theme().text_scale > 1.25:
            across = 3
        for begin in range(0, len(question.options), across):
            buttons = [self._button(*each) for each in question.options[begin : begin + across]]
            line = QWidget()
            line.setLayout(row(*buttons, 1, spacing=2))
            self._options.addWidget(line)

    def _button(self, key: str, value: Plain, words: str) -> Button:
        button = Button(words, key=key)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self._answer(value))
        return button

    def _answer(self, value: Plain) -> None:
        if self.question is not None:
            self.answered.emit(self.question.key, value)

    def _take_typed(self) -> None:
        question, text = self.question, self.edit.text().strip()
        if question is None:
            return
        if not text:  # passed over: it stays open in the form
            self._skipped.add(question.key)
            self.answered.emit(question.key, None)
            return
        value: Plain = text
        if question.is_number:
            try:
                value = float(text.replace(",", "."))
            except ValueError:
                self._hint.setText("A number is needed")
                return
        self.answered.emit(question.key, value)

    def _has_focus(self) -> bool:
        return self.hasFocus() or self.edit.hasFocus()


def questions(draft: Draft, parts: tuple[Part, ...]) -> list[Question]:
    """What these parts of a form still need, in the order of the form."""
    found: list[Question] = []
    groups: set[str] = set()
    for key, judgement in draft.judgements.items():
        asked = draft.form.field(key)
        if judgement.verdict is not Verdict.MISSING or asked.part not in parts:
            continue
        if asked.group and asked.group in groups:
            continue
        groups.add(asked.group)
        found.append(_question(asked, key))
    return sorted(found, key=lambda each: parts.index(draft.form.field(each.key).part))


def _question(asked: Field, key: str) -> Question:
    is_number = asked.kind in (FieldKind.NUMBER, FieldKind.WHOLE)
    return Question(key, asked.label, asked.unit, is_number, _options(asked))


def _options(asked: Field) -> tuple[tuple[str, Plain, str], ...]:
    match asked.kind:
        case FieldKind.CHOICE:
            choices = enumerate((asked.choices or {}).items(), 1)
            return tuple((str(number), value, words) for number, (value, words) in choices)
        case FieldKind.FLAG:
            return (("1", True, "Yes"), ("2", False, "No"))
        case FieldKind.WHOLE if asked.possible == (0.0, 10.0):
            return tuple((_TEN if n == 10 else str(n), n, str(n)) for n in range(11))
        case _:
            return ()

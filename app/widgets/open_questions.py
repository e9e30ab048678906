"""What is still to be answered, one question at a time, each with a key."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.theme import space, theme
from app.treatment_questions import Question, questions
from app.widgets.controls import Button, Card, clear, column, row
from app.widgets.setting_knobs import SettingKnobs
from app.widgets.text import Text
from data.clinical.modalities import Part, Plain
from data.treatment_draft import Draft

_HALVES = ((Part.SETTINGS, Part.BEFORE), (Part.DURING, Part.AFTER))


class OpenQuestions(Card):
    """`answered` carries the key of the field and the value, None where it was passed over."""

    answered = Signal(str, object)

    def __init__(self) -> None:
        super().__init__(margin=4)
        self.question: Question | None = None
        self._skipped: set[str] = set()
        self._singly: set[tuple[Part, ...]] = set()
        self._count = Text("", "small", tone="muted")
        self._text = Text("", "heading", wrap=True)
        self._detail = Text("", "strong", wrap=True)
        self._done = Text("", "heading", wrap=True)
        self.knobs = SettingKnobs()
        self._options = QVBoxLayout()
        self._options.setContentsMargins(0, 0, 0, 0)
        self.edit = _Answer()
        self.edit.setFixedWidth(theme().px(220))
        self.edit.returnPressed.connect(self._take_typed)
        self._unit = Text("", tone="muted")
        self._hint = Text("", "small", tone="muted")
        self._typing = QWidget()
        self._typing.setLayout(row(self.edit, self._unit, self._hint, 1, spacing=2))
        self.column.setSpacing(space(2))
        if theme().text_scale <= 1.25:
            words = column(self._count, self._text, self._done, 1, spacing=1)
            head = row(words, self.knobs, spacing=4)
            head.setStretch(0, 1)
            self.column.addLayout(head)
        else:
            for part in (self.knobs, self._count, self._text, self._done):
                self.column.addWidget(part)
        self.column.addWidget(self._detail)
        self.column.addLayout(self._options)
        self.column.addWidget(self._typing)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("What is still to be answered")

    def begin(self) -> None:
        """Another form: nothing was passed over."""
        self._skipped.clear()
        self._singly.clear()
        self.knobs.begin()
        self.question = None

    def show_open(
        self,
        draft: Draft,
        parts: tuple[Part, ...],
        done: str,
        again: Mapping[str, Plain] | None = None,
    ) -> None:
        """Ask the first open question of these parts; `done` is said when there is none.

        `again` are answers of last time: where two or more of what waits are among them, one
        question reads them out and asks whether they hold today.
        """
        waiting = [each for each in questions(draft, parts) if each.key not in self._skipped]
        was = self.question
        self.question = self._at_once(draft, waiting, again or {})
        has_focus = self._has_focus()
        self._count.setText(f"{len(waiting)} to answer")
        self._count.setVisible(bool(waiting))
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
                    self._answer(value)
                    return
        if self.knobs.take_key(event.key()):
            return
        super().keyPressEvent(event)

    def _rebuild(self) -> None:
        clear(self._options)
        question = self.question
        self._detail.setText(question.detail if question else "")
        self._detail.setVisible(bool(question and question.detail))
        self._typing.setVisible(question is not None and not question.options)
        self.knobs.set_typing(question is not None and not question.options)
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
        question = self.question
        if question is None:
            return
        if not question.again:
            self.answered.emit(question.key, value)
            return
        if value is not True:
            self._singly.add(_half(Part(question.key)))
        for key, last in question.again if value is True else ():
            self.answered.emit(key, last)
        if value is not True:
            self.answered.emit("", None)

    def _at_once(
        self, draft: Draft, waiting: list[Question], again: Mapping[str, Plain]
    ) -> Question | None:
        """The first that waits; with its fellows, where last time's answers may hold."""
        if not waiting:
            return None
        half = _half(draft.form.field(waiting[0].key).part)
        fellows = [q for q in waiting if draft.form.field(q.key).part in half and q.key in again]
        is_first = waiting[0] in fellows
        if not is_first or len(fellows) < 2 or half in self._singly:
            return waiting[0]
        said = [f"{q.text}: {draft.form.field(q.key).words(again[q.key]).lower()}" for q in fellows]
        return Question(
            draft.form.field(waiting[0].key).part.value,
            "As last time?",
            options=(("Y", True, "All of it, today too"), ("N", False, "One by one")),
            again=tuple((q.key, again[q.key]) for q in fellows),
            detail=" · ".join(said),
        )

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


class _Answer(QLineEdit):
    """Where an answer is typed; while it is empty, the arrows are those of the setting in hand."""

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not self.text():
            event.ignore()
            return
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()  # it was the answer's; the next question must not take it too


def _half(part: Part) -> tuple[Part, ...]:
    return next(half for half in _HALVES if part in half)

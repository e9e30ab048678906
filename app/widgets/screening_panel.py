"""Asked before a treatment: each item yes, no or not asked; a yes needs a reason to go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.plain_text import plain
from app.theme import space
from app.widgets.controls import Button, Card, Segments, clear, row
from app.widgets.fields import TextField
from app.widgets.text import Text
from app.wording import date_text
from data.clinical.screening import Answer, ItemKind, ScreeningItem, ScreeningList
from data.treatment_record import ScreeningRecord

_ANSWERS = ((Answer.NO, "No"), (Answer.YES, "Yes"))


class ScreeningPanel(Card):
    """`changed` carries the record after every answer. Folded to one line until it is opened;
    `answered` when what was left is said to be no. Nothing is answered that was not in sight."""

    changed = Signal(object)
    answered = Signal()

    def __init__(self) -> None:
        super().__init__(margin=5)
        self._lists: tuple[ScreeningList, ...] = ()
        self._record = ScreeningRecord()
        self.rows: dict[str, tuple[Segments[Answer], TextField]] = {}
        self._title = Text("Screening", "strong", bold=True)
        self._state = Text("", tone="muted", wrap=True)
        self.open = Button("Go through", "quiet")
        self.open.setCheckable(True)
        self.step = Button("Ask", key="S", clicked=self.ask)
        head = row(self._title, self._state, self.step, self.open)
        head.setStretch(1, 1)
        self.column.addLayout(head)
        self._box = QWidget()
        self._grid = QGridLayout(self._box)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space(4))
        self._grid.setVerticalSpacing(space(1))
        self._grid.setColumnStretch(0, 1)
        self.column.addWidget(self._box)
        self.open.clicked.connect(self._show_box)

    def show_record(self, lists: tuple[ScreeningList, ...], record: ScreeningRecord) -> None:
        if lists != self._lists:
            self._lists = lists
            self.rows = {}
            self.open.setChecked(False)
            clear(self._grid)
        self._record = record
        self.setVisible(bool(lists))
        self._state.setText(_state(lists, record))
        self._show_box()

    def ask(self) -> None:
        """Show the questions; once they are shown, answer what is left of them with no."""
        if self._box.isHidden():
            self.open.setChecked(True)
            self._show_box()
            next(iter(self.rows.values()))[0].button(Answer.NO).setFocus()
            return
        self._say_no()
        self.open.setChecked(False)
        self._show_box()
        self.answered.emit()

    @property
    def record(self) -> ScreeningRecord:
        return self._record

    def _show_box(self) -> None:
        has_yes = Answer.YES in self._record.answers.values()
        is_open = self.open.isChecked() or has_yes
        if is_open and not self.rows:
            self._build()
        for item_id, (answer, reason) in self.rows.items():
            said = self._record.answers.get(item_id)
            answer.set_value(said if said is not Answer.NOT_ASKED else None)
            reason.setVisible(said is Answer.YES)
        self._box.setVisible(is_open)
        self.open.setText("Fold" if is_open else "Go through")
        self.open.setVisible(is_open)
        self.step.setText(_step(self._record) if is_open else "Ask")

    def _build(self) -> None:
        line = 0
        for each in self._lists:
            said_by = f"{each.name}, version {each.version} of {date_text(each.on)}: {each.said_by}"
            self._grid.addWidget(
                Text(plain(said_by), "small", tone="muted", wrap=True), line, 0, 1, 2
            )
            line += 1
            for item in each.items:
                self._add(item, line)
                line += 2

    def _add(self, item: ScreeningItem, line: int) -> None:
        words = plain(item.text)
        if item.kind is ItemKind.PRECAUTION:
            words += " (precaution)"
        answer = Segments(_ANSWERS, name=words, can_be_empty=True)
        reason = TextField("Why the treatment goes on", most=300)
        reason.set_value(self._record.reasons.get(item.id, ""))
        answer.changed.connect(partial(self._answer, item))
        reason.changed.connect(partial(self._give_reason, item))
        self._grid.addWidget(Text(words, wrap=True), line, 0)
        self._grid.addWidget(answer, line, 1)
        self._grid.addWidget(reason, line + 1, 0, 1, 2)
        self.rows[item.id] = (answer, reason)

    def _say_no(self) -> None:
        """Everything that was not answered with yes is answered with no, asked today."""
        yes = {i: a for i, a in self._record.answers.items() if a is Answer.YES}
        items = [item for each in self._lists for item in each.items]
        answers = {item.id: yes.get(item.id, Answer.NO) for item in items}
        self._keep(answers, self._record.reasons, asked_on=None)

    def _answer(self, item: ScreeningItem, said: Answer | None) -> None:
        answers = {**self._record.answers, item.id: said or Answer.NOT_ASKED}
        again = (*self._record.asked_again, item.id) if self._record.asked_on else ()
        self._keep(answers, self._record.reasons, self._record.asked_on, again)
        if said is Answer.YES:
            self.rows[item.id][1].setFocus()

    def _give_reason(self, item: ScreeningItem, text: str) -> None:
        record = self._record
        reasons = {**record.reasons, item.id: text}
        self._keep(record.answers, reasons, record.asked_on, record.asked_again)

    def _keep(
        self,
        answers: Mapping[str, Answer],
        reasons: Mapping[str, str],
        asked_on: date | None,
        asked_again: tuple[str, ...] = (),
    ) -> None:
        """`asked_on` is the day of what was taken over; nobody asked that again by answering one
        item of it."""
        items = [item for each in self._lists for item in each.items]
        self._record = ScreeningRecord(
            lists=tuple(each.stamp for each in self._lists),
            answers=answers,
            texts={item.id: item.text for item in items},
            reasons=reasons,
            by=self._record.by,
            asked_on=asked_on,
            asked_again=tuple(dict.fromkeys(asked_again)),
        )
        self._state.setText(_state(self._lists, self._record))
        self._show_box()
        self.changed.emit(self._record)


def _step(record: ScreeningRecord) -> str:
    return "The rest: no" if Answer.YES in record.answers.values() else "All no"


def _state(lists: tuple[ScreeningList, ...], record: ScreeningRecord) -> str:
    items = [item.id for each in lists for item in each.items]
    answers = [record.answers.get(item) for item in items]
    yes, no = answers.count(Answer.YES), answers.count(Answer.NO)
    if not yes and not no:
        return f"{len(items)} questions, none asked"
    when = f", asked on {date_text(record.asked_on)}" if record.asked_on else ", asked today"
    when += f", {len(record.asked_again)} of them today" if record.asked_again else ""
    left = len(items) - yes - no
    rest = f", {left} not asked" if left else ""
    return f"{yes} yes, {no} no{rest}{when}"

"""Exercises for an athlete: what was asked last time and how it went, the library, the new plan."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.navigation import Desk, Route
from app.pages.page import Header, Page
from app.prescribing import (
    Prescribing,
    dosage_words,
    line_of,
    prescription,
    read_prescribing,
    report_words,
)
from app.theme import space, theme
from app.widgets.controls import Button, Card, EmptyState, scrolling
from app.widgets.fields import SearchField, TextField
from app.widgets.prescription_lines import PrescriptionLines
from app.widgets.report_form import ReportForm, Said
from app.widgets.rows import Row, RowList
from app.wording import sentence
from data.clinical.exercises import Exercise, exercises, for_stage
from data.ids import uuid7
from data.records import Stage
from data.rehabilitation import Adherence, Prescription


class ExercisesPage(Page):
    title = "Exercises"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._id: UUID | None = None
        self._read: Prescribing | None = None
        self._library = exercises()
        self.save = Button("Save the plan", "primary", key="Ctrl+Enter", clicked=self._save)
        self.header = Header("Exercises", self.save)
        self.search = SearchField("Find an exercise")
        self.list = RowList("Exercises of the library")
        self.report = ReportForm()
        self.plan = PrescriptionLines()
        self.advice = TextField("Advice for all of them", most=500)
        self._build()
        self.search.textChanged.connect(self._fill)
        self.search.moved.connect(self.list.step)
        self.search.entered.connect(self.list.choose_current)
        self.list.chosen.connect(self._add)
        self.plan.changed.connect(self._show_empty)
        self.report.saved.connect(self._keep_report)
        self.add_key("/", "Find an exercise", self.search.setFocus)
        self.add_key("Ctrl+Return", "Save the plan", self._save)

    def enter(self, route: Route) -> None:
        if route.record != self._id:
            self._id, self._read = route.record, None
            self.plan.set_lines(())
            self.advice.set_value("")
            self.report.hide()
        session_id = self._id
        if session_id is not None and self._read is None:
            self.desk.store.ask(
                self, lambda store: read_prescribing(store, session_id), self._show, slot="plan"
            )
        self.search.setFocus()

    def escape(self) -> bool:
        if self.search.text():
            self.search.clear()
            return True
        return False

    def _build(self) -> None:
        self.body.addWidget(self.header)
        left = Card(holds_rows=True)
        left.setFixedWidth(theme().px(320 if theme().text_scale <= 1.25 else 220))
        search = QVBoxLayout()
        search.setContentsMargins(space(2), space(2), space(2), 0)
        search.addWidget(self.search)
        left.column.addLayout(search)
        left.column.addWidget(self.list, 1)
        self._empty = EmptyState(
            "No exercise chosen yet",
            "Find one at the left and press Enter: it comes with a dosage to start from.",
        )
        plan = Card("The plan", margin=5)
        plan.column.setSpacing(space(4))
        for part in (self._empty, self.plan, self.advice):
            plan.column.addWidget(part)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(5))
        column.addWidget(self.report)
        column.addWidget(plan)
        column.addStretch()
        columns = QHBoxLayout()
        columns.setSpacing(space(5))
        columns.addWidget(left)
        columns.addWidget(scrolling(right), 1)
        self.body.addLayout(columns, 1)

    def _show(self, read: Prescribing) -> None:
        self._read = read
        self.desk.set_person(read.visit.person)
        self.header.set_detail(_detail(read))
        self._fill(self.search.text())
        said = {each.exercise_id: report_words(each) for each in read.reported}
        if read.last is not None:
            self.plan.set_lines(read.last.exercises, said)
            self.advice.set_value(read.last.advice)
        asks = read.last is not None and not read.is_of_this_visit() and not read.reported
        self.report.setVisible(asks)
        if asks and read.last is not None:
            self.report.ask(read.last)

    def _fill(self, text: str) -> None:
        stage = self._read.stage if self._read else None
        words = text.casefold().split()
        found = [
            each
            for each in for_stage(self._library, stage)
            if all(word in f"{each.name} {each.region} {each.kind}".casefold() for word in words)
        ]
        self.list.set_rows(_rows(found, stage))
        if self.list.current_key is None:
            self.list.choose_first()

    def _add(self, key: object) -> None:
        exercise = self._library.get(str(key))
        if exercise is not None:
            self.plan.add(line_of(exercise, self._read.stage if self._read else None))

    def _show_empty(self) -> None:
        self._empty.setVisible(not self.plan.lines)
        self.advice.setVisible(bool(self.plan.lines))

    def _save(self) -> None:
        read, lines = self._read, self.plan.prescribed()
        if read is None or not lines:
            return
        replaced = read.last if read.is_of_this_visit() else None
        session = read.visit.session
        plan = prescription(
            lines, self.advice.value, session, self.desk.now(), read.episode, replaced
        )
        self.desk.store.ask(
            self,
            lambda store: store.prescriptions.save(plan),
            self._on_saved,
            touches=(plan.id, session.id, session.person_id),
        )

    def _on_saved(self, _plan: Prescription) -> None:
        self._read = None
        self.search.clear()
        self.desk.back.emit()

    def _keep_report(self, prescription_id: UUID, said: list[Said]) -> None:
        read = self._read
        if read is None:
            return
        session, now = read.visit.session, self.desk.now()
        reports = [
            Adherence(
                id=uuid7(),
                at=now,
                person_id=session.person_id,
                session_id=session.id,
                episode_id=None if read.episode is None else read.episode.id,
                stage=read.stage,
                by=session.clinician,
                prescription_id=prescription_id,
                exercise_id=exercise_id,
                sets_done=sets,
                pain_during=pain,
                pain_next_day=later,
            )
            for exercise_id, sets, pain, later in said
        ]
        self.desk.store.ask(
            self,
            lambda store: [store.adherence.save(each) for each in reports],
            lambda _kept: self._ask_again(),
            touches=(session.id, session.person_id),
        )

    def _ask_again(self) -> None:
        session_id = self._id
        if session_id is not None:
            self.desk.store.ask(
                self, lambda store: read_prescribing(store, session_id), self._show, slot="plan"
            )


def _rows(found: list[Exercise], stage: Stage | None) -> list[Row]:
    fits = [each for each in found if stage in each.dosage]
    others = [each for each in found if stage not in each.dosage]
    rows: list[Row] = []
    if stage is not None and fits:
        rows.append(Row(f"For the stage: {stage.value}"))
    rows += [_row(each, stage) for each in fits]
    if fits and others:
        rows.append(Row("Others"))
    return rows + [_row(each, stage) for each in others]


def _row(exercise: Exercise, stage: Stage | None) -> Row:
    return Row(exercise.name, exercise.id, detail=dosage_words(exercise.dosage_in(stage)))


def _detail(read: Prescribing) -> str:
    parts = [sentence(read.stage.value)] if read.stage else ["No stage set"]
    if read.last is None:
        parts.append("first plan")
    elif not read.is_of_this_visit():
        parts.append("begins with the plan of last time")
    return " · ".join(parts)

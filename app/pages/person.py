"""One athlete: the episode, strength of both limbs over time, and every visit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from uuid import UUID

from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app.navigation import Desk, PageId, Route
from app.pages.page import Header, Page
from app.reading import History, RunOfTest, Visit, read_history, test_name
from app.theme import space
from app.units import day, local_offset_min, number, quantity, time_of_day
from app.widgets.controls import Button, Card, Deck, EmptyState, Segments, row, scrolling
from app.widgets.person_form import PersonForm
from app.widgets.rows import Row, RowList
from app.widgets.text import Elided, Text
from app.widgets.trend_chart import TrendChart, TrendMark, TrendPoint
from app.wording import local_time
from data.analysis.types import Side
from data.clinical.reliability import measurement_error
from data.records import Person, Session, Stage


class PersonPage(Page):
    title = "Athlete"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._id: UUID | None = None
        self._history: History | None = None
        self.start = Button(
            "Start a visit", "primary", icon_name="visit", key="V", clicked=self._visit
        )
        edit = Button("Edit", icon_name="edit", key="E", clicked=self._edit)
        self.header = Header("", edit, self.start)
        self.stage = Segments(
            [(stage, stage.value.capitalize()) for stage in Stage],
            name="Stage of recovery",
            can_be_empty=True,
        )
        self.injury = Elided(bold=True)
        self.test = QComboBox()
        self.test.setAccessibleName("Test shown")
        self.test.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.virtual = Text("VIRTUAL", "small", tone="virtual", bold=True)
        self.chart = TrendChart()
        self.visits = RowList("Visits")
        self.form = PersonForm("Save", lambda: desk.today)
        self._build()
        self.stage.changed.connect(self._set_stage)
        self.test.currentIndexChanged.connect(self._show_trend)
        self.visits.chosen.connect(self._open_visit)
        self.form.saved.connect(self._save)
        self.form.cancelled.connect(self._leave_form)
        self.add_key("V", "Start a visit, or go on with the open one", self._visit)
        self.add_key("E", "Edit the athlete", self._edit)
        desk.settings_changed.connect(self._show_trend)

    def enter(self, route: Route) -> None:
        if route.record != self._id:
            self._history = None
            self._content.hide()
            self.header.title.setText("")
        self._id = route.record
        self._stack.setCurrentIndex(0)
        self._reload()
        self.visits.setFocus()

    def escape(self) -> bool:
        if self._stack.currentIndex() == 1:
            self._leave_form()
            return True
        return False

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self._reload()

    def _build(self) -> None:
        self.body.addWidget(self.header)
        self._episode = Card(margin=4)
        line = row(self.injury, self.stage)
        line.setStretch(0, 1)
        self._episode.column.addLayout(line)
        self._trend = Card(margin=4)
        self._trend_title = Elided("", bold=True)
        head = row(self._trend_title, self.virtual, self.test)
        head.setStretch(0, 1)
        self._trend.column.addLayout(head)
        self._trend.column.addWidget(self.chart)
        self._empty = Card(margin=2)
        self._empty.column.addWidget(
            EmptyState(
                "Nothing measured yet",
                "Start a visit, then a test of both limbs: it is the baseline that every later "
                "visit is compared with.",
            )
        )
        self._past = Card("Visits", holds_rows=True)
        self._past.column.addWidget(self.visits)
        self._content = QWidget()
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(4))
        for card in (self._episode, self._trend, self._empty, self._past):
            column.addWidget(card)
        column.addStretch()
        form = Card("Edit the athlete")
        form.column.addWidget(self.form)
        form.column.addStretch()
        self._stack = Deck(scrolling(self._content), form)
        self.body.addWidget(self._stack, 1)

    def _reload(self) -> None:
        person_id = self._id
        if person_id is not None:
            self.desk.store.ask(
                self, lambda store: read_history(store, person_id), self._show, slot="history"
            )

    def _show(self, history: History) -> None:
        self._history = history
        person, today = history.person, self.desk.today
        self.desk.set_person(person)
        self.header.title.setText(person.name)
        self.start.setText("Go on with today’s visit" if self._open() else "Start a visit")
        self.injury.setText(_injury_line(person, today))
        self.stage.set_value(person.stage)
        self._trend.setVisible(bool(history.runs))
        self._empty.setVisible(not history.runs)
        self._past.setVisible(bool(history.visits))
        self.visits.set_rows([_visit_row(visit) for visit in history.visits])
        self.visits.show_all_rows()
        self._fill_tests(history)
        self._show_trend()
        self._content.show()

    def _fill_tests(self, history: History) -> None:
        """The tests that were done, the most often done first; the chosen one stays chosen."""
        chosen = self.test.currentData()
        counts = Counter(run.test_id for run in reversed(history.runs))
        done = [test_id for test_id, _ in counts.most_common()]
        self.test.blockSignals(True)
        self.test.clear()
        for test_id in done:
            self.test.addItem(test_name(test_id), test_id)
        if chosen in done:
            self.test.setCurrentIndex(done.index(chosen))
        self.test.blockSignals(False)

    def _show_trend(self) -> None:
        if self._history is None:
            return
        test_id = self.test.currentData()
        runs = [run for run in self._history.runs if run.test_id == test_id]
        self.virtual.setVisible(any(run.is_virtual for run in runs))
        error = measurement_error(str(test_id))
        percent = error.error_percent if error else None
        said = f", band: typical error ±{number(percent, 1)} %" if percent else ""
        self._trend_title.setText(f"Peak force, best valid repetition{said}")
        self.chart.show_points(
            [_point(run) for run in runs],
            _marks(self._history),
            self.desk.settings.force_unit,
            percent,
        )

    def _open(self) -> Visit | None:
        """Today's visit that has not ended."""
        if self._history is None:
            return None
        today = self.desk.today
        return next(
            (
                visit
                for visit in self._history.visits
                if visit.session.ended_at is None and _on(visit.session) == today
            ),
            None,
        )

    def _visit(self) -> None:
        if self._history is None or self._stack.currentIndex() == 1:
            return
        visit = self._open()
        if visit is not None:
            self._open_visit(visit.session.id)
            return
        person_id, now = self._history.person.id, self.desk.now()
        offset, clinician = local_offset_min(now), self.desk.settings.clinician
        self.desk.store.ask(
            self,
            lambda store: store.sessions.open(person_id, now, offset, clinician),
            lambda session: self._open_visit(session.id),
            touches=(person_id,),
        )

    def _open_visit(self, session_id: object) -> None:
        if isinstance(session_id, UUID):
            self.desk.go.emit(Route(PageId.VISIT, session_id))

    def _edit(self) -> None:
        if self._history is not None and self._stack.currentIndex() == 0:
            self.form.set_person(self._history.person)
            self._stack.setCurrentIndex(1)
            self.form.name.setFocus()

    def _leave_form(self) -> None:
        self._stack.setCurrentIndex(0)
        self.visits.setFocus()

    def _save(self, person: Person) -> None:
        self._leave_form()
        self._update(person, "The athlete was edited")

    def _set_stage(self, stage: Stage | None) -> None:
        if self._history is not None:
            said = stage.value if stage else "not set"
            self._update(replace(self._history.person, stage=stage), f"Stage: {said}")

    def _update(self, person: Person, text: str) -> None:
        before = self._history.person if self._history else None
        if before is None or person == before:
            return
        self._write(person)
        self.desk.did(text, lambda: self._write(before))

    def _write(self, person: Person) -> None:
        self.desk.store.ask(
            self.desk, lambda store: store.people.update(person), _ignore, touches=(person.id,)
        )


def _injury_line(person: Person, today: date) -> str:
    if person.injured is None:
        return "No injury recorded"
    what = person.injury or "injury"
    line = f"{person.injured.value.capitalize()}: {what}"
    if person.injured_on is not None:
        line += f", day {(today - person.injured_on).days} (since {day(person.injured_on)})"
    return line


def _visit_row(visit: Visit) -> Row:
    session = visit.session
    at = local_time(session.started_at, session.utc_offset_min)
    is_virtual = any(item.is_virtual for item in (*visit.runs, *visit.treatments))
    done = [_run_words(run) for run in visit.runs]
    done += [treatment.modality.value for treatment in visit.treatments]
    return Row(
        f"{day(at)}, {time_of_day(at)}",
        session.id,
        detail=" · ".join(done) if done else "nothing recorded",
        trailing="" if session.ended_at else "open",
        badge="VIRTUAL" if is_virtual else "",
    )


def _run_words(run: RunOfTest) -> str:
    sides = [
        f"{side.value[0].upper()} {quantity(best, 'N')}"
        for side in Side
        if (best := run.best(side)) is not None
    ]
    return " ".join([test_name(run.test_id), *sides])


def _point(run: RunOfTest) -> TrendPoint:
    header = run.trials[0].header
    on = local_time(header.started_at, header.utc_offset_min).date()
    return TrendPoint(on, run.best(Side.LEFT), run.best(Side.RIGHT), run.device_model)


def _marks(history: History) -> list[TrendMark]:
    marks = [
        TrendMark(_on(visit.session), treatment.modality.value)
        for visit in history.visits
        for treatment in visit.treatments
    ]
    if history.person.injured_on is not None:
        marks.append(TrendMark(history.person.injured_on, "injury"))
    return marks


def _on(session: Session) -> date:
    return local_time(session.started_at, session.utc_offset_min).date()


def _ignore(_value: object) -> None:
    return

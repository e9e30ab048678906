"""One visit: what was done, in the order of time, and the chosen part of it."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.navigation import Desk, PageId, Route, StartTest
from app.pages.page import Header, Page
from app.plain_text import plain
from app.reading import RunOfTest, Visit, read_history, read_visit, test_name
from app.results import set_result
from app.theme import space, theme
from app.units import clock, day, quantity, time_of_day
from app.widgets.controls import Button, Card, Deck, EmptyState, row, scrolling
from app.widgets.rows import Row, RowList
from app.widgets.run_card import RunCard
from app.widgets.test_chooser import TestChooser
from app.widgets.text import Elided, Text
from app.widgets.treatment_record import NAMES, TreatmentRecord
from app.wording import local_time
from app.workflow import SetResult
from data.analysis.types import Side
from data.records import Session, Treatment
from data.store import Store

_EMPTY, _RUN, _TREATMENT, _CHOOSE = range(4)


class VisitPage(Page):
    title = "Visit"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._id: UUID | None = None
        self._visit: Visit | None = None
        self._before: tuple[str, ...] = ()
        self.end = Button("End the visit", clicked=self._end)
        self.report = Button("Report", icon_name="report", key="Ctrl+P", clicked=self._report)
        self.header = Header("", self.report, self.end)
        self.timeline = RowList("What was done in this visit")
        self.add_test = Button("Test", "primary", icon_name="test", key="T", clicked=self._choose)
        self.add_treatment = Button(
            "Treatment", icon_name="treatment", key="E", clicked=self._treat
        )
        self.run = RunCard()
        self.record = TreatmentRecord()
        self.chooser = TestChooser()
        self._build()
        self.timeline.moved.connect(self._show_item)
        self.timeline.chosen.connect(self._open_item)
        self.chooser.chosen.connect(self._start_test)
        self.run.review.clicked.connect(self._review)
        self.add_key("T", "Add a test", self._choose)
        self.add_key("E", "Add a treatment (electrotherapy or ultrasound)", self._treat)
        self.add_key("Ctrl+P", "Report of this visit", self._report)
        desk.settings_changed.connect(self._show_current)

    def enter(self, route: Route) -> None:
        if route.record != self._id:
            self._visit = None
            self.timeline.set_rows([])
            self._right.hide()
            self.header.title.setText("")
        self._id = route.record
        self._reload()
        self.timeline.setFocus()

    def escape(self) -> bool:
        if self._right.currentIndex() == _CHOOSE and self.timeline.rows:
            self._show_current()
            self.timeline.setFocus()
            return True
        return False

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self._reload()

    def _build(self) -> None:
        self.body.addWidget(self.header)
        left = Card(holds_rows=True)
        left.setFixedWidth(theme().px(340 if theme().text_scale <= 1.25 else 280))
        buttons = row(self.add_test, self.add_treatment, spacing=2)
        buttons.setContentsMargins(space(2), space(2), space(2), space(2))
        left.column.addLayout(buttons)
        left.column.addWidget(self.timeline, 1)
        self._right = Deck(self._empty(), self.run, self._treatment(), self._chooser())
        columns = QHBoxLayout()
        columns.setSpacing(space(5))
        columns.addWidget(left)
        columns.addWidget(self._right, 1)
        self.body.addLayout(columns, 1)

    def _empty(self) -> QWidget:
        card = Card(margin=4)
        card.column.addWidget(
            EmptyState("Nothing was recorded", "No test and no treatment belongs to this visit.")
        )
        card.column.addStretch()
        return card

    def _treatment(self) -> QWidget:
        card = Card(margin=5)
        self._treatment_title = Elided("", "heading")
        self._virtual = Text("VIRTUAL", "small", tone="virtual", bold=True)
        head = row(self._treatment_title, self._virtual)
        head.setStretch(0, 1)
        card.column.addLayout(head)
        card.column.addWidget(scrolling(self.record), 1)
        return card

    def _chooser(self) -> QWidget:
        card = Card(margin=4)
        card.column.addWidget(self.chooser, 1)
        return card

    def _reload(self) -> None:
        session_id = self._id
        if session_id is not None:
            self.desk.store.ask(
                self, lambda store: _read(store, session_id), self._show, slot="visit"
            )

    def _show(self, read: tuple[Visit, tuple[str, ...]]) -> None:
        is_first = self._visit is None
        known = {row.key for row in self.timeline.rows}
        self._visit, self._before = read
        session = self._visit.session
        self.desk.set_person(self._visit.person)
        at = local_time(session.started_at, session.utc_offset_min)
        self.header.title.setText(f"Visit of {day(at)}, {time_of_day(at)}")
        self.header.set_detail(_visit_detail(session))
        self.end.setVisible(session.ended_at is None)
        is_today = at.date() == self.desk.today
        for button in (self.add_test, self.add_treatment):
            button.setVisible(is_today)
        rows = _timeline(self._visit)
        self.timeline.set_rows(rows)
        new = [row.key for row in rows if row.key not in known]
        if new or is_first:
            self.timeline.set_current(new[-1] if new else None)
        if not rows and is_today:
            if is_first:
                self._choose()
        elif self._right.currentIndex() != _CHOOSE or is_first:
            self._show_current()
        self._right.show()

    def _show_current(self) -> None:
        if self._visit is not None:
            self._show_item(self.timeline.current_key)

    def _show_item(self, key: object) -> None:
        item = self._item(key)
        match item:
            case RunOfTest():
                self._show_run(item)
            case Treatment():
                self._treatment_title.setText(NAMES[item.modality])
                self._virtual.setVisible(item.is_virtual)
                self.record.show_treatment(item)
                self._right.setCurrentIndex(_TREATMENT)
            case None:
                self._right.setCurrentIndex(_EMPTY)

    def _show_run(self, run: RunOfTest) -> None:
        self.run.show_run(run, self.desk.settings.force_unit)
        self._right.setCurrentIndex(_RUN)
        self.desk.store.ask(
            self,
            lambda store: set_result(store, run.set_id),
            lambda result: self._show_result(run, result),
            slot="result",
        )

    def _show_result(self, run: RunOfTest, result: SetResult | None) -> None:
        if self.timeline.current_key == run.set_id:
            self.run.show_result(run, result, self.desk.settings.force_unit)

    def _open_item(self, key: object) -> None:
        self._show_item(key)
        self._review()

    def _item(self, key: object) -> RunOfTest | Treatment | None:
        if self._visit is None:
            return None
        for run in self._visit.runs:
            if run.set_id == key:
                return run
        return next((t for t in self._visit.treatments if t.id == key), None)

    def _review(self) -> None:
        run = self._item(self.timeline.current_key)
        if isinstance(run, RunOfTest):
            self.desk.go.emit(Route(PageId.REVIEW, run.set_id))

    def _choose(self) -> None:
        if self._visit is not None and self.add_test.isVisible():
            self._right.setCurrentIndex(_CHOOSE)
            self._right.show()
            self.chooser.offer(self._before)

    def _start_test(self, test_id: str) -> None:
        if self._visit is not None:
            self._show_current()
            self.desk.start_test.emit(
                StartTest(
                    self._visit.person,
                    self._visit.session,
                    test_id,
                    lever_m=self.chooser.lever.value,
                    posture=self.chooser.posture.value,
                    target_n=self.chooser.target.value,
                )
            )

    def _treat(self) -> None:
        if self._visit is not None and self.add_treatment.isVisible():
            self.desk.go.emit(Route(PageId.TREATMENT, self._visit.session.id))

    def _report(self) -> None:
        if self._visit is not None:
            self.desk.report_wanted.emit(self._visit.session.id)

    def _end(self) -> None:
        if self._visit is None:
            return
        session, now = self._visit.session, self.desk.now()
        self.desk.store.ask(
            self,
            lambda store: store.sessions.end(session.id, now),
            lambda _ended: self.desk.go.emit(Route(PageId.TODAY)),
            touches=(session.id, session.person_id),
        )


def _timeline(visit: Visit) -> list[Row]:
    """Tests and treatments, oldest first."""
    items = [(run.started_at, _run_row(visit.session, run)) for run in visit.runs]
    items += [(t.started_at, _treatment_row(visit.session, t)) for t in visit.treatments]
    return [row for _, row in sorted(items, key=lambda item: item[0])]


def _run_row(session: Session, run: RunOfTest) -> Row:
    at = local_time(run.started_at, session.utc_offset_min)
    bests = [
        f"{side.value[0].upper()} {quantity(best, 'N')}"
        for side in Side
        if (best := run.best(side)) is not None
    ]
    return Row(
        test_name(run.test_id),
        run.set_id,
        detail=", ".join(bests) or "no repetition",
        trailing=time_of_day(at),
        icon="test",
        badge="VIRTUAL" if run.is_virtual else "",
    )


def _treatment_row(session: Session, treatment: Treatment) -> Row:
    at = local_time(treatment.started_at, session.utc_offset_min)
    where = " ".join(p for p in (treatment.side or "", plain(treatment.site)) if p)
    return Row(
        NAMES[treatment.modality],
        treatment.id,
        detail=f"{clock(treatment.actual_s)} min{', ' + where if where else ''}",
        trailing=time_of_day(at),
        icon="treatment",
        badge="VIRTUAL" if treatment.is_virtual else "",
    )


def _visit_detail(session: Session) -> str:
    parts = [plain(session.clinician)] if session.clinician else []
    if session.ended_at is not None:
        parts.append(f"ended {time_of_day(local_time(session.ended_at, session.utc_offset_min))}")
    return " · ".join(parts)


def _read(store: Store, session_id: UUID) -> tuple[Visit, tuple[str, ...]]:
    """The visit, and which tests were ever done with this person, newest first."""
    visit = read_visit(store, session_id)
    runs = read_history(store, visit.person.id).runs
    return visit, tuple(dict.fromkeys(run.test_id for run in reversed(runs)))

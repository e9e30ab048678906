"""One visit: what was done, in the order of time, and the chosen part of it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.navigation import Desk, PageId, Route, StartTest
from app.pages.page import Header, Page
from app.plain_text import plain
from app.reading import RunOfTest, Visit
from app.results import set_result
from app.store_thread import failed_work
from app.theme import space, theme
from app.units import day, time_of_day
from app.visit_items import (
    KINDS,
    ItemKind,
    detail_of,
    kind_of,
    new_item,
    new_values,
    shelf_of,
    title_of,
)
from app.visit_records import VisitRecords, read_visit_records
from app.widgets.controls import Button, Card, Deck, EmptyState
from app.widgets.item_panel import ItemPanel
from app.widgets.measure_form import MeasureForm
from app.widgets.prescription_card import PrescriptionCard
from app.widgets.rows import RowList
from app.widgets.run_card import RunCard
from app.widgets.test_chooser import TestChooser
from app.widgets.time_line import Damaged, timeline
from app.widgets.treatment_card import TreatmentCard
from app.widgets.visit_additions import VisitAdditions
from app.wording import local_time
from app.workflow import SetResult
from data.analysis.types import Side
from data.clinical.measures import Measure
from data.episodes import Item, TypedValue
from data.records import Session, Treatment
from data.rehabilitation import Prescription

_EMPTY, _RUN, _TREATMENT, _CHOOSE, _ITEM, _MEASURE, _EXERCISES, _DAMAGED = range(8)


class VisitPage(Page):
    title = "Visit"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._id: UUID | None = None
        self._shown: VisitRecords | None = None
        self.end = Button("End the visit", clicked=self._end)
        self.report = Button("Report", icon_name="report", key="Ctrl+P", clicked=self._report)
        self.header = Header("", self.report, self.end)
        self.timeline = RowList("What was done in this visit")
        self.additions = VisitAdditions()
        self.run = RunCard()
        self.treatment = TreatmentCard()
        self.chooser = TestChooser()
        self.item = ItemPanel()
        self.measure = MeasureForm()
        self.exercises = PrescriptionCard()
        self._build()
        self.additions.test.clicked.connect(self._choose)
        self.additions.treatment.clicked.connect(self._treat)
        self.additions.exercises.clicked.connect(self._prescribe)
        self.additions.measure.clicked.connect(self._measure)
        self.additions.take_over.clicked.connect(self._import)
        for kind, button in zip(KINDS, self.additions.items, strict=True):
            button.clicked.connect(partial(self._begin, kind))
        self.treatment.print.clicked.connect(self._print)
        self.timeline.moved.connect(self._show_item)
        self.timeline.chosen.connect(self._open_item)
        self.chooser.chosen.connect(self._start_test)
        self.run.review.clicked.connect(self._review)
        self.add_key("T", "Add a test", self._choose)
        self.add_key("E", "Add a treatment (electrotherapy or ultrasound)", self._treat)
        self.add_key("X", "Exercises for the athlete", self._prescribe)
        self.add_key("F", "A functional test or other result, typed in", self._measure)
        for kind in KINDS:
            self.add_key(kind.key, kind.does, partial(self._begin, kind))
        self.add_key("I", "Import a curve of another program", self._import)
        self.add_key("Ctrl+Return", "Save what is being written", self.item.save.click)
        self.item.saved.connect(self._keep)
        self.item.removed.connect(self._remove)
        self.item.cancelled.connect(self._leave_form)
        self.measure.saved.connect(self._keep_values)
        self.measure.cancelled.connect(self._leave_form)
        self.exercises.edit.clicked.connect(self._prescribe)
        self.exercises.hand_out.clicked.connect(self._hand_out)
        self._right.currentChanged.connect(self._show_print_key)
        self._right.currentChanged.connect(self._show_next_step)
        self.item.print_wanted.connect(self._print_letter)
        self.add_key("Ctrl+P", "What is chosen as PDF, else the report of the visit", self._print)
        desk.settings_changed.connect(self._show_current)

    def enter(self, route: Route) -> None:
        if route.record != self._id:
            self._shown = None
            self.timeline.set_rows([])
            self.item.forget()
            self._right.hide()
            self.header.title.setText("")
        self._id = route.record
        self._reload()
        self.timeline.setFocus()

    def escape(self) -> bool:
        if self._is_asking and self.timeline.rows:
            if self._right.currentIndex() == _ITEM:
                self.item.give_up()
            else:
                self._leave_form()
            return True
        return False

    def _leave_form(self) -> None:
        self._show_current()
        self.timeline.setFocus()

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self._reload()

    def _build(self) -> None:
        self.body.addWidget(self.header)
        left = Card(holds_rows=True)
        left.setFixedWidth(theme().px(340 if theme().text_scale <= 1.25 else 244))
        left.column.addWidget(self.additions)
        left.column.addWidget(self.timeline, 1)
        self._right = Deck(self._empty(), self.run, self.treatment, self._chooser(), self.item,
                           self.measure, self.exercises, self._damaged())  # fmt: skip
        columns = QHBoxLayout()
        columns.setSpacing(space(5))
        columns.addWidget(left)
        columns.addWidget(self._right, 1)
        self.body.addLayout(columns, 1)

    def _empty(self) -> QWidget:
        card = Card(margin=4)
        card.column.addWidget(EmptyState("Nothing was recorded", "Nothing belongs to this visit."))
        card.column.addStretch()
        return card

    def _damaged(self) -> QWidget:
        card = Card(margin=4)
        card.column.addWidget(
            EmptyState(
                "This trial is damaged",
                "Its record reads differently from what was stored, so no number of it is shown. "
                "Every other record is safe. Restore this one from a backup.",
            )
        )
        card.column.addStretch()
        return card

    def _show_next_step(self) -> None:
        """The next step stands in one place: here, or in what is being chosen or written."""
        self.additions.show_next_step(is_test=not self._is_asking)

    def _chooser(self) -> QWidget:
        card = Card(margin=4)
        card.column.addWidget(self.chooser, 1)
        return card

    def _reload(self) -> None:
        session_id = self._id
        if session_id is not None:
            self.desk.store.ask(
                self, lambda store: read_visit_records(store, session_id), self._show, slot="visit"
            )

    @property
    def _visit(self) -> Visit | None:
        return self._shown.visit if self._shown else None

    def _show(self, read: VisitRecords) -> None:
        is_first = self._shown is None
        known = {row.key for row in self.timeline.rows}
        self._shown = read
        visit = read.visit
        session = visit.session
        self.desk.set_person(visit.person)
        at = local_time(session.started_at, session.utc_offset_min)
        self.header.title.setText(f"Visit of {day(at)}, {time_of_day(at)}")
        self.header.set_detail(_visit_detail(session))
        self.end.setVisible(session.ended_at is None)
        is_today = at.date() == self.desk.today
        self.additions.allow_today(is_today=is_today)
        rows = timeline(visit, read.items, self.desk.settings.force_unit)
        self.timeline.set_rows(rows)
        new = [row.key for row in rows if row.key not in known]
        if new or is_first:
            self.timeline.set_current(new[-1] if new else None)
        if not rows and is_today:
            if is_first:
                self._choose()
        elif not self._is_asking or is_first:
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
            case Prescription():
                self.exercises.show_prescription(item)
                self._right.setCurrentIndex(_EXERCISES)
            case Item():
                self._show_written(item)
            case Treatment():
                self.treatment.show_treatment(item)
                self._right.setCurrentIndex(_TREATMENT)
            case None:
                is_damaged = isinstance(key, Damaged)
                self._right.setCurrentIndex(_DAMAGED if is_damaged else _EMPTY)

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

    def _show_written(self, item: Item) -> None:
        kind = kind_of(item)
        at = local_time(item.at, self._offset_min)
        if kind is not None:
            self.item.show_item(kind, item, time_of_day(at))
            self._right.setCurrentIndex(_ITEM)
            self._show_print_key()
        elif isinstance(item, TypedValue):
            self.item.show_value(item, title_of(item), detail_of(item), time_of_day(at))
            self._right.setCurrentIndex(_ITEM)

    @property
    def _offset_min(self) -> int:
        return self._shown.visit.session.utc_offset_min if self._shown else 0

    @property
    def _is_asking(self) -> bool:
        """Something is being chosen or written that a reload must not take away."""
        shown = self._right.currentIndex()
        return shown in (_CHOOSE, _MEASURE) or (shown == _ITEM and self.item.is_new)

    def _open_item(self, key: object) -> None:
        self._show_item(key)
        if isinstance(self._item(key), Prescription):
            self._prescribe()
        self._review()

    def _item(self, key: object) -> RunOfTest | Treatment | Item | None:
        return self._shown.find(key) if self._shown is not None else None

    def _begin(self, kind: ItemKind) -> None:
        if self._shown is not None:
            self.item.begin(kind)
            self._right.setCurrentIndex(_ITEM)
            self._show_print_key()
            self._right.show()
            self.item.focus_first()

    def _measure(self) -> None:
        if self._shown is not None:
            self._right.setCurrentIndex(_MEASURE)
            self._right.show()
            self.measure.begin()

    def _prescribe(self) -> None:
        if self._shown is not None:
            self.desk.go.emit(Route(PageId.EXERCISES, self._shown.visit.session.id))

    def _import(self) -> None:
        if self._visit is not None:
            self.desk.go.emit(Route(PageId.IMPORT, self._visit.session.id))

    def _hand_out(self) -> None:
        item = self._item(self.timeline.current_key)
        if isinstance(item, Prescription):
            self.desk.hand_out_wanted.emit(item.id)

    def _keep(self, kind: ItemKind, answers: dict[str, object], before: Item | None) -> None:
        shown = self._shown
        if shown is None:
            return
        session = shown.visit.session
        item = (
            replace(before, **answers)
            if before is not None
            else new_item(kind, answers, session, self.desk.now(), shown.episode)
        )
        self.item.setEnabled(False)  # until it is stored: not twice, and what was typed stays
        self.desk.store.ask(
            self,
            lambda store: kind.save(store, item),
            lambda _kept: self._on_kept(),
            touches=(item.id, session.id, session.person_id),
            failed=self._on_refused,
        )

    def _on_kept(self) -> None:
        self.item.setEnabled(True)
        self.item.kept()
        self._leave_form()

    def _on_refused(self, error: Exception) -> None:
        self.item.setEnabled(True)
        self.desk.notice.emit(failed_work(error))

    def _keep_values(
        self, measure: Measure, values: list[tuple[Side | None, float]], note: str
    ) -> None:
        shown = self._shown
        if shown is None:
            return
        session = shown.visit.session
        found = new_values(measure, values, note, session, self.desk.now(), shown.episode)
        self._right.setCurrentIndex(_EMPTY)
        self.desk.store.ask(
            self,
            lambda store: [store.typed_values.save(value) for value in found],
            lambda _kept: self._leave_form(),
            touches=(session.id, session.person_id, *(value.id for value in found)),
        )

    def _remove(self, item: Item) -> None:
        """Take it out of the visit; undo brings it back."""
        shelf = shelf_of(item)
        touches = tuple(i for i in (item.id, item.session_id, item.person_id) if i is not None)
        now = self.desk.now()

        def bring_back() -> None:
            self.desk.store.ask(
                self,
                lambda store: shelf(store).restore(item.id),
                lambda _back: None,
                touches=touches,
            )

        self.desk.store.ask(
            self,
            lambda store: shelf(store).withdraw(item.id, now),
            lambda _gone: self.desk.did(f"{title_of(item)} removed", bring_back),
            touches=touches,
        )

    def _review(self) -> None:
        run = self._item(self.timeline.current_key)
        if isinstance(run, RunOfTest):
            self.desk.go.emit(Route(PageId.REVIEW, run.set_id))

    def _choose(self) -> None:
        if self._visit is not None and self.additions.test.isVisible():
            self._right.setCurrentIndex(_CHOOSE)
            self._right.show()
            self._offer_tests()

    def _offer_tests(self) -> None:
        shown = self._shown
        if shown is not None:
            episode = shown.episode
            is_both = episode is not None and len(episode.sides) > 1
            self.chooser.offer(shown.before, shown.visit.person, both_injured=is_both)

    def _start_test(self, test_id: str) -> None:
        if self._visit is not None:
            self._show_current()
            self.desk.start_test.emit(
                StartTest(
                    self._visit.person,
                    self._visit.session,
                    test_id,
                    self.chooser.setup,
                )
            )

    def _treat(self) -> None:
        if self._visit is not None and self.additions.treatment.isVisible():
            self.desk.go.emit(Route(PageId.TREATMENT, self._visit.session.id))

    def _report(self) -> None:
        if self._visit is not None:
            self.desk.report_wanted.emit(self._visit.session.id)

    def _print(self) -> None:
        """What is chosen, where it has a paper of its own; else the report of the visit."""
        item = self._item(self.timeline.current_key)
        shown = self._right.currentIndex()
        if shown == _TREATMENT and isinstance(item, Treatment):
            self.desk.report_wanted.emit(item.id)
        elif shown == _EXERCISES:
            self._hand_out()
        elif self._is_letter:
            self.item.print_item()
        else:
            self._report()

    def _print_letter(self, letter: Item) -> None:
        self.desk.report_wanted.emit(letter.id)

    @property
    def _is_letter(self) -> bool:
        return self._right.currentIndex() == _ITEM and self.item.is_letter

    def _show_print_key(self) -> None:
        """The key stands on the button that it presses now."""
        has_own = self._is_letter or self._right.currentIndex() in (_TREATMENT, _EXERCISES)
        self.report.set_key("" if has_own else "Ctrl+P")

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


def _visit_detail(session: Session) -> str:
    parts = [plain(session.clinician)] if session.clinician else []
    if session.ended_at is not None:
        parts.append(f"ended {time_of_day(local_time(session.ended_at, session.utc_offset_min))}")
    return " · ".join(parts)

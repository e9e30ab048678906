"""Today: start a visit, the visits of the day, and what needs care."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.episodes import keep_person
from app.navigation import Desk, PageId, Route
from app.pages.care_column import CareColumn
from app.pages.page import Header, Page, section
from app.plain_text import plain
from app.reading import Visit, read_day, test_name
from app.theme import space
from app.units import WEEKDAYS, local_offset_min, time_of_day
from app.widgets.controls import Button, Card, Deck, EmptyState
from app.widgets.fields import SearchField
from app.widgets.person_form import PersonForm
from app.widgets.rows import Row, RowList
from app.widgets.top_bar import facts_line
from app.wording import date_text, duration, local_time
from app.workflow import Notice, Weight
from data.records import Person, Session, Trial

_MOST_FOUND = 6
_BACKUP_DAYS = 7


@dataclass(frozen=True, slots=True)
class _NewAthlete:
    """The row that adds somebody by the name that was typed."""

    name: str


class TodayPage(Page):
    title = "Today"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._visits: tuple[Visit, ...] = ()
        self.header = Header(
            "Today",
            Button("New athlete", icon_name="add", key="N", clicked=self._open_form),
        )
        self.search = SearchField("Start a visit: type the athlete’s name")
        self.found = RowList("Athletes found")
        self.visits = RowList("Visits of today")
        self.care = CareColumn(desk)
        self.form = PersonForm("Save and start the visit", lambda: desk.today)
        self._build()
        self.search.textChanged.connect(self._on_text)
        self.search.moved.connect(self.found.step)
        self.search.entered.connect(self.found.choose_current)
        self.found.chosen.connect(self._on_found)
        self.visits.chosen.connect(self._open_visit)
        self.form.saved.connect(self._add_and_start)
        self.form.cancelled.connect(self._leave_form)
        self.add_key("V", "Start a visit: type a name", self.search.setFocus)
        self.add_key("N", "New athlete", self._open_form)
        desk.store.opened.connect(self.reload)
        desk.store.failed.connect(self._on_closed)
        self.care.kept.connect(self._on_recovered)

    def enter(self, route: Route) -> None:
        self.desk.set_person(None)
        self.search.clear()
        self._left.setCurrentIndex(0)
        self.care.show()
        today = self.desk.today
        self.header.set_detail(f"{WEEKDAYS[today.weekday()]}, {date_text(today)}")
        self.search.setFocus()
        self.reload()

    def escape(self) -> bool:
        if self._left.currentIndex() == 1:
            self._leave_form()
            return True
        if self.search.text():
            self.search.clear()
            return True
        return False

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self.reload()

    def reload(self) -> None:
        """Read the day and what was left behind."""
        store = self.desk.store
        if not store.is_open or not self.isVisible():
            return
        today = self.desk.today
        store.ask(self, lambda s: read_day(s, today), self._show_visits, slot="day")
        self.care.reload()

    def _build(self) -> None:
        self.body.addWidget(self.header)
        self._nobody = EmptyState(
            "No visit yet today",
            "Type an athlete’s name above and press Enter. Somebody new is added the same way.",
        )
        self._closed = EmptyState(
            "The records are not open",
            "Nothing was changed. The line at the foot says why; try again when that is mended.",
            [Button("Open again", clicked=self.desk.store.start)],
        )
        self._day = QWidget()
        day = QVBoxLayout(self._day)
        day.setContentsMargins(0, space(2), 0, 0)
        day.setSpacing(space(2))
        self._day_title = section("Visits of today")
        self._day_title.setContentsMargins(space(3), 0, 0, 0)
        day.addWidget(self._day_title)
        day.addWidget(self.visits, 1)
        day.addWidget(self._nobody)
        day.addWidget(self._closed)
        day.addStretch()
        card = Card(holds_rows=True)
        search = QVBoxLayout()
        search.setContentsMargins(space(2), space(2), space(2), 0)
        search.addWidget(self.search)
        card.column.addLayout(search)
        card.column.addWidget(self.found, 1)
        card.column.addWidget(self._day, 1)
        form = Card("New athlete")
        form.column.addWidget(self.form)
        form.column.addStretch()
        self._left = Deck(card, form)
        columns = QHBoxLayout()
        columns.setSpacing(space(5))
        columns.addWidget(self._left, 1)
        columns.addWidget(self.care)
        self.body.addLayout(columns, 1)
        self._show_visits([])
        self._nobody.hide()
        self._closed.hide()
        self.found.hide()

    def _show_visits(self, visits: list[Visit]) -> None:
        self._visits = tuple(visits)
        self.visits.set_rows([_visit_row(visit) for visit in visits])
        self.visits.setVisible(bool(visits))
        self._day_title.setVisible(bool(visits))
        self._nobody.setVisible(not visits)
        self._closed.hide()

    def _on_closed(self) -> None:
        self._nobody.hide()
        self._closed.show()

    def _on_text(self, text: str) -> None:
        name = plain(text).strip()
        self.found.setVisible(bool(name))
        self._day.setVisible(not name)
        if not name or not self.desk.store.is_open:
            self._show_found([], name)
            return
        self.search.wait()
        self.desk.store.ask(
            self,
            lambda store: store.people.find(name, limit=_MOST_FOUND),
            lambda people: self._show_found(people, name),
            slot="find",
        )

    def _show_found(self, people: list[Person], name: str) -> None:
        rows = [self._person_row(person) for person in people]
        if name:
            new = Row(f"New athlete “{name}”", _NewAthlete(name), icon="add", tone="accent")
            rows.append(new)
        self.found.set_rows(rows)
        self.found.choose_first()
        self.search.answered()

    def _person_row(self, person: Person) -> Row:
        visit = self._open_visit_of(person)
        at = local_time(visit.session.started_at, visit.session.utc_offset_min) if visit else None
        return Row(
            person.name,
            person,
            detail=facts_line(person, self.desk.today),
            trailing=f"here since {time_of_day(at)}" if at else "",
        )

    def _open_visit_of(self, person: Person) -> Visit | None:
        return next(
            (v for v in self._visits if v.person.id == person.id and not v.session.ended_at), None
        )

    def _on_found(self, key: object) -> None:
        match key:
            case Person():
                visit = self._open_visit_of(key)
                if visit is not None:
                    self._open_visit(visit.session.id)
                else:
                    self._start_visit(key)
            case _NewAthlete():
                self._open_form()
            case _:
                return

    def _open_form(self) -> None:
        self.form.set_person(None, plain(self.search.text()).strip())
        self._left.setCurrentIndex(1)
        self.care.hide()
        self.form.name.setFocus()

    def _leave_form(self) -> None:
        self._left.setCurrentIndex(0)
        self.care.show()
        self.search.setFocus()

    def _add_and_start(self, person: Person) -> None:
        now, by = self.desk.now(), self.desk.settings.clinician
        self.desk.store.ask(
            self,
            lambda store: keep_person(store, person, now, by),
            self._start_visit,
            touches=(person.id,),
        )

    def _start_visit(self, person: Person) -> None:
        now = self.desk.now()
        offset, clinician = local_offset_min(now), self.desk.settings.clinician
        self.desk.store.ask(
            self,
            lambda store: store.sessions.open(person.id, now, offset, clinician),
            self._on_started,
            touches=(person.id,),
        )

    def _on_started(self, session: Session) -> None:
        self.search.clear()
        self._leave_form()
        self._open_visit(session.id)

    def _open_visit(self, session_id: object) -> None:
        if isinstance(session_id, UUID):
            self.desk.go.emit(Route(PageId.VISIT, session_id))

    def _on_recovered(self, trial: Trial) -> None:
        self.desk.notice.emit(
            Notice(
                Weight.INFO,
                "The recording is kept.",
                f"{duration(trial.duration_s)} of it are stored.",
                "It is marked as recovered in its visit.",
            )
        )
        self._open_visit(trial.header.session_id)


def _visit_row(visit: Visit) -> Row:
    session = visit.session
    started = local_time(session.started_at, session.utc_offset_min)
    done = [test_name(run.test_id) for run in visit.runs]
    done += [treatment.modality.value for treatment in visit.treatments]
    ended = local_time(session.ended_at, session.utc_offset_min) if session.ended_at else None
    return Row(
        visit.person.name,
        session.id,
        detail=" · ".join(done) if done else "nothing recorded yet",
        trailing=time_of_day(started),
        trailing_detail=f"ended {time_of_day(ended)}" if ended else "open",
    )

"""Today: start a visit, the visits of the day, and what needs care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.navigation import Desk, PageId, Route
from app.pages.page import Header, Page, section
from app.plain_text import plain
from app.reading import Visit, read_day, test_name
from app.theme import space, theme
from app.units import WEEKDAYS, days_ago, local_offset_min, time_of_day
from app.widgets.care import CareCard
from app.widgets.controls import Button, Card, Deck, EmptyState, clear
from app.widgets.fields import SearchField
from app.widgets.person_form import PersonForm
from app.widgets.rows import Row, RowList
from app.widgets.top_bar import facts_line
from app.wording import date_text, duration, local_time
from app.workflow import Notice, Weight
from data.errors import StoreError
from data.records import Person, Session, Trial
from data.store import Store

if TYPE_CHECKING:
    from data.intake import RecoverableCapture

_MOST_FOUND = 6
_BACKUP_DAYS = 7


@dataclass(frozen=True, slots=True)
class _NewAthlete:
    """The row that adds somebody by the name that was typed."""

    name: str


@dataclass(frozen=True, slots=True)
class _LeftBehind:
    """Captures that were not finished, with whose they are, and files that nobody can read."""

    captures: tuple[tuple[RecoverableCapture, str], ...]
    damaged: int


class TodayPage(Page):
    title = "Today"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._visits: tuple[Visit, ...] = ()
        self._left_behind = _LeftBehind((), 0)
        self._care_said: tuple[object, ...] | None = None
        self.header = Header(
            "Today",
            Button("New athlete", icon_name="add", key="N", clicked=self._open_form),
        )
        self.search = SearchField("Start a visit: type the athlete’s name")
        self.found = RowList("Athletes found")
        self.visits = RowList("Visits of today")
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
        desk.devices_changed.connect(self._show_care)

    def enter(self, route: Route) -> None:
        self.desk.set_person(None)
        self._show_care()
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
        store.ask(self, _read_left_behind, self._on_left_behind, slot="care")

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
        self._care = QWidget()
        self._care.setFixedWidth(theme().px(336))
        self._care_column = QVBoxLayout(self._care)
        self._care_column.setContentsMargins(0, 0, 0, 0)
        self._care_column.setSpacing(space(3))
        columns = QHBoxLayout()
        columns.setSpacing(space(5))
        columns.addWidget(self._left, 1)
        columns.addWidget(self._care)
        self.body.addLayout(columns, 1)
        self._show_visits([])
        self._show_care()
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

    def _on_left_behind(self, left: _LeftBehind) -> None:
        self._left_behind = left
        self._show_care()

    def _show_care(self) -> None:
        """Built anew only when something else is to be said: devices report all the time."""
        devices = tuple((d.name, d.attention, d.is_connected) for d in self.desk.devices)
        said = (self._left_behind, devices, self.desk.is_searching, self.desk.settings.last_backup)
        if said == self._care_said:
            return
        self._care_said = said
        clear(self._care_column)
        for capture, name in self._left_behind.captures:
            self._care_column.addWidget(self._recovered_card(capture, name))
        if self._left_behind.damaged:
            self._care_column.addWidget(_damaged_card(self._left_behind.damaged))
        self._care_column.addWidget(self._devices_card())
        self._care_column.addWidget(self._backup_card())
        self._care_column.addStretch()

    def _recovered_card(self, capture: RecoverableCapture, name: str) -> CareCard:
        header = capture.header
        at = local_time(header.started_at, header.utc_offset_min)
        return CareCard(
            "recover",
            "A recording was cut short",
            f"{test_name(header.test_id)}, {plain(name)}, {date_text(at)} {time_of_day(at)}: "
            f"{duration(capture.seconds)} of the curve are safe on disk. "
            "Keep it to see it in the visit.",
            tone="attention",
            action="Keep this recording",
            kind="primary",
            clicked=lambda: self._recover(capture),
        )

    def _devices_card(self) -> CareCard:
        devices = self.desk.devices
        asking = [status for status in devices if status.attention]
        connected = [status for status in devices if status.is_connected]
        if asking:
            text = "\n".join(f"{plain(status.name)}: {status.attention}" for status in asking)
            return self._card("attention", "A device needs attention", text, tone="attention")
        if connected:
            names = ", ".join(plain(status.name) for status in connected)
            return self._card("saved", f"{len(connected)} connected", names, tone="good")
        if self.desk.is_searching:
            return self._card("devices", "Looking for devices …", "Switch the device on.")
        return self._card(
            "devices", "No device connected", "Switch it on; it is found by itself when known."
        )

    def _card(self, icon_name: str, title: str, text: str, tone: str = "muted") -> CareCard:
        return CareCard(
            icon_name,
            title,
            text,
            tone=tone,
            action="Devices",
            clicked=lambda: self.desk.go.emit(Route(PageId.DEVICES)),
        )

    def _backup_card(self) -> CareCard:
        today, last = self.desk.today, self.desk.settings.last_backup
        done = date.fromisoformat(last) if last else None
        is_due = done is None or (today - done).days > _BACKUP_DAYS
        said = "There is no backup yet" if done is None else f"Last {days_ago(done, today)}"
        return CareCard(
            "backup",
            "Backup",
            f"{said}. A copy on another disk survives this computer.",
            tone="attention" if is_due else "muted",
            action="Back up",
            clicked=lambda: self.desk.go.emit(Route(PageId.SETTINGS, word="backup")),
        )

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
        self._care.hide()
        self.form.name.setFocus()

    def _leave_form(self) -> None:
        self._left.setCurrentIndex(0)
        self._care.show()
        self.search.setFocus()

    def _add_and_start(self, person: Person) -> None:
        self.desk.store.ask(
            self,
            lambda store: store.people.add(person),
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

    def _recover(self, capture: RecoverableCapture) -> None:
        header = capture.header
        self.desk.store.ask(
            self,
            lambda store: _keep(store, capture),
            self._on_recovered,
            touches=(header.id, header.session_id, header.person_id),
        )

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


def _damaged_card(count: int) -> CareCard:
    files = "file" if count == 1 else "files"
    return CareCard(
        "attention",
        f"{count} capture {files} cannot be read",
        "Kept as they are in the folder “captures” beside the database. "
        "Send them in for rescue; do not delete them.",
        tone="attention",
    )


def _keep(store: Store, capture: RecoverableCapture) -> Trial:
    from data.intake import save_capture

    return save_capture(store, capture.path)


def _read_left_behind(store: Store) -> _LeftBehind:
    from data.intake import recoverable, unreadable  # in the store's thread: 0.3 s the first time

    found = recoverable(store.captures)
    captures = tuple((one, _name_of(store, one.header.person_id)) for one in found)
    return _LeftBehind(captures, len(unreadable(store.captures)))


def _name_of(store: Store, person_id: UUID) -> str:
    try:
        return store.people.get(person_id).name
    except StoreError:
        return "an athlete of another database"

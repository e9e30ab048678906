"""The squad: a queue on a test morning, and the table of what came of it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import QComboBox, QVBoxLayout

from app.navigation import Desk, PageId, Route, StartTest
from app.pages.page import Header, Key, Page
from app.run_setup import setup_for
from app.squad import Member, Squad, read_squad, read_teams, refresh_squad
from app.theme import space, theme
from app.visits import visit_of
from app.widgets.controls import Button, Card, Deck, HowButton, Segments, row
from app.widgets.fields import SearchField
from app.widgets.squad_columns import DAYS, DIFFERENCE, LEFT_CHANGE
from app.widgets.squad_queue import SquadQueue
from app.widgets.squad_table import SquadTable
from app.widgets.text import Text
from app.workflow import Notice, Weight
from data.clinical.catalogue import tests
from data.store import Store

_QUEUE, _TABLE = range(2)
_DIGIT_MS = 700
_EVERYBODY = "Everybody"


class SquadPage(Page):
    title = "Squad"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.squad: Squad | None = None
        self._started: UUID | None = None
        self._starts_next = False
        self._changed: frozenset[UUID] = frozenset()
        self._digits = ""
        self._digit_timer = QTimer(self)
        self._digit_timer.setSingleShot(True)
        self._digit_timer.setInterval(_DIGIT_MS)
        self._digit_timer.timeout.connect(self._forget_digits)
        self.team, self.test = _choice("Team", 12), _choice("Test", 26)
        self.view = Segments([(_QUEUE, "Queue"), (_TABLE, "Table")], name="View", value=_QUEUE)
        self.print = Button("Print", icon_name="report", key="Ctrl+P", clicked=self._print)
        self._is_large = theme().text_scale > 1.25
        choices = () if self._is_large else (self.team, self.test)
        self.header = Header("Squad", *choices, self.view, self.print)
        self.queue = SquadQueue()
        self.table = SquadTable()
        self.search = SearchField("Filter by name")
        self._build()
        self._connect()
        self._add_keys()

    def enter(self, route: Route) -> None:
        self.desk.set_person(None)
        self.print.setVisible(self._deck.currentIndex() == _TABLE)
        self._focus()
        if self.squad is not None and self.squad.today == self.desk.today:
            self._refresh()
        elif self.team.count():
            self._reload()
        elif self.desk.store.is_open:
            self.desk.store.ask(self, read_teams, self._show_teams, slot="teams")

    def escape(self) -> bool:
        if self.search.text():
            self.search.clear()
            self._focus()
            return True
        return False

    def next_athlete(self) -> bool:
        """After a test that was begun here, the next who is not done begins at once."""
        if self._started is None:
            return False
        self._starts_next = True
        self._refresh()
        return True

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self._changed |= ids
        self._refresh()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        text = event.text()
        if self._deck.currentIndex() == _QUEUE and text.isdecimal():
            self._digits = (self._digits + text)[-3:]
            self._digit_timer.start()
            self.queue.go_to(int(self._digits))
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        self.body.addWidget(self.header)
        if self._is_large:
            self.body.addLayout(row(self.team, self.test, 1))
        card = Card(holds_rows=True)
        search = QVBoxLayout()
        search.setContentsMargins(space(2), space(2), space(2), 0)
        search.addWidget(self.search)
        card.column.addLayout(search)
        card.column.addWidget(self.table, 1)
        self._line = Text("", "small", tone="muted", wrap=True)
        self._line.setMinimumHeight(2 * self._line.fontMetrics().height())
        self._how = HowButton("", "this line")
        foot = row(self._line, self._how)
        foot.setStretch(0, 1)
        foot.setContentsMargins(space(3), 0, space(3), space(1))
        card.column.addLayout(foot)
        self._deck = Deck(self.queue, card)
        self.body.addWidget(self._deck, 1)

    def _connect(self) -> None:
        self.team.activated.connect(self._reload)
        self.test.activated.connect(self._reload)
        self.view.changed.connect(self._show_view)
        self.queue.start_wanted.connect(self._start)
        self.queue.table_wanted.connect(self._to_table)
        self.queue.people_wanted.connect(lambda: self.desk.go.emit(Route(PageId.PEOPLE)))
        self.table.chosen.connect(self._open_athlete)
        self.table.moved.connect(self._show_line)
        self.search.textChanged.connect(self.table.filter)
        self.search.entered.connect(self.table.setFocus)
        self.desk.settings_changed.connect(self._show_again)
        self.desk.store.opened.connect(self._on_opened)
        self.desk.store.changed.connect(self._note)

    def _add_keys(self) -> None:
        self.add_key("Q", "Queue: who is next", self._to_queue)
        self.add_key("T", "Table: the last results", self._to_table)
        self.add_key("N", "The next athlete who is not done", self.queue.step)
        self.add_key("A", "Sort by the difference between limbs", lambda: self._sort(DIFFERENCE))
        self.add_key("C", "Sort by the change of the left limb", lambda: self._sort(LEFT_CHANGE))
        self.add_key("D", "Sort by days since the last test", lambda: self._sort(DAYS))
        self.add_key("/", "Filter the table", self._filter)
        self.add_key("Ctrl+P", "Print the table", self._print)
        self.keys.append(Key("1 … 99", "Choose the athlete with that number"))

    def _on_opened(self) -> None:
        if self.isVisible():
            self.enter(Route(PageId.SQUAD))

    def _show_teams(self, found: tuple[list[str], str]) -> None:
        teams, latest = found
        self.team.clear()
        for team in teams:
            self.team.addItem(team, team)
        self.team.addItem(_EVERYBODY, "")
        self.test.clear()
        for test in tests().values():
            self.test.addItem(test.name, test.id)
        self.test.setCurrentIndex(max(self.test.findData(latest), 0))
        self._reload()

    def _reload(self) -> None:
        team, test_id = self.team.currentData(), self.test.currentData()
        if test_id is None:
            return
        today = self.desk.today
        self.desk.store.ask(
            self,
            lambda store: read_squad(store, str(team or ""), str(test_id), today),
            self._show,
            slot="squad",
        )

    def _note(self, ids: frozenset[UUID]) -> None:
        """Whose records were written while another page was shown."""
        if not self.isVisible():
            self._changed |= ids

    def _refresh(self) -> None:
        """Only those whose records changed are read again: a squad is large."""
        squad = self.squad
        if squad is None:
            return
        if self._started is not None:  # the news of what was just stored may still be on its way
            self._changed |= {self._started}
        changed = self._changed  # until they are read: another question may come before the answer
        self.desk.store.ask(
            self,
            lambda store: refresh_squad(store, squad, changed),
            lambda again: self._show_refreshed(again, changed),
            slot="refresh",
        )

    def _show_refreshed(self, squad: Squad, read: frozenset[UUID]) -> None:
        """Unless another team or test was chosen meanwhile."""
        self._changed -= read
        chosen = (str(self.team.currentData() or ""), str(self.test.currentData()))
        if (squad.team, squad.test.id) == chosen:
            self._show(squad)

    def _show(self, squad: Squad) -> None:
        self.squad = squad
        unit = self.desk.settings.force_unit
        started = squad.member(self._started)
        self.queue.show_squad(squad, unit)
        self.table.show_members(squad.members, unit)
        if started is None or not (started.is_done or self._starts_next):
            return
        self._started = None
        following = squad.next_after(started.person.id)
        self.queue.choose(following)
        if self._starts_next and following is not None:
            self._start(following)
        self._starts_next = False

    def _show_again(self) -> None:
        if self.squad is not None:
            self._show(self.squad)

    def _show_view(self, view: int) -> None:
        self.view.set_value(view)
        self._deck.setCurrentIndex(view)
        self.print.setVisible(view == _TABLE)
        self._focus()

    def _focus(self) -> None:
        (self.table if self._deck.currentIndex() == _TABLE else self.queue.list).setFocus()

    def _to_queue(self) -> None:
        self._show_view(_QUEUE)

    def _to_table(self) -> None:
        self._show_view(_TABLE)

    def _sort(self, column: int) -> None:
        self._to_table()
        self.table.order_by(column)

    def _filter(self) -> None:
        self._to_table()
        self.search.setFocus()

    def _forget_digits(self) -> None:
        self._digits = ""

    def _show_line(self, member: Member) -> None:
        if self.squad is not None:
            test = self.squad.test
            self._line.setText(f"{member.person.name}: {member.made(test) or 'not tested yet.'}")
            self._how.set_method(member.method(test))

    def _open_athlete(self, member: Member) -> None:
        self.desk.go.emit(Route(PageId.PERSON, member.person.id))

    def _start(self, member: Member) -> None:
        """Their visit of today, opened if need be, and the test in it."""
        squad = self.squad
        if squad is None:
            return
        self._started = member.person.id
        now, clinician = self.desk.now(), self.desk.settings.clinician
        lever_m, posture = member.lever_m, member.posture
        chosen = self.queue.member
        if chosen is not None and chosen.person.id == member.person.id:
            lever_m, posture = self.queue.lever.value, self.queue.posture.value

        def work(store: Store) -> StartTest:
            setup = setup_for(store, member.person.id, squad.test.id)
            setup = setup.with_line(lever_m, posture)
            session = visit_of(store, member.person, now, clinician)
            return StartTest(member.person, session, squad.test.id, setup)

        def begin(wish: StartTest) -> None:
            self.desk.set_person(member.person)
            self.desk.start_test.emit(wish)

        self.desk.store.ask(
            self,
            work,
            begin,
            touches=(member.person.id,),
        )

    def _print(self) -> None:
        """The table as it is sorted and filtered now, on paper."""
        squad, members = self.squad, tuple(self.table.squad.rows)
        if squad is None or self._deck.currentIndex() != _TABLE:
            return
        made, unit = self.desk.now(), self.desk.settings.force_unit

        def work(store: Store) -> Path:
            from app.report.squad import write_squad

            folder = store.path.parent / "reports"
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"squad-{squad.today.isoformat()}-{squad.test.id}.pdf"
            return write_squad(path, squad, members, unit, made)

        self.desk.store.ask(self, work, self._printed)

    def _printed(self, path: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        self.desk.notice.emit(
            Notice(Weight.INFO, "The table is written.", f"It is at {path}.", "Print or send it.")
        )


def _choice(name: str, letters: int) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(letters)
    return box

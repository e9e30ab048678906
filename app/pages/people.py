"""People: everybody who was ever measured here, found by a few letters."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtWidgets import QVBoxLayout

from app.episodes import keep_person
from app.navigation import Desk, PageId, Route
from app.pages.page import Header, Page
from app.theme import space
from app.widgets.controls import Button, Card, Deck, EmptyState
from app.widgets.fields import SearchField
from app.widgets.person_form import PersonForm
from app.widgets.rows import Row, RowList
from app.widgets.top_bar import facts_line
from data.records import Person

_MOST_SHOWN = 500


class PeoplePage(Page):
    title = "People"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.add = Button(
            "New athlete", "primary", icon_name="add", key="N", clicked=self._open_form
        )
        self.header = Header("People", self.add)
        self.search = SearchField("Find by name or team")
        self.list = RowList("Athletes")
        self.form = PersonForm("Save", lambda: desk.today)
        self._nobody = EmptyState(
            "Nobody here yet",
            "Add the first athlete; the name is enough to begin. Press N.",
        )
        self._unknown = EmptyState(
            "Nobody by that name", "Check the spelling, or press Enter to add this athlete."
        )
        self._build()
        self.search.textChanged.connect(self._reload)
        self.search.moved.connect(self.list.step)
        self.search.entered.connect(self._on_enter)
        self.list.chosen.connect(self._open)
        self.form.saved.connect(self._add)
        self.form.cancelled.connect(self._leave_form)
        self.add_key("N", "New athlete", self._open_form)
        self.add_key("/", "Find", self.search.setFocus)
        desk.store.opened.connect(self._reload)

    def enter(self, route: Route) -> None:
        self.desk.set_person(None)
        self._leave_form()
        self._reload()

    def escape(self) -> bool:
        if self._stack.currentIndex() == 1:
            self._leave_form()
            return True
        if self.search.text():
            self.search.clear()
            return True
        return False

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self._reload()

    def _build(self) -> None:
        self.body.addWidget(self.header)
        card = Card(holds_rows=True)
        search = QVBoxLayout()
        search.setContentsMargins(space(2), space(2), space(2), 0)
        search.addWidget(self.search)
        card.column.addLayout(search)
        for part in (self._nobody, self._unknown):
            card.column.addWidget(part)
        card.column.addWidget(self.list, 1)
        form = Card("New athlete")
        form.column.addWidget(self.form)
        form.column.addStretch()
        self._stack = Deck(card, form)
        self.body.addWidget(self._stack, 1)
        self._nobody.hide()
        self._unknown.hide()

    def _reload(self) -> None:
        if not self.desk.store.is_open:
            return
        text = self.search.text()
        self.search.wait()
        self.desk.store.ask(
            self,
            lambda store: store.people.find(text, limit=_MOST_SHOWN),
            lambda people: self._show(people, is_search=bool(text.strip())),
            slot="list",
        )

    def _show(self, people: list[Person], *, is_search: bool) -> None:
        today = self.desk.today
        self.list.set_rows([Row(p.name, p.id, detail=facts_line(p, today)) for p in people])
        self.list.setVisible(bool(people))
        self._nobody.setVisible(not people and not is_search)
        self._unknown.setVisible(not people and is_search)
        count = "1 athlete" if len(people) == 1 else f"{len(people)} athletes"
        self.header.set_detail(count if people else "")
        if is_search:
            self.list.choose_first()
        self.search.answered()

    def _on_enter(self) -> None:
        if self.list.rows:
            self.list.choose_current()
        else:
            self._open_form()

    def _open(self, key: object) -> None:
        if isinstance(key, UUID):
            self.desk.go.emit(Route(PageId.PERSON, key))

    def _open_form(self) -> None:
        self.form.set_person(None, self.search.text())
        self._stack.setCurrentIndex(1)
        self.form.name.setFocus()

    def _leave_form(self) -> None:
        self._stack.setCurrentIndex(0)
        self.search.setFocus()

    def _add(self, person: Person) -> None:
        self.search.clear()
        now, by = self.desk.now(), self.desk.settings.clinician
        self.desk.store.ask(
            self,
            lambda store: keep_person(store, person, now, by),
            lambda stored: self._open(stored.id),
            touches=(person.id,),
        )

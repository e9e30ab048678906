"""The frame: rail, top bar, one page, and the line at the foot. Nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QGridLayout,
    QMainWindow,
    QStackedWidget,
    QWidget,
)

from app.garbage import GarbageInQtThread
from app.navigation import Desk, PageId, Route
from app.pages.factory import make_page
from app.pages.page import Page
from app.theme import theme
from app.widgets.controls import shortcut_text
from app.widgets.finder import Finder
from app.widgets.key_sheet import KeySheet
from app.widgets.notice_line import NoticeLine
from app.widgets.rail import Rail
from app.widgets.rows import Row
from app.widgets.tab_order import move_focus
from app.widgets.top_bar import TopBar, facts_line
from app.workflow import Notice

if TYPE_CHECKING:
    from data.records import Person

PLACES = (
    (PageId.TODAY, "Today"),
    (PageId.PEOPLE, "People"),
    (PageId.SQUAD, "Squad"),
    (PageId.DEVICES, "Devices"),
    (PageId.LIBRARY, "Library"),
    (PageId.SETTINGS, "Settings"),
)
EVERYWHERE = (
    ("Ctrl+K", "Find an athlete, a test or a page"),
    ("Ctrl+1 … Ctrl+6", "The pages of the rail, from the top"),
    ("Esc", "Back; nothing is lost"),
    ("Ctrl+Z", "Undo the last change"),
    ("?", "These keys"),
)
_DOINGS = ((PageId.IMPORT, "Import a curve …"),)
_MOST_FOUND = 5


@dataclass(frozen=True, slots=True)
class _FoundTest:
    """A test found in the palette."""

    test_id: str


class MainWindow(QMainWindow):
    """Pages are made when they are first shown. `ready` follows the first paint: whoever owns
    devices and records starts them then."""

    ready = Signal()
    page_shown = Signal(object)  # Route
    close_refused = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.may_close: Callable[[], bool] = _always
        self._factories: dict[PageId, Callable[[], QWidget]] = {
            page: lambda page=page: make_page(page, desk) for page in PageId if page != PageId.LIVE
        }
        self._pages: dict[PageId, QWidget] = {}
        self._history: list[Route] = []
        self._was_shown = False
        self.setWindowTitle("Myograph")
        self.setMinimumSize(960, 600)
        self.resize(1280, 800)
        self._build()
        self._connect()
        self._middle.installEventFilter(self)
        self._garbage = GarbageInQtThread(self)

    @property
    def route(self) -> Route | None:
        """Where the window is now."""
        return self._history[-1] if self._history else None

    @property
    def page(self) -> QWidget:
        """The page on the screen."""
        page = self._stack.currentWidget()
        assert page is not None
        return page

    def add_page(self, page: PageId, factory: Callable[[], QWidget]) -> None:
        """A page made elsewhere, e.g. the live test."""
        self._factories[page] = factory

    def go(self, route: Route) -> None:
        """Show a page; from the rail the way back begins anew."""
        if route.page in dict(PLACES):
            self._history.clear()
        elif route == self.route:
            self._history.pop()
        self._history.append(route)
        self._show(route)

    def back(self) -> None:
        """One step back: overlay, then the page's own, then the page before."""
        page = self.page
        if self._finder.isVisible() or self._key_sheet.isVisible():
            self._finder.close_again()
            self._key_sheet.close_again()
        elif isinstance(page, Page) and page.escape():
            return
        elif len(self._history) > 1:
            self._history.pop()
            self._show(self._history[-1])

    def show_notice(self, notice: Notice | None) -> None:
        self.foot.show_notice(notice)
        if notice is None:
            self.foot.show_undo(self.desk.last_change)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The first picture of the frame is on the screen: now the rest may be loaded."""
        if event.type() is QEvent.Type.Paint:
            self._middle.removeEventFilter(self)
            QTimer.singleShot(0, self._after_first_paint)
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        for overlay in (self._finder, self._key_sheet):
            if overlay.isVisible():
                overlay.place()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802
        """Tab was pressed: on through the window as it is read."""
        if move_focus(self._middle, self.focusWidget(), forward=forward):
            return True
        return super().focusNextPrevChild(forward)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        if self.may_close():
            event.accept()
        else:
            event.ignore()
            self.close_refused.emit()

    def _build(self) -> None:
        self.rail = Rail([(page.value, word) for page, word in PLACES], PageId.SETTINGS.value)
        self.bar = TopBar(shortcut_text("Ctrl+K"))
        self._stack = QStackedWidget()
        self._stack.addWidget(QWidget())
        self.foot = NoticeLine()
        self._middle = QWidget()
        grid = QGridLayout(self._middle)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.rail, 0, 0, 3, 1)
        grid.addWidget(self.bar, 0, 1)
        grid.addWidget(self._stack, 1, 1)
        grid.addWidget(self.foot, 2, 1)
        grid.setRowStretch(1, 1)
        grid.setColumnStretch(1, 1)
        self.setCentralWidget(self._middle)
        self._finder = Finder(self._middle, self._search)
        self._key_sheet = KeySheet(self._middle)

        self.rail.chosen.connect(self._on_rail)
        self.bar.device_chosen.connect(self._on_device)
        self.bar.find_pressed.connect(self._finder.open)
        self.foot.undo_pressed.connect(self.desk.undo)
        self.foot.dismissed.connect(self._on_dismissed)
        self.foot.keys_pressed.connect(self._open_keys)
        self._finder.chosen.connect(self._on_found)
        self._finder.closed.connect(self._focus_page)
        self._key_sheet.closed.connect(self._focus_page)

    def _rebuild(self) -> None:
        """Everything anew in the size of the moment; the live page is kept as it is."""
        notice, live = self.foot.notice, self._pages.get(PageId.LIVE)
        if live is not None:
            live.setParent(None)
        self._pages = {}
        self._build()
        if live is not None:
            self._pages[PageId.LIVE] = live
            self._stack.addWidget(live)
        self._show_person()
        self._show_devices()
        if self._was_shown:
            self.rail.show_icons()
        if self._history:
            self._show(self._history[-1])
        self.show_notice(notice)

    def _connect(self) -> None:
        desk = self.desk
        desk.go.connect(self.go)
        desk.back.connect(self.back)
        desk.next_wanted.connect(self._next_athlete)
        desk.notice.connect(self.show_notice)
        desk.person_changed.connect(self._show_person)
        desk.devices_changed.connect(self._show_devices)
        desk.settings_changed.connect(self._restyle)
        desk.undo_changed.connect(self._show_undo)
        desk.store.changed.connect(self._on_records)
        desk.store.failed.connect(self.show_notice)
        desk.store.trouble.connect(self.show_notice)
        for key, action in (
            ("Ctrl+K", self._open_finder),
            ("Esc", self.back),
            ("Ctrl+Z", desk.undo),
            ("?", self._open_keys),
            ("Shift+?", self._open_keys),  # where the platform reports how "?" was typed
        ):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(action)
        for number, (page, _) in enumerate(PLACES, 1):
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
            shortcut.activated.connect(lambda page=page: self.go(Route(page)))

    def _after_first_paint(self) -> None:
        self._was_shown = True
        self.rail.show_icons()
        if not self._history:
            self.go(Route(PageId.TODAY))
        self.ready.emit()

    def _show(self, route: Route) -> None:
        before = self.page
        page = self._page(route.page)
        if before is not page and isinstance(before, Page):
            before.leave()
        self._stack.setCurrentWidget(page)
        self.rail.set_current(route.page.value)
        fills_window = isinstance(page, Page) and page.fills_window
        self.rail.setVisible(not fills_window)
        self.foot.setVisible(not fills_window)
        if isinstance(page, Page):
            page.enter(route)
        self.page_shown.emit(route)

    def _page(self, page_id: PageId) -> QWidget:
        if page_id not in self._pages:
            page = self._factories[page_id]()
            self._pages[page_id] = page
            self._stack.addWidget(page)
        return self._pages[page_id]

    def _show_person(self) -> None:
        self.bar.set_person(self.desk.person, self.desk.today)

    def _show_devices(self) -> None:
        self.bar.set_devices(self.desk.devices)

    def _show_undo(self) -> None:
        self.foot.show_undo(self.desk.last_change)

    def _restyle(self) -> None:
        settings = self.desk.settings
        look = theme()
        is_resized = settings.text_scale != look.text_scale
        if is_resized or settings.scheme != look.scheme:
            look.apply(settings.scheme, settings.text_scale)
        if is_resized:
            QTimer.singleShot(0, self._rebuild)  # not inside the click of a page that goes

    def _on_records(self, ids: frozenset[UUID]) -> None:
        page = self.page
        if isinstance(page, Page):
            page.records_changed(ids)
        person = self.desk.person
        if person is not None and person.id in ids:
            self.desk.store.ask(
                self, lambda store: store.people.get(person.id), self.desk.set_person, slot="person"
            )

    def _on_rail(self, place: str) -> None:
        self.go(Route(PageId(place)))

    def _next_athlete(self) -> None:
        page = self.page
        if not (isinstance(page, Page) and page.next_athlete()):
            self.go(Route(PageId.PEOPLE))

    def _on_device(self) -> None:
        self.go(Route(PageId.DEVICES))

    def _on_dismissed(self) -> None:
        self.show_notice(None)

    def _open_finder(self) -> None:
        self._finder.open()

    def _open_keys(self) -> None:
        page = self.page
        keys = [(key.key, key.does) for key in page.keys] if isinstance(page, Page) else []
        title = page.title if isinstance(page, Page) else ""
        everywhere = [(_shown(key), does) for key, does in EVERYWHERE]
        self._key_sheet.open_for(title, keys, everywhere)

    def _focus_page(self) -> None:
        self.page.setFocus()

    def _search(self, text: str) -> None:
        words = text.casefold().split()
        rows = [
            Row(word, page, icon=page.value)
            for page, word in (*PLACES, *_DOINGS)
            if all(part in word.casefold() for part in words)
        ]
        is_open = self.desk.store.is_open
        self._finder.set_rows([Row("Pages"), *rows] if rows else [], is_final=not is_open)
        if is_open:
            self.desk.store.ask(
                self,
                lambda store: store.people.find(text, limit=_MOST_FOUND),
                lambda people: self._on_people(people, words, rows),
                slot="find",
            )

    def _on_people(self, people: list[Person], words: list[str], pages: list[Row]) -> None:
        found: list[Row] = []
        if people:
            found.append(Row("Athletes"))
            found += [Row(p.name, p, detail=facts_line(p, self.desk.today)) for p in people]
        tests = _tests_with(words) if words else []
        if tests:
            found += [Row("Tests"), *tests]
        if pages:
            found += [Row("Pages"), *pages]
        self._finder.set_rows(found, is_final=True)

    def _on_found(self, key: object) -> None:
        from data.records import Person

        match key:
            case PageId():
                self.go(Route(key))
            case Person():
                self.go(Route(PageId.PERSON, key.id))
            case _FoundTest():
                self.go(Route(PageId.LIBRARY, word=key.test_id))
            case _:
                raise TypeError(f"the palette cannot open {type(key).__name__}")


def _tests_with(words: list[str]) -> list[Row]:
    from data.clinical.catalogue import tests

    found = [
        Row(test.name, _FoundTest(test.id), detail=test.muscle_group, icon="test")
        for test in tests().values()
        if all(word in f"{test.name} {test.id} {test.muscle_group}".casefold() for word in words)
    ]
    return found[:_MOST_FOUND]


def _shown(keys: str) -> str:
    """Each of the keys as this platform writes it."""
    return " … ".join(shortcut_text(key) for key in keys.split(" … "))


def _always() -> bool:
    return True

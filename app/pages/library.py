"""Library: all that can be chosen or shown, each with its source, and the clinic's own copies."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.clinic_rules import clinic_troubles
from app.library import SHELVES, LibraryEntry, library
from app.navigation import Desk, Route
from app.pages.page import Header, Page
from app.theme import space, theme
from app.widgets.controls import Button, Card, Segments, clear, row, scrolling
from app.widgets.fields import Field, SearchField
from app.widgets.rows import Row, RowList
from app.widgets.text import Text
from app.workflow import Notice, Weight
from data.clinical.catalogue import tests
from data.clinical.clinic_files import FileKind, clinic_folder
from data.clinical.entries import CatalogueError
from data.clinical.own_copies import copy_to_clinic


class LibraryPage(Page):
    """The clinic's files are read again whenever the page is entered and one has changed."""

    title = "Library"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._entries: tuple[LibraryEntry, ...] = ()
        self.search = SearchField("Find in the library")
        self.shelf = QComboBox()
        self.shelf.setAccessibleName("What is shown")
        self.list = RowList("Library")
        self.copy = Button("Make an editable copy", icon_name="edit", key="C", clicked=self._copy)
        self.open = Button("Open the file", icon_name="edit", key="O", clicked=self._open)
        self.folder = Button("Our own files", key="F", clicked=self._open_folder)
        self.lines = Segments[bool](
            ((False, "Off"), (True, "On")), name="Reference lines", value=False
        )
        self.troubles = Text("", "small", tone="attention", wrap=True)
        self.header = Header("Library", self.folder)
        self._build()
        self.search.textChanged.connect(self._fill)
        self.search.moved.connect(self.list.step)
        self.shelf.activated.connect(self._fill)
        self.list.moved.connect(self._show)
        self.lines.changed.connect(self._keep_lines)
        self.add_key("/", "Find in the library", self.search.setFocus)
        self.add_key("C", "An editable copy of what is shown", self.copy.click)
        self.add_key("O", "Open the clinic’s own file of what is shown", self.open.click)
        self.add_key("F", "The folder of the clinic’s own files", self.folder.click)

    def enter(self, route: Route) -> None:
        self._reload()
        self.lines.set_value(self.desk.settings.reference_lines)
        if route.word in tests():
            self.search.clear()
            self.shelf.setCurrentIndex(0)
            self._fill()
            self.list.set_current((FileKind.TESTS, route.word))
        if self.list.current_key is None:
            self.list.step(1)
        self.list.setFocus()

    def escape(self) -> bool:
        if self.search.text():
            self.search.clear()
            return True
        return False

    @property
    def current(self) -> LibraryEntry | None:
        key = self.list.current_key
        return next((entry for entry in self._entries if entry.key == key), None)

    def _build(self) -> None:
        self.body.addWidget(self.header)
        self.body.addWidget(self.troubles)
        self.shelf.addItem("Everything", None)
        for kind, name in SHELVES.items():
            self.shelf.addItem(name, kind)
        left = Card(holds_rows=True)
        left.setFixedWidth(theme().px(360))
        finding = QVBoxLayout()
        finding.setContentsMargins(space(2), space(2), space(2), 0)
        finding.setSpacing(space(2))
        finding.addWidget(self.search)
        finding.addWidget(self.shelf)
        left.column.addLayout(finding)
        left.column.addWidget(self.list, 1)
        self._detail = Card(margin=6)
        self._title = Text("", "title", wrap=True)
        self._about = Text("", tone="muted", wrap=True)
        self._place = Text("", "small", tone="muted", wrap=True)
        self._parts = QVBoxLayout()
        self._parts.setSpacing(space(4))
        self._lines = Field(
            "Reference lines on an athlete’s page",
            self.lines,
            help_text="Neutral lines with their source. They judge nothing, and are off unless you "
            "want to see them.",
        )
        column = self._detail.column
        column.setSpacing(space(4))
        head = QVBoxLayout()
        head.setSpacing(space(1))
        for text in (self._title, self._about, self._place):
            head.addWidget(text)
        column.addLayout(head)
        column.addLayout(row(self.copy, self.open, 1))
        column.addWidget(self._lines)
        column.addLayout(self._parts)
        column.addStretch()
        columns = QHBoxLayout()
        columns.setSpacing(space(5))
        columns.addWidget(left)
        columns.addWidget(scrolling(self._detail), 1)
        self.body.addLayout(columns, 1)

    def _reload(self) -> None:
        troubles = clinic_troubles()
        self._entries = library()
        self.troubles.setText("\n".join(troubles))
        self.troubles.setVisible(bool(troubles))
        own = sum(entry.file is not None for entry in self._entries)
        ours = f"{own} of them our own" if own else "none of them our own yet"
        self.header.set_detail(f"{len(self._entries)} entries with their sources, {ours}")
        self._fill()

    def _fill(self, _text: object = None) -> None:
        words = self.search.text().casefold().split()
        shelf: FileKind | None = self.shelf.currentData()
        shown = [e for e in self._entries if shelf in (None, e.kind) and e.has(words)]
        rows: list[Row] = []
        for kind, name in SHELVES.items():
            of_kind = [entry for entry in shown if entry.kind is kind]
            for group in dict.fromkeys(entry.group for entry in of_kind):
                rows.append(Row(f"{name} · {group}" if group else name))
                rows += [_row(entry) for entry in of_kind if entry.group == group]
        self.list.set_rows(rows or [Row("Nothing by that name")])
        if self.list.current_key is None:
            self.list.step(1)
        self._show(self.list.current_key)

    def _show(self, _key: object) -> None:
        entry = self.current
        self._detail.setVisible(entry is not None)
        if entry is None:
            return
        self._title.setText(entry.title)
        self._about.setText(entry.about)
        self._place.setText(entry.place)
        self.copy.setVisible(entry.file is None)
        self.open.setVisible(entry.file is not None)
        self._lines.setVisible(entry.kind is FileKind.REFERENCES)
        clear(self._parts)
        for title, text in entry.parts:
            self._parts.addWidget(_part(title, text))

    def _keep_lines(self, is_on: object) -> None:
        self.desk.change_settings(reference_lines=bool(is_on))

    def _copy(self) -> None:
        entry = self.current
        if entry is None or entry.file is not None:
            return
        try:
            path = copy_to_clinic(entry.kind, entry.id, self.desk.today)
        except CatalogueError:
            folder = clinic_folder()
            self._say(
                f"There is a copy of “{entry.title}” already.",
                "Nothing was changed.",
                f"Change that one, in {folder}.",
            )
        except (OSError, LookupError) as error:
            self._say(f"No copy was made: {error}.", "Nothing was changed.", "Look at the folder.")
        else:
            self._reload()
            self._choose(entry.kind, path)
            _open(path)
            self._say(
                f"The copy is in {path.name}.",
                "What ships is as it was.",
                "Change the file, save it, and come back to this page.",
            )

    def _choose(self, kind: FileKind, path: Path) -> None:
        """The entry that is now the clinic's own, also where its id is another."""
        found = next((e for e in self._entries if e.kind is kind and e.file == path), None)
        if found is not None:
            self.list.set_current(found.key)
            self._show(found.key)

    def _open(self) -> None:
        entry = self.current
        if entry is not None and entry.file is not None:
            _open(entry.file)

    def _open_folder(self) -> None:
        folder = clinic_folder()
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            self._say(f"The folder cannot be made: {error}.", "Nothing was changed.", "Look there.")
        else:
            _open(folder)

    def _say(self, what: str, safe: str, todo: str) -> None:
        self.desk.notice.emit(Notice(Weight.INFO, what, safe, todo))


def _row(entry: LibraryEntry) -> Row:
    whose = "Our own" if entry.file is not None else ""
    return Row(entry.title, entry.key, detail=entry.about, trailing=whose)


def _part(title: str, text: str) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(space(1))
    column.addWidget(Text(title, bold=True))
    body = Text(text, wrap=True)
    body.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    column.addWidget(body)
    return box


def _open(path: Path) -> None:
    """In whatever this system opens such a file with."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))

"""The palette behind Ctrl+K: people, tests and pages by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.theme import space, theme
from app.widgets.fields import SearchField
from app.widgets.rows import Row, RowList
from app.widgets.text import Text


class Overlay(QFrame):
    """A panel above the page, in the middle of the window's upper part; Esc closes it."""

    closed = Signal()

    def __init__(self, parent: QWidget, width: int) -> None:
        super().__init__(parent)
        self.setProperty("surface", "overlay")
        self._over, self._width = parent, width
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(space(4), space(4), space(4), space(4))
        self.column.setSpacing(space(2))
        self.hide()

    def open(self) -> None:
        self.place()
        self.show()
        self.raise_()

    def close_again(self) -> None:
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def place(self) -> None:
        room = self._over.size()
        width = min(theme().px(self._width), room.width() - space(8))
        height = min(self.wanted_height(), room.height() - space(24))
        self.setGeometry((room.width() - width) // 2, space(16), width, height)

    def wanted_height(self) -> int:
        return self.sizeHint().height()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.close_again()
        else:
            super().keyPressEvent(event)


class Finder(Overlay):
    """`search` is called with the text; its owner answers with `set_rows`, now or later."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget, search: Callable[[str], None]) -> None:
        super().__init__(parent, 640)
        self._search = search
        self.field = SearchField("Find an athlete, a test or a page")
        self.list = RowList("Found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.nothing = Text("", tone="muted")
        self.column.addWidget(self.field)
        self.column.addWidget(self.nothing)
        self.column.addWidget(self.list, 1)
        self.field.textChanged.connect(self._on_text)
        self.field.moved.connect(self.list.step)
        self.field.entered.connect(self.list.choose_current)
        self.list.chosen.connect(self._on_chosen)

    def open(self) -> None:
        self.field.clear()
        self._on_text("")
        super().open()
        self.field.setFocus()

    def set_rows(self, rows: Sequence[Row]) -> None:
        self.list.set_rows(rows)
        found = any(not row.is_heading for row in rows)
        self.nothing.setText(f"Nothing found for “{self.field.text()}”")
        self.nothing.setVisible(not found)
        if found and self.list.current_key is None:
            self.list.step(1)
        if self.isVisible():
            self.place()

    def wanted_height(self) -> int:
        content = max(self.list.content_height(), theme().px(48))
        return self.field.sizeHint().height() + content + space(12)

    def _on_text(self, text: str) -> None:
        self._search(text.strip())

    def _on_chosen(self, key: object) -> None:
        self.close_again()
        self.chosen.emit(key)

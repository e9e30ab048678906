"""The palette behind Ctrl+K: people, tests and pages by a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.theme import colours, space, theme
from app.widgets.fields import SearchField
from app.widgets.rows import Row, RowList
from app.widgets.text import Text


class Overlay(QWidget):
    """A panel over the dimmed window; Esc or a click beside it closes it."""

    closed = Signal()

    def __init__(self, parent: QWidget, width: int) -> None:
        super().__init__(parent)
        self._over, self._width = parent, width
        self.panel = QFrame(self)
        self.panel.setProperty("surface", "overlay")
        self.column = QVBoxLayout(self.panel)
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
        self.setGeometry(0, 0, room.width(), room.height())
        width = min(theme().px(self._width), room.width() - space(8))
        height = min(self.wanted_height(), room.height() - space(24))
        self.panel.setGeometry((room.width() - width) // 2, space(12), width, height)

    def wanted_height(self) -> int:
        return self.panel.sizeHint().height()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        QPainter(self).fillRect(self.rect(), colours().colour("scrim", 0.4))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if not self.panel.geometry().contains(event.position().toPoint()):
            self.close_again()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() == Qt.Key.Key_Escape:
            self.close_again()
        else:
            super().keyPressEvent(event)


class Finder(Overlay):
    """`search` is called with the text; its owner answers with `set_rows`, at last with a final
    one."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget, search: Callable[[str], None]) -> None:
        super().__init__(parent, 640)
        self._search = search
        self._was_moved = False
        self.field = SearchField("Find an athlete, a test or a page")
        self.list = RowList("Found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.nothing = Text("", tone="muted")
        self.column.addWidget(self.field)
        self.column.addWidget(self.nothing)
        self.column.addWidget(self.list, 1)
        self.field.textChanged.connect(self._on_text)
        self.field.moved.connect(self._on_moved)
        self.field.entered.connect(self.list.choose_current)
        self.list.chosen.connect(self._on_chosen)

    def open(self) -> None:
        self.field.clear()
        self._on_text("")
        super().open()
        self.field.setFocus()

    def set_rows(self, rows: Sequence[Row], *, is_final: bool) -> None:
        self.list.set_rows(rows)
        found = any(not row.is_heading for row in rows)
        self.nothing.setText(f"Nothing found for “{self.field.text()}”")
        self.nothing.setVisible(not found and is_final)
        if not self._was_moved:
            self.list.choose_first()
        if self.isVisible():
            self.place()
        if is_final:
            self.field.answered()

    def wanted_height(self) -> int:
        content = max(self.list.content_height(), theme().px(48))
        return self.field.sizeHint().height() + content + space(12)

    def _on_moved(self, by: int) -> None:
        self._was_moved = True
        self.list.step(by)

    def _on_text(self, text: str) -> None:
        self._was_moved = False
        self.field.wait()
        self._search(text.strip())

    def _on_chosen(self, key: object) -> None:
        self.close_again()
        self.chosen.emit(key)

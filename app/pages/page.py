"""What every page has in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontMetrics, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.navigation import Desk, Route
from app.theme import TARGET, Type, font, set_state, space, theme
from app.widgets.controls import page_margins, row, scrolling, shortcut_text
from app.widgets.text import Elided, Text


@dataclass(frozen=True, slots=True)
class Key:
    """One line of the key sheet."""

    key: str
    does: str


class Page(QWidget):
    """A page is built once, when it is first needed, and entered many times.

    One that `fills_window` has a place of its own for notices: the line at the foot is hidden.
    """

    title = ""
    fills_window = False  # the frame steps back: neither rail nor foot, and nothing scrolls

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("page")
        self.desk = desk
        self.keys: list[Key] = []
        self.body = QVBoxLayout()
        page_margins(self.body)
        self.body.setSpacing(space(5))
        if self.fills_window:
            self.setLayout(self.body)
        else:
            self._let_scroll()

    def enter(self, route: Route) -> None:
        """Shown now, for this record: read what is needed, take the focus."""

    def leave(self) -> None:
        """Another page is shown now."""

    def escape(self) -> bool:
        """Esc was pressed: True where the page itself went a step back."""
        return False

    def next_athlete(self) -> bool:
        """One is done: True where the page itself knows who is next."""
        return False

    def records_changed(self, ids: frozenset[UUID]) -> None:
        """Records were written while this page is shown."""

    def _let_scroll(self) -> None:
        """A small window or large text scrolls the page, instead of squeezing what is on it."""
        content = QWidget()
        content.setLayout(self.body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolling(content))

    def add_key(self, key: str, does: str, action: Callable[[], None]) -> None:
        """A key that works while the page is shown and no text is being typed."""
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.activated.connect(action)
        self.keys.append(Key(shortcut_text(key), does))


class Header(QWidget):
    """Title and a line of detail at the left, actions at the right."""

    def __init__(self, title: str, *actions: QWidget) -> None:
        super().__init__()
        self.title = _Title(title)
        self.detail = Elided("", tone="muted")
        texts = QVBoxLayout()
        texts.setSpacing(space(1))
        texts.addWidget(self.title)
        texts.addWidget(self.detail)
        self.detail.hide()
        layout = row(spacing=3)
        layout.addLayout(texts, 1)
        for action in actions:
            layout.addWidget(action)
        self.setLayout(layout)
        self.setMinimumHeight(theme().px(TARGET) + 2)  # with a next step or without

    def set_detail(self, text: str) -> None:
        self.detail.setText(text)
        self.detail.setVisible(bool(text))


class _Title(Elided):
    """Smaller where it has no room, then cut: a name of sixty letters stands in a small window."""

    def __init__(self, title: str) -> None:
        self._room = 0
        super().__init__(title, "title")
        self.setFixedHeight(QFontMetrics(_title_font()).height() + 2)

    def setText(self, text: str) -> None:  # noqa: N802
        super().setText(text)
        self._fit()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(self._wanted, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._room = self.width()
        self._fit()

    @property
    def _wanted(self) -> int:
        return QFontMetrics(_title_font()).horizontalAdvance(self.text()) + 2

    def _fit(self) -> None:
        size = "heading" if 0 < self._room < self._wanted else "title"
        if self.property("type") != size:
            set_state(self, type=size)


def _title_font() -> QFont:
    return font(Type.TITLE, QFont.Weight.DemiBold)


def section(title: str, detail: str = "") -> QWidget:
    """A small heading above a group."""
    box = QWidget()
    layout = row(Text(title, "strong", bold=True), spacing=3)
    if detail:
        layout.addWidget(Text(detail, "small", tone="muted"))
    layout.addStretch()
    box.setLayout(layout)
    return box

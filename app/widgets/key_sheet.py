"""The sheet behind "?": the keys of this page and those that work everywhere."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.theme import colours, space, theme
from app.widgets.controls import draw_key_cap, key_cap_width
from app.widgets.finder import Overlay
from app.widgets.text import Text


class KeyCap(QWidget):
    """One drawn key."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.key = key
        self.setAccessibleName(key)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(key_cap_width(self.key), theme().px(24))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = key_cap_width(self.key), theme().px(22)
        rect = QRect(0, (self.height() - height) // 2, width, height)
        draw_key_cap(painter, rect, self.key, colours().colour("text"))


class KeySheet(Overlay):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, 560)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Keys")
        self._grid: QWidget | None = None

    def open_for(
        self, page: str, keys: Sequence[tuple[str, str]], everywhere: Sequence[tuple[str, str]]
    ) -> None:
        """Show the keys as (key, what it does)."""
        if self._grid is not None:
            self._grid.deleteLater()
        self._grid = QWidget()
        grid = QGridLayout(self._grid)
        grid.setContentsMargins(space(2), space(2), space(2), space(2))
        grid.setHorizontalSpacing(space(6))
        grid.setVerticalSpacing(space(2))
        grid.setColumnStretch(1, 1)
        number = 0
        for title, group in ((f"On this page: {page}", keys), ("Everywhere", everywhere)):
            if not group:
                continue
            grid.addWidget(Text(title, "small", tone="muted", bold=True), number, 0, 1, 2)
            for key, does in group:
                number += 1
                grid.addWidget(KeyCap(key), number, 0)
                grid.addWidget(Text(does), number, 1)
            number += 1
            grid.setRowMinimumHeight(number, space(3))
            number += 1
        self.column.addWidget(self._grid)
        self.open()
        self.setFocus()

    def wanted_height(self) -> int:
        return (self._grid.sizeHint().height() if self._grid else 0) + space(10)

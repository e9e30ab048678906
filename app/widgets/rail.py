"""The narrow rail at the left: where one can go, an icon and a word each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout

from app.theme import icon, space, theme


class Rail(QFrame):
    """`chosen` names the place. Icons come after the first paint: their fonts take a while."""

    chosen = Signal(str)

    def __init__(self, places: Sequence[tuple[str, str]], last: str) -> None:
        super().__init__()
        self.setProperty("surface", "rail")
        self.setAccessibleName("Pages")
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        self._has_icons = False
        column = QVBoxLayout(self)
        column.setContentsMargins(space(2), space(3), space(2), space(3))
        column.setSpacing(space(1))
        for place, word in places:
            if place == last:
                column.addStretch()
            button = QToolButton()
            button.setText(word)
            button.setAccessibleName(word)
            button.setCheckable(True)
            button.setProperty("kind", "rail")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            self._group.addButton(button)
            self._buttons[place] = button
            column.addWidget(button)
        self._group.buttonClicked.connect(self._on_click)
        self._resize()

    def set_current(self, place: str) -> None:
        """Mark a place; one that is not in the rail leaves the mark where it is."""
        if place in self._buttons:
            self._buttons[place].setChecked(True)

    def button(self, place: str) -> QToolButton:
        return self._buttons[place]

    def show_icons(self) -> None:
        self._has_icons = True
        for place, button in self._buttons.items():
            button.setIcon(icon(place))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._resize()
            if self._has_icons:
                self.show_icons()

    def _resize(self) -> None:
        self.setFixedWidth(theme().px(92))
        for button in self._buttons.values():
            button.setIconSize(QSize(theme().px(24), theme().px(24)))
            button.setMinimumHeight(theme().px(64))

    def _on_click(self, button: QToolButton) -> None:
        place = next(place for place, known in self._buttons.items() if known is button)
        self.chosen.emit(place)

"""Fields of a form: a label above, the control, and below what is wrong with it, if anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.plain_text import plain
from app.theme import set_state, space, theme
from app.units import number
from app.widgets.controls import row
from app.widgets.text import Text


class Field(QWidget):
    """A labelled control with room for one line of help or complaint below it."""

    def __init__(
        self, label: str, control: QWidget, *, unit: str = "", help_text: str = ""
    ) -> None:
        super().__init__()
        self.control = control
        self.help_text = help_text
        self.label = Text(label, "small", bold=True)
        self.mark = Text("", "small", tone="accent")
        self.label.setBuddy(control)
        self.message = Text(help_text, "small", tone="muted", wrap=True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        if not control.accessibleName():
            control.setAccessibleName(f"{label} in {unit}" if unit else label)
        self.setFocusProxy(control)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(1))
        layout.addLayout(row(self.label, self.mark, 1, spacing=2))
        if unit:
            layout.addLayout(row(control, Text(unit, tone="muted"), spacing=2))
        else:
            layout.addWidget(control)
        layout.addWidget(self.message)
        self.message.setVisible(bool(help_text))

    def set_mark(self, text: str) -> None:
        """A word beside the label, e.g. that the value is not as last time."""
        self.mark.setText(text)

    def complain(self, text: str) -> None:
        """Say what is wrong, or that nothing is with an empty text."""
        self.message.setText(text or self.help_text)
        self.message.set_tone("attention" if text else "muted")
        self.message.setVisible(bool(text or self.help_text))
        set_state(self.control, state="wrong" if text else "")


class TextField(Field):
    """One line of outside text."""

    changed = Signal(str)

    def __init__(self, label: str, *, most: int = 200, help_text: str = "", hint: str = "") -> None:
        self.edit = QLineEdit()
        self.edit.setMaxLength(most)
        self.edit.setPlaceholderText(hint)
        super().__init__(label, self.edit, help_text=help_text)
        self.edit.textEdited.connect(self.changed)

    @property
    def value(self) -> str:
        return plain(self.edit.text())

    def set_value(self, value: str) -> None:
        self.edit.setText(plain(value))
        self.complain("")


class QuantityField(Field):
    """A number with its unit and range; a comma is read as a point."""

    changed = Signal()

    def __init__(
        self,
        label: str,
        unit: str,
        low: float,
        high: float,
        *,
        decimals: int = 1,
        help_text: str = "",
        width: int = 112,
    ) -> None:
        self.edit = QLineEdit()
        self.edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.edit.setMaxLength(12)
        self.edit.setFixedWidth(theme().px(width))
        super().__init__(label, self.edit, unit=unit, help_text=help_text)
        self.unit, self.low, self.high, self.decimals = unit, low, high, decimals
        self.edit.textEdited.connect(self._on_edit)
        self.edit.editingFinished.connect(self._check)

    @property
    def value(self) -> float | None:
        """The number, or None where the field is empty or wrong."""
        value = self._number()
        return value if value is not None and self.low <= value <= self.high else None

    @property
    def problem(self) -> str:
        """What is wrong with the text, empty where nothing is."""
        if not self.edit.text().strip() or self.value is not None:
            return ""
        low, high = (
            number(self.low, self._digits(self.low)),
            number(self.high, self._digits(self.high)),
        )
        if self._number() is None:
            return f"A number between {low} and {high} {self.unit}".rstrip()
        return f"Between {low} and {high} {self.unit}".rstrip()

    def set_value(self, value: float | None) -> None:
        text = "" if value is None else f"{value:.{self.decimals}f}"
        self.edit.setText(text.rstrip("0").rstrip(".") if "." in text else text)
        self.complain("")

    def _number(self) -> float | None:
        text = self.edit.text().strip().replace(",", ".").replace("−", "-")
        return float(text) if re.fullmatch(r"[+-]?\d*\.?\d+|[+-]?\d+\.", text) else None

    def _digits(self, value: float) -> int:
        return 0 if value == int(value) else self.decimals

    def _on_edit(self) -> None:
        if not self.problem:
            self.complain("")
        self.changed.emit()

    def _check(self) -> None:
        self.complain(self.problem)


class DateField(Field):
    """A day, typed: ``2001-05-31``, ``31.5.2001`` or ``31/5/2001``."""

    changed = Signal()

    def __init__(
        self, label: str, *, earliest: date, latest: Callable[[], date], help_text: str = ""
    ) -> None:
        self.edit = QLineEdit()
        self.edit.setPlaceholderText("YYYY-MM-DD")
        self.edit.setMaxLength(12)
        self.edit.setFixedWidth(theme().px(140))
        super().__init__(label, self.edit, help_text=help_text)
        self.earliest, self.latest = earliest, latest
        self.edit.textEdited.connect(self._on_edit)
        self.edit.editingFinished.connect(self._check)

    @property
    def value(self) -> date | None:
        value = read_day(self.edit.text())
        return value if value and self.earliest <= value <= self.latest() else None

    @property
    def problem(self) -> str:
        if not self.edit.text().strip() or self.value is not None:
            return ""
        value = read_day(self.edit.text())
        if value is None:
            return "A day such as 2001-05-31 or 31.5.2001"
        if value > self.latest():
            return "That day is still to come"
        return f"Not before {self.earliest.isoformat()}"

    def set_value(self, value: date | None) -> None:
        self.edit.setText(value.isoformat() if value else "")
        self.complain("")

    def _on_edit(self) -> None:
        if not self.problem:
            self.complain("")
        self.changed.emit()

    def _check(self) -> None:
        self.complain(self.problem)


class SearchField(QLineEdit):
    """Search as you type: the arrow keys move in the results while the text keeps the focus.

    Between `wait` and `answered` Enter is kept back: it must not choose from older results.
    """

    moved = Signal(int)
    entered = Signal()

    def __init__(self, hint: str) -> None:
        super().__init__()
        self._is_waiting = False
        self._has_entered = False
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setProperty("type", "search")
        self.textEdited.connect(self._on_edited)

    def wait(self) -> None:
        """The results shown are not those of the text."""
        self._is_waiting = True

    def answered(self) -> None:
        """The results shown are those of the text."""
        self._is_waiting = False
        if self._has_entered:
            self._has_entered = False
            self.entered.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        match event.key():
            case Qt.Key.Key_Down:
                self.moved.emit(1)
            case Qt.Key.Key_Up:
                self.moved.emit(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._has_entered = self._is_waiting
                if not self._is_waiting:
                    self.entered.emit()
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case _:
                super().keyPressEvent(event)

    def _on_edited(self) -> None:
        self._has_entered = False


def read_day(text: str) -> date | None:
    """A day as people type it; the year has four digits and the day comes before the month."""
    text = text.strip()
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        year, month, day = map(int, found.groups())
    elif found := re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", text):
        day, month, year = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""What was measured on a device before: a line or two each, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtWidgets import QVBoxLayout

from app.theme import space, theme
from app.units import day, number
from app.widgets.controls import Card, clear
from app.widgets.text import Text
from data.calibrations import Calibration

_MOST = 6
_WIDTH_PX = 320
_ANY_WIDTH = (1 << 24) - 1


class CalibrationHistory(Card):
    def __init__(self) -> None:
        super().__init__("So far")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(space(1))
        self.column.addLayout(self._lines)
        self.show_records((), date.min)

    def set_wide(self, is_wide: bool) -> None:
        """Beside the steps, or below them as wide as they are."""
        self.setMinimumWidth(theme().px(_WIDTH_PX) if is_wide else 0)
        self.setMaximumWidth(theme().px(_WIDTH_PX) if is_wide else _ANY_WIDTH)

    def show_records(self, records: Sequence[Calibration], today: date) -> None:
        """Those of one device, in order of time."""
        clear(self._lines)
        if not records:
            self._add(Text("Nothing was measured on this device yet.", tone="muted", wrap=True))
        for place, record in enumerate(reversed(records[-_MOST:])):
            is_late = record.due_on < today and place == 0
            when = Text(day(record.done_on), bold=True)
            when.setContentsMargins(0, space(2) if place else 0, 0, 0)
            self._add(when)
            for text in summaries(record):
                self._add(Text(text, wrap=True))
            due = f"{'was due' if is_late else 'due'} {day(record.due_on)}"
            by = f"{record.by}, " if record.by else ""
            self._add(Text(f"{by}{due}", "small", tone="attention" if is_late else "muted"))
        if len(records) > _MOST:
            self._add(Text(f"and {len(records) - _MOST} before", "small", tone="muted"))

    def _add(self, line: Text) -> None:
        self._lines.addWidget(line)


def summaries(record: Calibration) -> list[str]:
    """What came of it, a line for each channel and check."""
    lines = [
        f"Channel {each.host.channel}: {each.kind}, ±{each.host.uncertainty_percent or 0.0:.2g} %"
        for each in record.channels
    ]
    return lines + [
        f"Check with {each.mass_kg:g} kg: {number(each.error_percent, 1, signed=True)} %"
        for each in record.checks
    ]

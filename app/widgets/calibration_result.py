"""What came out of it: the factor with its residuals, or the error of a check."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.theme import space
from app.units import quantity
from app.widgets.calibration_steps import grouped
from app.widgets.controls import Button, Card, clear, column, line, row
from app.widgets.text import Text
from data.calibrations import Calibration, MeasuredChannel
from devices.types import MassCheck


class CalibrationResult(Card):
    """`save_wanted`, `again_wanted` (the last step once more), `done` when it was saved."""

    save_wanted = Signal()
    again_wanted = Signal()
    done = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.caption = Text("", tone="muted")
        self.headline = Text("", "display")
        self.sentence = Text("", "strong", wrap=True)
        self.verdict = Text("", bold=True, wrap=True)
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space(6))
        self._grid.setVerticalSpacing(space(2))
        self.how = Text("", "small", tone="muted", wrap=True)
        self.saved = Text("", bold=True, tone="good", wrap=True)
        self.save = Button("Save", "primary", key="Enter", clicked=self.save_wanted.emit)
        self.again = Button("Once more", key="R", clicked=self.again_wanted.emit)
        self.close_button = Button("Done", "primary", key="Enter", clicked=self.done.emit)
        self.column.setSpacing(space(3))
        self.column.addLayout(column(self.caption, self.headline, spacing=0))
        for widget in (self.sentence, self.verdict):
            self.column.addWidget(widget)
        self.column.addLayout(row(self._table, 1))
        self.column.addWidget(self.how)
        self.column.addWidget(self.saved)
        self.column.addLayout(row(self.save, self.close_button, self.again, 1))

    def show_record(self, record: Calibration) -> None:
        """Not saved yet."""
        clear(self._grid)
        for check in record.checks:
            self._show_check(check)
        for channel in record.channels:
            self._show_channel(channel, record.gravity_m_s2)
        self._table.setVisible(bool(record.channels))
        self.set_saved("")

    def set_saved(self, text: str) -> None:
        """Empty: it still waits to be saved."""
        self.saved.setText(text)
        self.saved.setVisible(bool(text))
        self.save.setVisible(not text)
        self.again.setVisible(not text)
        self.close_button.setVisible(bool(text))
        self.save.setEnabled(True)

    def _show_check(self, check: MassCheck) -> None:
        self.caption.setText("Error against the known mass")
        more = "more" if check.error_n >= 0 else "less"
        self.headline.setText(quantity(check.error_percent, "%", 2, signed=True))
        self.sentence.setText(
            f"It reads {quantity(check.reading_n, 'N', 1)} where {check.mass_kg:g} kg pull with "
            f"{quantity(check.force_n, 'N', 1)}: {quantity(abs(check.error_n), 'N', 1)} {more}."
        )
        if check.is_within is None:
            self.verdict.setText("You have set no limit for checks: see Settings.")
            self.verdict.set_tone("muted")
        else:
            where = "Within" if check.is_within else "Outside"
            self.verdict.setText(f"{where} your limit of ±{check.limit_percent:g} %.")
            self.verdict.set_tone("good" if check.is_within else "attention")
        self.verdict.show()
        self.how.setText("Both readings are means of 1.5 s; the empty one is taken off.")

    def _show_channel(self, channel: MeasuredChannel, gravity_m_s2: float) -> None:
        host = channel.host
        self.caption.setText("Uncertainty of its newtons from now on")
        uncertainty = host.uncertainty_percent or 0.0
        self.headline.setText(f"±{uncertainty:.2g} %")
        self.sentence.setText(
            f"One count is {host.newtons_per_count:.4g} N; with nothing on it the cell reads "
            f"{grouped(host.zero_counts)} counts."
        )
        is_exact = channel.standard_error_n is None
        largest = quantity(abs(channel.largest_residual_n), "N", 2)
        self.verdict.setText(
            "Two points: any line goes through both. A third mass shows whether it is straight."
            if is_exact
            else f"At most {largest} off the line."
        )
        self.verdict.set_tone("muted")
        self.how.setText(f"Uncertainty: {channel.uncertainty_method}.")
        self._fill(channel, gravity_m_s2)

    def _fill(self, channel: MeasuredChannel, gravity_m_s2: float) -> None:
        right = Qt.AlignmentFlag.AlignRight
        for place, title in enumerate(("Mass", "Force", "Reading in counts", "Off the line")):
            self._grid.addWidget(Text(title, "small", tone="muted"), 0, place, right)
        self._grid.addWidget(line(), 1, 0, 1, 4)
        pairs = zip(channel.points, channel.residuals_n, strict=True)
        for place, (point, residual) in enumerate(pairs, start=2):
            texts = (
                f"{point.mass_kg:g} kg",
                quantity(point.mass_kg * gravity_m_s2, "N", 1),
                grouped(point.counts),
                quantity(residual, "N", 2, signed=True),
            )
            for cell, text in enumerate(texts):
                self._grid.addWidget(Text(text), place, cell, right)

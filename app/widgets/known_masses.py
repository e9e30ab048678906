"""What the clinic sets for calibrations and checks with known masses."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout

from app.settings import TERMS, Settings
from app.theme import space
from app.widgets.controls import Card
from app.widgets.fields import QuantityField


class KnownMasses(Card):
    """`changed` carries the name of a setting and its value; an empty field is None."""

    changed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__("Calibration")
        self.fields = {
            "calibration_months": QuantityField(
                "Due again after", "months", *TERMS["calibration_months"], decimals=0
            ),
            "check_limit_percent": QuantityField(
                "Limit for a check",
                "%",
                *TERMS["check_limit_percent"],
                decimals=2,
                help_text="Empty: the error is shown, and nothing is said of it.",
            ),
            "masses_percent": QuantityField(
                "Error of your masses",
                "%",
                *TERMS["masses_percent"],
                decimals=4,
                help_text="As their maker states it. Empty: taken as exact.",
            ),
            "gravity_m_s2": QuantityField(
                "Gravity where you are",
                "m/s²",
                *TERMS["gravity_m_s2"],
                decimals=5,
                help_text="Empty: 9.80665 m/s², which may be 0.27\u00a0% off.",
            ),
        }
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(6))
        grid.setVerticalSpacing(space(3))
        for place, field in enumerate(self.fields.values()):
            grid.addWidget(field, place // 2, place % 2, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(grid)
        for name, field in self.fields.items():
            field.edit.editingFinished.connect(lambda name=name: self._finish(name))

    def show_settings(self, settings: Settings) -> None:
        for name, field in self.fields.items():
            field.set_value(getattr(settings, name))

    def _finish(self, name: str) -> None:
        """A wrong number is complained of by its field and changes nothing."""
        field = self.fields[name]
        if field.problem:
            return
        value = field.value
        if name == "calibration_months":
            if value is None:
                return
            value = int(value)
        self.changed.emit(name, value)

"""Which column of a file is what, chosen one by one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app.plain_text import plain
from app.theme import space
from app.widgets.controls import Segments
from app.widgets.fields import Field
from data.curve_mapping import CurveMapping, ForceColumn, ForceUnit, TimeColumn, TimeUnit
from data.sides import Side

_NONE = 0


class ColumnChoice(QWidget):
    """`changed` when another column or unit was chosen; columns go by their number from 1."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._headings: tuple[str, ...] = ()
        self.time = _box("Column of time")
        self.time_unit = Segments[TimeUnit](
            [(each, each.value) for each in TimeUnit], name="Unit of time", value=TimeUnit.SECONDS
        )
        self.force = {side: _box(f"Column of the {side} limb") for side in Side}
        self.force_unit = Segments[ForceUnit](
            [(each, each.value) for each in ForceUnit],
            name="Unit of force",
            value=ForceUnit.NEWTONS,
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(2))
        column.addWidget(Field("Time", self.time))
        column.addWidget(Field("Unit of time", self.time_unit))
        for side, box in self.force.items():
            column.addWidget(Field(f"Force, {side}", box))
        column.addWidget(Field("Unit of force", self.force_unit))
        for box in (self.time, *self.force.values()):
            box.activated.connect(self._on_change)
        self.time_unit.changed.connect(self._on_change)
        self.force_unit.changed.connect(self._on_change)

    @property
    def mapping(self) -> CurveMapping | None:
        """What was chosen; None until time and a force are."""
        time = int(self.time.currentData() or _NONE)
        columns = {side: int(box.currentData() or _NONE) for side, box in self.force.items()}
        unit = self.force_unit.value or ForceUnit.NEWTONS
        force = tuple(ForceColumn(number, unit, side) for side, number in columns.items() if number)
        numbers = [time, *(each.column for each in force)]
        if not time or not force or len(set(numbers)) < len(numbers):
            return None
        return CurveMapping(
            id="",
            name="column by column",
            force=force,
            time=TimeColumn(time, self.time_unit.value or TimeUnit.SECONDS),
        )

    def offer(self, headings: Sequence[str]) -> None:
        """The columns of a file; what was chosen stays where they are the same."""
        if tuple(headings) == self._headings:
            return
        self._headings = tuple(headings)
        for box in (self.time, *self.force.values()):
            box.clear()
            box.addItem("–", _NONE)
            for number, heading in enumerate(headings, 1):
                box.addItem(plain(heading) or f"column {number}", number)
        self.time.setCurrentIndex(1 if headings else 0)

    def _on_change(self) -> None:
        self.changed.emit()


def _box(name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(14)
    return box

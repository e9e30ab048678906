"""What is to be done with known masses: check or calibrate, which cell, which masses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.calibrator import Unit
from app.theme import space, theme
from app.widgets.controls import Button, Card, Segments, clear, row
from app.widgets.fields import Field, QuantityField, TextField
from app.widgets.text import Text
from devices.types import Position

_CHECK, _CALIBRATE = "check", "calibrate"
_HEAVIEST_KG = 1000.0
_CELLS = ((Position.SINGLE, "One cell"), (Position.LEFT, "Left"), (Position.RIGHT, "Right"))


@dataclass(frozen=True, slots=True)
class Plan:
    """What the steps are for; `column` is where the channel stands in the stream."""

    is_check: bool
    channel: int
    column: int
    masses_kg: tuple[float, ...]
    by: str
    position: Position = Position.SINGLE
    capacity_n: float | None = None
    cell_serial: str = ""


class CalibrationSetup(Card):
    """`begin` carries the `Plan`. What cannot be chosen for a device is not shown."""

    begin = Signal(object)
    settings_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("What do you want to do?")
        self._unit: Unit | None = None
        self.mode = Segments(
            ((_CHECK, "Check with a known mass"), (_CALIBRATE, "Calibrate")), name="What to do"
        )
        self.explanation = Text("", tone="muted", wrap=True)
        self.channel: Segments[int] | None = None
        self._channel_place = QWidget()
        self._channel_row = QHBoxLayout(self._channel_place)
        self._channel_row.setContentsMargins(0, 0, 0, 0)
        self.cell = Segments(_CELLS, name="Which cell it is", value=Position.SINGLE)
        self._cell_field = Field("Which cell it is", self.cell)
        self.masses = TextField("Mass in kg", most=80)
        self.masses.edit.setMaximumWidth(theme().px(280))
        self.capacity = QuantityField("Rated load of the cell", "N", 1.0, 50_000.0, decimals=0)
        self.cell_serial = TextField("What stands on the cell", most=40)
        self.by = TextField("Who answers for it", most=100)
        for field in (self.cell_serial, self.by):
            field.edit.setFixedWidth(theme().px(200))
        self.terms = Text("", "small", tone="muted", wrap=True)
        self.start = Button("Start", "primary", key="Enter", clicked=self.submit)
        self._cell = QWidget()
        self._build()
        self.mode.changed.connect(self._show_mode)

    def set_unit(self, unit: Unit, by: str, terms: str) -> None:
        """For this device, with what is likely to be wanted: the mass of its last check."""
        self._unit = unit
        self.terms.setText(terms)
        self.mode.setVisible(unit.needs_calibration and bool(unit.measured))
        self.mode.set_value(_CHECK if unit.measured else _CALIBRATE)
        self.by.set_value(by)
        checks = unit.in_force.checks
        self.masses.set_value(f"{checks[-1].mass_kg:g}" if checks else "")
        self.masses.edit.selectAll()
        self.cell.set_value(Position.SINGLE)
        self._show_mode()

    def submit(self) -> None:
        unit, masses = self._unit, read_masses(self.masses.value)
        if unit is None:
            return
        is_check = self.mode.value == _CHECK
        if not masses or (is_check and len(masses) != 1):
            one = "One mass in kg, such as 20"
            self.masses.complain(one if is_check else "Masses in kg, such as 10, 20")
            self.masses.edit.setFocus()
            return
        channel = self._chosen_channel()
        self.begin.emit(
            Plan(
                is_check=is_check,
                channel=channel,
                column=unit.measured.index(channel) if is_check else 0,
                masses_kg=masses,
                by=self.by.value,
                position=self.cell.value or Position.SINGLE,
                capacity_n=self.capacity.value,
                cell_serial=self.cell_serial.value,
            )
        )

    def _build(self) -> None:
        self._cell.setLayout(row(self.capacity, self.cell_serial, spacing=6))
        settings = Button("Settings", "quiet", clicked=self.settings_wanted.emit)
        self.column.setSpacing(space(4))
        self.column.addLayout(row(self.mode, 1))
        self.column.addWidget(self.explanation)
        self.column.addWidget(self._channel_place)
        self.column.addWidget(self._cell_field)
        self.column.addWidget(self.masses)
        self.column.addLayout(row(self._cell, self.by, 1, spacing=6))
        terms = row(self.terms, settings)
        terms.setStretch(0, 1)
        self.column.addLayout(terms)
        self.column.addLayout(row(self.start, 1))

    def _show_channels(self) -> None:
        """Those that can be chosen; none to choose where there is but one."""
        clear(self._channel_row)
        self.channel = None
        numbers = self._numbers()
        if len(numbers) > 1:
            options = [(number, self._channel_name(number)) for number in numbers]
            self.channel = Segments(options, name="Channel", value=numbers[0])
            self.channel.changed.connect(self._on_channel)
            self._channel_row.addWidget(Field("Channel", self.channel))
            self._on_channel()
        self._channel_place.setVisible(self.channel is not None)

    def _show_mode(self) -> None:
        unit = self._unit
        if unit is None:
            return
        self._show_channels()
        is_check = self.mode.value == _CHECK
        self._cell_field.setVisible(not is_check and len(unit.positions) > 1)
        self._cell.setVisible(not is_check)
        masses = "Mass in kg" if is_check else "Masses in kg, one after the other"
        self.masses.label.setText(masses)
        self.masses.edit.setAccessibleName(masses)
        self.masses.edit.setPlaceholderText("20" if is_check else "10, 20")
        self.masses.complain("")
        self.explanation.setText(_explain(unit, is_check=is_check))
        self.start.setText("Start the check" if is_check else "Start")

    def _on_channel(self) -> None:
        """The side that the maker gave it, or that it had last time."""
        unit, channel = self._unit, self._chosen_channel()
        if unit is not None:
            known = {host.channel: host.position for host in unit.in_force.hosts}
            self.cell.set_value(known.get(channel, unit.positions[channel]))

    def _numbers(self) -> tuple[int, ...]:
        unit = self._unit
        if unit is None:
            return ()
        return unit.measured if self.mode.value == _CHECK else tuple(range(len(unit.positions)))

    def _channel_name(self, number: int) -> str:
        unit = self._unit
        assert unit is not None
        known = {host.channel: host.position for host in unit.in_force.hosts}
        position = known.get(number, unit.positions[number])
        return f"{number}" if position is Position.SINGLE else f"{number} {position.value}"

    def _chosen_channel(self) -> int:
        if self.channel is not None and self.channel.value is not None:
            return self.channel.value
        numbers = self._numbers()
        return numbers[0] if numbers else 0


def read_masses(text: str) -> tuple[float, ...]:
    """``10, 20`` or ``2,5 5``; empty where something else is written."""
    found: list[float] = []
    for part in re.split(r";|,\s+|\s+", text.strip()):
        number = part.replace(",", ".")
        is_number = re.fullmatch(r"\d*\.?\d+|\d+\.", number) is not None
        if not is_number or not 0.0 < float(number) <= _HEAVIEST_KG:
            return ()
        found.append(float(number))
    return tuple(found)


def _explain(unit: Unit, *, is_check: bool) -> str:
    if is_check:
        own = "" if unit.needs_calibration else "Its own calibration is never changed. "
        return f"{own}Hang on a mass that you know, and compare it with what the device reads."
    return (
        "It sends raw counts. Hang on masses that you know, the largest near the forces that you "
        "measure, and Myograph finds how many newtons one count is. Nothing is written to the "
        "device."
    )

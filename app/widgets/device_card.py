"""One device on the devices page: how it does, and what it says of itself."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy

from app.plain_text import plain
from app.status import DeviceStatus
from app.theme import space
from app.units import NO_VALUE, quantity
from app.widgets.controls import Card, row
from app.widgets.device_chip import STATE_WORDS
from app.widgets.text import Elided, Text
from devices.types import LinkState


class DeviceCard(Card):
    """Updates in place: numbers change, nothing moves."""

    def __init__(self, status: DeviceStatus) -> None:
        super().__init__(margin=5)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._name = Elided("", "heading")
        self._virtual = Text("VIRTUAL", "small", tone="virtual", bold=True)
        self._state = Text("", bold=True)
        self._attention = Text("", tone="attention", wrap=True)
        head = row(self._name, self._virtual, self._state)
        head.setStretch(0, 1)
        self.column.addLayout(head)
        self.column.addWidget(self._attention)
        self._values: dict[str, Elided] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(3))
        grid.setVerticalSpacing(space(1))
        for place, label in enumerate(
            ("Rate now", "Lost", "Battery", "Serial", "Firmware", "Calibrated", "Link")
        ):
            line, half = divmod(place, 2)
            name = Text(label, tone="muted")
            grid.addWidget(name, line, 2 * half, Qt.AlignmentFlag.AlignTop)
            self._values[label] = Elided("")
            grid.addWidget(self._values[label], line, 2 * half + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.column.addLayout(grid)
        self.set_status(status)

    def set_status(self, status: DeviceStatus) -> None:
        self._name.setText(plain(status.name))
        self._virtual.setVisible(status.is_virtual)
        self._state.setText(STATE_WORDS[status.link_state])
        is_lost = status.link_state in (LinkState.LOST, LinkState.RECONNECTING)
        self._state.set_tone("good" if status.is_connected else "attention" if is_lost else "muted")
        self._attention.setText(status.attention or "")
        self._attention.setVisible(status.attention is not None)
        live = status.link_state is LinkState.STREAMING
        texts = {
            "Rate now": quantity(status.rate_hz, "Hz") if live else NO_VALUE,
            "Lost": quantity(status.lost_percent, "%", 2),
            "Battery": quantity(status.battery_percent, "%"),
            "Serial": status.serial or NO_VALUE,
            "Firmware": status.firmware or NO_VALUE,
            "Calibrated": status.calibrated_on or "not known",
            "Link": status.link or NO_VALUE,
        }
        for label, text in texts.items():
            self._values[label].setText(text)

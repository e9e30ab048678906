"""One device on the devices page: how it does, and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy

from app.plain_text import plain
from app.status import DeviceStatus, Found
from app.theme import space
from app.units import NO_VALUE, quantity
from app.widgets.controls import Button, Card, column, row
from app.widgets.device_chip import STATE_WORDS
from app.widgets.text import Elided, Text
from devices.types import LinkState, Transport


class DeviceCard(Card):
    """Updates in place: numbers change, nothing moves. `released` carries the device's key."""

    released = Signal(str)

    def __init__(self, status: DeviceStatus) -> None:
        super().__init__(margin=5)
        self._key = status.key
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
        if status.key:
            release = Button("Disconnect", clicked=self._release)
            self.column.addLayout(row(release, 1))
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
            "Battery": quantity(status.battery_v, "V", 2)
            if status.battery_percent is None and status.battery_v is not None
            else quantity(status.battery_percent, "%"),
            "Serial": status.serial or NO_VALUE,
            "Firmware": status.firmware or NO_VALUE,
            "Calibrated": status.calibrated_on or "not known",
            "Link": status.link or NO_VALUE,
        }
        for label, text in texts.items():
            self._values[label].setText(text)

    def _release(self) -> None:
        self.released.emit(self._key)


class FoundCard(Card):
    """A device that answers but is not used yet: one button for each model it may be."""

    used = Signal(object, str)  # Found, id of the model

    def __init__(self, found: Found, model_names: Mapping[str, str]) -> None:
        super().__init__(margin=4)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        name = Elided(plain(found.name) or plain(found.key), "strong", bold=True)
        detail = Elided(" · ".join(_ways(found)), tone="muted")
        texts = column(name, detail, spacing=1)
        line = row(spacing=3)
        line.addLayout(texts, 1)
        if found.is_virtual:
            line.addWidget(Text("VIRTUAL", "small", tone="virtual", bold=True))
        self.buttons = [Button(self._words(found, model_names, m)) for m in found.models]
        for button, model in zip(self.buttons, found.models, strict=True):
            button.clicked.connect(lambda _=False, model=model: self.used.emit(found, model))
            line.addWidget(button)
        self.column.addLayout(line)

    @staticmethod
    def _words(found: Found, model_names: Mapping[str, str], model: str) -> str:
        name = model_names.get(model, model)
        return f"Use as {name}" if len(found.models) > 1 else "Use"


def _ways(found: Found) -> list[str]:
    ways = ["Bluetooth" if found.transport is Transport.BLE else "cable"]
    if found.rssi is not None:
        ways.append(_reach(found.rssi))
    return ways


def _reach(rssi_dbm: int) -> str:
    if rssi_dbm > -65:
        return "near"
    return "in reach" if rssi_dbm > -80 else "weak signal: bring it nearer"

"""Devices: those that are here, and every model that Myograph can read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.navigation import Desk, Route
from app.pages.page import Header, Page, section
from app.status import Found
from app.theme import space
from app.units import number
from app.widgets.controls import Button, Card, EmptyState, clear, scrolling
from app.widgets.device_card import DeviceCard, FoundCard
from app.widgets.rows import Row, RowList
from app.widgets.text import Text
from devices.catalog import ELECTROTHERAPY_MODELS, FORCE_MODELS
from devices.declaration import ElectrotherapyModel, ForceModel
from devices.types import Evidence, Transport

_TRANSPORTS = {Transport.SERIAL: "serial", Transport.BLE: "Bluetooth"}


class DevicesPage(Page):
    title = "Devices"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.find_button = Button("Find devices", "primary", icon_name="search", key="F")
        self.find_button.clicked.connect(desk.find_devices)
        self.header = Header("Devices", self.find_button)
        self.models = RowList("Models that can be read")
        self._cards: list[DeviceCard] = []
        self._names: tuple[tuple[str, str, str], ...] | None = None
        self._shown: tuple[Found, ...] | None = None
        self._build()
        self.add_key("F", "Find devices", desk.find_devices.emit)
        desk.devices_changed.connect(self._show)

    def enter(self, route: Route) -> None:
        self.find_button.setFocus()
        self._show()

    def _build(self) -> None:
        self.body.addWidget(self.header)
        self._grid = QGridLayout()
        self._grid.setSpacing(space(4))
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self._none = Card(margin=2)
        self._nobody = EmptyState(
            "No device yet",
            "Switch the device on and bring it near, or plug in its cable, then press F. "
            "A device that was used before connects by itself.",
        )
        self._looking = EmptyState(
            "Looking for devices …",
            "Switch the device on and bring it near, or plug in its cable. It appears here.",
        )
        self._none.column.addWidget(self._nobody)
        self._none.column.addWidget(self._looking)
        models = Card("What Myograph reads", holds_rows=True)
        self.models.set_rows(_model_rows())
        self.models.show_all_rows()
        models.column.addWidget(self.models)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(4))
        self._problem = Text("", tone="attention", wrap=True)
        self._found_title = section("Found, not in use yet")
        self._found = QVBoxLayout()
        self._found.setSpacing(space(2))
        column.addWidget(self._problem)
        column.addWidget(self._found_title)
        column.addLayout(self._found)
        column.addWidget(section("Here now"))
        column.addLayout(self._grid)
        column.addWidget(self._none)
        column.addWidget(models)
        column.addStretch()
        self.body.addWidget(scrolling(content), 1)

    def _show(self) -> None:
        if not self.isVisible():
            return
        devices = self.desk.devices
        searching = self.desk.is_searching
        self.find_button.setText("Looking …" if searching else "Find devices")
        self.find_button.setEnabled(not searching)
        self._nobody.setVisible(not searching)
        self._looking.setVisible(searching)
        self._none.setVisible(not devices)
        self._show_found()
        names = tuple((status.key, status.name, status.model) for status in devices)
        if names == self._names:
            for card, status in zip(self._cards, devices, strict=True):
                card.set_status(status)
            return
        self._names = names
        clear(self._grid)
        self._cards = [DeviceCard(status) for status in devices]
        for place, card in enumerate(self._cards):
            card.released.connect(self.desk.release_device)
            self._grid.addWidget(card, place // 2, place % 2, Qt.AlignmentFlag.AlignTop)

    def _show_found(self) -> None:
        """What answers and is not used; why Bluetooth cannot be searched, if it cannot."""
        problem, found = self.desk.bluetooth_problem, self.desk.found
        self._problem.setText(problem or "")
        self._problem.setVisible(bool(problem))
        self._found_title.setVisible(bool(found))
        if found == self._shown:
            return
        self._shown = found
        clear(self._found)
        names = {model.id: model.name for model in _models()}
        for each in found:
            card = FoundCard(each, names)
            card.used.connect(self.desk.use_device)
            self._found.addWidget(card)


def _models() -> list[ForceModel | ElectrotherapyModel]:
    return [*FORCE_MODELS.values(), *ELECTROTHERAPY_MODELS.values()]


def _model_rows() -> list[Row]:
    force = [
        Row(
            model.name,
            model.id,
            detail=" · ".join((*_common(model), _channels(model))),
            trailing=f"{number(model.rate_hz)} Hz",
            trailing_detail=_tested(model),
        )
        for model in FORCE_MODELS.values()
    ]
    therapy = [
        Row(
            model.name,
            model.id,
            detail=" · ".join((*_common(model), "listened to, never controlled")),
            trailing_detail=_tested(model),
        )
        for model in ELECTROTHERAPY_MODELS.values()
    ]
    return [Row("Force"), *force, Row("Electrotherapy and ultrasound"), *therapy]


def _common(model: ForceModel | ElectrotherapyModel) -> list[str]:
    ways = " and ".join(_TRANSPORTS[transport] for transport in model.transports)
    experimental = ["experimental"] if model.evidence is Evidence.THIRD_PARTY else []
    return [model.maker, ways, *experimental]


def _channels(model: ForceModel) -> str:
    match len(model.channels):
        case 1:
            return "one limb at a time"
        case 2:
            return "left and right at once"
        case cells:
            return f"up to {cells} cells, after your calibration"


def _tested(model: ForceModel | ElectrotherapyModel) -> str:
    return "tested on hardware" if model.tested_on_hardware else "tested on simulators only"

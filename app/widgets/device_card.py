"""One device on the devices page: how it does, what it says of itself, and what it was used for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from app.live import LiveTrace
from app.plain_text import plain
from app.status import DeviceStatus, Found
from app.theme import space
from app.units import NO_VALUE, ForceUnit, day, quantity, time_of_day
from app.widgets.controls import Button, Card, Segments, column, row
from app.widgets.device_chip import STATE_WORDS
from app.widgets.mini_trace import MiniTrace
from app.widgets.text import Elided, Text, VirtualMark, tool_tip
from app.wording import CANNOT_TELL, EXPERIMENTAL
from data.sides import Side
from devices.types import LinkState, Position, Transport

_VALUES = ("Rate now", "Lost", "Battery", "Firmware", "Calibrated", "Due", "Link", "Last seen")
_SIDE_OF = {Position.LEFT: Side.LEFT, Position.RIGHT: Side.RIGHT}
_SIDES = ((Side.LEFT, "Left limb"), (Side.RIGHT, "Right limb"))


class DeviceCard(Card):
    """Updates in place: numbers change, nothing moves. Every signal carries the device's key.

    A device that was accepted once and is not here now is shown too, without a trace.
    """

    released = Signal(str)
    forgotten = Signal(str)
    calibrate_wanted = Signal(str)
    side_chosen = Signal(str, object)  # Side | None

    def __init__(self, status: DeviceStatus) -> None:
        super().__init__(margin=5)
        self.status = status
        self.trace = MiniTrace()
        self.sides = Segments(_SIDES, name="Set up for", can_be_empty=True)
        self.calibrate = Button("Calibrate…", clicked=self._calibrate)
        self._name = Elided("", "heading")
        self._virtual = VirtualMark()
        self._state = Text("", bold=True)
        self._identity = Elided("", tone="muted")
        self._evidence = Text(EXPERIMENTAL, tone="attention", wrap=True)
        self._attention = Text("", tone="attention", wrap=True)
        self._history = Text("", tone="muted", wrap=True)
        self._values: dict[str, Elided] = {}
        self._is_pulled = False
        self._build()
        self.set_status(status)

    def set_status(self, status: DeviceStatus) -> None:
        self.status = status
        self._name.setText(plain(status.name))
        self._virtual.setVisible(status.is_virtual)
        self._show_state()
        identity = [status.model, status.maker, f"serial {status.serial or 'not known'}"]
        self._identity.setText(" · ".join(plain(part) for part in identity if part))
        self._evidence.setVisible(status.is_experimental)
        self._attention.setText(status.attention or "")
        self._attention.setVisible(status.attention is not None)
        for label, text in _texts(status).items():
            self._values[label].setText(text)
        self.trace.setVisible(status.is_force and status.link_state is not LinkState.CLOSED)
        self.calibrate.setVisible(status.is_force)
        self._side_row.setVisible(status.cells == 1)
        side = _SIDE_OF.get(status.position) if status.position else None
        self.sides.set_value(side)
        self.trace.set_sides((Side.LEFT, Side.RIGHT) if status.cells == 2 else (side,))

    def follow(self, trace: LiveTrace | None, unit: ForceUnit) -> None:
        """From now on draw this curve, where it is another than before."""
        self.trace.follow(trace, unit)

    def look(self) -> None:
        """Draw what came since the last look."""
        if self.trace.isVisible():
            self.trace.look()

    def set_pulled(self, *, is_pulled: bool) -> None:
        """Somebody pulls on this one: it says so."""
        if is_pulled != self._is_pulled:
            self._is_pulled = is_pulled
            self.setProperty("surface", "chosen" if is_pulled else "card")
            self.style().unpolish(self)
            self.style().polish(self)
            self._show_state()

    def set_history(self, lines: Sequence[str]) -> None:
        """The last trials made with this unit."""
        tool_tip(self._history, "The best peak of the valid repetitions: peak.raw.v1.")
        self._history.setText("\n".join(lines))
        self._history.setVisible(bool(lines))

    def _build(self) -> None:
        head = row(self._name, self._virtual, self._state)
        head.setStretch(0, 1)
        self.column.addLayout(head)
        self.column.addWidget(self._identity)
        self.column.addWidget(self._evidence)
        self.column.addWidget(self._attention)
        self.column.addWidget(self.trace)
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(3))
        grid.setVerticalSpacing(space(1))
        for place, label in enumerate(_VALUES):
            line, half = divmod(place, 2)
            name = Text(label, tone="muted")
            grid.addWidget(name, line, 2 * half, Qt.AlignmentFlag.AlignTop)
            self._values[label] = Elided("")
            grid.addWidget(self._values[label], line, 2 * half + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.column.addLayout(grid)
        self._history.hide()
        self.column.addWidget(self._history)
        self._side_row = QWidget()
        self._side_row.setLayout(row(Text("Set up for", tone="muted"), self.sides, 1))
        self.column.addWidget(self._side_row)
        self.column.addStretch()  # cards beside each other are of one height
        if self.status.key:
            self.column.addLayout(row(self.calibrate, self._leave_button(), 1))
        self.sides.changed.connect(self._choose_side)

    def _leave_button(self) -> Button:
        if self.status.last_seen:
            return Button("Forget", clicked=self._forget)
        return Button("Disconnect", clicked=self._release)

    def _show_state(self) -> None:
        status = self.status
        is_lost = status.link_state in (LinkState.LOST, LinkState.RECONNECTING)
        self._state.setText("This one" if self._is_pulled else STATE_WORDS[status.link_state])
        tone = "good" if status.is_connected else "attention" if is_lost else "muted"
        self._state.set_tone("" if self._is_pulled else tone)

    def _release(self) -> None:
        self.released.emit(self.status.key)

    def _forget(self) -> None:
        self.forgotten.emit(self.status.key)

    def _calibrate(self) -> None:
        self.calibrate_wanted.emit(self.status.key)

    def _choose_side(self, side: Side | None) -> None:
        self.side_chosen.emit(self.status.key, side)


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
            line.addWidget(VirtualMark())
        self.buttons = [Button(self._words(found, model_names, m)) for m in found.models]
        for button, model in zip(self.buttons, found.models, strict=True):
            button.clicked.connect(lambda _=False, model=model: self.used.emit(found, model))
            line.addWidget(button)
        self.column.addLayout(line)

    @staticmethod
    def _words(found: Found, model_names: Mapping[str, str], model: str) -> str:
        name = model_names.get(model, model)
        return f"Use as {name}" if len(found.models) > 1 else "Use"


def _texts(status: DeviceStatus) -> dict[str, str]:
    live = status.link_state is LinkState.STREAMING
    lost = quantity(status.lost_percent, "%", 2) if status.tells_loss else CANNOT_TELL
    battery = quantity(status.battery_percent, "%")
    if status.battery_percent is None and status.battery_v is not None:
        battery = quantity(status.battery_v, "V", 2)
    return {
        "Rate now": quantity(status.rate_hz, "Hz") if live else NO_VALUE,
        "Lost": lost,
        "Battery": battery,
        "Firmware": status.firmware or NO_VALUE,
        "Calibrated": status.calibrated_on or ("not known" if status.is_force else NO_VALUE),
        "Due": status.calibration_due or NO_VALUE,
        "Link": status.link or NO_VALUE,
        "Last seen": _moment(status.last_seen) if not status.is_connected else "now",
    }


def _moment(iso: str) -> str:
    """``18 Nov 2026, 10:40`` by this machine's clock; a dash where nothing is known."""
    try:
        at = datetime.fromisoformat(iso).astimezone()
    except ValueError:
        return NO_VALUE
    return f"{day(at)}, {time_of_day(at)}"


def _ways(found: Found) -> list[str]:
    ways = ["Bluetooth" if found.transport is Transport.BLE else "cable"]
    if found.rssi is not None:
        ways.append(_reach(found.rssi))
    if found.transport is Transport.USB and found.usb_serial:  # all of a kind have the same name
        ways.append(plain(found.usb_serial))
    return ways


def _reach(rssi_dbm: int) -> str:
    if rssi_dbm > -65:
        return "near"
    return "in reach" if rssi_dbm > -80 else "weak signal: bring it nearer"

"""An electrotherapy unit that is listened to: recorded, never controlled."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from devices.base import Device
from devices.declaration import ElectrotherapyModel
from devices.errors import UnsupportedDeviceError
from devices.treatment_log import TreatmentLog
from devices.types import DeviceInfo, LinkState
from drivers.link import Link
from protocols.codec import Framing
from protocols.events import Event, Rejected
from protocols.ott import Hello, Ident, IdentField, OttModality, UnitState

_SILENCE_S = 3.0  # the state comes twice a second, always


class ElectrotherapyDevice(Device):
    """Fills `log` while connected; `on_telemetry` is told after each event.

    Only queries can leave: `allowed` of the base class is never widened here.
    """

    def __init__(self, model: ElectrotherapyModel, link: Link, framing: Framing) -> None:
        self.codec = model.codec(framing)
        super().__init__(link, self.codec)
        self.model = model
        self.info = DeviceInfo(model=model.id, name=model.name)
        self.modalities: frozenset[OttModality] = frozenset()
        self.log = TreatmentLog()
        self.on_telemetry: Callable[[Event], None] = _ignore
        self._hello: Hello | None = None
        self._state: UnitState | None = None
        self._rejection: Rejected | None = None

    def begin_log(self) -> None:
        """A new treatment: forget what the last one was."""
        before, self.log = self.log, TreatmentLog()
        self.log.modality, self.log.name = before.modality, before.name
        self.log.last_event_id = before.last_event_id

    async def _greet(self) -> None:
        self.codec.reset()
        self._hello = self._state = self._rejection = None
        await self._ask(
            self.codec.get_hello(), lambda: bool(self._hello or self._rejection), "Its greeting"
        )
        if self._rejection is not None:
            raise UnsupportedDeviceError(
                f"{self.model.name}: {self._rejection.reason}. Nothing was changed on the unit. "
                "Update Myograph, or type the treatment in."
            )
        now = time.time()
        await self._send(self.codec.time(int(now), int(now % 1 * 1000)))
        await self._ask(self.codec.get_snapshot(), lambda: self._state is not None, "Its state")
        if self.log.last_event_id is not None:
            await self._send(self.codec.get_events((self.log.last_event_id + 1) & 0xFFFF))

    async def _resume(self) -> None:
        self._set_state(LinkState.READY, "reconnected")

    async def _farewell(self) -> None:
        return  # a unit never waits for us

    def _interrupted(self, cause: str) -> None:
        self.log.interrupted(cause)

    def _keep_alive(self) -> tuple[float, bytes] | None:
        return None  # it must not matter to a unit whether anybody listens

    def _silence_limit_s(self) -> float | None:
        return _SILENCE_S if self.state is LinkState.READY else None

    def _receive(self, data: bytes) -> None:
        for event in self.codec.receive(data):
            match event:
                case Hello():
                    self._hello = event
                    self.modalities = event.modalities
                    firmware = ".".join(map(str, event.firmware))
                    self.info = replace(self.info, firmware=firmware)
                case Ident():
                    self._name(event)
                case UnitState():
                    self._state = event
                case Rejected():
                    self._rejection = event
                case _:
                    pass
            self.log.take(event, time.monotonic())
            self.on_telemetry(event)

    def _name(self, ident: Ident) -> None:
        match ident.field:
            case IdentField.MODEL:
                self.info = replace(self.info, name=ident.text)
            case IdentField.SERIAL:
                self.info = replace(self.info, serial=ident.text)
            case _:
                pass


def _ignore(_event: Event) -> None:
    return

"""A unit that speaks Open Therapy Telemetry: it reports by itself, and is asked who it is."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from devices.declaration import ElectrotherapyModel
from devices.electrotherapy import ElectrotherapyDevice
from devices.errors import UnsupportedDeviceError
from devices.types import LinkState
from drivers.link import Link
from protocols.codec import Framing
from protocols.events import Rejected, Restarted
from protocols.ott import Hello, Ident, IdentField, OttCodec, OttModality, UnitState

_SILENCE_S = 3.0  # the state comes twice a second, always


class OttDevice(ElectrotherapyDevice):
    """Fills its log while connected."""

    def __init__(self, model: ElectrotherapyModel, link: Link, framing: Framing) -> None:
        self.codec = OttCodec(framing)
        super().__init__(model, link, self.codec)
        self.modalities: frozenset[OttModality] = frozenset()
        self._boot_id: int | None = None
        self._has_rebooted = False
        self._hello: Hello | None = None
        self._state: UnitState | None = None
        self._rejection: Rejected | None = None
        self._heard: int | None = None  # the last event before the link was lost

    def begin_log(self) -> None:
        super().begin_log()
        if self.state is LinkState.READY:  # by itself it tells its settings every 30 s only
            self._spawn(self._send_or_go_down(self.codec.get_snapshot()))

    async def _greet(self) -> None:
        self.codec.reset()
        # What happens while we greet, perhaps in vain, must not hide what did before.
        heard = self.log.last_event_id if self._heard is None else self._heard
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
        if heard is not None and not self._has_rebooted:
            await self._send(self.codec.get_events((heard + 1) & 0xFFFF))
        self._heard = None

    def _interrupted(self, cause: str) -> None:
        if self._heard is None:
            self._heard = self.log.last_event_id
        super()._interrupted(cause)

    def _silence_limit_s(self) -> float | None:
        return _SILENCE_S if self.state is LinkState.READY else None

    def _receive(self, data: bytes) -> bool:
        for event in self.codec.receive(data):
            match event:
                case Restarted():
                    self._boot_id = None
                case Hello():
                    self._hello = event
                    self._has_rebooted = self._boot_id not in (None, event.boot_id)
                    if self._has_rebooted:  # while it was not heard
                        self.log.take(Restarted(), asyncio.get_running_loop().time())
                    self._boot_id = event.boot_id
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
            self.log.take(event, asyncio.get_running_loop().time())
            self.on_telemetry(event)
        return True

    def _name(self, ident: Ident) -> None:
        match ident.field:
            case IdentField.MODEL:
                self.info = replace(self.info, name=ident.text)
            case IdentField.SERIAL:
                self.info = replace(self.info, serial=ident.text)
            case _:
                pass

"""An electrotherapy unit that is listened to: recorded, never controlled."""

from __future__ import annotations

from collections.abc import Callable

from devices.base import Device
from devices.declaration import ElectrotherapyModel
from devices.treatment_log import TreatmentLog
from devices.types import DeviceInfo, LinkState
from drivers.link import Link
from protocols.codec import Decoder
from protocols.events import Event


class ElectrotherapyDevice(Device):
    """What all units share; `log` fills with what they tell, `on_telemetry` hears each event.

    Only queries can leave: `allowed` of the base class is never widened here or below.
    """

    def __init__(self, model: ElectrotherapyModel, link: Link, decoder: Decoder) -> None:
        super().__init__(link, decoder)
        self.model = model
        self.info = DeviceInfo(model=model.id, name=model.name)
        self.log = TreatmentLog()
        self.on_telemetry: Callable[[Event], None] = _ignore

    def begin_log(self) -> None:
        """A new treatment: forget what the last one was."""
        self.log = TreatmentLog(self.log)

    async def _resume(self) -> None:
        self._set_state(LinkState.READY, "reconnected")

    async def _farewell(self) -> None:
        return  # a unit never waits for us

    def _interrupted(self, cause: str) -> None:
        self.log.interrupted(cause)

    def _keep_alive(self) -> tuple[float, bytes] | None:
        return None  # it must not matter to a unit whether anybody listens


def _ignore(_event: Event) -> None:
    return

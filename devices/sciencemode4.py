"""HASOMED P24 and RehaMove3: asked who and how they are, by three queries, and nothing else."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from devices.declaration import ElectrotherapyModel
from devices.electrotherapy import ElectrotherapyDevice
from devices.errors import NotRespondingError, UnsupportedDeviceError
from devices.types import Evidence, Transport
from drivers.link import Link
from drivers.serial_format import SerialFormat
from protocols.codec import Framing
from protocols.sciencemode4 import (
    Answer,
    DeviceId,
    ExtendedVersion,
    Opcode,
    ScienceMode4Codec,
    StimStatus,
)


class ScienceMode4Device(ElectrotherapyDevice):
    """Asks once for each connection, and again when `ask_status` is called: never by itself.

    What the program that drives the unit sets cannot be heard here; it is read from a recording
    of that program. `status` is what the unit last said of itself.
    """

    def __init__(self, model: ElectrotherapyModel, link: Link, framing: Framing) -> None:
        self.codec = ScienceMode4Codec(framing)
        super().__init__(model, link, self.codec)
        self.status: StimStatus | None = None
        self._answers: dict[Opcode, Answer] = {}

    async def ask_status(self) -> StimStatus:
        """Raises `LinkError`, or `DeviceError` when the unit does not tell."""
        answer = await self._answer_to(self.codec.get_stim_status(), Opcode.GET_STIM_STATUS)
        if not isinstance(answer, StimStatus):
            raise self._not_understood("its status")
        return answer

    async def _greet(self) -> None:
        self.codec.reset()
        self.status = None
        device_id = await self._answer_to(self.codec.get_device_id(), Opcode.GET_DEVICE_ID)
        if not isinstance(device_id, DeviceId):
            raise self._not_understood("its identity")
        self.info = replace(self.info, serial=device_id.text)
        await self.ask_status()
        with contextlib.suppress(NotRespondingError):  # RehaMove3 may not know this one
            query = self.codec.get_extended_version()
            version = await self._answer_to(query, Opcode.GET_EXTENDED_VERSION)
            if isinstance(version, ExtendedVersion):
                self.info = replace(self.info, firmware=".".join(map(str, version.firmware)))

    def _silence_limit_s(self) -> float | None:
        return None  # it only answers

    def _receive(self, data: bytes) -> bool:
        for event in self.codec.receive(data):
            match event:
                case StimStatus():
                    self.status = event
                    self._answers[event.opcode] = event
                case Answer():
                    self._answers[event.opcode] = event
                case _:
                    pass
            self.on_telemetry(event)
        return True

    async def _answer_to(self, query: bytes, opcode: Opcode) -> Answer:
        self._answers.clear()
        complaints = (Opcode.GENERAL_ERROR, Opcode.UNKNOWN_COMMAND)
        await self._ask(
            query,
            lambda: any(each in self._answers for each in (opcode, *complaints)),
            "The unit's answer",
        )
        return self._answers.get(opcode) or next(iter(self._answers.values()))

    def _not_understood(self, what: str) -> UnsupportedDeviceError:
        return UnsupportedDeviceError(
            f"{self.model.name}: the unit does not tell {what}. Nothing was changed on it. "
            "Check that the port is that of the stimulator."
        )


SCIENCEMODE4 = ElectrotherapyModel(
    id="sciencemode4",
    name="HASOMED P24 / RehaMove3",
    maker="HASOMED",
    device=ScienceMode4Device,
    transports=(Transport.SERIAL,),
    evidence=Evidence.PRIMARY,
    baud_rate=3_000_000,
    line=SerialFormat(stop_bits=2, rts_cts=True),
    notes=(
        "Only identified and asked for its status: no request of ours starts, sustains or ends "
        "output.",
        "Settings and dose come from a recording of the program that drives it: myograph import.",
        "Its USB identity 0483:5740 is that of a common chip: the unit is known by its answer.",
        "The P24 is no medical device: its maker sells it for research.",
    ),
)

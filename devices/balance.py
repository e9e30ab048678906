"""A laboratory balance that weighs the push of an ultrasound head: listened to, never asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from devices.base import Device
from devices.declaration import InstrumentModel
from devices.types import Evidence, LinkState, Transport
from drivers.link import Link
from drivers.serial_format import Parity, SerialFormat
from protocols.balance import BalanceCodec, TooHeavy, Weight
from protocols.codec import Framing
from protocols.gate import RequestClass


class Balance(Device):
    """`on_weight` is told each reading, None where the balance is overloaded."""

    allowed = frozenset[RequestClass]()

    def __init__(self, link: Link) -> None:
        self.codec = BalanceCodec(Framing.STREAM)
        super().__init__(link, self.codec)
        self.on_weight: Callable[[Weight | None], None] = _ignore

    async def readings(self, seconds: float) -> list[Weight]:
        """What it prints in that time, from now on; overloads left out."""
        found: list[Weight | None] = []
        before, self.on_weight = self.on_weight, found.append
        try:
            await asyncio.sleep(seconds)
        finally:
            self.on_weight = before
        return [weight for weight in found if weight is not None]

    async def _greet(self) -> None:
        self.codec.reset()

    async def _resume(self) -> None:
        self._set_state(LinkState.READY, "reconnected")

    async def _farewell(self) -> None:
        return

    def _interrupted(self, cause: str) -> None:
        return  # a reading stands for itself

    def _keep_alive(self) -> tuple[float, bytes] | None:
        return None

    def _silence_limit_s(self) -> float | None:
        return None  # many print only when their key is pressed

    def _receive(self, data: bytes) -> bool:
        for event in self.codec.receive(data):
            match event:
                case Weight():
                    self.on_weight(event)
                case TooHeavy():
                    self.on_weight(None)
                case _:
                    pass
        return True


BALANCE = InstrumentModel(
    id="balance",
    name="Serial balance",
    maker="A&D, Ohaus, Mettler and others",
    transports=(Transport.SERIAL,),
    evidence=Evidence.THIRD_PARTY,
    baud_rate=2400,
    line=SerialFormat(7, Parity.EVEN, 1),
    notes=(
        "Checks the output of an ultrasound head by its push on an absorbing target.",
        "A&D and Ohaus as in their manuals, Mettler from memory, read leniently; none was tried.",
        "Speed and format are those of A&D; the command takes others.",
    ),
)


def _ignore(_weight: Weight | None) -> None:
    return

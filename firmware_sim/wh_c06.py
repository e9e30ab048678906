"""A WH-C06 hanging scale: advertises its reading eight times a second to whoever listens."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sim.cells import Cells, StreamingUnit
from firmware_sim.firmware import Load
from firmware_sim.noise import chance
from protocols.codec import Framing
from protocols.wh_c06 import NEWTONS_PER_STEP, encode_reading

RATE_HZ = 8
MEASURED_LOSS = 0.38
"""The share of its advertisements that one of its users did not hear."""

_MOST_STEPS = 0xFFFF


class WhC06Firmware(StreamingUnit):
    """The load begins when it is switched on, which is when somebody first listens.

    `loss` is the share of its advertisements that nobody hears. `unit` is the digit that it sends:
    1 are kilograms. It shows no push.
    """

    model = "wh-c06"
    resolution_n = NEWTONS_PER_STEP

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.PACKETS,
        *,
        serial: str = "C0:FF:EE:12:34:56",
        seed: int = 1,
        noise_n: float = 0.05,
        unloaded_n: float = 0.0,
        loss: float = 0.0,
        unit: int = 1,
        is_held: bool = False,
    ) -> None:
        cells = Cells(load, RATE_HZ, seed=seed, noise_n=noise_n, unloaded_n=unloaded_n)
        super().__init__(cells, framing, serial, 1)
        self._seed = seed
        self._loss = loss
        self._unit = unit
        self._is_held = is_held

    def receive(self, data: bytes) -> list[bytes]:
        """Nothing can be sent to it."""
        if data:
            self.changes.append(data.hex())
        return []

    def connected(self) -> None:
        if not self.is_streaming:
            self.start_stream()

    def disconnected(self) -> None:
        return

    def messages(self, force: NDArray[np.float64]) -> list[bytes]:
        if chance(self.sent, self._seed) < self._loss:
            return []
        steps = round(min(max(float(force[0, 0]) / NEWTONS_PER_STEP, 0), _MOST_STEPS))
        mac = bytes.fromhex(self.serial.replace(":", ""))
        return [encode_reading(mac, steps, self.sent, unit=self._unit, is_held=self._is_held)]

"""A Loadstar DI-1000 load cell interface: answers at once, streams until it hears anything."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sim.cells import Cells, StreamingUnit
from firmware_sim.firmware import Load
from firmware_sim.noise import chance
from protocols.codec import Framing
from protocols.loadstar import NEWTONS_PER_UNIT, encode_reading


class LoadstarFirmware(StreamingUnit):
    """`unit` is that of its calibration, as it writes it; readings have three decimals.

    A `confused` share of its questions is answered by ``E`` instead. `is_streaming_at_start` as a
    program that crashed left it.
    """

    model = "loadstar"

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.STREAM,
        *,
        serial: str = "FS1234-5678",
        seed: int = 1,
        noise_n: float = 0.02,
        unloaded_n: float = 0.0,
        rate_hz: int = 80,
        unit: str = "LB",
        product: str = "FCM DI-1000",
        capacity: float = 500.0,
        confused: float = 0.0,
        is_streaming_at_start: bool = False,
    ) -> None:
        cells = Cells(load, rate_hz, seed=seed, noise_n=noise_n, unloaded_n=unloaded_n)
        super().__init__(cells, framing, serial, per_message=1)
        self._newtons_per_unit = NEWTONS_PER_UNIT.get(unit.lower(), 1.0)
        self.resolution_n = 0.001 * self._newtons_per_unit
        self._seed = seed
        self._unit = unit
        self._product = product
        self._capacity = capacity
        self._confused = confused
        self._questions = 0
        self._inbox = b""
        if is_streaming_at_start:
            self.start_stream()

    def receive(self, data: bytes) -> list[bytes]:
        *requests, self._inbox = (self._inbox + data).split(b"\r")
        return [answer for request in requests for answer in self._answer(request.decode())]

    def disconnected(self) -> None:
        return  # it notices nothing

    def messages(self, force: NDArray[np.float64]) -> list[bytes]:
        return [encode_reading(float(n) / self._newtons_per_unit) for n in force[:, 0]]

    def _answer(self, request: str) -> list[bytes]:
        """Whatever comes while it streams ends the stream and does nothing else."""
        if self.is_streaming:
            self.stop_stream()
            return [b"A\r\n"]
        self._questions += 1
        if request and chance(self._questions, self._seed) < self._confused:
            return [b"E\r\n"]
        match request.upper():
            case "":
                return [b"A\r\n"]
            case "MODEL":
                return [f"{self._product}\r\n".encode()]
            case "ID":
                return [f"{self.serial}\r\n".encode()]
            case "UNITS" | "UNIT":
                return [f"{self._unit}\r\n".encode()]
            case "LC":
                return [f"{self._capacity:.1f}\r\n".encode()]
            case "W":
                return self.messages(self._cells.now(self._now_ns)[np.newaxis])
            case "WC":
                self.start_stream()
                return []
            case "TARE" | "CT0":
                self.changes.append(request)
                return [b"Tared\r\n"]
            case _:
                return [b"E\r\n"]

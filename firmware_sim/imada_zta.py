"""An Imada eZT or ZTA force gauge. All but the place of the number in a record is our own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sim.cells import Cells, StreamingUnit
from firmware_sim.firmware import Load, Scale
from protocols.codec import Framing
from protocols.imada_zta import encode_record

_MOST_N = 999.9


class ImadaZtaFirmware(StreamingUnit):
    """The load begins with the first stream. The rate of a real gauge is not known."""

    model = "imada-zta"
    resolution_n = 0.1
    scales = (Scale(0, 1.0, 0.0),)

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.STREAM,
        *,
        seed: int = 1,
        noise_n: float = 0.02,
        unloaded_n: float = 0.0,
        rate_hz: int = 100,
    ) -> None:
        cells = Cells(load, rate_hz, seed=seed, noise_n=noise_n, unloaded_n=unloaded_n)
        super().__init__(cells, framing, "", 1)
        self._inbox = b""

    def receive(self, data: bytes) -> list[bytes]:
        *requests, self._inbox = (self._inbox + data).split(b"\r")
        for request in requests:
            match request:
                case b"XAG" if not self.is_streaming:
                    self.start_stream()
                case b"XAS":
                    self.stop_stream()
                case b"Z":
                    self.changes.append("Z")
                case _:
                    pass
        return []

    def connected(self) -> None:
        self._inbox = b""

    def messages(self, force: NDArray[np.float64]) -> list[bytes]:
        return [encode_record(min(max(float(force[0, 0]), -_MOST_N), _MOST_N))]

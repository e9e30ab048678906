"""A PitchSix Force Board: whole pounds, and large numbers where it is pushed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sim.cells import Cells, StreamingUnit
from firmware_sim.firmware import Load
from protocols.codec import Framing
from protocols.pitchsix import NEWTONS_PER_POUND, Mode, encode_pounds


class PitchSixFirmware(StreamingUnit):
    """The load begins with the first stream. Boards with older firmware send 40 samples a second.

    How many samples share a notification is not published; six are what the smallest one holds.
    """

    model = "pitchsix"
    resolution_n = NEWTONS_PER_POUND

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.PACKETS,
        *,
        seed: int = 1,
        noise_n: float = 0.05,
        unloaded_n: float = 0.0,
        rate_hz: int = 80,
        samples_per_message: int = 6,
    ) -> None:
        cells = Cells(load, rate_hz, seed=seed, noise_n=noise_n, unloaded_n=unloaded_n)
        super().__init__(cells, framing, "", samples_per_message)

    def receive(self, data: bytes) -> list[bytes]:
        """A write to the device mode."""
        match list(data):
            case [Mode.STREAM] if not self.is_streaming:
                self.start_stream()
            case [Mode.IDLE]:
                self.stop_stream()
            case [Mode.TARE]:
                self.changes.append("tare")
            case [Mode.QUICK_START]:
                self.changes.append("quick start")
            case _:
                pass
        return []

    def messages(self, force: NDArray[np.float64]) -> list[bytes]:
        return [encode_pounds(np.rint(force[:, 0] / NEWTONS_PER_POUND).astype(int).tolist())]

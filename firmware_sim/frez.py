"""A Frez Dyno: raw counts at 250 Hz, nine to a notification, its clock begun anew by each start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sim.cells import Cells, StreamingUnit
from firmware_sim.firmware import Load, Scale
from protocols.codec import Framing
from protocols.frez import SAMPLES, Command, encode_rows

RATE_HZ = 250
_PERIOD_MS = 4


class FrezFirmware(StreamingUnit):
    """The load begins with the first stream.

    Force is (counts - `zero_counts`) / `counts_per_newton`; `clock_at_start_ms` is the first time
    of a stream, to reach the wrap after 49.7 days.
    """

    model = "frez"

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.PACKETS,
        *,
        seed: int = 1,
        noise_n: float = 0.02,
        unloaded_n: float = 0.0,
        counts_per_newton: float = 1000.0,
        zero_counts: int = 50_000,
        clock_at_start_ms: int = 0,
    ) -> None:
        cells = Cells(load, RATE_HZ, seed=seed, noise_n=noise_n, unloaded_n=unloaded_n)
        super().__init__(cells, framing, "", SAMPLES)
        self.counts_per_newton = counts_per_newton
        self.zero_counts = zero_counts
        self.resolution_n = 1.0 / counts_per_newton
        self.scales = (Scale(0, self.resolution_n, zero_counts),)
        self._clock_at_start_ms = clock_at_start_ms

    def receive(self, data: bytes) -> list[bytes]:
        match list(data):
            case [Command.START, 0]:
                self.start_stream()
            case [Command.STOP, 0]:
                self.stop_stream()
            case [Command.POWER_OFF, 0]:
                self.changes.append("power off")
                self.stop_stream()
                self.is_reachable = False
            case _:
                pass
        return []

    def messages(self, force: NDArray[np.float64]) -> list[bytes]:
        counts = np.rint(force[:, 0] * self.counts_per_newton).astype(np.int64) + self.zero_counts
        began_ms = self._clock_at_start_ms + self.sent * _PERIOD_MS
        return [encode_rows(counts.tolist(), [began_ms + i * _PERIOD_MS for i in range(SAMPLES)])]

"""The two cells of the simulated board: forces to counts, by the calibration records backwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firmware_sim.firmware import Load
from firmware_sim.loads import on_cells
from firmware_sim.noise import gaussian
from protocols.onb_frames import ZERO_READING, CalibrationRecord, Counts

CELLS = 2
RAIL = 2**23 - 1

# 24 bits over ±4.2 kN: a step is 0.0005 N. The second cell bends by a few tenths of a percent, as
# real ones do, so that the cubic record is used.
CALIBRATIONS = (
    CalibrationRecord(
        channel=0,
        zero_counts=12_345,
        n_per_count=0.0005,
        rated_n=3000.0,
        overload_n=3600.0,
        uncertainty_percent=0.1,
        date_unix=1_768_435_200,
        temperature_c=21.5,
        cell_serial="SIM-CELL-L",
    ),
    CalibrationRecord(
        channel=1,
        zero_counts=-8_765,
        n_per_count=0.0005,
        c2=1.2e-13,
        c3=-3e-21,
        is_cubic=True,
        rated_n=3000.0,
        overload_n=3600.0,
        uncertainty_percent=0.1,
        date_unix=1_768_435_200,
        temperature_c=21.5,
        cell_serial="SIM-CELL-R",
    ),
)


class Cells:
    """Readings by the number of the converter's tick since the load began."""

    def __init__(
        self,
        load: Load,
        calibrations: tuple[CalibrationRecord, CalibrationRecord],
        noise_n: float,
        unloaded_n: Sequence[float],
        seed: int,
    ) -> None:
        self.calibrations = calibrations
        self._load = load
        self._noise_n = noise_n
        self._unloaded_n = np.array(unloaded_n)
        self._seed = seed

    def force(self, first_tick: int, n: int, rate_hz: int) -> NDArray[np.float64]:
        """``force (n, 2) N``."""
        ticks = np.arange(first_tick, first_tick + n)
        pull = on_cells(self._load, ticks / rate_hz, CELLS) + self._unloaded_n
        return pull + gaussian(first_tick, n, CELLS, self._noise_n, self._seed)

    def counts(self, force: NDArray[np.float64]) -> tuple[Counts, list[bool]]:
        """``counts (n, 2)``, and which cells are at the rail of the converter."""
        raw = np.column_stack(
            [_counts(record, force[:, i]) for i, record in enumerate(self.calibrations)]
        )
        clipped = np.clip(np.rint(raw), -RAIL - 1, RAIL)
        at_rail: list[bool] = ((clipped == RAIL) | (clipped == -RAIL - 1)).any(axis=0).tolist()
        return clipped.astype(np.int32), at_rail

    def overloaded(self, force: NDArray[np.float64]) -> list[bool]:
        worst = np.abs(force).max(axis=0)
        limits = [record.overload_n for record in self.calibrations]
        return (worst > np.array(limits)).tolist()

    def zero_reading(self, first_tick: int, n: int, rate_hz: int) -> bytes:
        """Mean, 16 times the standard deviation and number of readings of each cell."""
        counts, _ = self.counts(self.force(first_tick, n, rate_hz))
        mean = np.rint(counts.mean(axis=0)).astype(int).tolist()
        sd = np.rint(counts.std(axis=0, ddof=min(n - 1, 1)) * 16).astype(int).tolist()
        return b"".join(ZERO_READING.pack(m, s, n) for m, s in zip(mean, sd, strict=True))


def _counts(record: CalibrationRecord, newtons: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the record turns into `newtons`: Newton's method from the linear guess."""
    x = newtons / record.n_per_count
    for _ in range(3 if record.is_cubic else 0):
        value = x * (record.n_per_count + x * (record.c2 + x * record.c3))
        slope = record.n_per_count + x * (2.0 * record.c2 + x * 3.0 * record.c3)
        x = x - (value - newtons) / slope
    return record.zero_counts + x

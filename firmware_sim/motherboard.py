"""A Griptonite Motherboard: text in short notifications; any request ends its stream."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sim.cells import Cells, StreamingUnit
from firmware_sim.firmware import Load, Scale
from protocols.codec import Framing
from protocols.motherboard import RATE_HZ, SERIAL, START, ZONES, encode_report

_NOTIFICATION_BYTES = 20
_MOST_COUNTS = (1 << 23) - 1


class MotherboardFirmware(StreamingUnit):
    """The load begins with the first stream. Its first column pulls on the left, its second on the
    right; nothing on the centre, whose counts fall with load as those of the right do.

    `first_number` is that of the first sample, to reach the wrap of 16 bits after 36 min.
    """

    model = "motherboard"

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.PACKETS,
        *,
        serial: str = "GT-000123",
        seed: int = 1,
        noise_n: float = 0.02,
        unloaded_n: float = 0.0,
        counts_per_newton: float = 1000.0,
        battery: int = 3700,
        first_number: int = 0,
    ) -> None:
        cells = Cells(load, RATE_HZ, cells=2, seed=seed, noise_n=noise_n, unloaded_n=unloaded_n)
        super().__init__(cells, framing, serial, 1)
        self.resolution_n = 1.0 / counts_per_newton
        self.scales = (
            Scale(0, self.resolution_n, 0.0, "left"),
            Scale(2, -self.resolution_n, 0.0, "right"),
        )
        self._counts_per_newton = counts_per_newton
        self._battery = battery
        self._first_number = first_number

    def receive(self, data: bytes) -> list[bytes]:
        if not data:
            return []
        self.stop_stream()
        match data:
            case _ if data == START:
                self.start_stream()
                return _notifications(b"Stream:30\r\n")
            case _ if data == SERIAL:
                return _notifications(self.serial.encode() + b"\r\n")
            case b"C":
                return _notifications(_calibration())
            case b"T":
                return _notifications(b" " * 32 + b"\r\n")
            case _:
                self.changes.append(data.decode("ascii", "replace"))
                return _notifications(b"Error VAL\r\n")

    def messages(self, force: NDArray[np.float64]) -> list[bytes]:
        left, right = (round(float(n) * self._counts_per_newton) for n in force[0])
        counts = [min(max(n, -_MOST_COUNTS), _MOST_COUNTS) for n in (left, 0, -right, 0)]
        line = encode_report(self._first_number + self.sent, self._battery, counts)
        return _notifications(line)


def _notifications(text: bytes) -> list[bytes]:
    return [text[i : i + _NOTIFICATION_BYTES] for i in range(0, len(text), _NOTIFICATION_BYTES)]


def _calibration() -> bytes:
    """Four points of each cell: sensor, point, kilograms, counts."""
    rows = [
        f"{sensor},{point},{20.0 * point:.1f},{point * 196_133}\r\n"
        for sensor in range(ZONES + 1)
        for point in range(4)
    ]
    return "".join(rows).encode()

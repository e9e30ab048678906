"""Load cells that are converted at an even rate, and the unit that sends what it converts."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from firmware_sim.firmware import Firmware, Load
from firmware_sim.loads import constant, on_cells
from firmware_sim.noise import gaussian
from protocols.codec import Framing

NS = 1_000_000_000


class Cells:
    """Force by the number of its conversion, so that any step of time gives the same values.

    The load begins with `begin`; conversions go on from then at `rate_hz`, a whole number.
    """

    def __init__(
        self,
        load: Load | None,
        rate_hz: int,
        *,
        cells: int = 1,
        seed: int = 1,
        noise_n: float = 0.0,
        unloaded_n: float = 0.0,
    ) -> None:
        self.rate_hz = rate_hz
        self._load = constant(0.0) if load is None else load
        self._cells = cells
        self._seed = seed
        self._noise_n = noise_n
        self._unloaded_n = unloaded_n
        self._began_ns: int | None = None

    def begin(self, now_ns: int) -> int:
        """The number of the next conversion; the first call begins the load."""
        if self._began_ns is None:
            self._began_ns = now_ns
        return -(-(now_ns - self._began_ns) * self.rate_hz // NS)

    def now(self, now_ns: int) -> NDArray[np.float64]:
        """``(cells,) N`` of the latest conversion."""
        self.begin(now_ns)
        return self.force((now_ns - (self._began_ns or 0)) * self.rate_hz // NS, 1)[0]

    def due_ns(self, number: int) -> int:
        """When this conversion is there."""
        return (self._began_ns or 0) - (-number * NS // self.rate_hz)

    def force(self, number: int, n: int) -> NDArray[np.float64]:
        """``(n, cells) N`` of the conversions from `number` on."""
        t = np.arange(number, number + n) / self.rate_hz
        noise = gaussian(number, n, self._cells, self._noise_n, self._seed)
        return on_cells(self._load, t, self._cells) + self._unloaded_n + noise


class StreamingUnit(Firmware):
    """Sends `per_message` conversions at a time while it streams, the first of them at once.

    A subclass answers requests and forms messages. `sent` counts the conversions of this stream;
    `changes` are the requests that would alter a real unit: its zero, calibration or settings.
    """

    per_message: int

    def __init__(self, cells: Cells, framing: Framing, serial: str, per_message: int) -> None:
        self.serial = serial
        self.framing = framing
        self.is_reachable = True
        self.per_message = per_message
        self.changes: list[str] = []
        self.sent = 0
        self._cells = cells
        self._now_ns = 0
        self._first: int | None = None  # conversion of the running stream

    @property
    def rate_hz(self) -> float:
        return float(self._cells.rate_hz)

    @property
    def is_streaming(self) -> bool:
        return self._first is not None

    def advance(self, seconds: float) -> list[bytes]:
        end_ns = self._now_ns + round(seconds * NS)
        messages: list[bytes] = []
        while self._first is not None:
            last = self._first + self.sent + self.per_message - 1
            if self._cells.due_ns(last) > end_ns:
                break
            force = self._cells.force(self._first + self.sent, self.per_message)
            messages += self.messages(force)
            self.sent += self.per_message
        self._now_ns = end_ns
        return messages

    def connected(self) -> None:
        return

    def disconnected(self) -> None:
        self.stop_stream()

    def start_stream(self) -> None:
        self._first = self._cells.begin(self._now_ns)
        self.sent = 0

    def stop_stream(self) -> None:
        self._first = None

    @abstractmethod
    def messages(self, force: NDArray[np.float64]) -> list[bytes]:
        """What carries ``force (per_message, cells) N``, the next conversions of the stream."""

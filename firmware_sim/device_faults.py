"""Trouble inside a device: its cells, its converter, its clock, its power."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_sim.firmware import Load
from firmware_sim.link_faults import Fault
from firmware_sim.noise import chance

_Seconds = NDArray[np.float64]
_Newtons = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _OnTheCell(Fault):
    """Changes what is measured from `at_s` on, for `seconds`; time is that of the load, which
    begins with the first stream. `cell` alone, or all of them."""

    at_s: float
    seconds: float = math.inf
    cell: int | None = None

    def pulls(self, load: Load, seed: int) -> Load:
        def force(t: _Seconds) -> _Newtons:
            pulled = np.array(load(t), np.float64)
            during = (t >= self.at_s) & (t < self.at_s + self.seconds)
            columns = slice(None) if self.cell is None else slice(self.cell, self.cell + 1)
            if during.any():
                pulled[during, columns] = self._instead(
                    pulled[during, columns], t[during], load, columns
                )
            return pulled

        return force

    @abstractmethod
    def _instead(
        self, pulled: _Newtons, t: _Seconds, load: Load, columns: slice
    ) -> _Newtons | float:
        """What is measured in place of `pulled`."""


@dataclass(frozen=True, slots=True)
class Add(_OnTheCell):
    """A constant force on top: a knock that moved the zero, or a pull beyond the range."""

    newtons: float = 0.0

    def _instead(
        self, pulled: _Newtons, t: _Seconds, load: Load, columns: slice
    ) -> _Newtons | float:
        return pulled + self.newtons


@dataclass(frozen=True, slots=True)
class Drift(_OnTheCell):
    """Warm-up or creep."""

    newtons_per_s: float = 0.0

    def _instead(
        self, pulled: _Newtons, t: _Seconds, load: Load, columns: slice
    ) -> _Newtons | float:
        return pulled + self.newtons_per_s * (t - self.at_s)[:, np.newaxis]


@dataclass(frozen=True, slots=True)
class Stuck(_OnTheCell):
    """The cell shows what it showed at `at_s`."""

    def _instead(
        self, pulled: _Newtons, t: _Seconds, load: Load, columns: slice
    ) -> _Newtons | float:
        return load(np.array([self.at_s]))[:, columns]


@dataclass(frozen=True, slots=True)
class NotANumber(_OnTheCell):
    """Only for formats that carry floating-point numbers."""

    def _instead(
        self, pulled: _Newtons, t: _Seconds, load: Load, columns: slice
    ) -> _Newtons | float:
        return math.nan


@dataclass(frozen=True, slots=True)
class Spikes(Fault):
    """A `fraction` of the readings between `from_s` and `until_s` is `newtons` too high, as a
    converter that misses a bit shows it."""

    fraction: float
    newtons: float
    from_s: float = 0.0
    until_s: float = math.inf

    def pulls(self, load: Load, seed: int) -> Load:
        def force(t: _Seconds) -> _Newtons:
            pulled = np.array(load(t), np.float64)
            for at in np.flatnonzero((t >= self.from_s) & (t < self.until_s)):
                # By its time, so that any step of drawing gives the same.
                if chance(round(float(t[at]) * 1e6), seed) < self.fraction:
                    pulled[at] += self.newtons
            return pulled

        return force


@dataclass(frozen=True, slots=True)
class ClockDrift(Fault):
    """The device's clock is faster than the host's by `ppm`."""

    ppm: float

    def pace(self, t_s: float) -> float:
        return 1.0 + self.ppm * 1e-6


@dataclass(frozen=True, slots=True)
class ClockJump(Fault):
    """At `at_s` the device's clock is ahead by `by_s`, all at once."""

    at_s: float
    by_s: float


@dataclass(frozen=True, slots=True)
class Reboot(Fault):
    """At `at_s` the device restarts, as its watchdog or a loose battery would; the link stays."""

    at_s: float


@dataclass(frozen=True, slots=True)
class Leftovers(Fault):
    """A connection begins with the last `messages` of the one before."""

    messages: int

"""A stream's own time against the host's clock: what puts two devices on one time axis."""

from __future__ import annotations

from array import array
from collections import deque
from dataclasses import dataclass
from itertools import chain

import numpy as np

_WINDOW_US = 1_000_000
_WINDOWS = 600
_LEAD_US = 30_000_000
_FEWEST_FOR_RATE = 5
_NO_OSCILLATOR = 0.45  # between messages 0.4 s late in a second, and a simulator at twice its pace


@dataclass(frozen=True, slots=True)
class HostFit:
    """Host time in µs of a stream time: ``host_us + rate · (t_us - at_us)``.

    `scatter_us` is how far the earliest arrivals of each second lie from that line, at most;
    `delay_us` how long arrivals usually take beyond the earliest, with one sample period on top:
    a delay that never varies cannot be seen from one end, and is taken to be no longer.
    """

    at_us: int
    host_us: float
    rate: float
    scatter_us: float
    delay_us: float

    def host_of(self, t_us: float) -> float:
        return self.host_us + self.rate * (t_us - self.at_us)

    def stream_of(self, host_us: float) -> float:
        return self.at_us + (host_us - self.host_us) / self.rate


class HostClock:
    """Fed with each arrival; only the earliest of each second counts, since a message can come
    late, but never early."""

    def __init__(self) -> None:
        self._windows: deque[_Window] = deque(maxlen=_WINDOWS)
        self._t_us = array("q")
        self._host_us = array("q")

    def take(self, t_us: int, host_us: int) -> None:
        """The stream's newest sample is of `t_us`, and came at `host_us`."""
        if self._t_us and t_us - self._t_us[0] >= _WINDOW_US:
            self._windows.append(_Window.of(self._t_us, self._host_us))
            del self._t_us[:], self._host_us[:]
        self._t_us.append(t_us)
        self._host_us.append(host_us)

    def fit(self, first_us: int, last_us: int, period_us: float) -> HostFit | None:
        """Over this stretch of the stream and half a minute before it, for the rate; None where
        nothing was heard."""
        unfinished = [_Window.of(self._t_us, self._host_us)] if self._t_us else []
        windows = [
            window
            for window in chain(self._windows, unfinished)
            if first_us - _LEAD_US <= window.t_us <= last_us + _WINDOW_US
        ]
        if not windows:
            return None
        t = np.array([window.t_us for window in windows], np.float64)
        late = np.array([window.late_us for window in windows], np.float64)
        middle = float(t.mean())
        slope = 0.0
        if len(windows) > 1:
            slope = float(np.sum((t - middle) * (late - late.mean())) / np.sum((t - middle) ** 2))
        # Of a few seconds late messages make more of a slope than any oscillator does.
        if len(windows) < _FEWEST_FOR_RATE and abs(slope) < _NO_OSCILLATOR:
            slope = 0.0
        away = late - late.mean() - slope * (t - middle)
        at_us = round(middle)
        return HostFit(
            at_us=at_us,
            host_us=at_us + float(late.mean()) + slope * (at_us - middle),
            rate=1.0 + slope,
            scatter_us=float(np.abs(away).max()),
            delay_us=float(np.median([window.delay(slope) for window in windows])) + period_us,
        )


def alignment_error_us(one: HostFit, other: HostFit) -> float:
    """How far an event of one stream may lie from its place on the other's axis.

    Delays of both are late the same way: only the longer of them counts.
    """
    return one.scatter_us + other.scatter_us + max(one.delay_us, other.delay_us)


@dataclass(frozen=True, slots=True)
class _Window:
    """The earliest arrival of about a second: stream time, host time less stream time; and how
    far the middle of all arrivals lies from it in both."""

    t_us: int
    late_us: int
    middle_t_us: float
    middle_late_us: float

    def delay(self, slope: float) -> float:
        """How long arrivals usually took beyond the earliest, the drift between them left out."""
        return max(self.middle_late_us - slope * self.middle_t_us, 0.0)

    @classmethod
    def of(cls, t_us: array[int], host_us: array[int]) -> _Window:
        t = np.array(t_us, np.int64)  # a copy: the arrays are filled again
        late = np.array(host_us, np.int64) - t
        first = int(late.argmin())
        earliest, at_us = int(late[first]), int(t[first])
        middle_late_us = float(np.median(late)) - earliest
        return cls(at_us, earliest, float(np.median(t)) - at_us, middle_late_us)

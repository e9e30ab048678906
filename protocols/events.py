"""What a codec says it read: values in SI units, each an immutable event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Microseconds = NDArray[np.int64]
Newtons = NDArray[np.float64]


class Event:
    """Base of everything a codec returns."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class ForceSamples(Event):
    """Samples of one message.

    ``t_us (n,) µs`` on the device's clock, unwrapped to 64 bit; ``force (n, channels) N``,
    tension positive, as the device or its calibration record gives it: no host tare.
    `index` counts samples since the stream began, where the format has such a counter.
    """

    t_us: Microseconds
    force: Newtons
    index: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class UntimedSamples(Event):
    """Samples of a device without a clock, in order; only their arrival tells when they were taken.

    ``force (n, channels) N`` as in `ForceSamples`.
    """

    force: Newtons


@dataclass(frozen=True, slots=True)
class SamplesLost(Event):
    """The format itself shows that samples are missing before the next `ForceSamples`."""

    samples: int | None
    reason: str


class ChannelProblem(StrEnum):
    SATURATED = "saturated"  # the converter is at its rail: the true force is larger
    OPEN = "open"  # no cell, or it does not answer
    UNCALIBRATED = "uncalibrated"
    OVERLOAD = "overload"  # above the cell's rated load


@dataclass(frozen=True, slots=True)
class ChannelStatus(Event):
    """A channel whose samples from `t_us` on must not be taken as good."""

    channel: int
    problem: ChannelProblem
    t_us: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelRecovered(Event):
    """The device no longer reports this problem: samples from `t_us` on are good again."""

    channel: int
    problem: ChannelProblem
    t_us: int | None = None


class CellSide(StrEnum):
    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Identity(Event):
    """Who the device says it is; parts that this message does not carry are None.

    `boot_id` is drawn at each power-up: the same one means the same clock. `first_channel` is
    the side of channel 0, where the device knows how its cells are mounted.
    """

    model: str | None = None
    serial: str | None = None
    firmware: str | None = None
    boot_id: int | None = None
    first_channel: CellSide | None = None


@dataclass(frozen=True, slots=True)
class Calibration(Event):
    """How one channel's counts become newtons, as the device reports it.

    `record` is the device's own record, byte for byte, so that every newton can be recomputed.
    """

    channel: int
    newtons_per_count: float
    zero_counts: float
    capacity_n: float | None = None
    overload_n: float | None = None
    uncertainty_percent: float | None = None
    calibrated_on: date | None = None
    cell_serial: str | None = None
    record: bytes = b""


@dataclass(frozen=True, slots=True)
class StreamStarted(Event):
    """The device confirmed the stream, with the rate it will really use where it says so."""

    rate_hz: float | None = None


@dataclass(frozen=True, slots=True)
class StreamStopped(Event):
    """The device confirmed the end of the stream, with what it dropped where it says so."""

    samples_dropped: int | None = None


@dataclass(frozen=True, slots=True)
class BatteryLevel(Event):
    percent: float | None = None
    volts: float | None = None


@dataclass(frozen=True, slots=True)
class LowBattery(Event):
    """The device's own warning that it will soon switch itself off."""


@dataclass(frozen=True, slots=True)
class Restarted(Event):
    """The device booted: its clock and counters began again."""


@dataclass(frozen=True, slots=True)
class ShuttingDown(Event):
    reason: str


@dataclass(frozen=True, slots=True)
class ButtonPressed(Event):
    t_us: int


@dataclass(frozen=True, slots=True)
class TriggerEdge(Event):
    """The device's trigger input changed, e.g. wired to that of another device."""

    t_us: int
    is_high: bool


@dataclass(frozen=True, slots=True)
class RatedLoad(Event):
    """What one channel's cell may bear, as the device says it."""

    channel: int
    newtons: float


@dataclass(frozen=True, slots=True)
class Rejected(Event):
    """The device answered a request with an error."""

    request: str
    reason: str


@dataclass(frozen=True, slots=True)
class Noise(Event):
    """Bytes that are no message of this format; skipped, counted, never guessed at."""

    reason: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class LogLine(Event):
    """Free text from the device: outside text, to be shown as plain text only."""

    text: str

"""The vocabulary of force measurement that records and screens share with devices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # screens need these words before numpy, which takes a tenth of a second
    import numpy as np
    from numpy.typing import NDArray

Microseconds: TypeAlias = "NDArray[np.int64]"
Newtons: TypeAlias = "NDArray[np.float64]"


class Position(StrEnum):
    """Which load cell of a device; which limb pulls on it is the trial's business."""

    SINGLE = "single"
    LEFT = "left"
    RIGHT = "right"


class Transport(StrEnum):
    SERIAL = "serial"
    BLE = "ble"
    USB = "usb"  # a HID device: a cable without a serial port


class Evidence(StrEnum):
    """How far the wire format of a model can be trusted."""

    OWN = "own specification"  # ours: specification and simulator, no unit exists yet
    PRIMARY = "primary source"  # vendor document, vendor client or the device's own firmware
    THIRD_PARTY = "third-party decoders"  # experimental: off until the user turns it on


class LinkState(StrEnum):
    CLOSED = "closed"
    CONNECTING = "connecting"
    READY = "ready"
    STREAMING = "streaming"
    LOST = "lost"
    RECONNECTING = "reconnecting"


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """One load cell. `resolution_n` is the smallest step of its reading, where that is known."""

    position: Position
    capacity_n: float | None
    resolution_n: float | None


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Which unit it is, as it says itself."""

    model: str
    name: str
    serial: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ForceBlock:
    """A run of samples without a gap inside.

    ``t_us (n,) µs`` since the stream began, strictly rising, device clock where there is one;
    ``force (n, channels) N``, tension positive, before the host's tare: the zero is kept with
    the trial, so that the raw curve can always be read again. `index` is the number of the
    first sample since the stream began, missing ones counted where their number is known.
    """

    t_us: Microseconds
    force: Newtons
    index: int

    @property
    def t(self) -> NDArray[np.float64]:
        """``t (n,) s``"""
        return self.t_us / 1e6


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch without samples: last sample before, first sample after, why, and how many."""

    start_us: int
    end_us: int
    samples: int | None
    cause: str


@dataclass(frozen=True, slots=True)
class Zero:
    """The host's tare of one channel: mean of a quiet, unloaded stretch."""

    offset_n: float
    sd_n: float
    drift_n_per_s: float
    samples: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class MassCheck:
    """What a cell read under a known mass, in newtons, and how far off the clinic lets it be.

    `limit_percent` is of the mass's force; None where nobody typed one in. `checked_on` is an ISO
    date.
    """

    channel: int
    mass_kg: float
    force_n: float
    reading_n: float
    checked_on: str
    limit_percent: float | None = None

    @property
    def error_n(self) -> float:
        return self.reading_n - self.force_n

    @property
    def error_percent(self) -> float:
        return 100.0 * self.error_n / self.force_n

    @property
    def is_within(self) -> bool | None:
        """None where no limit was typed in."""
        return None if self.limit_percent is None else abs(self.error_percent) <= self.limit_percent


@dataclass(frozen=True, slots=True)
class ChannelCalibration:
    """What is known of the way from counts to newtons; `record` is the device's own, as hex.

    `calibrated_by` is set where it is ours and not the device's. `due_on` is the ISO date by which
    the clinic wants it calibrated or checked again; `check` its last check with a known mass.
    """

    newtons_per_count: float | None = None
    zero_counts: float | None = None
    uncertainty_percent: float | None = None
    calibrated_on: str | None = None
    cell_serial: str | None = None
    record_hex: str | None = None
    calibrated_by: str | None = None
    due_on: str | None = None
    check: MassCheck | None = None

    def is_past_due(self, today: date) -> bool:
        return self.due_on is not None and date.fromisoformat(self.due_on) < today


@dataclass(frozen=True, slots=True)
class HostCalibration:
    """How somebody measured one channel of a device that sends raw counts.

    A device delivers the channels that have one, in rising order; the others are not connected.
    Force is (counts - zero_counts) · newtons_per_count, tension positive; `calibrated_on` is an
    ISO date.
    """

    channel: int
    newtons_per_count: float
    zero_counts: float
    calibrated_on: str
    calibrated_by: str
    position: Position = Position.SINGLE
    uncertainty_percent: float | None = None
    capacity_n: float | None = None
    cell_serial: str | None = None
    due_on: str | None = None

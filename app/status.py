"""What the window shows of devices and of a treatment that runs: plain values, fed from outside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.workflow import Notice
from devices.types import LinkState, Position, Transport

if TYPE_CHECKING:  # the window is shown before records are needed
    from data.records import TelemetryGap
    from devices.modality import Modality, SettingChange


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One device as its chip and its card show it. `name` is outside text.

    `attention` is one plain sentence, or None when nothing is asked of the user. `position` is
    given for a device with a single cell that is set up for one side. `tells_loss`: it can be
    known whether samples are missing; where not, nothing is said of them, least of all 0.
    """

    name: str
    model: str
    link_state: LinkState
    rate_hz: float | None = None
    lost_percent: float | None = None
    battery_percent: float | None = None
    battery_v: float | None = None
    is_virtual: bool = False
    position: Position | None = None
    attention: str | None = None
    link: str = ""
    serial: str | None = None
    firmware: str | None = None
    calibrated_on: str | None = None
    calibration_due: str | None = None
    is_uncalibrated: bool = False  # it sends raw counts, and gives no newtons now
    is_zeroed: bool = False  # a zero was taken since it was connected: its live force is net
    model_id: str = ""
    maker: str = ""
    is_experimental: bool = False
    tells_loss: bool = True
    is_force: bool = False
    cells: int = 0
    last_seen: str = ""  # ISO moment, of a device that is not here now
    key: str = ""  # by which it can be released; empty where it cannot

    @property
    def is_connected(self) -> bool:
        return self.link_state in (LinkState.READY, LinkState.STREAMING)


@dataclass(frozen=True, slots=True)
class Found:
    """A device that could be used now. `name` is outside text; `models` are what it may be."""

    key: str
    name: str
    transport: Transport
    models: tuple[str, ...]
    is_virtual: bool = False
    rssi: int | None = None
    usb_serial: str | None = None


class TreatmentState(StrEnum):
    """What a connected unit says it does."""

    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    COMPLETE = "complete"
    FAULT = "fault"
    NOT_HEARD = "not heard"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting as the unit reports it, ready to read: ``Amplitude``, ``20.0``, ``mA``."""

    label: str
    value: str
    unit: str = ""
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class DoseRow:
    """One delivered number and the method behind its "how?"."""

    label: str
    value: str
    unit: str
    method: str


@dataclass(frozen=True, slots=True)
class LiveTreatment:
    """A treatment that records itself from a connected unit. Read only: nothing here can act on it.

    `contact` is None where the unit does not sense it. `gaps` are stretches in which it was not
    heard: nothing is filled in for them. `flags` say what is wrong, as the record keeps them.
    """

    modality: Modality
    state: TreatmentState
    device: DeviceStatus
    elapsed_s: float
    planned_s: float | None
    settings: tuple[SettingRow, ...]
    changes: tuple[SettingChange, ...] = ()
    doses: tuple[DoseRow, ...] = ()
    contact: bool | None = None
    contact_percent: float | None = None
    notice: Notice | None = None
    is_saved: bool = False
    gaps: tuple[TelemetryGap, ...] = ()
    flags: tuple[str, ...] = ()

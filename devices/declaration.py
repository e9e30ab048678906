"""How a model of device is declared: one immutable value, no code of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from devices.types import ChannelInfo, Evidence, Transport
from drivers.ble import Gatt
from drivers.broadcast import Broadcast
from drivers.hid import Hid
from drivers.link import Link
from drivers.serial_format import EIGHT_N_ONE, SerialFormat
from protocols.codec import Codec, Framing

if TYPE_CHECKING:
    from devices.electrotherapy import ElectrotherapyDevice


@dataclass(frozen=True, slots=True)
class ForceModel:
    """A force-measuring model.

    RFD is refused, with the reason, where `rfd_refused` is set, and every time within an effort
    where `timing_refused` is; where losses are not detectable
    the share lost is not known, which is not 0. `rate_hz` is what the maker says, or what a polled
    gauge is asked for at most: the measured rate counts. `usb_ids` are (vendor, product) pairs,
    none where the chip is generic; those of a HID device are in `hid`.

    `is_steady` matters without device time: samples come at an even rate, so that late ones are
    spread by it; False where each is read when it is asked for or heard. `boot_s` is how long the
    device takes after its port was opened, unless it speaks before. `needs_calibration`: it sends
    raw counts. A device that only advertises has a `broadcast` instead of a `gatt`. `silence_s` is
    how long a stream may be silent before its link counts as lost.

    `names` are advertised as they are, unlike prefixes. `variants` speak as this model does: they
    are found by their names only, and a device that says that it is one becomes it. `comeback`:
    what a person must do before a lost device can be reached again.
    """

    id: str
    name: str
    maker: str
    codec: Callable[[Framing], Codec]
    channels: tuple[ChannelInfo, ...]
    rate_hz: float
    transports: tuple[Transport, ...]
    evidence: Evidence
    has_device_time: bool
    loss_detectable: bool
    has_hardware_tare: bool
    gatt: Gatt | None = None
    broadcast: Broadcast | None = None
    hid: Hid | None = None
    name_prefixes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    variants: tuple[ForceModel, ...] = ()
    baud_rate: int | None = None
    line: SerialFormat = EIGHT_N_ONE
    usb_ids: tuple[tuple[int, int], ...] = ()
    hardware_filter_ms: float | None = None
    rfd_refused: str | None = None
    timing_refused: str | None = None
    is_steady: bool = True
    boot_s: float | None = None
    silence_s: float = 1.0
    comeback: str | None = None
    needs_calibration: bool = False
    notes: tuple[str, ...] = ()
    tested_on_hardware: bool = False


@dataclass(frozen=True, slots=True)
class ElectrotherapyModel:
    """A unit that Myograph listens to: recorded, never controlled. `device` makes the one that
    listens, on a closed link."""

    id: str
    name: str
    maker: str
    device: Callable[[ElectrotherapyModel, Link, Framing], ElectrotherapyDevice]
    transports: tuple[Transport, ...]
    evidence: Evidence
    gatt: Gatt | None = None
    name_prefixes: tuple[str, ...] = ()
    baud_rate: int | None = None
    line: SerialFormat = EIGHT_N_ONE
    usb_ids: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()
    tested_on_hardware: bool = False


@dataclass(frozen=True, slots=True)
class RecordedModel:
    """A unit that is never connected to: known from files that another program recorded."""

    id: str
    name: str
    maker: str
    evidence: Evidence
    notes: tuple[str, ...] = ()
    tested_on_hardware: bool = False


@dataclass(frozen=True, slots=True)
class InstrumentModel:
    """A measuring instrument that checks other devices; it is on no person."""

    id: str
    name: str
    maker: str
    transports: tuple[Transport, ...]
    evidence: Evidence
    baud_rate: int
    line: SerialFormat = EIGHT_N_ONE
    notes: tuple[str, ...] = ()
    tested_on_hardware: bool = False

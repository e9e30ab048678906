"""How a model of device is declared: one immutable value, no code of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from devices.types import ChannelInfo, Evidence, Transport
from drivers.ble import Gatt
from protocols.codec import Codec, Framing
from protocols.ott import OttCodec


@dataclass(frozen=True, slots=True)
class ForceModel:
    """A force-measuring model.

    `capabilities` decide which numbers may be computed: RFD is refused, with the reason, where
    `rfd_refused` is set. `usb_ids` are (vendor, product) pairs, None where the chip is generic.
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
    name_prefixes: tuple[str, ...] = ()
    baud_rate: int | None = None
    usb_ids: tuple[tuple[int, int], ...] = ()
    hardware_filter_ms: float | None = None
    rfd_refused: str | None = None
    notes: tuple[str, ...] = ()
    tested_on_hardware: bool = False


@dataclass(frozen=True, slots=True)
class ElectrotherapyModel:
    """A unit that Myograph listens to: recorded, never controlled."""

    id: str
    name: str
    maker: str
    codec: Callable[[Framing], OttCodec]
    transports: tuple[Transport, ...]
    evidence: Evidence
    gatt: Gatt | None = None
    name_prefixes: tuple[str, ...] = ()
    baud_rate: int | None = None
    usb_ids: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = ()
    tested_on_hardware: bool = False

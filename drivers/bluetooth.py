"""What scanning and connecting share: one turn at the radio, and plain words for its errors."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Literal, TypeAlias
from weakref import WeakKeyDictionary

from bleak import BleakScanner
from bleak.args.bluez import BlueZDiscoveryFilters, BlueZScannerArgs
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)

from drivers.deadline import within
from drivers.link import (
    BluetoothOffError,
    LinkBusyError,
    LinkDeniedError,
    LinkError,
    LinkLostError,
    LinkNotFoundError,
    LinkTimeoutError,
)

Heard: TypeAlias = asyncio.Queue[tuple[BLEDevice, AdvertisementData]]
Ear: TypeAlias = Callable[[BLEDevice, AdvertisementData], None]

BLUETOOTH_ERRORS = (BleakError, TimeoutError, OSError, EOFError)
"""What the Bluetooth stack may raise; OSError and EOFError come from its message bus."""

_SCANNER_S = 5.0
# Each packet of a device that only advertises is a measurement: none may be taken for a repeat.
_EVERY_PACKET = BlueZScannerArgs(filters=BlueZDiscoveryFilters(DuplicateData=True))

_Reason = BleakBluetoothNotAvailableReason
_SWITCH_ON = {
    "win32": "Settings > Bluetooth & devices",
    "darwin": "System Settings > Bluetooth",
}
_ALLOW = {
    "win32": "Settings > Privacy & security > Bluetooth",
    "darwin": "System Settings > Privacy & Security > Bluetooth",
}
_PAIRING_CODES = (
    BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION,
    BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHORIZATION,
    BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION,
)


class RadioLock(asyncio.Lock):
    """Whoever scans or connects holds it; `is_wanted` while somebody waits for it.

    `ears` hear everything that any scan hears. A scan that only feeds them takes the lock by
    `acquire_idly`, which nobody needs to make room for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ears: set[Ear] = set()
        self._waiting = 0

    @property
    def is_wanted(self) -> bool:
        return self._waiting > 0

    async def acquire(self) -> Literal[True]:
        self._waiting += 1
        try:
            return await super().acquire()
        finally:
            self._waiting -= 1

    async def acquire_idly(self) -> None:
        await super().acquire()


_locks: WeakKeyDictionary[asyncio.AbstractEventLoop, RadioLock] = WeakKeyDictionary()


def radio_lock() -> RadioLock:
    """The running loop's lock: adapters answer "in progress" to overlapping scans and connects."""
    return _locks.setdefault(asyncio.get_running_loop(), RadioLock())


@asynccontextmanager
async def listening(backend: type[BaseBleakScanner] | None = None) -> AsyncGenerator[Heard]:
    """Scan as long as the block runs: a queue of what is heard. Hold `radio_lock`."""
    heard: Heard = asyncio.Queue()

    def hear(device: BLEDevice, advertisement: AdvertisementData) -> None:
        heard.put_nowait((device, advertisement))

    async with scanning(backend, hear):
        yield heard


@asynccontextmanager
async def scanning(
    backend: type[BaseBleakScanner] | None = None, ear: Ear | None = None
) -> AsyncGenerator[None]:
    """Scan as long as the block runs, for `ear` and those of the lock. Hold `radio_lock`."""
    lock = radio_lock()

    def hear(device: BLEDevice, advertisement: AdvertisementData) -> None:
        for each in (*lock.ears, ear):
            if each is not None:
                each(device, advertisement)

    scanner = BleakScanner(hear, bluez=_EVERY_PACKET, backend=backend)
    try:
        await within(_SCANNER_S, scanner.start())
        yield
    finally:
        await _stop(scanner)


def link_error(error: BaseException, name: str, doing: str) -> LinkError:
    """`error` of the Bluetooth stack as one of ours; `doing` completes "while …"."""
    match error:
        case LinkError():
            return error
        case BleakBluetoothNotAvailableError():
            return BluetoothOffError(_off_text(error.reason))
        case BleakDeviceNotFoundError():
            return LinkNotFoundError(not_heard_text(name))
        case BleakGATTProtocolError():
            return _gatt_error(error, name, doing)
        case BleakDBusError():
            return _bus_error(error, name, doing)
        case TimeoutError():
            return LinkTimeoutError(
                f"{name} did not answer in time while {doing}. "
                "Move closer, or switch the device off and on, then try again."
            )
        case ConnectionAbortedError() | BleakError():
            return LinkLostError(
                f"The connection to {name} broke while {doing} ({error}). "
                "Move closer, close other programs that use the device, then try again."
            )
        case _:
            return BluetoothOffError(
                f"This computer's Bluetooth service does not answer ({error}). "
                + (
                    "Start it (systemctl start bluetooth), or use a USB cable."
                    if sys.platform == "linux"
                    else "Restart Bluetooth, or use a USB cable."
                )
            )


def not_heard_text(name: str) -> str:
    return (
        f"{name} was not heard. Switch it on, bring it within a few metres, and close other "
        "programs or phones that may be connected to it: a connected device does not advertise."
    )


async def _stop(scanner: BleakScanner) -> None:
    try:
        await within(_SCANNER_S, scanner.stop())
    except BLUETOOTH_ERRORS:
        return  # the scan is over either way; what matters was raised by start


def _off_text(reason: BleakBluetoothNotAvailableReason) -> str:
    match reason:
        case _Reason.NO_BLUETOOTH:
            return (
                "This computer has no Bluetooth. Plug in a Bluetooth adapter, or use a USB cable."
            )
        case _Reason.NO_BLE_CENTRAL_ROLE:
            return (
                "This Bluetooth adapter cannot do Bluetooth LE. "
                "Plug in a newer adapter (4.0 or later), or use a USB cable."
            )
        case _Reason.POWERED_OFF:
            place = _SWITCH_ON.get(sys.platform, "the system's Bluetooth settings")
            return f"Bluetooth is switched off. Switch it on in {place}."
        case _Reason.DENIED_BY_USER | _Reason.DENIED_BY_SYSTEM | _Reason.DENIED_BY_UNKNOWN:
            place = _ALLOW.get(sys.platform, "the system's privacy settings")
            return f"The system does not let this program use Bluetooth. Allow it in {place}."
        case _:
            return "Bluetooth is not available. Switch it off and on again, or use a USB cable."


def _gatt_error(error: BleakGATTProtocolError, name: str, doing: str) -> LinkError:
    if error.code in _PAIRING_CODES:
        return LinkDeniedError(
            f"{name} wants to be paired first. Pair it in the system's Bluetooth settings, "
            "then try again."
        )
    return LinkDeniedError(
        f"{name} refused a request while {doing} ({error.args[1]}). "
        "Check that the right model is chosen and its firmware is current."
    )


def _bus_error(error: BleakDBusError, name: str, doing: str) -> LinkError:
    kind = error.dbus_error.rpartition(".")[2]
    match kind:
        case "InProgress":
            return LinkBusyError(
                f"The Bluetooth adapter was busy while {doing}. Close other programs that use "
                "Bluetooth; if it stays busy, unplug the adapter or switch Bluetooth off and on."
            )
        case "NotReady":
            return BluetoothOffError(_off_text(_Reason.POWERED_OFF))
        case "ServiceUnknown" | "NameHasNoOwner" | "NoReply" | "Disconnected":
            return BluetoothOffError(
                "This computer's Bluetooth service is not running. "
                "Start it (systemctl start bluetooth), or use a USB cable."
            )
        case "NotPermitted" | "NotAuthorized" | "AccessDenied" | "AuthenticationFailed":
            return LinkDeniedError(
                f"The system refused {doing} to {name} ({error}). "
                "Pair the device in the Bluetooth settings, or remove it there and try again."
            )
        case _:
            return LinkLostError(
                f"The connection to {name} broke while {doing} ({error}). "
                "Move closer, or remove the device in the Bluetooth settings, then try again."
            )

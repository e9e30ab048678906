"""What is plugged in as a USB HID device, and opening one: the package hidapi in our words."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from drivers.deadline import within
from drivers.link import (
    LinkBusyError,
    LinkDeniedError,
    LinkError,
    LinkNotFoundError,
    LinkTimeoutError,
)
from drivers.plain_text import plain_text

_LIST_S = 3.0
_LONGEST_PATH = 1024
_NOT_LISTED = "The USB devices could not be listed. Try again."
# Of all that hidapi does, only reading and writing may happen in several threads at once.
_one_at_a_time = threading.Lock()


class HidHandle(Protocol):
    """What `hid.device` of the package hidapi can do."""

    def open_path(self, path: bytes, /) -> None: ...

    def read(self, max_length: int, timeout_ms: int = 0, /) -> Sequence[int]: ...

    def write(self, buff: bytes, /) -> int: ...

    def error(self) -> str: ...

    def close(self) -> None: ...


class HidLibrary(Protocol):
    """What the module `hid` of the package hidapi can do."""

    def enumerate(self, vendor_id: int = 0, product_id: int = 0, /) -> Sequence[dict[str, Any]]: ...

    def device(self) -> HidHandle: ...


@dataclass(frozen=True, slots=True)
class HidInfo:
    """One device that is plugged in. `address` is what `HidLink` finds it by: its serial number,
    or its path where it has none of its own. Texts are cleaned outside text."""

    path: bytes
    usb_id: tuple[int, int]
    address: str
    name: str
    serial_number: str | None


def system_library() -> HidLibrary:
    """The package hidapi. Raises `LinkDeniedError` where it does not load."""
    try:
        if sys.platform == "linux":
            with contextlib.suppress(ImportError):
                # Beside `hid`, which goes through libusb there: this one leaves the device to the
                # kernel, reads its serial number without any rights, and says why it is refused.
                import hidraw

                return cast("HidLibrary", hidraw)
        import hid
    except (ImportError, OSError) as error:
        raise LinkDeniedError(
            f"USB devices that are no serial ports cannot be used here: hidapi does not load "
            f"({error}). Other devices are not concerned."
        ) from error
    return cast("HidLibrary", hid)


async def plugged_in(
    usb_ids: Collection[tuple[int, int]], library: Callable[[], HidLibrary] = system_library
) -> list[HidInfo]:
    """The devices with these (vendor, product) ids, by address. Nothing is opened.

    Raises a `LinkError`.
    """

    def look() -> list[HidInfo]:
        hid = library()
        return [info for usb_id in usb_ids for info in listed(hid, usb_id)]

    try:
        found = await within(_LIST_S, asyncio.to_thread(look))
    except TimeoutError as error:
        raise LinkTimeoutError(_NOT_LISTED) from error
    return sorted(found, key=lambda info: info.address)


def listed(library: HidLibrary, usb_id: tuple[int, int]) -> list[HidInfo]:
    """Blocks. Raises `LinkTimeoutError`."""
    try:
        with _one_at_a_time:
            entries = library.enumerate(*usb_id)
    except (OSError, ValueError) as error:
        raise LinkTimeoutError(_NOT_LISTED) from error
    numbers = [plain_text(entry.get("serial_number") or "") for entry in entries]
    return [
        HidInfo(
            path=entry["path"],
            usb_id=usb_id,
            # Units that share a number are told apart by where they are.
            address=number if number and numbers.count(number) == 1 else path_text(entry["path"]),
            name=plain_text(entry.get("product_string") or ""),
            serial_number=number or None,
        )
        for entry, number in zip(entries, numbers, strict=True)
    ]


def path_text(path: bytes) -> str:
    return plain_text(path.decode(errors="replace"), longest=_LONGEST_PATH)


def opened(library: HidLibrary, info: HidInfo) -> HidHandle:
    """Blocks. Raises a `LinkError`."""
    handle = library.device()
    try:
        with _one_at_a_time:
            handle.open_path(info.path)
    except (OSError, ValueError) as error:
        said = ""
        with contextlib.suppress(OSError, ValueError):
            said = handle.error()
        raise _refused(info, said) from error
    return handle


def close(handle: HidHandle) -> None:
    """Blocks; harmless for one that is gone."""
    with _one_at_a_time, contextlib.suppress(OSError, ValueError):
        handle.close()


def udev_rule(usb_id: tuple[int, int]) -> str:
    """The line that lets whoever sits at a Linux computer use the device."""
    vendor, product = usb_id
    return (
        f'SUBSYSTEMS=="usb", ATTRS{{idVendor}}=="{vendor:04x}", '
        f'ATTRS{{idProduct}}=="{product:04x}", TAG+="uaccess"'
    )


def _refused(info: HidInfo, said: str) -> LinkError:
    """Why it did not open, by the only hint there is: what the system said."""
    what = said.lower()
    if "no such" in what:
        return LinkNotFoundError(f"{info.address} was unplugged just now. Plug it in again.")
    if "permission" in what or "not permitted" in what:
        return LinkDeniedError(f"You have no right to open {info.address}. {_how_to_get_it(info)}")
    or_no_right = f" If none does: {_how_to_get_it(info)}" if sys.platform == "linux" else ""
    return LinkBusyError(
        f"{info.address} is plugged in, but does not open. Close the maker's program and any other "
        f"that may use it, then try again.{or_no_right}"
    )


def _how_to_get_it(info: HidInfo) -> str:
    if sys.platform != "linux":
        return "Ask the administrator to allow this program to use it."
    return (
        "As administrator, write this line into /etc/udev/rules.d/70-myograph.rules, then unplug "
        f"the device and plug it in again: {udev_rule(info.usb_id)}"
    )

"""Simulated devices as USB HID devices: what the module `hid` of hidapi shows, without a cable."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

from firmware_sim.firmware import Firmware
from protocols.hid_reports import REPORT_BYTES, carried, reports

_TICK_S = 0.002


class VirtualHidBus:
    """`bus` has the functions of the module `hid`; its devices are plugged in one by one.

    No thread and no loop: a device's time goes on, by the monotonic clock, whenever somebody reads
    or writes. Any thread may call.
    """

    def __init__(self) -> None:
        self.devices: list[VirtualHidDevice] = []

    def plug_in(
        self, firmware: Firmware, usb_id: tuple[int, int], name: str, *, speed: float = 1.0
    ) -> VirtualHidDevice:
        path = f"/dev/hidraw{len(self.devices)}".encode()
        device = VirtualHidDevice(firmware, usb_id, name, path, speed)
        self.devices.append(device)
        return device

    def enumerate(self, vendor_id: int = 0, product_id: int = 0, /) -> list[dict[str, Any]]:
        """What is plugged in; 0 stands for any."""
        wanted = vendor_id, product_id
        return [
            each.description
            for each in self.devices
            if each.is_there
            and all(want in (0, has) for want, has in zip(wanted, each.usb_id, strict=True))
        ]

    def device(self) -> VirtualHidHandle:
        return VirtualHidHandle(self)


class VirtualHidDevice:
    """One simulated device on the bus, with the faults that a cable can have.

    `is_silent`: it stays there and sends nothing. `refusal`: what the system says when somebody
    opens it. `takes_writes`: False, every write fails.
    """

    def __init__(
        self, firmware: Firmware, usb_id: tuple[int, int], name: str, path: bytes, speed: float
    ) -> None:
        self.firmware = firmware
        self.usb_id = usb_id
        self.name = name
        self.path = path
        self.is_silent = False
        self.refusal = ""
        self.takes_writes = True
        self._speed = speed
        self._is_plugged = True
        self._user: VirtualHidHandle | None = None
        self._waiting: deque[bytes] = deque()
        self._last_s = time.monotonic()
        self._lock = threading.Lock()

    @property
    def description(self) -> dict[str, Any]:
        """As hidapi gives it."""
        vendor_id, product_id = self.usb_id
        return {
            "path": self.path,
            "vendor_id": vendor_id,
            "product_id": product_id,
            "serial_number": self.firmware.serial,
            "manufacturer_string": "",
            "product_string": self.name,
            "interface_number": 0,
        }

    @property
    def is_there(self) -> bool:
        return self._is_plugged and self.firmware.is_reachable

    @property
    def is_open(self) -> bool:
        return self._user is not None

    def unplug(self) -> None:
        """Whoever has it open finds out at the next read or write."""
        with self._lock:
            self._is_plugged = False
            self._leave()

    def plug_in_again(self, path: bytes) -> None:
        self.path = path
        self._is_plugged = True

    def send(self, report: bytes) -> None:
        """A report as it is, whatever its firmware would have sent."""
        with self._lock:
            self._waiting.append(report)

    def enter(self, handle: VirtualHidHandle) -> None:
        with self._lock:
            if self._user is not None:
                self._leave()
            self._live()
            self._waiting.clear()
            self._user = handle
            self.firmware.connected()

    def leave(self, handle: VirtualHidHandle) -> None:
        with self._lock:
            if self._user is handle:
                self._leave()

    def next_report(self, handle: VirtualHidHandle) -> bytes:
        """Nothing where none is due. Raises `OSError` where the device is gone."""
        with self._lock:
            self._must_serve(handle)
            self._live()
            return self._waiting.popleft() if self._waiting else b""

    def take(self, handle: VirtualHidHandle, report: bytes) -> None:
        with self._lock:
            self._must_serve(handle)
            self._live()
            self._put(self.firmware.receive(carried(report)))

    def _must_serve(self, handle: VirtualHidHandle) -> None:
        if not self.is_there:
            self._leave()
        if self._user is not handle:
            raise OSError("read error")

    def _leave(self) -> None:
        if self._user is not None:
            self._user = None
            self.firmware.disconnected()

    def _live(self) -> None:
        now_s = time.monotonic()
        elapsed_s, self._last_s = now_s - self._last_s, now_s
        self._put(self.firmware.advance(elapsed_s * self._speed))

    def _put(self, messages: list[bytes]) -> None:
        if self._user is not None and not self.is_silent:
            for message in messages:
                self._waiting += reports(message)


class VirtualHidHandle:
    """What `hid.device()` gives."""

    def __init__(self, bus: VirtualHidBus) -> None:
        self._bus = bus
        self._device: VirtualHidDevice | None = None
        self._said = "Success"

    def open_path(self, path: bytes, /) -> None:
        device = next((d for d in self._bus.devices if d.path == path and d.is_there), None)
        if device is None or device.refusal:
            why = device.refusal if device is not None else "No such file or directory"
            self._said = f"Failed to open a device with path '{path.decode()}': {why}"
            raise OSError("open failed")
        device.enter(self)
        self._device = device

    def read(self, max_length: int, timeout_ms: float = 0, /) -> list[int]:
        """One report; nothing after `timeout_ms`. 0: waits until there is one."""
        device = self._opened()
        until_s = time.monotonic() + timeout_ms / 1000
        while True:
            report = device.next_report(self)
            if report:
                return list(report[:max_length])
            if timeout_ms and time.monotonic() >= until_s:
                return []
            time.sleep(_TICK_S)

    def write(self, buff: Sequence[int], /) -> int:
        """The number of the report comes first. -1: it failed."""
        device, data = self._opened(), bytes(buff)
        if not device.takes_writes or len(data) != 1 + REPORT_BYTES or data[0] != 0:
            return -1
        try:
            device.take(self, data[1:])
        except OSError:
            return -1
        return len(data)

    def error(self) -> str:
        return self._said

    def close(self) -> None:
        if self._device is not None:
            self._device.leave(self)
            self._device = None

    def _opened(self) -> VirtualHidDevice:
        if self._device is None:
            raise ValueError("not open")
        return self._device

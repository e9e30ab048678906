"""USB HID devices as links: one report in, one message or piece of one out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from drivers.hid_system import (
    HidHandle,
    HidLibrary,
    close,
    listed,
    opened,
    path_text,
    system_library,
)
from drivers.link import LinkNotFoundError
from drivers.plain_text import plain_text
from drivers.reader import OnData, OnEnd, Reader
from drivers.reader_link import ReaderLink

_READ_MS = 50
_NO_REPORT_NUMBER = b"\0"


@dataclass(frozen=True, slots=True)
class Hid:
    """Which HID device it is, and how messages travel in its reports; these have no numbers.

    `wrap` makes the reports for one message, given their size; `unwrap` finds in a report what it
    carries of one.
    """

    vendor_id: int
    product_id: int
    report_bytes: int
    wrap: Callable[[bytes, int], list[bytes]]
    unwrap: Callable[[bytes], bytes]

    @property
    def usb_id(self) -> tuple[int, int]:
        return self.vendor_id, self.product_id


class HidLink(ReaderLink):
    """`address` is a serial number or a system's path; empty, it is the only such device there is.

    The serial number is followed to another socket. `library` stands in for the system's HID
    devices.
    """

    wake = "Unplug it, plug it in again"

    def __init__(
        self,
        address: str,
        hid: Hid,
        *,
        library: Callable[[], HidLibrary] = system_library,
        open_s: float = 6.0,
        write_s: float = 2.0,
    ) -> None:
        name = plain_text(address) or "The USB device"
        super().__init__(address, name, open_s=open_s, write_s=write_s)
        self.framing = "packets"
        self._hid = hid
        self._library = library

    def _new_reader(self, on_data: OnData, on_end: OnEnd) -> _HidReader:
        return _HidReader(self._opened, self._hid, on_data, on_end)

    def _arrived(self, pieces: list[bytes]) -> None:
        for report in pieces:
            data = self._hid.unwrap(report)
            if data:
                self.on_data(data)

    def _opened(self) -> HidHandle:
        """In the reader's thread, because listing and opening can be slow."""
        library = self._library()
        found = [
            info
            for info in listed(library, self._hid.usb_id)
            if self.address in ("", info.address, path_text(info.path))
        ]
        match found:
            case [one]:
                return opened(library, one)
            case []:
                raise LinkNotFoundError(
                    f"{self._name} is not plugged in. Plug it in, and switch it on."
                )
            case _:
                raise LinkNotFoundError(
                    f"{len(found)} such devices are plugged in "
                    f"({', '.join(info.address for info in found)}). Choose one of them."
                )


class _HidReader(Reader):
    def __init__(
        self,
        opened: Callable[[], HidHandle],
        hid: Hid,
        on_data: OnData,
        on_end: OnEnd,
    ) -> None:
        self._opened = opened
        self._hid = hid
        self._handle: HidHandle | None = None
        super().__init__("HID reader", on_data, on_end)

    def _open(self) -> None:
        self._handle = self._opened()

    def _receive(self) -> bytes:
        return bytes(self._open_handle().read(self._hid.report_bytes, _READ_MS))

    def _send(self, data: bytes) -> None:
        handle = self._open_handle()
        for report in self._hid.wrap(data, self._hid.report_bytes):
            if handle.write(_NO_REPORT_NUMBER + report) < 0:
                raise OSError("write error")

    def _close(self) -> None:
        handle, self._handle = self._open_handle(), None
        close(handle)

    def _open_handle(self) -> HidHandle:
        if self._handle is None:
            raise OSError("not open")
        return self._handle

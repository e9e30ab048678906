"""A serial port, or anything pyserial reaches by a URL, as a link."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import serial
from serial.tools import list_ports

from drivers.deadline import within
from drivers.link import (
    Link,
    LinkBusyError,
    LinkLostError,
    LinkNotFoundError,
    LinkTimeoutError,
)
from drivers.serial_errors import lost_error, opening_error
from drivers.serial_format import EIGHT_N_ONE, SerialFormat
from drivers.serial_reader import PortReader, PortSettings

_CLOSE_S = 2.0


class PortInfo(Protocol):
    """What `serial.tools.list_ports` says of one port."""

    device: str
    description: str
    vid: int | None
    pid: int | None
    serial_number: str | None
    product: str | None


def listed_ports() -> Iterable[PortInfo]:
    return list_ports.comports()


@dataclass(frozen=True, slots=True)
class UsbIdentity:
    """Which board it is, whatever name its port has today."""

    vendor_id: int
    product_id: int
    serial_number: str | None = None

    def is_of(self, port: PortInfo) -> bool:
        return (port.vid, port.pid) == (self.vendor_id, self.product_id) and (
            self.serial_number is None or port.serial_number == self.serial_number
        )


class SerialLink(Link):
    """`url` is a port (COM3, /dev/ttyACM0, a pty) or a pyserial URL such as socket://host:port.

    With `usb`, the board is followed to another port name. `dtr` and `rts` are left alone when
    None; False keeps an Arduino from being reset where the system allows that.
    One reader thread alone owns the port: it opens, reads and closes it.
    """

    def __init__(
        self,
        url: str,
        *,
        baud_rate: int = 115200,
        line: SerialFormat = EIGHT_N_ONE,
        dtr: bool | None = None,
        rts: bool | None = None,
        usb: UsbIdentity | None = None,
        ports: Callable[[], Iterable[PortInfo]] = listed_ports,
        open_s: float = 6.0,
        write_s: float = 1.0,
    ) -> None:
        super().__init__(url)
        self._usb = usb
        self._ports = ports
        self._settings = PortSettings(baud_rate, line, dtr, rts, write_s)
        self._open_s = open_s
        self._reader: PortReader | None = None
        self._write_order = asyncio.Lock()

    async def open(self) -> None:
        if self._reader is not None:
            raise LinkBusyError(f"{self.address} is already open in this program.")
        reader = PortReader(self._port_name, self._settings, self._arrived, self._ended)
        self._reader = reader
        try:
            await asyncio.wait_for(reader.opened, self._open_s)
        except BaseException as error:
            self._let_go()
            if isinstance(error, TimeoutError):
                raise LinkTimeoutError(
                    f"{self.address} did not open within {self._open_s:.0f} s. "
                    "Unplug the device, plug it in again, then try again."
                ) from error
            if isinstance(error, Exception):
                raise opening_error(self.address, error) from error
            raise

    async def close(self) -> None:
        reader = self._let_go()
        if reader is not None:
            await asyncio.to_thread(reader.thread.join, _CLOSE_S)

    async def write(self, data: bytes) -> None:
        async with self._write_order:
            reader = self._reader
            if reader is None:
                raise LinkLostError(f"{self.address} is not open: nothing was sent.")
            try:
                await within(self._settings.write_s + 1.0, asyncio.to_thread(reader.write, data))
            except (serial.SerialTimeoutException, TimeoutError) as error:
                raise LinkTimeoutError(
                    f"{self.address} takes no more data. "
                    "Switch the device off and on, then try again."
                ) from error
            except (serial.SerialException, OSError, TypeError) as error:
                reader.stop(because=error)
                raise lost_error(self.address, error) from error

    def _let_go(self) -> PortReader | None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.leave()
        return reader

    def _arrived(self, chunks: list[bytes]) -> None:
        self.on_data(b"".join(chunks))

    def _ended(self, cause: Exception | None) -> None:
        self._reader = None
        self.on_lost(lost_error(self.address, cause))

    def _port_name(self) -> str:
        """The port the board has now; called in the reader thread, because listing can be slow."""
        usb = self._usb
        if usb is None:
            return self.address
        names = [port.device for port in self._ports() if usb.is_of(port)]
        if self.address in names:
            return self.address
        match names:
            case [name]:
                return name
            case []:
                raise LinkNotFoundError(
                    f"The device last seen at {self.address} is not plugged in. Plug it in."
                )
            case _:
                raise LinkNotFoundError(
                    f"{self.address} is gone and several equal devices are plugged in "
                    f"({', '.join(names)}). Choose one of them."
                )

"""A serial port, or anything pyserial reaches by a URL, as a link."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from serial.tools import list_ports

from drivers.link import LinkNotFoundError
from drivers.reader import OnData, OnEnd
from drivers.reader_link import ReaderLink
from drivers.serial_format import EIGHT_N_ONE, SerialFormat
from drivers.serial_reader import PortReader, PortSettings


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


class SerialLink(ReaderLink):
    """`url` is a port (COM3, /dev/ttyACM0, a pty) or a pyserial URL such as socket://host:port.

    With `usb`, the board is followed to another port name. `dtr` and `rts` are left alone when
    None; False keeps an Arduino from being reset where the system allows that.
    """

    wake = "Switch the device off and on"

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
        # pyserial's own deadline comes first.
        super().__init__(url, url, open_s=open_s, write_s=write_s + 1.0)
        self._usb = usb
        self._ports = ports
        self._settings = PortSettings(baud_rate, line, dtr, rts, write_s)

    def _new_reader(self, on_data: OnData, on_end: OnEnd) -> PortReader:
        return PortReader(self.address, self._port_name, self._settings, on_data, on_end)

    def _arrived(self, pieces: list[bytes]) -> None:
        self.on_data(b"".join(pieces))

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

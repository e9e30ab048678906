"""The thread that owns one serial port."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from dataclasses import dataclass

import serial
from serial.urlhandler import protocol_socket

from drivers.reader import OnData, OnEnd, Reader
from drivers.serial_errors import opening_error
from drivers.serial_format import SerialFormat

_READ_S = 0.05
_SOCKET_BYTES = 65536


@dataclass(frozen=True, slots=True)
class PortSettings:
    baud_rate: int
    line: SerialFormat
    dtr: bool | None
    rts: bool | None
    write_s: float


class PortReader(Reader):
    """A `Reader` of the serial port `address`; `port_name`, what it is called now, is asked in its
    thread."""

    def __init__(
        self,
        address: str,
        port_name: Callable[[], str],
        settings: PortSettings,
        on_data: OnData,
        on_end: OnEnd,
    ) -> None:
        self._address = address
        self._port_name = port_name
        self._settings = settings
        self._port: serial.Serial | None = None
        self._is_socket = False
        super().__init__("serial reader", on_data, on_end)

    def _open(self) -> None:
        try:
            self._port = _opened(self._port_name(), self._settings)
        except Exception as error:  # pyserial and the system have many
            raise opening_error(self._address, error) from error
        self._is_socket = isinstance(self._port, protocol_socket.Serial)

    def _receive(self) -> bytes:
        port = self._open_port()
        return _read_socket(port) if self._is_socket else port.read(max(1, port.in_waiting))

    def _send(self, data: bytes) -> None:
        try:
            self._open_port().write(data)
        except serial.SerialTimeoutException as error:
            raise TimeoutError from error

    def _close(self) -> None:
        port, self._port = self._open_port(), None
        _close(port)

    def _open_port(self) -> serial.Serial:
        if self._port is None:
            raise serial.PortNotOpenError()
        return self._port


def _opened(name: str, settings: PortSettings) -> serial.Serial:
    port = serial.serial_for_url(
        name,
        do_not_open=True,
        baudrate=settings.baud_rate,
        bytesize=settings.line.data_bits,
        parity=settings.line.parity.value,
        stopbits=settings.line.stop_bits,
        rtscts=settings.line.rts_cts,
        timeout=_READ_S,
        write_timeout=settings.write_s,
        exclusive=True,
    )
    if settings.dtr is not None:
        port.dtr = settings.dtr
    if settings.rts is not None:
        port.rts = settings.rts
    port.open()
    _ask_for_low_latency(port)
    return port


def _ask_for_low_latency(port: serial.Serial) -> None:
    """FTDI adapters hold bytes back for 16 ms unless asked; most other ports do not know this."""
    ask = getattr(port, "set_low_latency_mode", None)
    if ask is not None:
        with contextlib.suppress(ValueError, NotImplementedError, OSError):
            ask(True)


def _read_socket(port: serial.Serial) -> bytes:
    """pyserial counts at most one byte as waiting in a socket; this takes all there is."""
    first = port.read(1)
    if not first:
        return b""
    port.timeout = 0
    try:
        return first + port.read(_SOCKET_BYTES)
    except serial.SerialException:
        return first  # the next read meets the end again
    finally:
        port.timeout = _READ_S


def _close(port: serial.Serial) -> None:
    # pyserial leaves a socket open that the other side has reset, and sleeps after closing one.
    connection = vars(port).get("_socket")
    if isinstance(connection, socket.socket):
        port.is_open = False
        connection.close()
        return
    with contextlib.suppress(serial.SerialException, OSError, TypeError):
        port.close()

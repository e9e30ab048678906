"""The thread that owns one serial port, and hands what it reads to the asyncio loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import serial
from serial.urlhandler import protocol_socket

from drivers.serial_format import SerialFormat

_READ_S = 0.05
_SOCKET_BYTES = 65536
_MOST_UNREAD_BYTES = 4_000_000
_PAUSE_S = 0.01


@dataclass(frozen=True, slots=True)
class PortSettings:
    baud_rate: int
    line: SerialFormat
    dtr: bool | None
    rts: bool | None
    write_s: float


class PortReader:
    """Opens the port, reads until `stop` or the port is lost, closes it; begins at once.

    In the loop: `opened` gets a result or the exception of opening; then `on_data` is called with
    all that came since the last call, and at the very end `on_end` with the cause (None: `stop`).
    However long the loop stands still, at most one callback waits for it.
    """

    def __init__(
        self,
        port_name: Callable[[], str],
        settings: PortSettings,
        on_data: Callable[[bytes], None],
        on_end: Callable[[Exception | None], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = self._loop.create_future()
        self._port_name = port_name
        self._settings = settings
        self._on_data = on_data
        self._on_end = on_end
        self._chunks: deque[bytes] = deque()
        self._read_bytes = 0
        self._handed_bytes = 0
        self._is_scheduled = False
        self._has_ended = False
        self._is_left = False
        self._cause: Exception | None = None
        self._stop = threading.Event()
        self._port: serial.Serial | None = None
        self._in_use = threading.Lock()  # a file number must not be reused while a write is on
        self.thread = threading.Thread(target=self._run, name="serial reader", daemon=True)
        self.thread.start()

    def stop(self, because: Exception | None = None) -> None:
        """Ask the thread to end; it does within its read timeout and any write under way."""
        self._cause = self._cause or because
        self._stop.set()

    def leave(self) -> None:
        """`stop`, and no callback from now on; called in the loop."""
        self._is_left = True
        self.stop()

    def write(self, data: bytes) -> None:
        """Blocks, at most for the write timeout; not to be called in the loop."""
        with self._in_use:
            if self._port is None:
                raise serial.PortNotOpenError()
            self._port.write(data)

    def _run(self) -> None:
        try:
            port = self._port = _opened(self._port_name(), self._settings)
        except Exception as error:  # the top of a thread
            self._tell(self._settle, error)
            return
        self._tell(self._settle, None)
        try:
            self._read(port)
        except Exception as error:  # an unplug shows itself in many types
            self._cause = self._cause or error
        with self._in_use:
            self._port = None
            _close(port)
        self._has_ended = True
        self._tell(self._hand_over)

    def _read(self, port: serial.Serial) -> None:
        is_socket = isinstance(port, protocol_socket.Serial)
        while not self._stop.is_set():
            chunk = _read_socket(port) if is_socket else port.read(max(1, port.in_waiting))
            if chunk:
                self._chunks.append(chunk)
                self._read_bytes += len(chunk)
                if not self._is_scheduled:
                    self._is_scheduled = True
                    self._tell(self._hand_over)
            # Rather the device's own flow control and counters than memory without bound.
            while self._read_bytes - self._handed_bytes > _MOST_UNREAD_BYTES:
                if self._stop.wait(_PAUSE_S):
                    return

    def _tell(self, callback: Callable[..., None], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:  # the loop is closed: nobody is left to read for
            self._stop.set()

    def _settle(self, error: Exception | None) -> None:
        if self.opened.done():
            return
        if error is None:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(error)

    def _hand_over(self) -> None:
        # Both flags before the chunks: what is appended meanwhile schedules another call.
        self._is_scheduled = False
        has_ended = self._has_ended
        chunks: list[bytes] = []
        while self._chunks:
            chunks.append(self._chunks.popleft())
        data = b"".join(chunks)
        self._handed_bytes += len(data)
        try:
            if data and not self._is_left:
                self._on_data(data)
        finally:
            if has_ended and not self._is_left:
                self._is_left = True  # the call that was scheduled for the last bytes comes too
                self._on_end(self._cause)


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

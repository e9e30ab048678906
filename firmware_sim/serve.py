"""Simulated devices on a TCP port or a pseudo-terminal, paced by the monotonic clock."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, cast

from firmware_sim.firmware import Firmware

_TICK_S = 0.005
_LONGEST_STEP_NS = 250_000_000
_MOST_UNSENT_BYTES = 1_000_000
_READ_BYTES = 4096
_NS = 1_000_000_000


class Port(ABC):
    """Where a host may come, one at a time, as on a serial line.

    `connection` is the number of the host that is there, None while nobody is.
    """

    connection: int | None = None
    unsent_bytes: int = 0

    @abstractmethod
    def read(self) -> bytes:
        """What the host wrote since the last call; brings `connection` up to date."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Send, if a host is there."""

    @abstractmethod
    def hang_up(self) -> None:
        """End the connection, if there is one."""


async def run(firmware: Firmware, port: Port, speed: float = 1.0) -> None:
    """Let the device live until cancelled.

    What is late is caught up, never left out; while the host does not read, the device's time
    waits. Raises what the firmware raises.
    """
    began_ns = time.monotonic_ns()
    done_ns = 0
    connection: int | None = None
    try:
        while True:
            received = port.read()
            if port.connection != connection:
                if connection is not None:
                    firmware.disconnected()
                connection = port.connection
                if connection is not None:
                    firmware.connected()
            if received:
                _write(port, firmware.receive(received))
            behind_ns = int((time.monotonic_ns() - began_ns) * speed) - done_ns
            while behind_ns > 0 and port.unsent_bytes < _MOST_UNSENT_BYTES:
                step_ns = min(behind_ns, _LONGEST_STEP_NS)
                _write(port, firmware.advance(step_ns / _NS))
                done_ns += step_ns
                behind_ns -= step_ns
                await asyncio.sleep(0)  # catching up must not keep the host waiting
            if not firmware.is_reachable:
                port.hang_up()
            await asyncio.sleep(_TICK_S)
    finally:
        port.hang_up()


@asynccontextmanager
async def serve_tcp(
    firmware: Firmware,
    port: int = 0,
    speed: float = 1.0,
    on_failure: Callable[[], None] = lambda: None,
) -> AsyncGenerator[str]:
    """Serve on the loopback interface; yields ``socket://127.0.0.1:PORT``. 0 picks a free port.

    When the firmware raises, the host is hung up, `on_failure` is called, and leaving the context
    raises it.
    """
    tcp = _TcpPort()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Host(tcp), "127.0.0.1", port)
    async with server:
        number = server.sockets[0].getsockname()[1]
        async with _running(run(firmware, tcp, speed), on_failure):
            yield f"socket://127.0.0.1:{number}"


@asynccontextmanager
async def serve_pty(
    firmware: Firmware, speed: float = 1.0, on_failure: Callable[[], None] = lambda: None
) -> AsyncGenerator[str]:
    """Serve on a pseudo-terminal, as `serve_tcp` does; yields its path. Hanging up is an unplug:
    it does not come back. Not on Windows."""
    pty = _PtyPort()
    async with _running(run(firmware, pty, speed), on_failure):
        yield pty.path


@asynccontextmanager
async def _running(
    life: Coroutine[Any, Any, None], on_failure: Callable[[], None]
) -> AsyncGenerator[None]:
    task = asyncio.create_task(life)
    task.add_done_callback(lambda done: None if done.cancelled() else on_failure())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


class _TcpPort(Port):
    def __init__(self) -> None:
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None
        self._connections = 0

    def read(self) -> bytes:
        received = bytes(self._received)
        self._received.clear()
        if self._transport is not None:
            self.unsent_bytes = self._transport.get_write_buffer_size()
        return received

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)
            self.unsent_bytes = self._transport.get_write_buffer_size()

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self.leave(self._transport)

    def come(self, transport: asyncio.Transport) -> bool:
        """False: somebody is there already."""
        if self._transport is not None:
            return False
        self._transport = transport
        self._received.clear()
        self._connections += 1
        self.connection = self._connections
        return True

    def take(self, transport: asyncio.Transport | None, data: bytes) -> None:
        if transport is self._transport:
            self._received += data

    def leave(self, transport: asyncio.Transport | None) -> None:
        if transport is self._transport:
            self._transport = None
            self.connection = None
            self.unsent_bytes = 0


class _Host(asyncio.Protocol):
    """One TCP connection."""

    def __init__(self, port: _TcpPort) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if not self._port.come(self._transport):
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._port.take(self._transport, data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._port.leave(self._transport)


class _PtyPort(Port):
    def __init__(self) -> None:
        import tty  # not on Windows

        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        os.close(slave)  # reading then tells whether a host holds it open
        os.set_blocking(self._master, False)
        self._is_plugged = True
        self._unsent = bytearray()
        self._connections = 0

    def read(self) -> bytes:
        if not self._is_plugged:
            return b""
        try:
            data = os.read(self._master, _READ_BYTES)
            is_there = bool(data)  # macOS reads nothing where Linux raises
        except BlockingIOError:
            data, is_there = b"", True
        except OSError:
            data, is_there = b"", False
        if not is_there:
            self.connection = None
            self._unsent.clear()
        elif self.connection is None:
            self._connections += 1
            self.connection = self._connections
        self.write(b"")
        return data

    def write(self, data: bytes) -> None:
        if self.connection is None:
            return
        self._unsent += data
        with contextlib.suppress(OSError):  # full, or the host just left: seen at the next read
            while self._unsent:
                del self._unsent[: os.write(self._master, self._unsent)]
        self.unsent_bytes = len(self._unsent)

    def hang_up(self) -> None:
        if self._is_plugged:
            self._is_plugged = False
            self.connection = None
            os.close(self._master)


def _write(port: Port, messages: list[bytes]) -> None:
    """One by one: a message that was split on purpose stays split where the system allows it."""
    for message in messages:
        port.write(message)

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import random
import sys
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import serial

from drivers.link import (
    LinkBusyError,
    LinkDeniedError,
    LinkLostError,
    LinkNotFoundError,
    LinkTimeoutError,
)
from drivers.serial import SerialLink, UsbIdentity
from drivers.serial_errors import opening_error
from drivers.serial_format import Parity, SerialFormat
from tests.drivers.ears import Ears, until

if sys.platform != "win32":
    import termios

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are POSIX")


class Pty:
    """The device's end of a pseudo terminal."""

    def __init__(self) -> None:
        import tty

        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.name = os.ttyname(self._slave)
        os.set_blocking(self.master, False)

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            try:
                view = view[os.write(self.master, view) :]
            except BlockingIOError:
                time.sleep(0.001)

    def received(self) -> bytes:
        try:
            return os.read(self.master, 65536)
        except BlockingIOError:
            return b""

    def settings(self) -> list[Any]:
        """As the system has them now."""
        return termios.tcgetattr(self._slave)

    def unplug(self) -> None:
        for number in (self.master, self._slave):
            with contextlib.suppress(OSError):
                os.close(number)


@pytest.fixture
def pty() -> Iterator[Pty]:
    device = Pty()
    yield device
    device.unplug()


@dataclass
class Server:
    url: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


@contextlib.asynccontextmanager
async def tcp_device() -> AsyncGenerator[tuple[str, asyncio.Queue[Server]]]:
    clients: asyncio.Queue[Server] = asyncio.Queue()

    async def on_client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        clients.put_nowait(Server(url, reader, writer))

    server = await asyncio.start_server(on_client, "127.0.0.1", 0)
    url = f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield url, clients


async def test_bytes_arrive_complete_and_in_order(pty: Pty) -> None:
    link = SerialLink(pty.name)
    ears = Ears(link)
    await link.open()
    sent = random.Random(1).randbytes(200_000)
    await asyncio.to_thread(pty.send, sent)
    assert await ears.hears(len(sent)) == sent
    await link.close()
    assert ears.losses == []


async def test_what_is_written_reaches_the_device_in_order(pty: Pty) -> None:
    link = SerialLink(pty.name)
    await link.open()
    await asyncio.gather(*(link.write(bytes([n]) * 3) for n in range(20)))
    got = b""
    while len(got) < 60:
        got += pty.received()
    assert got == b"".join(bytes([n]) * 3 for n in range(20))
    await link.close()


async def test_a_socket_url_carries_both_directions() -> None:
    async with tcp_device() as (url, clients):
        link = SerialLink(url)
        ears = Ears(link)
        await link.open()
        device = await clients.get()
        sent = random.Random(2).randbytes(300_000)
        device.writer.write(sent)
        assert await ears.hears(len(sent)) == sent
        await link.write(b"stop")
        assert await device.reader.readexactly(4) == b"stop"
        await link.close()
        assert await device.reader.read() == b""
        device.writer.close()
        assert ears.losses == []


async def test_a_socket_that_ends_is_one_loss_after_all_its_bytes() -> None:
    async with tcp_device() as (url, clients):
        link = SerialLink(url)
        ears = Ears(link)
        await link.open()
        device = await clients.get()
        device.writer.write(b"last words")
        device.writer.close()
        await ears.hears_loss()
        assert ears.data == b"last words"
        assert ears.order[-1] == "lost"
        await link.close()
        assert len(ears.losses) == 1


async def test_a_socket_that_is_reset_is_one_loss() -> None:
    import socket
    import struct

    async with tcp_device() as (url, clients):
        link = SerialLink(url)
        ears = Ears(link)
        await link.open()
        device = await clients.get()
        raw = device.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        device.writer.transport.abort()
        await ears.hears_loss()
        await link.close()
        assert len(ears.losses) == 1


@pytest.mark.parametrize("seed", range(20))
async def test_an_unplug_keeps_the_bytes_before_it_and_is_one_loss(pty: Pty, seed: int) -> None:
    dice = random.Random(seed)
    sent = dice.randbytes(dice.randrange(1, 4000))
    link = SerialLink(pty.name)
    ears = Ears(link)
    await link.open()
    await asyncio.to_thread(pty.send, sent)
    await ears.hears(len(sent))
    pty.unplug()
    error = await ears.hears_loss()
    await asyncio.sleep(0.1)
    assert ears.data == sent
    assert len(ears.losses) == 1
    assert "plug it in again" in str(error)
    await link.close()
    assert len(ears.losses) == 1


async def test_bytes_that_wait_for_a_blocked_loop_are_delivered_before_the_loss(pty: Pty) -> None:
    link = SerialLink(pty.name)
    ears = Ears(link)
    await link.open()
    pty.send(b"a" * 700)
    time.sleep(0.2)  # noqa: ASYNC251 - the loop is meant to stand still
    pty.unplug()
    time.sleep(0.2)  # noqa: ASYNC251
    await ears.hears_loss()
    assert ears.data == b"a" * 700
    assert ears.order == ["data", "lost"]
    await link.close()


async def test_a_loop_that_stands_still_for_300_ms_loses_nothing(pty: Pty) -> None:
    link = SerialLink(pty.name)
    ears = Ears(link)
    await link.open()
    sent = random.Random(3).randbytes(20_000)

    def stream() -> None:  # 20 kB/s, twice the rate of a two-cell board
        for at in range(0, len(sent), 200):
            pty.send(sent[at : at + 200])
            time.sleep(0.01)

    device = threading.Thread(target=stream)
    device.start()
    for _ in range(2):
        await asyncio.sleep(0.1)
        time.sleep(0.3)  # noqa: ASYNC251 - the loop is meant to stand still
    assert await ears.hears(len(sent)) == sent
    device.join()
    # One callback for all that waited: far fewer calls than the 100 pieces that were sent.
    assert len(ears.chunks) < 80
    await link.close()


async def test_writing_to_a_device_that_stopped_reading_ends_with_a_timeout(pty: Pty) -> None:
    link = SerialLink(pty.name, write_s=0.3)
    ears = Ears(link)
    await link.open()
    began_s = time.monotonic()
    with pytest.raises(LinkTimeoutError, match="takes no more data"):
        await link.write(bytes(1_000_000))
    assert time.monotonic() - began_s < 2.0
    pty.send(b"still alive")
    assert await ears.hears(11) == b"still alive"
    await link.close()
    assert ears.losses == []


async def test_a_write_after_the_unplug_fails_and_is_the_same_single_loss(pty: Pty) -> None:
    link = SerialLink(pty.name)
    ears = Ears(link)
    await link.open()
    pty.unplug()
    with pytest.raises(LinkLostError):
        await link.write(b"x")
    await ears.hears_loss()
    with pytest.raises(LinkLostError):
        await link.write(b"x")
    assert len(ears.losses) == 1
    await link.close()


async def test_a_second_opener_is_refused_with_what_to_do(pty: Pty) -> None:
    first, second = SerialLink(pty.name), SerialLink(pty.name)
    await first.open()
    with pytest.raises(LinkBusyError, match="in use by another program"):
        await second.open()
    with pytest.raises(LinkBusyError, match="already open in this program"):
        await first.open()
    await first.close()
    await second.open()
    await second.close()


async def test_closing_while_bytes_pour_in_is_quiet_and_ends_the_thread(pty: Pty) -> None:
    before = threading.active_count()
    halt = threading.Event()

    def pour() -> None:
        while not halt.is_set():
            with contextlib.suppress(BlockingIOError):
                os.write(pty.master, b"x" * 64)

    source = threading.Thread(target=pour)
    source.start()
    try:
        for _ in range(10):
            link = SerialLink(pty.name)
            ears = Ears(link)
            await link.open()
            await ears.hears(1)
            await link.close()
            heard = len(ears.data)
            await link.close()
            await asyncio.sleep(0.01)
            assert len(ears.data) == heard
            assert ears.losses == []
    finally:
        halt.set()
        source.join()
    names = [thread.name for thread in threading.enumerate()]
    assert "serial reader" not in names, before


async def test_a_lost_link_can_be_opened_again() -> None:
    async with tcp_device() as (url, clients):
        link = SerialLink(url)
        ears = Ears(link)
        for n in range(3):
            await link.open()
            device = await clients.get()
            device.writer.write(b"%d" % n)
            device.writer.close()
            await until(lambda n=n: len(ears.losses) == n + 1)
        assert ears.data == b"012"
        await link.close()


async def test_a_port_that_is_not_there_is_not_found() -> None:
    with pytest.raises(LinkNotFoundError, match="Plug the device in"):
        await SerialLink("/dev/ttyNOTHERE").open()


async def test_an_unknown_url_is_not_found() -> None:
    with pytest.raises(LinkNotFoundError, match="neither a port nor a URL"):
        await SerialLink("gopher://x").open()


async def test_a_server_that_does_not_listen_is_not_found() -> None:
    async with tcp_device() as (url, _):
        pass
    with pytest.raises(LinkNotFoundError, match="Nothing listens"):
        await SerialLink(url).open()


async def test_opening_has_a_deadline(monkeypatch: pytest.MonkeyPatch, pty: Pty) -> None:
    # A Windows port of a paired but absent Bluetooth device opens for many seconds.
    slow = threading.Event()
    real = serial.Serial.open

    def open_slowly(port: serial.Serial) -> None:
        slow.wait(3)
        real(port)

    monkeypatch.setattr(serial.Serial, "open", open_slowly)
    link = SerialLink(pty.name, open_s=0.2)
    ears = Ears(link)
    with pytest.raises(LinkTimeoutError, match="did not open"):
        await link.open()
    slow.set()
    await until(lambda: all(t.name != "serial reader" for t in threading.enumerate()))
    monkeypatch.undo()
    await link.open()  # the late opener has let go of the port
    await link.close()
    assert ears.losses == []


async def test_modem_lines_are_optional(pty: Pty) -> None:
    # A pseudo terminal has none: the ioctl fails with ENOTTY.
    link = SerialLink(pty.name, dtr=False, rts=False, baud_rate=57600)
    await link.open()
    await link.close()


@pytest.mark.parametrize(
    ("error", "kind", "advice"),
    [
        (serial.SerialException(errno.EACCES, "denied"), LinkDeniedError, "group"),
        (serial.SerialException(errno.EBUSY, "busy"), LinkBusyError, "another program"),
        # Verbatim from pyserial's Windows back end: repr of ctypes.WinError().
        (
            serial.SerialException(
                "could not open port 'COM3': PermissionError(13, 'Access is denied.', None, 5)"
            ),
            LinkBusyError,
            "another program",
        ),
        (
            serial.SerialException(
                "could not open port 'COM9': FileNotFoundError(2, 'The system cannot find "
                "the file specified.', None, 2)"
            ),
            LinkNotFoundError,
            "Plug the device in",
        ),
    ],
)
def test_each_refusal_has_its_own_advice(
    error: Exception, kind: type[Exception], advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    told = opening_error("COM3", error)
    assert type(told) is kind
    assert advice in str(told)


@dataclass
class Port:
    device: str
    vid: int | None = 0x2E8A
    pid: int | None = 0x000A
    serial_number: str | None = None
    description: str = "board"
    product: str | None = "board"


async def test_a_board_is_followed_to_its_new_port_name(pty: Pty) -> None:
    board = UsbIdentity(0x2E8A, 0x000A, "A1")
    ports = [Port("/dev/ttyACM9", serial_number="B2"), Port(pty.name, serial_number="A1")]
    link = SerialLink("/dev/ttyACM0", usb=board, ports=lambda: ports)
    await link.open()
    await link.close()


async def test_equal_boards_without_serial_numbers_are_never_guessed() -> None:
    ports = [Port("/dev/ttyACM1"), Port("/dev/ttyACM2")]
    link = SerialLink("/dev/ttyACM0", usb=UsbIdentity(0x2E8A, 0x000A), ports=lambda: ports)
    with pytest.raises(LinkNotFoundError, match="ttyACM1, /dev/ttyACM2"):
        await link.open()


async def test_another_device_on_the_old_port_is_not_opened(pty: Pty) -> None:
    ports = [Port(pty.name, vid=0x0403, pid=0x6001)]
    link = SerialLink(pty.name, usb=UsbIdentity(0x2E8A, 0x000A), ports=lambda: ports)
    with pytest.raises(LinkNotFoundError, match="not plugged in"):
        await link.open()


@pytest.mark.parametrize(
    ("baud_rate", "line", "text"),
    [
        (115_200, SerialFormat(), "8N1"),
        (2400, SerialFormat(7, Parity.EVEN, 1), "7E1"),
        (460_800, SerialFormat(parity=Parity.ODD), "8O1"),
        (3_000_000, SerialFormat(stop_bits=2, rts_cts=True), "8N2 RTS/CTS"),
    ],
)
async def test_a_port_is_opened_with_the_format_asked_for(
    pty: Pty,
    baud_rate: int,
    line: SerialFormat,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
):
    opened: list[serial.Serial] = []
    open_url = serial.serial_for_url

    def remember(*arguments: Any, **options: Any) -> serial.Serial:
        opened.append(open_url(*arguments, **options))
        return opened[0]

    monkeypatch.setattr(serial, "serial_for_url", remember)
    assert str(line) == text
    link = SerialLink(pty.name, baud_rate=baud_rate, line=line)
    await link.open()
    (port,) = opened
    _, _, flags, _, speed, _, _ = pty.settings()
    await link.close()
    # A pseudo-terminal keeps no parity and no data bits: those as pyserial was told.
    assert f"{port.bytesize}{port.parity}{port.stopbits}" == text[:3]
    assert bool(flags & termios.CSTOPB) == (line.stop_bits == 2)
    assert bool(flags & termios.CRTSCTS) == line.rts_cts
    assert speed == getattr(termios, f"B{baud_rate}", speed)  # macOS has no name for the fast ones

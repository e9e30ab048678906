from __future__ import annotations

import asyncio
import os
import sys
import time

import pytest

from firmware_sim.faults import Cut, FaultPlan
from firmware_sim.loads import nordic_curl
from firmware_sim.onb import OnbFirmware
from firmware_sim.ott import OttFirmware, UnsafeRequestError
from firmware_sim.serve import serve_pty, serve_tcp
from protocols.codec import Framing
from protocols.events import Event, SamplesLost
from protocols.onb import OnbCodec
from protocols.ott import OttCodec, UnitState, encode_for
from tests.firmware_sim.host import times_of

needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals on Windows")


class Tcp:
    """A host on a socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def to(cls, endpoint: str) -> Tcp:
        host, port = endpoint.removeprefix("socket://").split(":")
        return cls(*await asyncio.open_connection(host, int(port)))

    async def is_closed(self) -> bool:
        try:
            async with asyncio.timeout(2.0):
                while await self.reader.read(4096):
                    pass
        except ConnectionError:
            pass
        self.writer.close()
        return True


async def read_until(tcp: Tcp, codec: OnbCodec, n: int) -> list[Event]:
    events: list[Event] = []
    async with asyncio.timeout(10.0):
        while not events or len(times_of_or_none(events)) < n:
            events += codec.receive(await tcp.reader.read(4096))
    return events


def times_of_or_none(events: list[Event]) -> list[int]:
    try:
        return times_of(events).tolist()
    except ValueError:
        return []


async def start(tcp: Tcp) -> OnbCodec:
    codec = OnbCodec()
    for request in codec.identify():
        tcp.writer.write(request)
        async with asyncio.timeout(2.0):
            while codec.pending:
                codec.receive(await tcp.reader.read(4096))
    tcp.writer.write(codec.start())
    return codec


async def test_a_board_streams_over_tcp_at_its_rate_and_loses_nothing() -> None:
    async with serve_tcp(OnbFirmware(nordic_curl())) as endpoint:
        tcp = await Tcp.to(endpoint)
        codec = await start(tcp)
        began_s = time.monotonic()
        events = await read_until(tcp, codec, 1000)
        assert 0.9 < time.monotonic() - began_s < 2.5
        times = times_of(events)
        assert set((times[1:] - times[:-1]).tolist()) == {1000}
        assert not [event for event in events if isinstance(event, SamplesLost)]
        tcp.writer.close()


async def test_time_can_run_faster() -> None:
    firmware = OnbFirmware(nordic_curl(), host_timeout_s=60.0)
    async with serve_tcp(firmware, speed=10.0) as endpoint:
        tcp = await Tcp.to(endpoint)
        codec = await start(tcp)
        began_s = time.monotonic()
        await read_until(tcp, codec, 5000)
        assert time.monotonic() - began_s < 2.0
        tcp.writer.close()


async def test_what_is_late_is_caught_up() -> None:
    async with serve_tcp(OnbFirmware(nordic_curl())) as endpoint:
        tcp = await Tcp.to(endpoint)
        codec = await start(tcp)
        time.sleep(0.5)  # noqa: ASYNC251 the loop is held up on purpose
        events = await read_until(tcp, codec, 600)
        times = times_of(events)
        assert set((times[1:] - times[:-1]).tolist()) == {1000}
        tcp.writer.close()


async def test_one_host_at_a_time() -> None:
    async with serve_tcp(OnbFirmware()) as endpoint:
        first = await Tcp.to(endpoint)
        await start(first)
        second = await Tcp.to(endpoint)
        assert await second.is_closed()
        assert await first.reader.read(10)
        first.writer.close()


async def test_a_host_may_leave_and_another_come() -> None:
    async with serve_tcp(OnbFirmware()) as endpoint:
        for _ in range(3):
            tcp = await Tcp.to(endpoint)
            codec = await start(tcp)
            assert times_of(await read_until(tcp, codec, 40))[-1] > 0
            tcp.writer.close()
            await tcp.writer.wait_closed()
            await asyncio.sleep(0.05)


async def test_a_cut_link_closes_and_opens_again_later() -> None:
    firmware = FaultPlan((Cut(at_s=0.3, seconds=0.3),)).wrap(OnbFirmware())
    async with serve_tcp(firmware) as endpoint:
        tcp = await Tcp.to(endpoint)
        assert await tcp.is_closed()
        refused = await Tcp.to(endpoint)
        assert await refused.is_closed()
        await asyncio.sleep(0.5)
        again = await Tcp.to(endpoint)
        await start(again)
        again.writer.close()


async def write_an_unsafe_request() -> None:
    failed = asyncio.Event()
    async with serve_tcp(OttFirmware(), on_failure=failed.set) as endpoint:
        tcp = await Tcp.to(endpoint)
        tcp.writer.write(encode_for(Framing.STREAM, bytes.fromhex("90 00 00 00 00 00")))
        async with asyncio.timeout(2.0):
            await failed.wait()
        assert await tcp.is_closed()


async def test_an_unsafe_request_ends_the_server_with_its_error() -> None:
    with pytest.raises(UnsafeRequestError, match="90 00"):
        await write_an_unsafe_request()


async def test_a_host_that_does_not_read_stops_the_devices_time() -> None:
    firmware = OnbFirmware(host_timeout_s=1e6)
    async with serve_tcp(firmware, speed=2000.0) as endpoint:
        tcp = await Tcp.to(endpoint)
        tcp.writer.write(OnbCodec().start())
        await asyncio.sleep(1.0)
        # 2000 s would be 18 MB: 9.4 kB/s
        assert firmware.uptime_us < 1_500_000_000
        tcp.writer.transport.abort()


@needs_pty
async def test_a_therapy_unit_speaks_over_a_pseudo_terminal() -> None:
    async with serve_pty(OttFirmware(), speed=20.0) as path:
        events: list[Event] = []
        for _ in range(2):  # closed and opened again
            port = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            codec = OttCodec(Framing.STREAM)
            os.write(port, codec.get_snapshot())
            events.clear()
            for _ in range(100):
                await asyncio.sleep(0.01)
                try:
                    events += codec.receive(os.read(port, 4096))
                except BlockingIOError:
                    continue
                if sum(isinstance(event, UnitState) for event in events) > 3:
                    break
            os.close(port)
            await asyncio.sleep(0.05)
            assert sum(isinstance(event, UnitState) for event in events) > 3


@needs_pty
async def test_a_cut_pseudo_terminal_is_unplugged() -> None:
    firmware = FaultPlan((Cut(at_s=0.2, seconds=0.2),)).wrap(OnbFirmware())
    async with serve_pty(firmware) as path:
        port = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        ended = False
        for _ in range(100):
            await asyncio.sleep(0.01)
            try:
                ended = os.read(port, 4096) == b""
            except BlockingIOError:
                continue
            except OSError:
                ended = True
            if ended:
                break
        os.close(port)
        assert ended

"""Every simulated device on every link, as one shape for tests."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from devices.catalog import FORCE_MODELS
from devices.declaration import ForceModel
from devices.force import ForceDevice
from devices.match import AnyModel
from devices.types import ForceBlock, Gap, HostCalibration, LinkState, Position, Transport
from drivers.ble import BleLink
from drivers.broadcast import BroadcastLink
from drivers.capture_format import RecordKind, read_capture
from drivers.hid import HidLink
from drivers.link import Link
from drivers.memory import MemoryLink
from drivers.serial import SerialLink
from firmware_sim.catalog import FIRMWARE
from firmware_sim.faults import Fault, Stage
from firmware_sim.firmware import Firmware, Load
from firmware_sim.harp import CELLS as HARP_CELLS
from firmware_sim.hid_bus import VirtualHidBus
from firmware_sim.radio import VirtualRadio
from firmware_sim.radio_broadcast import VirtualBroadcaster
from firmware_sim.serve import serve_pty, serve_tcp
from protocols.codec import Codec, Framing
from protocols.events import ForceSamples
from protocols.hid_reports import REPORT_BYTES

TICK_S = 0.005
_AWAY_S = 0.2  # how long a device that drops off a TCP port stays away
_NOTICE_S = 1.3  # after which the silence of one that only advertises is a loss


class Way(StrEnum):
    """How a simulated device is reached."""

    MEMORY = "memory"
    TCP = "tcp"
    PTY = "pty"
    RADIO = "radio"
    HID = "hid"


@dataclass(frozen=True, slots=True)
class Setup:
    """What a model needs to be tested quickly, and to give newtons.

    `firmware` are options of its simulator, `model` fields of its declaration. How exact it can
    be: `clock_step_us` is that of its time stamps, `lag_n` how far its own filter is from a force
    that rises by 10 N each second. `numbers_only`: a sample has a number, but no time.
    """

    firmware: dict[str, Any] = field(default_factory=dict[str, Any])
    model: dict[str, Any] = field(default_factory=dict[str, Any])
    calibrations: tuple[HostCalibration, ...] = ()
    clock_step_us: int = 0
    lag_n: float = 0.0
    numbers_only: bool = False
    rounds_down: bool = False
    streams_by_itself: bool = False
    is_off_after_a_loss: bool = False


def ours(channel: int, position: Position, factor: float, zero: float) -> HostCalibration:
    return HostCalibration(channel, factor, zero, "2026-03-01", "bench", position)


_RISE_N_PER_S = 10.0
_HARP_SIDES = zip(HARP_CELLS, (Position.LEFT, Position.RIGHT), strict=True)
_QUICK_BOARD = {"boot_s": 0.05, "listen_s": 0.03, "rate_hz": 80.0}
SETUPS: dict[str, Setup] = {
    "harp": Setup(
        calibrations=tuple(
            ours(cell.channel, side, cell.newtons_per_count, cell.zero_counts)
            for cell, side in _HARP_SIDES
        ),
        clock_step_us=32,
    ),
    # A running median of five is two samples late; four stale ones are dropped before time zero.
    "hangman": Setup(lag_n=_RISE_N_PER_S * (4 - 2) / 80, is_off_after_a_loss=True),
    # s += 0.3 (x - s) is 0.7 / 0.3 samples late.
    "mito": Setup(lag_n=_RISE_N_PER_S * 7 / 3 / 10, rounds_down=True, streams_by_itself=True),
    "chronojump": Setup(_QUICK_BOARD, {"boot_s": 0.06}),
    "chronojump-platform": Setup(
        _QUICK_BOARD,
        {"boot_s": 0.06},
        (ours(0, Position.LEFT, 0.125, 40.0), ours(1, Position.RIGHT, 0.125, -25.0)),
    ),
    "motherboard": Setup(
        calibrations=(ours(0, Position.LEFT, 0.001, 0.0), ours(2, Position.RIGHT, -0.001, 0.0)),
        numbers_only=True,
    ),
    "imada-zta": Setup(calibrations=(ours(0, Position.SINGLE, 1.0, 0.0),)),
    "nextech": Setup(calibrations=(ours(0, Position.SINGLE, 1.0, 0.0),)),
    "frez": Setup(calibrations=(ours(0, Position.SINGLE, 0.001, 50_000.0),)),
}


@dataclass(frozen=True, slots=True)
class Bench:
    """A model on one of its ways."""

    model: AnyModel
    way: Way

    @property
    def framing(self) -> Framing:
        has_packets = self.way in (Way.RADIO, Way.HID)
        over_serial = Transport.SERIAL in self.model.transports and not has_packets
        return Framing.STREAM if over_serial else Framing.PACKETS

    def firmware(self, load: Load | None = None, **options: Any) -> Firmware:
        quick = SETUPS.get(self.model.id, Setup()).firmware
        if self.way is Way.HID:
            quick = {**quick, "longest_piece": REPORT_BYTES - 1}
        return FIRMWARE[self.model.id](load, self.framing, **{**quick, **options})

    def listening_codec(self) -> Codec:
        """One that reads whatever its simulator sends, as newtons."""
        codec = FORCE_MODELS[self.model.id].codec(self.framing)
        for each in SETUPS.get(self.model.id, Setup()).calibrations:
            codec.calibrate(each.channel, each.newtons_per_count, each.zero_counts)
        codec.start()
        return codec

    def __str__(self) -> str:
        return f"{self.model.id}-{self.way}"


def benches(models: Iterable[AnyModel], without: tuple[Way, ...] = ()) -> list[Any]:
    """Every model on every way it has, as parameters of a test."""
    no_pty = pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
    found: list[Any] = []
    for model in models:
        ways = [Way.MEMORY]
        ways += [Way.TCP, Way.PTY] if Transport.SERIAL in model.transports else []
        ways += [Way.RADIO] if Transport.BLE in model.transports else []
        ways += [Way.HID] if Transport.USB in model.transports else []
        found += [
            pytest.param(Bench(model, way), id=f"{model.id}-{way}", marks=no_pty)
            if way is Way.PTY
            else pytest.param(Bench(model, way), id=f"{model.id}-{way}")
            for way in ways
            if way not in without
        ]
    return found


@dataclass
class Wire:
    """A simulated device that is switched on, and a closed link to it.

    `cut` breaks the link once, as that way breaks; the device comes back by itself.
    """

    link: Link
    framing: Framing
    cut: Callable[[], None]


@contextlib.asynccontextmanager
async def wired(bench: Bench, firmware: Firmware, speed: float = 1.0) -> AsyncGenerator[Wire]:
    """The device on its way; `speed` is that of its time."""
    match bench.way:
        case Way.MEMORY:
            async with memory_rig(firmware, speed=speed) as rig:
                yield Wire(rig.link, bench.framing, lambda: rig.link.cut("unplugged"))
        case Way.TCP | Way.PTY:
            serve = (
                serve_tcp(firmware, 0, speed)
                if bench.way is Way.TCP
                else serve_pty(firmware, speed)
            )
            async with serve as port:
                link = SerialLink(
                    port, baud_rate=bench.model.baud_rate or 115_200, line=bench.model.line
                )
                yield Wire(link, bench.framing, lambda: _go_away(firmware))
        case Way.RADIO if isinstance(bench.model, ForceModel) and bench.model.broadcast:
            async with VirtualRadio() as radio:
                broadcast = bench.model.broadcast
                sender = radio.add_broadcaster(firmware, "IF_B7", broadcast, speed=speed)
                backend = radio.scanner_backend
                link = BroadcastLink(
                    sender.address, broadcast, scanner_backend=backend, silence_s=_NOTICE_S
                )
                yield Wire(link, bench.framing, lambda: _leave_range(sender))
        case Way.HID:
            assert isinstance(bench.model, ForceModel)
            assert bench.model.hid is not None
            bus = VirtualHidBus()
            bus.plug_in(firmware, bench.model.hid.usb_id, bench.model.id, speed=speed)
            link = HidLink(firmware.serial, bench.model.hid, library=lambda: bus)
            yield Wire(link, bench.framing, lambda: _go_away(firmware))
        case Way.RADIO:
            gatt = bench.model.gatt
            assert gatt is not None
            async with VirtualRadio() as radio:
                peripheral = await radio.add(firmware, bench.model.id, gatt, speed=speed)
                backends = (radio.client_backend, radio.scanner_backend)
                link = BleLink(
                    peripheral.address, gatt, backend=backends[0], scanner_backend=backends[1]
                )
                yield Wire(link, bench.framing, peripheral.drop)


@contextlib.asynccontextmanager
async def nothing_left() -> AsyncGenerator[None]:
    """What is started inside ends with it: no task is left, no thread but the loop's own."""
    tasks, threads = asyncio.all_tasks(), set(threading.enumerate())
    yield
    assert [task for task in asyncio.all_tasks() - tasks if not task.done()] == []
    new = set(threading.enumerate()) - threads
    assert [thread for thread in new if not thread.name.startswith("asyncio_")] == []


@dataclass(frozen=True, slots=True)
class Tap(Fault):
    """Lets every message pass and keeps a copy: what was sent, or what is left of it."""

    messages: list[bytes] = field(default_factory=list[bytes])

    def stage(self, framing: Framing, seed: int) -> Stage:
        def pass_on(messages: list[bytes], t_s: float) -> list[bytes]:
            self.messages.extend(messages)
            return messages

        return pass_on

    def times(self, codec: Codec) -> NDArray[np.int64]:
        """``t (n,) µs`` of all samples, on the device's clock."""
        events = [event for message in self.messages for event in codec.receive(message)]
        return np.concatenate([event.t_us for event in events if isinstance(event, ForceSamples)])


def requests_written(capture: Path) -> list[bytes]:
    """Everything that left for the device, from a capture of its link."""
    records = read_capture(capture).records
    return [record.data for record in records if record.kind is RecordKind.OUTBOUND]


def _leave_range(sender: VirtualBroadcaster) -> None:
    """Out of range until the silence is noticed."""
    sender.leave_range()
    asyncio.get_running_loop().call_later(_NOTICE_S + _AWAY_S, sender.return_to_range)


def _go_away(firmware: Firmware) -> None:
    """Hang up, and be reachable again a little later."""
    firmware.is_reachable = False
    loop = asyncio.get_running_loop()
    loop.call_later(_AWAY_S, lambda: setattr(firmware, "is_reachable", True))


@dataclass
class Heard:
    """What a device delivered, in order."""

    blocks: list[ForceBlock] = field(default_factory=list[ForceBlock])
    gaps: list[Gap] = field(default_factory=list[Gap])
    states: list[LinkState] = field(default_factory=list[LinkState])

    def listen(self, device: ForceDevice) -> None:
        device.on_block = self.blocks.append
        device.on_gap = self.gaps.append
        device.on_state = lambda state, _cause: self.states.append(state)

    @property
    def samples(self) -> int:
        return sum(len(block.t_us) for block in self.blocks)

    @property
    def t_us(self) -> NDArray[np.int64]:
        return np.concatenate([block.t_us for block in self.blocks])

    @property
    def force(self) -> NDArray[np.float64]:
        return np.concatenate([block.force for block in self.blocks])


class MemoryRig:
    """A memory link with a firmware at its other end, paced by the loop's clock.

    `is_silent`: the link stays open and delivers nothing. The firmware may be swapped.
    """

    def __init__(self, firmware: Firmware, speed: float = 1.0, tick_s: float = TICK_S) -> None:
        self.firmware = firmware
        self.is_silent = False
        self.link = MemoryLink()
        self.link.on_opened = lambda: self.firmware.connected()
        self.link.on_closed = lambda: self.firmware.disconnected()
        self.link.on_written = lambda data: self._deliver(self.firmware.receive(data))
        self._speed = speed
        self._tick_s = tick_s

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        began, done = loop.time(), 0.0
        while True:
            await asyncio.sleep(self._tick_s)
            due = (loop.time() - began) * self._speed
            self._deliver(self.firmware.advance(due - done))
            done = due

    def _deliver(self, messages: list[bytes]) -> None:
        for message in messages if not self.is_silent else []:
            self.link.deliver(message)


@contextlib.asynccontextmanager
async def memory_rig(firmware: Firmware, *, speed: float = 1.0) -> AsyncGenerator[MemoryRig]:
    """The rig running; nothing of it is left behind."""
    rig = MemoryRig(firmware, speed)
    task = asyncio.create_task(rig.run())
    try:
        yield rig
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def force_device(model: str, link: Link, framing: Framing) -> tuple[ForceDevice, Heard]:
    setup = SETUPS.get(model, Setup())
    quick = replace(FORCE_MODELS[model], **setup.model)
    device = ForceDevice(quick, link, framing, setup.calibrations)
    heard = Heard()
    heard.listen(device)
    return device, heard


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for what a device does by itself; TimeoutError when it does not."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for signals nothing
            await asyncio.sleep(0.01)

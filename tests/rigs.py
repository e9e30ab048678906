"""Every simulated device on every link, as one shape for tests."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from devices.catalog import FORCE_MODELS
from devices.force import ForceDevice
from devices.types import ForceBlock, Gap, LinkState
from drivers.link import Link
from drivers.memory import MemoryLink
from firmware_sim.firmware import Firmware
from protocols.codec import Framing

TICK_S = 0.005


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

    def __init__(self, firmware: Firmware, speed: float = 1.0) -> None:
        self.firmware = firmware
        self.is_silent = False
        self.link = MemoryLink()
        self.link.on_opened = lambda: self.firmware.connected()
        self.link.on_closed = lambda: self.firmware.disconnected()
        self.link.on_written = lambda data: self._deliver(self.firmware.receive(data))
        self._speed = speed

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        began, done = loop.time(), 0.0
        while True:
            await asyncio.sleep(TICK_S)
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
    device = ForceDevice(FORCE_MODELS[model], link, framing)
    heard = Heard()
    heard.listen(device)
    return device, heard


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for what a device does by itself; TimeoutError when it does not."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for signals nothing
            await asyncio.sleep(0.01)

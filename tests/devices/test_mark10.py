from __future__ import annotations

import asyncio

import numpy as np
import pytest

from devices.errors import RequestRejectedError
from firmware_sim.faults import Drop, FaultPlan
from firmware_sim.loads import constant
from firmware_sim.mark10 import Mark10Firmware
from protocols.codec import Framing
from tests.rigs import force_device, memory_rig, until


async def test_it_is_asked_for_each_reading_and_no_faster_than_its_rate() -> None:
    firmware = Mark10Firmware(lambda t: 100.0 * t[:, np.newaxis], noise_n=0.0, answer_s=0.001)
    async with memory_rig(firmware) as rig:
        asked: list[bytes] = []
        answer = rig.link.on_written
        rig.link.on_written = lambda data: (asked.append(data), answer(data))[1]
        device, heard = force_device("mark10", rig.link, Framing.STREAM)
        await device.connect()
        assert (device.info.serial, device.info.firmware) == ("3512345", "1.00")
        await device.start()
        await until(lambda: heard.t_us[-1] > 1_000_000 if heard.blocks else False)
        asked_then = len(asked)
        await device.stop()
        before = heard.samples
        await asyncio.sleep(0.2)
        assert heard.samples == before
        assert len(asked) <= asked_then + 1
        await device.close()
    assert heard.gaps == []
    assert 15 <= heard.samples / (heard.t_us[-1] / 1e6) <= 52  # 50 a second at most
    # Each reading stands where it was taken: 100 N a second.
    assert np.abs(heard.force[:, 0] / 100.0 - heard.t_us / 1e6).max() <= 0.1
    assert firmware.changes == []


async def test_an_answer_that_never_comes_is_asked_for_again() -> None:
    plan = FaultPlan((Drop(0.2, from_s=0.5),))
    async with memory_rig(plan.wrap(Mark10Firmware(constant(20.0), noise_n=0.0))) as rig:
        device, heard = force_device("mark10", rig.link, Framing.STREAM)
        await device.connect()
        await device.start()
        await until(lambda: heard.t_us[-1] > 3_000_000 if heard.blocks else False)
        await device.close()
    # One answer in five is waited for in vain for 0.3 s: no silence of half a second, no gap.
    steps_us = np.diff(heard.t_us)
    assert np.count_nonzero(steps_us > 290_000) > 3
    assert device.lost_percent is None


async def test_a_gauge_without_units_is_refused_with_what_to_do() -> None:
    async with memory_rig(Mark10Firmware(has_unit=False)) as rig:
        device, _ = force_device("mark10", rig.link, Framing.STREAM)
        await device.connect()
        with pytest.raises(RequestRejectedError, match="switch the unit on"):
            await device.start()
        await device.close()

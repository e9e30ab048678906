"""A Go Direct hand dynamometer as a force device."""

from __future__ import annotations

import numpy as np
import pytest

from devices.catalog import FORCE_MODELS
from devices.errors import UnsupportedDeviceError
from firmware_sim.faults import Drop, FaultPlan
from firmware_sim.godirect import GoDirectFirmware
from firmware_sim.loads import constant
from protocols.codec import Framing
from tests.rigs import force_device, memory_rig, until


async def test_its_range_is_its_rated_load_and_its_battery_is_known() -> None:
    async with memory_rig(GoDirectFirmware()) as rig:
        device, _ = force_device("godirect-hd", rig.link, Framing.PACKETS)
        await device.connect()
        assert device.channels[0].capacity_n == 600.0
        assert device.battery.percent == 81.0
        await device.close()


async def test_dropped_readings_are_a_gap_of_an_unknown_number() -> None:
    firmware = GoDirectFirmware(constant(50.0), drop_at_s=(0.5,))
    async with memory_rig(firmware) as rig:
        device, heard = force_device("godirect-hd", rig.link, Framing.PACKETS)
        await device.connect()
        await device.start()
        await until(lambda: heard.samples > 60)
        await device.close()
    (gap,) = heard.gaps
    assert gap.samples is None
    assert "dropped" in gap.cause
    assert np.all(np.diff(heard.t_us) > 0)


async def test_packets_that_are_missing_are_counted_by_their_readings() -> None:
    plan = FaultPlan((Drop(0.1, from_s=0.5),))
    firmware = plan.wrap(GoDirectFirmware(lambda t: 10.0 * t[:, np.newaxis], noise_n=0.0))
    async with memory_rig(firmware, speed=2.0) as rig:
        device, heard = force_device("godirect-hd", rig.link, Framing.PACKETS)
        await device.connect()
        await device.start()
        await until(lambda: heard.samples > 150)
        await device.close()
    assert device.lost > 0
    assert device.lost_percent is not None
    assert sum(gap.samples or 0 for gap in heard.gaps) == device.lost
    # Each reading shows the force of its own time, half a step beside it.
    assert np.abs(heard.force[:, 0] - heard.t_us / 1e5).max() <= 0.05 + 1e-4


async def test_a_slower_unit_is_asked_for_what_it_can_do() -> None:
    async with memory_rig(GoDirectFirmware(shortest_period_us=100_000), speed=4.0) as rig:
        device, heard = force_device("godirect-hd", rig.link, Framing.PACKETS)
        await device.connect()
        await device.start()
        await until(lambda: heard.samples > 20)
        await device.close()
    assert heard.gaps == []
    assert set(np.diff(heard.t_us).tolist()) == {100_000}
    assert device.rate_hz == pytest.approx(10.0)


async def test_another_device_of_the_family_is_refused() -> None:
    async with memory_rig(GoDirectFirmware(order_code="GDX-FOR")) as rig:
        device, _ = force_device("godirect-hd", rig.link, Framing.PACKETS)
        with pytest.raises(UnsupportedDeviceError, match="GDX-FOR"):
            await device.connect()


def test_early_force_is_refused_with_the_reason() -> None:
    reason = FORCE_MODELS["godirect-hd"].rfd_refused
    assert reason is not None
    assert "50 Hz" in reason

"""A Go Direct hand dynamometer as a force device."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from devices.catalog import FORCE_MODELS
from devices.errors import UnsupportedDeviceError
from devices.godirect_hd import GODIRECT_HD
from devices.types import LinkState
from drivers.hid import HidLink
from drivers.hid_system import udev_rule
from firmware_sim.faults import Drop, FaultPlan
from firmware_sim.godirect import GoDirectFirmware
from firmware_sim.hid_bus import VirtualHidBus
from firmware_sim.loads import constant
from protocols.codec import Framing
from tests.rigs import Tap, force_device, memory_rig, until


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


def test_its_page_has_the_line_that_gives_the_right_to_it() -> None:
    hid = GODIRECT_HD.hid
    assert hid is not None
    page = Path(__file__).parents[2] / "docs" / "devices" / "godirect-hd.md"
    assert udev_rule(hid.usb_id) in page.read_text("utf-8").splitlines()


class OnACable:
    """A unit that is plugged in, as a force device over the real HID link."""

    def __init__(self, plan: FaultPlan | None = None, **options: Any) -> None:
        firmware = GoDirectFirmware(
            lambda t: 10.0 * t[:, np.newaxis], noise_n=0.0, longest_piece=63, **options
        )
        self.firmware = firmware if plan is None else plan.wrap(firmware)
        self.bus = VirtualHidBus()
        hid = GODIRECT_HD.hid
        assert hid is not None
        self.unit = self.bus.plug_in(self.firmware, hid.usb_id, "Go Direct", speed=2.0)
        self.link = HidLink("", hid, library=lambda: self.bus)
        self.device, self.heard = force_device("godirect-hd", self.link, Framing.PACKETS)

    def shows_the_force_of_each_time(self) -> bool:
        """Half a step beside it, and what a 32-bit float rounds."""
        error = self.heard.force[:, 0] - self.heard.t_us / 1e5
        return bool(np.abs(error).max() <= 0.05 + 1e-4)


async def test_packets_over_several_reports_are_read_and_a_lost_report_is_counted() -> None:
    # 15 readings: 9 + 60 = 0x45 bytes, so two reports for each packet.
    sent, arrived = Tap(), Tap()
    plan = FaultPlan((sent, Drop(0.3, 1.0, 4.0), arrived))
    cable = OnACable(plan, readings_per_packet=15)
    await cable.device.connect()
    await cable.device.start()
    await until(lambda: bool(cable.heard.blocks) and cable.heard.t_us[-1] > 4_500_000)
    await cable.device.close()
    came = set(arrived.messages)
    packets = [pair for pair in pairwise(sent.messages) if pair[0].startswith(b"\x20\x45")]
    injected = 15 * sum(not came.issuperset(pair) for pair in packets)
    assert injected > 0
    assert cable.device.lost == injected
    assert cable.shows_the_force_of_each_time()


async def test_reports_that_make_no_sense_cost_nothing_but_themselves() -> None:
    cable = OnACable()
    await cable.device.connect()
    await cable.device.start()
    for n in range(1, 6):
        await until(lambda n=n: cable.heard.samples > 20 * n)
        cable.unit.send(bytes([64 + n]) + bytes(range(63)))
    await until(lambda: cable.heard.samples > 140)
    await cable.device.close()
    assert cable.heard.gaps == []
    assert cable.shows_the_force_of_each_time()


async def test_a_unit_plugged_in_again_elsewhere_goes_on_in_the_same_stream() -> None:
    cable = OnACable()
    await cable.device.connect()
    await cable.device.start()
    await until(lambda: cable.heard.samples > 20)
    cable.unit.unplug()
    await until(lambda: LinkState.RECONNECTING in cable.heard.states)
    cable.unit.plug_in_again(b"/dev/hidraw5")
    before = cable.heard.samples
    await until(lambda: cable.heard.samples > before + 20)
    await cable.device.close()
    assert len(cable.heard.gaps) == 1
    assert np.all(np.diff(cable.heard.t_us) > 0)


async def test_another_unit_in_its_socket_does_not_go_on_for_it() -> None:
    cable = OnACable()
    await cable.device.connect()
    await cable.device.start()
    await until(lambda: cable.heard.samples > 20)
    cable.unit.unplug()
    cable.bus.plug_in(GoDirectFirmware(serial="OTHER-01"), cable.unit.usb_id, "Go Direct")
    before = cable.heard.samples
    await until(lambda: LinkState.CLOSED in cable.heard.states)
    assert cable.heard.samples == before
    await cable.device.close()

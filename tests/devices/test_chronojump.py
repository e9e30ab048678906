"""The device of force_devices.md §2.5, ten times as fast."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest

from devices.chronojump import CHRONOJUMP, CHRONOJUMP_PLATFORM
from devices.declaration import ForceModel
from devices.errors import (
    ForbiddenRequestError,
    NotRespondingError,
    UncalibratedError,
    UnsupportedDeviceError,
)
from devices.force import ForceDevice
from devices.types import HostCalibration, LinkState, Position
from drivers.memory import MemoryLink
from firmware_sim.chronojump import ChronojumpFirmware, ChronojumpPlatformFirmware
from firmware_sim.firmware import Firmware
from firmware_sim.loads import constant
from protocols.codec import Framing
from tests.rigs import Heard, memory_rig, until

SPEED = 10.0
OURS = tuple(
    HostCalibration(
        channel=channel,
        position=position,
        newtons_per_count=ChronojumpPlatformFirmware.newtons_per_count,
        zero_counts=ChronojumpPlatformFirmware.zero_counts[channel],
        calibrated_on="2026-03-01",
        calibrated_by="bench",
        capacity_n=2000.0,
    )
    for channel, position in ((1, Position.RIGHT), (0, Position.LEFT))
)


@asynccontextmanager
async def on_the_bench(
    firmware: Firmware,
    model: ForceModel = CHRONOJUMP,
    calibrations: tuple[HostCalibration, ...] = (),
) -> AsyncGenerator[tuple[ForceDevice, Heard]]:
    async with memory_rig(firmware, speed=SPEED) as rig:
        quick = replace(model, boot_s=0.3)
        device = ForceDevice(quick, rig.link, Framing.STREAM, calibrations)
        heard = Heard()
        heard.listen(device)
        yield device, heard
        await device.close()


async def test_it_is_waited_for_stopped_and_then_asked() -> None:
    firmware = ChronojumpFirmware(constant(123.4), is_capturing=True, noise_n=0.0)
    async with on_the_bench(firmware) as (device, heard):
        await device.connect()
        assert device.info.firmware == "Force_Sensor-0.5"
        assert device.calibrations[0].newtons_per_count == 1 / 915.0  # its default
        assert device.channels[0].resolution_n == 0.01  # of the text, not of the converter
        await device.start()
        await until(lambda: heard.samples > 300)
    assert heard.gaps == []
    assert set(heard.force[:, 0].tolist()) == {123.4}
    assert firmware.changes == []


async def test_a_board_that_already_speaks_is_not_waited_for() -> None:
    firmware = ChronojumpFirmware(is_capturing=True, resets_on_open=False)
    async with on_the_bench(firmware, replace(CHRONOJUMP, boot_s=None)) as (device, _):
        device.model = replace(CHRONOJUMP, boot_s=60.0)
        async with asyncio.timeout(5.0):
            await device.connect()


async def test_the_measured_rate_is_the_one_that_counts() -> None:
    async with on_the_bench(ChronojumpFirmware(rate_hz=160.0)) as (device, heard):
        await device.connect()
        await device.start()
        await until(lambda: heard.samples > 400)
        rate_hz = device.rate_hz
    assert rate_hz == pytest.approx(160.0, rel=1e-3)
    assert (heard.gaps, device.lost) == ([], 0)


async def test_a_slow_board_has_no_gaps() -> None:
    async with on_the_bench(ChronojumpFirmware(rate_hz=10.0)) as (device, heard):
        await device.connect()
        await device.start()
        await until(lambda: heard.samples > 40)
    assert heard.gaps == []


async def test_the_stop_is_repeated_until_it_is_confirmed() -> None:
    firmware = ChronojumpFirmware(loses=0.1, seed=4)  # the first three arrive damaged
    async with on_the_bench(firmware) as (device, heard):
        await device.connect()
        await device.start()
        await until(lambda: heard.samples > 50)
        await device.stop()
        before = heard.samples
        await asyncio.sleep(0.2)
        assert heard.samples == before


async def test_nothing_but_the_stop_leaves_while_it_captures() -> None:
    async with on_the_bench(ChronojumpFirmware()) as (device, _):
        await device.connect()
        await device.start()
        with pytest.raises(ForbiddenRequestError):
            await device._send(b"get_version:\n")  # pyright: ignore[reportPrivateUsage] the gate


async def test_the_other_firmware_is_refused_with_the_model_to_choose() -> None:
    async with on_the_bench(ChronojumpPlatformFirmware()) as (device, _):
        with pytest.raises(UnsupportedDeviceError, match="Chronojump force platform"):
            await device.connect()
        assert device.state is LinkState.CLOSED


async def test_raw_counts_without_a_calibration_are_refused() -> None:
    async with on_the_bench(ChronojumpPlatformFirmware(), CHRONOJUMP_PLATFORM) as (device, heard):
        await device.connect()
        with pytest.raises(UncalibratedError, match="raw counts"):
            await device.start()
        assert heard.blocks == []


async def test_the_calibrated_cells_are_delivered_in_their_order() -> None:
    firmware = ChronojumpPlatformFirmware(
        lambda t: np.column_stack([np.full(len(t), 100.0), np.full(len(t), 250.0)]), noise_n=0.0
    )
    async with on_the_bench(firmware, CHRONOJUMP_PLATFORM, OURS) as (device, heard):
        await device.connect()
        await device.start()
        await until(lambda: heard.samples > 50)
    assert [channel.position for channel in device.channels] == [Position.LEFT, Position.RIGHT]
    assert [channel.resolution_n for channel in device.channels] == [0.125, 0.125]
    assert heard.force.tolist() == [[100.0, 250.0]] * heard.samples
    assert device.calibrations[0].calibrated_by == "bench"


async def test_a_dead_port_is_told_after_three_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CHRONOJUMP.codec, "reply_s", 0.05)
    link = MemoryLink()
    written: list[bytes] = []
    link.on_written = written.append
    device = ForceDevice(replace(CHRONOJUMP, boot_s=0.05), link, Framing.STREAM)
    with pytest.raises(NotRespondingError, match="Chronojump"):
        await device.connect()
    assert written == [b"end_capture:\n"] * 3

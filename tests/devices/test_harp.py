"""Harp Load Cells as a force device: our calibration, and what a missing board looks like."""

from __future__ import annotations

import pytest

from devices.catalog import FORCE_MODELS
from devices.errors import UncalibratedError, UnsupportedDeviceError
from devices.force import ForceDevice
from devices.types import HostCalibration, LinkState, Position
from firmware_sim.harp import Cell, HarpFirmware
from firmware_sim.loads import constant
from protocols.codec import Framing
from protocols.events import ChannelProblem
from tests.rigs import Heard, force_device, memory_rig, until

RIGHT_ALONE = HostCalibration(
    channel=4,
    newtons_per_count=0.0625,
    zero_counts=-112.0,
    calibrated_on="2026-03-01",
    calibrated_by="bench",
    position=Position.RIGHT,
    uncertainty_percent=0.2,
    capacity_n=2000.0,
    cell_serial="S-17",
)


async def test_without_a_calibration_nothing_is_recorded() -> None:
    async with memory_rig(HarpFirmware()) as rig:
        device = ForceDevice(FORCE_MODELS["harp"], rig.link, Framing.STREAM)
        await device.connect()
        with pytest.raises(UncalibratedError, match="raw counts"):
            await device.start()
        await device.close()


async def test_the_calibrated_channel_alone_is_a_column_with_its_side() -> None:
    async with memory_rig(HarpFirmware(constant(123.4, 2), noise_n=0.0)) as rig:
        device = ForceDevice(FORCE_MODELS["harp"], rig.link, Framing.STREAM, [RIGHT_ALONE])
        heard = Heard()
        heard.listen(device)
        await device.connect()
        await device.start()
        await until(lambda: heard.samples > 200)
        await device.close()
    (channel,) = device.channels
    assert (channel.position, channel.capacity_n, channel.resolution_n) == (
        Position.RIGHT,
        2000.0,
        0.0625,
    )
    (calibration,) = device.calibrations
    assert (calibration.calibrated_by, calibration.cell_serial) == ("bench", "S-17")
    # 1974.4 counts above the zero
    assert heard.force.tolist() == [[1974 * 0.0625]] * heard.samples


async def test_a_board_that_is_pulled_out_is_a_problem_of_its_cell_alone() -> None:
    firmware = HarpFirmware(constant(200.0, 2))
    told: list[tuple[int, ChannelProblem, bool]] = []
    async with memory_rig(firmware) as rig:
        device, heard = force_device("harp", rig.link, Framing.STREAM)
        device.on_problem = lambda _t_us, channel, problem, is_bad: told.append(
            (channel, problem, is_bad)
        )
        await device.connect()
        await device.start()
        await until(lambda: heard.samples > 100)
        firmware.boards[0] = False
        await until(lambda: len(told) == 1)
        firmware.boards[0] = True
        await until(lambda: len(told) == 2)
        await device.close()
    assert told == [(0, ChannelProblem.OPEN, True), (0, ChannelProblem.OPEN, False)]
    assert heard.gaps == []


async def test_a_board_left_running_by_another_program_is_stopped_first() -> None:
    firmware = HarpFirmware(constant(50.0, 2))
    async with memory_rig(firmware) as rig:
        first, heard = force_device("harp", rig.link, Framing.STREAM)
        await first.connect()
        await first.start()
        await until(lambda: heard.samples > 20)
        rig.link.cut("the program crashed")
        await until(lambda: first.state is LinkState.STREAMING and bool(heard.gaps))
        await first.close()
    assert heard.gaps[0].cause


async def test_another_harp_device_is_refused_by_its_kind() -> None:
    async with memory_rig(HarpFirmware(who_am_i=1216)) as rig:
        device, _ = force_device("harp", rig.link, Framing.STREAM)
        with pytest.raises(UnsupportedDeviceError, match="1216"):
            await device.connect()
        assert device.state is LinkState.CLOSED


async def test_channels_without_a_cell_are_never_delivered() -> None:
    cells = (Cell(0, 0.0625, 37), Cell(4, 0.0625, -112))
    async with memory_rig(HarpFirmware(cells=cells)) as rig:
        device, heard = force_device("harp", rig.link, Framing.STREAM)
        await device.connect()
        await device.start()
        await until(lambda: heard.samples > 20)
        await device.close()
    assert heard.force.shape[1] == 2
    assert [channel.position for channel in device.channels] == [Position.LEFT, Position.RIGHT]

import asyncio

import numpy as np
import pytest

from devices.errors import DeviceSwappedError, NotRespondingError, ZeroRefusedError
from devices.types import LinkState, Position
from firmware_sim.firmware import Firmware
from firmware_sim.harp import HarpFirmware
from firmware_sim.loads import constant
from firmware_sim.nextech import NextechFirmware
from firmware_sim.onb import OnbFirmware
from protocols.codec import Framing
from tests.rigs import force_device, memory_rig, until


async def test_samples_come_gapless_on_one_axis_and_the_device_says_who_it_is() -> None:
    firmware = OnbFirmware(constant(123.4, 2), serial="ONB-TEST-1")
    async with memory_rig(firmware) as rig:
        device, heard = force_device("onb", rig.link, Framing.STREAM)
        await device.connect()
        assert device.info.serial == "ONB-TEST-1"
        assert [channel.position for channel in device.channels] == [Position.LEFT, Position.RIGHT]
        await device.start()
        await until(lambda: heard.samples >= 1000)
        await device.stop()
        await device.close()
    assert heard.gaps == []
    assert heard.t_us[0] == 0
    assert np.all(np.diff(heard.t_us) == 1000)  # 1000 Hz
    assert [b.index for b in heard.blocks[:2]] == [0, len(heard.blocks[0].t_us)]


async def test_a_loaded_device_is_not_zeroed_and_an_unloaded_one_is() -> None:
    async with memory_rig(OnbFirmware(constant(310.0, 2))) as rig:
        device, heard = force_device("onb", rig.link, Framing.STREAM)
        await device.connect()
        await device.start()
        await until(lambda: heard.samples >= 1300)
        with pytest.raises(ZeroRefusedError) as refused:
            device.zero()
        assert refused.value.reason == "loaded"
        await device.close()
    async with memory_rig(OnbFirmware(constant(4.0, 2))) as rig:
        device, heard = force_device("onb", rig.link, Framing.STREAM)
        await device.connect()
        await device.start()
        await until(lambda: heard.samples >= 1300)
        zeros = device.zero()
        assert [zero.offset_n for zero in zeros] == pytest.approx([4.0, 4.0], abs=0.01)
        await device.close()


@pytest.mark.parametrize(
    ("other", "is_told"), [(HarpFirmware(), True), (NextechFirmware(framing=Framing.STREAM), False)]
)
async def test_a_device_of_another_model_is_told_from_a_silent_one(
    other: Firmware, is_told: bool
) -> None:
    async with memory_rig(other) as rig:
        device, _ = force_device("onb", rig.link, Framing.STREAM)
        with pytest.raises(NotRespondingError) as refused:
            await device.connect()
    assert ("this model, and its speed" in str(refused.value)) is is_told


async def test_a_lost_link_comes_back_by_itself_and_leaves_one_gap() -> None:
    async with memory_rig(OnbFirmware(constant(50.0))) as rig:
        device, heard = force_device("onb", rig.link, Framing.STREAM)
        await device.connect()
        await device.start()
        await until(lambda: heard.samples >= 300)
        rig.link.cut("unplugged")
        await until(lambda: device.state is LinkState.RECONNECTING)
        before = heard.samples
        await until(lambda: heard.samples >= before + 300)
        await device.close()
    assert len(heard.gaps) == 1
    gap = heard.gaps[0]
    assert "unplugged" in gap.cause
    # The board stayed powered, so its clock measures the gap: the first back-off is 0.5 s.
    assert 0.4e6 < gap.end_us - gap.start_us < 2e6
    assert gap.samples == (gap.end_us - gap.start_us) // 1000 - 1
    assert np.all(np.diff(heard.t_us) > 0)
    assert heard.states[-6:] == [
        LinkState.STREAMING,
        LinkState.LOST,
        LinkState.RECONNECTING,
        LinkState.STREAMING,
        LinkState.READY,
        LinkState.CLOSED,
    ]


async def test_silence_on_a_link_that_stays_open_is_a_loss() -> None:
    firmware = OnbFirmware(constant(50.0))
    async with memory_rig(firmware) as rig:
        device, heard = force_device("onb", rig.link, Framing.STREAM)
        await device.connect()
        await device.start()
        await until(lambda: heard.samples >= 100)
        rig.is_silent = True
        began = asyncio.get_running_loop().time()
        await until(lambda: LinkState.LOST in heard.states)
        assert asyncio.get_running_loop().time() - began <= 1.3
        rig.is_silent = False
        before = heard.samples
        await until(lambda: heard.samples > before)
        await device.close()
    assert "no data" in heard.gaps[0].cause


async def test_another_unit_never_slips_in_after_a_loss() -> None:
    first, second = OnbFirmware(serial="ONB-A"), OnbFirmware(serial="ONB-B")
    async with memory_rig(first) as rig:
        device, heard = force_device("onb", rig.link, Framing.STREAM)
        causes: list[str] = []
        await device.connect()
        device.on_state = lambda _state, cause: causes.append(cause)
        await device.start()
        await until(lambda: heard.samples >= 100)
        rig.firmware = second
        rig.link.cut("unplugged")
        await until(lambda: device.state is LinkState.CLOSED)
        await device.close()
    assert str(DeviceSwappedError("ONB-A", "ONB-B")) in causes


async def test_closing_twice_and_stopping_twice_is_harmless() -> None:
    async with memory_rig(OnbFirmware()) as rig:
        device, _ = force_device("onb", rig.link, Framing.STREAM)
        await device.connect()
        await device.start()
        await device.stop()
        await device.stop()
        await device.close()
        await device.close()
    assert device.state is LinkState.CLOSED

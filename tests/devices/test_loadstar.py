from __future__ import annotations

import numpy as np
import pytest

from devices.errors import UnsupportedDeviceError
from devices.loadstar import LOADSTAR
from devices.types import LinkState
from firmware_sim.loads import constant
from firmware_sim.loadstar import LoadstarFirmware
from protocols.codec import Framing
from tests.rigs import force_device, memory_rig, until

POUND_N = 4.4482216152605


async def test_it_is_read_in_its_own_unit_at_its_own_rate() -> None:
    firmware = LoadstarFirmware(
        constant(100.0), rate_hz=40, is_streaming_at_start=True, confused=0.2, seed=4, noise_n=0.0
    )
    async with memory_rig(firmware) as rig:
        device, heard = force_device("loadstar", rig.link, Framing.STREAM)
        await device.connect()
        assert device.info.serial == "FS1234-5678"
        assert device.channels[0].capacity_n == 500.0 * POUND_N
        await device.start()
        await until(lambda: heard.t_us[-1] > 1_500_000 if heard.blocks else False)
        rate_hz = device.rate_hz
        await device.close()
    assert rate_hz == pytest.approx(40.0, rel=0.1)  # declared as 150
    assert heard.gaps == []
    assert np.abs(heard.force - 100.0).max() <= 0.0005 * POUND_N
    assert (device.lost, device.lost_percent) == (0, None)  # nobody can tell
    assert LOADSTAR.rfd_refused
    assert firmware.changes == []


@pytest.mark.parametrize("options", [{"unit": "lbf-ft"}, {"product": "FCM DQ-4000"}])
async def test_what_measures_no_force_is_refused(options: dict[str, str]) -> None:
    async with memory_rig(LoadstarFirmware(**options)) as rig:  # pyright: ignore[reportArgumentType] texts
        device, _ = force_device("loadstar", rig.link, Framing.STREAM)
        with pytest.raises(UnsupportedDeviceError, match="Nothing was started"):
            await device.connect()
        assert device.state is LinkState.CLOSED

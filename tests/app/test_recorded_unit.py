from __future__ import annotations

from app.device_pool import DevicePool, unit_station
from app.links import ChosenLink
from devices.catalog import ELECTROTHERAPY_MODELS
from drivers.memory import MemoryLink
from firmware_sim.ott import OttFirmware
from protocols.codec import Framing
from tests.rigs import memory_rig, until


async def test_a_unit_that_only_answers_does_not_hide_the_one_that_tells():
    models = ELECTROTHERAPY_MODELS
    pool = DevicePool([])
    assert pool.recorded_unit() is None
    async with memory_rig(OttFirmware()) as rig:
        silent = ChosenLink(MemoryLink(), Framing.STREAM, "a", True)
        telling = ChosenLink(rig.link, Framing.STREAM, "b", True)
        stimulator = unit_station(silent, models["sciencemode4"])
        tens = unit_station(telling, models["ott"])
        pool.units = {"a": stimulator, "b": tens}
        assert pool.recorded_unit() is stimulator
        await tens.open()
        await until(lambda: bool(tens.device.log.settings_now))
        assert pool.recorded_unit() is tens
        await tens.close()

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.station import Station
from data.records import TrialState
from devices.declaration import ForceModel
from firmware_sim.firmware import Firmware
from tests.faults.bed import AirRig, Clinic
from tests.faults.virtual_time import in_virtual_time
from tests.fuzz.play import MOST_HELD_BYTES, held_bytes
from tests.fuzz.subjects import calibrated, force_benches, swaying
from tests.rigs import Bench, Way, wired
from tests.soak.bed import Tally, station_on

TIMES_THE_RATE = 10.0
FILLED_S = 4.5  # longer than anything that a stream remembers, but the live curve's fixed ring
FLOOD_S = 1.0
FEW_BLOCKS = 600  # of memory, beside at most one for five samples

every = pytest.mark.parametrize(
    "bench", [pytest.param(b, id=f"{b.model.id}-{b.framing}") for b in force_benches()]
)


@dataclass(frozen=True, slots=True)
class Flooded:
    samples: int
    lost: int
    held_bytes: int
    blocks: int


def flooding(bench: Bench) -> Firmware:
    """Its own rule about a silent host is meant in the host's time."""
    patience = {"host_timeout_s": 3 * TIMES_THE_RATE} if bench.model.id == "onb" else {}
    return bench.firmware(swaying, **patience)


async def record(folder: Path, station: Station) -> Flooded:
    """A trial in the flood, as it is on disk, and by how much memory grew meanwhile."""
    clinic = Clinic(folder)
    try:
        tally = Tally(station)
        await station.open()
        await asyncio.sleep(FILLED_S)
        station.begin(clinic.store.captures, clinic.plan(len(station.device.channels)))
        tally.begin()
        await asyncio.sleep(FLOOD_S / 2)
        before = _blocks()
        await asyncio.sleep(FLOOD_S)
        grown = _blocks() - before
        recorded = clinic.read(await station.finish(TrialState.COMPLETE))
        tally.check(recorded)
        held = held_bytes(station.device.codec)
        await station.close()
    finally:
        clinic.store.close()
    return Flooded(tally.samples, recorded.trial.lost, held, grown)


async def over_memory(folder: Path, bench: Bench) -> Flooded:
    rig = AirRig(flooding(bench), TIMES_THE_RATE, 0.025)
    running = asyncio.create_task(rig.run())
    try:
        return await record(folder, station_on(rig.link, bench))
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@every
def test_ten_times_the_samples_are_all_on_disk_and_nothing_piles_up(
    bench: Bench, tmp_path: Path
) -> None:
    assert isinstance(bench.model, ForceModel)
    flooded = in_virtual_time(over_memory(tmp_path, bench))
    # One that is asked for each reading cannot flood: it is asked no faster.
    times = 0.3 if calibrated(bench).poll_s is not None else 0.9 * TIMES_THE_RATE
    if bench.model.id != "loadstar":  # whose real rate is a setting: 80 Hz here
        assert flooded.samples >= times * bench.model.rate_hz * 1.5 * FLOOD_S
    assert flooded.lost == 0
    assert flooded.held_bytes <= MOST_HELD_BYTES
    assert flooded.blocks <= FEW_BLOCKS + flooded.samples / 5


async def test_a_flood_through_a_real_port_is_all_on_disk(tmp_path: Path) -> None:
    bench = next(b for b in force_benches() if b.model.id == "onb")
    bench = Bench(bench.model, Way.TCP)
    async with wired(bench, flooding(bench), TIMES_THE_RATE) as wire:
        flooded = await record(tmp_path, station_on(wire.link, bench))
    assert flooded.samples >= 10_000
    assert flooded.lost == 0
    assert flooded.blocks <= FEW_BLOCKS + flooded.samples / 5


def _blocks() -> int:
    gc.collect()
    return sys.getallocatedblocks()

"""Hours of two devices with whatever befalls them, in virtual time, and what they leave behind."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import random
import threading
from dataclasses import dataclass, field
from pathlib import Path

from app.station import Station
from data.records import TrialState
from devices.catalog import FORCE_MODELS
from devices.force import ForceDevice
from devices.types import ForceBlock, LinkState
from drivers.link import Link
from firmware_sim.faults import Burst, Drop, Duplicate, FaultPlan, Flip, Merge, Split
from firmware_sim.firmware import Firmware
from protocols.codec import Framing
from tests.faults.bed import AirRig, Clinic, Recorded, air, memory_bench
from tests.faults.checks import nothing_is_computed_over_a_gap_unflagged
from tests.fuzz.subjects import swaying
from tests.rigs import SETUPS, Bench, Setup

_SHORTEST_S, _LONGEST_S = 8.0, 25.0
_BACK_S = 60.0  # the longest wait between two tries is 8 s


class Tally:
    """Between a device and its station: what was delivered while a trial was recorded."""

    def __init__(self, station: Station) -> None:
        self.samples = 0
        self._station = station
        self._pass_on = station.device.on_block
        self._force = hashlib.blake2b()
        station.device.on_block = self._count

    def begin(self) -> None:
        self.samples = 0
        self._force = hashlib.blake2b()

    def check(self, recorded: Recorded) -> None:
        """On disk is what was delivered, bit for bit, and every missing sample was counted."""
        stored = hashlib.blake2b()
        for block in recorded.blocks:
            stored.update(block.force.tobytes())
        assert len(recorded.t_us) == self.samples
        assert stored.digest() == self._force.digest()
        lost = sum(gap.samples or 0 for gap in recorded.gaps)
        assert int(recorded.index[-1]) - int(recorded.index[0]) + 1 == self.samples + lost

    def _count(self, block: ForceBlock) -> None:
        if self._station.recorder is not None:
            self.samples += len(block.t_us)
            self._force.update(block.force.tobytes())
        self._pass_on(block)


@dataclass(frozen=True, slots=True)
class Footprint:
    """What this process holds."""

    rss_mb: float
    objects: int
    handles: int
    threads: int
    tasks: int

    @classmethod
    def now(cls) -> Footprint:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return cls(
            pages * os.sysconf("SC_PAGE_SIZE") / 1e6,
            len(gc.get_objects()),
            len(os.listdir("/proc/self/fd")),  # noqa: PTH208 - one handle less than a generator
            threading.active_count(),
            len(asyncio.all_tasks()),
        )


@dataclass
class Shift:
    """How a day went: what was recorded, what befell it, and what was held when."""

    trials: int = 0
    samples: int = 0
    lost: int = 0
    outages: int = 0
    footprints: list[Footprint] = field(default_factory=list[Footprint])


def station_on(link: Link, bench: Bench) -> Station:
    """One that gives newtons, whatever the model."""
    model = FORCE_MODELS[bench.model.id]
    ours = SETUPS.get(model.id, Setup()).calibrations
    device = ForceDevice(model, link, bench.framing)
    return Station(device, str(bench), is_virtual=True, built_in=ours)


async def work(folder: Path, seconds: float, seed: int, looks: int) -> Shift:
    """Two devices for `seconds`, trial after trial; looked at `looks` times, at even distances."""
    clinic, shift = Clinic(folder), Shift()
    day = [
        asyncio.create_task(_use(clinic, shift, bench, seconds, seed))
        for bench in (
            memory_bench("onb", Framing.STREAM),
            memory_bench("progressor", Framing.PACKETS),
        )
    ]
    try:
        for _ in range(looks):
            await asyncio.sleep(seconds / looks)
            shift.footprints.append(Footprint.now())
        await asyncio.gather(*day)
    finally:
        for task in day:
            task.cancel()
        clinic.store.close()
    return shift


async def _use(clinic: Clinic, shift: Shift, bench: Bench, seconds: float, seed: int) -> None:
    dice = random.Random(f"{seed} {bench}")
    clock = asyncio.get_running_loop().time
    until_s = clock() + seconds
    async with air(_weather(seed).wrap(bench.firmware(swaying, seed=seed))) as rig:
        station = station_on(rig.link, bench)
        tally = Tally(station)
        await station.open()
        while clock() < until_s:
            await _streaming(station)
            station.begin(clinic.store.captures, clinic.plan(len(station.device.channels)))
            tally.begin()
            length_s = dice.uniform(_SHORTEST_S, _LONGEST_S)
            await asyncio.sleep(0.3 * length_s)
            shift.outages += await _befall(dice, rig)
            await asyncio.sleep(0.7 * length_s)
            await _streaming(station)
            recorded = clinic.read(await station.finish(TrialState.COMPLETE))
            tally.check(recorded)
            nothing_is_computed_over_a_gap_unflagged(recorded)
            shift.trials += 1
            shift.samples += tally.samples
            shift.lost += recorded.trial.lost
        await station.close()


async def _befall(dice: random.Random, rig: AirRig) -> int:
    """What happens in the middle of a trial, mostly nothing; whether the link was lost."""
    firmware: Firmware = rig.firmware
    match dice.randrange(6):
        case 0:
            rig.link.cut("the plug was pulled")
        case 1:
            rig.is_silent = True
            await asyncio.sleep(dice.uniform(1.5, 6.0))
            rig.is_silent = False
        case 2:
            firmware.is_reachable = False
            await asyncio.sleep(dice.uniform(0.5, 12.0))
            firmware.is_reachable = True
        case _:
            return 0
    return 1


async def _streaming(station: Station) -> None:
    async with asyncio.timeout(_BACK_S):
        while station.state is not LinkState.STREAMING:  # noqa: ASYNC110 - nothing signals it
            await asyncio.sleep(0.1)


def _weather(seed: int) -> FaultPlan:
    """All the time, a little of everything that a link can do to a message."""
    return FaultPlan(
        (
            Drop(0.005, from_s=3.0),
            Duplicate(0.005, from_s=3.0),
            Flip(0.002, from_s=3.0),
            Split(0.1),
            Merge(0.1),
            Burst(every_s=20.0, hold_s=0.15, from_s=3.0),
        ),
        seed,
    )

"""Two devices whose links drop again and again, in two trials at once."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from app.station import Station
from data.records import TrialState
from devices.types import LinkState
from firmware_sim.faults import FaultPlan
from firmware_sim.loads import constant
from protocols.codec import Framing
from tests.faults.bed import AirRig, Clinic, Recorded, WireTap, air, memory_bench
from tests.faults.virtual_time import in_virtual_time
from tests.rigs import Bench, force_device

LEFT, RIGHT = "progressor", "crimpdeq"


@dataclass
class Stormed:
    """One device in the storm."""

    bench: Bench
    arrived: WireTap
    told: list[str]
    recorded: Recorded | None = None


async def dropping(rig: AirRig, station: Station, drops: int, dice: random.Random) -> None:
    """Only a link that carries samples can lose any."""
    for _ in range(drops):
        await asyncio.sleep(dice.uniform(0.2, 3.0))
        while station.device.state is not LinkState.STREAMING:  # noqa: ASYNC110 - told to others
            await asyncio.sleep(0.02)
        rig.link.cut("out of range")


async def stormed(clinic: Clinic, model: str, drops: int, seed: int) -> Stormed:
    bench = memory_bench(model, Framing.PACKETS)
    found = Stormed(bench, WireTap(), [])
    firmware = FaultPlan((found.arrived,), seed).wrap(bench.firmware(constant(80.0), seed=seed))
    async with air(firmware) as rig:
        device, _ = force_device(model, rig.link, bench.framing)
        station = Station(device, model, is_virtual=True)
        station.on_state = lambda state, cause: (
            found.told.append(cause) if state is LinkState.LOST else None
        )
        await station.open()
        await asyncio.sleep(0.5)
        station.begin(clinic.store.captures, clinic.plan(1))
        await dropping(rig, station, drops, random.Random(f"{model} {seed}"))
        await asyncio.sleep(10.0)
        assert device.state is LinkState.STREAMING
        found.recorded = clinic.read(await station.finish(TrialState.COMPLETE))
        await station.close()
    return found


def storm(folder: Path, drops: int, seed: int) -> None:
    clinic = Clinic(folder)

    async def both() -> list[Stormed]:
        return await asyncio.gather(*(stormed(clinic, m, drops, seed) for m in (LEFT, RIGHT)))

    for found in in_virtual_time(both()):
        recorded = found.recorded
        assert recorded is not None
        assert len(found.told) == drops
        assert len(recorded.gaps) == drops
        assert {gap.cause for gap in recorded.gaps} == set(found.told)
        assert np.all(np.diff(recorded.t_us) > 0)
        arrived = np.concatenate([force for _, force in found.arrived.rows(found.bench)])
        first = len(arrived) - len(recorded.force)
        begun = np.flatnonzero(arrived[: first + 1, 0] == recorded.force[0, 0])
        assert any(
            np.array_equal(arrived[at : at + len(recorded.force)], recorded.force) for at in begun
        )
    clinic.store.close()


def test_five_hundred_disconnects_of_two_devices_lose_nothing(tmp_path: Path) -> None:
    storm(tmp_path, 250, 1)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_ten_thousand_disconnects_of_two_devices_lose_nothing(tmp_path: Path, seed: int) -> None:
    storm(tmp_path, 1250, seed)

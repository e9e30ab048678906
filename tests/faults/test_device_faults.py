"""Faults of a device that need their own words: what is told, refused, kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Generator
from pathlib import Path

import pytest

from app.station import Station
from data.records import TrialState
from devices.catalog import FORCE_MODELS
from devices.errors import DeviceSwappedError, ZeroRefusedError
from devices.force import ForceDevice
from devices.types import LinkState
from firmware_sim.chronojump import ChronojumpFirmware
from firmware_sim.faults import Add, Drift, FaultPlan
from firmware_sim.loads import constant
from firmware_sim.mito import MitoFirmware
from firmware_sim.progressor import ProgressorFirmware
from protocols.codec import Framing
from tests.faults.bed import BEGIN_S, END_S, Clinic, air, memory_bench, play
from tests.faults.cases import CASES, benches
from tests.faults.virtual_time import in_virtual_time
from tests.rigs import SETUPS, Bench, Setup, force_device

WITH_A_NUMBER = {
    "onb": ("ONB-0001", "ONB-0002"),
    "progressor": ("0123456789AB", "0123456789AC"),
    "loadstar": ("FS1234-5678", "FS1234-5679"),
    "mark10": ("3512345", "3512346"),
    "godirect-hd": ("0H1000A1", "0H1000A2"),
    "motherboard": ("GT-000123", "GT-000124"),
    "harp": ("1729", "1730"),
}


@pytest.fixture
def clinic(tmp_path: Path) -> Generator[Clinic]:
    found = Clinic(tmp_path)
    yield found
    found.store.close()


def bench_of(model: str) -> Bench:
    return next(
        b for b in benches(next(c for c in CASES if c.fault == "D04")) if b.model.id == model
    )


async def swapped(clinic: Clinic, model: str) -> None:
    bench = bench_of(model)
    expected, other = WITH_A_NUMBER[model]
    async with air(bench.firmware(serial=expected)) as rig:
        device, _ = force_device(model, rig.link, bench.framing)
        ours = SETUPS.get(model, Setup()).calibrations
        station = Station(device, model, is_virtual=True, built_in=ours)
        told: list[tuple[LinkState, str]] = []
        station.on_state = lambda state, cause: told.append((state, cause))
        await station.open()
        station.begin(clinic.store.captures, clinic.plan(len(device.channels)))
        await asyncio.sleep(1.0)
        rig.firmware = bench.firmware(serial=other)
        rig.link.cut("unplugged")
        await asyncio.sleep(20.0)
        assert device.state is LinkState.CLOSED
        assert told[-1] == (LinkState.CLOSED, str(DeviceSwappedError(expected, other)))
        assert [state for state, _ in told].count(LinkState.LOST) == 1
        kept = clinic.read(await station.finish(TrialState.INTERRUPTED))
        assert len(kept.force)
        # The right one again, on the same objects.
        rig.firmware = bench.firmware(serial=expected)
        await station.close()
        await station.open()
        station.begin(clinic.store.captures, clinic.plan(len(device.channels)))
        await asyncio.sleep(1.5)
        clean = clinic.read(await station.finish(TrialState.COMPLETE))
        assert clean.gaps == ()
        assert clean.trial.header.device.serial == expected
        await station.close()


@pytest.mark.parametrize("model", list(WITH_A_NUMBER))
def test_another_unit_never_slips_in_and_the_right_one_goes_on(clinic: Clinic, model: str) -> None:
    in_virtual_time(swapped(clinic, model))


async def emptied(clinic: Clinic) -> None:
    firmware = ProgressorFirmware(constant(50.0), low_battery_at_s=3.0)
    async with air(firmware) as rig:
        device, _ = force_device("progressor", rig.link, Framing.PACKETS)
        station = Station(device, "memory", is_virtual=True)
        told: list[LinkState] = []
        station.on_state = lambda state, _cause: told.append(state)
        await station.open()
        await asyncio.sleep(1.0)
        station.begin(clinic.store.captures, clinic.plan(1))
        await asyncio.sleep(5.0)
        assert device.has_low_battery
        assert told.count(LinkState.LOST) == 1
        kept = clinic.read(await station.finish(TrialState.INTERRUPTED))
        # From a second after its first sample to the three seconds of its battery.
        assert 1.7 < kept.trial.duration_s < 2.0
        rig.firmware = ProgressorFirmware(constant(50.0))  # charged
        await asyncio.sleep(12.0)
        assert device.state is LinkState.STREAMING
        await station.close()


def test_a_battery_that_dies_is_announced_and_the_trial_until_then_is_kept(clinic: Clinic) -> None:
    in_virtual_time(emptied(clinic))


async def fallen_asleep() -> None:
    firmware = MitoFirmware(constant(50.0), noise_n=0.0)
    async with air(firmware) as rig:
        device, _ = force_device("mito", rig.link, Framing.PACKETS)
        station = Station(device, "memory", is_virtual=True)
        causes: list[str] = []
        station.on_state = lambda state, cause: (
            causes.append(cause) if state is LinkState.LOST else None
        )
        await station.open()
        await asyncio.sleep(90.0)  # it falls asleep after a minute without a change
        assert [cause for cause in causes if "press its button" in cause] == causes
        assert len(causes) == 1
        firmware.press_button()
        await asyncio.sleep(10.0)
        assert device.state is LinkState.STREAMING
        await station.close()


def test_a_unit_that_fell_asleep_says_what_wakes_it_and_goes_on() -> None:
    in_virtual_time(fallen_asleep())


async def booted(boot_s: float) -> None:
    """With the times of the real board: it resets at each opening and is deaf for so long."""
    firmware = ChronojumpFirmware(constant(50.0), boot_s=boot_s)
    heard_ms: list[float] = []
    async with air(firmware) as rig:
        device = ForceDevice(FORCE_MODELS["chronojump"], rig.link, Framing.STREAM)
        station = Station(device, "memory", is_virtual=True)
        clock = asyncio.get_running_loop().time
        began_s = clock()
        forward = rig.link.on_written

        def note(data: bytes) -> None:
            heard_ms.append(1e3 * (clock() - began_s))
            forward(data)

        rig.link.on_written = note
        await station.open()
        assert heard_ms[0] >= 1e3 * boot_s
        assert device.state is LinkState.STREAMING
        await station.close()


@pytest.mark.parametrize("boot_s", [1.0, 1.6, 2.4])
def test_nothing_is_said_to_a_board_before_it_is_up(boot_s: float) -> None:
    in_virtual_time(booted(boot_s))


async def zeroed(model: str, plan: FaultPlan) -> None:
    bench = bench_of(model)
    async with air(bench.firmware(plan.pulls(constant(0.0, 2)))) as rig:
        device, _ = force_device(model, rig.link, bench.framing)
        station = Station(device, model, is_virtual=True)
        await station.open()
        await asyncio.sleep(2.0)
        before = await station.take_zero()
        await asyncio.sleep(6.0)
        with pytest.raises(ZeroRefusedError) as refused:
            await station.take_zero()
        assert "old zero is kept" in str(refused.value)
        assert station.zeros == before
        await station.close()


@pytest.mark.parametrize(
    "plan",
    [FaultPlan((Add(4.0, newtons=200.0),)), FaultPlan((Drift(4.0, newtons_per_s=3.0),))],
    ids=["loaded", "drifting"],
)
@pytest.mark.parametrize("model", ["onb", "progressor", "chronojump", "mark10"])
def test_a_zero_of_a_loaded_or_drifting_cell_is_refused_and_the_old_one_kept(
    model: str, plan: FaultPlan
) -> None:
    in_virtual_time(zeroed(model, plan))


def test_durations_do_not_come_from_the_wall_clock(clinic: Clinic) -> None:
    began_s = time.time()
    bench = memory_bench("progressor", Framing.PACKETS)
    outcome = in_virtual_time(play(clinic, bench, (), 1))
    passed_s = time.time() - began_s
    lasted_s = outcome.faulted.trial.duration_s
    assert lasted_s == pytest.approx(END_S - BEGIN_S, abs=0.1)
    assert passed_s < lasted_s

"""Every fault on electrotherapy units: what a treatment was stays true, whatever was not heard."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from app.device_pool import unit_station
from app.links import ChosenLink
from data.records import Treatment
from devices.catalog import ELECTROTHERAPY_MODELS
from devices.ott_device import OttDevice
from devices.sciencemode4 import ScienceMode4Device
from devices.types import LinkState
from firmware_sim.faults import (
    Burst,
    ClockDrift,
    Cut,
    Drop,
    Duplicate,
    Fault,
    FaultPlan,
    Flip,
    Junk,
    Leftovers,
    Mangle,
    Merge,
    Reorder,
    Split,
    Stall,
)
from firmware_sim.ott import OttFirmware
from firmware_sim.sciencemode4 import ScienceMode4Firmware
from firmware_sim.sessions import Step
from firmware_sim.therapy import Therapy
from protocols.codec import Framing
from protocols.gate import RequestClass
from protocols.ott import OttCodec
from protocols.sciencemode4 import ScienceMode4Codec, StimLevel
from tests.builders import identity
from tests.devices.test_treatment_log import UC_PER_MA_S, session, turn
from tests.faults.bed import AirRig, air
from tests.faults.virtual_time import in_virtual_time

# A milliampere more each second, from the first second of output on.
LAST_MA = 24
STAIRS = session(
    Step(1.0, Therapy.start),
    *(Step(1.0 + k, turn(float(k))) for k in range(1, LAST_MA + 1)),
    Step(2.0 + LAST_MA, Therapy.complete),
)
STAIRS_UC = UC_PER_MA_S * sum(range(1, LAST_MA + 1))
OVER_S = 20.0
SEEDS = (1, 2, 3)

Play = Callable[[random.Random], tuple[Fault, ...]]


@dataclass(frozen=True, slots=True)
class UnitCase:
    """`misses`: some of what the unit said may be missing; then a gap must say so."""

    fault: str
    play: Play
    framings: tuple[Framing, ...] = tuple(Framing)
    losses: int = 0
    misses: bool = False
    interfere: Callable[[AirRig], None] = lambda _rig: None


def _sleep(rig: AirRig) -> None:
    rig.link.cut("the computer slept")
    rig.firmware.advance(6.0)


def _between(dice: random.Random) -> float:
    return dice.uniform(5.0, 9.0)


def _some(kind: Callable[..., Fault], least: float, most: float) -> Play:
    return lambda dice: (kind(dice.uniform(least, most), from_s=_between(dice), until_s=OVER_S),)


AIR, WIRE = (Framing.PACKETS,), (Framing.STREAM,)
CASES = (
    UnitCase("B01", lambda d: (Cut(_between(d), d.uniform(0.1, 3.0)),), AIR, 1, misses=True),
    UnitCase("B02", lambda d: (Stall(_between(d), 3.0 + d.uniform(0.2, 2.0)),), AIR, 1, True),
    UnitCase("B06", lambda d: (Leftovers(d.randint(1, 6)), Cut(_between(d), 0.3)), AIR, 1, True),
    UnitCase("B07", lambda d: (Burst(3.0, d.uniform(0.2, 1.5), _between(d), OVER_S),), AIR),
    UnitCase("B08", _some(Drop, 0.01, 0.4), AIR, misses=True),
    UnitCase("B09", _some(Duplicate, 0.1, 0.5), AIR),
    UnitCase("B10", _some(Reorder, 0.05, 0.3), AIR, misses=True),
    UnitCase("B11", _some(Mangle, 0.02, 0.2), AIR, misses=True),
    UnitCase("B15", lambda _d: (), losses=1, misses=True, interfere=_sleep),
    UnitCase("S01", lambda d: (Cut(_between(d), d.uniform(0.1, 3.0)),), WIRE, 1, misses=True),
    UnitCase("S05", lambda _d: (Split(0.5), Merge(0.3, 5.0, OVER_S)), WIRE),
    UnitCase("S06", lambda d: (Junk(_between(d), d.choice((1, 64, 5000))),), WIRE, misses=True),
    UnitCase("S07", _some(Flip, 0.02, 0.2), WIRE, misses=True),
    UnitCase("S12", lambda d: (Burst(3.0, d.uniform(0.2, 1.5), _between(d), OVER_S),), WIRE),
    UnitCase("D12", lambda d: (ClockDrift(d.choice((-500.0, 500.0))),)),
)


async def treated(case: UnitCase, framing: Framing, seed: int) -> None:
    dice = random.Random(f"{case.fault} {framing} {seed}")
    unit = OttFirmware(STAIRS, framing, seed=seed)
    firmware = FaultPlan(case.play(dice), seed).wrap(unit)
    model = ELECTROTHERAPY_MODELS["ott"]
    async with air(firmware) as rig:
        station = unit_station(ChosenLink(rig.link, framing, "memory", True), model)
        written: list[bytes] = []
        forward = rig.link.on_written
        rig.link.on_written = lambda data: (written.append(data), forward(data))[1]
        notices: list[tuple[LinkState, str]] = []
        station.device.on_state = lambda state, cause: notices.append((state, cause))
        await station.open()
        await asyncio.sleep(8.0)
        case.interfere(rig)
        await asyncio.sleep(LAST_MA)
        assert isinstance(station.device, OttDevice)
        assert station.device.log.is_over
        first = _treatment(station)
        station.begin_log()
        await asyncio.sleep(1.0)
        unit.begin_again()
        await asyncio.sleep(LAST_MA + 4.0)
        second = _treatment(station)
        told = list(notices)
        await station.close()
    losses = [cause for state, cause in told if state is LinkState.LOST]
    assert len(losses) == case.losses
    assert all(losses)
    gate = OttCodec(framing)
    assert {gate.request_class(request) for request in written} == {RequestClass.QUERY}
    _is_true(first, is_whole=not case.misses)
    if losses:  # what happened meanwhile is asked for afterwards
        assert len(first.gaps) >= 1
        assert len(first.changes) == LAST_MA
    assert second.gaps == ()
    # The counters of this unit go on, and so does its knob until it is turned a second later.
    _is_true(second, is_whole=True, more_uc=UC_PER_MA_S * LAST_MA)


def _treatment(station: Any) -> Treatment:
    return station.treatment(identity(2), identity(1))


def _is_true(treatment: Treatment, *, is_whole: bool, more_uc: float = 0.0) -> None:
    changes = [(round(c.at_s), c.new) for c in treatment.changes]
    expected = [(k, float(k)) for k in range(1, LAST_MA + 1)]
    counted = treatment.dose["ch1_counted_charge_uc"].value
    assert counted == pytest.approx(STAIRS_UC + more_uc, rel=0.002)
    if is_whole:
        assert changes == expected
        assert treatment.gaps == ()
    else:
        assert set(changes) <= set(expected)
        assert treatment.gaps or changes == expected
    assert treatment.actual_s == pytest.approx(LAST_MA + 1.0, abs=1.5)


@pytest.mark.parametrize(
    ("case", "framing"),
    [
        pytest.param(case, framing, id=f"{case.fault}-{framing}")
        for case in CASES
        for framing in case.framings
    ],
)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_treatment_is_recorded_as_it_was(case: UnitCase, framing: Framing, seed: int) -> None:
    in_virtual_time(treated(case, framing, seed))


QUERIES: dict[str, tuple[tuple[Fault, ...], int]] = {
    "S01": ((Cut(2.0, 1.0),), 1),
    "S05": ((Split(0.7),), 0),
    "S06": ((Junk(2.0, 500),), 0),
    "S07": ((Flip(0.2, from_s=2.0, until_s=6.0),), 0),
    "S12": ((Burst(1.0, 0.3, until_s=6.0),), 0),
    "B08": ((Drop(0.3, from_s=2.0, until_s=6.0),), 0),
}


async def asked(faults: tuple[Fault, ...], losses: int, seed: int) -> None:
    firmware = FaultPlan(faults, seed).wrap(ScienceMode4Firmware(seed=seed))
    async with air(firmware) as rig:
        model = ELECTROTHERAPY_MODELS["sciencemode4"]
        device = ScienceMode4Device(model, rig.link, Framing.STREAM)
        states: list[LinkState] = []
        device.on_state = lambda state, _cause: states.append(state)
        written: list[bytes] = []
        forward = rig.link.on_written
        rig.link.on_written = lambda data: (written.append(data), forward(data))[1]
        await device.connect()
        await asyncio.sleep(6.5)
        assert device.state is LinkState.READY
        assert states.count(LinkState.LOST) == losses
        assert (await device.ask_status()).level is StimLevel.NONE
        await device.close()
    gate = ScienceMode4Codec()
    assert {gate.request_class(request) for request in written} == {RequestClass.QUERY}


@pytest.mark.parametrize("fault", list(QUERIES))
@pytest.mark.parametrize("seed", SEEDS)
def test_a_stimulator_answers_after_the_fault(fault: str, seed: int) -> None:
    in_virtual_time(asked(*QUERIES[fault], seed))

"""The whole road in one process: simulated device, link, device, recorder, journal, store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from app.calibrating import CellPlace, Terms, calibrations_of, host_calibration, record
from app.device_pool import force_station
from app.headless import EndRule, record_trial, take_zero_patiently
from app.links import ChosenLink
from app.station import TrialPlan
from app.visits import unassigned, visit_of
from data.analysis.types import Curve, Side
from data.calibrations import Calibration, LoadPoint
from data.clinical.catalogue import tests as strength_tests
from data.ids import uuid7
from data.intake import save_capture
from data.records import Trial
from data.store import Store
from devices.catalog import FORCE_MODELS
from devices.types import DeviceInfo
from firmware_sim.firmware import Firmware
from tests.builders import START
from tests.rigs import SETUPS, Bench, Setup, wired


async def recorded(
    folder: Path,
    bench: Bench,
    firmware: Firmware,
    seconds: float,
    *,
    test: str = "nordic.bil",
    limb: Side | None = None,
    speed: float = 1.0,
) -> tuple[Trial, Curve]:
    """A trial of `seconds` of the device's time as it was stored, and its curve. A device that
    sends raw counts was calibrated before with a known mass."""
    store = Store(folder / "x.db")
    store.open()
    try:
        if FORCE_MODELS[bench.model.id].needs_calibration:
            store.calibrations.save(calibrated(bench, firmware))
        person = unassigned(store)
        visit = visit_of(store, person, START)
        plan = TrialPlan(strength_tests()[test], person, visit.id, uuid7(), limb)
        async with wired(bench, firmware, speed) as wire:
            chosen = ChosenLink(wire.link, wire.framing, f"{bench}", True)
            setup = SETUPS.get(bench.model.id, Setup())
            model = replace(FORCE_MODELS[bench.model.id], **setup.model)
            station = force_station(chosen, model, calibrations_of(store))
            await station.open()
            try:
                rule, stop = EndRule(seconds), asyncio.Event()
                assert await take_zero_patiently(station, stop, _unheard)
                path = await record_trial(station, store.captures, plan, rule, stop, _unheard)
            finally:
                await station.close()
        trial = save_capture(store, path)
        return trial, store.trials.curve(trial.id)
    finally:
        store.close()


def calibrated(bench: Bench, firmware: Firmware) -> Calibration:
    """The record of somebody who hung 20 kg on each cell of the simulated device."""
    known = SETUPS.get(bench.model.id, Setup()).calibrations
    measured = tuple(
        host_calibration(
            [
                LoadPoint(0.0, each.zero_counts),
                LoadPoint(20.0, each.zero_counts + 196.133 / each.newtons_per_count),
            ],
            CellPlace(each.channel, each.position),
            Terms(by="bench"),
            START.date(),
        )
        for each in known
    )
    device = DeviceInfo(bench.model.id, bench.model.name, firmware.serial or None)
    return record(device, START, Terms(by="bench"), channels=measured, is_virtual=True)


def _unheard(_text: str) -> None:
    return

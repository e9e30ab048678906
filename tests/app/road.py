"""The whole road in one process: simulated device, link, device, recorder, journal, store."""

from __future__ import annotations

import asyncio
from pathlib import Path

from app.device_pool import force_station
from app.headless import EndRule, record_trial, take_zero_patiently
from app.links import ChosenLink
from app.station import TrialPlan
from app.visits import unassigned, visit_of
from data.analysis.types import Curve, Side
from data.clinical.catalogue import tests as strength_tests
from data.ids import uuid7
from data.intake import save_capture
from data.records import Trial
from data.store import Store
from devices.catalog import FORCE_MODELS
from firmware_sim.firmware import Firmware
from tests.builders import START
from tests.rigs import Bench, wired


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
    """A trial of `seconds` of the device's time as it was stored, and its curve."""
    store = Store(folder / "x.db")
    store.open()
    try:
        person = unassigned(store)
        visit = visit_of(store, person, START)
        plan = TrialPlan(strength_tests()[test], person, visit.id, uuid7(), limb)
        async with wired(bench, firmware, speed) as wire:
            chosen = ChosenLink(wire.link, wire.framing, f"{bench}", True)
            station = force_station(chosen, FORCE_MODELS[bench.model.id])
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


def _unheard(_text: str) -> None:
    return

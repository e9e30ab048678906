"""Calibrating with known masses: steady readings of one cell, and what follows from them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from app.station import FindCalibrations, Station
from data.calibrations import (
    INTERVAL_MONTHS,
    Calibration,
    InForce,
    LoadPoint,
    MeasuredChannel,
    device_key,
    due_after,
    in_force,
    measured,
)
from data.clinical.calibration_fit import STANDARD_GRAVITY_M_S2
from data.ids import uuid7
from data.store import Store
from devices.types import DeviceInfo, HostCalibration, LinkState, MassCheck, Position

READ_S = 1.5
MOST_WAIT_S = 8.0
LEAST_SAMPLES = 8
UNSTEADY_FRACTION = 0.02  # ours: a mass that swings, or a hand that still touches it
_LOOK_S = 0.05


class ReadingRefusedError(Exception):
    """No reading was taken; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The mean of one channel over a steady stretch, in counts or newtons as the stream has it."""

    mean: float
    sd: float
    samples: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What the clinic says beside the readings. `gravity_m_s2` and `masses_percent` are None where
    nobody knows them; `limit_percent` is for checks."""

    by: str = ""
    note: str = ""
    months: int = INTERVAL_MONTHS
    gravity_m_s2: float | None = None
    masses_percent: float | None = None
    limit_percent: float | None = None

    def newtons(self, mass_kg: float) -> float:
        return mass_kg * (self.gravity_m_s2 or STANDARD_GRAVITY_M_S2)


@dataclass(frozen=True, slots=True)
class CellPlace:
    """What is known of a cell beside what is measured."""

    channel: int
    position: Position = Position.SINGLE
    capacity_n: float | None = None
    cell_serial: str | None = None


def calibrations_in(store: Store, device: DeviceInfo, is_virtual: bool) -> InForce:
    """What the records say of a device."""
    return in_force(store.calibrations.of_subject(device_key(device)), for_virtual=is_virtual)


def calibrations_of(store: Store) -> FindCalibrations:
    """For whoever owns the store and the loop."""

    async def find(device: DeviceInfo, is_virtual: bool) -> InForce:
        return calibrations_in(store, device, is_virtual)

    return find


async def steady_reading(station: Station, place: int, unloaded: Reading | None = None) -> Reading:
    """The next steady stretch of column `place`; it belongs in the devices thread.

    With the reading `unloaded` a load must be steadier than `UNSTEADY_FRACTION` of itself. Raises
    `ReadingRefusedError`.
    """
    loop = asyncio.get_running_loop()
    trace, deadline = station.trace, loop.time() + MOST_WAIT_S
    begins_s = _now_s(station)
    while not _is_enough(station, begins_s):
        if loop.time() > deadline or station.trace is not trace:
            raise ReadingRefusedError(
                "No samples came. Nothing was kept. Check that the device is on and its cable "
                "plugged in, then read again."
            )
        await asyncio.sleep(_LOOK_S)
    t, values = station.trace.view()
    chosen = values[t > begins_s, place]
    reading = Reading(float(chosen.mean()), float(chosen.std(ddof=1)), len(chosen))
    if unloaded is not None:
        change = abs(reading.mean - unloaded.mean)
        if reading.sd > UNSTEADY_FRACTION * change + 3.0 * unloaded.sd:
            raise ReadingRefusedError(
                "The reading is not steady. Nothing was kept. Let the mass hang still and free, "
                "then read again."
            )
    return reading


def host_calibration(
    points: list[LoadPoint], place: CellPlace, terms: Terms, on: date
) -> MeasuredChannel:
    """A channel's calibration from what was read. Raises `FitRefusedError`."""
    like = HostCalibration(
        channel=place.channel,
        newtons_per_count=1.0,
        zero_counts=0.0,
        calibrated_on=on.isoformat(),
        calibrated_by=terms.by,
        position=place.position,
        capacity_n=place.capacity_n,
        cell_serial=place.cell_serial,
        due_on=due_after(on, terms.months).isoformat(),
    )
    return measured(
        points, like, gravity_m_s2=terms.gravity_m_s2, masses_percent=terms.masses_percent
    )


def mass_check(
    channel: int, mass_kg: float, unloaded: Reading, loaded: Reading, terms: Terms, on: date
) -> MassCheck:
    """What the device says that a known mass pulls with, its own zero taken off."""
    return MassCheck(
        channel=channel,
        mass_kg=mass_kg,
        force_n=terms.newtons(mass_kg),
        reading_n=loaded.mean - unloaded.mean,
        checked_on=on.isoformat(),
        limit_percent=terms.limit_percent,
    )


def record(
    device: DeviceInfo,
    at: datetime,
    terms: Terms,
    *,
    channels: tuple[MeasuredChannel, ...] = (),
    checks: tuple[MassCheck, ...] = (),
    is_virtual: bool = False,
) -> Calibration:
    """What is kept of a calibration or a check that ended at `at`."""
    on = at.astimezone().date()
    return Calibration(
        id=uuid7(),
        at=at,
        subject=device_key(device),
        by=terms.by,
        note=terms.note,
        is_virtual=is_virtual,
        device=device,
        done_on=on,
        due_on=due_after(on, terms.months),
        gravity_m_s2=terms.gravity_m_s2 or STANDARD_GRAVITY_M_S2,
        channels=channels,
        checks=checks,
    )


def point(mass_kg: float, reading: Reading) -> LoadPoint:
    return LoadPoint(mass_kg, reading.mean, reading.sd, reading.samples)


def _now_s(station: Station) -> float:
    t, _ = station.trace.view()
    return float(t[-1]) if len(t) else -1.0


def _is_enough(station: Station, begins_s: float) -> bool:
    t, _ = station.trace.view()
    is_up = station.device.state is LinkState.STREAMING
    fresh = int(np.count_nonzero(t > begins_s))
    return is_up and fresh >= LEAST_SAMPLES and float(t[-1]) - begins_s >= READ_S

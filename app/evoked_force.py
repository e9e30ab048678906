"""The evoked force of a stimulated contraction, followed on a connected dynamometer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import numpy as np

from app.live import LiveTrace
from app.reading import best_peak, test_name
from app.status import DeviceStatus
from data.analysis.evoked import EvokedContractions
from data.clinical.catalogue import tests
from data.clinical.evoked import METHOD, Evoking, Maximum
from data.clinical.tests import Contraction
from data.readings import series_key
from data.sides import Side
from data.store import Store

_SIDES = tuple(Side)


class EvokedForce:
    """Looks at a live trace a few times a second; each sample is looked at once."""

    def __init__(self, trace: LiveTrace, column: int) -> None:
        self.trace = trace
        self.column = column
        self.seen = EvokedContractions()
        self._count = trace.count

    def look(self) -> None:
        """Take in what came since."""
        count = self.trace.count
        if count < self._count:  # the stream began anew
            self._count, self.seen = 0, EvokedContractions()
        t, force = self.trace.view()
        new = min(count - self._count, len(t))
        self._count = count
        if new > 0:
            self.seen.feed(np.array(force[-new:, self.column]))


def maxima_of_day(store: Store, person_id: UUID, day: date) -> tuple[Maximum, ...]:
    """The largest voluntary force of each test, limb, device and set-up of a day; isometric tests
    first. Repetitions that somebody rejected do not count."""
    found: dict[tuple[object, ...], Maximum] = {}
    for session in store.sessions.on_day(day):
        if session.person_id != person_id:
            continue
        for trial in store.trials.of_session(session.id):
            header, test = trial.header, tests().get(trial.header.test_id)
            for side in _SIDES if test is not None else ():
                assert test is not None
                peak_n = best_peak((trial,), side)
                if peak_n is None:
                    continue
                key = series_key(header, test, side)
                serial = header.device.serial or ""
                maximum = Maximum(peak_n, day, key, serial, header.is_virtual)
                same = (key, serial, header.is_virtual)
                before = found.get(same)
                if before is None or peak_n > before.peak_n:
                    found[same] = maximum
    return tuple(sorted(found.values(), key=_order))


def dynamometer(devices: Sequence[DeviceStatus], maximum: Maximum | None) -> DeviceStatus | None:
    """The connected one to read: the unit that the maximum is of, else any that gives newtons."""
    usable = [
        each for each in devices if each.is_force and each.is_connected and not each.is_uncalibrated
    ]
    if maximum is not None:
        for each in usable:
            if (each.model_id, each.serial or "") == (
                maximum.key.device_model,
                maximum.device_serial,
            ):
                return each
    return usable[0] if usable else None


def column_of(device: DeviceStatus, side: Side | None) -> int | None:
    """Which cell the limb pulls on; None where that is not known."""
    if device.cells == 1:
        return 0
    return _SIDES.index(side) if device.cells == len(_SIDES) and side is not None else None


def evoking(
    maximum: Maximum,
    device: DeviceStatus,
    treated: Side | None,
    day: date,
    *,
    is_in_position: bool,
) -> Evoking:
    """How the force is read now. The limb is that of the cell, else of the treatment, else that
    of the maximum."""
    cell = Side(device.position.value) if device.position in ("left", "right") else None
    side = treated or cell or maximum.key.side
    if cell is not None and treated is not None and cell is not treated:
        side = cell
    key = replace(maximum.key, device_model=device.model_id, side=side)
    return Evoking(day, key, device.serial or "", device.is_virtual, is_in_position)


def maximum_words(maximum: Maximum) -> str:
    """``Knee flexion at 30°, right, seated``"""
    key = maximum.key
    lever = "" if key.lever_m is None else f"lever {key.lever_m:g} m"
    kind = "" if key.contraction is Contraction.ISOMETRIC_MAKE else key.contraction.value
    parts = (test_name(key.test_id), key.side.value if key.side else "", key.position, lever, kind)
    return ", ".join(part for part in parts if part)


def method_words(maximum: Maximum) -> str:
    """The formula with what the share was taken of, to be kept with the value."""
    unit = f"{maximum.key.device_model} {maximum.device_serial}".strip()
    return (
        f"{METHOD}; of {maximum.peak_n:.1f} N, {maximum.key.test_id}, {maximum_words(maximum)}, "
        f"{unit}, {maximum.on.isoformat()}"
    )


def _order(maximum: Maximum) -> tuple[bool, str, str]:
    is_other = maximum.key.contraction is not Contraction.ISOMETRIC_MAKE
    return is_other, test_name(maximum.key.test_id), maximum.key.side or ""

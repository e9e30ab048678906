"""Taking over what another program recorded: read first, told in words, stored only when asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from app.version import program_version
from app.visits import set_for, visit_on
from data.clinical.tests import StrengthTest
from data.curve_import import CurveImportError, Understood, fitting, understand
from data.curve_mapping import CurveMapping, mappings
from data.curve_sheet import Sheet
from data.curve_store import CurveOrigin, refuse_again, store_curve, trial_id_of
from data.records import Person, Trial
from data.sides import Side
from data.store import Store

# Ours: no limb pulls more, and no test of strength peaks below.
_MOST_N, _LEAST_N = 5000.0, 20.0
_RESTING_S, _RESTING_N = 0.25, 10.0


@dataclass(frozen=True, slots=True)
class CurveWish:
    """Whose curve it is, of which test and from when; `started_at` is aware."""

    person: Person
    test: StrengthTest
    started_at: datetime
    device: str = ""
    lever_m: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CurveFile:
    """What a file holds: the curve, or why there is none. `headings` are those of its columns."""

    path: Path
    headings: tuple[str, ...]
    changed_at: datetime
    understood: Understood | None = None
    problem: str = ""


def read_curve_file(path: Path, mapping: CurveMapping | None, side: Side | None) -> CurveFile:
    """Read a file by this layout, else by the only known one that fits, else as most programs
    write. Never raises for what is in the file: an error names it, and a name may be a person's."""
    changed_at = datetime.now(UTC)
    headings: tuple[str, ...] = ()
    try:
        changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        headings = tuple(Sheet.of(path.name, path.read_bytes(), mapping).headings)
        used = mapping or fitting(path, mappings())
        found = understand(path, used, side=side)
    except CurveImportError as error:
        return CurveFile(path, headings, changed_at, problem=f"{error}.")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return CurveFile(path, headings, changed_at, problem=f"The file cannot be read: {reason}.")
    return CurveFile(path, headings, changed_at, found)


def store_import(store: Store, understood: Understood, wish: CurveWish) -> Trial:
    """As a trial in this person's visit of that day, or in a visit of its own.

    Raises `AlreadyStoredError`, another `StoreError`.
    """
    person, test, started = wish.person, wish.test, wish.started_at
    refuse_again(store, trial_id_of(understood, person, test))
    ended = started + timedelta(seconds=understood.duration_s)
    offset_min = round((started.utcoffset() or timedelta()).total_seconds() / 60)
    session = visit_on(store, person, started, offset_min, ended)
    sides = understood.sides
    limb = sides[0] if len(sides) == 1 else None
    origin = CurveOrigin(
        person,
        session.id,
        set_for(store, session, test, limb),
        test,
        started,
        offset_min,
        device=wish.device,
        lever_m=wish.lever_m,
        program_version=program_version(),
    )
    return store_curve(store, understood, origin)


def doubts(found: Understood, test: StrengthTest | None) -> tuple[str, ...]:
    """What somebody should look at before it is stored, as sentences."""
    said: list[str] = []
    peak = float(np.max(np.abs(found.curve.force)))
    if peak > _MOST_N or peak < _LEAST_N:
        size = "large" if peak > _MOST_N else "small"
        said.append(f"The largest force is {peak:.0f} N, which is {size}: look at the unit.")
    start = found.curve.t[0] + _RESTING_S
    resting = float(np.max(np.abs(found.curve.force[found.curve.t <= start].mean(axis=0))))
    if resting > _RESTING_N:
        said.append(f"It begins at {resting:.0f} N, and no zero is taken from a file.")
    if None in found.sides:
        said.append("The file does not say which limb it is.")
    if found.curve.gaps:
        said.append(f"{len(found.curve.gaps)} gaps are in it. They stay gaps.")
    if found.irregular:
        said.append(
            f"{found.irregular} of {found.samples - 1} intervals are irregular, from "
            f"{1e3 * found.shortest_interval_s:.2f} to {1e3 * found.longest_interval_s:.2f} ms."
        )
    if found.mapping.time is None:
        said.append("It has no times: whether samples are missing cannot be told.")
    if test is not None and found.rate_hz < test.minimum_rate_hz:
        said.append(
            f"{found.rate_hz:.0f} Hz is less than the {test.minimum_rate_hz:.0f} Hz that this test "
            "asks for: some numbers will be refused."
        )
    return tuple(said)

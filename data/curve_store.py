"""A curve from a file as a trial: through a capture file, like every recording."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from data.clinical.gravity import GravityMethod
from data.clinical.tests import StrengthTest
from data.curve_import import Understood
from data.errors import AlreadyStoredError, RecordNotFoundError
from data.intake import save_capture
from data.journal import JournalWriter
from data.records import Person, Trial, TrialChannel, TrialHeader, TrialState
from data.sides import Side
from data.store import Store
from devices.types import ChannelCalibration, DeviceInfo, ForceBlock, Gap, Position

MODEL = "imported file"
_POSITIONS = {Side.LEFT: Position.LEFT, Side.RIGHT: Position.RIGHT, None: Position.SINGLE}


@dataclass(frozen=True, slots=True)
class CurveOrigin:
    """What the file does not say: whose curve it is, of which test, when it was recorded.

    `device` is what recorded it, in words: results of another one are a series of their own.
    """

    person: Person
    session_id: UUID
    set_id: UUID
    test: StrengthTest
    started_at: datetime
    utc_offset_min: int
    device: str = ""
    lever_m: float | None = None
    program_version: str = ""


def trial_id_of(understood: Understood, origin_of: Person, test: StrengthTest) -> UUID:
    """The same curve of a person is the same trial, however often it is taken over."""
    columns = " ".join(f"{each.number} {each.unit} {each.side}" for each in understood.columns)
    return uuid5(origin_of.id, f"{understood.sha256} {test.id} {columns}")


def refuse_again(store: Store, trial_id: UUID) -> None:
    """Raises `AlreadyStoredError`."""
    try:
        store.trials.get(trial_id)
    except RecordNotFoundError:
        return
    raise AlreadyStoredError(
        f"This curve is stored already for this person, as {trial_id}. Nothing was changed. "
        "Open it instead."
    )


def store_curve(store: Store, understood: Understood, origin: CurveOrigin) -> Trial:
    """Write the curve into a capture file, analyse and store it as after a recording.

    The forces are kept as the file has them: no zero is taken. Raises `AlreadyStoredError`,
    another `StoreError`.
    """
    header = _header(understood, origin)
    refuse_again(store, header.id)
    blocks, gaps = _pieces(understood)
    journal = JournalWriter.create(store.captures, header)
    try:
        for number, block in enumerate(blocks):
            if number:
                journal.gap(gaps[number - 1])
            journal.append(block)
        journal.finish(TrialState.COMPLETE)
        return save_capture(store, journal.path)
    except BaseException:
        # Nothing is lost with it: the file that it came from is where it was.
        journal.close()
        journal.path.unlink(missing_ok=True)
        raise


def _header(understood: Understood, origin: CurveOrigin) -> TrialHeader:
    device = origin.device or understood.mapping.device
    person = origin.person
    return TrialHeader(
        id=trial_id_of(understood, person, origin.test),
        session_id=origin.session_id,
        person_id=person.id,
        set_id=origin.set_id,
        test_id=origin.test.id,
        started_at=origin.started_at,
        utc_offset_min=origin.utc_offset_min,
        device_model=f"{MODEL}, {device}" if device else MODEL,
        device=DeviceInfo(MODEL, f"Imported file, {device}" if device else "Imported file"),
        link=f"file:sha256:{understood.sha256}",
        is_virtual=False,
        nominal_rate_hz=understood.rate_hz,
        channels=tuple(_channel(side) for side in understood.sides),
        tells_loss=understood.mapping.time is not None,
        lever_m=origin.lever_m,
        body_mass_kg=person.body_mass_kg,
        gravity=GravityMethod.NONE,
        stabilisation=origin.test.stabilisation,
        injured=person.injured,
        dominant=person.dominant,
        program_version=origin.program_version,
    )


def _channel(side: Side | None) -> TrialChannel:
    return TrialChannel(_POSITIONS[side], side, None, None, None, ChannelCalibration())


def _pieces(understood: Understood) -> tuple[list[ForceBlock], list[Gap]]:
    """The runs between gaps, and the gaps; the number of missing samples by the usual interval."""
    curve = understood.curve
    t_us = np.rint((curve.t - curve.t[0]) * 1e6).astype(np.int64)
    starts = [0, *(int(at) for at in np.searchsorted(curve.t, [g.end_s for g in curve.gaps]))]
    blocks: list[ForceBlock] = []
    gaps: list[Gap] = []
    index = 0
    for start, end in zip(starts, [*starts[1:], len(t_us)], strict=True):
        if start:
            gap = _gap(t_us, start, understood)
            index += gap.samples or 0
            gaps.append(gap)
        blocks.append(ForceBlock(t_us[start:end], curve.force[start:end], index))
        index += end - start
    return blocks, gaps


def _gap(t_us: NDArray[np.int64], start: int, understood: Understood) -> Gap:
    before, after = int(t_us[start - 1]), int(t_us[start])
    missing = round((after - before) / 1e6 / understood.usual_interval_s) - 1
    return Gap(before, after, missing, understood.curve.gaps[0].cause)

"""Trials: the raw curve, what was known when it began, and what was computed from it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import numpy as np
from sqlalchemy import Select, insert, select

from data import curves
from data.analysis.types import Curve, MissingStretch, TrialAnalysis
from data.database import Database, damaged_record
from data.errors import AlreadyStoredError, DamagedRecordError, RecordNotFoundError
from data.models import CurveBlockRow, GapRow, RepRow, TrialChannelRow, TrialRow
from data.records import Trial, TrialChannel, TrialHeader, TrialState
from data.values import JsonObject, from_json, to_json
from devices.types import ForceBlock, Gap

_COLUMNS = ("id", "session_id", "person_id", "set_id", "test_id", "started_at", "device_model")


class Trials:
    """The raw curve of a trial never changes; its analysis may be replaced."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, trial: Trial, blocks: Sequence[ForceBlock]) -> Trial:
        """Keep everything in one transaction, then read it back and compare.

        `blocks` are as the device sent them, before the zero. Raises `AlreadyStoredError`, and
        `DamagedRecordError` when what is read back differs.
        """
        merged = curves.merge(blocks, trial.gaps)
        steps = tuple(
            (channel.resolution_n, channel.calibration.newtons_per_count)
            for channel in trial.header.channels
        )
        encoded = [curves.encode(block, steps) for block in merged]
        with self._database.writing() as session:
            if session.get(TrialRow, trial.id) is not None:
                raise AlreadyStoredError(
                    f"Trial {trial.id} is stored already. Nothing was changed. Open it instead."
                )
            session.add(_row(trial))
            session.flush()
            if encoded:
                session.execute(
                    insert(CurveBlockRow),
                    [
                        {
                            "trial_id": trial.id,
                            "number": number,
                            "first_index": block.index,
                            "samples": len(block.t_us),
                            "codec": record.codec,
                            "sha256": record.sha256,
                            "data": record.data,
                        }
                        for number, (block, record) in enumerate(zip(merged, encoded, strict=True))
                    ],
                )
        self.check(trial, blocks)
        return trial

    def check(self, trial: Trial, blocks: Sequence[ForceBlock]) -> None:
        """Read the trial and compare it, bit for bit. Raises `DamagedRecordError`."""
        kept = self.get(trial.id)
        kept_blocks, _ = self.blocks(trial.id)
        is_same = kept == trial or to_json(kept) == to_json(trial)  # a NaN is not equal to itself
        if not is_same or curves.content(kept_blocks) != curves.content(blocks):
            raise DamagedRecordError(
                f"Trial {trial.id} reads differently from what was stored. Its capture file is "
                "kept. Check the disk, then recover the trial again.",
                (str(trial.id),),
            )

    def get(self, trial_id: UUID) -> Trial:
        """Raises `RecordNotFoundError`, `DamagedRecordError`."""
        with self._database.reading(trial_id) as session:
            row = session.get(TrialRow, trial_id)
            if row is None:
                raise _not_found(trial_id)
            return _trial(row)

    def of_session(self, session_id: UUID) -> list[Trial]:
        """In the order they were done."""
        return self._list(select(TrialRow).where(TrialRow.session_id == session_id))

    def of_set(self, set_id: UUID) -> list[Trial]:
        """The trials of one run of a test, in the order they were done."""
        return self._list(select(TrialRow).where(TrialRow.set_id == set_id))

    def of_person(self, person_id: UUID, test_id: str | None = None) -> list[Trial]:
        """Oldest first, of one test or of all."""
        query = select(TrialRow).where(TrialRow.person_id == person_id)
        return self._list(query if test_id is None else query.where(TrialRow.test_id == test_id))

    def blocks(self, trial_id: UUID) -> tuple[list[ForceBlock], tuple[Gap, ...]]:
        """The curve as the device sent it, each block checked, and where samples are missing.

        Raises `RecordNotFoundError`, and `DamagedRecordError` naming every damaged block.
        """
        trial = self.get(trial_id)
        query = (
            select(CurveBlockRow)
            .where(CurveBlockRow.trial_id == trial_id)
            .order_by(CurveBlockRow.number)
        )
        blocks: list[ForceBlock] = []
        damaged: list[str] = []
        with self._database.reading(trial_id) as session:
            for row in session.scalars(query):
                try:
                    blocks.append(curves.decode(row.codec, row.data, row.sha256))
                except ValueError:
                    damaged.append(f"{trial_id} block {row.number}")
        if not damaged and sum(len(block.t_us) for block in blocks) != trial.samples:
            damaged.append(str(trial_id))
        if damaged:
            raise DamagedRecordError(
                f"The stored curve is damaged: {', '.join(damaged)}. Every other record is safe. "
                "Restore this one from a backup.",
                tuple(damaged),
            )
        return blocks, trial.gaps

    def curve(self, trial_id: UUID) -> Curve:
        """The net curve: zero removed, time from its first sample. Raises as `blocks`."""
        blocks, gaps = self.blocks(trial_id)
        trial = self.get(trial_id)
        return net_curve(trial.header, blocks, gaps, trial.saturated)

    def replace_analysis(self, trial_id: UUID, analysis: TrialAnalysis, note: str) -> Trial:
        """New numbers for the same raw curve. Raises `RecordNotFoundError`."""
        with self._database.writing() as session:
            row = session.get(TrialRow, trial_id)
            if row is None:
                raise _not_found(trial_id)
            row.analysis = _analysis_json(analysis)
            row.note = note
            row.reps.clear()
            session.flush()  # the old rows go first: the new ones have the same keys
            row.reps = _reps(analysis)
        return self.get(trial_id)

    def _list(self, query: Select[TrialRow]) -> list[Trial]:
        in_order = query.order_by(TrialRow.started_at, TrialRow.id)
        with self._database.reading() as session:
            return [_trial(row) for row in session.scalars(in_order)]


def net_curve(
    header: TrialHeader,
    blocks: Sequence[ForceBlock],
    gaps: Sequence[Gap],
    saturated: tuple[MissingStretch, ...],
) -> Curve:
    """The recording as analysis takes it: the host's zero removed, time from the first sample."""
    columns = len(header.channels)
    if not blocks:
        return Curve(np.empty(0), np.empty((0, columns)), tuple(c.side for c in header.channels))
    origin_us = int(blocks[0].t_us[0])
    offsets = [channel.zero.offset_n if channel.zero else 0.0 for channel in header.channels]
    return Curve(
        t=(np.concatenate([block.t_us for block in blocks]) - origin_us) / 1e6,
        force=np.concatenate([block.force for block in blocks]) - np.array(offsets),
        sides=tuple(channel.side for channel in header.channels),
        gaps=tuple(
            MissingStretch(
                (gap.start_us - origin_us) / 1e6, (gap.end_us - origin_us) / 1e6, gap.cause
            )
            for gap in gaps
        ),
        saturated=saturated,
    )


def _not_found(trial_id: UUID) -> RecordNotFoundError:
    return RecordNotFoundError(
        f"There is no trial {trial_id} in this database. Nothing was changed. "
        "Check the id, or that the right database is open."
    )


def _row(trial: Trial) -> TrialRow:
    header = trial.header
    details = to_json(header)
    for name in (*_COLUMNS, "is_virtual", "channels"):
        del details[name]
    device = to_json(header.device)
    del device["serial"]
    details["device"] = device
    return TrialRow(
        id=header.id,
        session_id=header.session_id,
        person_id=header.person_id,
        set_id=header.set_id,
        test_id=header.test_id,
        started_at=header.started_at,
        device_model=header.device_model,
        device_serial=header.device.serial,
        is_virtual=header.is_virtual,
        state=trial.state,
        samples=trial.samples,
        lost=trial.lost,
        rate_hz=trial.rate_hz,
        duration_s=trial.duration_s,
        note=trial.note,
        details=details,
        saturated=[to_json(stretch) for stretch in trial.saturated],
        analysis=_analysis_json(trial.analysis),
        channels=[_channel_row(number, c) for number, c in enumerate(header.channels)],
        reps=_reps(trial.analysis),
        gaps=[
            GapRow(
                number=number,
                start_us=gap.start_us,
                end_us=gap.end_us,
                samples=gap.samples,
                cause=gap.cause,
            )
            for number, gap in enumerate(trial.gaps)
        ],
    )


def _channel_row(number: int, channel: TrialChannel) -> TrialChannelRow:
    return TrialChannelRow(
        number=number,
        position=channel.position,
        side=channel.side,
        capacity_n=channel.capacity_n,
        resolution_n=channel.resolution_n,
        zero=to_json(channel.zero) if channel.zero else None,
        calibration=to_json(channel.calibration),
    )


def _analysis_json(analysis: TrialAnalysis) -> JsonObject:
    found = to_json(analysis)
    del found["reps"]
    return found


def _reps(analysis: TrialAnalysis) -> list[RepRow]:
    rows: list[RepRow] = []
    for place, rep in enumerate(analysis.reps):
        found = to_json(rep)
        rows.append(
            RepRow(
                place=place,
                number=rep.number,
                side=rep.side,
                start_s=rep.bounds.start_s,
                end_s=rep.bounds.end_s,
                rule=rep.bounds.rule,
                onset_s=rep.onset_s,
                peak_s=rep.peak_s,
                metrics=found["metrics"],
                codes=found["codes"],
                rejected=rep.rejected,
            )
        )
    return rows


def _trial(row: TrialRow) -> Trial:
    try:
        return Trial(
            header=_header(row),
            state=TrialState(row.state),
            samples=row.samples,
            lost=row.lost,
            rate_hz=row.rate_hz,
            duration_s=row.duration_s,
            gaps=tuple(Gap(g.start_us, g.end_us, g.samples, g.cause) for g in row.gaps),
            analysis=from_json(
                TrialAnalysis, {**row.analysis, "reps": [_rep_json(rep) for rep in row.reps]}
            ),
            note=row.note,
            saturated=tuple(from_json(MissingStretch, found) for found in row.saturated),
        )
    except ValueError as error:
        raise damaged_record(row.id, error) from error


def _header(row: TrialRow) -> TrialHeader:
    details = dict(row.details)
    device = details.get("device")
    if not isinstance(device, dict):
        raise ValueError("no device")  # noqa: TRY004 - damage, not a programmer's mistake
    channels = [
        {
            "position": channel.position,
            "side": channel.side,
            "capacity_n": channel.capacity_n,
            "resolution_n": channel.resolution_n,
            "zero": channel.zero,
            "calibration": channel.calibration,
        }
        for channel in row.channels
    ]
    return from_json(
        TrialHeader,
        {
            **details,
            **{name: str(getattr(row, name)) for name in _COLUMNS},
            "is_virtual": row.is_virtual,
            "device": {**device, "serial": row.device_serial},
            "channels": channels,
        },
    )


def _rep_json(row: RepRow) -> JsonObject:
    return {
        "number": row.number,
        "side": row.side,
        "bounds": {"start_s": row.start_s, "end_s": row.end_s, "rule": row.rule},
        "onset_s": row.onset_s,
        "peak_s": row.peak_s,
        "metrics": row.metrics,
        "codes": row.codes,
        "rejected": row.rejected,
    }

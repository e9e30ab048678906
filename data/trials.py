"""Trials: the raw curve, what was known when it began, and what was computed from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import numpy as np
from sqlalchemy import Select, insert, select

from data import curves
from data.analysis.types import Curve, MissingStretch, QualityNote, TrialAnalysis
from data.database import Database
from data.errors import AlreadyStoredError, DamagedRecordError, RecordNotFoundError
from data.models import CurveBlockRow, TrialRow
from data.records import Trial, TrialHeader
from data.trial_rows import analysis_json, rep_rows, row_of, trial_of
from data.values import to_json
from devices.types import ForceBlock, Gap

_AT_LIMIT = ("saturated", "overload")
_OF_THE_RECORDING = ("TAIL", "OPEN", "UNCALIBRATED")


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
            session.add(row_of(trial))
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
        kept_blocks = self._blocks(kept)
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
            return trial_of(row)

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

    def previous_set(self, header: TrialHeader) -> list[Trial]:
        """The trials of this person's last run of the same test before `header`'s, on the same
        model of device: others are a series of their own. Empty where there is none."""
        newest = (
            select(TrialRow.set_id)
            .where(
                TrialRow.person_id == header.person_id,
                TrialRow.test_id == header.test_id,
                TrialRow.device_model == header.device_model,
                TrialRow.started_at < header.started_at,
                TrialRow.set_id != header.set_id,
            )
            .order_by(TrialRow.started_at.desc())
            .limit(1)
        )
        with self._database.reading() as session:
            set_id = session.scalar(newest)
        return [] if set_id is None else self.of_set(set_id)

    def blocks(self, trial_id: UUID) -> tuple[list[ForceBlock], tuple[Gap, ...]]:
        """The curve as the device sent it, each block checked, and where samples are missing.

        Raises `RecordNotFoundError`, and `DamagedRecordError` naming every damaged block.
        """
        trial = self.get(trial_id)
        return self._blocks(trial), trial.gaps

    def curve(self, trial_id: UUID) -> Curve:
        """The net curve: zero removed, time from its first sample. Raises as `blocks`."""
        trial = self.get(trial_id)
        return net_curve(trial.header, self._blocks(trial), trial.gaps, trial.untrusted)

    def replace_analysis(self, trial_id: UUID, analysis: TrialAnalysis, note: str) -> Trial:
        """New numbers for the same raw curve; what was noted about the recording itself stays.

        Raises `RecordNotFoundError`, `DamagedRecordError`.
        """
        kept = recording_notes(self.get(trial_id).analysis)
        missing = tuple(found for found in kept if found not in analysis.quality)
        analysis = replace(analysis, quality=(*analysis.quality, *missing))
        with self._database.writing() as session:
            row = session.get(TrialRow, trial_id)
            if row is None:
                raise _not_found(trial_id)
            row.analysis = analysis_json(analysis)
            row.note = note
            row.reps.clear()
            session.flush()  # the old rows go first: the new ones have the same keys
            row.reps = rep_rows(analysis)
        return self.get(trial_id)

    def _blocks(self, trial: Trial) -> list[ForceBlock]:
        query = (
            select(CurveBlockRow)
            .where(CurveBlockRow.trial_id == trial.id)
            .order_by(CurveBlockRow.number)
        )
        blocks: list[ForceBlock] = []
        damaged: list[str] = []
        with self._database.reading(trial.id) as session:
            for row in session.scalars(query):
                try:
                    blocks.append(curves.decode(row.codec, row.data, row.sha256))
                except ValueError:
                    damaged.append(f"{trial.id} block {row.number}")
        if not damaged and sum(len(block.t_us) for block in blocks) != trial.samples:
            damaged.append(str(trial.id))
        if damaged:
            raise DamagedRecordError(
                f"The stored curve is damaged: {', '.join(damaged)}. Every other record is safe. "
                "Restore this one from a backup.",
                tuple(damaged),
            )
        return blocks

    def _list(self, query: Select[TrialRow]) -> list[Trial]:
        in_order = query.order_by(TrialRow.started_at, TrialRow.id)
        with self._database.reading() as session:
            return [trial_of(row) for row in session.scalars(in_order)]


def net_curve(
    header: TrialHeader,
    blocks: Sequence[ForceBlock],
    gaps: Sequence[Gap],
    untrusted: Sequence[MissingStretch],
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
        saturated=tuple(part for part in untrusted if part.cause.endswith(_AT_LIMIT)),
    )


def recording_notes(analysis: TrialAnalysis) -> tuple[QualityNote, ...]:
    """What was noted about the recording when it was taken in: no analysis can know it."""
    return tuple(note for note in analysis.quality if note.code in _OF_THE_RECORDING)


def _not_found(trial_id: UUID) -> RecordNotFoundError:
    return RecordNotFoundError(
        f"There is no trial {trial_id} in this database. Nothing was changed. "
        "Check the id, or that the right database is open."
    )

"""Trials: the raw curve, what was known when it began, and what was computed from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
from sqlalchemy import Select, String, insert, select, type_coerce
from sqlalchemy.orm import Session as OrmSession

from data import curves
from data.analysis.types import Curve, MissingStretch, QualityNote, TrialAnalysis
from data.content_hash import damaged_among, set_hashes
from data.database import Database, damaged_record, raw_query
from data.errors import AlreadyStoredError, DamagedRecordError, RecordNotFoundError
from data.history import EarlierAnalysis, Replacement
from data.ids import readable_id, uuid7
from data.items import Items, fill_row
from data.models import CurveBlockRow, ItemRow, TrialRow
from data.records import Trial, TrialHeader
from data.trial_rows import analysis_json, rep_rows, row_of, trial_of
from data.values import to_json
from devices.types import ForceBlock, Gap

_AT_ONCE = 500
_AT_LIMIT = ("saturated", "overload")
_OF_THE_RECORDING = ("TAIL", "OPEN", "UNCALIBRATED", "CALDUE", "CALOFF")


class FoundTrials(list[Trial]):
    """The trials that were asked for; `damaged` names those among them that cannot be read."""

    def __init__(self, sound: Sequence[Trial] = (), damaged: Sequence[str] = ()) -> None:
        super().__init__(sound)
        self.damaged = tuple(damaged)


class Trials:
    """The raw curve of a trial never changes; its analysis may be replaced.

    A damaged trial does not hide the others: lists are without it and name it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._earlier = Items(database, EarlierAnalysis.KIND, EarlierAnalysis)

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
            set_hashes(raw_query(session.connection()), [trial.id.hex])
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
            return _sound_trial(session, trial_id)

    def of_session(self, session_id: UUID) -> FoundTrials:
        """In the order they were done."""
        return self._list(select(TrialRow).where(TrialRow.session_id == session_id))

    def of_set(self, set_id: UUID) -> FoundTrials:
        """The trials of one run of a test, in the order they were done."""
        return self._list(select(TrialRow).where(TrialRow.set_id == set_id))

    def of_person(self, person_id: UUID, test_id: str | None = None) -> FoundTrials:
        """Oldest first, of one test or of all."""
        query = select(TrialRow).where(TrialRow.person_id == person_id)
        return self._list(query if test_id is None else query.where(TrialRow.test_id == test_id))

    def of_device(self, model: str, serial: str, most: int) -> FoundTrials:
        """The last trials made with one unit, newest first."""
        newest = select(TrialRow).where(
            TrialRow.device_serial == serial, TrialRow.device_model == model
        )
        newest = newest.order_by(TrialRow.started_at.desc(), TrialRow.id.desc())
        return self._found(newest.limit(most))

    def previous_set(self, header: TrialHeader) -> FoundTrials:
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
        return FoundTrials() if set_id is None else self.of_set(set_id)

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

    def replace_analysis(
        self,
        trial_id: UUID,
        analysis: TrialAnalysis,
        note: str,
        replacement: Replacement | None = None,
    ) -> Trial:
        """New numbers for the same raw curve; what was noted about the recording itself stays.

        The numbers that were there go into the trial's history, in the same transaction. Raises
        `RecordNotFoundError`, `DamagedRecordError`.
        """
        given = replacement or Replacement(datetime.now(UTC))
        with self._database.writing() as session:
            before = _sound_trial(session, trial_id)
            kept = recording_notes(before.analysis)
            missing = tuple(found for found in kept if found not in analysis.quality)
            analysis = replace(analysis, quality=(*analysis.quality, *missing))
            earlier = self._made_earlier(session, before, given)
            session.add(fill_row(ItemRow(kind=EarlierAnalysis.KIND, withdrawn_at=None), earlier))
            row = session.get_one(TrialRow, trial_id)
            row.analysis = analysis_json(analysis)
            row.note = note
            row.reps.clear()
            session.flush()  # the old rows go first: the new ones have the same keys
            row.reps = rep_rows(analysis)
            session.flush()
            set_hashes(raw_query(session.connection()), [trial_id.hex])
        return self.get(trial_id)

    def history(self, trial_id: UUID) -> list[EarlierAnalysis]:
        """Every analysis that was replaced, oldest first."""
        return self._earlier.of_subject(str(trial_id))

    def _blocks(self, trial: Trial) -> list[ForceBlock]:
        query = (
            select(
                CurveBlockRow.number, CurveBlockRow.codec, CurveBlockRow.data, CurveBlockRow.sha256
            )
            .where(CurveBlockRow.trial_id == trial.id)
            .order_by(CurveBlockRow.number)
        )
        blocks: list[ForceBlock] = []
        damaged: list[str] = []
        with self._database.reading(trial.id) as session:
            for number, codec, data, sha256 in session.execute(query):
                try:
                    blocks.append(curves.decode(codec, data, sha256))
                except ValueError:
                    damaged.append(f"{trial.id} block {number}")
        if not damaged and sum(len(block.t_us) for block in blocks) != trial.samples:
            damaged.append(str(trial.id))
        if damaged:
            raise DamagedRecordError(
                f"The stored curve is damaged: {', '.join(damaged)}. Every other record is safe. "
                "Restore this one from a backup.",
                tuple(damaged),
            )
        return blocks

    def _made_earlier(
        self, session: OrmSession, before: Trial, given: Replacement
    ) -> EarlierAnalysis:
        newest = session.scalar(
            select(ItemRow)
            .where(ItemRow.kind == EarlierAnalysis.KIND, ItemRow.subject == str(before.id))
            .order_by(ItemRow.at.desc(), ItemRow.id.desc())
            .limit(1)
        )
        made_with = before.header.program_version
        if newest is not None:
            made_with = str(newest.details["replaced_with"])
        return EarlierAnalysis(
            id=uuid7(),
            at=given.at,
            person_id=before.header.person_id,
            session_id=before.header.session_id,
            subject=str(before.id),
            by=given.by,
            note=given.why,
            is_virtual=before.header.is_virtual,
            analysis=before.analysis,
            trial_note=before.note,
            made_with=made_with,
            replaced_with=given.program_version,
        )

    def _list(self, query: Select[TrialRow]) -> FoundTrials:
        return self._found(query.order_by(TrialRow.started_at, TrialRow.id))

    def _found(self, query: Select[TrialRow]) -> FoundTrials:
        """The ids first, and what their rows hash to: damaged rows are not even decoded."""
        with self._database.reading() as session:
            raw = raw_query(session.connection())
            keys = _keys(session, query)
            damaged = dict.fromkeys(damaged_among(raw, keys))
            sound: dict[str, Trial] = {}
            ids = [UUID(key) for key in keys if key not in damaged]
            for start in range(0, len(ids), _AT_ONCE):
                some = select(TrialRow).where(TrialRow.id.in_(ids[start : start + _AT_ONCE]))
                for row in session.scalars(some):
                    try:
                        sound[row.id.hex] = trial_of(row)
                    except DamagedRecordError:
                        damaged[row.id.hex] = None
        return FoundTrials(
            [sound[key] for key in keys if key in sound],
            [readable_id(key) for key in keys if key in damaged],
        )


def _keys(session: OrmSession, query: Select[TrialRow]) -> list[str]:
    """The ids as the file has them: a damaged one need not be an id."""
    text = query.with_only_columns(type_coerce(TrialRow.id, String), maintain_column_froms=True)
    return [str(key) for key in session.scalars(text)]


def _sound_trial(session: OrmSession, trial_id: UUID) -> Trial:
    """Raises `RecordNotFoundError`, `DamagedRecordError`."""
    raw = raw_query(session.connection())
    if not list(raw("SELECT 1 FROM trials WHERE id = ?", (trial_id.hex,))):
        raise _not_found(trial_id)
    if damaged_among(raw, [trial_id.hex]):
        raise damaged_record(trial_id, ValueError("it reads differently from what was stored"))
    return trial_of(session.get_one(TrialRow, trial_id))


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

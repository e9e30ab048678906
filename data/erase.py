"""Taking everything that is known of one person out of the database and of the captures."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session as OrmSession

from data.database import BUSY_S, Database, store_error
from data.errors import DamagedJournalError, JournalInUseError, RecordNotFoundError
from data.frames import is_being_written, read_frames
from data.models import (
    CurveBlockRow,
    GapRow,
    ItemRow,
    PersonRow,
    RepRow,
    SessionRow,
    SettingChangeRow,
    TreatmentRow,
    TrialChannelRow,
    TrialRow,
)

_log = logging.getLogger(__name__)
_BESIDE = ("-wal", "-shm", "-journal")
_TRACES = (
    "The records are erased, but the file could not be written anew: another program has it open, "
    "or the disk is full. Traces may remain until every program has closed it."
)
_OF_A_TRIAL = (CurveBlockRow, RepRow, GapRow, TrialChannelRow)


@dataclass(frozen=True, slots=True)
class Holdings:
    """All that is kept of one person.

    `records` counts sessions, trials and treatments, withdrawn ones among them, `items` each kind
    of what is kept beside them. `captures` are recordings that are not stored yet. `copies` are
    other databases in the same folder, which may hold the person too and are never touched.
    """

    records: Mapping[str, int]
    items: Mapping[str, int]
    captures: tuple[Path, ...]
    copies: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What is gone. `traces` says why the file may still hold deleted bytes, None if it cannot."""

    holdings: Holdings
    traces: str | None


def holdings(database: Database, captures: Path, person_id: UUID) -> Holdings:
    """Changes nothing. Raises `RecordNotFoundError`."""
    with database.reading() as session:
        return _holdings(session, database.path, captures, person_id)


def erase(database: Database, captures: Path, person_id: UUID) -> Erased:
    """Delete the person and everything of theirs in one transaction, then what was in captures.

    The file is then written anew, so that no deleted byte remains in it or beside it. Raises
    `RecordNotFoundError`, and `JournalInUseError` while the person is being recorded.
    """
    with database.writing() as session:
        found = _holdings(session, database.path, captures, person_id)
        if any(is_being_written(path) for path in found.captures):
            raise JournalInUseError(
                "This person is being recorded. Nothing was erased. "
                "End the test in the program that records it, then erase."
            )
        _delete(session, person_id)
    for path in found.captures:
        path.unlink(missing_ok=True)
    return Erased(found, _scrub(database.path))


def _holdings(session: OrmSession, path: Path, captures: Path, person_id: UUID) -> Holdings:
    if session.get(PersonRow, person_id) is None:
        raise RecordNotFoundError(
            f"There is no person {person_id} in this database. Nothing was erased. "
            "Check the id, or that the right database is open."
        )
    counted = {"sessions": SessionRow, "trials": TrialRow, "treatments": TreatmentRow}
    kinds = select(ItemRow.kind, func.count()).where(_items_of(person_id)).group_by(ItemRow.kind)
    return Holdings(
        records={
            name: session.scalars(
                select(func.count()).select_from(row).where(row.person_id == person_id)
            ).one()
            for name, row in counted.items()
        },
        items={row[0]: row[1] for row in session.execute(kinds)},
        captures=tuple(_captures_of(captures, person_id)),
        copies=tuple(_copies_beside(path)),
    )


def _delete(session: OrmSession, person_id: UUID) -> None:
    """Children before their parents; one statement for items, which may belong to one another."""
    trials = select(TrialRow.id).where(TrialRow.person_id == person_id)
    treatments = select(TreatmentRow.id).where(TreatmentRow.person_id == person_id)
    session.execute(delete(ItemRow).where(_items_of(person_id)))
    for row in _OF_A_TRIAL:
        session.execute(delete(row).where(row.trial_id.in_(trials)))
    session.execute(delete(SettingChangeRow).where(SettingChangeRow.treatment_id.in_(treatments)))
    for owned in (TrialRow, TreatmentRow, SessionRow):
        session.execute(delete(owned).where(owned.person_id == person_id))
    session.execute(delete(PersonRow).where(PersonRow.id == person_id))


def _items_of(person_id: UUID) -> ColumnElement[bool]:
    visits = select(SessionRow.id).where(SessionRow.person_id == person_id)
    injuries = select(ItemRow.id).where(ItemRow.person_id == person_id)
    return or_(
        ItemRow.person_id == person_id,
        ItemRow.session_id.in_(visits),
        ItemRow.episode_id.in_(injuries),
    )


def _captures_of(folder: Path, person_id: UUID) -> list[Path]:
    """Of tests and treatments, put aside or not: the first frame says whose it is. One that cannot
    be read holds no name: it stays."""
    key = str(person_id).encode()
    found: list[Path] = []
    for path in sorted(path for path in folder.glob("*") if path.is_file()):
        try:
            frames, _ = read_frames(path)
        except (DamagedJournalError, FileNotFoundError):
            continue
        if frames and key in frames[0].payload:
            found.append(path)
    return found


def _copies_beside(path: Path) -> list[Path]:
    own = {path.name, *(path.name + end for end in _BESIDE)}
    return sorted(each for each in path.parent.glob("*.db*") if each.name not in own)


def _scrub(path: Path) -> str | None:
    """Write the file anew and empty the log beside it; why not, where that cannot be done now."""
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("VACUUM")
            (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        _log.warning("the database could not be written anew: %s", store_error(error, path))
        is_busy = True
    return _TRACES if is_busy else None

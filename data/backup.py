"""Copies that are checked before they are called backups."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from data import clinic_copies, curves
from data.content_hash import damaged_trials
from data.database import BUSY_S, found_schema, lenient_text, store_error
from data.errors import DamagedRecordError, StoreError
from data.ids import readable_id

_TABLES = (
    "people",
    "sessions",
    "trials",
    "treatments",
    "items",
    "curve_blocks",
    clinic_copies.TABLE,  # of a backup only
)
_HASHED_SINCE = "0003"


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What a check of a whole database found.

    `problems` are sentences about the file as a whole, `damaged` the ids of what cannot be
    trusted: ``<trial id> block <number>``, or a trial whose rows are not what was stored or whose
    blocks are not all there, or ``clinic file <name>``.
    """

    path: Path
    counts: dict[str, int]
    problems: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        return not self.problems and not self.damaged


def verify(path: Path) -> VerifyReport:
    """Check structure, links between records, and the hash of every trial and of every block.

    A file of an earlier schema is checked as far as that went. Changes nothing. Raises
    `NotADatabaseError`, `SchemaTooNewError`, `StoreError` when there is none to check.
    """
    try:
        schema = found_schema(path)
    except DamagedRecordError as error:
        return VerifyReport(path, {}, (str(error),), error.ids)
    if schema is None:
        raise StoreError(f"There is no database at {path}. Nothing was changed. Check the name.")
    try:
        with closing(_read_only(path)) as connection:
            return VerifyReport(
                path=path,
                counts=_counts(connection),
                problems=(*_structure(connection), *_links(connection)),
                damaged=_damaged(connection, schema),
            )
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return VerifyReport(path, {}, (str(store_error(error, path)),), ())


def backup(path: Path, target: Path, clinic: Path | None = None) -> VerifyReport:
    """Copy a database, also one in use, to a new file; only a verified copy gets the name.

    `clinic` is the folder of the clinic's own files, which go along. Raises `StoreError` when the
    target exists, `DamagedRecordError` when the copy is not sound.
    """
    if target.exists():
        raise StoreError(
            f"{target} exists already. It was left as it is. Choose another name for the backup."
        )
    unfinished = target.with_name(target.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with closing(_read_only(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
            unfinished.chmod(0o600)
            source.backup(copy)
            if clinic is not None:
                clinic_copies.take_in(copy, clinic)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    except (sqlite3.Error, OSError) as error:
        unfinished.unlink(missing_ok=True)
        raise store_error(error, target) from error
    report = verify(unfinished)
    if not report.is_sound:
        raise DamagedRecordError(
            f"The copy is not sound: {'; '.join((*report.problems, *report.damaged))}. "
            f"It is kept as {unfinished}, and earlier backups are untouched. "
            "Verify the database itself.",
            report.damaged,
        )
    unfinished.replace(target)
    return VerifyReport(target, report.counts, report.problems, report.damaged)


def _read_only(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)
    connection.text_factory = lenient_text
    connection.execute("PRAGMA trusted_schema=OFF")
    return connection


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    counts: dict[str, int] = {}
    for table in _TABLES:
        if table in there:  # an earlier schema had fewer
            (counts[table],) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return counts


def _structure(connection: sqlite3.Connection) -> list[str]:
    return [text for (text,) in connection.execute("PRAGMA integrity_check") if text != "ok"]


def _links(connection: sqlite3.Connection) -> list[str]:
    return [
        f"row {row} of {table} belongs to nothing in {parent}"
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check")
    ]


def _damaged(connection: sqlite3.Connection, schema: str) -> tuple[str, ...]:
    changed = _changed_trials(connection) if schema >= _HASHED_SINCE else []
    blocks, incomplete = _damaged_blocks(connection), _incomplete_trials(connection)
    files = [f"clinic file {name}" for name in clinic_copies.damaged_copies(connection)]
    return tuple(dict.fromkeys((*changed, *blocks, *incomplete, *files)))


def _changed_trials(connection: sqlite3.Connection) -> list[str]:
    damaged = damaged_trials(lambda sql, values: connection.execute(sql, values).fetchall())
    return [readable_id(key) for key in damaged]


def _damaged_blocks(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT trial_id, number, samples, codec, data, sha256 FROM curve_blocks"
    damaged: list[str] = []
    for trial_id, number, samples, codec, data, sha256 in connection.execute(query):
        try:
            is_whole = len(curves.decode(codec, data, sha256).t_us) == samples
        except (ValueError, TypeError):  # a damaged cell may change its type too
            is_whole = False
        if not is_whole:
            damaged.append(f"{readable_id(trial_id)} block {number}")
    return damaged


def _incomplete_trials(connection: sqlite3.Connection) -> list[str]:
    query = """
        SELECT id FROM trials WHERE samples !=
            (SELECT coalesce(sum(samples), 0) FROM curve_blocks WHERE trial_id = trials.id)
    """
    return [readable_id(trial_id) for (trial_id,) in connection.execute(query)]

"""Puts a backup in the place of a database: checked first, the old one kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from data import clinic_copies
from data.backup import VerifyReport, backup, verify
from data.errors import DamagedRecordError, StoreError, StoreLockedError
from data.store import Store

_COMPANIONS = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """`kept` is the database that was there before, None if there was none; `kept_files` are the
    clinic's own files that said something else than those of the backup."""

    report: VerifyReport
    kept: Path | None
    kept_files: tuple[Path, ...]


def restore(source: Path, path: Path) -> Restored:
    """Copy the backup `source`, verify the copy, then swap it in at `path`, and put the clinic's
    own files that it holds beside it.

    Until the swap nothing changes. Raises `DamagedRecordError` when the backup is not
    sound, `StoreLockedError` when a program has the database open, `StoreError` otherwise.
    """
    found = verify(source)
    if not found.is_sound:
        raise DamagedRecordError(
            f"{source} is not sound: {'; '.join((*found.problems, *found.damaged))}. "
            "The database was not touched. Use another backup.",
            found.damaged,
        )
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    copy = path.with_name(path.name + ".restoring")
    copy.unlink(missing_ok=True)
    report = backup(source, copy)
    with closing(sqlite3.connect(copy)) as connection:
        files = clinic_copies.take_out(connection)
    clinic = Store(path).clinic
    stamp = datetime.now().astimezone().strftime("%Y%m%dT%H%M%S")
    kept = _put_aside(path, stamp)
    copy.replace(path)
    try:
        kept_files = clinic_copies.put_back(files, clinic, stamp)
    except OSError as error:
        raise StoreError(
            f"The records are restored, but not all of the clinic's own files ({error}). They are "
            f"still in {source}. Look at {clinic}, then restore again."
        ) from error
    return Restored(VerifyReport(path, report.counts, (), ()), kept, tuple(kept_files))


def _put_aside(path: Path, stamp: str) -> Path | None:
    """Rename the database that is there, with the files that SQLite keeps beside it."""
    if not path.exists():
        return None
    _refuse_if_open(path)
    kept = path.with_name(f"{path.stem}.before-{stamp}{path.suffix}")
    if kept.exists():
        raise StoreError(f"{kept} exists already. Nothing was changed. Try again in a second.")
    for companion in _COMPANIONS:
        part = path.with_name(path.name + companion)
        if part.exists():
            part.replace(kept.with_name(kept.name + companion))
    return kept


def _refuse_if_open(path: Path) -> None:
    """Leaving write-ahead mode needs the file for oneself: it fails while anyone has it open."""
    try:
        with closing(sqlite3.connect(path, timeout=1.0)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise StoreLockedError(
                f"{path} is open in another program. Nothing was changed. Close it, then restore."
            ) from error
    except sqlite3.DatabaseError:
        return  # too damaged to be opened: the very case in which a backup is put in its place

"""The SQLite file: opened safely or refused with a reason, one short transaction a use case."""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import Session as OrmSession

from data.content_hash import Query, Rows, hash_what_has_none
from data.errors import (
    DamagedRecordError,
    NotADatabaseError,
    SchemaTooNewError,
    StoreError,
    StoreFullError,
    StoreLockedError,
)

SCHEMA = "0003"
BUSY_S = 5.0
MIGRATIONS = Path(__file__).with_name("migrations")
_MAGIC = b"SQLite format 3\0"
_APPLICATION_ID = int.from_bytes(b"MYOG")
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL loses committed visits at a power cut
    "fullfsync=ON",  # macOS: a plain fsync stops at the drive's cache
    "checkpoint_fullfsync=ON",
    "foreign_keys=ON",
    "trusted_schema=OFF",  # a foreign file must not run functions
    "secure_delete=ON",  # an erased name is gone from the file too
)


class Database:
    """Made new, brought up to date or refused when constructed. Raises a `StoreError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        found = found_schema(path)
        if found is None:
            _make(path)
        self._engine = _engine(path)
        # Whoever forgets `close`: the file is let go of with the last reference.
        weakref.finalize(self, self._engine.dispose)
        if found != SCHEMA:
            with _translated(path), self._connect(writes=True) as connection:
                _migrate(connection)

    @contextmanager
    def reading(self, record_id: UUID | None = None) -> Generator[OrmSession]:
        """A view of one moment. What cannot be decoded becomes `DamagedRecordError`."""
        try:
            with (
                _translated(self.path),
                self._connect(writes=False) as connection,
                OrmSession(connection, expire_on_commit=False) as session,
            ):
                yield session
        except ValueError as error:
            raise damaged_record(record_id, error) from error

    @contextmanager
    def writing(self) -> Generator[OrmSession]:
        """One transaction that holds the write lock from its start: kept whole or not at all."""
        with (
            _translated(self.path),
            self._connect(writes=True) as connection,
            OrmSession(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.flush()

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _connect(self, *, writes: bool) -> Generator[Connection]:
        with self._engine.connect() as connection:
            connection = connection.execution_options(is_writing=writes)
            with connection.begin():
                yield connection


def found_schema(path: Path) -> str | None:
    """The schema of the file, None where there is no file yet. Changes nothing.

    Raises `NotADatabaseError` or `SchemaTooNewError`.
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise store_error(error, path) from error
    if head != _MAGIC:
        what = "is empty" if not head else "is not a database"
        raise NotADatabaseError(
            f"{path} {what}. It was left as it is. Choose another file, or put a backup in its "
            "place."
        )
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_S)) as connection:
            connection.text_factory = lenient_text
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if not tables:  # ended while it was being made
                return None
            if not {"alembic_version", "trials"} <= tables:
                raise NotADatabaseError(
                    f"{path} is a database of another program. It was left as it is. "
                    "Choose another file."
                )
            versions = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except UnicodeDecodeError as error:  # SQLite's own complaint quotes the damaged bytes
        raise damaged_file("its structure is malformed", path) from error
    except sqlite3.Error as error:
        raise store_error(error, path) from error
    found = str(versions[0][0]) if versions else ""
    if not found.isdecimal():
        raise damaged_file("its schema is not known", path)
    if found > SCHEMA:
        raise SchemaTooNewError(path, found, SCHEMA)
    return found


def raw_query(connection: Connection) -> Query:
    """SQL on this connection as the driver runs it: the values as they stand in the file."""

    def query(sql: str, values: tuple[Any, ...]) -> Rows:
        driver: Any = connection.connection.driver_connection
        driver.text_factory = lenient_text  # else one damaged letter hides every other record
        try:
            result = connection.exec_driver_sql(sql, values)
            return result.fetchall() if result.returns_rows else ()
        finally:
            driver.text_factory = str

    return query


def lenient_text(data: bytes) -> str:
    """Damaged text is still text: what is wrong is found by what it says."""
    return data.decode(errors="replace")


def damaged_record(record_id: UUID | None, error: ValueError) -> DamagedRecordError:
    which = "A record" if record_id is None else f"The record {record_id}"
    return DamagedRecordError(
        f"{which} is damaged ({error}). Every other record is safe. "
        "Restore it from a backup: verifying the database names all that is damaged.",
        () if record_id is None else (str(record_id),),
    )


def damaged_file(reason: str, path: Path) -> DamagedRecordError:
    return DamagedRecordError(
        f"{path} is damaged ({reason}). Captures that are not stored yet are safe. "
        "Keep this file and restore the last backup under another name.",
        (),
    )


def store_error(error: BaseException, path: Path) -> StoreError:
    """What SQLite's error means to the user."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreLockedError(
                f"Another program has locked {path}. Nothing was changed, and captures are safe. "
                "Close the other program and try again."
            )
        case sqlite3.SQLITE_FULL:
            return StoreFullError(
                f"There is no room left for {path}. What was stored before is safe, and so are "
                "captures. Free some space and try again."
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return damaged_file(str(error), path)
        case _:
            return StoreError(
                f"{path} could not be used ({error}). Captures are safe. "
                "Check the disk and the rights of the folder, then try again."
            )


@contextmanager
def _translated(path: Path) -> Generator[None]:
    try:
        yield
    except IntegrityError as error:
        raise StoreError(
            f"The record does not fit to the others in {path} ({error.orig}). Nothing was "
            "changed. Check that its person and session are in this database."
        ) from error
    except DBAPIError as error:
        raise store_error(error.orig or error, path) from error
    except UnicodeDecodeError as error:
        raise damaged_file("its structure is malformed", path) from error
    except StatementError as error:
        if isinstance(error.orig, ValueError):  # a value that has no place in the database
            raise error.orig from None
        raise


def _make(path: Path) -> None:
    """A file that only its owner may read, before SQLite puts others with its rights beside it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with closing(sqlite3.connect(path, timeout=BUSY_S)) as connection:
            connection.execute(f"PRAGMA application_id={_APPLICATION_ID}")
        path.chmod(0o600)
    except (OSError, sqlite3.Error) as error:
        raise store_error(error, path) from error


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path.absolute())),
        connect_args={"timeout": BUSY_S},
        json_serializer=_JSON,
        hide_parameters=True,  # names must not reach a log by way of an error
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver would begin late and only deferred
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("is_writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(connection: Connection) -> None:
    """Bring the file to the newest schema. Alembic costs 100 ms, so only here is it imported."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    hash_what_has_none(raw_query(connection))


_JSON: Callable[[Any], str] = partial(
    json.dumps, ensure_ascii=False, allow_nan=False, separators=(",", ":")
)

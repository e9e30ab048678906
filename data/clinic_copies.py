"""The clinic's own YAML files inside a backup, and back in their folder."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from data.clinical.clinic_files import clinic_files

TABLE = "clinic_files"

_MAKE = f"CREATE TABLE {TABLE} (name TEXT PRIMARY KEY, content BLOB NOT NULL, sha256 BLOB NOT NULL)"


def take_in(connection: sqlite3.Connection, folder: Path) -> None:
    """Keep what the folder holds now, and nothing else; no table where it holds nothing."""
    take_out(connection)
    contents = {path.name: path.read_bytes() for path in clinic_files(folder, "")}
    if contents:
        connection.execute(_MAKE)
        rows = [(name, content, _hash(content)) for name, content in contents.items()]
        connection.executemany(f"INSERT INTO {TABLE} VALUES (?, ?, ?)", rows)
        connection.commit()


def take_out(connection: sqlite3.Connection) -> dict[str, bytes]:
    """What was kept, by file name; the table is gone then. Names that are none are left out."""
    if not _is_there(connection):
        return {}
    kept = dict(connection.execute(f"SELECT name, content FROM {TABLE} ORDER BY name"))
    connection.execute(f"DROP TABLE {TABLE}")
    connection.commit()
    return {name: content for name, content in kept.items() if _is_plain(name)}


def damaged_copies(connection: sqlite3.Connection) -> list[str]:
    """Names of files that read differently from what was kept."""
    if not _is_there(connection):
        return []
    rows = connection.execute(f"SELECT name, content, sha256 FROM {TABLE} ORDER BY name")
    return [
        str(name)
        for name, content, sha256 in rows
        if not isinstance(content, bytes) or _hash(content) != sha256
    ]


def put_back(files: Mapping[str, bytes], folder: Path, stamp: str) -> list[Path]:
    """Write the files into the folder; where the ones are that were there and said otherwise.

    Files that the backup does not have stay. Raises `OSError`.
    """
    put_aside: list[Path] = []
    if files:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, content in files.items():
        path = folder / name
        if path.exists():
            if path.read_bytes() == content:
                continue
            put_aside.append(path.replace(path.with_name(f"{name}.before-{stamp}")))
        unfinished = path.with_name(f"{name}.unfinished")
        unfinished.write_bytes(content)
        unfinished.replace(path)
    return put_aside


def _is_there(connection: sqlite3.Connection) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return connection.execute(query, (TABLE,)).fetchone() is not None


def _is_plain(name: object) -> bool:
    """A backup comes from outside: no name of it may lead to another folder."""
    return (
        isinstance(name, str)
        and name.endswith(".yaml")
        and not name.startswith(".")
        and not set("/\\:\0") & set(name)
    )


def _hash(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()

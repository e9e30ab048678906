from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import DamagedRecordError, NotADatabaseError, StoreError, StoreLockedError
from data.restore import restore
from data.store import Store
from tests import builders


def database(path: Path, name: str) -> Path:
    store = Store(path)
    store.people.add(builders.person(name))
    store.close()
    return path


def names(path: Path) -> list[str]:
    store = Store(path)
    try:
        return [person.name for person in store.people.all()]
    finally:
        store.close()


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    store = Store(database(tmp_path / "source.db", "Sam Okafor"))
    store.backup(tmp_path / "backup.db")
    store.close()
    return tmp_path / "backup.db"


def test_a_backup_is_put_where_there_was_nothing(tmp_path: Path, backup: Path):
    restored = restore(backup, tmp_path / "clinic" / "myograph.db")
    assert restored.kept is None
    assert names(tmp_path / "clinic" / "myograph.db") == ["Sam Okafor"]


def test_the_old_database_is_kept_beside_the_new_one(tmp_path: Path, backup: Path):
    path = database(tmp_path / "myograph.db", "Alex Morgan")
    restored = restore(backup, path)
    assert names(path) == ["Sam Okafor"]
    assert restored.kept is not None
    assert names(restored.kept) == ["Alex Morgan"]
    assert backup.exists()


def test_a_database_in_use_is_not_swapped(tmp_path: Path, backup: Path):
    path = tmp_path / "myograph.db"
    store = Store(path)
    store.people.add(builders.person("Alex Morgan"))
    with pytest.raises(StoreLockedError, match="open in another program"):
        restore(backup, path)
    assert [person.name for person in store.people.all()] == ["Alex Morgan"]
    store.close()
    assert names(path) == ["Alex Morgan"]


def test_a_damaged_backup_is_refused_and_nothing_is_touched(tmp_path: Path, backup: Path):
    path = database(tmp_path / "myograph.db", "Alex Morgan")
    content = bytearray(backup.read_bytes())
    content[4096 * 3 : 4096 * 4] = b"\xff" * 4096
    backup.write_bytes(content)
    with pytest.raises(DamagedRecordError, match="not touched"):
        restore(backup, path)
    assert names(path) == ["Alex Morgan"]


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    path = database(tmp_path / "myograph.db", "Alex Morgan")
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear colleague\n" * 500)
    with pytest.raises((NotADatabaseError, DamagedRecordError)):
        restore(letter, path)
    with pytest.raises(StoreError, match="no database"):
        restore(tmp_path / "absent.db", path)
    assert names(path) == ["Alex Morgan"]


def test_a_database_too_damaged_to_open_is_kept_too(tmp_path: Path, backup: Path):
    path = tmp_path / "myograph.db"
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 8000)
    restored = restore(backup, path)
    assert restored.kept is not None
    assert restored.kept.read_bytes().endswith(b"\xff" * 8000)
    assert names(path) == ["Sam Okafor"]

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from data.backup import verify
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


OWN = "version: 1\ntests:\n  ours:\n    name: Übung\n"


def with_own_file(folder: Path, content: str = OWN) -> Store:
    store = Store(database(folder / "myograph.db", "Sam Okafor"))
    store.clinic.mkdir()
    (store.clinic / "tests_ours.yaml").write_text(content, "utf-8")
    return store


def test_the_clinic_s_own_files_come_back_with_the_records(tmp_path: Path):
    store = with_own_file(tmp_path / "old")
    (store.clinic / "notes.txt").write_text("read by nothing")
    counts = store.backup(tmp_path / "backup.db").counts
    store.close()
    assert counts["clinic_files"] == 1
    restored = restore(tmp_path / "backup.db", tmp_path / "new" / "myograph.db")
    assert restored.kept_files == ()
    folder = tmp_path / "new" / "clinic"
    assert [path.name for path in folder.iterdir()] == ["tests_ours.yaml"]
    assert (folder / "tests_ours.yaml").read_text("utf-8") == OWN
    again = Store(tmp_path / "new" / "myograph.db")
    assert "clinic_files" not in again.verify().counts
    again.close()


def test_a_file_that_says_something_else_is_kept_and_others_stay(tmp_path: Path):
    store = with_own_file(tmp_path / "old")
    store.backup(tmp_path / "backup.db")
    changed = store.clinic / "tests_ours.yaml"
    changed.write_text("changed since", "utf-8")
    (store.clinic / "presets.yaml").write_text("newer", "utf-8")
    store.close()
    restored = restore(tmp_path / "backup.db", store.path)
    [kept] = restored.kept_files
    assert kept.read_text("utf-8") == "changed since"
    assert kept.parent == store.clinic
    assert kept.suffix != ".yaml"
    assert changed.read_text("utf-8") == OWN
    assert (store.clinic / "presets.yaml").read_text("utf-8") == "newer"
    assert restore(tmp_path / "backup.db", store.path.with_name("b.db")).kept_files == ()


def test_a_backup_of_a_backup_still_has_them_and_a_new_one_those_of_today(tmp_path: Path):
    store = with_own_file(tmp_path / "old")
    store.backup(tmp_path / "one.db")
    (store.clinic / "tests_ours.yaml").unlink()
    assert "clinic_files" not in store.backup(tmp_path / "two.db").counts
    store.close()
    restore(tmp_path / "one.db", tmp_path / "new" / "myograph.db")
    third = Store(tmp_path / "new" / "myograph.db")
    assert third.backup(tmp_path / "three.db").counts["clinic_files"] == 1
    third.close()


def test_a_changed_letter_of_an_own_file_is_noticed(tmp_path: Path):
    store = with_own_file(tmp_path / "old")
    store.backup(tmp_path / "backup.db")
    store.close()
    content = (tmp_path / "backup.db").read_bytes()
    (tmp_path / "backup.db").write_bytes(content.replace("Übung".encode(), "Übunk".encode()))
    assert verify(tmp_path / "backup.db").damaged == ("clinic file tests_ours.yaml",)
    with pytest.raises(DamagedRecordError, match="tests_ours"):
        restore(tmp_path / "backup.db", tmp_path / "new" / "myograph.db")
    assert not (tmp_path / "new" / "clinic").exists()


def test_a_name_in_a_backup_leads_to_no_other_folder(tmp_path: Path):
    store = with_own_file(tmp_path / "old")
    store.backup(tmp_path / "backup.db")
    store.close()
    with closing(sqlite3.connect(tmp_path / "backup.db")) as connection:
        connection.execute("UPDATE clinic_files SET name = '../../evil.yaml'")
        connection.commit()
    restore(tmp_path / "backup.db", tmp_path / "new" / "myograph.db")
    assert list(tmp_path.rglob("evil*")) == []

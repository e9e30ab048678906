from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.__main__ import main
from data.ids import uuid7
from data.journal import JournalWriter
from data.store import Store
from data.treatment_journal import TreatmentJournal
from devices.types import ForceBlock
from tests import builders
from tests.app.cli.shell import only_json
from tests.app.clinic import LEFT, RIGHT, Clinic, make_clinic
from tests.data.treating import started_treatment


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return make_clinic(tmp_path / "clinic.db")


def damage(path: Path) -> None:
    """The first block of every curve, behind the back of the store."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE curve_blocks SET data = zeroblob(length(data)) WHERE number = 0")
        connection.commit()


def names(path: Path) -> list[str]:
    store = Store(path)
    try:
        return [person.name for person in store.people.all()]
    finally:
        store.close()


def test_a_sound_database_is_status_0(clinic: Clinic, capsys: pytest.CaptureFixture[str]):
    assert main(["verify", "--db", str(clinic.path), "--json"]) == 0
    report = only_json(capsys.readouterr().out)
    assert report["sound"] is True
    assert report["counts"]["trials"] == 3


def test_a_damaged_curve_is_status_1_and_named(clinic: Clinic, capsys: pytest.CaptureFixture[str]):
    damage(clinic.path)
    assert main(["verify", "--db", str(clinic.path), "--json"]) == 1
    said = capsys.readouterr()
    assert f"{clinic.trials[0].id} block 0" in only_json(said.out)["damaged"]
    assert "every other record is safe" in said.err


def test_a_backup_holds_the_same_and_never_overwrites(
    clinic: Clinic, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    copy = tmp_path / "copy.db"
    assert main(["backup", str(copy), "--db", str(clinic.path), "--json"]) == 0
    assert only_json(capsys.readouterr().out)["counts"]["trials"] == 3
    before = copy.read_bytes()
    assert main(["backup", str(copy), "--db", str(clinic.path)]) == 1
    assert copy.read_bytes() == before


def test_a_restored_backup_takes_the_place_and_the_old_one_is_kept(
    clinic: Clinic, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    other = make_clinic(tmp_path / "other" / "clinic.db", "Sam Okafor")
    backup = tmp_path / "backup.db"
    assert main(["backup", str(backup), "--db", str(other.path)]) == 0
    capsys.readouterr()
    assert main(["restore", str(backup), "--db", str(clinic.path), "--json"]) == 0
    told = only_json(capsys.readouterr().out)
    kept = Path(told["kept"])
    assert told["kept_files"] == []
    assert names(clinic.path) == ["Sam Okafor"]
    assert names(kept) == ["Alex Morgan"]
    assert kept.parent == clinic.path.parent


def test_own_files_that_a_restored_backup_replaced_are_named(
    clinic: Clinic, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    own = clinic.path.with_name("clinic") / "ratios.yaml"
    own.parent.mkdir()
    own.write_text("version: 1\nratios: {}\n")
    backup = tmp_path / "backup.db"
    assert main(["backup", str(backup), "--db", str(clinic.path)]) == 0
    assert "1 clinic files" in capsys.readouterr().out
    own.write_text("version: 1\n\nratios: {}\n")
    assert main(["restore", str(backup), "--db", str(clinic.path)]) == 0
    said = capsys.readouterr().out
    [kept] = own.parent.glob("ratios.yaml.before-*")
    assert str(kept) in said
    assert own.read_text() == "version: 1\nratios: {}\n"


@pytest.fixture
def capture(clinic: Clinic) -> Path:
    """A capture of 1.2 s that its program never finished."""
    store = Store(clinic.path)
    header = replace(
        builders.header(LEFT, RIGHT),
        id=uuid7(),
        session_id=clinic.session.id,
        person_id=clinic.person_id,
    )
    curve = builders.nordic_curve([(300, 250)], (LEFT, RIGHT))
    writer = JournalWriter.create(store.captures, header)
    writer.append(ForceBlock(np.arange(1200, dtype=np.int64) * 1000, curve.force[:1200], 0))
    writer.sync()
    writer.close()
    return writer.path


def test_what_waits_to_be_recovered_is_listed_and_left(
    clinic: Clinic, capture: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["recover", "--list", "--db", str(clinic.path), "--json"]) == 0
    (found,) = only_json(capsys.readouterr().out)["captures"]
    assert found["samples"] == 1200
    assert capture.exists()


def test_a_recovered_trial_is_stored_and_its_capture_removed(
    clinic: Clinic, capture: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["recover", "--db", str(clinic.path), "--json"]) == 0
    (trial,) = only_json(capsys.readouterr().out)["recovered"]
    assert trial["state"] == "recovered"
    assert trial["samples"] == 1200
    assert not capture.exists()
    assert main(["recover", "--db", str(clinic.path)]) == 0
    assert "Nothing was waiting" in capsys.readouterr().out


def test_a_capture_that_cannot_be_read_is_told_and_kept(
    clinic: Clinic, capture: Path, capsys: pytest.CaptureFixture[str]
):
    capture.write_bytes(b"\x00" * 100)
    assert main(["recover", "--db", str(clinic.path), "--json"]) == 1
    said = capsys.readouterr()
    assert only_json(said.out)["unreadable"] == [str(capture)]
    assert "it is kept" in said.err
    assert capture.exists()


def test_a_treatment_that_was_running_is_listed_and_stored(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
):
    journal = TreatmentJournal.create(
        clinic.path.parent / "captures", started_treatment(clinic.session)
    )
    journal.beat(42.0)
    journal.close()
    assert main(["recover", "--list", "--db", str(clinic.path), "--json"]) == 0
    (listed,) = only_json(capsys.readouterr().out)["treatments"]
    assert (listed["modality"], listed["duration_s"]) == ("tens", 42.0)
    assert main(["recover", "--db", str(clinic.path), "--json"]) == 0
    (stored,) = only_json(capsys.readouterr().out)["treatments"]
    assert (stored["id"], stored["actual_s"]) == (listed["treatment"], 42.0)
    assert not journal.path.exists()

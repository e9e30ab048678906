from __future__ import annotations

import random
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from data.backup import verify
from data.errors import DamagedRecordError, NotADatabaseError, StoreError
from data.records import Session, Trial
from data.store import Store
from tests.data import samples

BLOCK = samples.recording(25.0, rate_hz=400)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def session(store: Store) -> Session:
    return samples.visit(store)


@pytest.fixture
def trial(store: Store, session: Session) -> Trial:
    store.treatments.save(samples.treatment(session))
    header = samples.header(session)
    return store.trials.save(samples.trial(header, [BLOCK]), samples.messages(BLOCK))


def test_a_sound_database_is_called_so(store: Store, trial: Trial):
    report = store.verify()
    assert report.is_sound
    assert report.counts == {
        "people": 1,
        "sessions": 1,
        "trials": 1,
        "treatments": 1,
        "items": 0,
        "curve_blocks": 3,
    }


def test_a_backup_is_one_file_that_opens_as_a_store(store: Store, trial: Trial, tmp_path: Path):
    folder = tmp_path / "stick"
    folder.mkdir()
    report = store.backup(folder / "monday.db")
    assert report.is_sound
    assert report.path == folder / "monday.db"
    assert [path.name for path in folder.iterdir()] == ["monday.db"]
    copy = Store(folder / "monday.db")
    assert copy.trials.get(trial.id) == trial
    assert (
        copy.trials.curve(trial.id).force.tobytes() == store.trials.curve(trial.id).force.tobytes()
    )
    copy.close()


def test_a_backup_never_overwrites(store: Store, trial: Trial, tmp_path: Path):
    target = tmp_path / "monday.db"
    target.write_bytes(b"something dear")
    with pytest.raises(StoreError, match="exists already"):
        store.backup(target)
    assert target.read_bytes() == b"something dear"


def test_a_backup_where_nothing_can_be_written_is_told(store: Store, trial: Trial, tmp_path: Path):
    with pytest.raises(StoreError, match="could not be used"):
        store.backup(tmp_path / "no" / "such" / "folder.db")


def test_a_damaged_database_gives_no_backup(store: Store, trial: Trial, tmp_path: Path):
    with samples.altered(store) as connection:
        connection.execute("UPDATE curve_blocks SET data = zeroblob(9) WHERE number = 2")
    with pytest.raises(DamagedRecordError, match="not sound") as damage:
        store.backup(tmp_path / "monday.db")
    assert damage.value.ids == (f"{trial.id} block 2",)
    assert not (tmp_path / "monday.db").exists()


def test_a_backup_during_writing_is_of_one_moment(store: Store, session: Session, tmp_path: Path):
    done = threading.Event()

    def write() -> None:
        other = Store(store.path)
        while not done.is_set():
            header = samples.header(session)
            part = samples.recording(0.1)
            other.trials.save(samples.trial(header, [part]), [part])
        other.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            report = store.backup(tmp_path / f"{number}.db")
            assert report.is_sound
            assert report.counts["curve_blocks"] == report.counts["trials"]
    finally:
        done.set()
        writer.join()


def test_every_flipped_bit_of_a_curve_is_noticed(store: Store, trial: Trial, tmp_path: Path):
    # SQLite's own check does not look into what a cell holds: only our hash does.
    copy = tmp_path / "copy.db"
    store.backup(copy)
    whole = copy.read_bytes()
    with closing(sqlite3.connect(copy)) as connection:
        blobs = [data for (data,) in connection.execute("SELECT data FROM curve_blocks")]
    pages = [whole.find(blob[400:500]) - 400 for blob in blobs]
    assert all(page > 0 for page in pages)
    source = random.Random(7)
    for at in [page + source.randrange(-20, 1500) for page in pages for _ in range(20)]:
        flipped = bytearray(whole)
        flipped[at] ^= 1 << source.randrange(8)
        copy.write_bytes(flipped)
        assert not verify(copy).is_sound


@pytest.mark.nightly
def test_no_flipped_bit_in_ten_thousand_changes_a_curve_unnoticed(
    store: Store, trial: Trial, tmp_path: Path
):
    copy = tmp_path / "copy.db"
    store.backup(copy)
    whole = copy.read_bytes()
    wanted = store.trials.curve(trial.id).force.tobytes()
    source = random.Random(8)
    for _ in range(10_000):
        flipped = bytearray(whole)
        flipped[source.randrange(len(whole))] ^= 1 << source.randrange(8)
        damaged = tmp_path / "damaged.db"
        damaged.write_bytes(flipped)
        try:
            sound = verify(damaged).is_sound
        except StoreError:
            continue
        if sound:
            found = Store(damaged)
            with suppress(StoreError):
                assert found.trials.curve(trial.id).force.tobytes() == wanted
            found.close()
        for path in tmp_path.glob("damaged.db*"):
            path.unlink()


def test_damage_is_named_by_trial_and_block(store: Store, trial: Trial):
    with samples.altered(store) as connection:
        connection.execute("UPDATE curve_blocks SET sha256 = zeroblob(32) WHERE number = 0")
        connection.execute("UPDATE curve_blocks SET codec = 'x' WHERE number = 1")
        connection.execute("UPDATE curve_blocks SET samples = 7 WHERE number = 2")
    assert store.verify().damaged == (
        *(f"{trial.id} block {number}" for number in range(3)),
        str(trial.id),
    )


def test_lost_blocks_and_lost_people_are_noticed(store: Store, trial: Trial):
    with samples.altered(store) as connection:
        connection.execute("DELETE FROM curve_blocks WHERE number = 1")
        connection.execute("DELETE FROM people")
    report = store.verify()
    assert report.damaged == (str(trial.id),)
    assert any("sessions" in problem and "people" in problem for problem in report.problems)


def test_a_torn_database_is_reported_not_raised(store: Store, trial: Trial, tmp_path: Path):
    store.close()
    torn = tmp_path / "torn.db"
    torn.write_bytes(store.path.read_bytes()[:-8192])
    report = verify(torn)
    assert report.problems
    assert not report.is_sound


def test_verifying_changes_nothing(store: Store, trial: Trial, tmp_path: Path):
    store.backup(tmp_path / "monday.db")
    shutil.copy(tmp_path / "monday.db", tmp_path / "same.db")
    verify(tmp_path / "monday.db")
    assert (tmp_path / "monday.db").read_bytes() == (tmp_path / "same.db").read_bytes()


def test_what_is_no_database_cannot_be_verified(tmp_path: Path):
    with pytest.raises(StoreError, match="no database at"):
        verify(tmp_path / "gone.db")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(NotADatabaseError):
        verify(tmp_path / "notes.txt")

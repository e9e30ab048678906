from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from data.backup import verify
from data.content_hash import trial_hashes
from data.errors import DamagedRecordError
from data.records import Session, Trial
from data.store import Store
from devices.types import Gap
from tests.data import samples

BLOCK = samples.recording(1.0, rate_hz=200)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def session(store: Store) -> Session:
    return samples.visit(store)


def saved(store: Store, session: Session) -> Trial:
    gap = Gap(995_000, 1_100_000, 21, "link lost")
    trial = samples.trial(samples.header(session), [BLOCK], [gap])
    return store.trials.save(trial, [BLOCK])


CHANGES = (
    "UPDATE trials SET note = note || '.' WHERE id = ?",
    "UPDATE trials SET lost = 0 WHERE id = ?",
    "UPDATE trials SET is_virtual = 0 WHERE id = ?",
    "UPDATE trials SET details = replace(details, '61.5', '81.5') WHERE id = ?",
    "UPDATE trials SET analysis = replace(analysis, '300.0', '301.0') WHERE id = ?",
    "UPDATE trials SET details = 'x' WHERE id = ?",
    "UPDATE trials SET details = x'7bff7d' WHERE id = ?",
    "UPDATE trials SET started_at = 'yesterday' WHERE id = ?",
    "UPDATE trials SET sha256 = NULL WHERE id = ?",
    "UPDATE trial_channels SET calibration = replace(calibration, '0.0125', '0.0126')"
    " WHERE trial_id = ?",
    "UPDATE reps SET metrics = replace(metrics, '300.0', '400.0') WHERE trial_id = ?",
    "UPDATE reps SET rejected = NULL WHERE trial_id = ?",
    "DELETE FROM reps WHERE place = 1 AND trial_id = ?",
    "DELETE FROM gaps WHERE trial_id = ?",
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_number_is_named_and_hides_no_other_trial(
    store: Store, session: Session, change: str
):
    damaged, sound = saved(store, session), saved(store, session)
    with samples.altered(store) as connection:
        assert connection.execute(change, (damaged.id.hex,)).rowcount
    report = store.verify()
    assert report.damaged == (str(damaged.id),)
    with pytest.raises(DamagedRecordError) as told:
        store.trials.get(damaged.id)
    assert told.value.ids == (str(damaged.id),)
    for found in (
        store.trials.of_session(session.id),
        store.trials.of_person(session.person_id),
    ):
        assert found == [sound]
        assert found.damaged == (str(damaged.id),)
    assert store.trials.get(sound.id) == sound
    assert store.trials.of_set(sound.header.set_id).damaged == ()


def test_an_id_that_is_damaged_is_told_too(store: Store, session: Session):
    saved(store, session)
    with samples.altered(store) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("UPDATE trials SET id = 'nonsense'")
    assert store.trials.of_session(session.id).damaged == ("'nonsense'",)
    assert "'nonsense'" in store.verify().damaged


def test_the_hash_is_of_the_rows_as_they_stand_in_the_file(store: Store, session: Session):
    trial = saved(store, session)
    store.close()
    with closing(sqlite3.connect(store.path)) as connection:
        (kept,) = connection.execute("SELECT sha256 FROM trials").fetchone()
        tables = ("trials", "trial_channels", "reps", "gaps")
        rows = [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
        content = [[list(row[1:]) for row in of_table] for of_table in rows]
        (of_trial,) = content[0]
        assert of_trial.pop() == kept  # the hash itself is no part of it
        wanted = hashlib.sha256()
        for number, of_table in enumerate(content):
            wanted.update(json.dumps([number, of_table]).encode())
        assert kept == wanted.digest()
        query = connection.execute
        assert trial_hashes(query, [trial.id.hex]) == {trial.id.hex: kept}


def test_every_flipped_bit_of_the_numbers_is_noticed(
    store: Store, session: Session, tmp_path: Path
):
    saved(store, session)
    copy = tmp_path / "copy.db"
    store.backup(copy)
    whole = copy.read_bytes()
    with closing(sqlite3.connect(copy)) as connection:
        (analysis,) = connection.execute("SELECT analysis FROM trials").fetchone()
        (metrics,) = connection.execute("SELECT metrics FROM reps").fetchone()
    source = random.Random(5)
    for text in (analysis[:300], metrics[:60]):
        start = whole.find(text.encode())
        assert start > 0
        for _ in range(40):
            flipped = bytearray(whole)
            flipped[start + source.randrange(len(text))] ^= 1 << source.randrange(8)
            copy.write_bytes(flipped)
            assert not verify(copy).is_sound

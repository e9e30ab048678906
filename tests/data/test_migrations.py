from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.database import SCHEMA, found_schema
from data.restore import restore
from data.store import Store
from tests.data import samples
from tests.databases.make import GAP, RECORDING, REPLACED

DATABASES = Path(__file__).parents[1] / "databases"
ROOT = DATABASES.parents[1]


def test_every_schema_has_a_database_of_its_time():
    versions = (ROOT / "data" / "migrations" / "versions").glob("*.py")
    numbers = sorted(path.name.split("_")[0] for path in versions)
    assert sorted(path.stem for path in DATABASES.glob("*.db")) == [f"v{n}" for n in numbers]


@pytest.mark.parametrize("old", sorted(DATABASES.glob("v*.db")), ids=lambda path: path.stem)
def test_every_database_ever_released_opens(old: Path, tmp_path: Path):
    path = tmp_path / "x.db"
    shutil.copy(old, path)
    store = Store(path)
    (session,) = store.sessions.recent(10)
    person = store.people.get(session.person_id)
    assert person == replace(samples.person(), id=person.id)
    (trial,) = store.trials.of_session(session.id)
    assert trial.analysis == samples.analysis()
    assert trial.header.channels == samples.header().channels
    blocks, gaps = store.trials.blocks(trial.id)
    assert gaps == (GAP,)
    assert [len(block.t_us) for block in blocks] == [1000, 200]  # ten seconds at most
    force = np.concatenate([block.force for block in blocks])
    assert np.array_equal(force, RECORDING.force)
    (treatment,) = store.treatments.of_session(session.id)
    assert treatment.changes == samples.treatment(session).changes
    if old.stem >= "v0002":
        (episode,) = store.episodes.of_person(person.id)
        assert episode == replace(samples.episode(session.person_id), id=episode.id)
    if old.stem >= "v0003":
        (earlier,) = store.trials.history(trial.id)
        assert earlier.analysis == samples.analysis()
        assert (earlier.by, earlier.note) == (REPLACED.by, REPLACED.why)
    assert store.verify().is_sound
    store.close()
    assert found_schema(path) == SCHEMA


@pytest.mark.parametrize("old", sorted(DATABASES.glob("v*.db")), ids=lambda path: path.stem)
def test_a_backup_of_every_schema_can_be_restored(old: Path, tmp_path: Path):
    path = tmp_path / "x.db"
    assert restore(old, path).report.is_sound
    store = Store(path)
    assert len(store.sessions.recent(10)) == 1
    store.close()


@pytest.mark.parametrize("old", sorted(DATABASES.glob("v*.db")), ids=lambda path: path.stem)
def test_a_migrated_trial_is_watched_from_then_on(old: Path, tmp_path: Path):
    path = tmp_path / "x.db"
    shutil.copy(old, path)
    store = Store(path)
    store.open()
    with samples.altered(store) as connection:
        connection.execute("UPDATE reps SET peak_s = peak_s + 1")
    assert len(store.verify().damaged) == 1
    store.close()

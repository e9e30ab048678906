from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from data.errors import DamagedRecordError
from data.history import Replacement
from data.records import Trial
from data.store import Store
from tests.data import samples

BLOCK = samples.recording(1.0)
FIRST = Replacement(samples.BEGIN, "A. Physio", "bounds moved", "0.2.0")
SECOND = Replacement(samples.BEGIN + timedelta(days=1), "B. Physio", "new version", "0.3.0")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def trial(store: Store) -> Trial:
    session = samples.visit(store)
    return store.trials.save(samples.trial(samples.header(session), [BLOCK]), [BLOCK])


def test_every_analysis_that_was_replaced_is_kept_in_full(store: Store, trial: Trial):
    second = replace(trial.analysis, reps=trial.analysis.reps[:1], rate_hz=999.0)
    third = replace(trial.analysis, reps=())
    store.trials.replace_analysis(trial.id, second, "second note", FIRST)
    store.trials.replace_analysis(trial.id, third, "third note", SECOND)
    older, newer = store.trials.history(trial.id)
    assert (older.analysis, older.trial_note) == (trial.analysis, "felt good")
    assert (newer.analysis, newer.trial_note) == (second, "second note")
    assert [(each.by, each.note, each.at) for each in (older, newer)] == [
        (given.by, given.why, given.at) for given in (FIRST, SECOND)
    ]
    # The recording was made with 0.1.0: see the sample.
    assert (older.made_with, older.replaced_with) == ("0.1.0", "0.2.0")
    assert (newer.made_with, newer.replaced_with) == ("0.2.0", "0.3.0")
    assert older.person_id == trial.header.person_id
    assert store.trials.get(trial.id).analysis == third


def test_a_trial_that_nobody_touched_has_no_history(store: Store, trial: Trial):
    assert store.trials.history(trial.id) == []


def test_damaged_numbers_are_not_replaced_but_kept_for_the_backup(store: Store, trial: Trial):
    with samples.altered(store) as connection:
        connection.execute("UPDATE reps SET peak_s = 99")
    with pytest.raises(DamagedRecordError):
        store.trials.replace_analysis(trial.id, trial.analysis, "", FIRST)
    assert store.trials.history(trial.id) == []

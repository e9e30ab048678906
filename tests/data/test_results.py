"""The squad's question gives the same results as reading every trial whole."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from uuid import UUID

import pytest

from app.editing import reject_rep
from data.clinical.catalogue import tests as strength_tests
from data.clinical.series import Reading
from data.readings import readings
from data.sides import Side
from data.store import Store
from tests.ui.clinic import Clinic, furnish

NORDIC, HOLD = "nordic.bil", "ham.iso9020"


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return furnish(tmp_path_factory.mktemp("results") / "myograph.db")


def read_whole(store: Store, person: UUID, test_id: str, metric: str) -> list[Reading]:
    sets: dict[UUID, list[Reading]] = {}
    trials = store.trials.of_person(person, test_id)
    for set_id in dict.fromkeys(trial.header.set_id for trial in trials):
        run = [trial for trial in trials if trial.header.set_id == set_id]
        sets[set_id] = readings(run, strength_tests()[test_id], metric)
    return [each for found in sets.values() for each in found]


def by_day(found: list[Reading]) -> list[Reading]:
    return sorted(found, key=lambda each: (each.on, str(each.key.side)))


@pytest.mark.parametrize("test_id", [NORDIC, HOLD])
@pytest.mark.parametrize("metric", ["peak_n", "per_kg_n_kg"])
def test_the_short_way_gives_the_readings_of_the_long_way(
    clinic: Clinic, test_id: str, metric: str
) -> None:
    store = Store(clinic.path)
    found = store.results.of_test(strength_tests()[test_id], (metric,))
    assert list(found) == [clinic.athlete]
    assert by_day([each.reading for each in found[clinic.athlete]]) == by_day(
        read_whole(store, clinic.athlete, test_id, metric)
    )
    assert all(each.is_virtual and each.is_injured for each in found[clinic.athlete])
    store.close()


def test_only_those_who_are_asked_for_and_no_rejected_repetition(clinic: Clinic) -> None:
    store = Store(clinic.path)
    test = strength_tests()[HOLD]
    assert store.results.of_test(test, people=[clinic.newcomer]) == {}
    trial = next(
        each
        for each in store.trials.of_person(clinic.athlete, HOLD)
        if each.header.channels[0].side is Side.LEFT
    )
    before = store.results.of_test(test)[clinic.athlete]
    reject_rep(store, trial.id, 1, "slipped")
    after = store.results.of_test(test)[clinic.athlete]
    reject_rep(store, trial.id, 1, None)
    left = [
        next(e.reading for e in found if e.reading.key.side is Side.LEFT)
        for found in (before, after)
    ]
    # The second hold of the left limb is 3 % under the first: 262 N, 254 N.
    assert left[0].value - left[1].value == pytest.approx(8, abs=2)
    assert [each.reps for each in left] == [3, 2]
    store.close()


def test_a_number_that_json_does_not_know_is_no_result(clinic: Clinic, tmp_path: Path) -> None:
    copy = tmp_path / "myograph.db"
    copy.write_bytes(clinic.path.read_bytes())
    connection = sqlite3.connect(copy)
    for rowid, text in connection.execute("SELECT rowid, metrics FROM reps").fetchall():
        metrics = json.loads(text)
        metrics["peak_n"]["value"] = {"float": "nan"}
        connection.execute(
            "UPDATE reps SET metrics = ? WHERE rowid = ?", (json.dumps(metrics), rowid)
        )
    connection.commit()
    connection.close()
    store = Store(copy)
    assert store.results.of_test(strength_tests()[NORDIC]) == {}
    store.close()


def test_the_test_that_was_done_last_is_known(clinic: Clinic, tmp_path: Path) -> None:
    store = Store(clinic.path)
    assert store.results.latest_test() == HOLD
    store.close()
    empty = Store(tmp_path / "new.db")
    assert empty.results.latest_test() is None
    empty.close()


def test_virtual_results_and_injured_people_say_nothing_of_the_clinics_error(
    clinic: Clinic,
) -> None:
    store = Store(clinic.path)
    assert store.results.retests(strength_tests()[NORDIC], "peak_n") == {}
    store.close()

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.episodes import keep_episode
from app.reading import read_history
from app.run_setup import RunSetup, last_setups, setup_for
from data.clinical.gravity import GravityMethod
from data.clinical.tests import Stabilisation
from data.episodes import Episode
from data.ids import uuid7
from data.records import Trial, TrialHeader
from data.sides import Side
from data.store import Store
from tests.ui.clinic import NOW, Clinic, furnish


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return furnish(tmp_path_factory.mktemp("setup") / "myograph.db")


@pytest.fixture
def store(clinic: Clinic, tmp_path: Path) -> Store:
    (tmp_path / "myograph.db").write_bytes(clinic.path.read_bytes())
    return Store(tmp_path / "myograph.db")


def again(store: Store, clinic: Clinic) -> tuple[Trial, Trial]:
    """The isometric test of both limbs once more, an hour later, each limb set up its own way."""
    old = store.trials.of_set(clinic.hamstring)
    set_id, later = uuid7(), timedelta(hours=1)
    made: list[Trial] = []
    for trial in old:
        side = trial.header.channels[0].side
        is_left = side is Side.LEFT
        header: TrialHeader = replace(
            trial.header,
            id=uuid7(),
            set_id=set_id,
            started_at=trial.header.started_at + later,
            posture="strap on 3",
            lever_m=0.41 if is_left else 0.40,
            gravity_n=31.5 if is_left else 30.0,
            gravity=GravityMethod.MEASURED,
            stabilisation=Stabilisation.WALL,
        )
        blocks, _ = store.trials.blocks(trial.id)
        made.append(store.trials.save(replace(trial, header=header), blocks))
    return made[0], made[1]


def test_the_last_run_of_a_test_says_how_the_next_is_set_up(store: Store, clinic: Clinic) -> None:
    again(store, clinic)
    found = last_setups(read_history(store, clinic.athlete).runs)
    assert next(iter(found)) == "ham.iso9020"
    setup = found["ham.iso9020"]
    assert setup.posture == "strap on 3"
    assert setup.stabilisation is Stabilisation.WALL
    assert (setup.lever_m(Side.LEFT), setup.lever_m(Side.RIGHT)) == (0.41, 0.40)
    assert (setup.weight_n(Side.LEFT), setup.weight_n(Side.RIGHT)) == (31.5, 30.0)
    assert setup_for(store, clinic.athlete, "ham.iso9020") == setup
    assert setup_for(store, clinic.athlete, "grip") == RunSetup()


def test_one_lever_counts_for_the_other_limb_and_for_both_at_once() -> None:
    setup = RunSetup(levers={Side.RIGHT: 0.38}, weights={Side.RIGHT: 12.0})
    assert setup.lever_m(Side.LEFT) == setup.lever_m(None) == 0.38
    assert setup.weight_n(Side.LEFT) is None  # nobody said how it was had
    measured = replace(setup, gravity=GravityMethod.MEASURED)
    assert measured.weight_n(None) == 12.0


def test_an_injury_of_both_sides_makes_neither_limb_a_reference(
    store: Store, clinic: Clinic
) -> None:
    assert not setup_for(store, clinic.athlete, "grip").both_injured
    episode = Episode(
        id=uuid7(),
        at=NOW,
        person_id=clinic.athlete,
        injured_on=NOW.date(),
        structure="adductors",
        sides=(Side.LEFT, Side.RIGHT),
    )
    keep_episode(store, episode)
    assert setup_for(store, clinic.athlete, "grip").both_injured


def test_a_lever_of_one_line_stays_that_of_each_limb_where_it_is_the_same() -> None:
    setup = RunSetup(levers={Side.LEFT: 0.41, Side.RIGHT: 0.40})
    assert setup.with_line(0.41, "a").levers == setup.levers
    assert setup.with_line(0.5, "a").levers == {Side.LEFT: 0.5, Side.RIGHT: 0.5}
    assert setup.with_line(None, "b") == RunSetup(posture="b")

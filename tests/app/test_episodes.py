from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.episodes import (
    change_stage,
    first_episode,
    injuries,
    keep_episode,
    keep_person,
    put_back,
    withdraw_episode,
)
from app.widgets.episode_line import passed_stages
from data.episodes import Episode, StageChange
from data.ids import uuid7
from data.records import Person, Stage
from data.sides import Side
from data.store import Store

NOW = datetime(2026, 11, 18, 9, 40, tzinfo=UTC)
TODAY = date(2026, 11, 18)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "myograph.db")


@pytest.fixture
def person(store: Store) -> Person:
    return store.people.add(Person(uuid7(), "Alex Morgan", NOW))


def episode(person: Person, *sides: Side, days: int = 30) -> Episode:
    return Episode(
        id=uuid7(),
        at=NOW,
        person_id=person.id,
        injured_on=TODAY - timedelta(days=days),
        structure="hamstring",
        sides=sides,
        stages=(StageChange(Stage.ACUTE, TODAY - timedelta(days=days), "K. Brandt"),),
    )


def test_the_open_injury_is_what_the_person_shows(store: Store, person: Person) -> None:
    keep_episode(store, episode(person, Side.RIGHT))
    shown = store.people.get(person.id)
    assert (shown.injured, shown.injury) == (Side.RIGHT, "hamstring")
    assert (shown.injured_on, shown.stage) == (TODAY - timedelta(days=30), Stage.ACUTE)


def test_a_closed_injury_is_no_longer_shown_and_an_earlier_open_one_is(
    store: Store, person: Person
) -> None:
    older = keep_episode(store, replace(episode(person, Side.LEFT, days=90), structure="calf"))
    newer = keep_episode(store, episode(person, Side.RIGHT))
    assert store.people.get(person.id).injury == "hamstring"
    keep_episode(store, replace(newer, closed_on=TODAY))
    assert store.people.get(person.id).injury == "calf"
    keep_episode(store, replace(older, closed_on=TODAY))
    assert store.people.get(person.id) == person


def test_with_both_limbs_injured_neither_is_a_reference(store: Store, person: Person) -> None:
    keep_episode(store, episode(person, Side.LEFT, Side.RIGHT))
    shown = store.people.get(person.id)
    assert shown.injured is None
    assert shown.injury == "hamstring, both sides"
    assert shown.injured_on == TODAY - timedelta(days=30)


def test_a_stage_begins_on_its_day_and_a_second_change_that_day_replaces_it(
    store: Store, person: Person
) -> None:
    keep_episode(store, episode(person, Side.RIGHT))
    change_stage(store, person.id, Stage.STRENGTHENING, TODAY, "K. Brandt")
    change_stage(store, person.id, Stage.FUNCTIONAL, TODAY, "A. Novak", "runs on grass")
    now = injuries(store, person.id).open
    assert now is not None
    assert now.stages[1:] == (StageChange(Stage.FUNCTIONAL, TODAY, "A. Novak", "runs on grass"),)
    assert store.people.get(person.id).stage is Stage.FUNCTIONAL
    change_stage(store, person.id, None, TODAY, "")
    assert store.people.get(person.id).stage is Stage.ACUTE


def test_undo_puts_back_the_person_and_the_injury(store: Store, person: Person) -> None:
    before = keep_episode(store, episode(person, Side.RIGHT))
    was = store.people.get(person.id)
    change_stage(store, person.id, Stage.PREVENTION, TODAY, "")
    put_back(store, was, before)
    assert store.people.get(person.id) == was
    assert injuries(store, person.id).open == before
    withdraw_episode(store, before, NOW)
    assert injuries(store, person.id).episodes == ()
    assert store.people.get(person.id).injured is None


def test_a_new_person_with_an_injury_and_its_day_has_an_episode(store: Store) -> None:
    hurt = Person(
        uuid7(), "Bo", NOW, injured=Side.LEFT, injury="calf", injured_on=TODAY, stage=Stage.ACUTE
    )
    keep_person(store, hurt, NOW, "K. Brandt")
    now = injuries(store, hurt.id).open
    assert now is not None
    assert (now.sides, now.structure, now.current_stage) == ((Side.LEFT,), "calf", Stage.ACUTE)
    assert store.people.get(hurt.id) == hurt
    undated = replace(hurt, id=uuid7(), injured_on=None)
    keep_person(store, undated, NOW)
    assert injuries(store, undated.id).open is None  # no day is invented


def test_days_in_a_stage_are_added_over_a_setback() -> None:
    person = Person(uuid7(), "Bo", NOW)
    days = {Stage.ACUTE: 30, Stage.STRENGTHENING: 20}
    stages = [StageChange(stage, TODAY - timedelta(days=n)) for stage, n in days.items()]
    stages += [
        StageChange(Stage.ACUTE, TODAY - timedelta(days=12)),
        StageChange(Stage.STRENGTHENING, TODAY - timedelta(days=5)),
    ]
    found = passed_stages(replace(episode(person), stages=tuple(stages)), TODAY)
    # Acute 30 to 20 and 12 to 5 days ago: 17; strengthening 20 to 12 and 5 to now: 13.
    assert (found[Stage.ACUTE].days, found[Stage.STRENGTHENING].days) == (17, 13)
    assert found[Stage.STRENGTHENING].is_now
    assert found[Stage.ACUTE].since == TODAY - timedelta(days=30)


def test_what_a_record_says_is_where_an_episode_begins() -> None:
    known = Person(uuid7(), "Bo", NOW, injured=Side.LEFT, injury="calf", stage=Stage.FUNCTIONAL)
    begun = first_episode(known, NOW, "K. Brandt")
    assert begun.stages == (StageChange(Stage.FUNCTIONAL, TODAY, "K. Brandt"),)
    assert begun.structure == "calf"

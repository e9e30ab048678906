from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import AlreadyStoredError, DamagedRecordError, RecordNotFoundError
from data.ids import uuid7
from data.records import Person
from data.store import Store
from tests.data import samples


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "x.db")


def test_a_person_comes_back_equal(store: Store):
    me = samples.person()
    assert store.people.add(me) == me
    assert store.people.get(me.id) == me


def test_a_person_of_whom_little_is_known_comes_back_equal(store: Store):
    me = store.people.add(Person(uuid7(), "N. N.", datetime.now(UTC)))
    assert store.people.get(me.id) == me


def test_times_come_back_in_utc(store: Store):
    local = datetime(2026, 7, 1, 9, 30, tzinfo=timezone(timedelta(hours=2)))
    me = store.people.add(replace(samples.person(), created_at=local))
    found = store.people.get(me.id)
    assert found == me
    assert found.created_at.tzinfo is UTC


def test_a_time_without_an_offset_is_refused(store: Store):
    naive = datetime(2026, 7, 1, 9, 30)  # noqa: DTZ001 - the point of this test
    with pytest.raises(ValueError, match="no offset from UTC"):
        store.people.add(replace(samples.person(), created_at=naive))
    assert store.people.all() == []


def test_an_update_replaces_everything(store: Store):
    me = store.people.add(samples.person())
    changed = replace(me, name="Asa O.", injured=None, stage=None, team="")
    store.people.update(changed)
    assert store.people.get(me.id) == changed
    assert store.people.find("unter") == []


def test_nobody_is_added_twice_or_updated_unknown(store: Store):
    me = store.people.add(samples.person())
    with pytest.raises(AlreadyStoredError):
        store.people.add(replace(me, name="another"))
    assert store.people.get(me.id) == me
    stranger = samples.person()
    for ask in (lambda: store.people.update(stranger), lambda: store.people.get(stranger.id)):
        with pytest.raises(RecordNotFoundError, match="no person"):
            ask()


@pytest.mark.parametrize("typed", ["asa", "ÅSA", "öberg", "oberg å", " unter  berg", "19"])
def test_people_are_found_whatever_the_case_and_accents(store: Store, typed: str):
    me = store.people.add(samples.person())
    store.people.add(samples.person("Ben Zephyr", "Senioren"))
    assert store.people.find(typed) == [me]


@pytest.mark.parametrize("typed", ["%", "_", "'; DROP TABLE people; --", "\\", "*"])
def test_signs_of_a_query_language_are_just_signs(store: Store, typed: str):
    store.people.add(samples.person())
    assert store.people.find(typed) == []
    odd = store.people.add(samples.person(f"x{typed}y"))
    assert store.people.find(typed) == [odd]
    assert store.people.get(odd.id) == odd


def test_everybody_is_listed_by_name(store: Store):
    for name in ("bob", "Émile", "Anna", "Ärzte"):
        store.people.add(samples.person(name, ""))
    assert [who.name for who in store.people.all()] == ["Anna", "Ärzte", "bob", "Émile"]
    assert len(store.people.find("", limit=3)) == 3


def test_any_text_is_kept_as_it_is(tmp_path: Path):
    store = Store(tmp_path / "x.db")

    @settings(max_examples=60, deadline=None)
    @given(st.text(), st.text())
    def comes_back(name: str, notes: str) -> None:
        me = store.people.add(replace(samples.person(name), notes=notes))
        assert store.people.get(me.id) == me

    comes_back()


def test_a_damaged_person_is_named(tmp_path: Path):
    store = Store(tmp_path / "x.db")
    me = store.people.add(samples.person())
    with samples.altered(store) as connection:
        connection.execute("UPDATE people SET stage = 'cured'")
    with pytest.raises(DamagedRecordError) as damage:
        store.people.get(me.id)
    assert damage.value.ids == (str(me.id),)

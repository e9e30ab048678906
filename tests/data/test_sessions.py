from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data.errors import RecordNotFoundError, StoreError
from data.ids import uuid7
from data.store import Store
from tests.data import samples


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "x.db")


def test_a_visit_begins_and_ends(store: Store):
    session = samples.visit(store)
    assert session.clinician == "M. Lindqvist"
    assert store.sessions.get(session.id) == session
    ended = replace(session, ended_at=samples.BEGIN + timedelta(minutes=50))
    assert store.sessions.end(session.id, samples.BEGIN + timedelta(minutes=50)) == ended
    assert store.sessions.get(session.id) == ended


def test_a_visit_that_was_ended_by_mistake_goes_on(store: Store):
    session = samples.visit(store)
    store.sessions.end(session.id, samples.BEGIN)
    assert store.sessions.reopen(session.id) == session
    assert store.sessions.get(session.id) == session


def test_a_visit_needs_its_person(store: Store):
    with pytest.raises(StoreError, match=r"Nothing was\s+changed"):
        store.sessions.open(uuid7(), samples.BEGIN, 0)
    assert store.sessions.recent(10) == []


def test_an_unknown_visit_is_told(store: Store):
    for ask in (
        lambda: store.sessions.get(uuid7()),
        lambda: store.sessions.end(uuid7(), samples.BEGIN),
        lambda: store.sessions.reopen(uuid7()),
    ):
        with pytest.raises(RecordNotFoundError, match="no session"):
            ask()


def test_the_newest_visits_come_first(store: Store):
    who = store.people.add(samples.person())
    other = store.people.add(samples.person("Ben"))
    at = [samples.BEGIN + timedelta(days=days) for days in (0, 2, 1)]
    made = [store.sessions.open(who.id, when, 60) for when in at]
    theirs = store.sessions.open(other.id, samples.BEGIN + timedelta(days=3), 60)
    assert store.sessions.of_person(who.id) == [made[1], made[2], made[0]]
    assert store.sessions.recent(2) == [theirs, made[1]]


def test_a_day_is_the_day_of_the_clinic(store: Store):
    who = store.people.add(samples.person())
    late = store.sessions.open(who.id, datetime(2026, 3, 14, 23, 30, tzinfo=UTC), 60)
    early = store.sessions.open(who.id, datetime(2026, 3, 15, 1, 0, tzinfo=UTC), -120)
    assert store.sessions.on_day(date(2026, 3, 15)) == [late]  # 00:30 there
    assert store.sessions.on_day(date(2026, 3, 14)) == [early]  # 23:00 there

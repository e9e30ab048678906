from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from data.clinical.exercises import Dosage
from data.episodes import Event, EventKind, TypedValue
from data.errors import RecordNotFoundError, StoreError
from data.ids import uuid7
from data.records import Stage
from data.rehabilitation import (
    Adherence,
    Grade,
    ManualTherapy,
    Message,
    MessageKind,
    PrescribedExercise,
    Prescription,
    RunningObservation,
    VisitNote,
)
from data.sides import Side
from data.store import Store
from tests.data import samples


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def person_id(store: Store) -> UUID:
    return store.people.add(samples.person()).id


def match(person_id: UUID, day: int, episode_id: UUID | None = None) -> Event:
    at = samples.BEGIN + timedelta(days=day)
    return Event(
        id=uuid7(), at=at, person_id=person_id, episode_id=episode_id, kind=EventKind.MATCH
    )


def test_an_item_comes_back_as_it_was_kept(store: Store, person_id: UUID):
    kept = store.episodes.save(samples.episode(person_id))
    assert store.episodes.get(kept.id) == kept
    assert store.episodes.of_person(person_id) == [kept]


def test_saving_again_replaces(store: Store, person_id: UUID):
    first = store.episodes.save(samples.episode(person_id))
    changed = store.episodes.save(replace(first, closed_on=date(2026, 6, 1)))
    assert store.episodes.all() == [changed]


def test_kinds_are_kept_apart(store: Store, person_id: UUID):
    kept = store.episodes.save(samples.episode(person_id))
    assert store.events.of_person(person_id) == []
    with pytest.raises(RecordNotFoundError, match=str(kept.id)):
        store.events.get(kept.id)


def test_items_come_in_order_of_time(store: Store, person_id: UUID):
    days = [store.events.save(match(person_id, day)).at for day in (9, 2, 5)]
    assert [event.at for event in store.events.of_person(person_id)] == sorted(days)


def test_a_withdrawn_item_can_be_brought_back(store: Store, person_id: UUID):
    kept = store.events.save(match(person_id, 1))
    store.events.withdraw(kept.id, samples.BEGIN)
    assert store.events.of_person(person_id) == []
    assert store.events.get(kept.id) == kept
    store.events.restore(kept.id)
    assert store.events.of_person(person_id) == [kept]


def test_items_are_found_by_what_they_belong_to(store: Store):
    session = samples.visit(store)
    injury = store.episodes.save(samples.episode(session.person_id))
    value = store.typed_values.save(
        TypedValue(
            id=uuid7(),
            at=samples.BEGIN,
            person_id=session.person_id,
            session_id=session.id,
            episode_id=injury.id,
            measure_id="slr",
            value=72.5,
            unit="°",
            side=Side.RIGHT,
        )
    )
    assert store.typed_values.of_session(session.id) == [value]
    assert store.typed_values.of_episode(injury.id) == [value]
    assert store.typed_values.of_session(uuid7()) == []


def test_an_item_of_nobody_known_is_refused(store: Store):
    with pytest.raises(StoreError, match="does not fit"):
        store.events.save(match(uuid7(), 1))
    assert store.events.all() == []


def test_the_day_and_stage_of_an_episode():
    injury = samples.episode(uuid7())
    assert injury.day(date(2026, 3, 11)) == 10
    assert injury.stage_on(date(2026, 2, 28)) is None
    assert injury.stage_on(date(2026, 3, 8)) is Stage.ACUTE
    assert injury.stage_on(date(2026, 3, 9)) is Stage.STRENGTHENING
    assert injury.current_stage is Stage.STRENGTHENING


def test_a_check_of_the_database_counts_items(store: Store, person_id: UUID):
    store.episodes.save(samples.episode(person_id))
    report = store.verify()
    assert report.is_sound
    assert report.counts["items"] == 1


def test_a_prescription_and_what_was_done_of_it_come_back(store: Store, person_id: UUID):
    line = PrescribedExercise(
        exercise_id="ham.nordic",
        name="Nordic",
        dosage=Dosage(sets=3, repetitions=6, load_kg=2.5, times_a_week=2),
        side=Side.LEFT,
        pain_rule="up to 3 of 10",
    )
    asked = store.prescriptions.save(
        Prescription(
            id=uuid7(),
            at=samples.BEGIN,
            person_id=person_id,
            stage=Stage.FUNCTIONAL,
            exercises=(line,),
            until=date(2026, 4, 1),
        )
    )
    done = store.adherence.save(
        Adherence(
            id=uuid7(),
            at=samples.BEGIN,
            person_id=person_id,
            prescription_id=asked.id,
            exercise_id="ham.nordic",
            sets_done=2,
            pain_next_day=1,
        )
    )
    assert store.prescriptions.of_person(person_id) == [asked]
    assert store.adherence.of_person(person_id) == [done]


def test_hands_running_letters_and_notes_come_back(store: Store):
    session = samples.visit(store)
    said: Any = {"at": samples.BEGIN, "person_id": session.person_id, "session_id": session.id}
    hands = ManualTherapy(
        id=uuid7(), technique="mobilisation", grade=Grade.III, minutes=4.0, pain_after=2, **said
    )
    run = RunningObservation(id=uuid7(), speed_km_h=14.5, seen=("even and relaxed",), **said)
    letter = Message(id=uuid7(), kind=MessageKind.REFERRAL, to="Dr B", text="please see", **said)
    note = VisitNote(id=uuid7(), note="slept badly", **said)
    store.manual_therapy.save(hands)
    store.running.save(run)
    store.messages.save(letter)
    store.notes.save(note)
    assert store.manual_therapy.of_session(session.id) == [hands]
    assert store.running.of_session(session.id) == [run]
    assert store.messages.of_session(session.id) == [letter]
    assert store.notes.of_session(session.id) == [note]

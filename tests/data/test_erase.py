from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from data.episodes import Event, EventKind
from data.errors import JournalInUseError, RecordNotFoundError, StoreError
from data.history import Replacement
from data.ids import uuid7
from data.journal import JournalWriter
from data.records import Person, TrialState
from data.store import Store
from tests.data import samples

BLOCK = samples.recording(2.0)
# None of these may be left in any byte of any file.
MARKS = ("Zyxwvut", "quetzal", "oryxlike", "ptarmigan", "wombatish", "narwhalese", "gnuish")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


def fill(store: Store, name: str, visits: int = 3) -> UUID:
    """One of everything, in several places of the file, with names that changed on the way."""
    session = samples.visit(store, f"{name} Before")
    person_id = session.person_id
    for number in range(visits):
        if number:
            session = store.sessions.open(person_id, samples.BEGIN, 60)
        header = replace(samples.header(session), posture=f"{name} quetzal")
        trial = replace(samples.trial(header, [BLOCK]), note=f"{name} oryxlike")
        store.trials.save(trial, [BLOCK])
        store.trials.replace_analysis(
            trial.id, trial.analysis, "x" * 200 * number, Replacement(samples.BEGIN, name, "why")
        )
        store.treatments.save(replace(samples.treatment(session), site=f"{name} ptarmigan"))
        injury = store.episodes.save(replace(samples.episode(person_id), note=f"{name} wombatish"))
        store.events.save(_event(person_id, injury.id, f"{name} narwhalese"))
    store.people.update(
        replace(store.people.get(person_id), name=f"{name} After", notes=f"{name} gnuish" * 50)
    )
    return person_id


def _event(person_id: UUID, episode_id: UUID, text: str) -> Event:
    return Event(
        id=uuid7(),
        at=samples.BEGIN,
        person_id=person_id,
        episode_id=episode_id,
        kind=EventKind.MATCH,
        text=text,
    )


def capture(store: Store, person_id: UUID) -> JournalWriter:
    header = replace(samples.header(), person_id=person_id, posture="quetzal")
    journal = JournalWriter.create(store.captures, header)
    journal.append(BLOCK)
    return journal


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_no_byte_of_any_file_tells_of_an_erased_person(store: Store, tmp_path: Path):
    other = fill(store, "Ben")
    who = fill(store, "Zyxwvut")
    fill(store, "Cleo")
    capture(store, who).finish(TrialState.INTERRUPTED)
    put_aside = capture(store, who)
    put_aside.close()
    put_aside.path.rename(put_aside.path.with_suffix(".fj.kept"))
    trials = [trial.id for trial in store.trials.of_person(who)]
    before = bytes_of(tmp_path).lower()
    marks = [*(mark.lower().encode() for mark in MARKS), who.hex.encode(), str(who).encode()]
    assert all(mark in before for mark in marks)
    erased = store.erase(who)
    assert erased.traces is None
    after = bytes_of(tmp_path).lower()
    mine = [b"zyxwvut", who.hex.encode(), str(who).encode(), *(t.hex.encode() for t in trials)]
    assert not [mark for mark in mine if mark in after]
    assert [path for path in store.captures.iterdir() if ".fj" in path.name] == []
    assert store.verify().is_sound
    assert len(store.trials.of_person(other)) == 3
    assert len(store.episodes.of_person(other)) == 3
    with pytest.raises(RecordNotFoundError):
        store.people.get(who)


def test_what_would_go_is_counted_first_and_nothing_changes(store: Store):
    who, other = fill(store, "Zyxwvut"), fill(store, "Ben", visits=1)
    capture(store, who).close()
    capture(store, other).close()
    beside = store.path.with_name("x.before-20260101T000000.db")
    beside.write_bytes(b"")
    found = store.holdings(who)
    assert found.records == {"sessions": 3, "trials": 3, "treatments": 3}
    assert found.items == {"episode": 3, "event": 3, "earlier analysis": 3}
    assert len(found.captures) == 1
    assert found.copies == (beside,)
    assert store.holdings(who) == found
    erased = store.erase(who)
    assert erased.holdings == found
    assert store.holdings(other).records["trials"] == 1
    assert len(store.holdings(other).captures) == 1


def test_a_person_who_is_being_recorded_is_not_erased(store: Store):
    who = fill(store, "Ben", visits=1)
    journal = capture(store, who)
    with pytest.raises(JournalInUseError, match="Nothing was erased"):
        store.erase(who)
    assert store.holdings(who).records["trials"] == 1
    journal.close()


def test_a_program_that_reads_meanwhile_leaves_traces_that_are_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("data.erase.BUSY_S", 0.1)
    who = fill(store, "Ben", visits=1)
    with closing(sqlite3.connect(store.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM people").fetchone()
        erased = store.erase(who)
        assert erased.traces is not None
        assert "Traces may remain" in erased.traces
    with pytest.raises(RecordNotFoundError):
        store.people.get(who)


def test_nobody_is_erased_by_a_wrong_id(store: Store):
    fill(store, "Ben", visits=1)
    with pytest.raises(StoreError, match="Nothing was erased"):
        store.erase(uuid7())
    assert len(store.people.all()) == 1


def test_no_page_keeps_a_copy_from_when_records_moved(tmp_path: Path):
    # Rows that grow move to other pages, and SQLite's secure_delete does not reach what they leave.
    store = Store(tmp_path / "x.db")
    source = random.Random(2)
    people: list[Person] = []
    for number in range(80):
        name, notes = f"Zyxwvut{number} {'q' * source.randrange(200)}", source.randrange(60)
        kept = replace(samples.person(name), notes=f"Zyxwvut{number} " * notes)
        people.append(store.people.add(kept))
    for _ in range(80):
        who = source.choice(people)
        longer = f"{who.name}{'x' * source.randrange(300)}"
        store.people.update(replace(who, name=longer, notes=f"{who.name} " * source.randrange(9)))
    gone = source.sample(people, 40)
    for who in gone:
        store.erase(who.id)
    left = bytes_of(tmp_path).lower()
    words = [f"{who.name.split()[0]} ".lower().encode() for who in gone]
    assert not [word for word in words if word in left]
    store.close()

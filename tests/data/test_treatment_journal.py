from __future__ import annotations

import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.errors import DamagedJournalError, JournalInUseError, RecordNotFoundError, StoreError
from data.frames import read_frames
from data.records import Session
from data.store import Store
from data.treatment_course import Course
from data.treatment_journal import (
    AWAY,
    TreatmentJournal,
    finish,
    open_treatments,
    read_treatment,
    resume,
    unreadable_treatments,
)
from data.treatment_record import MarkKind, Stretch, TreatmentMark
from data.treatment_timer import TreatmentTimer
from devices.modality import Origin, SettingChange
from tests.data import samples
from tests.data.treating import started_treatment, treat_until_killed

BEGAN = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TURN = SettingChange(20.0, 1, "amplitude_ma", 0.0, 12.0, "mA", "clinician")
NOTE = TreatmentMark(30.0, MarkKind.NOTE, "=1+1, tingles")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def session(store: Store) -> Session:
    return samples.visit(store)


def left_behind(store: Store, session: Session) -> Path:
    """0 to 100 s: turned at 20, noted at 30, paused from 40 to 60; then nothing any more."""
    journal = TreatmentJournal.create(store.captures, started_treatment(session, BEGAN))
    journal.changed(TURN)
    journal.marked(NOTE)
    journal.paused(40.0)
    journal.beat(50.0)
    journal.resumed(60.0)
    journal.beat(100.0)
    journal.close()
    return journal.path


def test_everything_comes_back(store: Store, session: Session):
    path = left_behind(store, session)
    (found,) = open_treatments(store.captures)
    assert (found.path, found.is_paused, found.is_ended) == (path, False, False)
    assert found.course == Course(
        BEGAN, 60, 100.0, (TURN,), (Stretch(40.0, 60.0),), (NOTE,), is_timed=True
    )
    assert found.draft.plain["site"] == "calf"
    assert found.course.on_s == 80.0
    assert found.lost_tail_bytes == 0


def test_a_running_treatment_is_not_offered_and_not_touched(store: Store, session: Session):
    journal = TreatmentJournal.create(store.captures, started_treatment(session))
    assert open_treatments(store.captures) == []
    with pytest.raises(JournalInUseError, match="still being written"):
        finish(store, journal.path)
    journal.close()
    assert len(open_treatments(store.captures)) == 1


def test_finished_it_is_stored_and_its_file_goes(store: Store, session: Session):
    path = left_behind(store, session)
    record = finish(store, path)
    assert store.treatments.of_session(session.id) == [record]
    assert list(store.captures.iterdir()) == []
    assert (record.actual_s, record.changes, record.marks) == (80.0, (TURN,), (NOTE,))
    # nothing for 20 s, then 12 mA: 0.2 µC of each mA, a hundred times a second, for 60 s
    assert record.dose["ch1_total_charge_c"].value == pytest.approx(0.2e-6 * 100 * 12 * 60)
    assert "ended before this treatment" in record.flags[-1]


def test_the_form_as_filled_in_since_is_what_is_stored(store: Store, session: Session):
    path = left_behind(store, session)
    draft = read_treatment(path).draft.with_value("pain_after", 2)
    assert finish(store, path, draft).pain_after == 2


def test_without_its_visit_the_file_stays(store: Store):
    stranger = replace(samples.visit(store), id=samples.uuid7())
    journal = TreatmentJournal.create(store.captures, started_treatment(stranger))
    journal.end(1.0)
    with pytest.raises(RecordNotFoundError):
        finish(store, journal.path)
    assert journal.path.exists()


def test_a_store_that_fails_keeps_the_file(store: Store, session: Session):
    path = left_behind(store, session)
    with samples.altered(store) as connection:
        connection.execute("ALTER TABLE treatments RENAME TO gone")
    with pytest.raises(StoreError):
        finish(store, path)
    assert path.exists()
    assert len(open_treatments(store.captures)) == 1


@pytest.mark.parametrize(("went_on", "on_s"), [(True, 280.0), (False, 80.0)])
def test_going_on_counts_the_time_away_or_not(
    store: Store, session: Session, went_on: bool, on_s: float
):
    path = left_behind(store, session)
    (found,) = open_treatments(store.captures)
    journal = resume(found, BEGAN + timedelta(seconds=300), went_on=went_on)
    assert not path.exists()
    journal.close()
    (again,) = open_treatments(store.captures)
    assert again.elapsed_s == 300.0
    assert again.course.on_s == on_s
    assert again.course.changes == (TURN,)
    assert again.course.marks[-1] == TreatmentMark(100.0, MarkKind.NOTE, AWAY)


def test_a_pause_goes_on_over_the_time_away(store: Store, session: Session):
    journal = TreatmentJournal.create(store.captures, started_treatment(session, BEGAN))
    journal.paused(40.0)
    journal.close()
    (found,) = open_treatments(store.captures)
    assert found.is_paused
    resumed = resume(found, BEGAN + timedelta(seconds=300), went_on=True)
    resumed.end(320.0)
    record = finish(store, resumed.path)
    assert record.pauses == (Stretch(40.0, 300.0),)
    assert record.actual_s == pytest.approx(60.0)


def test_killed_between_two_files_there_is_one_treatment(store: Store, session: Session):
    path = left_behind(store, session)
    kept = path.read_bytes()
    (found,) = open_treatments(store.captures)
    resume(found, BEGAN + timedelta(seconds=300), went_on=True).close()
    path.write_bytes(kept)  # as if the earlier file had not been removed yet
    (again,) = open_treatments(store.captures)
    assert again.elapsed_s == 300.0
    finish(store, again.path)
    assert list(store.captures.iterdir()) == []


def test_a_torn_end_loses_only_itself(store: Store, session: Session):
    path = left_behind(store, session)
    _, ends = read_frames(path)
    path.write_bytes(path.read_bytes()[: ends[-1] - 3])
    found = read_treatment(path)
    assert found.elapsed_s == 60.0
    assert found.lost_tail_bytes > 0


def test_a_damaged_beginning_is_kept_and_told(store: Store, session: Session):
    path = left_behind(store, session)
    path.write_bytes(path.read_bytes()[:12])
    assert open_treatments(store.captures) == []
    assert unreadable_treatments(store.captures) == [path]
    with pytest.raises(DamagedJournalError, match="whose treatment"):
        read_treatment(path)


def test_what_a_unit_told_is_kept_as_told(store: Store, session: Session):
    told = replace(samples.treatment(session), values={})
    journal = TreatmentJournal.create(store.captures, started_treatment(session, BEGAN))
    journal.told(replace(told, actual_s=1.0), 1.0)
    journal.told(told, 2.0)
    journal.close()
    typed = read_treatment(journal.path).draft.with_value("pain_after", 1)
    typed = typed.with_value("amplitude_ma", 99.0)
    record = finish(store, journal.path, typed)
    assert (record.actual_s, record.settings, record.source) == (1180.5, told.settings, Origin.READ)
    assert (record.site, record.pain_after) == ("calf", 1)
    assert "amplitude_ma" not in record.values
    assert AWAY in record.flags


@pytest.mark.skipif(sys.platform != "linux", reason="another call flushes there")
def test_each_event_is_on_the_disk_itself_before_the_next(
    store: Store, session: Session, monkeypatch: pytest.MonkeyPatch
):
    flushed: list[int] = []
    flush = os.fdatasync

    def counted(fd: int) -> None:
        flush(fd)
        flushed.append(fd)

    monkeypatch.setattr(os, "fdatasync", counted)
    journal = TreatmentJournal.create(store.captures, started_treatment(session, BEGAN))
    steps = (
        lambda: journal.changed(TURN),
        lambda: journal.marked(NOTE),
        lambda: journal.paused(40.0),
        lambda: journal.resumed(41.0),
        lambda: journal.beat(42.0),
        lambda: journal.end(43.0),
    )
    for step in steps:
        before = len(flushed)
        step()
        assert len(flushed) == before + 1


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_timer_writes_what_it_shows(store: Store, session: Session):
    clock = Clock()
    timer = TreatmentTimer.start(store.captures, started_treatment(session), clock)
    clock.now += 61.0
    assert (timer.checks_due, timer.next_check_s) == (1, 239.0)
    timer.mark(MarkKind.CHECK, "skin as before")
    assert timer.checks_due == 0
    timer.turn("amplitude_ma", 18.0)
    timer.pause()
    timer.pause()
    clock.now += 9.0
    assert timer.is_paused
    assert (timer.elapsed_s, timer.on_s) == (70.0, 61.0)
    timer.resume()
    timer.mark(MarkKind.PAIN, pain=3)
    clock.now += 10.0
    timer.turn("amplitude_ma", 15.0)
    shown = timer.course
    timer.end()
    clock.now += 100.0
    assert timer.elapsed_s == 80.0
    assert timer.path is not None
    found = read_treatment(timer.path)
    assert (found.course, found.is_ended) == (shown, True)
    assert [(c.at_s, c.old, c.new) for c in shown.changes] == [
        (61.0, 0.0, 18.0),
        (80.0, 18.0, 15.0),
    ]
    assert found.draft.plain["pain_during"] == 3
    assert finish(store, timer.path).actual_s == 71.0


def test_a_timer_goes_on_where_it_was(store: Store, session: Session):
    left_behind(store, session)
    (found,) = open_treatments(store.captures)
    journal = resume(found, BEGAN + timedelta(seconds=150), went_on=False)
    clock = Clock()
    timer = TreatmentTimer.go_on(read_treatment(journal.path).started, journal, clock)
    clock.now += 10.0
    assert (timer.elapsed_s, timer.on_s) == (160.0, 90.0)
    assert timer.now("amplitude_ma") == 12.0
    timer.close()
    assert read_treatment(journal.path).is_ended is False


def test_a_timer_without_a_file_goes_on_and_says_so(store: Store, session: Session, tmp_path: Path):
    (tmp_path / "captures").write_text("not a folder")
    timer = TreatmentTimer.start(tmp_path / "captures", started_treatment(session))
    timer.turn("amplitude_ma", 5.0)
    timer.end()
    assert "no recording was started" in str(timer.problem)
    assert timer.course.changes[0].new == 5.0


def test_the_clock_is_written_each_second_though_nothing_happens(store: Store, session: Session):
    timer = TreatmentTimer.start(store.captures, started_treatment(session))
    time.sleep(1.3)
    assert timer.path is not None
    assert read_treatment(timer.path).elapsed_s > 0.3
    timer.close()


def _killed(folder: Path, rounds: int, seed: int) -> None:
    source = random.Random(seed)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.data.treating", "data.treatments"])
    for _ in range(rounds):
        said = folder / "said"
        said.write_text("")
        child = processes.Process(target=treat_until_killed, args=(folder, source.randrange(9999)))
        child.start()
        while not said.read_text():
            assert child.is_alive()
            time.sleep(0.01)
        time.sleep(source.uniform(0.2, 2.5))
        killed_at = time.monotonic()
        child.kill()
        child.join()
        _judge(folder, said.read_text(), killed_at)


def _judge(folder: Path, said: str, killed_at: float) -> None:
    """What was done more than a second before is there; so is the time, to a second."""
    lines = [line.split() for line in said.splitlines() if line.count(" ") == 2]
    began_at = float(lines[0][0])
    store = Store(folder / "x.db")
    (found,) = open_treatments(store.captures)
    assert killed_at - began_at - 1.0 < found.elapsed_s <= killed_at - began_at + 0.5
    course = found.course
    kept = {float(change.new or 0) for change in course.changes}
    kept |= {float(mark.text) for mark in course.marks}
    # a pause has no number: those between are told by their count
    numbers = [int(number) for at, _, number in lines[1:] if float(at) < killed_at - 1.0]
    assert len(numbers) <= len(kept) + len(course.pauses)
    assert max(kept, default=0) >= max(numbers, default=0) - len(course.pauses)
    record = finish(store, found.path)
    assert store.treatments.get(record.id) == record
    assert store.verify().is_sound
    assert not [path for path in store.captures.iterdir() if path.stat().st_size]
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no forkserver there")
def test_a_killed_program_loses_less_than_a_second_of_a_treatment(tmp_path: Path):
    _killed(tmp_path, rounds=4, seed=20261122)


@pytest.mark.nightly
@pytest.mark.skipif(sys.platform == "win32", reason="no forkserver there")
def test_two_hundred_kills_lose_less_than_a_second_each(tmp_path: Path):
    _killed(tmp_path, rounds=200, seed=time.time_ns())

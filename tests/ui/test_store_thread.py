from __future__ import annotations

import threading
import time
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from app.store_thread import StoreThread, open_store
from app.workflow import Notice, Weight
from data.ids import uuid7
from data.records import Person
from data.store import Store
from tests.ui.stage import run_events, wait_until


@pytest.fixture
def store(qapp: QApplication, tmp_path: Path) -> Generator[StoreThread]:
    thread = StoreThread(lambda: open_store(tmp_path / "myograph.db"))
    thread.start()
    yield thread
    thread.stop()


def test_work_runs_in_one_other_thread_and_answers_in_the_qt_thread(store: StoreThread) -> None:
    owner = QObject()
    worked: list[threading.Thread] = []
    answered: list[threading.Thread] = []

    def work(_store: Store) -> None:
        worked.append(threading.current_thread())

    for _ in range(3):
        store.ask(owner, work, lambda _: answered.append(threading.current_thread()))
    wait_until(lambda: len(answered) == 3)
    assert len(set(worked)) == 1
    assert worked[0] is not threading.main_thread()
    assert set(answered) == {threading.main_thread()}


def test_a_slow_store_does_not_hold_up_the_screen(store: StoreThread) -> None:
    owner = QObject()
    done: list[bool] = []
    store.ask(owner, lambda _: time.sleep(0.3), lambda _: done.append(True))
    began = time.monotonic()
    run_events(0.02)
    assert time.monotonic() - began < 0.2
    assert not done
    wait_until(lambda: bool(done))


def test_written_records_are_called_changed_by_their_ids(store: StoreThread) -> None:
    person = Person(uuid7(), "Alex Morgan", datetime(2026, 1, 2, tzinfo=UTC))
    heard: list[frozenset[UUID]] = []
    store.changed.connect(heard.append)
    store.submit(lambda s: s.people.add(person), touches=(person.id,))
    wait_until(lambda: bool(heard))
    assert heard == [frozenset({person.id})]
    future = store.submit(lambda s: s.people.get(person.id))
    wait_until(future.done)
    assert future.result() == person


def test_an_answer_for_a_widget_that_is_gone_is_dropped(store: StoreThread) -> None:
    answers: list[object] = []
    owner = QObject()
    store.ask(owner, lambda _: time.sleep(0.05), answers.append)
    shiboken6.delete(owner)
    run_events(0.2)
    assert answers == []


def test_of_the_questions_in_a_slot_only_the_newest_is_answered(store: StoreThread) -> None:
    owner = QObject()
    answers: list[str] = []
    for text in ("a", "al", "ale"):
        store.ask(owner, lambda _, text=text: text, answers.append, slot="find")
    store.ask(owner, lambda _: "other", answers.append, slot="elsewhere")
    wait_until(lambda: "other" in answers)
    run_events(0.05)
    assert answers == ["ale", "other"]


def test_a_failure_reaches_whoever_asked(store: StoreThread) -> None:
    owner = QObject()
    errors: list[Exception] = []
    store.ask(owner, lambda s: s.people.get(uuid7()), lambda _: None, failed=errors.append)
    wait_until(lambda: bool(errors))
    assert "Nothing was changed" in str(errors[0])


def test_a_failure_that_nobody_handles_becomes_three_sentences(store: StoreThread) -> None:
    owner = QObject()
    heard: list[Notice] = []
    store.trouble.connect(heard.append)

    def fail(_store: Store) -> None:
        raise ValueError("the cable is too short")

    store.ask(owner, fail, lambda _: None)
    wait_until(lambda: bool(heard))
    notice = heard[0]
    assert notice.weight is Weight.ATTENTION
    assert "the cable is too short" in notice.what
    assert notice.safe == "What was stored before is unchanged."
    assert notice.todo


def test_the_thread_goes_on_after_a_failure(store: StoreThread) -> None:
    first = store.submit(lambda _: 1 / 0)
    second = store.submit(lambda _: "well")
    wait_until(second.done)
    assert isinstance(first.exception(), ZeroDivisionError)
    assert second.result() == "well"


def test_a_store_that_cannot_be_opened_says_why_and_can_be_tried_again(
    qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "myograph.db"
    path.write_bytes(b"this is no database, it is a letter" * 100)
    store = StoreThread(lambda: open_store(path))
    heard: list[Notice] = []
    store.failed.connect(heard.append)
    store.start()
    wait_until(lambda: bool(heard))
    notice = heard[0]
    assert notice.weight is Weight.STOP
    assert path.read_bytes().startswith(b"this is no database")
    waiting = store.submit(lambda s: s.people.all())
    path.unlink()
    store.start()
    wait_until(waiting.done)
    assert waiting.result() == []
    store.stop()


def test_stopping_finishes_the_work_that_waits(tmp_path: Path, qapp: QApplication) -> None:
    store = StoreThread(lambda: open_store(tmp_path / "myograph.db"))
    store.start()
    futures = [store.submit(lambda _, n=n: n) for n in range(50)]
    store.stop()
    assert [future.result(0) for future in futures] == list(range(50))

"""A whole test in the real window: keys pressed, a virtual board on a real port, the real store."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.navigation import PageId, StartTest
from app.run_setup import RunSetup
from app.settings import SettingsFile
from app.test_session import TestSession
from app.window import DemoOptions, Window
from app.workflow import Step
from data.clinical.gravity import GravityMethod
from data.clinical.tests import Stabilisation
from data.ids import uuid7
from data.records import Person, Session, TrialState
from data.sides import Side
from data.store import Store
from devices.types import LinkState
from tests.ui.stage import run_events

T = TypeVar("T")


def until(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        run_events(0.01)


def ask(window: Window, work: Callable[[Store], T]) -> T:
    future: Future[T] = window.store.submit(work)
    until(future.done)
    return future.result()


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path) -> Generator[Window]:
    options = DemoOptions(seed=3, speed=3.0, rest_s=1.0)
    shown = Window(tmp_path / "myograph.db", SettingsFile(tmp_path / "settings.json"), options)
    shown.frame.show()
    yield shown
    shown.frame.close()
    shown.close()
    run_events(0.05)


@pytest.fixture
def run(window: Window) -> TestSession:
    """A Nordic test, begun and ready."""

    def is_streaming() -> bool:
        pool = window.workplace.pool if window.workplace else None
        return pool is not None and any(
            s.device.state is LinkState.STREAMING for s in pool.stations.values()
        )

    until(is_streaming)

    def visit(store: Store) -> tuple[Person, Session]:
        now = datetime.now(UTC)
        athlete = store.people.add(Person(uuid7(), "Athlete", now, body_mass_kg=78.0))
        return athlete, store.sessions.open(athlete.id, now, 0)

    athlete, session = ask(window, visit)
    window.desk.set_person(athlete)
    setup = RunSetup(
        posture="ankles strapped",
        stabilisation=Stabilisation.RIGID_FRAME,
        levers={Side.LEFT: 0.42},
        gravity=GravityMethod.MEASURED,
        weights={Side.LEFT: 3.0},
        both_injured=True,
    )
    window.desk.start_test.emit(StartTest(athlete, session, "nordic.bil", setup))
    workplace = window.workplace
    assert workplace is not None
    session_of_test = workplace.run
    assert session_of_test is not None
    until(lambda: session_of_test.view.step is Step.READY)
    return session_of_test


def press(window: Window, key: Qt.Key) -> None:
    QTest.keyClick(window.frame.page, key)
    run_events(0.02)


@pytest.mark.timeout(120)
def test_space_three_pulls_and_enter_are_a_stored_test(window: Window, run: TestSession) -> None:
    route = window.frame.route
    assert route is not None
    assert route.page is PageId.LIVE
    press(window, Qt.Key.Key_Space)
    assert run.view.step is Step.COUNTDOWN
    until(lambda: run.view.step is Step.RESULT)
    view = run.view
    assert view.is_saved
    assert [row.number for row in view.reps] == [1, 2, 3]
    (trial,) = ask(window, lambda store: store.trials.of_session(run.request.session_id))
    assert trial.state is TrialState.COMPLETE
    assert trial.lost == 0
    assert trial.header.is_virtual
    header = trial.header
    assert (header.lever_m, header.gravity_n) == (0.42, 3.0)
    assert header.gravity is GravityMethod.MEASURED
    assert header.stabilisation is Stabilisation.RIGID_FRAME
    assert header.both_injured
    assert header.posture == "ankles strapped"
    # The virtual athlete's script: left near 352 N, right near 309 N, within 3 SD of 6 N and 9 N
    # less for each repetition.
    best = {limb.side: limb.best_n for limb in view.result.limbs} if view.result else {}
    assert best[Side.LEFT] == pytest.approx(352.0, abs=25.0)
    assert best[Side.RIGHT] == pytest.approx(309.0, abs=25.0)

    press(window, Qt.Key.Key_X)  # the last repetition is struck through, also in the store
    until(lambda: stored_rejections(window, run) == {3})
    press(window, Qt.Key.Key_X)
    until(lambda: stored_rejections(window, run) == set())

    press(window, Qt.Key.Key_Return)
    assert window.workplace is not None
    assert window.workplace.run is None
    assert list((window.workplace.captures).glob("*.fj")) == []


def stored_rejections(window: Window, run: TestSession) -> set[int]:
    trials = ask(window, lambda store: store.trials.of_session(run.request.session_id))
    return {rep.number for trial in trials for rep in trial.analysis.reps if rep.rejected}


@pytest.mark.timeout(120)
def test_escape_in_the_middle_of_a_trial_keeps_it(window: Window, run: TestSession) -> None:
    press(window, Qt.Key.Key_Space)
    until(lambda: run.view.rep_started_s is not None)
    press(window, Qt.Key.Key_Escape)
    assert window.workplace is not None
    workplace = window.workplace
    until(lambda: workplace.run is None)
    (trial,) = ask(window, lambda store: store.trials.of_session(run.request.session_id))
    assert trial.samples > 1000

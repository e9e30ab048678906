"""A whole test with two sensors as left and right: the real window, real ports, the real store."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.navigation import PageId, Route, StartTest
from app.pages.review import ReviewPage
from app.settings import SettingsFile
from app.window import DemoOptions, Window
from app.workflow import Step
from data.ids import uuid7
from data.records import Person, Session
from data.sides import Side
from data.store import Store
from tests.ui.reading import says
from tests.ui.stage import run_events
from tests.ui.test_guided_session import ask, press, until


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path) -> Generator[Window]:
    options = DemoOptions(seed=3, speed=3.0, rest_s=1.0, sensors=True)
    shown = Window(tmp_path / "myograph.db", SettingsFile(tmp_path / "settings.json"), options)
    shown.frame.show()
    yield shown
    shown.frame.close()
    shown.close()
    run_events(0.05)


@pytest.mark.timeout(120)
def test_two_sensors_give_both_limbs_repetition_by_repetition(window: Window) -> None:
    def visit(store: Store) -> tuple[Person, Session]:
        now = datetime.now(UTC)
        athlete = store.people.add(Person(uuid7(), "Athlete", now, body_mass_kg=78.0))
        return athlete, store.sessions.open(athlete.id, now, 0)

    until(lambda: window.workplace is not None and window.workplace.pool is not None)
    workplace = window.workplace
    assert workplace is not None
    athlete, session = ask(window, visit)
    window.desk.start_test.emit(StartTest(athlete, session, "nordic.bil"))
    run = workplace.run
    assert run is not None
    until(lambda: run.view.step is Step.READY)
    assert [status.position for status in run.statuses] == ["left", "right"]
    assert run.sides == (Side.LEFT, Side.RIGHT)
    press(window, Qt.Key.Key_Space)
    until(lambda: run.view.step is Step.RESULT)
    view = run.view
    assert all(row.left_n and row.right_n for row in view.reps)
    trials = ask(window, lambda store: store.trials.of_session(session.id))
    assert len(trials) == 2
    assert all(trial.header.is_virtual and trial.header.alignment for trial in trials)
    # The script's peaks, as for the board: within 3 SD of 6 N and 9 N less for each repetition.
    best = {limb.side: limb.best_n for limb in view.result.limbs} if view.result else {}
    assert best[Side.LEFT] == pytest.approx(352.0, abs=25.0)
    assert best[Side.RIGHT] == pytest.approx(309.0, abs=25.0)

    press(window, Qt.Key.Key_X)  # struck through in both trials, found by time

    def rejected() -> list[set[int]]:
        stored = ask(window, lambda store: store.trials.of_session(session.id))
        return [{rep.number for rep in t.analysis.reps if rep.rejected} for t in stored]

    until(lambda: rejected() == [{3}, {3}])
    press(window, Qt.Key.Key_Return)
    window.frame.go(Route(PageId.REVIEW, trials[0].header.set_id))
    page = window.frame.page
    assert isinstance(page, ReviewPage)
    until(lambda: says(page, "times aligned to within"))

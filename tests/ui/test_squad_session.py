"""A test morning in the real window: a virtual board on a real port, N from athlete to athlete."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.navigation import PageId
from app.pages.squad import SquadPage
from app.settings import SettingsFile
from app.test_session import TestSession
from app.window import DemoOptions, Window
from app.workflow import Step
from data.ids import uuid7
from data.records import Person
from data.store import Store
from devices.types import LinkState
from tests.ui.stage import run_events
from tests.ui.test_guided_session import ask, until

NAMES = ("Ada", "Bea", "Cleo")


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path) -> Generator[Window]:
    options = DemoOptions(seed=3, speed=4.0, rest_s=1.0)
    shown = Window(tmp_path / "myograph.db", SettingsFile(tmp_path / "settings.json"), options)
    shown.frame.show()
    yield shown
    shown.frame.close()
    shown.close()
    run_events(0.05)


def press(window: Window, key: Qt.Key) -> None:
    target = QApplication.focusWidget() or window.frame.page
    QTest.keyClick(target, key)
    run_events(0.02)


def current_run(window: Window, name: str) -> TestSession:
    """The run of this athlete, ready to start."""

    def is_ready() -> bool:
        run = window.workplace.run if window.workplace else None
        return run is not None and run.request.person.name == name and run.view.step is Step.READY

    until(is_ready, 60.0)
    assert window.workplace is not None
    assert window.workplace.run is not None
    return window.workplace.run


@pytest.mark.timeout(240)
def test_after_a_saved_test_n_begins_the_next_and_enter_shows_who_is_next(window: Window) -> None:
    def is_streaming() -> bool:
        pool = window.workplace.pool if window.workplace else None
        return pool is not None and any(
            s.device.state is LinkState.STREAMING for s in pool.stations.values()
        )

    def team(store: Store) -> None:
        for name in NAMES:
            store.people.add(Person(uuid7(), name, datetime.now(UTC), team="A", body_mass_kg=70.0))

    until(is_streaming)
    ask(window, team)
    QTest.keyClick(window.frame, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    page = window.frame.page
    assert isinstance(page, SquadPage)
    until(lambda: page.squad is not None and len(page.squad.members) == 3)
    assert page.squad is not None
    assert page.squad.test.id == "nordic.bil"
    press(window, Qt.Key.Key_Return)
    first = current_run(window, "Ada")
    press(window, Qt.Key.Key_Space)
    until(lambda: first.view.step is Step.RESULT and first.view.is_saved, 60.0)

    press(window, Qt.Key.Key_N)
    second = current_run(window, "Bea")
    assert window.frame.route is not None
    assert window.frame.route.page is PageId.LIVE
    press(window, Qt.Key.Key_Space)
    until(lambda: second.view.step is Step.RESULT and second.view.is_saved, 60.0)

    press(window, Qt.Key.Key_Return)
    until(lambda: page.squad is not None and page.squad.done == 2)
    assert window.frame.route is not None
    assert window.frame.route.page is PageId.SQUAD
    until(lambda: page.queue.member is not None and page.queue.member.person.name == "Cleo")
    people = ask(window, lambda store: [p.name for p in store.people.all() if p.team == "A"])
    assert people == list(NAMES)

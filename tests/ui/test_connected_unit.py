"""A connected unit's treatment in the real window: followed, on disk, kept by two keys."""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.navigation import PageId, Route
from app.pages.treatment import TreatmentPage
from app.settings import SettingsFile
from app.window import DemoOptions, Window
from data.ids import uuid7
from data.records import Person, Session
from data.store import Store
from data.treatment_journal import read_treatment
from devices.modality import Modality, Origin
from tests.ui.reading import says
from tests.ui.stage import run_events
from tests.ui.test_guided_session import ask, until


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path) -> Generator[Window]:
    options = DemoOptions(seed=3, speed=6.0, rest_s=1.0)
    shown = Window(tmp_path / "myograph.db", SettingsFile(tmp_path / "settings.json"), options)
    shown.frame.show()
    yield shown
    shown.frame.close()
    shown.close()
    run_events(0.05)


@pytest.mark.timeout(120)
def test_a_connected_treatment_is_on_disk_while_it_runs_and_kept_with_what_was_answered(
    window: Window, tmp_path: Path
) -> None:
    def visit(store: Store) -> tuple[Person, Session]:
        now = datetime.now(UTC)
        athlete = store.people.add(Person(uuid7(), "Athlete", now))
        return athlete, store.sessions.open(athlete.id, now, 0)

    until(lambda: window.workplace is not None and window.workplace.pool is not None)
    _, session = ask(window, visit)
    until(lambda: window.desk.treatment is not None and window.desk.treatment.elapsed_s > 2.0)
    window.frame.go(Route(PageId.VISIT, session.id))
    window.frame.go(Route(PageId.TREATMENT, session.id))
    page = window.frame.page
    assert isinstance(page, TreatmentPage)
    until(lambda: says(page, "From "))
    run_events(0.3)  # the visit is read
    QTest.keyClick(page.start.search, Qt.Key.Key_Return)  # the unit is the first of the list
    until(lambda: says(page, "It cannot start, change or stop the unit"))
    captures = tmp_path / "captures"
    until(lambda: bool(list(captures.glob("*.tj"))))
    (path,) = captures.glob("*.tj")
    until(lambda: read_treatment(path).told is not None)
    told = read_treatment(path).told
    assert told is not None
    assert (told.session_id, told.modality, told.is_virtual) == (session.id, Modality.TENS, True)
    page.form.edited.emit("site", "posterior thigh")
    run_events(0.1)
    for _ in range(2):  # what is not answered is named once, and may stay open
        page.head.save.click()
        run_events(0.2)
    until(lambda: bool(ask(window, lambda s: s.treatments.of_session(session.id))))
    (kept,) = ask(window, lambda s: s.treatments.of_session(session.id))
    assert kept.source is Origin.READ
    assert kept.site == "posterior thigh"
    assert kept.settings
    until(lambda: not list(captures.glob("*.tj")))

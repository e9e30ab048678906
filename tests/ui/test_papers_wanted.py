from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.visit import VisitPage
from app.workplace import Workplace
from data.ids import uuid7
from data.rehabilitation import Message, MessageKind, Prescription
from tests.app.test_papers import plan
from tests.ui.clinic import NOW, Clinic
from tests.ui.reading import press, says, stored
from tests.ui.stage import settle, wait_until

CTRL = Qt.KeyboardModifier.ControlModifier


def letter(window: MainWindow, clinic: Clinic) -> Message:
    made = Message(
        id=uuid7(),
        at=NOW,
        person_id=clinic.athlete,
        session_id=clinic.visit,
        kind=MessageKind.REFERRAL,
        to="Dr. Steiner",
        text="Please have a look.",
    )
    return stored(window, lambda store: store.messages.save(made))


def exercises(window: MainWindow, clinic: Clinic) -> Prescription:
    made = replace(plan(), id=uuid7(), at=NOW, person_id=clinic.athlete, session_id=clinic.visit)
    return stored(window, lambda store: store.prescriptions.save(made))


def visit(window: MainWindow, clinic: Clinic, chosen: UUID) -> VisitPage:
    window.go(Route(PageId.VISIT, clinic.visit))
    settle(window)
    page = window.page
    assert isinstance(page, VisitPage)
    page.timeline.set_current(chosen)
    page.timeline.setFocus()
    settle(window)
    return page


def asked(window: MainWindow) -> list[object]:
    wanted: list[object] = []
    window.desk.report_wanted.connect(wanted.append)
    window.desk.hand_out_wanted.connect(wanted.append)
    return wanted


def test_a_chosen_letter_is_printed_by_the_key(window: MainWindow, clinic: Clinic) -> None:
    written, wanted = letter(window, clinic), asked(window)
    page = visit(window, clinic, written.id)
    assert page.item.print.isVisible()
    assert (page.item.print.key, page.report.key) == ("Ctrl+P", "")
    press(window, Qt.Key.Key_P, CTRL)
    assert wanted == [written.id]


def test_a_letter_is_printed_as_it_stands_in_the_form(window: MainWindow, clinic: Clinic) -> None:
    written, wanted = letter(window, clinic), asked(window)
    page = visit(window, clinic, written.id)
    assert page.item.form is not None
    page.item.form.asked["to"].set_value("Dr. Novak")
    page.item.print.click()
    settle(window)
    assert wanted == [written.id]
    assert stored(window, lambda store: store.messages.get(written.id)).to == "Dr. Novak"


def test_a_note_has_no_paper_of_its_own(window: MainWindow, clinic: Clinic) -> None:
    page, wanted = visit(window, clinic, clinic.nordic), asked(window)
    press(window, Qt.Key.Key_N)
    assert not page.item.print.isVisible()
    assert page.report.key == "Ctrl+P"
    press(window, Qt.Key.Key_P, CTRL)
    assert wanted == [clinic.visit]


def test_a_chosen_treatment_is_printed_by_the_key(window: MainWindow, clinic: Clinic) -> None:
    (treatment,) = stored(window, lambda store: store.treatments.of_session(clinic.visit))
    wanted = asked(window)
    visit(window, clinic, treatment.id)
    press(window, Qt.Key.Key_P, CTRL)
    assert wanted == [treatment.id]


def test_chosen_exercises_are_printed_by_the_key(window: MainWindow, clinic: Clinic) -> None:
    given, wanted = exercises(window, clinic), asked(window)
    visit(window, clinic, given.id)
    press(window, Qt.Key.Key_P, CTRL)
    assert wanted == [given.id]


def test_an_athletes_progress_is_printed_by_the_key(window: MainWindow, clinic: Clinic) -> None:
    wanted = asked(window)
    window.go(Route(PageId.PERSON, clinic.athlete))
    settle(window)
    press(window, Qt.Key.Key_P, CTRL)
    assert wanted == [clinic.athlete]


def test_a_paper_is_written_without_a_name_in_its_path_and_opened(
    window: MainWindow, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    given = exercises(window, clinic)
    workplace = Workplace(window, clinic.path, None)
    workplace.start()
    try:
        window.desk.hand_out_wanted.emit(given.id)
        wait_until(lambda: bool(opened))
    finally:
        workplace.close()
    path = clinic.path.parent / "reports" / f"{given.id}.pdf"
    assert opened[0].toLocalFile() == str(path)
    assert path.read_bytes().startswith(b"%PDF-")
    assert says(window, "The PDF is written.")
    assert Path(path).name == f"{given.id}.pdf"

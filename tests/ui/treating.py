"""What a person does on the page of a treatment, for the tests of its parts."""

from __future__ import annotations

from uuid import UUID

from PySide6.QtCore import Qt

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.treatment import TreatmentPage
from data.records import Treatment
from devices.modality import Modality
from tests.ui.clinic import Clinic
from tests.ui.reading import press, stored, write
from tests.ui.stage import settle

CTRL = Qt.KeyboardModifier.ControlModifier


def open_page(window: MainWindow, clinic: Clinic) -> TreatmentPage:
    window.go(Route(PageId.VISIT, clinic.visit))
    settle(window)
    press(window, Qt.Key.Key_E)
    shown = window.page
    assert isinstance(shown, TreatmentPage)
    return shown


def begin(window: MainWindow, page: TreatmentPage, words: str) -> None:
    page.start.search.setFocus()
    write(window, words)
    press(window, Qt.Key.Key_Return)


def set_values(window: MainWindow, page: TreatmentPage, **values: object) -> None:
    for key, value in values.items():
        page.form.edited.emit(key, value)
    settle(window)


def ultrasound(window: MainWindow, page: TreatmentPage) -> None:
    """The reference's case T1: 1.0 W/cm² SATP, 1:4, ERA 5 cm², 300 s, 10 cm²."""
    begin(window, page, "Therapeutic ultrasound")
    set_values(window, page, output="pulsed", duty_percent=20.0, intensity_w_cm2=1.0)
    set_values(window, page, era_cm2=5.0, planned_min=5.0, area_cm2=10.0, intensity_is="satp")


def answer_all(window: MainWindow, page: TreatmentPage) -> int:
    """Take the first answer of every question; how many keys that took."""
    keys = 0
    page.questions.take_focus()
    while (question := page.questions.question) is not None:
        if question.options:
            key = question.options[0][0]
            press(window, Qt.Key(ord(key)))
            keys += 1
        else:
            text = "5" if question.is_number else "x"
            write(window, text)
            press(window, Qt.Key.Key_Return)
            keys += 2
        assert keys < 100
    return keys


def screen(window: MainWindow) -> int:
    """Look at the list, and say no to everything in it; how many keys that took."""
    press(window, Qt.Key.Key_S)
    press(window, Qt.Key.Key_S)
    return 2


def new_visit(window: MainWindow, clinic: Clinic) -> UUID:
    now = window.desk.now()
    return stored(window, lambda s: s.sessions.open(clinic.newcomer, now, 60)).id


def of_visit(window: MainWindow, clinic: Clinic) -> list[Treatment]:
    return stored(window, lambda s: s.treatments.of_session(clinic.visit))


def tens_of(window: MainWindow, clinic: Clinic) -> list[Treatment]:
    given = [t for t in of_visit(window, clinic) if t.modality is Modality.TENS]
    return sorted(given, key=lambda treatment: treatment.id)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.exercises import ExercisesPage
from app.pages.visit import VisitPage
from app.prescribing import dosage_words
from data.clinical.exercises import Dosage
from data.rehabilitation import Grade
from data.sides import Side
from data.store import Store
from tests.ui.clinic import Clinic
from tests.ui.reading import press, says, stored, write
from tests.ui.stage import settle

CTRL = Qt.KeyboardModifier.ControlModifier


def visit(window: MainWindow, clinic: Clinic) -> VisitPage:
    window.go(Route(PageId.VISIT, clinic.visit))
    settle(window)
    page = window.page
    assert isinstance(page, VisitPage)
    return page


def of_visit(window: MainWindow, clinic: Clinic, shelf: Callable[[Store], Any]) -> list[Any]:
    return stored(window, lambda store: shelf(store).of_session(clinic.visit))


def test_manual_therapy_is_written_with_the_keyboard(window: MainWindow, clinic: Clinic) -> None:
    page = visit(window, clinic)
    press(window, Qt.Key.Key_M)
    write(window, "soft tissue")
    press(window, Qt.Key.Key_Tab)
    write(window, "hamstring, middle")
    assert page.item.form is not None
    page.item.form.asked["side"].set_value(Side.LEFT)
    page.item.form.asked["grade"].set_value(Grade.III)
    page.item.form.asked["minutes"].set_value(6)
    page.item.form.asked["pain_before"].set_value(4)
    page.item.form.asked["pain_after"].set_value(2)
    press(window, Qt.Key.Key_Return, CTRL)
    (kept,) = of_visit(window, clinic, lambda store: store.manual_therapy)
    assert (kept.technique, kept.region) == ("soft tissue", "hamstring, middle")
    assert (kept.side, kept.grade, kept.minutes) == (Side.LEFT, Grade.III, 6.0)
    assert kept.by == stored(window, lambda s: s.sessions.get(clinic.visit)).clinician
    assert says(page, "soft tissue")
    assert says(page, "left, hamstring, middle, grade III, 6 min, pain 4 → 2")


def test_what_is_missing_or_out_of_range_is_said_and_nothing_is_stored(
    window: MainWindow, clinic: Clinic
) -> None:
    page = visit(window, clinic)
    press(window, Qt.Key.Key_M)
    assert page.item.form is not None
    page.item.form.asked["pain_before"].field.control.setText("12")  # type: ignore[attr-defined]
    press(window, Qt.Key.Key_Return)
    assert says(page, "Needed")
    assert says(page, "Between 0 and 10 of 10")
    assert of_visit(window, clinic, lambda store: store.manual_therapy) == []


def test_a_begun_item_stays_while_another_is_looked_at(window: MainWindow, clinic: Clinic) -> None:
    page = visit(window, clinic)
    press(window, Qt.Key.Key_N)
    write(window, "slept badly")
    page.timeline.set_current(clinic.nordic)
    settle(window)
    page.timeline.setFocus()
    press(window, Qt.Key.Key_N)
    press(window, Qt.Key.Key_Return, CTRL)
    (kept,) = of_visit(window, clinic, lambda store: store.notes)
    assert kept.note == "slept badly"


def test_a_removed_item_comes_back_with_undo(window: MainWindow, clinic: Clinic) -> None:
    page = visit(window, clinic)
    press(window, Qt.Key.Key_N)
    write(window, "called the coach")
    press(window, Qt.Key.Key_Return, CTRL)
    (kept,) = of_visit(window, clinic, lambda store: store.notes)
    page.timeline.set_current(kept.id)
    settle(window)
    page.item.remove.click()
    settle(window)
    assert of_visit(window, clinic, lambda store: store.notes) == []
    press(window, Qt.Key.Key_Z, CTRL)
    assert of_visit(window, clinic, lambda store: store.notes) == [kept]


def test_a_hop_is_typed_in_for_both_limbs(window: MainWindow, clinic: Clinic) -> None:
    page = visit(window, clinic)
    press(window, Qt.Key.Key_F)
    write(window, "triple hop")
    press(window, Qt.Key.Key_Return)
    write(window, "512")
    press(window, Qt.Key.Key_Tab)
    write(window, "547,5")
    press(window, Qt.Key.Key_Return)
    values = of_visit(window, clinic, lambda store: store.typed_values)
    assert {(v.measure_id, v.side, v.value, v.unit) for v in values} == {
        ("hop.triple", Side.LEFT, 512.0, "cm"),
        ("hop.triple", Side.RIGHT, 547.5, "cm"),
    }
    assert says(page, "left 512 cm")


def test_exercises_are_planned_with_the_keyboard(window: MainWindow, clinic: Clinic) -> None:
    visit(window, clinic)
    press(window, Qt.Key.Key_X)
    page = window.page
    assert isinstance(page, ExercisesPage)
    write(window, "slider")
    press(window, Qt.Key.Key_Return)
    write(window, "4")  # sets: the text that came with the library is replaced
    press(window, Qt.Key.Key_Return, CTRL)
    (plan,) = of_visit(window, clinic, lambda store: store.prescriptions)
    (line,) = plan.exercises
    assert (line.exercise_id, line.dosage.sets) == ("ham.slider", 4)
    assert line.progression
    shown = window.page
    assert isinstance(shown, VisitPage)
    assert says(shown, "1 exercise")


def test_the_plan_of_a_visit_is_changed_and_not_doubled(window: MainWindow, clinic: Clinic) -> None:
    visit(window, clinic)
    for name in ("slider", "hinge"):
        press(window, Qt.Key.Key_X)
        write(window, name)
        press(window, Qt.Key.Key_Return)
        press(window, Qt.Key.Key_Return, CTRL)
    (plan,) = of_visit(window, clinic, lambda store: store.prescriptions)
    assert len(plan.exercises) == 2


def test_how_it_went_is_asked_at_the_next_visit(window: MainWindow, clinic: Clinic) -> None:
    visit(window, clinic)
    press(window, Qt.Key.Key_X)
    write(window, "slider")
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Return, CTRL)
    person = stored(window, lambda s: s.sessions.get(clinic.visit)).person_id
    later = stored(window, lambda s: s.sessions.open(person, window.desk.now(), 60))
    window.go(Route(PageId.EXERCISES, later.id))
    settle(window)
    page = window.page
    assert isinstance(page, ExercisesPage)
    assert says(page, "How did it go?")
    sets, pain, next_day = page.report.rows["ham.slider"]
    sets.set_value(2)
    pain.set_value(3)
    next_day.set_value(1)
    page.report.save.click()
    settle(window)
    assert says(page, "Since then: 2 sets done, pain 3 of 10, next day 1 of 10")
    (report,) = stored(window, lambda s: s.adherence.of_session(later.id))
    assert (report.sets_done, report.pain_during, report.pain_next_day) == (2, 3, 1)


@pytest.mark.parametrize(
    ("dosage", "words"),
    [
        (Dosage(sets=3, repetitions=6, load_kg=2.5, times_a_week=2), "3 × 6, 2.5 kg, 2 × a week"),
        (Dosage(sets=4, hold_s=30, rest_s=60), "4 × 30 s, rest 60 s"),
        (Dosage(sets=3, repetitions=5, hold_s=10), "3 × 5, hold 10 s"),
        (Dosage(sets=6, distance_m=60, effort_percent=80), "6 × 60 m, 80 % effort"),
        (Dosage(), ""),
    ],
)
def test_a_dosage_reads_as_people_write_it(dosage: Dosage, words: str) -> None:
    assert dosage_words(dosage) == words

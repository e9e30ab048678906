from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.care_column import CareColumn
from app.pages.treatment import TreatmentPage
from app.widgets.controls import Button
from data.treatment_journal import open_treatments
from data.treatment_record import MarkKind
from data.treatment_timer import TreatmentTimer
from devices.modality import Modality
from tests.ui.clinic import Clinic
from tests.ui.reading import press, says, stored
from tests.ui.stage import open_window, run_events, settle
from tests.ui.treating import (
    CTRL,
    answer_all,
    begin,
    new_visit,
    of_visit,
    open_page,
    screen,
    set_values,
    ultrasound,
)


class HandClock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock(window: MainWindow) -> HandClock:
    """The clock that timers go by."""
    window.desk.running.clock = clock = HandClock()
    return clock


def start(window: MainWindow, page: TreatmentPage) -> TreatmentTimer:
    """Ultrasound under way."""
    ultrasound(window, page)
    press(window, Qt.Key.Key_Space, CTRL)
    timer = window.desk.running.timer
    assert timer is not None
    return timer


def test_the_timer_keeps_each_change_at_its_time_and_the_record_has_them(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    timer = start(window, treatment)
    run_events(0.3)
    treatment.form.settled.emit("intensity_w_cm2", 0.5)
    press(window, Qt.Key.Key_Space, CTRL)
    assert timer.is_paused
    assert says(treatment, "Paused")
    run_events(0.2)
    press(window, Qt.Key.Key_Space, CTRL)
    treatment.timer.end.click()
    settle(window)
    answer_all(window, treatment)
    press(window, Qt.Key.Key_Return, CTRL)
    kept = of_visit(window, clinic)[-1]
    (change,) = kept.changes
    assert (change.parameter, change.old, change.new) == ("intensity_w_cm2", 1.0, 0.5)
    assert 0.25 < change.at_s < 5.0
    (pause,) = kept.pauses
    assert pause.end_s is not None
    assert pause.end_s - pause.start_s > 0.15
    assert kept.actual_s is not None
    assert kept.actual_s < timer.elapsed_s - 0.15
    assert window.desk.running.timer is None
    assert open_treatments(clinic.path.parent / "captures") == []


def test_a_turn_by_key_while_the_timer_runs_has_its_time(
    window: MainWindow, treatment: TreatmentPage, clock: HandClock
) -> None:
    timer = start(window, treatment)
    treatment.questions.take_focus()
    clock.now_s = 12.0
    press(window, Qt.Key.Key_Down)
    (change,) = timer.course.changes
    assert (change.at_s, change.old, change.new) == (12.0, 1.0, 0.9)


def test_a_setting_turned_out_of_the_usual_is_asked_about_each_time(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    begin(window, treatment, "TENS, conventional")
    set_values(window, treatment, amplitude_ma=20.0, site="hamstring", side="right")
    press(window, Qt.Key.Key_Space, CTRL)
    for value in (120.0, 130.0):
        treatment.form.settled.emit("amplitude_ma", value)
        settle(window)
        assert says(treatment, "Is it meant?"), value
        press(window, Qt.Key.Key_Return, CTRL)
        assert "outside 0 to 100 mA" in window.foot.text
        assert window.page is treatment
        treatment.form.meant.emit("amplitude_ma")
        settle(window)
        assert not says(treatment, "Is it meant?")


def test_a_check_is_asked_for_and_kept(
    window: MainWindow, treatment: TreatmentPage, clock: HandClock
) -> None:
    timer = start(window, treatment)
    clock.now_s = 61.0
    run_events(0.3)
    assert says(treatment, "Look at the skin and ask how it feels")
    treatment.setFocus()
    press(window, Qt.Key.Key_K)
    (mark,) = timer.course.marks
    assert mark.kind is MarkKind.CHECK
    assert mark.at_s == 61.0
    assert not says(treatment, "Look at the skin")


def test_a_check_that_falls_due_is_told_on_every_page(
    window: MainWindow, treatment: TreatmentPage, clock: HandClock
) -> None:
    start(window, treatment)
    window.go(Route(PageId.TODAY))
    settle(window)
    clock.now_s = 61.0
    run_events(1.2)
    assert "Therapeutic ultrasound, Alex Morgan: look at the skin" in window.foot.text
    clock.now_s = 301.0
    run_events(1.2)
    assert "the planned time is over" in window.foot.text


def test_a_check_is_told_on_the_treatment_of_another_athlete_too(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic, clock: HandClock
) -> None:
    start(window, treatment)
    window.go(Route(PageId.TREATMENT, new_visit(window, clinic)))
    settle(window)
    clock.now_s = 61.0
    run_events(1.2)
    assert "Therapeutic ultrasound, Alex Morgan: look at the skin" in window.foot.text


def test_a_timer_of_one_athlete_never_takes_what_is_typed_for_another(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    timer = start(window, treatment)
    other = new_visit(window, clinic)
    window.go(Route(PageId.TREATMENT, other))
    settle(window)
    begin(window, treatment, "TENS, conventional")
    set_values(window, treatment, amplitude_ma=20.0, site="calf", side="left")
    assert timer.draft.modality is Modality.ULTRASOUND
    assert not says(treatment, "Pause")
    press(window, Qt.Key.Key_Space, CTRL)
    assert "Therapeutic ultrasound, Alex Morgan is not over" in window.foot.text
    assert not timer.is_paused
    answer_all(window, treatment)
    screen(window)
    press(window, Qt.Key.Key_Return, CTRL)
    (kept,) = stored(window, lambda s: s.treatments.of_session(other))
    assert (kept.modality, kept.site, kept.person_id) == (Modality.TENS, "calf", clinic.newcomer)
    assert window.desk.running.timer is timer
    assert not timer.is_ended
    window.go(Route(PageId.TREATMENT, clinic.visit))
    settle(window)
    assert treatment.form.fields["area_cm2"].value == 10.0
    assert says(treatment, "Pause")


def test_what_was_running_when_the_window_closed_is_offered_at_the_next_start(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    start(window, treatment)
    run_events(0.2)
    window.desk.running.close()
    (left,) = open_treatments(clinic.path.parent / "captures")
    assert left.draft.values["intensity_w_cm2"].value == 1.0
    window.go(Route(PageId.TODAY))
    settle(window)
    assert says(window.page, "A treatment was running")
    assert says(window.page, "Alex Morgan")
    care = window.page.findChild(CareColumn)
    assert care is not None
    next(b for b in care.findChildren(Button) if b.text() == "Go on with it").click()
    settle(window)
    shown = window.page
    assert isinstance(shown, TreatmentPage)
    timer = window.desk.running.timer
    assert timer is not None
    assert timer.started.id == left.started.id
    assert shown.form.fields["intensity_w_cm2"].value == 1.0


def test_with_large_text_nothing_leaves_the_window_and_a_running_clock_is_on_top(
    qapp: QApplication, clinic: Clinic
) -> None:
    with open_window(clinic.path, text_scale=2.0) as window:
        page = open_page(window, clinic)
        ultrasound(window, page)
        area = page.findChild(QScrollArea)
        assert area is not None
        assert area.horizontalScrollBar().maximum() == 0
        press(window, Qt.Key.Key_Space, CTRL)
        assert page.timer.y() < page.questions.y()

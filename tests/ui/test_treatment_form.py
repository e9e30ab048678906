from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.treatment import TreatmentPage
from data.records import Stage
from devices.modality import Modality, Origin, UltrasoundSettings
from tests.ui.clinic import Clinic
from tests.ui.reading import press, says, write
from tests.ui.stage import settle
from tests.ui.treating import (
    CTRL,
    answer_all,
    begin,
    new_visit,
    of_visit,
    screen,
    set_values,
    tens_of,
    ultrasound,
)


def test_an_athlete_without_treatments_is_offered_presets(
    window: MainWindow, clinic: Clinic
) -> None:
    window.go(Route(PageId.TREATMENT, new_visit(window, clinic)))
    settle(window)
    assert isinstance(window.page, TreatmentPage)
    assert says(window.page, "TENS, conventional")
    assert not says(window.page, "As last time")
    assert QApplication.focusWidget() is window.page.start.search


def test_as_last_time_marks_what_is_changed(window: MainWindow, treatment: TreatmentPage) -> None:
    press(window, Qt.Key.Key_Return)
    assert treatment.form.fields["site"].value == "hamstring, proximal"
    assert treatment.form.fields["intensity_w_cm2"].value == 1.0
    assert not says(treatment, "was 1 W/cm²")
    set_values(window, treatment, intensity_w_cm2=0.8)
    assert says(treatment, "was 1 W/cm²")
    assert says(treatment.head, "1 W/cm² → 0.8 W/cm²")
    set_values(window, treatment, intensity_w_cm2=1.0)
    assert not says(treatment, "was 1 W/cm²")


def test_an_unusual_value_is_asked_about_and_an_impossible_one_refused(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    begin(window, treatment, "TENS, conventional")
    set_values(window, treatment, amplitude_ma=120.0)
    assert says(treatment, "Is it meant?")
    press(window, Qt.Key.Key_Return, CTRL)
    assert "outside 0 to 100 mA" in window.foot.text
    assert not any(t.modality is Modality.TENS for t in of_visit(window, clinic))
    treatment.form.meant.emit("amplitude_ma")
    settle(window)
    assert not says(treatment, "Is it meant?")
    field = treatment.form.fields["amplitude_ma"].field
    field.control.setFocus()
    field.control.selectAll()  # type: ignore[attr-defined]
    write(window, "250")
    assert says(treatment, "Between 0 and 200 mA")
    press(window, Qt.Key.Key_Return, CTRL)
    assert "Amplitude (peak): between 0 and 200 mA" in window.foot.text
    assert QApplication.focusWidget() is field.control
    assert not any(t.modality is Modality.TENS for t in of_visit(window, clinic))


def test_what_is_not_answered_is_said_once_and_may_stay_open(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, treatment)
    before = len(of_visit(window, clinic))
    press(window, Qt.Key.Key_Return, CTRL)
    assert "Not answered: " in window.foot.text
    assert len(of_visit(window, clinic)) == before
    press(window, Qt.Key.Key_Return, CTRL)
    saved = of_visit(window, clinic)[-1]
    assert saved.dose["energy_j"].value == pytest.approx(300.0)
    settings = saved.settings[0]
    assert isinstance(settings, UltrasoundSettings)
    assert (settings.duty, settings.intensity_w_cm2, settings.intensity_is_sata) == (
        0.2,
        1.0,
        False,
    )
    assert saved.actual_s == 300.0


def test_leaving_with_escape_loses_nothing(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, treatment)
    set_values(window, treatment, site="hamstring")
    press(window, Qt.Key.Key_Escape)
    assert window.route == Route(PageId.VISIT, clinic.visit)
    window.go(Route(PageId.TREATMENT, clinic.visit))
    settle(window)
    assert treatment.form.fields["site"].value == "hamstring"
    assert treatment.form.fields["area_cm2"].value == 10.0


def test_a_unit_past_its_day_is_told_and_stops_nothing(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, treatment)
    treatment.form.go_to("calibration_due")
    set_values(window, treatment, calibration_due=window.desk.today.isoformat())
    assert not says(treatment.form, "This day is over")
    set_values(window, treatment, calibration_due="2026-01-31")
    assert says(treatment.form, "This day is over")
    before = len(of_visit(window, clinic))
    press(window, Qt.Key.Key_Return, CTRL)
    press(window, Qt.Key.Key_Return, CTRL)
    assert len(of_visit(window, clinic)) == before + 1


def test_a_treatment_belongs_to_the_stage_of_the_injury_on_its_day(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    begin(window, treatment, "TENS, conventional")
    # the clinic's athlete: injured 37 days ago, functional since 6 Nov 2026
    assert treatment.form.fields["stage"].value == "functional"
    assert treatment.form.fields["days_since_injury"].value == 37.0
    set_values(window, treatment, amplitude_ma=20.0, site="hamstring", side="right")
    answer_all(window, treatment)
    screen(window)
    press(window, Qt.Key.Key_Return, CTRL)
    (kept,) = tens_of(window, clinic)
    assert kept.stage is Stage.FUNCTIONAL
    assert kept.episode_id is not None
    assert kept.values["days_since_injury"].origin is Origin.DERIVED

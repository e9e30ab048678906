from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.main_window import MainWindow
from app.navigation import KeepTreatment, PageId, Route
from app.pages.treatment import TreatmentPage
from app.status import TreatmentState
from app.widgets.controls import HowButton
from data.analysis.types import Side
from devices.modality import Modality, Origin, UltrasoundSettings
from tests.ui.clinic import Clinic
from tests.ui.gallery import OFF, TENS
from tests.ui.reading import press, says, stored, write
from tests.ui.stage import run_events, settle

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(window: MainWindow, clinic: Clinic) -> TreatmentPage:
    window.go(Route(PageId.VISIT, clinic.visit))
    window.go(Route(PageId.TREATMENT, clinic.visit))
    settle(window)
    shown = window.page
    assert isinstance(shown, TreatmentPage)
    return shown


def fill(window: MainWindow, page: TreatmentPage) -> None:
    """The reference's case T1: 1.0 W/cm² SATP, 1:4, ERA 5 cm², 300 s, 10 cm²."""
    form = page.form
    form.site.edit.setFocus()
    write(window, "hamstring")
    for field, text in (
        (form.duty, "20"),
        (form.intensity, "1,0"),
        (form.era, "5"),
        (form.minutes, "5"),
        (form.area, "10"),
    ):
        field.edit.setFocus()
        write(window, text)


def test_the_form_says_what_the_dose_still_needs(window: MainWindow, page: TreatmentPage) -> None:
    assert says(page, "Still needed: the intensity, the duty, the radiating area, the time.")
    fill(window, page)
    assert says(page, "Still needed: which intensity the panel shows.")


def test_the_dose_follows_every_keystroke(window: MainWindow, page: TreatmentPage) -> None:
    fill(window, page)
    page.form.average.button(False).click()
    settle(window)
    # T1: SATA 0.20 W/cm², 1.0 W, 300 J, 30 J/cm² over the area, 60 J/cm² under the head.
    for text in (
        "0.20\u00a0W/cm²",
        "1.00\u00a0W",
        "300\u00a0J",
        "30.0\u00a0J/cm²",
        "60.0\u00a0J/cm²",
    ):
        assert says(page, text)
    page.form.average.button(True).click()
    settle(window)
    # The same number read as SATA is five times the energy at 20 %.
    assert says(page, "1500\u00a0J")


def test_each_dose_shows_its_method(window: MainWindow, page: TreatmentPage) -> None:
    fill(window, page)
    page.form.average.button(False).click()
    settle(window)
    methods = [how.method for how in page.findChildren(HowButton) if how.isVisible()]
    assert "us.energy.v1(power · coupled time)" in methods
    assert all(method for method in methods)


def test_the_ratio_and_the_duty_follow_each_other(window: MainWindow, page: TreatmentPage) -> None:
    page.form.duty.edit.setFocus()
    write(window, "20")
    assert page.form.ratio.value == pytest.approx(0.2)
    page.form.ratio.button(1.0).click()
    settle(window)
    assert page.form.duty.value == 100.0


def test_a_value_out_of_range_is_said_and_not_kept(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    fill(window, page)
    page.form.intensity.edit.clear()
    page.form.intensity.edit.setFocus()
    write(window, "30")
    before = len(stored(window, lambda s: s.treatments.of_session(clinic.visit)))
    press(window, Qt.Key.Key_Return)
    assert says(page, "Between 0 and 3 W/cm²")
    assert len(stored(window, lambda s: s.treatments.of_session(clinic.visit))) == before


def test_enter_saves_the_treatment_with_its_dose_and_leads_back(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    fill(window, page)
    page.form.side.button(Side.RIGHT).click()
    page.form.average.button(False).click()
    page.form.before.edit.setFocus()
    write(window, "4")
    press(window, Qt.Key.Key_Return)
    assert window.route == Route(PageId.VISIT, clinic.visit)
    saved = stored(window, lambda s: s.treatments.of_session(clinic.visit))[-1]
    assert saved.modality is Modality.ULTRASOUND
    assert saved.source is Origin.ENTERED
    assert (saved.site, saved.side, saved.actual_s) == ("hamstring", Side.RIGHT, 300.0)
    assert (saved.pain_before, saved.pain_after) == (4, None)
    assert saved.dose["energy_j"].value == pytest.approx(300.0)
    settings = saved.settings[0]
    assert isinstance(settings, UltrasoundSettings)
    assert (settings.duty, settings.intensity_w_cm2, settings.intensity_is_sata) == (
        0.2,
        1.0,
        False,
    )
    assert says(window.page, "Ultrasound")


def test_as_last_time_fills_all_and_marks_what_is_changed(
    window: MainWindow, page: TreatmentPage
) -> None:
    press(window, Qt.Key.Key_L, CTRL)
    assert page.form.site.value == "hamstring, proximal"
    assert page.form.intensity.value == 1.0
    assert page.form.minutes.value == 5.0
    assert not says(page, "changed")
    page.form.intensity.edit.setFocus()
    page.form.intensity.edit.selectAll()
    write(window, "0.8")
    assert says(page, "changed")
    page.form.intensity.edit.selectAll()
    write(window, "1")
    assert not says(page, "changed")


def test_leaving_with_escape_loses_nothing(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    fill(window, page)
    press(window, Qt.Key.Key_Escape)
    assert window.route == Route(PageId.VISIT, clinic.visit)
    window.go(Route(PageId.TREATMENT, clinic.visit))
    settle(window)
    assert page.form.site.value == "hamstring"
    assert page.form.area.value == 10.0


def test_a_connected_unit_fills_the_page_by_itself(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    window.desk.set_treatment(TENS)
    run_events(0.02)
    page.source.button("unit").click()
    for text in (
        "TENS, recorded from OTT-3F2A",
        "12:34",
        "of 20:00",
        "Running",
        "25.0 mA",
        "75 400",
        "amplitude 22 → 25 mA, by panel",
        "It cannot start, change or stop the unit",
        "VIRTUAL",
    ):
        assert says(page, text), text


def test_lost_contact_is_said_with_what_to_do(window: MainWindow, page: TreatmentPage) -> None:
    window.desk.set_treatment(TENS)
    page.source.button("unit").click()
    window.desk.set_treatment(replace(TENS, state=TreatmentState.PAUSED, contact=False, notice=OFF))
    run_events(0.02)
    assert says(page, "Paused on the unit")
    assert says(page, "Contact lost")
    assert OFF.todo in window.foot.text


def test_running_numbers_change_in_place(window: MainWindow, page: TreatmentPage) -> None:
    window.desk.set_treatment(TENS)
    page.source.button("unit").click()
    run_events(0.02)
    before = [how for how in page.unit.findChildren(HowButton) if how.isVisible()]
    doses = tuple(replace(dose, value="80 000") for dose in TENS.doses)
    window.desk.set_treatment(replace(TENS, elapsed_s=800.0, doses=doses))
    run_events(0.02)
    assert says(page, "13:20")
    assert [how for how in page.unit.findChildren(HowButton) if how.isVisible()] == before


def test_enter_keeps_what_the_unit_told_with_site_and_side(
    window: MainWindow, page: TreatmentPage
) -> None:
    wishes: list[KeepTreatment] = []
    window.desk.keep_treatment.connect(wishes.append)
    window.desk.set_treatment(TENS)
    page.source.button("unit").click()
    settle(window)
    page.unit.site.edit.setFocus()
    write(window, "posterior thigh")
    page.unit.side.button(Side.RIGHT).click()
    page.unit.site.edit.setFocus()
    press(window, Qt.Key.Key_Return)
    assert [(w.site, w.side) for w in wishes] == [("posterior thigh", Side.RIGHT)]


def test_nothing_can_be_kept_before_the_unit_began(window: MainWindow, page: TreatmentPage) -> None:
    window.desk.set_treatment(replace(TENS, elapsed_s=0.0))
    page.source.button("unit").click()
    settle(window)
    assert not page.unit.keep.isEnabled()

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt

from app.main_window import MainWindow
from app.navigation import KeepTreatment
from app.pages.treatment import TreatmentPage
from app.status import TreatmentState
from app.widgets.controls import HowButton
from data.analysis.types import Side
from tests.ui.clinic import Clinic
from tests.ui.gallery import OFF, TENS
from tests.ui.reading import press, says
from tests.ui.stage import run_events
from tests.ui.treating import CTRL, answer_all, begin, set_values


def test_what_is_chosen_stays_chosen_when_a_unit_comes(
    window: MainWindow, treatment: TreatmentPage
) -> None:
    before = treatment.start.list.current_key
    window.desk.set_treatment(TENS)
    run_events(0.02)
    assert says(treatment, "From OTT-3F2A")
    assert treatment.start.list.current_key == before


def test_a_connected_unit_fills_the_page_by_itself(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    unit(window, clinic, treatment)
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
        assert says(treatment, text), text


def test_lost_contact_is_said_with_what_to_do(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    unit(window, clinic, treatment)
    window.desk.set_treatment(replace(TENS, state=TreatmentState.PAUSED, contact=False, notice=OFF))
    run_events(0.02)
    assert says(treatment, "Paused on the unit")
    assert says(treatment, "Contact lost")
    assert OFF.todo in window.foot.text


def test_running_numbers_change_in_place(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    unit(window, clinic, treatment)
    before = [how for how in treatment.unit.findChildren(HowButton) if how.isVisible()]
    doses = tuple(replace(dose, value="80 000") for dose in TENS.doses)
    window.desk.set_treatment(replace(TENS, elapsed_s=800.0, doses=doses))
    run_events(0.02)
    assert says(treatment, "13:20")
    assert [how for how in treatment.unit.findChildren(HowButton) if how.isVisible()] == before


def test_what_the_unit_told_is_kept_with_what_was_answered_beside_it(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    wishes: list[KeepTreatment] = []
    window.desk.keep_treatment.connect(wishes.append)
    unit(window, clinic, treatment)
    set_values(window, treatment, site="posterior thigh", side="right")
    answer_all(window, treatment)
    press(window, Qt.Key.Key_Return, CTRL)
    (wish,) = wishes
    assert wish.session.id == clinic.visit
    assert wish.draft.values["site"].value == "posterior thigh"
    assert wish.draft.values["side"].value == Side.RIGHT
    assert wish.draft.values["skin_after"].value == "intact"


def unit(window: MainWindow, clinic: Clinic, page: TreatmentPage) -> None:
    window.desk.set_treatment(TENS)
    run_events(0.02)
    begin(window, page, "From OTT")

from __future__ import annotations

from PySide6.QtCore import Qt

from app.main_window import MainWindow
from app.pages.treatment import TreatmentPage
from app.widgets.controls import HowButton
from tests.ui.clinic import Clinic
from tests.ui.reading import press, says
from tests.ui.treating import CTRL, answer_all, begin, of_visit, set_values, ultrasound


def test_the_dose_follows_what_is_typed(window: MainWindow, treatment: TreatmentPage) -> None:
    ultrasound(window, treatment)
    # T1: SATA 0.20 W/cm², 1.0 W, 300 J, 30 J/cm² over the area, 60 J/cm² under the head.
    for text in (
        "0.20\u00a0W/cm²",
        "1.00\u00a0W",
        "300\u00a0J",
        "30.0\u00a0J/cm²",
        "60.0\u00a0J/cm²",
    ):
        assert says(treatment, text), text
    set_values(window, treatment, intensity_is="sata")
    # The same number read as SATA is five times the energy at 20 %.
    assert says(treatment, "1500\u00a0J")
    methods = [how.method for how in treatment.aside.dose.findChildren(HowButton)]
    assert any(method.startswith("us.energy.v1") for method in methods)
    assert all(methods)


def test_what_cannot_be_computed_says_why(window: MainWindow, treatment: TreatmentPage) -> None:
    begin(window, treatment, "TENS, conventional")
    set_values(window, treatment, amplitude_ma=20.0, electrode_cm2=None)
    assert "electrode" in treatment.aside.dose.refusals.lower()


def test_no_minutes_at_all_are_no_dose(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, treatment)
    set_values(window, treatment, actual_min=0.0)
    answer_all(window, treatment)
    press(window, Qt.Key.Key_Return, CTRL)
    kept = of_visit(window, clinic)[-1]
    assert (kept.actual_s, kept.dose["energy_j"].value) == (0.0, 0.0)


def test_a_head_that_stands_still_and_the_tables_suggestion_are_told(
    window: MainWindow, treatment: TreatmentPage
) -> None:
    ultrasound(window, treatment)
    # electrotherapy 3.2: 0.3 W/cm² at 1 cm with 3 MHz needs 0.40 at the skin; 2 heads, 1:4: 10 min
    set_values(window, treatment, technique="static", depth_cm=1.0, frequency_mhz=3.0)
    set_values(window, treatment, tissue_stage="acute")
    assert says(treatment.aside.dose, "The head stands still")
    assert says(treatment.aside.dose, "to 0.4 W/cm² at the skin")
    assert says(treatment.aside.dose, "10 min for this area")
    assert says(treatment.aside.dose, "not read in the original")

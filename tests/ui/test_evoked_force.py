from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.live import LiveTrace
from app.main_window import MainWindow
from app.pages.treatment import TreatmentPage
from data.records import Treatment
from devices.modality import Modality, Origin
from tests.ui.clinic import Clinic
from tests.ui.gallery import PULL_ZEROED
from tests.ui.reading import press, says, stored
from tests.ui.stage import run_events, settle
from tests.ui.treating import CTRL, begin, open_page, set_values

RATE_HZ = 80.0


def nmes(window: MainWindow, clinic: Clinic, side: str = "left") -> tuple[TreatmentPage, LiveTrace]:
    """NMES on a limb that was tested today, beside a zeroed dynamometer of the same kind."""
    trace = LiveTrace(1, 1000)
    window.desk.trace_of = {PULL_ZEROED.key: trace}.get
    window.desk.set_devices((PULL_ZEROED,))
    page = open_page(window, clinic)
    begin(window, page, "NMES, 10 s")
    set_values(window, page, side=side, amplitude_ma=60.0)
    run_events(0.15)
    return page, trace


def contract(trace: LiveTrace, peak_n: float) -> None:
    """A half wave of two seconds, and a rest after it."""
    begins = trace.count / RATE_HZ
    wave = peak_n * np.sin(np.pi * np.arange(160) / 160)
    force = np.concatenate([wave, np.zeros(40)])
    trace.append(begins + np.arange(len(force)) / RATE_HZ, force[:, None])
    run_events(0.25)


def kept(window: MainWindow, clinic: Clinic) -> Treatment:
    treatments = stored(window, lambda s: s.treatments.of_session(clinic.visit))
    (found,) = [each for each in treatments if each.modality is Modality.NMES]
    return found


def maximum_of_today(window: MainWindow, clinic: Clinic) -> float:
    trials = stored(window, lambda s: s.trials.of_set(clinic.hamstring))
    peaks = [
        rep.metrics["peak_n"].value
        for trial in trials
        for rep in trial.analysis.reps
        if rep.side == "left"
    ]
    return max(peak for peak in peaks if peak is not None)


def test_one_key_takes_the_evoked_force_and_its_share(window: MainWindow, clinic: Clinic) -> None:
    page, trace = nmes(window, clinic)
    own_n = maximum_of_today(window, clinic)  # 262 N of a hold by the clinic's script
    assert own_n == pytest.approx(262.0, abs=5.0)
    page.aside.evoked.is_same.setChecked(True)
    contract(trace, 180.0)
    contract(trace, 131.0)  # the last contraction counts
    page.setFocus()
    press(window, Qt.Key.Key_V)
    assert page.form.fields["evoked_force_n"].value == 131.0
    press(window, Qt.Key.Key_Return, CTRL)
    press(window, Qt.Key.Key_Return, CTRL)
    values = kept(window, clinic).values
    force, share = values["evoked_force_n"], values["mvic_percent"]
    assert (force.value, force.unit, force.origin) == (131.0, "N", Origin.MEASURED)
    assert share.value == pytest.approx(100 * 131.0 / own_n, abs=0.05)
    assert (share.unit, share.origin) == ("%", Origin.DERIVED)
    assert share.method.startswith("nmes.mvic_percent.v1(")
    assert f"of {own_n:.1f} N, ham.iso9020" in share.method
    assert "progressor 0042" in share.method


def test_without_the_word_on_the_position_only_the_force_is_taken(
    window: MainWindow, clinic: Clinic
) -> None:
    page, trace = nmes(window, clinic)
    contract(trace, 131.0)
    assert says(page.aside.evoked, "Say that limb, lever and strap are as they were in the test.")
    page.aside.evoked.take.click()
    settle(window)
    assert page.form.fields["evoked_force_n"].value == 131.0
    assert page.form.fields["mvic_percent"].value is None


def test_another_device_than_in_the_test_gives_no_share(window: MainWindow, clinic: Clinic) -> None:
    page, trace = nmes(window, clinic)
    other = replace(PULL_ZEROED, model_id="chronojump")
    window.desk.set_devices((other,))
    page.aside.evoked.is_same.setChecked(True)
    run_events(0.15)
    contract(trace, 131.0)
    assert says(page.aside.evoked, "device chronojump, then progressor in the test")


def test_a_device_that_was_not_zeroed_shows_no_force(window: MainWindow, clinic: Clinic) -> None:
    page, trace = nmes(window, clinic)
    wanted: list[str] = []
    window.desk.zero_wanted.connect(wanted.append)
    window.desk.set_devices((replace(PULL_ZEROED, is_zeroed=False),))
    contract(trace, 131.0)
    assert says(page.aside.evoked, "Zero it with the limb at rest")
    assert page.aside.evoked.peak.text() == "–"
    page.setFocus()
    press(window, Qt.Key.Key_Z)
    assert wanted == [PULL_ZEROED.key]


def test_a_force_that_is_typed_drops_the_share_of_the_measured_one(
    window: MainWindow, clinic: Clinic
) -> None:
    page, trace = nmes(window, clinic)
    page.aside.evoked.is_same.setChecked(True)
    contract(trace, 131.0)
    page.aside.evoked.take.click()
    settle(window)
    assert page.form.fields["mvic_percent"].value is not None
    set_values(window, page, evoked_force_n=90.0)
    assert page.form.fields["mvic_percent"].value is None


def test_the_other_limb_has_a_maximum_of_its_own(window: MainWindow, clinic: Clinic) -> None:
    page, trace = nmes(window, clinic, side="right")
    assert "right" in page.aside.evoked.maximum.currentText()
    page.aside.evoked.maximum.setCurrentIndex(
        next(i for i in range(9) if "left" in page.aside.evoked.maximum.itemText(i))
    )
    page.aside.evoked.is_same.setChecked(True)
    contract(trace, 131.0)
    assert says(page.aside.evoked, "limb right, then left in the test")

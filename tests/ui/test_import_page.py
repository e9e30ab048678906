from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.import_page import ImportPage
from data.curve_mapping import ForceUnit
from data.records import Session, Trial
from data.sides import Side
from firmware_sim.sciencemode4 import ScienceMode4Firmware
from tests.controlling_program import ScienceMode4Program
from tests.laboratory import Laboratory
from tests.ui.clinic import NOW, Clinic
from tests.ui.reading import press, says, stored, write
from tests.ui.stage import settle

CTRL = Qt.KeyboardModifier.ControlModifier
YESTERDAY = datetime(2026, 11, 17, 16, 20, tzinfo=UTC)


def curve(folder: Path, head: str = "time_s,force_n", factor: float = 1.0) -> Path:
    """A pull of 300 N for 3 s at 100 Hz, a second of rest before and after."""
    path = folder / "curve.csv"
    force = np.zeros(500)
    force[100:400] = 300.0 * factor
    rows = [f"{k / 100},{f:.2f}" for k, f in enumerate(force)]
    path.write_text("\n".join([head, *rows, ""]), "utf-8")
    os.utime(path, (YESTERDAY.timestamp(), YESTERDAY.timestamp()))
    return path


@pytest.fixture
def page(window: MainWindow, clinic: Clinic) -> ImportPage:
    window.go(Route(PageId.VISIT, clinic.visit))
    settle(window)
    press(window, Qt.Key.Key_I)
    shown = window.page
    assert isinstance(shown, ImportPage)
    return shown


def choose(page: ImportPage, test: str) -> None:
    page.test.setCurrentIndex(page.test.findData(test))
    page.test.activated.emit(page.test.currentIndex())


def lay_out(window: MainWindow, page: ImportPage, words: str) -> None:
    page.layout_choice.setCurrentIndex(page.layout_choice.findText(words))
    page.layout_choice.activated.emit(page.layout_choice.currentIndex())
    settle(window)


def everything(window: MainWindow, clinic: Clinic) -> list[Trial]:
    return list(stored(window, lambda store: store.trials.of_person(clinic.athlete)))


def test_what_was_understood_is_told_and_only_store_stores(
    window: MainWindow, clinic: Clinic, page: ImportPage, tmp_path: Path
) -> None:
    before = everything(window, clinic)
    assert not page.store.isEnabled()
    page.take(curve(tmp_path))
    settle(window)
    for said in (
        "“time_s”: time in s; begins 0.0, 0.01, 0.02",
        "“force_n”: force in N; begins 0.00, 0.00, 0.00",
        "100.0\u00a0Hz",
        "500 samples",
        "300.0\u00a0N",
        "The file does not say which limb it is.",
    ):
        assert says(page, said) or says(page, said.replace("\u00a0", " ")), said
    press(window, Qt.Key.Key_Return, CTRL)
    assert "No test is chosen." in window.foot.text
    choose(page, "ham.iso9020")
    press(window, Qt.Key.Key_Return, CTRL)
    assert "It is not known which limb this is." in window.foot.text
    assert everything(window, clinic) == before
    page.side.button(Side.LEFT).click()
    settle(window)
    page.device.set_value("gym scale")
    press(window, Qt.Key.Key_Return, CTRL)
    settle(window)
    (made,) = [each for each in everything(window, clinic) if each not in before]
    assert made.header.started_at == YESTERDAY
    assert made.header.device_model == "imported file, gym scale"
    assert made.analysis.reps[0].metrics["peak_n"].value == pytest.approx(300, abs=0.5)
    assert window.route == Route(PageId.VISIT, made.header.session_id)
    visit: Session = stored(window, lambda store: store.sessions.get(made.header.session_id))
    assert visit.started_at == YESTERDAY  # a visit of its own: none was on that day


def test_the_same_curve_is_not_stored_twice(
    window: MainWindow, clinic: Clinic, page: ImportPage, tmp_path: Path
) -> None:
    path = curve(tmp_path, "time_s,left")
    for _ in range(2):
        window.go(Route(PageId.IMPORT, clinic.visit))
        settle(window)
        page.take(path)
        settle(window)
        choose(page, "ham.iso9020")
        press(window, Qt.Key.Key_Return, CTRL)
        settle(window)
    assert "stored already" in window.foot.text
    assert page.store.isEnabled()


def test_a_file_in_another_unit_is_laid_out_column_by_column(
    window: MainWindow, page: ImportPage, tmp_path: Path
) -> None:
    page.take(curve(tmp_path, "time_s,force_kg", factor=1 / 9.80665))
    settle(window)
    assert says(page, "This file was not understood")
    assert not page.store.isEnabled()
    lay_out(window, page, "Column by column")
    page.columns.force_unit.button(ForceUnit.KILOGRAMS_FORCE).click()
    box = page.columns.force[Side.RIGHT]
    box.setCurrentIndex(2)
    box.activated.emit(2)
    settle(window)
    assert says(page, "force in kgf, right limb")
    # 30.59 kgf, as it is rounded in the file, times 9.80665.
    assert says(page, "300.0\u00a0N") or says(page, "300.0 N")
    assert page.store.isEnabled()


def test_a_file_that_is_no_curve_says_so(
    window: MainWindow, page: ImportPage, tmp_path: Path
) -> None:
    path = tmp_path / "letter.csv"
    path.write_text("Dear colleague\n", "utf-8")
    page.take(path)
    settle(window)
    assert says(page, "This file was not understood")
    page.take(tmp_path / "gone.csv")
    settle(window)
    assert says(page, "The file cannot be read: No such file or directory.")


def test_without_an_athlete_nothing_can_be_stored(empty_window: MainWindow, tmp_path: Path) -> None:
    empty_window.go(Route(PageId.IMPORT))
    page = empty_window.page
    assert isinstance(page, ImportPage)
    assert says(page, "Choose an athlete first: Ctrl+K")
    page.take(curve(tmp_path, "time_s,left"))
    settle(empty_window)
    choose(page, "ham.iso9020")
    press(empty_window, Qt.Key.Key_Return, CTRL)
    assert "Choose the athlete with Ctrl+K." in empty_window.foot.text


def test_the_palette_leads_to_it(window: MainWindow) -> None:
    press(window, Qt.Key.Key_K, CTRL)
    write(window, "import")
    press(window, Qt.Key.Key_Return)
    assert isinstance(window.page, ImportPage)


def test_the_recording_of_a_stimulator_becomes_a_treatment(
    window: MainWindow, clinic: Clinic, page: ImportPage, tmp_path: Path
) -> None:
    program = ScienceMode4Program()
    lab = Laboratory(ScienceMode4Firmware(obeys=True))
    lab.send(program.send(52) + program.init())
    lab.wait(4)
    lab.send(program.update({0: (20.0, [(200, 20.0), (100, 0.0), (200, -20.0)])}))
    lab.keep(60, program.get_current_data())
    lab.send(program.stop())
    lab.wait(3)
    page.take(lab.write_capture(tmp_path / "p24.bytes", NOW))
    lay_out(window, page, "ScienceMode 4 recording")
    assert says(page, "P24-000123")
    assert says(page, "20 mA")
    assert not page.test.isVisible()
    before = stored(window, lambda store: store.treatments.of_session(clinic.visit))
    page.site.set_value("quadriceps")
    page.side.button(Side.LEFT).click()
    settle(window)
    press(window, Qt.Key.Key_Return, CTRL)
    settle(window)
    after = stored(window, lambda store: store.treatments.of_session(clinic.visit))
    (made,) = [each for each in after if each not in before]
    assert (made.site, made.side, made.device and made.device.serial) == (
        "quadriceps",
        Side.LEFT,
        "P24-000123",
    )
    assert made.actual_s == pytest.approx(60)

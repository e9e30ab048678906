from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.output_check import OutputCheckPage
from app.pages.treatment import TreatmentPage
from data.clinical.output_check import read
from data.output_checks import Head, OutputCheck, Unit, new_check
from devices.modality import Origin
from tests.ui.clinic import Clinic
from tests.ui.reading import press, says, stored, write
from tests.ui.stage import run_events, settle
from tests.ui.still_devices import StillBalance
from tests.ui.treating import CTRL, begin, open_page, set_values

SONIC, LARGE = Unit("Sonic & Sons", "S-3", "S 17"), Head("5 cm²", "H-2")
NAMED = {
    "unit_make": "Sonic & Sons", "unit_model": "S-3", "unit_serial": "S 17",
    "applicator": "5 cm²", "applicator_serial": "H-2",
}  # fmt: skip


def open_check(window: MainWindow) -> OutputCheckPage:
    desk = window.desk
    window.add_page(PageId.OUTPUT_CHECK, lambda: OutputCheckPage(desk, StillBalance()))
    window.go(Route(PageId.DEVICES))
    settle(window)
    press(window, Qt.Key.Key_O)
    page = window.page
    assert isinstance(page, OutputCheckPage)
    run_events(0.15)  # the balance is looked at ten times a second
    return page


def keep(window: MainWindow, power_w: float, days: int) -> OutputCheck:
    at = window.desk.now() - timedelta(days=days)
    check = new_check(SONIC, LARGE, read(power_w, 5.0), at, by="K. Brandt")
    return stored(window, lambda s: s.output_checks.save(check))


def name_head(page: OutputCheckPage) -> None:
    for field, text in (
        (page.form.model, "S-3"), (page.form.serial, "S 17"), (page.form.head_serial, "H-2"),
    ):  # fmt: skip
        field.set_value(text)


def test_a_head_is_weighed_and_kept_from_the_keyboard(window: MainWindow) -> None:
    page = open_check(window)
    name_head(page)
    page.form.panel_w.edit.setFocus()
    write(window, "5.5")
    page.setFocus()
    press(window, Qt.Key.Key_T)
    # 0.34 g · 14.65 W/g = 4.981 W; 5.5 / 4.981 - 1 = 10.4 %
    assert says(page, "Panel +10.4\u00a0%, within ±20\u00a0%")
    press(window, Qt.Key.Key_Return, CTRL)
    (kept,) = stored(window, lambda s: s.output_checks.all())
    assert (kept.unit.model, kept.unit.serial, kept.head.serial) == ("S-3", "S 17", "H-2")
    assert (kept.origin, kept.grams, kept.readings) == (Origin.MEASURED, 0.34, 25)
    assert kept.power_w == pytest.approx(4.981)
    assert kept.at == window.desk.now()
    assert says(page.log, "5.50\u00a0W shown, 4.98\u00a0W weighed")
    window.desk.undo()
    settle(window)
    assert stored(window, lambda s: s.output_checks.all()) == []


def test_typed_watts_are_kept_as_typed(window: MainWindow) -> None:
    page = open_check(window)
    name_head(page)
    page.form.panel_w.set_value(5.0)
    page.balance.take.click()
    page.form.measured_w.edit.setFocus()
    page.form.measured_w.edit.selectAll()
    write(window, "4")
    # (5 - 4) / 4
    assert says(page, "Panel +25.0\u00a0%, outside ±20\u00a0%")
    press(window, Qt.Key.Key_Return, CTRL)
    (kept,) = stored(window, lambda s: s.output_checks.all())
    assert (kept.origin, kept.grams, kept.watts_per_gram) == (Origin.ENTERED, None, None)
    assert kept.power_w == 4.0


def test_what_is_missing_is_said_and_nothing_is_kept(window: MainWindow) -> None:
    page = open_check(window)
    press(window, Qt.Key.Key_Return, CTRL)
    assert says(page, "Model or number of the unit")
    assert says(page, "The watts that the panel shows")
    assert says(page, "Take it from the balance, or type it")
    assert stored(window, lambda s: s.output_checks.all()) == []


def test_a_treatment_shows_the_last_check_of_its_head_and_its_age(
    window: MainWindow, clinic: Clinic
) -> None:
    keep(window, 4.9, 180)
    page = open_page(window, clinic)
    begin(window, page, "Therapeutic ultrasound")
    assert says(page.aside.output, "Name the unit and its head")
    set_values(window, page, **NAMED)
    assert says(page.aside.output, "Output check 180 days ago")
    set_values(window, page, applicator_serial="H-3")
    assert says(page.aside.output, "No output check of this head is stored.")
    set_values(window, page, applicator_serial="H-2")
    page.aside.output.open.click()
    settle(window)
    check = window.page
    assert isinstance(check, OutputCheckPage)
    assert (check.form.unit, check.form.head) == (SONIC, LARGE)
    check.form.panel_w.set_value(5.0)
    check.form.measured_w.edit.setFocus()
    write(window, "3.9")
    press(window, Qt.Key.Key_Return, CTRL)
    press(window, Qt.Key.Key_Escape)
    back = window.page
    assert isinstance(back, TreatmentPage)
    # 5 / 3.9 - 1 = 28.2 %
    assert says(back.aside.output, "Output check today")
    assert says(back.aside.output, "+28.2\u00a0%, outside ±20\u00a0%")

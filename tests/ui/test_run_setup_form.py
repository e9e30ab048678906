from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.navigation import PageId, Route, StartTest
from app.pages.visit import VisitPage
from app.run_setup import RunSetup
from app.widgets.run_setup_form import RunSetupForm
from data.clinical import catalogue
from data.clinical.gravity import GravityMethod
from data.clinical.tests import Stabilisation
from data.ids import uuid7
from data.records import Person
from data.sides import Side
from tests.ui.clinic import NOW, Clinic
from tests.ui.reading import press, says, write
from tests.ui.stage import settle


@pytest.fixture
def form(qapp: QApplication) -> RunSetupForm:
    made = RunSetupForm()
    made.show()
    return made


def show(form: RunSetupForm, test_id: str, last: RunSetup | None = None) -> None:
    person = Person(uuid7(), "A", NOW, body_mass_kg=78.0)
    form.show_test(catalogue.tests()[test_id], last, person)


def test_only_what_the_test_asks_for_is_there(form: RunSetupForm) -> None:
    show(form, "nordic.bil")
    assert not form.levers[Side.LEFT].isVisible()
    assert not form.stabilisation.isVisible()
    assert not form.gravity.isVisible()
    show(form, "ham.hhd.0")
    assert form.levers[Side.LEFT].isVisible()
    assert form.levers[Side.RIGHT].isVisible()
    assert form.stabilisation.value is Stabilisation.HAND
    assert form.gravity.value is GravityMethod.NONE
    assert not form.weights[Side.LEFT].isVisible()
    show(form, "hip.abd.long")  # both limbs at once: one lever
    assert not form.levers[Side.RIGHT].isVisible()


def test_the_table_gives_the_weight_from_its_inputs(form: RunSetupForm) -> None:
    show(form, "ham.hhd.0")
    form.levers[Side.LEFT].set_value(0.35)
    form.levers[Side.RIGHT].set_value(0.40)
    form.gravity.button(GravityMethod.TABLE).click()
    assert says(form, "Length of the part, its angle in the test position and the lever")
    form.length.set_value(0.43)
    form.angle.set_value(0.0)
    form.angle.changed.emit()
    # Winter 2009, foot and leg: 0.061 of 78 kg at 0.606 of 0.43 m: 12.159 N·m, over each lever.
    assert form.setup.weights == {Side.LEFT: 34.7, Side.RIGHT: 30.4}
    assert form.setup.gravity is GravityMethod.TABLE
    assert says(form, "Dempster 1955")


def test_what_was_typed_for_another_test_is_not_taken_over(form: RunSetupForm) -> None:
    show(form, "ham.hhd.0")
    form.levers[Side.LEFT].set_value(0.35)
    form.gravity.button(GravityMethod.MEASURED).click()
    form.weights[Side.LEFT].set_value(20.0)
    form.stabilisation.button(Stabilisation.BELT).click()
    before = form.setup
    assert before.stabilisation is Stabilisation.BELT
    show(form, "nordic.bil")
    assert form.setup == RunSetup()
    show(form, "ham.hhd.0", before)
    assert form.setup == before


def test_a_required_lever_is_asked_for_once_and_the_last_one_is_remembered(
    window: MainWindow, clinic: Clinic
) -> None:
    wishes: list[StartTest] = []
    window.desk.start_test.connect(wishes.append)
    window.go(Route(PageId.VISIT, clinic.visit))
    settle(window)
    page = window.page
    assert isinstance(page, VisitPage)
    press(window, Qt.Key.Key_T)
    write(window, "prone, knee 0")
    press(window, Qt.Key.Key_Return)
    assert wishes == []
    write(window, "0,38")
    press(window, Qt.Key.Key_Return)
    assert wishes[0].test_id == "ham.hhd.0"
    assert wishes[0].setup.lever_m(Side.RIGHT) == 0.38
    assert wishes[0].setup.stabilisation is Stabilisation.HAND


def test_a_number_outside_its_range_is_named_before_the_test_starts(
    window: MainWindow, clinic: Clinic
) -> None:
    wishes: list[StartTest] = []
    window.desk.start_test.connect(wishes.append)
    window.go(Route(PageId.VISIT, clinic.visit))
    settle(window)
    press(window, Qt.Key.Key_T)
    write(window, "prone, knee 0")
    press(window, Qt.Key.Key_Return)
    write(window, "38")
    press(window, Qt.Key.Key_Return)
    assert wishes == []
    page = window.page
    assert isinstance(page, VisitPage)
    assert page.chooser.form.levers[Side.LEFT].message.text() == "Between 0.050 and 1.500 m"

"""Tab goes through the window as it is read, whatever came and went before."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.devices_page import DevicesPage
from app.pages.visit import VisitPage
from app.widgets.controls import Segments
from app.widgets.fields import Field
from tests.ui import gallery
from tests.ui.clinic import Clinic
from tests.ui.stage import open_window, settle


def test_a_field_that_is_gone_to_gives_the_focus_to_what_is_chosen(qtbot: QtBot) -> None:
    choice = Segments((("a", "A"), ("b", "B")), name="x", value="b", can_be_empty=True)
    field = Field("X", choice)
    qtbot.addWidget(field)
    field.show()
    field.activateWindow()
    qtbot.waitUntil(field.isActiveWindow)
    field.setFocus()  # by Qt's proxy, which knows no method of ours
    chosen = QApplication.focusWidget()
    assert isinstance(chosen, QAbstractButton)
    assert chosen.text() == "B"


def test_save_follows_the_last_field_of_a_form(qapp: QApplication, clinic: Clinic) -> None:
    with open_window(clinic.path) as window:
        gallery.visit_manual(window, clinic)
        page = window.page
        assert isinstance(page, VisitPage)
        assert page.item.form is not None
        page.item.form.asked["note"].field.control.setFocus()
        assert _tab(window) is page.item.save
        assert _tab(window) is page.item.cancel


def test_the_values_of_a_result_come_before_its_note(qapp: QApplication, clinic: Clinic) -> None:
    with open_window(clinic.path) as window:
        gallery.visit_measure(window, clinic)
        page = window.page
        assert isinstance(page, VisitPage)
        page.measure.list.setFocus()
        wanted = [field.edit for _, field in page.measure.fields]
        assert [_tab(window) for _ in wanted] == wanted
        assert _tab(window) is page.measure.note.edit


def test_the_cards_of_devices_come_before_what_stands_below_them(
    qapp: QApplication, clinic: Clinic
) -> None:
    with open_window(clinic.path) as window:
        gallery.devices_all(window, clinic)
        page = window.page
        assert isinstance(page, DevicesPage)
        page.find_button.setFocus()
        assert page.cards[0].isAncestorOf(_tab(window))
        page.training.start.setFocus()
        assert page.cards[-1].isAncestorOf(_tab(window, -4))


@pytest.mark.parametrize("place", [PageId.TODAY, PageId.PEOPLE, PageId.LIBRARY, PageId.SETTINGS])
def test_tab_reaches_every_field_and_button_and_comes_back(
    qapp: QApplication, clinic: Clinic, place: PageId
) -> None:
    with open_window(clinic.path) as window:
        window.go(Route(place))
        settle(window)
        first = _tab(window)
        reached = [first]
        while (now := _tab(window)) is not first:
            reached.append(now)
            assert len(reached) < 200
        kinds = (QAbstractButton, QLineEdit, QComboBox)
        all_there = [w for kind in kinds for w in window.page.findChildren(kind)]
        missed = [w for w in all_there if _must_be_reached(w) and w not in reached]
        assert missed == []
        back = [_tab(window, -1) for _ in reached]
        assert back == [*reversed(reached[1:]), first]


def test_of_a_choice_tab_takes_only_what_is_chosen(qapp: QApplication, clinic: Clinic) -> None:
    with open_window(clinic.path) as window:
        gallery.visit_running(window, clinic)
        gallery.visit_manual(window, clinic)
        page = window.page
        assert isinstance(page, VisitPage)
        assert page.item.form is not None
        page.item.form.asked["side"].field.control.findChildren(QAbstractButton)[0].setFocus()
        assert _tab(window).accessibleName() == "Grade: II"


def _tab(window: MainWindow, steps: int = 1) -> QWidget:
    for _ in range(abs(steps)):
        now = window.focusWidget()
        shift = Qt.KeyboardModifier.ShiftModifier if steps < 0 else Qt.KeyboardModifier.NoModifier
        QTest.keyClick(now or window, Qt.Key.Key_Tab, shift)
    found = window.focusWidget()
    assert found is not None
    return found


def _must_be_reached(widget: QWidget) -> bool:
    is_choice = isinstance(widget, QAbstractButton) and bool(widget.group())
    return widget.isVisible() and widget.isEnabled() and not is_choice

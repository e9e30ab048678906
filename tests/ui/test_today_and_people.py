from __future__ import annotations

from dataclasses import replace
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.people import PeoplePage
from app.pages.person import PersonPage
from app.pages.today import TodayPage
from app.widgets.care import CareCard
from app.widgets.controls import Button
from app.widgets.trend_chart import TrendChart
from app.widgets.trend_scale import MarkKind
from data.analysis.types import Side
from data.records import Stage, TrialState
from tests.ui.clinic import LONG_NAME, Clinic, left_behind
from tests.ui.gallery import BOARD, PULL
from tests.ui.reading import press, says, stored, write
from tests.ui.stage import open_window, run_events, settle

CTRL = Qt.KeyboardModifier.ControlModifier


def today(window: MainWindow) -> TodayPage:
    page = window.page
    assert isinstance(page, TodayPage)
    return page


def test_an_empty_clinic_says_what_to_do_first(empty_window: MainWindow) -> None:
    assert says(empty_window.page, "No visit yet today")
    assert says(empty_window.page, "Type an athlete’s name above and press Enter")
    assert not says(empty_window.page, "Backup")


def test_a_clinic_with_records_and_no_backup_is_told(window: MainWindow) -> None:
    assert says(window.page, "There is no backup yet")


def test_today_shows_the_visits_of_the_day_and_what_was_done(window: MainWindow) -> None:
    assert says(window.page, "Noor El-Amin, nothing recorded yet, 10:32, open")
    assert says(window.page, "Nordic hamstring curl · Hamstrings isometric 90:20 · ultrasound")


def test_a_new_athlete_is_in_a_visit_after_a_name_and_two_enters(empty_window: MainWindow) -> None:
    window = empty_window
    write(window, "Ines Duarte")
    press(window, Qt.Key.Key_Return)
    assert says(window.page, "Only the name is needed.")
    press(window, Qt.Key.Key_Return)
    person = stored(window, lambda s: s.people.find("ines"))[0]
    sessions = stored(window, lambda s: s.sessions.of_person(person.id))
    assert person.name == "Ines Duarte"
    assert window.route == Route(PageId.VISIT, sessions[0].id)
    assert says(window.bar, "Ines Duarte")


def test_a_known_athlete_is_in_a_visit_after_a_few_letters_and_enter(window: MainWindow) -> None:
    write(window, "lind")
    press(window, Qt.Key.Key_Return)
    person = stored(window, lambda s: s.people.find("lindqvist"))[0]
    sessions = stored(window, lambda s: s.sessions.of_person(person.id))
    assert window.route == Route(PageId.VISIT, sessions[0].id)
    assert sessions[0].clinician == ""


def test_who_is_here_already_gets_no_second_visit(window: MainWindow, clinic: Clinic) -> None:
    write(window, "morgan")
    assert says(window.page, "here since 10:05")
    press(window, Qt.Key.Key_Return)
    assert window.route == Route(PageId.VISIT, clinic.visit)
    assert len(stored(window, lambda s: s.sessions.of_person(clinic.athlete))) == 6


def test_arrow_keys_choose_while_the_text_keeps_the_focus(window: MainWindow) -> None:
    write(window, "first")
    rows = today(window).found
    assert rows.current_key == rows.rows[0].key
    press(window, Qt.Key.Key_Down)
    assert rows.current_key == rows.rows[1].key
    press(window, Qt.Key.Key_Up)
    press(window, Qt.Key.Key_Up)
    assert rows.current_key == rows.rows[0].key
    assert QApplication.focusWidget() is today(window).search


def test_escape_leaves_the_form_and_then_the_search(window: MainWindow) -> None:
    write(window, "Somebody New")
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_Escape)
    assert not says(window.page, "Only the name is needed.")
    assert today(window).search.text() == "Somebody New"
    press(window, Qt.Key.Key_Escape)
    assert today(window).search.text() == ""
    assert says(window.page, "Visits of today")


def test_a_recording_that_was_cut_short_is_offered_and_kept(
    qapp: QApplication, clinic: Clinic
) -> None:
    path = left_behind(clinic)
    with open_window(clinic.path) as window:
        page = today(window)
        assert says(page, "A recording was cut short")
        assert says(page, "Nordic hamstring curl, Noor El-Amin")
        assert says(page, "24.0 s of the curve are safe on disk")
        button = next(b for b in page.findChildren(Button) if b.text() == "Keep this recording")
        button.click()
        settle(window)
        settle(window)
        assert window.route == Route(PageId.VISIT, clinic.empty_visit)
        trials = stored(window, lambda s: s.trials.of_session(clinic.empty_visit))
        assert [trial.state for trial in trials] == [TrialState.RECOVERED]
        assert says(window.page, "Recovered after the program or the computer stopped.")
        assert not path.exists()


def test_devices_that_need_care_are_said_on_today(window: MainWindow) -> None:
    window.desk.set_devices((BOARD,))
    run_events(0.02)
    assert says(window.page, "1 connected")
    window.desk.set_devices((BOARD, PULL))
    run_events(0.02)
    assert says(window.page, "Progressor_7125: Battery low")


def test_numbers_of_a_device_do_not_rebuild_the_cards(window: MainWindow) -> None:
    window.desk.set_devices((BOARD,))
    run_events(0.02)
    before = window.page.findChildren(CareCard)
    window.desk.set_devices((replace(BOARD, rate_hz=999.6),))
    run_events(0.02)
    assert window.page.findChildren(CareCard) == before


def test_people_are_listed_by_name_and_found_without_accents(window: MainWindow) -> None:
    window.go(Route(PageId.PEOPLE))
    settle(window)
    page = window.page
    assert isinstance(page, PeoplePage)
    names = [row.title for row in page.list.rows]
    assert names[0] == "Alex Morgan"
    assert len(names) == 8
    write(window, "emile")
    assert [row.title for row in page.list.rows] == ["Émile Roux"]
    press(window, Qt.Key.Key_Return)
    assert window.route is not None
    assert window.route.page is PageId.PERSON


def test_a_person_is_added_with_checked_fields(window: MainWindow) -> None:
    window.go(Route(PageId.PEOPLE))
    settle(window)
    page = window.page
    assert isinstance(page, PeoplePage)
    page.add.click()
    settle(window)
    form = page.form
    press(window, Qt.Key.Key_Return)
    assert says(page, "A name is needed to find the records again")
    write(window, "Gil Aalto")
    form.mass.edit.setFocus()
    write(window, "700")
    press(window, Qt.Key.Key_Return)
    assert says(page, "Between 10 and 300 kg")
    assert stored(window, lambda s: s.people.find("aalto")) == []
    form.mass.edit.clear()
    write(window, "71,5")
    form.born.edit.setFocus()
    write(window, "31.5.2001")
    form.injured.setFocus()
    form.injured.set_value(Side.LEFT)
    form.stage.set_value(Stage.ACUTE)
    press(window, Qt.Key.Key_Return)
    person = stored(window, lambda s: s.people.find("aalto"))[0]
    assert person.body_mass_kg == 71.5
    assert person.born == date(2001, 5, 31)
    assert (person.injured, person.stage) == (Side.LEFT, Stage.ACUTE)
    assert window.route == Route(PageId.PERSON, person.id)


def test_a_person_shows_both_limbs_over_time_and_every_visit(
    window: MainWindow, clinic: Clinic
) -> None:
    window.go(Route(PageId.PERSON, clinic.athlete))
    settle(window)
    page = window.page
    assert isinstance(page, PersonPage)
    assert len(page.trend.chart.points) == 6
    last = page.trend.chart.points[-1]
    # The clinic's last Nordic test peaks at 358 N left and 318 N right.
    assert last.left is not None
    assert last.right is not None
    assert abs(last.left.value - 358) < 3
    assert abs(last.right.value - 318) < 3
    assert "left 35" in page.trend.chart.accessibleDescription()
    assert len(page.visits.rows) == 6
    assert says(page, "Right: hamstring, biceps femoris, day 37")
    assert says(page, "VIRTUAL")


def test_an_empty_person_says_what_to_do_first(window: MainWindow, clinic: Clinic) -> None:
    window.go(Route(PageId.PERSON, clinic.long_name))
    settle(window)
    assert says(window.page, "Nothing measured yet")
    assert says(window.page, "Start a visit, then a test of both limbs")


def test_the_stage_is_changed_by_a_click_and_taken_back_by_undo(
    window: MainWindow, clinic: Clinic
) -> None:
    window.go(Route(PageId.PERSON, clinic.athlete))
    settle(window)
    page = window.page
    assert isinstance(page, PersonPage)
    page.episode.line.stage.button(Stage.PREVENTION).click()
    settle(window)
    assert stored(window, lambda s: s.people.get(clinic.athlete)).stage is Stage.PREVENTION
    assert "Stage: prevention" in window.foot.text
    assert says(window.bar, "prevention")
    press(window, Qt.Key.Key_Z, CTRL)
    settle(window)
    assert stored(window, lambda s: s.people.get(clinic.athlete)).stage is Stage.FUNCTIONAL
    assert page.episode.line.stage.value is Stage.FUNCTIONAL


def test_editing_a_person_is_undone_as_a_whole(window: MainWindow, clinic: Clinic) -> None:
    window.go(Route(PageId.PERSON, clinic.athlete))
    settle(window)
    before = stored(window, lambda s: s.people.get(clinic.athlete))
    press(window, Qt.Key.Key_E)
    write(window, " Jr")
    press(window, Qt.Key.Key_Return)
    assert stored(window, lambda s: s.people.get(clinic.athlete)).name == "Alex Morgan Jr"
    assert says(window.bar, "Alex Morgan Jr")
    press(window, Qt.Key.Key_Z, CTRL)
    assert stored(window, lambda s: s.people.get(clinic.athlete)) == before


def test_a_long_name_is_cut_and_whole_in_its_tooltip(window: MainWindow, clinic: Clinic) -> None:
    window.go(Route(PageId.PERSON, clinic.long_name))
    window.resize(960, 600)
    settle(window)
    page = window.page
    assert isinstance(page, PersonPage)
    title = page.header.title
    assert title.is_cut
    assert title.shown_text().endswith("…")
    assert LONG_NAME in title.toolTip()


def test_the_doses_of_a_day_stand_on_the_time_axis(window: MainWindow, clinic: Clinic) -> None:
    window.go(Route(PageId.PERSON, clinic.athlete))
    settle(window)
    chart = window.page.findChild(TrendChart)
    assert chart is not None
    doses = [mark.short for mark in chart.marks if mark.kind is MarkKind.DOSE]
    # 1.0 W/cm² SATP at 20 %, ERA 5 cm², 300 s: 300 J by closed form.
    assert "300\u00a0J" in doses

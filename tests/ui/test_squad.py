"""The squad page: a queue driven by keys, and the table of what came of it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from uuid import UUID

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.navigation import PageId, Route, StartTest
from app.pages.squad import SquadPage
from app.squad import Member
from app.widgets.controls import HowButton
from app.widgets.squad_columns import COLUMNS, DAYS, DIFFERENCE
from tests.ui.clinic import LONG_NAME, Clinic, furnish_squad
from tests.ui.reading import press, says, stored, write
from tests.ui.stage import open_window, settle

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qapp: QApplication, clinic: Clinic) -> Generator[MainWindow]:
    furnish_squad(clinic)
    with open_window(clinic.path) as shown:
        yield shown


@pytest.fixture
def page(window: MainWindow) -> SquadPage:
    press(window, Qt.Key.Key_3, CTRL)
    settle(window)
    shown = window.page
    assert isinstance(shown, SquadPage)
    shown.test.setCurrentIndex(shown.test.findData("nordic.bil"))
    shown.test.activated.emit(shown.test.currentIndex())
    settle(window)
    return shown


def names(page: SquadPage) -> list[str]:
    return [member.person.name for member in page.table.squad.rows]


def chosen(page: SquadPage) -> str:
    member = page.queue.member
    assert member is not None
    return member.person.name


def cell(page: SquadPage, name: str, column: int) -> str:
    member = next(m for m in page.table.squad.rows if m.person.name == name)
    return COLUMNS[column].text(member, page.table.squad.unit)


def test_the_queue_says_who_is_done_and_who_is_next(page: SquadPage) -> None:
    assert page.team.currentText() == "First team"
    assert says(page, "3 of 6 done")
    assert says(page, "2   Bo Lindqvist, done 10:10")
    assert says(page, "3   Chidi Okafor, waiting")
    assert chosen(page) == "Chidi Okafor"
    # Chidi's last Nordic test peaks at 399 N and 312 N, 13 days ago.
    assert says(page, "13 days ago: left 398\u00a0N, right 313\u00a0N")


def test_n_goes_to_the_next_who_is_not_done_and_numbers_jump(
    window: MainWindow, page: SquadPage
) -> None:
    press(window, Qt.Key.Key_N)
    assert chosen(page) == "Émile Roux"  # Dana is done
    press(window, Qt.Key.Key_1)
    assert chosen(page) == "Alex Morgan"
    assert says(page, "Done today")


def test_enter_opens_the_visit_and_starts_the_test_with_last_times_setup(
    window: MainWindow, page: SquadPage
) -> None:
    wishes: list[StartTest] = []
    window.desk.start_test.connect(wishes.append)
    page.queue.lever.set_value(0.43)
    press(window, Qt.Key.Key_Return)
    settle(window)
    (wish,) = wishes
    assert (wish.person.name, wish.test_id) == ("Chidi Okafor", "nordic.bil")
    assert wish.setup.lever_m(None) == 0.43
    sessions = stored(window, lambda s: s.sessions.of_person(wish.person.id))
    assert sessions[0] == wish.session
    assert sessions[0].ended_at is None
    assert says(window.bar, "Chidi Okafor")


def test_the_table_has_each_limb_the_difference_and_change_with_its_error(
    window: MainWindow, page: SquadPage
) -> None:
    press(window, Qt.Key.Key_T)
    assert [cell(page, "Chidi Okafor", column) for column in (1, 2, 5, 8)] == [
        "398", "313", "L +21 %", "13",
    ]  # fmt: skip
    # 399 − 402 and 312 − 371 N as asked for, ± MDC95 1.96 · √2 · 27.5 N.
    assert cell(page, "Chidi Okafor", 6) == "−3 ± 76"
    assert cell(page, "Chidi Okafor", 7) == "−59 ± 76"
    assert cell(page, "Fatou Diallo", 1) == "–"
    assert cell(page, "Émile Roux", 6) == "–"  # one test is no change
    # 398 N over 72 kg.
    assert cell(page, "Chidi Okafor", 3) == "5.53"


def test_keys_sort_and_a_second_press_turns_the_order(window: MainWindow, page: SquadPage) -> None:
    press(window, Qt.Key.Key_A)
    assert page.view.value == 1
    assert names(page)[:2] == ["Chidi Okafor", "Alex Morgan"]  # 21 and 11 %
    assert names(page)[-1] == "Fatou Diallo"  # never tested: last either way
    press(window, Qt.Key.Key_A)
    assert names(page)[-2:] == ["Chidi Okafor", "Fatou Diallo"]
    press(window, Qt.Key.Key_D)
    assert names(page)[:2] == ["Émile Roux", "Chidi Okafor"]  # 24 and 13 days
    assert (DIFFERENCE, DAYS) == (5, 8)


def test_the_filter_finds_without_accents_and_escape_clears_it(
    window: MainWindow, page: SquadPage
) -> None:
    press(window, Qt.Key.Key_Slash)
    write(window, "emile")
    assert names(page) == ["Émile Roux"]
    press(window, Qt.Key.Key_Escape)
    assert len(names(page)) == 6


def test_enter_in_the_table_opens_the_athlete(window: MainWindow, page: SquadPage) -> None:
    press(window, Qt.Key.Key_T)
    member: Member = page.table.squad.rows[0]
    press(window, Qt.Key.Key_Return)
    assert window.route == Route(PageId.PERSON, member.person.id)


def test_every_line_says_how_it_was_made(window: MainWindow, page: SquadPage) -> None:
    press(window, Qt.Key.Key_T)
    method = page.findChildren(HowButton)[0].method
    for part in (
        "best of 3 valid repetitions",
        "device Open Nordic Board",
        "asym.signed.v1",
        "Opar 2013",
    ):
        assert part in method


def test_everybody_is_a_team_too(window: MainWindow, page: SquadPage) -> None:
    page.team.setCurrentIndex(page.team.findText("Everybody"))
    page.team.activated.emit(page.team.currentIndex())
    settle(window)
    assert LONG_NAME in names(page)
    assert len(names(page)) == 8


def test_an_athlete_who_joins_while_another_page_is_shown_is_there_on_return(
    window: MainWindow, page: SquadPage, clinic: Clinic
) -> None:
    window.go(Route(PageId.PEOPLE))
    settle(window)
    noor = stored(window, lambda s: s.people.get(clinic.newcomer))
    ids: tuple[UUID, ...] = (noor.id,)
    window.desk.store.submit(
        lambda s: s.people.update(replace(noor, team="First team")), touches=ids
    )
    settle(window)
    press(window, Qt.Key.Key_3, CTRL)
    settle(window)
    assert "Noor El-Amin" in names(page)


def test_nobody_to_test_says_what_to_do(empty_window: MainWindow) -> None:
    press(empty_window, Qt.Key.Key_3, CTRL)
    settle(empty_window)
    assert says(empty_window.page, "Add athletes on the page People")


def test_the_table_is_printed_as_it_is_sorted(
    window: MainWindow, page: SquadPage, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr("app.pages.squad.QDesktopServices.openUrl", opened.append)
    press(window, Qt.Key.Key_T)
    press(window, Qt.Key.Key_P, CTRL)
    settle(window)
    path = clinic.path.parent / "reports" / "squad-2026-11-18-nordic.bil.pdf"
    assert path.read_bytes().startswith(b"%PDF")
    assert opened == [QUrl.fromLocalFile(str(path))]
    assert "The table is written." in window.foot.text

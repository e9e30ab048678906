from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.main_window import MainWindow
from app.navigation import Desk, PageId, Route
from app.pages.page import Page
from app.settings import SettingsFile
from app.status import DeviceStatus
from app.store_thread import StoreThread, open_store
from app.theme import DARK, LIGHT, Scheme, theme
from app.workflow import Notice, Weight
from devices.types import LinkState
from tests.ui.clinic import Clinic
from tests.ui.gallery import BOARD, PULL
from tests.ui.reading import press, says, texts, write
from tests.ui.stage import run_events, settle, wait_until

CTRL = Qt.KeyboardModifier.ControlModifier
CUT = Notice(Weight.STOP, "The link is lost.", "All is on disk.", "Bring the device nearer.")


def test_nothing_heavy_is_imported_before_the_window_can_be_shown() -> None:
    code = (
        "import sys, app.main_window;"
        "print([m for m in ('pyqtgraph', 'sqlalchemy', 'alembic', 'bleak', 'qtawesome', 'scipy',"
        " 'hid', 'hidraw', 'numpy', 'yaml', 'data.records') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_first_page_is_today_and_the_rail_has_no_dead_pages(window: MainWindow) -> None:
    assert window.route == Route(PageId.TODAY)
    for word in ("Today", "People", "Squad", "Devices", "Library", "Settings"):
        assert word in texts(window.rail)
    for place in PageId:
        if place.value in ("today", "people", "squad", "devices", "library", "settings"):
            window.rail.button(place.value).click()
            settle(window)
            assert window.route == Route(place)


def test_escape_goes_back_the_way_one_came(window: MainWindow, clinic: Clinic) -> None:
    window.go(Route(PageId.PEOPLE))
    window.go(Route(PageId.PERSON, clinic.athlete))
    window.go(Route(PageId.VISIT, clinic.visit))
    settle(window)
    press(window, Qt.Key.Key_Escape)
    assert window.route == Route(PageId.PERSON, clinic.athlete)
    press(window, Qt.Key.Key_Escape)
    assert window.route == Route(PageId.PEOPLE)
    press(window, Qt.Key.Key_Escape)
    assert window.route == Route(PageId.PEOPLE)


def test_the_palette_finds_an_athlete_by_a_few_letters(window: MainWindow, clinic: Clinic) -> None:
    press(window, Qt.Key.Key_K, CTRL)
    write(window, "morg")
    press(window, Qt.Key.Key_Return)
    assert window.route == Route(PageId.PERSON, clinic.athlete)
    assert says(window.bar, "Alex Morgan")


def test_the_palette_finds_tests_and_pages(window: MainWindow) -> None:
    press(window, Qt.Key.Key_K, CTRL)
    write(window, "nordic curl")
    assert says(window, "Nordic hamstring curl")
    press(window, Qt.Key.Key_Return)
    assert window.route == Route(PageId.LIBRARY, word="nordic.bil")
    press(window, Qt.Key.Key_K, CTRL)
    write(window, "sett")
    press(window, Qt.Key.Key_Return)
    assert window.route == Route(PageId.SETTINGS)


def test_enter_pressed_before_the_answer_chooses_from_the_answer(
    window: MainWindow, clinic: Clinic
) -> None:
    QTest.keyClick(window, Qt.Key.Key_K, CTRL)
    field = QApplication.focusWidget()
    assert field is not None
    QTest.keyClicks(field, "morg")
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle(window)
    assert window.route == Route(PageId.PERSON, clinic.athlete)


def test_the_palette_says_when_nothing_is_found_and_escape_closes_it(window: MainWindow) -> None:
    press(window, Qt.Key.Key_K, CTRL)
    write(window, "zzz")
    assert says(window, "Nothing found for “zzz”")
    press(window, Qt.Key.Key_Escape)
    assert not says(window, "Nothing found")
    assert window.route == Route(PageId.TODAY)


def test_a_question_mark_shows_the_keys_of_the_page(window: MainWindow, clinic: Clinic) -> None:
    window.go(Route(PageId.VISIT, clinic.visit))
    settle(window)
    press(window, Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert says(window, "Add a test")
    assert says(window, "Back; nothing is lost")
    press(window, Qt.Key.Key_Escape)
    assert not says(window, "Back; nothing is lost")
    assert window.route == Route(PageId.VISIT, clinic.visit)


def test_a_notice_says_what_happened_what_is_safe_and_what_to_do(window: MainWindow) -> None:
    height = window.page.height()
    window.desk.notice.emit(CUT)
    run_events(0.02)
    for sentence in (CUT.what, CUT.safe, CUT.todo):
        assert sentence in window.foot.text
    assert window.page.height() == height  # nothing moves when something is said
    window.desk.notice.emit(None)
    assert window.foot.text == ""


def test_chips_show_state_rate_loss_and_battery_and_keep_their_width(window: MainWindow) -> None:
    window.desk.set_devices((BOARD, PULL))
    run_events(0.02)
    board, pull = window.bar.chips
    assert board.second == "1000\u00a0Hz   0 % lost   battery 87\u00a0%"
    assert pull.second == PULL.attention
    width = board.width()
    slow = DeviceStatus("Nordic Board", "onb", LinkState.STREAMING, 9.0, 12.5, 8.0)
    window.desk.set_devices((slow, PULL))
    run_events(0.02)
    assert board.width() == width
    assert "12.50" in board.second
    lost = DeviceStatus("Nordic Board", "onb", LinkState.LOST, attention="Link lost: reconnecting")
    window.desk.set_devices((lost,))
    run_events(0.02)
    assert [chip.second for chip in window.bar.chips] == ["Link lost: reconnecting"]


def test_many_devices_are_counted_instead_of_squeezing_the_name(window: MainWindow) -> None:
    window.desk.set_devices((BOARD, PULL, BOARD, PULL, BOARD))
    run_events(0.02)
    assert len(window.bar.chips) == 3
    assert says(window.bar, "+2 more")


def test_a_chip_opens_the_devices_page(window: MainWindow) -> None:
    window.desk.set_devices((BOARD,))
    window.bar.chips[0].click()
    settle(window)
    assert window.route == Route(PageId.DEVICES)


def test_the_window_may_refuse_to_close_while_something_is_recorded(window: MainWindow) -> None:
    refused: list[bool] = []
    window.close_refused.connect(lambda: refused.append(True))
    window.may_close = lambda: False
    assert not window.close()
    assert refused == [True]
    window.may_close = lambda: True


def test_theme_and_text_size_change_at_once_and_keep_the_page(
    window: MainWindow, clinic: Clinic
) -> None:
    window.go(Route(PageId.PERSON, clinic.athlete))
    settle(window)
    window.desk.change_settings(scheme=Scheme.DARK)
    assert theme().colours is DARK
    before = window.rail.width()
    window.desk.change_settings(text_scale=1.5)
    settle(window)
    assert window.rail.width() == pytest.approx(1.5 * before, abs=1)
    assert window.route == Route(PageId.PERSON, clinic.athlete)
    assert says(window.bar, "Alex Morgan")
    window.desk.change_settings(scheme=Scheme.LIGHT, text_scale=1.0)
    settle(window)
    assert theme().colours is LIGHT


def test_a_page_that_fills_the_window_sends_rail_and_foot_away(window: MainWindow) -> None:
    class Filling(Page):
        fills_window = True

    window.add_page(PageId.LIVE, lambda: Filling(window.desk))
    window.go(Route(PageId.LIVE))
    assert not window.rail.isVisible()
    assert not window.foot.isVisible()
    assert window.bar.isVisible()
    window.back()
    assert window.rail.isVisible()
    assert window.foot.isVisible()


def test_a_page_may_be_any_widget(window: MainWindow) -> None:
    plain = QWidget()
    window.add_page(PageId.LIVE, lambda: plain)
    window.go(Route(PageId.LIVE))
    assert window.page is plain
    window.back()


def test_a_database_that_is_none_is_said_in_the_window_and_left_alone(
    qapp: QApplication, tmp_path: Path
) -> None:
    path = tmp_path / "myograph.db"
    path.write_text("a letter, not a database\n" * 200, encoding="utf-8")
    theme().apply(Scheme.LIGHT)
    store = StoreThread(lambda: open_store(path))
    window = MainWindow(Desk(store, SettingsFile(tmp_path / "settings.json")))
    window.ready.connect(store.start)
    window.show()
    wait_until(lambda: bool(window.foot.text))
    assert says(window.page, "The records are not open")
    assert path.read_text(encoding="utf-8").startswith("a letter")
    store.stop()
    window.close()
    window.deleteLater()

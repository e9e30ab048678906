"""Small windows and large letters: what matters keeps its room, and nothing moves sideways."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.live_test import LivePage
from app.pages.person import PersonPage
from app.pages.visit import VisitPage
from app.widgets.controls import scrolling
from app.widgets.text import Text
from app.workflow import Notice, Weight
from tests.ui import gallery
from tests.ui.clinic import Clinic
from tests.ui.gallery import BOARD, SCENES
from tests.ui.live_states import LIVE_STATES, live_window
from tests.ui.stage import open_window, run_events, settle


def test_no_page_scrolls_sideways_in_larger_letters(qapp: QApplication, clinic: Clinic) -> None:
    wide: list[str] = []
    with open_window(clinic.path, text_scale=1.25, size=(1280, 800)) as window:
        for scene in SCENES:
            scene.show(window, clinic)
            run_events(0.02)
            areas = [area for area in window.findChildren(QScrollArea) if area.isVisible()]
            if any(area.horizontalScrollBar().maximum() > 0 for area in areas):
                wide.append(scene.name)
    assert wide == []


def test_the_asymmetry_bar_keeps_its_room_in_larger_letters(qapp: QApplication) -> None:
    state = next(state for state in LIVE_STATES if state.name == "result")
    with live_window(state, text_scale=1.25, size=(1280, 800)) as window:
        page = window.page
        assert isinstance(page, LivePage)
        bar = page.board.result.bar
        assert bar.isVisible()
        assert bar.height() >= bar.minimumSizeHint().height()


def test_a_device_that_needs_attention_is_never_behind_the_count(
    qapp: QApplication, clinic: Clinic
) -> None:
    calm = [replace(BOARD, name=f"Board {place}", key=str(place)) for place in range(4)]
    lost = replace(BOARD, name="Lost", key="lost", attention="Link lost")
    with open_window(clinic.path) as window:
        window.desk.set_devices((*calm, lost))
        settle(window)
        shown = [chip.text() for chip in window.bar.chips if chip.isVisible()]
        assert shown[-1] == "Lost"
        assert shown[:-1] == [f"Board {place}" for place in range(len(shown) - 1)]


def test_the_chart_of_an_athlete_is_whole_without_scrolling(
    qapp: QApplication, clinic: Clinic
) -> None:
    with open_window(clinic.path, size=(1280, 800)) as window:
        gallery.person(window, clinic)
        page = window.page
        assert isinstance(page, PersonPage)
        assert _is_in_sight(page.trend.chart, page)
        assert not _is_in_sight(page.visits, page)  # so that the page does scroll


def test_a_test_is_started_by_a_button_in_sight_however_much_it_asks(
    qapp: QApplication, clinic: Clinic
) -> None:
    with open_window(clinic.path, size=(1280, 800)) as window:
        gallery.visit_test_setup(window, clinic)
        run_events(0.02)
        page = window.page
        assert isinstance(page, VisitPage)
        assert _is_in_sight(page.chooser.start, page)
        assert page.chooser.start.property("kind") == "primary"
        assert page.additions.test.property("kind") == "normal"  # one next step


def test_a_name_of_sixty_letters_is_whole_on_its_page(qapp: QApplication, clinic: Clinic) -> None:
    with open_window(clinic.path, size=(1280, 800)) as window:
        gallery.person_long_name(window, clinic)
        page = window.page
        assert isinstance(page, PersonPage)
        assert len(page.header.title.text()) >= 60
        assert not page.header.title.is_cut


def test_a_scroll_bar_takes_no_room_from_the_page(qapp: QApplication, clinic: Clinic) -> None:
    with open_window(clinic.path, size=(1280, 800)) as window:
        window.go(Route(PageId.SETTINGS))
        settle(window)
        width = _content(window).width()
        window.resize(1280, 1600)
        settle(window)
        assert _content(window).width() == width


def test_amber_words_keep_room_for_their_sign(qapp: QApplication) -> None:
    text = Text("Battery low", tone="muted")
    bare = text.sizeHint().width()
    text.set_tone("attention")
    assert text.sizeHint().width() >= bare + 16
    text.set_tone("muted")
    assert text.sizeHint().width() == bare


def _is_in_sight(widget: QWidget, page: QWidget) -> bool:
    """Whole, within every area that scrolls it."""
    place = QRect(widget.mapTo(page, QPoint(0, 0)), widget.size())
    holder, within = widget.parentWidget(), page.rect()
    while holder is not None and holder is not page:
        within = within.intersected(QRect(holder.mapTo(page, QPoint(0, 0)), holder.size()))
        holder = holder.parentWidget()
    return widget.isVisible() and within.contains(place)


def _content(window: MainWindow) -> QWidget:
    inner = window.page.findChildren(QScrollArea)[-1].widget()
    assert inner is not None
    return inner


def test_what_to_do_is_never_cut_from_a_notice(qapp: QApplication, clinic: Clinic) -> None:
    notice = Notice(
        Weight.ATTENTION,
        "The backup of today could not be written: the folder on the second disk is gone.",
        "Every record is safe on this computer.",
        "Plug the disk in, or choose another folder in the settings.",
    )
    with open_window(clinic.path, text_scale=1.25, size=(1280, 800)) as window:
        settle(window)
        window.desk.notice.emit(notice)
        settle(window)
        (said,) = [each for each in window.foot.findChildren(Text) if notice.todo in each.text()]
        assert said.heightForWidth(said.width()) <= said.height()
        assert window.foot.mapTo(window, QPoint(0, window.foot.height())).y() <= window.height()


class Wrapping(QWidget):
    """As a text: a line more where it is narrower than 384 px."""

    def __init__(self) -> None:
        super().__init__()
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        return 420 if width >= 384 else 424


def test_what_fits_only_without_a_scroll_bar_does_not_call_for_it_for_ever(qtbot: QtBot) -> None:
    content = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(Wrapping())
    area = scrolling(content)
    qtbot.addWidget(area)
    area.resize(384, 400)
    area.show()
    run_events(0.02)
    for height in (416, 420, 424, 420, 416):
        area.resize(384, height)
        run_events(0.02)
        assert content.width() <= 384
        assert content.height() <= max(height, 424)

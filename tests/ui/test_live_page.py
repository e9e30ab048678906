from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.navigation import Desk, Route
from app.navigation import PageId as Id
from app.pages.live_test import LivePage
from app.settings import SettingsFile
from app.store_thread import StoreThread, open_store
from app.theme import Scheme, theme
from app.units import ForceUnit
from app.widgets.state_mark import Keeping
from app.workflow import Notice, Step, Weight
from data.analysis.types import Side
from tests.ui.live_source import Effort, ScriptedRun, hold, nordic, set_result
from tests.ui.live_states import HOLDS, LIVE_STATES, LONG, NORDICS, WEAKER, LiveState

KEYS = (
    (Qt.Key.Key_Space, "start_stop"),
    (Qt.Key.Key_Z, "take_zero"),
    (Qt.Key.Key_Return, "accept"),
    (Qt.Key.Key_Enter, "accept"),
    (Qt.Key.Key_X, "reject_rep"),
    (Qt.Key.Key_R, "repeat_rep"),
    (Qt.Key.Key_F, "finish"),
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    store = StoreThread(lambda: open_store(tmp_path / "none.db"))
    return Desk(store, SettingsFile(tmp_path / "settings.json"))


@pytest.fixture
def page(qtbot: QtBot, desk: Desk) -> Iterator[LivePage]:
    theme().apply(Scheme.LIGHT)
    made = LivePage(desk)
    qtbot.addWidget(made)
    made.resize(1188, 652)  # what a window of 1280 × 720 leaves
    made.show()
    qtbot.waitExposed(made)
    made.enter(Route(Id.LIVE))
    yield made
    made.set_run(None)


def ready(page: LivePage, run: ScriptedRun | None = None) -> ScriptedRun:
    run = run or ScriptedRun()
    page.set_run(run)
    run.connect_device()
    run.play(1.0)
    run.tell()
    run.asked.clear()
    return run


@pytest.mark.parametrize(
    "state", [s for s in LIVE_STATES if s.then and not s.wait_s], ids=lambda s: s.name
)
def test_every_state_shows_its_one_next_step(page: LivePage, state: LiveState) -> None:
    assert state.then is not None
    run = state.make()
    page.set_run(run)
    state.then(run)
    assert page.next_step.sentence == run.view.sentence
    assert page.next_step.key == run.view.key
    assert page.strip.marks == run.view.marks
    page.grab()


def test_the_states_cover_every_step() -> None:
    steps: set[Step] = set()
    for state in LIVE_STATES:
        if state.then is not None:
            run = state.make()
            state.then(run)
            steps.add(run.view.step)
    assert steps == set(Step)


@pytest.mark.parametrize(("key", "asked"), KEYS, ids=lambda value: str(value))
def test_a_key_asks_the_run(page: LivePage, key: Qt.Key, asked: str) -> None:
    run = ready(page)
    QTest.keyClick(page, key)
    assert run.asked == [asked]


def test_a_key_that_is_held_down_acts_once(page: LivePage) -> None:
    shortcuts = page.findChildren(QShortcut)
    assert shortcuts
    assert not any(shortcut.autoRepeat() for shortcut in shortcuts)


def test_arrows_choose_the_limb_they_point_at(page: LivePage) -> None:
    run = ScriptedRun("ham.iso9020")  # begins with the left limb
    page.set_run(run)
    run.connect_device(limbs=1)
    run.asked.clear()
    QTest.keyClick(page, Qt.Key.Key_Left)
    assert run.asked == []
    QTest.keyClick(page, Qt.Key.Key_Right)
    assert run.view.limb is Side.RIGHT
    QTest.keyClick(page, Qt.Key.Key_Right)
    assert run.asked == ["switch_limb"]


def test_the_large_key_can_be_clicked(page: LivePage) -> None:
    run = ready(page)
    QTest.mouseClick(page.next_step.key_button, Qt.MouseButton.LeftButton)
    assert run.asked == ["start_stop"]
    assert run.view.step is Step.COUNTDOWN


def test_escape_is_the_runs_own_affair_while_there_is_one(page: LivePage) -> None:
    assert not page.escape()
    run = ready(page)
    assert page.escape()
    assert run.asked == ["back"]


def test_n_accepts_the_result_and_goes_on_to_the_next_athlete(page: LivePage, desk: Desk) -> None:
    asked: list[bool] = []
    desk.next_wanted.connect(lambda: asked.append(True))
    run = ready(page)
    QTest.keyClick(page, Qt.Key.Key_N)
    assert asked == []
    run.begin(NORDICS)
    run.play(15.5)
    run.stored(set_result(347.0, 316.0))
    QTest.keyClick(page, Qt.Key.Key_N)
    assert run.asked == ["accept"]
    assert asked == [True]


def test_saved_is_only_said_of_what_is_stored(page: LivePage) -> None:
    run = ready(page)
    assert page.state.state is Keeping.IDLE
    run.begin(NORDICS)
    assert page.state.state is Keeping.RECORDING
    run.play(15.5)
    assert page.state.state is Keeping.STORING
    run.stored(set_result(347.0, 316.0, is_saved=False))
    assert page.state.state is Keeping.UNSAVED
    run.guided.is_saved = True
    run.tell()
    assert page.state.state is Keeping.SAVED


def test_the_numbers_follow_the_curve_and_hold_the_peak(qtbot: QtBot, page: LivePage) -> None:
    run = ready(page)
    run.begin([Effort(0.5, (331.0, 302.0), 3.0, nordic)])
    run.play(3.4)
    qtbot.wait(150)
    left = page.board.readouts[Side.LEFT].figures
    # 331 N · ((3.4 − 0.025 − 0.5)/3)² at the middle of the last 50 ms
    assert left[0].force_n == pytest.approx(331.0 * (2.875 / 3.0) ** 2, rel=0.02)
    assert left[1].caption == "peak, rep 1"
    run.play(4.5)
    qtbot.wait(150)
    now, peak = page.board.readouts[Side.RIGHT].figures
    assert now.force_n == pytest.approx(0.0, abs=2.0)
    assert peak.force_n == pytest.approx(302.0, rel=0.02)


def test_a_number_that_is_no_longer_now_is_a_dash(qtbot: QtBot, page: LivePage) -> None:
    run = ready(page)
    run.begin(NORDICS)
    run.play(3.0)
    run.guided.link_lost("the port is gone")
    run.tell()
    qtbot.wait(500)
    assert page.board.plot.gaps
    now, peak = page.board.readouts[Side.LEFT].figures
    assert now.force_n is None
    assert peak.force_n is not None
    assert "on disk" in page.notice.text


def test_numbers_never_move_their_neighbours(qtbot: QtBot, page: LivePage) -> None:
    run = ready(page)
    run.begin([Effort(0.2, (3.0, 1280.0), 1.0, nordic)])
    before = [child.geometry() for child in (page.board, page.board.plot, page.reps)]
    run.play(1.1)
    qtbot.wait(150)
    assert [child.geometry() for child in (page.board, page.board.plot, page.reps)] == before


def test_a_rejected_repetition_stays_and_can_be_taken_back(page: LivePage) -> None:
    run = ready(page)
    run.begin(NORDICS)
    run.play(4.5)
    QTest.keyClick(page, Qt.Key.Key_X)
    assert "rejected" in page.reps.spoken
    assert [button.text() for button in page.next_step.buttons] == ["Take back"]
    QTest.keyClick(page, Qt.Key.Key_X)
    assert "rejected" not in page.reps.spoken


def test_the_other_limbs_best_runs_along_as_a_ghost(page: LivePage) -> None:
    run = ScriptedRun("ham.iso9020", injured=Side.RIGHT)
    page.set_run(run)
    run.connect_device(limbs=1)
    run.begin(HOLDS)
    run.play(20.0)
    run.stored(None)
    run.begin(WEAKER)
    run.play(3.0)
    assert page.board.plot.ghost_side is Side.LEFT
    other = page.board.readouts[Side.LEFT]
    assert not other.is_active
    # The best of 268, 281 and 275 N, less what a hold of 4.5 s loses while it is built up.
    assert other.figures[1].force_n == pytest.approx(281.0, rel=0.03)


def test_the_result_stands_where_the_curve_was(page: LivePage) -> None:
    run = ready(page)
    run.begin(NORDICS)
    run.play(15.5)
    run.stored(set_result(347.0, 316.0, last_n=(301.0, 279.0)))
    assert page.board.result.isVisible()
    assert not page.board.plot.isVisible()
    assert page.board.result.headline == "Left stronger by 8.9 %"
    assert page.board.readouts[Side.LEFT].figures[1].force_n == 347.0


def test_a_run_without_a_result_says_so(page: LivePage) -> None:
    run = ready(page)
    run.begin([])
    run.start_stop()
    run.stored(None)
    assert page.board.result.headline == "No result"


def test_the_plot_rests_while_the_page_is_hidden(page: LivePage) -> None:
    ready(page)
    assert page.board.plot.is_running
    page.hide()
    assert not page.board.plot.is_running
    page.show()
    assert page.board.plot.is_running


def test_a_run_that_is_let_go_is_no_longer_listened_to(page: LivePage) -> None:
    run = ready(page)
    page.set_run(None)
    sentence = page.next_step.sentence
    run.begin(NORDICS)
    assert page.next_step.sentence == sentence


def test_what_the_window_has_to_say_stands_while_the_run_says_nothing(
    page: LivePage, desk: Desk
) -> None:
    run = ready(page)
    desk.notice.emit(Notice(Weight.ATTENTION, "The last backup is old.", "", ""))
    assert page.notice.text == "The last backup is old."
    run.guided.link_lost("gone")
    run.tell()
    assert page.notice.text.startswith("The device stopped answering")


@pytest.mark.parametrize("size", [(868, 532), (1188, 652), (1836, 1012), (3748, 2092)])
def test_long_names_neither_widen_nor_cover_anything(page: LivePage, size: tuple[int, int]) -> None:
    test = replace(ScriptedRun().guided.test, name=LONG, cue=f"{LONG} {LONG}", position=LONG)
    page.resize(*size)
    run = ready(page, ScriptedRun(test=test))
    run.begin(NORDICS)
    run.play(3.0)
    assert page.minimumSizeHint().width() <= 868  # the smallest window, 960 px, less the rail
    assert page.size().toTuple() == size
    page.grab()


def test_forces_are_shown_in_the_unit_of_the_settings(
    qtbot: QtBot, page: LivePage, desk: Desk
) -> None:
    run = ready(page)
    run.begin([Effort(0.2, (98.0665, 98.0665), 5.0, hold)])
    run.play(4.0)
    qtbot.wait(150)
    desk.change_settings(force_unit=ForceUnit.KILOGRAM_FORCE)
    assert "kgf" in page.board.readouts[Side.LEFT].accessibleName()

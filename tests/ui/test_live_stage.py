from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.pages.stage import Stage
from app.theme import Scheme, theme
from data.analysis.types import Side
from tests.ui.live_source import ScriptedRun, set_result
from tests.ui.live_states import LIVE_STATES, NORDICS, LiveState


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    theme().apply(Scheme.DARK)
    made = Stage()
    qtbot.addWidget(made)
    made.resize(1280, 720)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.set_run(None)
    theme().apply(Scheme.LIGHT)


@pytest.mark.parametrize("state", [s for s in LIVE_STATES if s.then], ids=lambda s: s.name)
def test_the_stage_shows_no_name_and_no_verdict(stage: Stage, state: LiveState) -> None:
    assert state.then is not None
    run = state.make()
    stage.set_run(run)
    state.then(run)
    shown = [label.text() for label in stage.findChildren(QLabel) if label.isVisible()]
    assert not any(word in text for text in shown for word in ("Morgan", "stronger", "hamstring"))
    assert not stage.board.result.isVisible()
    stage.grab()


def test_the_stage_counts_repetitions_and_says_what_to_do(stage: Stage) -> None:
    run = ScriptedRun()
    stage.set_run(run)
    run.connect_device()
    run.begin(NORDICS)
    assert stage.word.text() == "Get ready"
    run.play(2.0)
    assert stage.word.text() == "Go"
    run.play(15.5)
    run.stored(set_result(347.0, 316.0))
    assert stage.word.text() == "Done"
    assert stage.dots.accessibleName() == "3 of 3 repetitions done"
    # The best of all repetitions: the last one was weaker.
    best = stage.board.readouts[Side.LEFT].figures[1]
    assert (best.force_n, best.caption) == (347.0, "best")


def test_the_keys_of_the_run_work_on_the_stage_too(stage: Stage) -> None:
    run = ScriptedRun()
    stage.set_run(run)
    run.connect_device()
    QTest.keyClick(stage, Qt.Key.Key_Space)
    assert run.asked == ["start_stop"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_F11])
def test_the_stage_closes_without_touching_the_run(qtbot: QtBot, stage: Stage, key: Qt.Key) -> None:
    run = ScriptedRun()
    stage.set_run(run)
    with qtbot.waitSignal(stage.closed, timeout=1000):
        QTest.keyClick(stage, key)
    assert not stage.isVisible()
    assert run.asked == []
    assert not stage.board.plot.is_running

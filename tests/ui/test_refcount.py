"""Qt bindings that drop references to the singletons end in an abort after seconds of live plot."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.live import LiveTrace
from app.widgets.live_plot import LivePlot
from data.analysis.types import Side
from tests.ui.live_source import Effort, nordic, samples

CALLS = 1000
# One lost reference for each call is what a broken binding does; a few come and go by themselves.
LOSS = -CALLS // 10


def lost(call: Callable[[], object], singleton: object) -> int:
    call()
    before = sys.getrefcount(singleton)
    for _ in range(CALLS):
        call()
    return sys.getrefcount(singleton) - before


def nothing(_on: bool) -> None:
    return


class Bell(QObject):
    rung = Signal(bool)


@pytest.mark.parametrize("singleton", [None, True, False], ids=str)
def test_a_thousand_qt_calls_lose_no_reference_to_a_singleton(
    qtbot: QtBot, singleton: object
) -> None:
    label, timer, bell = QLabel(), QTimer(), Bell()
    qtbot.addWidget(label)
    bell.rung.connect(nothing)
    for call in (
        label.update,
        lambda: label.setText("312 N"),
        lambda: label.setEnabled(True),
        label.isVisible,
        lambda: timer.setInterval(16),
        timer.isActive,
        lambda: bell.rung.emit(True),
        lambda: bell.rung.emit(False),
    ):
        assert lost(call, singleton) > LOSS


@pytest.mark.parametrize("singleton", [None, True, False], ids=str)
def test_a_thousand_live_frames_lose_no_reference_to_a_singleton(
    qtbot: QtBot, singleton: object
) -> None:
    trace = LiveTrace(2, 2000)
    plot = LivePlot()
    qtbot.addWidget(plot)
    plot.follow(trace, (Side.LEFT, Side.RIGHT))
    plot.show()
    t, force = samples([Effort(0.1, (300.0, 280.0), 1.0, nordic)], 0.0, 1.2, 2)
    at = iter(range(len(t)))

    def frame() -> None:
        i = next(at)
        trace.append(t[i : i + 1], force[i : i + 1])
        plot.draw_frame()

    assert lost(frame, singleton) > LOSS

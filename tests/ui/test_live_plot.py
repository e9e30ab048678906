from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from app.live import LiveTrace
from app.theme import DARK, LIGHT, Scheme, theme
from app.units import ForceUnit
from app.widgets.live_plot import STALE_S, LivePlot
from app.widgets.plot_marks import Level
from data.analysis.types import Side
from tests.bench.plot import frame_times_ms

LIMBS = (Side.LEFT, Side.RIGHT)


@pytest.fixture
def trace() -> LiveTrace:
    return LiveTrace(2, 12_000)


@pytest.fixture
def plot(qtbot: QtBot, trace: LiveTrace) -> Iterator[LivePlot]:
    theme().apply(Scheme.LIGHT)
    made = LivePlot(frame_ms=60_000)  # frames are drawn by the tests
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.follow(trace, LIMBS)
    made.show()
    qtbot.waitExposed(made)
    yield made
    theme().apply(Scheme.LIGHT)


def feed(trace: LiveTrace, seconds: float, force_n: float = 0.0, start_s: float = 0.0) -> None:
    n = round(seconds * 1000)
    trace.append(start_s + np.arange(n) / 1000, np.full((n, 2), force_n))


def test_the_timer_runs_only_while_the_plot_is_visible(qtbot: QtBot) -> None:
    plot = LivePlot()
    qtbot.addWidget(plot)
    assert not plot.is_running
    plot.show()
    assert plot.is_running
    plot.hide()
    assert not plot.is_running


def test_many_batches_make_one_frame_and_nothing_new_makes_none(
    plot: LivePlot, trace: LiveTrace
) -> None:
    frames: list[None] = []
    plot.draw_frame()
    plot.frame.connect(lambda: frames.append(None))
    for i in range(100):
        feed(trace, 0.01, start_s=0.01 * i)
    plot.draw_frame()
    assert len(frames) == 1
    plot.draw_frame()
    assert len(frames) == 1
    assert plot.now_s == pytest.approx(0.999)


def test_the_newest_sample_stands_at_the_right_edge_and_the_axis_stays(
    plot: LivePlot, trace: LiveTrace
) -> None:
    feed(trace, 3.0)
    plot.draw_frame()
    before = plot.area
    feed(trace, 2.0, start_s=3.0)
    plot.draw_frame()
    assert (plot.area.left_s, plot.area.right_s) == (before.left_s, before.right_s) == (-10, 0)
    assert plot.now_s == pytest.approx(4.999)


def test_the_force_axis_grows_in_steps_and_does_not_shrink(
    plot: LivePlot, trace: LiveTrace
) -> None:
    feed(trace, 1.0, force_n=300.0)
    plot.draw_frame()
    assert plot.area.top_n == 350.0
    feed(trace, 11.0, force_n=20.0, start_s=1.0)
    plot.draw_frame()
    assert plot.area.top_n == 350.0
    plot.reset_scale()
    assert plot.area.top_n == 100.0


def test_a_best_to_beat_is_within_the_axis_before_the_first_pull(plot: LivePlot) -> None:
    plot.set_levels([Level(352.0, "L best", Side.LEFT)])
    assert plot.area.top_n == 500.0  # 115 % of 352 N is 404.8 N


def test_silence_while_recording_is_a_gap_that_grows(plot: LivePlot, trace: LiveTrace) -> None:
    plot.set_recording(True)
    feed(trace, 2.0)
    plot.draw_frame()
    assert not plot.is_silent
    time.sleep(STALE_S + 0.1)
    plot.draw_frame()
    assert plot.is_silent
    (first,) = plot.gaps
    time.sleep(0.1)
    plot.draw_frame()
    (later,) = plot.gaps
    assert first.start_s == later.start_s == pytest.approx(1.999)
    assert later.end_s - first.end_s == pytest.approx(0.1, abs=0.05)


def test_silence_without_a_recording_is_no_gap(plot: LivePlot, trace: LiveTrace) -> None:
    feed(trace, 2.0)
    plot.draw_frame()
    time.sleep(STALE_S + 0.05)
    plot.draw_frame()
    assert not plot.gaps
    assert not plot.is_silent


def test_samples_that_never_came_stay_a_gap_of_their_true_length(
    plot: LivePlot, trace: LiveTrace
) -> None:
    feed(trace, 2.0)
    feed(trace, 2.0, start_s=2.8)
    plot.draw_frame()
    (gap,) = plot.gaps
    assert (gap.start_s, gap.end_s) == (pytest.approx(1.999), pytest.approx(2.8))


def test_a_spike_of_one_sample_reaches_the_screen(plot: LivePlot, trace: LiveTrace) -> None:
    feed(trace, 10.0)
    force = np.zeros((1, 2))
    force[0, 0] = 90.0
    trace.append(np.array([10.0]), force)
    feed(trace, 1.0, start_s=10.001)
    plot.draw_frame()
    picture = plot.grab().toImage()
    at_x, at_y = round(plot.area.x(-1.0)), round(plot.area.y(60.0))
    blue = QColor(LIGHT.left)
    near = [picture.pixelColor(x, at_y) for x in range(at_x - 4, at_x + 5)]
    assert any(abs(c.red() - blue.red()) + abs(c.blue() - blue.blue()) < 90 for c in near)


def test_a_frame_of_twenty_thousand_points_is_within_budget(qtbot: QtBot) -> None:
    # Measured 3 ms; a loose limit, because machines that run tests are busy.
    assert statistics.median(frame_times_ms((1280, 800), frames=40)) < 60.0


def test_a_new_look_is_taken_at_once(plot: LivePlot, trace: LiveTrace) -> None:
    feed(trace, 1.0)
    plot.draw_frame()
    theme().apply(Scheme.DARK)
    assert plot.grab().toImage().pixelColor(plot.width() // 2, 3) == QColor(DARK.raised)


def test_numbers_are_shown_in_the_chosen_unit_while_the_curve_stays_in_newtons(
    plot: LivePlot, trace: LiveTrace
) -> None:
    feed(trace, 1.0, force_n=80.0)
    plot.draw_frame()
    before = plot.area
    plot.set_unit(ForceUnit.KILOGRAM_FORCE)
    plot.draw_frame()
    assert plot.area == before


def test_frames_after_the_end_of_trace_and_plot_do_no_harm(qtbot: QtBot, trace: LiveTrace) -> None:
    plot = LivePlot()
    plot.follow(trace, LIMBS)
    plot.show()
    feed(trace, 1.0)
    plot.draw_frame()
    plot.follow(None, ())
    plot.draw_frame()
    plot.follow(trace, LIMBS)
    feed(trace, 1.0, start_s=1.0)
    plot.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    feed(trace, 1.0, start_s=2.0)
    qtbot.wait(60)


def test_a_trace_that_is_cleared_and_begins_again_is_drawn_from_its_beginning(
    plot: LivePlot, trace: LiveTrace
) -> None:
    feed(trace, 5.0)
    plot.draw_frame()
    trace.clear()
    plot.draw_frame()
    feed(trace, 0.5)
    plot.draw_frame()
    assert plot.now_s == pytest.approx(0.499)

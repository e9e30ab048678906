from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.theme import Scheme, theme
from app.widgets.plot_marks import RepSpan
from app.widgets.review_plot import ReviewPlot
from data.analysis.types import Curve, MissingStretch, Side
from tests.ui.live_source import Effort, nordic, samples

REPS = (RepSpan(1, 1.0, 4.0), RepSpan(2, 6.0, 9.0, is_rejected=True))
Moved = list[tuple[int, float, float]]


def curve() -> Curve:
    efforts = [Effort(1.0, (330.0, 300.0), 3.0, nordic), Effort(6.0, (340.0, 310.0), 3.0, nordic)]
    t, force = samples(efforts, 0.0, 12.0, 2)
    kept = (t < 7.0) | (t > 7.6)
    gap = MissingStretch(6.999, 7.601, "link lost")
    return Curve(t[kept], force[kept], (Side.LEFT, Side.RIGHT), (gap,))


@pytest.fixture
def plot(qtbot: QtBot) -> ReviewPlot:
    theme().apply(Scheme.LIGHT)
    made = ReviewPlot()
    qtbot.addWidget(made)
    made.resize(1000, 400)
    made.show()
    qtbot.waitExposed(made)
    made.show_curve(curve())
    made.set_reps(REPS)
    return made


@pytest.fixture
def moved(plot: ReviewPlot) -> Moved:
    seen: Moved = []

    def note(number: int, start_s: float, end_s: float) -> None:
        seen.append((number, start_s, end_s))

    plot.bounds_changed.connect(note)
    return seen


def at(plot: ReviewPlot, t_s: float) -> QPoint:
    return QPoint(round(plot.area.x(t_s)), round(plot.area.rect.center().y()))


def drag(plot: ReviewPlot, start_s: float, end_s: float) -> None:
    QTest.mousePress(plot.surface, Qt.MouseButton.LeftButton, pos=at(plot, start_s))
    QTest.mouseMove(plot.surface, at(plot, end_s))
    QTest.mouseRelease(plot.surface, Qt.MouseButton.LeftButton, pos=at(plot, end_s))


def test_a_dragged_bound_is_announced_once_when_it_is_let_go(
    plot: ReviewPlot, moved: Moved
) -> None:
    drag(plot, 4.0, 4.5)
    ((number, start, end),) = moved
    assert (number, start) == (1, 1.0)
    assert end == pytest.approx(4.5, abs=0.02)  # one pixel is 14 ms


def test_a_bound_stops_at_its_neighbour_and_at_its_other_end(
    plot: ReviewPlot, moved: Moved
) -> None:
    drag(plot, 4.0, 8.0)
    assert moved[-1][2] == pytest.approx(6.0)
    drag(plot, 1.0, 11.0)
    number, start, end = moved[-1]
    assert number == 1
    assert start < end


def test_a_chosen_bound_moves_by_the_arrow_keys(plot: ReviewPlot, moved: Moved) -> None:
    QTest.mouseClick(plot.surface, Qt.MouseButton.LeftButton, pos=at(plot, 4.0))
    moved.clear()
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert moved[-1][2] == pytest.approx(4.01, abs=1e-6)
    QTest.keyClick(plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert moved[-1][2] == pytest.approx(3.91, abs=1e-6)


def test_bounds_that_may_not_be_edited_stay(plot: ReviewPlot, moved: Moved) -> None:
    plot.set_reps(REPS, may_edit=False)
    drag(plot, 4.0, 4.5)
    assert moved == []


def test_the_wheel_zooms_around_the_pointer_and_a_double_click_shows_all(
    plot: ReviewPlot,
) -> None:
    where = QPointF(at(plot, 6.0))
    wheel = QWheelEvent(
        where,
        plot.surface.mapToGlobal(where),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.surface, wheel)
    # Two notches of a fifth each: 0.8² of 12 s, less one sample.
    assert plot.area.right_s - plot.area.left_s == pytest.approx(0.64 * 11.999, rel=1e-3)
    assert plot.area.time(where.x()) == pytest.approx(6.0, abs=0.05)
    QTest.mouseDClick(plot.surface, Qt.MouseButton.LeftButton, pos=at(plot, 6.0))
    assert (plot.area.left_s, plot.area.right_s) == (0.0, pytest.approx(11.999))


def test_dragging_beside_the_bounds_moves_a_zoomed_curve_and_keeps_it_inside(
    plot: ReviewPlot,
) -> None:
    plot.zoom(4.5, 5.5)
    drag(plot, 5.3, 4.8)
    assert plot.area.left_s == pytest.approx(5.0, abs=0.02)
    plot.zoom(11.8, 14.0)
    assert plot.area.right_s == pytest.approx(11.999)


def test_a_second_curve_is_laid_over_and_taken_away_again(plot: ReviewPlot) -> None:
    alone = plot.grab().toImage()
    other = curve()
    plot.set_overlay(Curve(other.t, 1.5 * other.force, other.sides), shift_s=0.4)
    assert plot.area.top_n > 500.0  # both curves fit
    assert plot.grab().toImage() != alone
    plot.set_overlay(None)
    assert plot.grab().toImage() == alone


def test_a_curve_without_samples_is_an_empty_plot(plot: ReviewPlot) -> None:
    plot.show_curve(Curve(np.zeros(0), np.zeros((0, 1)), (None,)))
    plot.show_curve(None)
    QTest.mouseClick(plot.surface, Qt.MouseButton.LeftButton, pos=QPoint(200, 200))
    plot.grab()

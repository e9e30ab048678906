from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.widgets.plot_scale import ceiling, dashes, links, missing, outline, ticks
from data.analysis.types import MissingStretch


@pytest.mark.parametrize(
    ("best_n", "top_n"),
    [
        (0.0, 100.0),  # never below 100 N
        (300.0, 350.0),  # 345 N wanted
        (348.0, 500.0),  # 400.2 N wanted: just over the step of 400
        (869.0, 1000.0),  # 999.4 N wanted
        (870.0, 1200.0),  # 1000.5 N wanted
    ],
)
def test_the_force_axis_ends_at_the_next_round_step_over_115_percent(
    best_n: float, top_n: float
) -> None:
    assert ceiling(best_n) == top_n


@given(st.floats(0, 20_000), st.floats(0, 20_000))
def test_a_better_best_never_lowers_the_axis(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert ceiling(low) <= ceiling(high)
    assert ceiling(high) >= 1.15 * high * (1 - 1e-9)


@given(st.floats(-1000, 1000), st.floats(0.5, 5000), st.integers(2, 12))
def test_ticks_are_inside_and_no_more_than_asked(low: float, width: float, at_most: int) -> None:
    found = ticks(low, low + width, at_most)
    assert len(found) <= at_most
    assert all(low - 1e-6 * width <= value <= low + width * (1 + 1e-6) for value in found)


def test_a_spike_of_one_sample_survives_the_outline() -> None:
    t = np.arange(20_000) / 1000
    force = np.zeros((20_000, 2))
    force[12_345, 0], force[777, 1] = 400.0, -30.0
    _, drawn = outline(t, force, run=25)
    assert drawn[:, 0].max() == 400.0
    assert drawn[:, 1].min() == -30.0
    assert len(drawn) <= 2 * (20_000 / 25 + 1)


def test_the_outline_keeps_its_shape_while_the_window_moves() -> None:
    rng = np.random.default_rng(1)
    t = np.arange(5000) / 1000
    force = rng.normal(0, 10, (5000, 1))
    run = 10
    early = dict(zip(*_points(outline(t[:4000], force[:4000], run, first=0)), strict=True))
    late = dict(zip(*_points(outline(t[137:4137], force[137:4137], run, first=137)), strict=True))
    shared = [at for at in early if at in late and 0.2 < at < 3.9]
    assert len(shared) > 300
    assert all(early[at] == late[at] for at in shared)


def _points(
    drawn: tuple[np.ndarray, np.ndarray],
) -> tuple[list[float], list[tuple[float, ...]]]:
    t, force = drawn
    return t[0::2].tolist(), [tuple(pair) for pair in force[:, 0].reshape(-1, 2).tolist()]


def test_no_run_reaches_across_a_gap() -> None:
    t = np.concatenate((np.arange(1000), np.arange(1800, 3000))) / 1000
    force = np.where(t < 1.5, 10.0, 200.0)[:, None]
    drawn_t, drawn = outline(t, force, run=7, longest_s=0.1)
    assert np.all(drawn[drawn_t < 1.5] == 10.0)
    assert np.all(drawn[drawn_t > 1.5] == 200.0)


def test_a_missing_stretch_is_found_and_not_bridged() -> None:
    t = np.concatenate((np.arange(100), np.arange(900, 1000))) / 1000
    found = missing(t, 0.1)
    assert [(gap.start_s, gap.end_s) for gap in found] == [(0.099, 0.9)]
    joined = links(t, found)
    assert np.flatnonzero(joined == 0).tolist() == [99]


def test_without_a_gap_every_point_leads_on() -> None:
    t = np.arange(100) / 1000
    assert links(t, [MissingStretch(5.0, 6.0, "x")]).all()


def test_dashes_follow_the_length_of_the_curve() -> None:
    t = np.arange(1000) / 1000
    level = dashes(t, np.zeros(1000), px_per_s=300.0, px_per_n=1.0)
    # 300 px in dashes of 9 and spaces of 6 px: three fifths are drawn, in 20 dashes.
    assert level.mean() == pytest.approx(0.6, abs=0.02)
    assert np.count_nonzero(np.diff(level) == 1) == 19

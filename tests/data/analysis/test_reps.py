from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.analysis.reps import RepDetector, RepEvent, RepPhase, detect
from data.analysis.trial import analyse
from data.analysis.types import AnalysisOptions
from data.clinical.catalogue import tests as strength_tests
from data.clinical.tests import RepRule
from tests.data.analysis.curves import (
    HOLD,
    NORDIC,
    curve,
    half_sines,
    nordic,
    only_rep,
    times,
    trapezoid,
    value,
)

HOLD_RULE = strength_tests()[HOLD].rep_rule
NORDIC_RULE = strength_tests()[NORDIC].rep_rule
# clinical_science 1.6: endurance hold, on at 50 % of the target, off at 40 %
ENDURANCE = RepRule("reps.endurance.v1", 20, 0.5, 10, 0.4, 3.0, 1.0, uses_target=True)


def _events(t: np.ndarray, force: np.ndarray, sizes: list[int]) -> list[RepEvent]:
    detector = RepDetector(HOLD_RULE if force.shape[1] == 1 else NORDIC_RULE)
    events: list[RepEvent] = []
    i, k = 0, 0
    while i < len(t):
        n = sizes[k % len(sizes)]
        events += detector.feed(t[i : i + n], force[i : i + n])
        i, k = i + n, k + 1
    return events + detector.finish()


def _restless_set(seed: int, rate_hz: float, limbs: int) -> tuple[np.ndarray, np.ndarray]:
    """Efforts of falling and rising size, a knock, a bump, a resting load, noise."""
    rng = np.random.default_rng(seed)
    t = times(30.0, rate_hz)
    force = half_sines(t - 1.5, tuple(rng.uniform(40, 400, 6)))
    force += 25 * ((t > 8.9) & (t < 9.2)) + 900 * ((t > 14.1) & (t < 14.12))
    force += rng.choice([0.0, 12.0, 30.0, 200.0])
    noisy = force[:, None] * rng.uniform(0.5, 1, limbs) + rng.normal(0, 3, (len(t), limbs))
    return t, noisy


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    limbs=st.sampled_from([1, 2]),
    sizes=st.lists(st.integers(1, 700), min_size=1, max_size=12),
)
def test_any_chunking_gives_the_events_of_one_piece(
    seed: int, limbs: int, sizes: list[int]
) -> None:
    t, force = _restless_set(seed, 100.0, limbs)
    assert _events(t, force, sizes) == _events(t, force, [len(t)])


def test_sample_by_sample_gives_the_events_of_one_piece() -> None:
    t, force = _restless_set(7, 1000.0, 2)
    whole = _events(t, force, [len(t)])
    assert _events(t, force, [1]) == whole
    assert sum(event.phase is RepPhase.COMPLETED for event in whole) >= 4


# A repositioning bump of 25 N for 0.3 s and noise of 0.5 to 2 N: exactly six repetitions
# (clinical_science 1.6).
@pytest.mark.parametrize("rate_hz", [1000.0, 80.0, 50.0])
@pytest.mark.parametrize("noise", [0.5, 2.0])
def test_six_efforts_with_a_bump_between_are_six_repetitions(rate_hz: float, noise: float) -> None:
    t = times(32.0, rate_hz)
    force = half_sines(t - 1.5) + 25 * ((t > 9.5) & (t < 9.8))
    force += np.random.default_rng(3).normal(0, noise, len(t))
    completed = detect(t, force[:, None], HOLD_RULE).completed
    assert [event.number for event in completed] == [1, 2, 3, 4, 5, 6]


def test_a_candidate_starts_and_a_short_one_is_dismissed_without_using_up_a_number() -> None:
    t = times(10.0)
    force = np.where((t > 2) & (t < 2.3), 60.0, 0.0) + trapezoid(t - 4)
    events = _events(t, force[:, None], [20])
    assert [(event.phase, event.number) for event in events] == [
        (RepPhase.STARTED, 1),
        (RepPhase.DISMISSED, 1),
        (RepPhase.STARTED, 1),
        (RepPhase.COMPLETED, 1),
    ]


def test_a_dismissed_knock_does_not_raise_the_levels() -> None:
    t = times(10.0)
    force = np.where((t > 2) & (t < 2.02), 5000.0, 0.0) + trapezoid(t - 4)
    completed = detect(t, force[:, None], HOLD_RULE).completed
    assert completed[0].start_s == pytest.approx(4.02, abs=0.002)  # 20 N at 1000 N/s


def test_a_dip_shorter_than_the_merge_gap_stays_in_one_repetition() -> None:
    t = times(10.0)
    dip = 1 - ((t > 3.0) & (t < 3.25))
    completed = detect(t, (trapezoid(t - 1) * dip)[:, None], HOLD_RULE).completed
    assert len(completed) == 1


def test_a_dip_longer_than_the_merge_gap_makes_two() -> None:
    t = times(12.0)
    force = np.interp(t, [1, 1.3, 3, 3.1, 3.5, 3.6, 6, 6.1], [0, 300, 300, 0, 0, 300, 300, 0])
    completed = detect(t, force[:, None], HOLD_RULE).completed
    assert len(completed) == 2


def test_levels_follow_the_best_so_far() -> None:
    t = times(12.0)
    weak_then_strong = 25 * (trapezoid(t - 1) > 1) + trapezoid(t - 6)
    strong_then_weak = trapezoid(t - 1) + 25 * (trapezoid(t - 6) > 1)
    assert len(detect(t, weak_then_strong[:, None], HOLD_RULE).completed) == 2
    assert (
        len(detect(t, strong_then_weak[:, None], HOLD_RULE).completed) == 1
    )  # 25 N < 10 % of 300 N


def test_a_limb_left_lying_on_the_cell_ends_the_repetition() -> None:
    t = times(20.0)
    force = np.interp(t, [1, 1.3, 4, 4.1, 9, 9.3, 12, 12.1], [0, 300, 300, 25, 25, 300, 300, 0])
    completed = detect(t, force[:, None], HOLD_RULE).completed
    assert len(completed) == 2
    assert completed[0].end_s == pytest.approx(4.1, abs=0.01)


@pytest.mark.parametrize("resting", [-40.0, 15.0, 28.0, 200.0, 827.0])
def test_a_load_carried_at_rest_is_what_the_levels_stand_on(resting: float) -> None:
    t = times(12.0)
    force = 2 * (trapezoid(t - 1) + 0.8 * trapezoid(t - 6)) + resting
    found = detect(t, force[:, None], HOLD_RULE)
    assert found.resting_n == pytest.approx(resting)
    assert [event.peaks[0] for event in found.completed] == pytest.approx(
        [600 + resting, 480 + resting]
    )


def test_stepping_off_before_the_load_was_quiet_leaves_the_zero() -> None:
    t = times(12.0)
    force = 200 * (t < 0.3) + trapezoid(t - 3)
    found = detect(t, force[:, None], HOLD_RULE)
    assert found.resting_n == 0.0
    assert len(found.completed) == 1


def test_a_repetition_cut_by_the_end_is_completed_and_says_so() -> None:
    t = times(3.0)
    completed = detect(t, trapezoid(t - 1)[:, None], HOLD_RULE).completed
    assert [event.is_cut for event in completed] == [True]


def test_a_nordic_needs_both_limbs_sum_only() -> None:
    t = times(6.0)
    force = np.stack([0.9 * nordic(t - 1), 0.1 * nordic(t - 1)], axis=1)
    completed = detect(t, force, NORDIC_RULE).completed
    assert completed[0].peaks == pytest.approx((315.0, 35.0))
    # 30 N of the sum 350·(x/3)²
    assert completed[0].start_s == pytest.approx(1 + 3 * (30 / 350) ** 0.5, abs=0.002)


def test_running_peaks_are_those_of_the_repetition_under_way() -> None:
    t = times(6.0)
    detector = RepDetector(HOLD_RULE)
    assert detector.running_peaks is None
    detector.feed(t[:1150], trapezoid(t - 1)[:1150, None])
    assert detector.running_peaks == pytest.approx((149.0,))
    detector.feed(t[1150:], trapezoid(t - 1)[1150:, None])
    assert detector.running_peaks is None


def test_an_empty_chunk_changes_nothing() -> None:
    detector = RepDetector(replace(HOLD_RULE))
    assert detector.feed(np.empty(0), np.empty((0, 1))) == []
    assert detector.finish() == []


def fading(x: np.ndarray) -> np.ndarray:
    """200 N reached in 0.5 s, held for 10 s, then 10 N less each second until 20 N are left."""
    return np.interp(x, [0, 0.5, 10.5, 28.5, 28.6], [0, 200, 200, 20, 0])


@pytest.mark.parametrize(
    ("target_n", "failed_s"),
    [
        (200.0, 20.5),  # under 100 N for a second, 10 s after the force begins to fall
        (120.0, 24.5),  # under 60 N
        (None, 20.5),  # half of the best so far, which is 200 N
    ],
)
def test_a_hold_to_failure_ends_where_half_of_its_target_is_lost(
    target_n: float | None, failed_s: float
) -> None:
    t = times(32.0, 500.0)
    held = replace(strength_tests()[HOLD], rep_rule=ENDURANCE)
    analysis = analyse(curve(t, fading(t - 1)), held, AnalysisOptions(target_n=target_n))
    rep = only_rep(analysis)
    assert value(rep, "duration_s") == pytest.approx(failed_s, abs=0.01)
    assert "reps.endurance.v1" in analysis.methods["repetitions"]
    if target_n:
        assert f"on max({target_n / 2:g} N" in analysis.methods["repetitions"]


def test_a_hold_to_failure_outlives_a_dip_and_needs_three_seconds() -> None:
    t = times(40.0, 500.0)
    rule = ENDURANCE.for_target(200.0)
    long = 200 * ((t > 2) & (t < 12)) - 150 * ((t > 6) & (t < 6.8))  # 50 N for 0.8 s
    short = 200 * ((t > 20) & (t < 22.5))
    events = detect(t, (long + short)[:, None].astype(float), rule).completed
    assert [(round(each.start_s), round(each.end_s)) for each in events] == [(2, 12)]


def test_a_target_moves_the_levels_of_no_other_rule() -> None:
    assert HOLD_RULE.for_target(200.0) is HOLD_RULE
    assert ENDURANCE.for_target(None) is ENDURANCE

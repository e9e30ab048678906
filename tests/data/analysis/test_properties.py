"""What holds for any curve: moving, scaling, swapping, resting change only what they must."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.analysis.types import AnalysisOptions, Curve, OnsetRule, Side, TrialAnalysis
from tests.data.analysis.curves import HOLD, NORDIC, curve, half_sines, nordic, run, times

FORCE_KEYS = ("_n", "_ns", "_n_per_s")


def _hold_set(seed: int, noise_n: float = 0.4) -> Curve:
    rng = np.random.default_rng(seed)
    t = times(17.0, 500.0)
    force = half_sines(t - 2, tuple(rng.uniform(150, 400, 3))) + rng.normal(0, noise_n, len(t))
    return curve(t, force)


def _nordic_set(seed: int) -> Curve:
    rng = np.random.default_rng(seed)
    t = times(24.0, 500.0)
    left, right = (
        sum(rng.uniform(0.6, 1) * nordic(t - begin) for begin in (2, 9, 16)) for _ in range(2)
    )
    noise = rng.normal(0, 0.4, (2, len(t)))
    return curve(t, left + noise[0], right + noise[1])


def _scaled(recorded: Curve, factor: float) -> Curve:
    return replace(recorded, force=recorded.force * factor)


def _assert_same(one: TrialAnalysis, other: TrialAnalysis, factor: float = 1.0) -> None:
    assert len(one.reps) == len(other.reps) > 0
    for a, b in zip(one.reps, other.reps, strict=True):
        assert (a.number, a.side, a.codes) == (b.number, b.side, b.codes)
        assert a.metrics.keys() == b.metrics.keys()
        for key, metric in a.metrics.items():
            if metric.value is None:
                assert b.metrics[key].value is None, key
                continue
            expected = metric.value * (factor if key.endswith(FORCE_KEYS) else 1)
            assert b.metrics[key].value == pytest.approx(expected, rel=1e-5, abs=1e-6), key


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), shift=st.floats(-500, 500))
def test_the_time_of_day_does_not_matter(seed: int, shift: float) -> None:
    recorded = _hold_set(seed)
    moved = run(replace(recorded, t=recorded.t + shift))
    _assert_same(run(recorded), moved)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), factor=st.floats(0.5, 3))
def test_force_scales_with_the_force_and_times_stay(seed: int, factor: float) -> None:
    # Levels in newtons stay where they are, so noise would let another second count as quietest.
    recorded = _hold_set(seed, noise_n=0.0)
    scaled = run(replace(recorded, force=recorded.force * factor))
    plain = run(recorded)
    _assert_same(plain, scaled, factor)
    for key in ("cv_percent", "fatigue_first_last_percent", "decrement_percent"):
        expected = plain.summary[Side.LEFT][key].value
        assert scaled.summary[Side.LEFT][key].value == pytest.approx(expected, rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_swapping_the_limbs_turns_the_signs_only(seed: int) -> None:
    recorded = _nordic_set(seed)
    swapped = run(replace(recorded, sides=(Side.RIGHT, Side.LEFT)), NORDIC)
    plain = run(recorded, NORDIC)
    assert plain.asymmetry.value_percent == pytest.approx(swapped.asymmetry.value_percent)
    assert plain.asymmetry.stronger is not None
    assert swapped.asymmetry.stronger is plain.asymmetry.stronger.other
    for a, b in zip(plain.asymmetries, swapped.asymmetries, strict=True):
        assert (a.formula, a.metric) == (b.formula, b.metric)
        if a.formula in {"signed", "bai1", "bai2", "sa", "ln"}:
            assert a.value_percent == pytest.approx(-(b.value_percent or 0))
        else:
            assert a.value_percent == pytest.approx(b.value_percent)
    for a in plain.reps:
        twin = next(b for b in swapped.reps if b.number == a.number and b.side is not a.side)
        assert twin.metrics == a.metrics


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), seconds=st.floats(0.1, 8))
def test_quiet_time_at_the_end_changes_nothing(seed: int, seconds: float) -> None:
    recorded = _hold_set(seed)
    extra = recorded.t[-1] + np.arange(1, round(seconds * 500)) / 500
    longer = replace(
        recorded,
        t=np.concatenate([recorded.t, extra]),
        force=np.concatenate([recorded.force, np.zeros((len(extra), 1))]),
    )
    _assert_same(run(recorded), run(longer))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), seconds=st.floats(0.1, 20))
def test_quiet_time_before_the_first_effort_changes_nothing(seed: int, seconds: float) -> None:
    recorded = _hold_set(seed, noise_n=0.0)
    n = round(seconds * 500)
    extra = recorded.t[0] - np.arange(n, 0, -1) / 500
    longer = replace(
        recorded,
        t=np.concatenate([extra, recorded.t]),
        force=np.concatenate([np.zeros((n, 1)), recorded.force]),
    )
    _assert_same(run(recorded), run(longer))


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1000), end=st.floats(0.5, 17))
def test_cutting_the_recording_changes_only_what_was_not_over(seed: int, end: float) -> None:
    recorded = _hold_set(seed)
    kept = recorded.t <= end
    cut = run(replace(recorded, t=recorded.t[kept], force=recorded.force[kept]))
    whole = run(recorded)
    # Half a second after its end a repetition is over: it merges with nothing, nothing is missing.
    over = [rep for rep in whole.reps if rep.bounds.end_s + 0.5 < end]
    for before, after in zip(over, cut.reps, strict=False):
        assert after.bounds == before.bounds
        for key, metric in before.metrics.items():
            assert after.metrics[key].value == (
                None if metric.value is None else pytest.approx(metric.value, rel=1e-9, abs=1e-9)
            ), key
        # Only the set's best may come later.
        assert set(after.codes) - {"SUBMAX"} == set(before.codes) - {"SUBMAX"}
    rest = cut.reps[len(over) :]
    assert len(rest) <= 1
    for rep in rest:
        assert rep.bounds.start_s < end
        assert rep.bounds.end_s <= end


def test_swapped_columns_are_the_same_limbs() -> None:
    recorded = _nordic_set(1)
    turned = replace(recorded, force=recorded.force[:, ::-1].copy(), sides=(Side.RIGHT, Side.LEFT))
    assert run(turned, NORDIC).reps == run(recorded, NORDIC).reps


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), factor=st.floats(0.6, 3))
def test_a_stronger_athlete_with_the_same_limbs_has_the_same_asymmetry(
    seed: int, factor: float
) -> None:
    recorded = _nordic_set(seed)
    quiet = replace(recorded, force=np.where(recorded.force > 5, recorded.force, 0.0))
    plain, scaled = (run(each, NORDIC) for each in (quiet, _scaled(quiet, factor)))
    assert len(plain.reps) == len(scaled.reps) == 6
    for a, b in zip(plain.asymmetries, scaled.asymmetries, strict=True):
        assert (a.formula, a.stronger) == (b.formula, b.stronger)
        if a.value_percent is None:
            assert (b.value_percent, b.reason) == (None, a.reason)
        elif a.metric == "peak_n":
            assert b.value_percent == pytest.approx(a.value_percent, rel=1e-9)
            assert b.left == pytest.approx(factor * (a.left or 0))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), shift=st.floats(-500, 500))
def test_the_time_of_day_does_not_matter_to_a_chosen_rule_or_filter(
    seed: int, shift: float
) -> None:
    options = AnalysisOptions(onset_rule=OnsetRule.FORCE, onset_level=15.0, filter_hz=30.0)
    recorded = _hold_set(seed)
    moved = run(replace(recorded, t=recorded.t + shift), HOLD, options)
    _assert_same(run(recorded, HOLD, options), moved)


# 1 kgf = 9.80665 N by definition; 1 lbf = 0.45359237 kg · 9.80665 m/s², by definition too
@pytest.mark.parametrize("newtons", [9.80665, 4.4482216152605])
def test_a_unit_there_and_back_tells_the_same_story(newtons: float) -> None:
    recorded = _hold_set(4)
    other = replace(recorded, force=recorded.force / newtons)
    back = replace(other, force=other.force * newtons)
    _assert_same(run(recorded, HOLD), run(back, HOLD))


def test_a_unit_that_was_not_converted_scales_force_and_nothing_else() -> None:
    recorded = _hold_set(4, noise_n=0.0)
    as_kilograms = replace(recorded, force=recorded.force * 9.80665)
    _assert_same(run(recorded), run(as_kilograms), 9.80665)

"""What holds for any curve: moving, scaling, swapping, resting change only what they must."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.analysis.types import Curve, Side, TrialAnalysis
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


def test_swapped_columns_are_the_same_limbs() -> None:
    recorded = _nordic_set(1)
    turned = replace(recorded, force=recorded.force[:, ::-1].copy(), sides=(Side.RIGHT, Side.LEFT))
    assert run(turned, NORDIC).reps == run(recorded, NORDIC).reps


def test_newtons_and_kilograms_force_tell_the_same_story() -> None:
    recorded = _hold_set(4)
    # 1 kgf = 9.80665 N by definition
    kgf = replace(recorded, force=recorded.force / 9.80665)
    back = replace(kgf, force=kgf.force * 9.80665)
    _assert_same(run(recorded, HOLD), run(back, HOLD))

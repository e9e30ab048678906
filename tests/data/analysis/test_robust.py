"""A recording is never lost to its analysis: any curve of numbers gives a result."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from data.analysis.types import AnalysisOptions, Curve, MissingStretch, RepBounds, Side
from data.clinical.catalogue import tests as strength_tests
from tests.data.analysis.curves import run

SIDES = ((Side.LEFT,), (None,), (Side.LEFT, Side.RIGHT), (None, None), (Side.RIGHT, None))


def _rough_curve(seed: int, sides: tuple[Side | None, ...]) -> Curve:
    """Levels, ramps, steps, silence and noise of any size, irregular times, gaps."""
    rng = np.random.default_rng(seed)
    rate = float(rng.choice([10, 50, 80, 1000]))
    n = int(rng.integers(2, int(12 * rate)))
    t = np.cumsum(rng.uniform(0.5, 1.5, n) / rate)
    knots = np.sort(rng.uniform(0, t[-1], 12))
    columns = [
        np.interp(t, knots, rng.choice([0, 0, 0, 5, 30, 300, -50, 3000], 12)) * (rng.random() > 0.1)
        + rng.normal(0, rng.choice([0, 0.1, 5, 50]), n)
        for _ in sides
    ]
    kept = rng.random(n) > rng.choice([0, 0.01, 0.2])
    kept[:2] = True
    gaps = (MissingStretch(t[0], t[0] + 0.2, "lost"),) if rng.random() > 0.7 else ()
    angle = np.cumsum(rng.normal(0, 1, n)) if rng.random() > 0.5 else None
    force = np.stack(columns, axis=1)[kept]
    return Curve(t[kept], force, sides, gaps, angle_deg=None if angle is None else angle[kept])


@settings(max_examples=300, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    sides=st.sampled_from(SIDES),
    test=st.sampled_from(sorted(strength_tests())),
    is_manual=st.booleans(),
    filter_hz=st.sampled_from([None, 1.0]),
)
def test_any_curve_of_numbers_gives_a_result_of_numbers(
    seed: int,
    sides: tuple[Side | None, ...],
    test: str,
    *,
    is_manual: bool,
    filter_hz: float | None,
) -> None:
    recorded = _rough_curve(seed, sides)
    bounds = RepBounds(float(recorded.t[0]), float(recorded.t[-1]), "manual")
    options = AnalysisOptions(
        body_mass_kg=80,
        lever_m=0.4,
        capacity_n=1000,
        resolution_n=0.1,
        manual_bounds=(bounds,) if is_manual else (),
        filter_hz=filter_hz,
    )
    analysis = run(recorded, test, options)
    for rep in analysis.reps:
        assert rep.bounds.end_s > rep.bounds.start_s
        assert rep.bounds.start_s <= rep.peak_s <= rep.bounds.end_s
        for key, metric in rep.metrics.items():
            assert metric.value is None or np.isfinite(metric.value), key
            assert (metric.value is None) == (metric.reason is not None), key

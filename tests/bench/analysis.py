"""How long the numbers of one trial take."""

from __future__ import annotations

import numpy as np

from data.analysis.trial import analyse
from data.analysis.types import AnalysisOptions, Curve, Side
from data.clinical.catalogue import tests
from firmware_sim.loads import isometric_hold, nordic_curl
from tests.bench.figure import Figure, median_s

OPTIONS = AnalysisOptions(body_mass_kg=78.0, lever_m=0.42)


def figures() -> list[Figure]:
    single = _curve(isometric_hold((280.0,), (3.5,)), 6.0, (Side.LEFT,))
    long = _curve(nordic_curl((350.0,) * 60, (320.0,) * 60), 600.0, (Side.LEFT, Side.RIGHT))
    short_s = median_s(lambda: analyse(single, tests()["ham.iso9020"], OPTIONS), runs=15)
    long_s = median_s(lambda: analyse(long, tests()["nordic.bil"], OPTIONS), runs=5)
    return [
        Figure("analyse a 6 s isometric trial, all metrics", 1000 * short_s, "ms", "<= 2"),
        Figure("analyse 600 s at 2 x 1 kHz, 60 bilateral reps", 1000 * long_s, "ms"),
    ]


def _curve(load: object, seconds: float, sides: tuple[Side, ...]) -> Curve:
    assert callable(load)
    t = np.arange(int(seconds * 1000)) / 1000
    noise = np.random.default_rng(3).normal(0.0, 0.2, (len(t), len(sides)))
    return Curve(t, load(t) + noise, sides)

"""Force curves whose every number follows from a formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from data.analysis.trial import analyse
from data.analysis.types import AnalysisOptions, Curve, Metric, RepResult, Side, TrialAnalysis
from data.clinical.catalogue import tests as strength_tests

Array = NDArray[np.float64]
Shape = Callable[[Array], Array]

HOLD = "ham.iso9020"
NORDIC = "nordic.bil"
SQUEEZE = "squeeze.5s"


def trapezoid(x: Array) -> Array:
    """0 to 300 N in 0.3 s, 3 s of hold, down in 0.3 s."""
    return np.interp(x, [0.0, 0.3, 3.3, 3.6], [0.0, 300.0, 300.0, 0.0])


def exponential(x: Array) -> Array:
    """400 N with a time constant of 0.1 s, let go after 3 s within 0.1 s."""
    rise = 400 * -np.expm1(-np.maximum(x, 0) / 0.1)
    return rise * np.interp(x, [3.0, 3.1], [1.0, 0.0])


def raised_cosine(x: Array) -> Array:
    """Half a cosine wave up to 500 N in 0.4 s, let go after 3 s within 0.1 s."""
    rise = 250 * (1 - np.cos(np.pi * np.clip(x, 0, 0.4) / 0.4))
    return rise * np.interp(x, [3.0, 3.1], [1.0, 0.0])


def nordic(x: Array) -> Array:
    """350 N reached along a parabola in 3 s, then a break within 0.1 s."""
    rise = 350 * (np.clip(x, 0, 3) / 3) ** 2
    return rise * np.interp(x, [3.0, 3.1], [1.0, 0.0])


def lowered(t: Array) -> tuple[Array, Array]:
    """A Nordic from 1 s on and its knee angle: 5°/s until 3.4 s, then 40°/s, a break after 4 s."""
    x = t - 1
    force = 350 * (np.clip(x, 0, 3) / 3) ** 2
    force = force * np.interp(x, [3.0, 3.2], [1.0, 0.0]) ** 2
    angle = np.where(t < 1, 0, np.where(t < 3.4, 5 * (t - 1), 12 + 40 * (t - 3.4)))
    return force, np.minimum(angle, 90)


def half_sines(x: Array, amplitudes: tuple[float, ...] = (300, 290, 280, 270, 260, 250)) -> Array:
    """Half sine waves of 2 s with 3 s of rest between."""
    force = np.zeros_like(x)
    for k, amplitude in enumerate(amplitudes):
        phase = x - 5 * k
        inside = (phase >= 0) & (phase <= 2)
        force[inside] = amplitude * np.sin(np.pi * phase[inside] / 2)
    return force


def times(duration: float, rate_hz: float = 1000.0) -> Array:
    return np.arange(round(duration * rate_hz) + 1) / rate_hz


def curve(t: Array, *columns: Array, sides: tuple[Side | None, ...] | None = None) -> Curve:
    """Columns named left, right; a single one left."""
    names = sides or (Side.LEFT, Side.RIGHT)[: len(columns)]
    return Curve(t, np.stack(columns, axis=1), names)


def one_rep(shape: Shape, rate_hz: float = 1000.0, begin: float = 1.0) -> Curve:
    """The shape, begun at `begin`, in 6 s."""
    t = times(6.0, rate_hz)
    return curve(t, shape(t - begin))


def lowering() -> Curve:
    """The Nordic with a knee angle, on both limbs."""
    t = times(8.0)
    force, angle = lowered(t)
    return replace(curve(t, force, force), angle_deg=angle)


def run(recorded: Curve, test: str = HOLD, options: AnalysisOptions | None = None) -> TrialAnalysis:
    return analyse(recorded, strength_tests()[test], options or AnalysisOptions())


def only_rep(analysis: TrialAnalysis, side: Side | None = Side.LEFT) -> RepResult:
    reps = [rep for rep in analysis.reps if rep.side is side]
    assert len(reps) == 1, [rep.bounds for rep in reps]
    return reps[0]


def value(rep: RepResult, key: str) -> float:
    metric = rep.metrics[key]
    assert metric.value is not None, (key, metric.reason)
    return metric.value


def refusal(metric: Metric) -> str:
    assert metric.value is None
    assert metric.reason is not None
    return metric.reason


def shifted(recorded: Curve, seconds: float) -> Curve:
    return replace(recorded, t=recorded.t + seconds)


def scaled(recorded: Curve, factor: float) -> Curve:
    return replace(recorded, force=recorded.force * factor)

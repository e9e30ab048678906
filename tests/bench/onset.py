"""How far each onset rule is off on noisy curves, and how often equal limbs are called unequal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.analysis.onset import find_baseline, find_onset
from data.analysis.rfd import window_rfd
from data.analysis.symmetry import compare
from data.analysis.trace import Trace
from data.analysis.types import OnsetRule
from data.clinical.difference import Standing, limb_difference
from data.clinical.typical_error import ErrorOrigin, TypicalError
from tests.bench.figure import Figure

Array = NDArray[np.float64]

RUNS = 200
ATHLETES = 4000
TRIAL_CV_PERCENT = 5.0
RULES = {
    OnsetRule.REVERSE: "reverse (ours)",
    OnsetRule.FIVE_SD: "5 SD",
    OnsetRule.FORCE: "20 N",
    OnsetRule.PERCENT: "5 % of peak",
}


@dataclass(frozen=True, slots=True)
class NoisyCurve:
    """A closed-form rise that begins at 1.5 s, and the noise of its sensor."""

    name: str
    shape: Callable[[Array], Array]
    peak_s: float
    rate_hz: float
    noise_n: float
    true_rfd_100: float


def abrupt(x: Array) -> Array:
    """400 N with a time constant of 0.1 s."""
    return 400 * -np.expm1(-np.maximum(x, 0) / 0.1)


def smooth(x: Array) -> Array:
    """Half a cosine wave up to 500 N in 0.4 s."""
    return 250 * (1 - np.cos(np.pi * np.clip(x, 0, 0.4) / 0.4))


# True slopes over 0-100 ms: 4000·(1 - 1/e) and 2500·(1 - cos(pi/4)) N/s.
CURVES = (
    NoisyCurve("abrupt, 1 kHz, 0.5 N", abrupt, 1.0, 1000.0, 0.5, 4000 * (1 - np.exp(-1))),
    NoisyCurve("smooth, 1 kHz, 0.5 N", smooth, 0.4, 1000.0, 0.5, 2500 * (1 - np.cos(np.pi / 4))),
    NoisyCurve("smooth, 1 kHz, 2 N", smooth, 0.4, 1000.0, 2.0, 2500 * (1 - np.cos(np.pi / 4))),
    NoisyCurve("smooth, 80 Hz, 0.5 N", smooth, 0.4, 80.0, 0.5, 2500 * (1 - np.cos(np.pi / 4))),
)


def figures() -> list[Figure]:
    return [*onset_figures(), *symmetry_figures()]


def onset_figures(runs: int = RUNS) -> list[Figure]:
    """For each curve and rule the bias and spread of the onset, ms, and the bias of RFD 0-100."""
    found: list[Figure] = []
    for noisy in CURVES:
        for rule, name in RULES.items():
            late_ms, rfd_percent = errors(noisy, rule, runs)
            label = f"onset {name}, {noisy.name}"
            found.append(Figure(f"{label}: bias", float(np.mean(late_ms)), "ms"))
            found.append(Figure(f"{label}: spread (SD)", float(np.std(late_ms, ddof=1)), "ms"))
            found.append(Figure(f"{label}: RFD 0-100 bias", float(np.mean(rfd_percent)), "%"))
    return found


def symmetry_figures(athletes: int = ATHLETES) -> list[Figure]:
    """How many of equal limbs are called different in a best-of-three test, 5 % trial CV."""
    published = TypicalError(ErrorOrigin.PUBLISHED, "", percent=TRIAL_CV_PERCENT)
    by_threshold, by_study, by_today = _called_different(athletes, published)
    name = "equal limbs called different, best of 3"
    return [
        Figure(f"{name}, over 10 % alone", by_threshold, "%"),
        Figure(f"{name}, error from a study", by_study, "%", "<= 1"),
        Figure(f"{name}, error from the day's repetitions", by_today, "%", "<= 1"),
    ]


def errors(noisy: NoisyCurve, rule: OnsetRule, runs: int) -> tuple[Array, Array]:
    """How late the onset is, ms, and how far RFD 0-100 is off, %, ``(runs,)`` each."""
    begin = 1.5
    t = np.arange(0, begin + noisy.peak_s + 0.3, 1 / noisy.rate_hz)
    clean = noisy.shape(t - begin)
    late: list[float] = []
    rfd: list[float] = []
    for seed in range(runs):
        force = clean + np.random.default_rng(seed).normal(0, noisy.noise_n, len(t))
        trace = Trace.of(t, force)
        rise = float(t[int((force > 0.1 * clean.max()).argmax())])
        baseline = find_baseline(trace, 0.0, rise, 50.0, 0.0, rule)
        onset = baseline and find_onset(trace, baseline, begin + noisy.peak_s, rule)
        if onset is None:
            raise RuntimeError(f"{rule} found no onset on the curve {noisy.name}")
        late.append(1000 * (onset.at_s - begin))
        rfd.append(100 * (window_rfd(trace, onset.at_s, 0.1) / noisy.true_rfd_100 - 1))
    return np.array(late), np.array(rfd)


def _called_different(athletes: int, published: TypicalError) -> tuple[float, float, float]:
    rng = np.random.default_rng(1)
    values = 300 * (1 + TRIAL_CV_PERCENT / 100 * rng.standard_normal((athletes, 2, 3)))
    over = study = today = 0
    pairs: list[tuple[list[float], list[float]]] = values.tolist()
    for left, right in pairs:
        limbs = compare(max(left), max(right), "pdiff", metric="peak_n", aggregation="best of 3")
        over += (limbs.value_percent or 0.0) > 10
        study += _is_different(_standing(left, right, published))
        today += _is_different(_standing(left, right, None))
    return 100 * over / athletes, 100 * study / athletes, 100 * today / athletes


def _standing(
    left: Sequence[float], right: Sequence[float], error: TypicalError | None
) -> Standing:
    """What is said of two limbs by their best of three."""
    limbs = compare(max(left), max(right), "pdiff", metric="peak_n", aggregation="best of 3")
    return limb_difference(limbs, left, right, error).standing


def _is_different(standing: Standing) -> bool:
    return standing is Standing.DIFFERENCE

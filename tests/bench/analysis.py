"""How long the numbers take: of one trial, of a long recording, of a season, of a squad."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.analysis.filters import lowpass
from data.analysis.reps import detect
from data.analysis.sampling import Sampling
from data.analysis.trial import analyse
from data.analysis.types import AnalysisOptions, Curve, Side
from data.clinical.catalogue import tests
from data.clinical.change import trend
from data.clinical.series import Reading, SeriesKey, segments
from data.clinical.squad import squad_line
from data.clinical.tests import Contraction
from data.clinical.typical_error import ErrorOrigin, TypicalError
from firmware_sim.loads import Load, isometric_hold, nordic_curl
from tests.bench.figure import Figure, median_cpu_s, times_as_long

OPTIONS = AnalysisOptions(body_mass_kg=78.0, lever_m=0.42)
HOLD = "ham.iso9020"
START = date(2020, 1, 1)
ERROR = TypicalError(ErrorOrigin.PUBLISHED, "a study", percent=6.0)


def figures() -> list[Figure]:
    return [*_trials(), *_filter_and_reps(), *_histories()]


def _trials() -> list[Figure]:
    single = _curve(isometric_hold((280.0,), (3.5,)), 5.0, (Side.LEFT,))
    long = _curve(isometric_hold((300.0,) * 120, (2.5,) * 120, rest_s=2.45), 600.0, (Side.LEFT,))
    both = _curve(nordic_curl((350.0,) * 60, (320.0,) * 60), 600.0, (Side.LEFT, Side.RIGHT))
    catalogue = tests()
    reps = len(analyse(long, catalogue[HOLD], OPTIONS).reps)
    single_s = median_cpu_s(lambda: analyse(single, catalogue[HOLD], OPTIONS), runs=15)
    long_s = median_cpu_s(lambda: analyse(long, catalogue[HOLD], OPTIONS), runs=9)
    both_s = median_cpu_s(lambda: analyse(both, catalogue["nordic.bil"], OPTIONS), runs=5)
    return [
        Figure("analyse a 5 s isometric trial, all metrics", 1000 * single_s, "ms", "<= 2"),
        Figure(f"analyse 600 s at 1 kHz, {reps} reps", 1000 * long_s, "ms", "<= 50"),
        Figure("analyse 600 s at 2 x 1 kHz, 60 bilateral reps", 1000 * both_s, "ms"),
    ]


def _filter_and_reps() -> list[Figure]:
    """Beside packages that filter and find cycles, where they are installed: `.venv-oracles`."""
    curve = _curve(isometric_hold((300.0,) * 12, (2.5,) * 12, rest_s=2.45), 60.0, (Side.LEFT,))
    rule = tests()[HOLD].rep_rule
    force = np.ascontiguousarray(curve.force[:, 0])

    def ours() -> None:
        smooth = lowpass(curve.t, force, Sampling.of(curve), 50.0)
        detect(curve.t, smooth[:, None], rule)

    own_s = median_cpu_s(ours, runs=25)
    found = [Figure("filter and repetitions of 60 s at 1 kHz", 1000 * own_s, "ms")]
    for package, goal, work in (
        ("neurokit2", ">= 10", _neurokit),
        ("kineticstoolkit", ">= 40", _kineticstoolkit),
    ):
        if importlib.util.find_spec(package) is not None:
            name = f"filter and repetitions, {package} / ours"
            found.append(Figure(name, times_as_long(work(curve.t, force), ours), "times", goal))
    return found


def _neurokit(t: NDArray[np.float64], force: NDArray[np.float64]) -> Callable[[], object]:
    package: Any = __import__("neurokit2")

    def work() -> object:
        smooth = package.signal_filter(
            force, sampling_rate=1000, highcut=50, method="butterworth", order=2
        )
        return package.signal_findpeaks(smooth, height_min=20, relative_height_min=0.1)

    return work


def _kineticstoolkit(t: NDArray[np.float64], force: NDArray[np.float64]) -> Callable[[], object]:
    package: Any = __import__("kineticstoolkit")
    series = package.TimeSeries(time=t, data={"force": force})

    def work() -> object:
        smooth = package.filters.butter(series, fc=50, order=2)
        return package.cycles.detect_cycles(
            smooth, "force", event_names=["push", "rest"], thresholds=[20, 10]
        )

    return work


def _histories() -> list[Figure]:
    season = _history(500, 0)
    squad = [_history(50, athlete) for athlete in range(300)]

    def of_one() -> None:
        for part in segments(season):
            trend(part.readings, ERROR)

    def of_all() -> None:
        for readings in squad:
            squad_line(readings, date(2030, 1, 1), "pdiff", ERROR)

    return [
        Figure("trend of one athlete, 500 sessions", 1000 * median_cpu_s(of_one), "ms", "<= 5"),
        Figure("squad of 300 athletes x 50 sessions", 1000 * median_cpu_s(of_all), "ms", "<= 100"),
    ]


def _history(sessions: int, athlete: int) -> list[Reading]:
    """One limb's results; of a squad's athlete the limbs take turns."""
    rng = np.random.default_rng(athlete)
    found: list[Reading] = []
    values: list[float] = rng.normal(300, 15, sessions).tolist()
    for k, value in enumerate(values):
        side = Side.LEFT if sessions == 500 or k % 2 else Side.RIGHT
        key = SeriesKey(HOLD, "peak_n", side, "progressor", Contraction.ISOMETRIC_MAKE)
        day = k if sessions == 500 else k // 2
        found.append(Reading(START + timedelta(days=7 * day), value, key, reps=3))
    return found


def _curve(load: Load, seconds: float, sides: tuple[Side, ...]) -> Curve:
    t = np.arange(int(seconds * 1000)) / 1000
    noise = np.random.default_rng(3).normal(0.0, 0.2, (len(t), len(sides)))
    return Curve(t, load(t) + noise, sides)

"""Numbers over the repetitions of each limb, and one limb against the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.analysis import fatigue
from data.analysis.metrics import MetricTable
from data.analysis.symmetry import FORMULAS, compare, headline_formula
from data.analysis.types import AnalysisOptions, Asymmetry, Metric, QualityNote, RepResult
from data.clinical.tests import StrengthTest

_WORDS = {
    "best": "best",
    "mean": "mean",
    "mean_best_2": "mean of best 2",
    "mean_best_3": "mean of best 3",
}
_OF_BEST = (
    "per_kg_n_kg",
    "torque_nm",
    "torque_per_kg_nm_kg",
    "allometric_n_kg067",
    "nordic_expected_n",
    "nordic_expected_difference_n",
    "nordic_expected_difference_percent",
)
_BOTH_INJURED = QualityNote(
    "BOTHINJ",
    "Both limbs are injured: no limb symmetry index. Set each limb against its own earlier results "
    "or against a reference.",
)
_SECONDARY = ("peak_50ms_n", "peak_1s_n", "impulse_ns", "rfd_0_100_n_per_s", "rfd_0_200_n_per_s")


@dataclass(frozen=True, slots=True)
class LimbComparison:
    """Two limbs compared: the headline, every formula, and what a reader must know."""

    asymmetry: Asymmetry
    asymmetries: tuple[Asymmetry, ...]
    quality: tuple[QualityNote, ...] = ()

    def refused(self, reason: str) -> LimbComparison:
        """The same limbs with no number between them."""
        return LimbComparison(
            _without_value(self.asymmetry, reason),
            tuple(_without_value(each, reason) for each in self.asymmetries),
            self.quality,
        )


def valid_values(reps: Sequence[RepResult], key: str) -> list[float]:
    """One metric of the repetitions that nobody rejected and nothing refused, in order."""
    metrics = [rep.metrics[key] for rep in reps if rep.rejected is None and key in rep.metrics]
    return [metric.value for metric in metrics if metric.value is not None]


def aggregate(values: Sequence[float], aggregation: str) -> float | None:
    """The repetitions of one limb as one number; None with too few of them."""
    if not values:
        return None
    match aggregation:
        case "mean":
            return fatigue.mean_of_best(values, len(values))
        case "mean_best_2":
            return fatigue.mean_of_best(values, 2)
        case "mean_best_3":
            return fatigue.mean_of_best(values, 3)
        case _:
            return fatigue.best(values)


def summarise(reps: Sequence[RepResult]) -> dict[str, Metric]:
    """Numbers over one limb's valid repetitions."""
    peaks = valid_values(reps, "peak_n")
    n = len(peaks)
    table = MetricTable(None if peaks else "no valid repetition")
    few = f"only {n} valid repetition{'s' if n != 1 else ''}"
    over = f"n={n}, peak_n"
    peaks = peaks or [0.0]
    table.put("best_n", fatigue.best(peaks), f"agg.best.v1({over})")
    table.put("mean_n", fatigue.mean_of_best(peaks, len(peaks)), f"agg.mean.v1({over})")
    for k in (2, 3):
        value = fatigue.mean_of_best(peaks, k)
        table.put(f"mean_best_{k}_n", value, f"agg.mean.best{k}.v1({over})", _if_none(value, few))
    first_last, best_last = "fatigue.fi.v1(first, last)", "fatigue.fi.v1(best, last)"
    threes = "fatigue.fi.v1(first 3, last 3)"
    for key, value, method in (
        ("sd_n", fatigue.sd(peaks), "rep.sd.v1"),
        ("cv_percent", fatigue.cv_percent(peaks), "rep.cv.v1"),
        ("best_two_apart_percent", fatigue.best_two_apart_percent(peaks), "rep.best2.v1"),
        (
            "fatigue_first_last_percent",
            fatigue.index_first_last(peaks),
            first_last,
        ),
        ("fatigue_best_last_percent", fatigue.index_best_last(peaks), best_last),
        ("fatigue_3v3_percent", fatigue.index_three_three(peaks), threes),
        ("decrement_percent", fatigue.decrement_percent(peaks), "fatigue.dec.v1"),
        ("slope_n_per_rep", fatigue.slope_n_per_rep(peaks), "fatigue.slope.v1"),
        ("slope_percent_per_rep", fatigue.slope_percent_per_rep(peaks), "fatigue.slope.v1"),
    ):
        table.put(key, value, f"{method} over {over}", _if_none(value, few))
    _add_from_best(table, reps)
    return table.metrics


def compare_limbs(
    left: Sequence[RepResult],
    right: Sequence[RepResult],
    test: StrengthTest,
    options: AnalysisOptions,
) -> LimbComparison:
    """Every formula on the aggregated peak, the headline formula on some other metrics too."""
    both = options.both_injured
    headline = headline_formula(test.formula, options.injured, both_injured=both)
    main = _compare(left, right, headline, "peak_n", test, options)
    others = [
        _compare(left, right, formula, "peak_n", test, options)
        for formula in FORMULAS
        if formula != headline
    ]
    secondary = [
        _compare(left, right, headline, key, test, options)
        for key in _SECONDARY
        if key in test.metrics and valid_values(left, key) and valid_values(right, key)
    ]
    notes = (*_count_notes(left, right, test), *_gravity_notes(left, right))
    notes = (*notes, _BOTH_INJURED) if both else notes
    return LimbComparison(main, (main, *others, *secondary), notes)


def _compare(
    left: Sequence[RepResult],
    right: Sequence[RepResult],
    formula: str,
    key: str,
    test: StrengthTest,
    options: AnalysisOptions,
) -> Asymmetry:
    sides = valid_values(left, key), valid_values(right, key)
    counts = f"{len(sides[0])}"
    if len(sides[0]) != len(sides[1]):
        counts = f"{len(sides[0])} left, {len(sides[1])} right"
    return compare(
        aggregate(sides[0], test.aggregation),
        aggregate(sides[1], test.aggregation),
        formula,
        metric=key,
        aggregation=f"{_WORDS[test.aggregation]} of {counts}",
        injured=options.injured,
        dominant=options.dominant,
        both_injured=options.both_injured,
    )


def _without_value(asymmetry: Asymmetry, reason: str) -> Asymmetry:
    return replace(asymmetry, value_percent=None, stronger=None, reason=reason)


def _add_from_best(table: MetricTable, reps: Sequence[RepResult]) -> None:
    """What belongs to the best peak: torque, per kilogram, the value expected from body mass."""
    valid = [
        rep for rep in reps if rep.rejected is None and rep.metrics["peak_n"].value is not None
    ]
    if not valid:
        return
    best = max(valid, key=lambda rep: rep.metrics["peak_n"].value or 0.0)
    for key in _OF_BEST:
        if key in best.metrics:
            metric = best.metrics[key]
            table.put(key, metric.value, f"{metric.method}, best repetition", metric.reason)


def _count_notes(
    left: Sequence[RepResult], right: Sequence[RepResult], test: StrengthTest
) -> list[QualityNote]:
    counts = len(valid_values(left, "peak_n")), len(valid_values(right, "peak_n"))
    if counts[0] == counts[1] or not all(counts):
        return []
    text = f"{counts[0]} valid repetitions left, {counts[1]} right: the best of more is higher."
    return [QualityNote("UNEQUAL", text)] if test.aggregation == "best" else []


def _gravity_notes(left: Sequence[RepResult], right: Sequence[RepResult]) -> list[QualityNote]:
    """Both limbs must stand on the same kind of resting level."""
    corrected = [
        {
            rep.metrics["baseline_n"].method.startswith("rest.given")
            for rep in limb
            if "baseline_n" in rep.metrics  # results of an earlier version may lack it
        }
        for limb in (left, right)
    ]
    if not all(corrected) or corrected[0] == corrected[1]:
        return []
    text = "One limb is corrected for its weight and the other is not: they do not compare."
    return [QualityNote("GRAVITY", text)]


def _if_none(value: float | None, reason: str) -> str | None:
    return reason if value is None else None

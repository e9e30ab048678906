"""What computing a stored trial anew would change, before anything is changed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from data.analysis.types import AnalysisOptions, Asymmetry, Metric, RepResult, TrialAnalysis
from data.analysis.windows import MANUAL
from data.sides import Side

# Further digits are rounding of the same computation.
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class NumberChange:
    """One number before and after; None where it was or is not there.

    `rep` is None for a number of the whole set. `is_method_only`: the value stays and what is said
    of how it is made changes.
    """

    key: str
    rep: int | None
    side: Side | None
    before: Metric | None
    after: Metric | None

    @property
    def is_method_only(self) -> bool:
        if self.before is None or self.after is None:
            return False
        return _same(self.before.value, self.after.value)


def options_of(stored: TrialAnalysis, known: AnalysisOptions) -> AnalysisOptions:
    """The options that a stored result was made with.

    Results of earlier versions hold none: then what is `known` of the trial, with the bounds and
    the rejections that a person left in the repetitions.
    """
    if stored.options is not None:
        return stored.options
    drawn = {rep.number: rep.bounds for rep in stored.reps if rep.bounds.rule == MANUAL}
    return replace(
        known,
        manual_bounds=tuple(drawn.values()),
        rejected={rep.number: rep.rejected for rep in stored.reps if rep.rejected is not None},
    )


def changes(before: TrialAnalysis, after: TrialAnalysis) -> tuple[NumberChange, ...]:
    """Every number whose value, refusal or method differs, repetitions first."""
    return (
        *_in_reps(before, after),
        *_in_summaries(before, after),
        *_in_asymmetries(before, after),
    )


def _in_reps(before: TrialAnalysis, after: TrialAnalysis) -> Iterator[NumberChange]:
    old, new = _by_place(before), _by_place(after)
    for number, side in sorted({*old, *new}, key=lambda place: (place[0], place[1] or "")):
        yield from _in_tables(
            _table(old.get((number, side))), _table(new.get((number, side))), number, side
        )


def _in_summaries(before: TrialAnalysis, after: TrialAnalysis) -> Iterator[NumberChange]:
    for side in sorted({*before.summary, *after.summary}, key=lambda side: side or ""):
        yield from _in_tables(before.summary.get(side, {}), after.summary.get(side, {}), None, side)


def _in_asymmetries(before: TrialAnalysis, after: TrialAnalysis) -> Iterator[NumberChange]:
    old, new = _asymmetries(before), _asymmetries(after)
    yield from _in_tables(old, new, None, None)


def _in_tables(
    before: Mapping[str, Metric], after: Mapping[str, Metric], rep: int | None, side: Side | None
) -> Iterator[NumberChange]:
    for key in dict.fromkeys([*before, *after]):
        one, two = before.get(key), after.get(key)
        if one is None or two is None or not _alike(one, two):
            yield NumberChange(key, rep, side, one, two)


def _by_place(analysis: TrialAnalysis) -> dict[tuple[int, Side | None], RepResult]:
    return {(rep.number, rep.side): rep for rep in analysis.reps}


def _table(rep: RepResult | None) -> Mapping[str, Metric]:
    return {} if rep is None else rep.metrics


def _asymmetries(analysis: TrialAnalysis) -> dict[str, Metric]:
    return {f"{each.formula} of {each.metric}": _metric(each) for each in analysis.asymmetries}


def _metric(asymmetry: Asymmetry) -> Metric:
    method = f"{asymmetry.formula}, {asymmetry.aggregation}"
    return Metric(asymmetry.value_percent, "%", method, asymmetry.reason)


def _alike(one: Metric, two: Metric) -> bool:
    return _same(one.value, two.value) and (one.unit, one.method, one.reason) == (
        two.unit,
        two.method,
        two.reason,
    )


def _same(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return one is two
    return math.isclose(one, two, rel_tol=SAME, abs_tol=SAME)

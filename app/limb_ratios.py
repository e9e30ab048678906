"""Ratios of two tests of one athlete, limb by limb, or why they are not divided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.reading import RunOfTest
from data.analysis.types import Side
from data.clinical.catalogue import tests
from data.clinical.ratios import Ratio, RatioRule, ratio
from data.clinical.series import Reading
from data.readings import readings


@dataclass(frozen=True, slots=True)
class LimbRatio:
    """One limb: the quotient with both results, or the reason alone."""

    side: Side
    ratio: Ratio | None
    reason: str | None

    @property
    def value(self) -> float | None:
        return self.ratio.value if self.ratio else None


@dataclass(frozen=True, slots=True)
class RatioLine:
    """One pair of tests that were both done."""

    rule: RatioRule
    limbs: tuple[LimbRatio, ...]
    is_virtual: bool = False


def ratio_lines(runs: Sequence[RunOfTest], rules: Iterable[RatioRule]) -> tuple[RatioLine, ...]:
    """For each pair of which both tests were ever done, the newest results that may be divided."""
    done = {run.test_id for run in runs}
    found: list[RatioLine] = []
    for rule in rules:
        if done.isdisjoint(rule.numerator) or done.isdisjoint(rule.denominator):
            continue
        upper, lower = (
            _newest_first(runs, rule, rule.numerator),
            _newest_first(runs, rule, rule.denominator),
        )
        limbs = tuple(_limb(rule, side, upper, lower, runs) for side in (Side.LEFT, Side.RIGHT))
        of_pair = {*rule.numerator, *rule.denominator}
        is_virtual = any(run.is_virtual for run in runs if run.test_id in of_pair)
        found.append(RatioLine(rule, limbs, is_virtual))
    return tuple(found)


def _newest_first(
    runs: Sequence[RunOfTest], rule: RatioRule, test_ids: tuple[str, ...]
) -> list[Reading]:
    found = [
        reading
        for run in runs
        if run.test_id in test_ids and run.test_id in tests()
        for reading in readings(run.trials, tests()[run.test_id], rule.metric)
    ]
    return sorted(found, key=lambda each: each.on, reverse=True)


def _limb(
    rule: RatioRule,
    side: Side,
    upper: Sequence[Reading],
    lower: Sequence[Reading],
    runs: Sequence[RunOfTest],
) -> LimbRatio:
    uppers = [each for each in upper if each.key.side is side]
    lowers = [each for each in lower if each.key.side is side]
    if not uppers:
        return LimbRatio(side, None, _why_none(rule, side, rule.numerator, runs))
    if not lowers:
        return LimbRatio(side, None, _why_none(rule, side, rule.denominator, runs))
    tried = [ratio(rule, uppers[0], each) for each in lowers]
    best = next((each for each in tried if each.value is not None), tried[0])
    return LimbRatio(side, best, best.reason)


def _why_none(
    rule: RatioRule, side: Side, test_ids: tuple[str, ...], runs: Sequence[RunOfTest]
) -> str:
    """The reason that is stored with the number itself, where there is one."""
    reasons = [
        metric.reason
        for run in reversed(runs)
        if run.test_id in test_ids
        for trial in run.trials
        for rep in trial.analysis.reps
        if rep.side is side and (metric := rep.metrics.get(rule.metric)) and metric.reason
    ]
    return reasons[0] if reasons else f"the {side} limb has no result"

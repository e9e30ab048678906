"""One muscle group against another of the same limb, each pair with the set-up it holds for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.clinical.clinic_files import FileKind, with_clinic
from data.clinical.entries import Entry
from data.clinical.series import Reading

__all__ = ["Ratio", "RatioRule", "parse", "ratio", "ratios"]

# Further apart, the limb is not the same any more; ours.
APART_DAYS = 7


@dataclass(frozen=True, slots=True)
class RatioRule:
    """A pair of tests that may be divided. `caution` is printed wherever the ratio is."""

    id: str
    name: str
    short: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    metric: str
    setup: str
    caution: str
    references: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        return f"ratio.v1({self.id}: {self.metric} of one day's limb; {self.setup})"


@dataclass(frozen=True, slots=True)
class Ratio:
    """The quotient of two results, or the reason why they are not divided."""

    rule: RatioRule
    numerator: Reading
    denominator: Reading
    value: float | None
    reason: str | None = None


def ratios(folder: Path | None = None) -> dict[str, RatioRule]:
    """Every pair by its id: those that ship, then the clinic's ``ratios*.yaml``."""
    return dict(
        with_clinic(FileKind.RATIOS, _shipped(), lambda known, root: known | parse(root), folder)
    )


def parse(root: Entry) -> dict[str, RatioRule]:
    """The pairs of a file; `CatalogueError` names the entry that is wrong."""
    root.whole("version")
    found = {entry.name: _rule(entry) for entry in root.children("ratios")}
    root.done()
    return found


def ratio(rule: RatioRule, numerator: Reading, denominator: Reading) -> Ratio:
    """Divide two results of one limb, or say why not."""
    reason = _refusal(rule, numerator, denominator)
    value = None if reason is not None else numerator.value / denominator.value
    return Ratio(rule, numerator, denominator, value, reason)


def _refusal(rule: RatioRule, upper: Reading, lower: Reading) -> str | None:
    one, two = upper.key, lower.key
    if one.test_id not in rule.numerator or two.test_id not in rule.denominator:
        return f"{one.test_id} over {two.test_id} is not this pair"
    if one.metric != rule.metric or two.metric != rule.metric:
        return f"the pair divides {rule.metric}, not {one.metric} by {two.metric}"
    if one.side is not two.side:
        return "the results are of two limbs"
    if one.device_model != two.device_model:
        return f"mixed devices ({one.device}, {two.device}) are not comparable"
    if one.aggregation != two.aggregation:
        return f"repetitions were combined in two ways ({one.aggregation}, {two.aggregation})"
    if rule.metric.endswith("_n") and _differ(one.lever_m, two.lever_m):
        return f"levers of {_said(one.lever_m)} and {_said(two.lever_m)}: forces do not compare"
    if one.stabilisation is not two.stabilisation:
        return f"stabilised by {one.stabilisation} and by {two.stabilisation}"
    if one.gravity is not two.gravity:
        return "the limb's weight was taken into account in two ways"
    days = abs((upper.on - lower.on).days)
    if days > APART_DAYS:
        return f"the tests lie {days} days apart"
    if lower.value <= 0 or upper.value < 0:
        return "a result is 0 or negative"
    return None


def _differ(one: float | None, two: float | None) -> bool:
    return (one is None) is not (two is None) or round(one or 0.0, 2) != round(two or 0.0, 2)


def _said(lever_m: float | None) -> str:
    return "no length given" if lever_m is None else f"{lever_m:g} m"


@cache
def _shipped() -> dict[str, RatioRule]:
    return parse(Entry.shipped("ratios.yaml"))


def _rule(entry: Entry) -> RatioRule:
    rule = RatioRule(
        id=entry.name,
        name=entry.text("name"),
        short=entry.text("short"),
        numerator=entry.texts("numerator"),
        denominator=entry.texts("denominator"),
        metric=entry.text("metric"),
        setup=entry.text("setup"),
        caution=entry.text("caution", ""),
        references=entry.texts("references"),
    )
    entry.done()
    for field, tests in (("numerator", rule.numerator), ("denominator", rule.denominator)):
        if not tests:
            raise entry.error(field, "must name at least one test")
    return rule

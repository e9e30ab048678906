"""Left against right: each formula by name, its sign kept, an undefined case refused."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from data.analysis.types import Asymmetry, Side


@dataclass(frozen=True, slots=True)
class Limbs:
    """Both limbs' numbers and what makes one of them the reference."""

    left: float
    right: float
    injured: Side | None = None
    dominant: Side | None = None
    both_injured: bool = False

    def of(self, side: Side) -> float:
        return self.left if side is Side.LEFT else self.right

    @property
    def first(self) -> Side:
        """The limb that stands first in a signed formula: the dominant one, else the left."""
        return self.dominant or Side.LEFT

    @property
    def affected(self) -> Side | None:
        """The limb that LSI divides: the injured one, else the non-dominant one."""
        return self.injured or (None if self.dominant is None else self.dominant.other)


FORMULAS: Mapping[str, str] = MappingProxyType(
    {
        "pdiff": "asym.pdiff.v1: 100·(larger − smaller)/larger",
        "signed": "asym.signed.v1: 100·(right − left)/larger; + means right stronger",
        "lsi": "lsi.v1: 100·injured/uninjured (no injury: non-dominant/dominant)",
        "lsi.deficit": "lsi.deficit.v1: 100·(1 − injured/uninjured)",
        "bai1": "bai1.v1: 100·(D − N)/(D + N); D is the dominant limb, the left where unknown",
        "bai2": "bai2.v1: 200·(D − N)/(D + N); D is the dominant limb, the left where unknown",
        "si": "si.v1: 100·(larger − smaller)/(larger + smaller)",
        "sa": "sa.v1: 100·(45° − atan(left/right))/90°",
        "ln": "ln.v1: 100·ln(left/right)",
    }
)


BOTH_INJURED = "both limbs are injured: neither is a reference for the other"


def headline_formula(test_formula: str, injured: Side | None, *, both_injured: bool = False) -> str:
    """One injured side asks for LSI; otherwise the test's own formula."""
    return "lsi" if injured is not None and not both_injured else test_formula


def compare(
    left: float | None,
    right: float | None,
    formula: str,
    *,
    metric: str,
    aggregation: str,
    injured: Side | None = None,
    dominant: Side | None = None,
    both_injured: bool = False,
) -> Asymmetry:
    """One formula on one metric; refused with its reason where it is not defined."""
    value, reason = _evaluate(left, right, formula, injured, dominant, both_injured)
    return Asymmetry(
        formula, metric, aggregation, left, right, value, _stronger(left, right), reason
    )


def _evaluate(
    left: float | None,
    right: float | None,
    formula: str,
    injured: Side | None,
    dominant: Side | None,
    both_injured: bool,
) -> tuple[float | None, str | None]:
    if left is None and right is None:
        return None, "neither limb has a result"
    if left is None or right is None:
        return None, f"the {Side.LEFT if left is None else Side.RIGHT} limb has no result"
    if left < 0 or right < 0:
        return None, "a result is negative, and a ratio of forces needs both pulling one way"
    outcome = _RULES[formula](Limbs(left, right, injured, dominant, both_injured))
    return (None, outcome) if isinstance(outcome, str) else (outcome, None)


def _stronger(left: float | None, right: float | None) -> Side | None:
    if left is None or right is None or left == right:
        return None
    return Side.LEFT if left > right else Side.RIGHT


def _over_larger(difference: float, limbs: Limbs) -> float | str:
    larger = max(limbs.left, limbs.right)
    return "both limbs read 0 N" if larger == 0 else 100 * difference / larger


def _over_sum(difference: float, limbs: Limbs) -> float | str:
    total = limbs.left + limbs.right
    return "both limbs read 0 N" if total == 0 else 100 * difference / total


def _pdiff(limbs: Limbs) -> float | str:
    return _over_larger(abs(limbs.right - limbs.left), limbs)


def _signed(limbs: Limbs) -> float | str:
    return _over_larger(limbs.right - limbs.left, limbs)


def _lsi(limbs: Limbs) -> float | str:
    if limbs.both_injured:
        return BOTH_INJURED
    if limbs.affected is None:
        return "neither an injured nor a dominant side is given"
    reference = limbs.of(limbs.affected.other)
    if reference == 0:
        return f"the reference limb ({limbs.affected.other}) reads 0 N"
    return 100 * limbs.of(limbs.affected) / reference


def _lsi_deficit(limbs: Limbs) -> float | str:
    index = _lsi(limbs)
    return index if isinstance(index, str) else 100 - index


def _bai1(limbs: Limbs) -> float | str:
    return _over_sum(limbs.of(limbs.first) - limbs.of(limbs.first.other), limbs)


def _bai2(limbs: Limbs) -> float | str:
    return _over_sum(2 * (limbs.of(limbs.first) - limbs.of(limbs.first.other)), limbs)


def _si(limbs: Limbs) -> float | str:
    return _over_sum(abs(limbs.left - limbs.right), limbs)


def _sa(limbs: Limbs) -> float | str:
    if limbs.left == limbs.right == 0:
        return "both limbs read 0 N"
    return 100 * (45 - math.degrees(math.atan2(limbs.left, limbs.right))) / 90


def _ln(limbs: Limbs) -> float | str:
    if limbs.left == 0 or limbs.right == 0:
        return "a limb reads 0 N"
    return 100 * math.log(limbs.left / limbs.right)


_RULES: Mapping[str, Callable[[Limbs], float | str]] = {
    "pdiff": _pdiff,
    "signed": _signed,
    "lsi": _lsi,
    "lsi.deficit": _lsi_deficit,
    "bai1": _bai1,
    "bai2": _bai2,
    "si": _si,
    "sa": _sa,
    "ln": _ln,
}

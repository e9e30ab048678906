"""Whether a difference between limbs is more than the test's own error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from data.analysis.types import Asymmetry
from data.clinical.reliability_maths import t_975
from data.clinical.typical_error import TypicalError

# A convention: 15 of the 18 studies that used a threshold used 10 to 15 %, often without a reason
# (Parkinson 2021, 10.52082/jssm.2021.594). It belongs to the percentage difference only.
THRESHOLD_PERCENT = 10.0


class Standing(StrEnum):
    """What may be said of a difference between limbs."""

    DIFFERENCE = "beyond measurement error and threshold"
    BELOW_THRESHOLD = "beyond measurement error, below the threshold"
    WITHIN_ERROR = "within measurement error"
    ERROR_UNKNOWN = "measurement error not known"
    REFUSED = "not compared"


@dataclass(frozen=True, slots=True)
class LimbDifference:
    """Right against left, in the unit of the metric and in percent of the stronger limb.

    `error` is the smallest difference that is more than error in 95 of 100 cases (rule B), `spread`
    the larger of both limbs' variation between repetitions (rule A), in percent.
    """

    standing: Standing
    difference: float | None
    percent: float | None
    error: float | None
    error_percent: float | None
    spread_percent: float | None
    threshold_percent: float
    method: str
    source: str

    @property
    def sentence(self) -> str:
        """What may be printed beside the difference."""
        return self._said(f" ({self.source})")

    @property
    def verdict(self) -> str:
        """The same without the source, where that stands elsewhere."""
        return self._said("")

    def _said(self, source: str) -> str:
        size = "" if self.error_percent is None else f" of about ±{self.error_percent:.1f}\u00a0%"
        threshold = f"the threshold of {self.threshold_percent:g}\u00a0%"
        match self.standing:
            case Standing.REFUSED:
                return f"Not compared: {self.source}."
            case Standing.ERROR_UNKNOWN:
                return f"{self.source}: not called a difference."
            case Standing.WITHIN_ERROR:
                return f"Within measurement error{size}{source}."
            case Standing.BELOW_THRESHOLD:
                return f"Beyond measurement error{size}{source}, below {threshold}."
            case Standing.DIFFERENCE:
                return f"Beyond measurement error{size}{source} and {threshold}."


def limb_difference(
    asymmetry: Asymmetry,
    left: Sequence[float],
    right: Sequence[float],
    error: TypicalError | None = None,
    threshold_percent: float = THRESHOLD_PERCENT,
) -> LimbDifference:
    """Judge the limbs of `asymmetry`; `left` and `right` are the values of their repetitions.

    Rule A asks that the difference exceeds each limb's own variation between repetitions. Rule B
    asks that it exceeds 1.96·√(SEM² + SEM²), with the `error` of the test, or with the spread of
    today's repetitions and Student's t where no error is known. Both must hold.
    """
    if asymmetry.left is None or asymmetry.right is None or asymmetry.reason is not None:
        reason = asymmetry.reason or "a limb has no result"
        return _refused(reason, threshold_percent)
    larger = max(asymmetry.left, asymmetry.right)
    if larger <= 0:
        return _refused("both limbs read 0", threshold_percent)
    difference = asymmetry.right - asymmetry.left
    percent = 100 * abs(difference) / larger
    spread = _spread_percent(left, right)
    limit, method, source = _error_of_difference(asymmetry, left, right, error)
    if limit is None:
        standing = Standing.ERROR_UNKNOWN
    elif abs(difference) <= limit or (spread is not None and percent <= spread):
        standing = Standing.WITHIN_ERROR
    elif percent < threshold_percent:
        standing = Standing.BELOW_THRESHOLD
    else:
        standing = Standing.DIFFERENCE
    return LimbDifference(
        standing=standing,
        difference=difference,
        percent=percent,
        error=limit,
        error_percent=None if limit is None else 100 * limit / larger,
        spread_percent=spread,
        threshold_percent=threshold_percent,
        method=method,
        source=source,
    )


def _error_of_difference(
    asymmetry: Asymmetry,
    left: Sequence[float],
    right: Sequence[float],
    error: TypicalError | None,
) -> tuple[float | None, str, str]:
    if error is not None:
        sems = [error.sem_at(value) for value in (asymmetry.left or 0.0, asymmetry.right or 0.0)]
        limit = error.multiplier * math.hypot(*sems)
        return limit, "asym.error.v1(rule B: SEM of the test, rule A)", error.source
    freedom = len(left) + len(right) - 2
    if min(len(left), len(right)) < 2:
        return None, "asym.error.v1(no error known)", "Only one repetition of a limb"
    limit = t_975(freedom) * math.hypot(_sd(left), _sd(right))
    source = f"spread of today's {len(left)} and {len(right)} repetitions"
    return limit, "asym.error.v1(rule B: spread of the repetitions, rule A)", source


def _spread_percent(left: Sequence[float], right: Sequence[float]) -> float | None:
    limbs = [values for values in (left, right) if len(values) > 1 and np.mean(values) > 0]
    if not limbs:
        return None
    return max(100 * _sd(values) / float(np.mean(values)) for values in limbs)


def _sd(values: Sequence[float]) -> float:
    return float(np.std(values, ddof=1))


def _refused(reason: str, threshold_percent: float) -> LimbDifference:
    return LimbDifference(
        standing=Standing.REFUSED,
        difference=None,
        percent=None,
        error=None,
        error_percent=None,
        spread_percent=None,
        threshold_percent=threshold_percent,
        method="asym.error.v1",
        source=reason,
    )

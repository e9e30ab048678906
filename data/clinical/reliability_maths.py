"""Measurement error from tests that were done again: typical error, detectable change, ICC."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# 97.5 % points of Student's t for 1 to 30 degrees of freedom; beyond, 1.96 + 2.5/df is closer
# than 0.002. Standard table; a test compares it with scipy.
_T_975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reliability:
    """What repeated tests of `people` in `sessions` say about the error of one test.

    `sem` is the typical error between sessions, √MSE of a two-way analysis of variance, in the
    unit of the scores; it is not the SEM from SD·√(1 - ICC), which differs. `cv_te_percent` is the
    typical error of the logarithms. `between_sd` is the spread of the people's means.
    """

    people: int
    sessions: int
    mean: float
    mean_change: float
    sem: float
    cv_te_percent: float | None
    icc_31: float | None
    icc_21: float | None
    between_sd: float

    @property
    def sem_percent(self) -> float:
        return 100 * self.sem / self.mean

    @property
    def mdc95(self) -> float:
        """Smallest change of one person that is more than error in 95 of 100 cases."""
        return 1.96 * math.sqrt(2) * self.sem

    @property
    def mdc90(self) -> float:
        return 1.645 * math.sqrt(2) * self.sem


def reliability(scores: Sequence[Sequence[float]]) -> Reliability:
    """From one row of scores for each person, one column for each session.

    Raises ValueError unless at least two people were tested at least twice, equally often.
    """
    table = np.array(scores, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2 or not bool(np.isfinite(table).all()):
        raise ValueError("Reliability needs at least two people, each tested equally often, twice.")
    n, k = table.shape
    rows, columns, error = _mean_squares(table)
    consistency = rows + (k - 1) * error
    agreement = consistency + k * (columns - error) / n
    is_positive = bool((table > 0).all())
    log_error = _mean_squares(np.log(table))[2] if is_positive else None
    return Reliability(
        people=n,
        sessions=k,
        mean=float(table.mean()),
        mean_change=float((table[:, -1] - table[:, 0]).mean()),
        sem=math.sqrt(error),
        cv_te_percent=None if log_error is None else 100 * math.expm1(math.sqrt(log_error)),
        icc_31=(rows - error) / consistency if consistency > 0 else None,
        icc_21=(rows - error) / agreement if agreement > 0 else None,
        between_sd=float(table.mean(axis=1).std(ddof=1)),
    )


def typical_error(values: Sequence[float]) -> float:
    """The sample SD of one person's tests while nothing changed."""
    return float(np.std(values, ddof=1))


def t_975(freedom: int) -> float:
    """What 1.96 becomes where the spread was estimated with so many degrees of freedom."""
    if freedom < 1:
        raise ValueError("A spread needs at least one degree of freedom.")
    return _T_975[freedom - 1] if freedom <= len(_T_975) else 1.96 + 2.5 / freedom


def _mean_squares(table: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, ...]:
    """Of people, of sessions, and of what is left, MSR, MSC and MSE."""
    n, k = table.shape
    centre = table.mean()
    by_person, by_session = table.mean(axis=1) - centre, table.mean(axis=0) - centre
    left = table - centre - by_person[:, None] - by_session[None, :]
    rows = k * float(np.dot(by_person, by_person)) / (n - 1)
    columns = n * float(np.dot(by_session, by_session)) / (k - 1)
    return rows, columns, float((left * left).sum()) / ((n - 1) * (k - 1))

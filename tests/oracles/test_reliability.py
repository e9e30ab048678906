"""Measurement error beside other packages."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from data.clinical.reliability_maths import reliability, t_975
from tests.oracles.packages import oracle

SCORES = [(300, 310, 305), (320, 316, 331), (340, 350, 338), (360, 354, 371), (380, 390, 377)]
TWICE = [scores[:2] for scores in SCORES]


def long_table(scores: list[tuple[int, ...]]) -> Any:
    rows = [
        {"person": person, "session": session, "score": float(score)}
        for person, values in enumerate(scores)
        for session, score in enumerate(values)
    ]
    return oracle("pandas").DataFrame(rows)


@pytest.mark.parametrize("scores", [SCORES, TWICE])
def test_the_icc_is_that_of_pingouin(scores: list[tuple[int, ...]]) -> None:
    pingouin = oracle("pingouin")
    table = pingouin.intraclass_corr(
        long_table(scores), targets="person", raters="session", ratings="score"
    )
    icc = dict(zip(table["Type"], table["ICC"], strict=True))
    found = reliability(scores)
    # It calls them by McGraw and Wong: C is consistency, A is agreement.
    assert found.icc_31 == pytest.approx(icc["ICC(C,1)"], abs=1e-4)
    assert found.icc_21 == pytest.approx(icc["ICC(A,1)"], abs=1e-4)


@pytest.mark.parametrize("scores", [SCORES, TWICE])
def test_sem_and_mdc_are_those_of_pingouins_analysis_of_variance(
    scores: list[tuple[int, ...]],
) -> None:
    pingouin = oracle("pingouin")
    table = pingouin.rm_anova(
        long_table(scores), dv="score", within="session", subject="person", detailed=True
    )
    error = float(table.loc[table["Source"] == "Error", "MS"].iloc[0])
    found = reliability(scores)
    assert found.sem == pytest.approx(math.sqrt(error), rel=1e-6)
    assert found.mdc95 == pytest.approx(1.96 * math.sqrt(2 * error), rel=1e-6)


# SEM from SD·√(1 - ICC) is another number, which is why ours is said with its formula.
def test_the_sem_from_the_icc_differs() -> None:
    pingouin = oracle("pingouin")
    table = pingouin.intraclass_corr(
        long_table(TWICE), targets="person", raters="session", ratings="score"
    )
    icc = float(table.loc[table["Type"] == "ICC(C,1)", "ICC"].iloc[0])
    other = float(np.std(TWICE, ddof=1)) * math.sqrt(1 - icc)
    assert reliability(TWICE).sem == pytest.approx(5.83, abs=0.01)
    assert other == pytest.approx(5.51, abs=0.02)


def test_two_sessions_give_scipys_spread_of_the_differences() -> None:
    stats = oracle("scipy.stats")
    apart = [second - first for first, second in TWICE]
    expected = stats.tstd(apart) / math.sqrt(2)
    assert reliability(TWICE).sem == pytest.approx(float(expected), rel=1e-9)


def test_every_multiplier_is_that_of_scipy() -> None:
    stats = oracle("scipy.stats")
    for freedom in range(1, 400):
        assert t_975(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=0.002)

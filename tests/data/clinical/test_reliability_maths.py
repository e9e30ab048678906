from __future__ import annotations

import math

import pytest

from data.clinical.reliability_maths import reliability, t_975, typical_error

# clinical_science 6, O10, with its closed form: d = 10, -4, 10, -6, 10.
FIRST = (300, 320, 340, 360, 380)
SECOND = (310, 316, 350, 354, 390)
PAIRS = list(zip(FIRST, SECOND, strict=True))


def test_five_people_tested_twice_give_the_worked_numbers() -> None:
    found = reliability(PAIRS)
    sd_of_difference = math.sqrt(sum((d - 4) ** 2 for d in (10, -4, 10, -6, 10)) / 4)
    assert sd_of_difference == pytest.approx(8.246211)
    assert found.mean_change == pytest.approx(4)
    assert found.sem == pytest.approx(sd_of_difference / math.sqrt(2), rel=1e-9)
    assert found.sem == pytest.approx(5.830952, abs=1e-6)
    assert found.mdc95 == pytest.approx(16.162574, abs=1e-6)
    assert found.mdc90 == pytest.approx(1.645 * math.sqrt(2) * 5.830952, abs=1e-5)
    assert found.sem_percent == pytest.approx(1.704957, abs=1e-6)
    assert found.cv_te_percent == pytest.approx(1.728515, abs=1e-6)
    # MSR 2014, MSC 40, MSE 34
    assert found.icc_31 == pytest.approx((2014 - 34) / (2014 + 34), abs=1e-9)
    assert found.icc_31 == pytest.approx(0.966797, abs=1e-6)
    assert found.icc_21 == pytest.approx(1980 / (2048 + 2 * (40 - 34) / 5), abs=1e-9)
    assert found.icc_21 == pytest.approx(0.965665, abs=1e-6)
    assert (found.people, found.sessions) == (5, 2)


def test_three_sessions_are_judged_together() -> None:
    # Rows differ by 10, columns by 1, nothing is left: no error, perfect agreement but for order.
    found = reliability([(100, 101, 102), (110, 111, 112), (120, 121, 122)])
    assert found.sem == pytest.approx(0, abs=1e-9)
    assert found.icc_31 == pytest.approx(1)
    # MSR 300, MSC 3, MSE 0: 300/(300 + 3·(3 - 0)/3)
    assert found.icc_21 == pytest.approx(300 / 303)
    assert found.mean_change == pytest.approx(2)


def test_a_result_of_zero_has_no_typical_error_in_percent() -> None:
    assert reliability([(0, 5), (10, 12)]).cv_te_percent is None


@pytest.mark.parametrize("scores", [[], [(1, 2)], [(1,), (2,)], [(1, 2), (1, math.nan)]])
def test_too_few_or_broken_scores_are_refused(scores: list[tuple[float, ...]]) -> None:
    with pytest.raises(ValueError, match="two people"):
        reliability(scores)


def test_one_persons_typical_error_is_the_spread_of_the_tests() -> None:
    assert typical_error([300, 310, 290, 300]) == pytest.approx(math.sqrt(200 / 3))


# Standard table of Student's t, two-sided 5 %.
@pytest.mark.parametrize(
    ("freedom", "value"), [(1, 12.706), (3, 3.182), (10, 2.228), (30, 2.042), (60, 2.0003)]
)
def test_the_multiplier_for_few_tests_is_students(freedom: int, value: float) -> None:
    assert t_975(freedom) == pytest.approx(value, abs=0.002)


def test_no_freedom_is_refused() -> None:
    with pytest.raises(ValueError, match="degree of freedom"):
        t_975(0)

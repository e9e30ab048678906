from __future__ import annotations

import math

import pytest

from data.analysis.symmetry import compare
from data.analysis.types import Asymmetry
from data.clinical.difference import Standing, limb_difference
from data.clinical.typical_error import ErrorOrigin, TypicalError
from tests.bench.onset import symmetry_figures

FIVE_PERCENT = TypicalError(ErrorOrigin.PUBLISHED, "29 professional footballers", percent=5.0)


def _compared(left: float | None, right: float | None, formula: str = "pdiff") -> Asymmetry:
    return compare(left, right, formula, metric="peak_n", aggregation="best of 3")


def _steady(best: float) -> list[float]:
    return [best, 0.99 * best, 0.98 * best]


def test_a_difference_must_pass_the_error_and_the_threshold() -> None:
    found = limb_difference(_compared(300, 240), _steady(300), _steady(240), FIVE_PERCENT)
    # rule B within one session: 1.96·sqrt(15² + 12²) N
    assert found.error == pytest.approx(1.96 * math.hypot(15, 12))
    assert found.percent == pytest.approx(20)
    assert found.difference == -60
    assert found.standing is Standing.DIFFERENCE
    assert found.sentence == (
        "Beyond measurement error of about ±12.6\u00a0% (29 professional footballers) "
        "and the threshold of 10\u00a0%."
    )


def test_a_difference_within_the_error_is_not_called_one() -> None:
    found = limb_difference(_compared(300, 265), _steady(300), _steady(265), FIVE_PERCENT)
    assert found.percent == pytest.approx(11.67, abs=0.01)
    assert found.standing is Standing.WITHIN_ERROR
    assert found.sentence.startswith("Within measurement error of about ±13.1\u00a0%")


def test_a_sure_difference_below_the_threshold_is_said_so() -> None:
    sure = TypicalError(ErrorOrigin.CLINIC, "20 people of this clinic", percent=1.0)
    found = limb_difference(_compared(300, 280), _steady(300), _steady(280), sure)
    assert found.standing is Standing.BELOW_THRESHOLD
    higher = limb_difference(_compared(300, 240), _steady(300), _steady(240), sure, 25.0)
    assert higher.standing is Standing.BELOW_THRESHOLD
    assert "threshold of 25\u00a0%" in higher.sentence


def test_a_limb_that_varies_more_than_it_differs_is_within_error() -> None:
    sure = TypicalError(ErrorOrigin.CLINIC, "20 people of this clinic", percent=1.0)
    # rule A: repetitions of 300, 240, 200 N vary by 20 % of their mean
    found = limb_difference(_compared(300, 250), [300, 240, 200], _steady(250), sure)
    assert found.spread_percent == pytest.approx(20.4, abs=0.1)
    assert found.standing is Standing.WITHIN_ERROR


def test_without_a_study_the_repetitions_of_the_day_give_the_error() -> None:
    left, right = [300.0, 290.0, 295.0], [240.0, 235.0, 230.0]
    found = limb_difference(_compared(300, 240), left, right)
    # SD 5 N on both limbs; Student's t with 4 degrees of freedom, 2.776
    assert found.error == pytest.approx(2.776 * math.hypot(5, 5))
    assert found.standing is Standing.DIFFERENCE
    assert "today's 3 and 3 repetitions" in found.sentence


def test_one_repetition_and_no_study_leave_the_error_unknown() -> None:
    found = limb_difference(_compared(300, 200), [300], [200])
    assert found.standing is Standing.ERROR_UNKNOWN
    assert found.error is None
    assert "not called a difference" in found.sentence


@pytest.mark.parametrize(("left", "right"), [(None, 240.0), (300.0, None), (0.0, 0.0)])
def test_a_missing_or_empty_limb_is_refused_with_the_reason(
    left: float | None, right: float | None
) -> None:
    found = limb_difference(_compared(left, right), [], [], FIVE_PERCENT)
    assert found.standing is Standing.REFUSED
    assert found.percent is None
    assert found.sentence.startswith("Not compared:")


def test_the_formula_of_the_headline_does_not_change_what_is_a_difference() -> None:
    by_formula = {
        limb_difference(
            _compared(300, 240, formula), _steady(300), _steady(240), FIVE_PERCENT
        ).standing
        for formula in ("pdiff", "bai1", "sa", "ln")
    }
    assert by_formula == {Standing.DIFFERENCE}


# Both limbs the same, 5 % between trials: over 10 % alone calls 3.8 % of them different
# (clinical_science 0.6), what is said must call at most 1 %.
def test_equal_limbs_are_called_different_in_at_most_one_of_a_hundred_tests() -> None:
    alone, study, today = (figure.value for figure in symmetry_figures(athletes=4000))
    assert alone == pytest.approx(3.8, abs=0.9)
    assert study <= 1
    assert today <= 1

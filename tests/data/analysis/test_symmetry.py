from __future__ import annotations

import math

import pytest

from data.analysis.symmetry import BOTH_INJURED, FORMULAS, compare, headline_formula
from data.analysis.types import AnalysisOptions, Asymmetry, Side
from tests.data.analysis.curves import SQUEEZE, curve, run, times, trapezoid


def _compare(formula: str, left: float | None, right: float | None) -> Asymmetry:
    return compare(
        left,
        right,
        formula,
        metric="peak_n",
        aggregation="best of 3",
        injured=Side.RIGHT,
        dominant=Side.LEFT,
    )


# clinical_science 3.1, example A: left 300 N (dominant, uninjured), right 240 N; then swapped.
@pytest.mark.parametrize(
    ("formula", "value", "swapped"),
    [
        ("pdiff", 100 * 60 / 300, 20.0),
        ("signed", -20.0, 20.0),
        ("lsi", 80.0, 125.0),
        ("lsi.deficit", 20.0, -25.0),
        ("bai1", 100 * 60 / 540, -100 * 60 / 540),
        ("bai2", 200 * 60 / 540, -200 * 60 / 540),
        ("si", 100 * 60 / 540, 100 * 60 / 540),
        ("sa", 100 * (45 - math.degrees(math.atan(1.25))) / 90, 7.04),
        ("ln", 100 * math.log(1.25), -22.3),
    ],
)
def test_each_formula_gives_the_value_of_the_table(
    formula: str, value: float, swapped: float
) -> None:
    assert _compare(formula, 300, 240).value_percent == pytest.approx(value, rel=1e-12)
    assert _compare(formula, 240, 300).value_percent == pytest.approx(swapped, abs=0.05)


def test_every_formula_is_in_the_table() -> None:
    assert set(FORMULAS) == {
        "pdiff",
        "signed",
        "lsi",
        "lsi.deficit",
        "bai1",
        "bai2",
        "si",
        "sa",
        "ln",
    }


@pytest.mark.parametrize("formula", FORMULAS)
def test_equal_limbs_are_symmetric(formula: str) -> None:
    result = _compare(formula, 280, 280)
    assert result.value_percent == pytest.approx(100.0 if formula == "lsi" else 0.0)
    assert result.stronger is None


@pytest.mark.parametrize("formula", ["lsi", "lsi.deficit", "ln"])
def test_a_reference_limb_of_zero_is_refused(formula: str) -> None:
    result = _compare(formula, 0, 240)
    assert result.value_percent is None
    assert "0 N" in (result.reason or "")


@pytest.mark.parametrize("formula", FORMULAS)
def test_two_limbs_of_zero_are_refused(formula: str) -> None:
    result = _compare(formula, 0, 0)
    assert result.value_percent is None
    assert "0 N" in (result.reason or "")


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_missing_limb_is_refused_by_name(formula: str) -> None:
    assert _compare(formula, None, 240).reason == "the left limb has no result"
    assert _compare(formula, 240, None).reason == "the right limb has no result"
    assert _compare(formula, None, None).reason == "neither limb has a result"


def test_a_negative_result_is_refused() -> None:
    assert _compare("pdiff", -3, 240).value_percent is None


def test_the_stronger_limb_is_named_whatever_the_sign() -> None:
    assert _compare("pdiff", 300, 240).stronger is Side.LEFT
    assert _compare("bai1", 240, 300).stronger is Side.RIGHT


def test_lsi_without_injury_or_dominance_is_refused() -> None:
    result = compare(300, 240, "lsi", metric="peak_n", aggregation="best of 3")
    assert result.value_percent is None
    assert result.reason == "neither an injured nor a dominant side is given"


def test_without_dominance_the_left_limb_stands_first() -> None:
    result = compare(300, 240, "bai1", metric="peak_n", aggregation="best of 3")
    assert result.value_percent == pytest.approx(100 * 60 / 540)


def test_an_injured_side_asks_for_lsi() -> None:
    assert headline_formula("pdiff", Side.RIGHT) == "lsi"
    assert headline_formula("bai1", None) == "bai1"


def test_with_both_limbs_injured_neither_is_a_reference() -> None:
    t = times(6.0)
    recorded = curve(t, trapezoid(t - 1), 0.8 * trapezoid(t - 1))
    options = AnalysisOptions(both_injured=True, injured=Side.LEFT, dominant=Side.LEFT)
    analysis = run(recorded, SQUEEZE, options)
    by_formula = {each.formula: each for each in analysis.asymmetries if each.metric == "peak_n"}
    for formula in ("lsi", "lsi.deficit"):
        assert by_formula[formula].value_percent is None
        assert by_formula[formula].reason == BOTH_INJURED
    # the test's own formula stays: 100·(300 - 240)/(300 + 240)
    assert analysis.asymmetry.formula == "bai1"
    assert analysis.asymmetry.value_percent == pytest.approx(100 * 60 / 540)
    assert "BOTHINJ" in {note.code for note in analysis.quality}

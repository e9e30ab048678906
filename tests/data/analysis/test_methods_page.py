"""The page on methods names every number, and its worked examples are what the code gives."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from data.analysis import comparison, filters, quality
from data.analysis.symmetry import FORMULAS, compare
from data.analysis.types import AnalysisOptions, ManualOnset, Metric, OnsetRule, Side, TrialAnalysis
from data.clinical import baseline
from data.clinical.baseline import pre_injury
from data.clinical.catalogue import tests as strength_tests
from data.clinical.change import change
from data.clinical.difference import limb_difference
from data.clinical.dose import ac_burst_rms, electrical_dose, ultrasound_dose
from data.clinical.gravity import Segment, limb_weight
from data.clinical.ratios import ratio, ratios
from data.clinical.reliability_maths import reliability
from data.clinical.series import Reading, SeriesKey
from data.clinical.tests import Contraction
from data.clinical.typical_error import ErrorOrigin, TypicalError
from tests.data.analysis.curves import (
    HOLD,
    NORDIC,
    curve,
    half_sines,
    lowering,
    nordic,
    one_rep,
    run,
    times,
)
from tests.data.analysis.curves import trapezoid as trapezoid_shape

PAGE = (Path(__file__).parents[3] / "docs" / "methods.md").read_text("utf-8")
METHOD = re.compile(r"\b[a-z][a-z0-9.]*\.v\d+")
EXAMPLE = re.compile(r"^\| ([\w ]+) \| `([\w.]+)` \| (-?[\d.]+) \|$", re.MULTILINE)

OPTIONS = AnalysisOptions(body_mass_kg=78, lever_m=0.42)
INJURED = AnalysisOptions(injured=Side.RIGHT)
BY_HAND = AnalysisOptions(filter_hz=50, manual_onsets=(ManualOnset(1, Side.LEFT, 1.01),))
ULTRASOUND = ultrasound_dose(1.0, 0.2, 5, 300, 10)
TENS = electrical_dose(20, 200, 100, "symmetric", 25, 20 * 60)


def _analyses() -> dict[str, TrialAnalysis]:
    t, long = times(6.0), times(32.0)
    return {
        "trapezoid": run(one_rep(trapezoid_shape), HOLD, OPTIONS),
        "nordic": run(curve(t, nordic(t - 1), 0.8 * nordic(t - 1)), NORDIC, OPTIONS),
        "half sines": run(curve(long, half_sines(long - 1.5)), HOLD, OPTIONS),
        "by hand": run(one_rep(trapezoid_shape), HOLD, BY_HAND),
        "lowering": run(lowering(), NORDIC),
        "injured": run(curve(t, nordic(t - 1), 0.8 * nordic(t - 1)), NORDIC, INJURED),
    }


ANALYSES = _analyses()


def _tables() -> list[Mapping[str, Metric]]:
    return [
        table
        for analysis in ANALYSES.values()
        for table in (*(rep.metrics for rep in analysis.reps), *analysis.summary.values())
    ]


def _clinical() -> dict[str, dict[str, float | None]]:
    found = reliability(
        list(zip((300, 320, 340, 360, 380), (310, 316, 350, 354, 390), strict=True))
    )
    key = SeriesKey(HOLD, "peak_n", Side.LEFT, "onb", Contraction.ISOMETRIC_MAKE)
    before, now = Reading(date(2026, 1, 5), 280, key), Reading(date(2026, 2, 5), 298, key)
    step = change(before, now, TypicalError(ErrorOrigin.CLINIC, "", sem=20))
    five = TypicalError(ErrorOrigin.PUBLISHED, "", percent=5)
    pair = compare(300, 240, "pdiff", metric="peak_n", aggregation="best of 3")
    apart = limb_difference(pair, [300, 297], [240, 238], five)
    readings = [replace(before, value=300), replace(now, value=240)]
    epic = pre_injury(readings, Side.LEFT, date(2026, 1, 20))
    shank = limb_weight(Segment.SHANK_FOOT, 78, 0.43, 0.42, 0)
    adductors = replace(key, test_id="hip.add.long", lever_m=0.8)
    abductors = replace(adductors, test_id="hip.abd.long")
    divided = ratio(
        ratios()["add.abd"],
        replace(before, value=260, key=adductors),
        replace(before, value=200, key=abductors),
    )
    return {
        "retest": {
            "sem_n": found.sem,
            "mdc95_n": found.mdc95,
            "mdc90_n": found.mdc90,
            "sem_percent": found.sem_percent,
            "cv_te_percent": found.cv_te_percent,
            "icc_31": found.icc_31,
            "icc_21": found.icc_21,
        },
        "change": {"difference_n": step.difference, "mdc95_n": step.mdc95},
        "difference": {"percent": apart.percent, "error_n": apart.error},
        "ladder": {"epic_percent": epic.percent},
        "shank": {"torque_nm": shank.torque_nm, "force_n": shank.force_n},
        "ratio": {"value": divided.value},
    }


CLINICAL = _clinical()


def _computed(name: str, key: str) -> float | None:
    if name in CLINICAL:
        return CLINICAL[name][key]
    if name in {"ultrasound", "tens"}:
        return (ULTRASOUND if name == "ultrasound" else TENS)[key].value
    analysis = ANALYSES[name]
    if key in FORMULAS:
        return next(a.value_percent for a in analysis.asymmetries if a.formula == key)
    first = next(rep for rep in analysis.reps if rep.side is Side.LEFT)
    table = analysis.summary[Side.LEFT] if name == "half sines" else first.metrics
    return table[key].value


@pytest.mark.parametrize(("name", "key", "printed"), EXAMPLE.findall(PAGE))
def test_a_worked_example_is_what_the_code_gives(name: str, key: str, printed: str) -> None:
    digits = len(printed.partition(".")[2])
    assert _computed(name, key) == pytest.approx(float(printed), abs=0.51 * 10**-digits)


def test_every_number_has_a_worked_example() -> None:
    shown = {key for _, key, _ in EXAMPLE.findall(PAGE)}
    made = {key for table in _tables() for key, metric in table.items() if metric.value is not None}
    assert sorted((made | set(FORMULAS)) - shown) == []


def test_every_number_is_on_the_page() -> None:
    keys = {key for table in _tables() for key in table} | set(ULTRASOUND) | set(TENS)
    keys |= {key for test in strength_tests().values() for key in test.metrics}
    assert [key for key in sorted(keys) if f"`{key}`" not in PAGE] == []


def test_every_method_is_on_the_page() -> None:
    texts = [metric.method for table in _tables() for metric in table.values()]
    texts += [text for analysis in ANALYSES.values() for text in analysis.methods.values()]
    texts += [
        number.method for number in (*ULTRASOUND.values(), *TENS.values(), ac_burst_rms(1, 1))
    ]
    texts += [test.rep_rule.id for test in strength_tests().values()]
    texts += [rule.value for rule in OnsetRule]
    texts += [baseline.OWN, baseline.PARTNER_BEFORE, baseline.PARTNER_SINCE, filters.METHOD]
    texts += [rule.method for rule in ratios().values()]
    texts.append(limb_weight(Segment.SHANK_FOOT, 78, 0.43, 0.42, 0).method)
    apart = compare(300, 240, "pdiff", metric="peak_n", aggregation="best of 3")
    texts.append(limb_difference(apart, [300, 297], [240, 238]).method)
    ids = {found for text in texts for found in METHOD.findall(text)}
    assert len(ids) > 50
    assert [name for name in sorted(ids) if f"`{name}`" not in PAGE] == []


def test_every_code_is_on_the_page() -> None:
    codes = set(
        re.findall(r'"([A-Z]{3,})"', "".join(map(inspect.getsource, (quality, comparison))))
    )
    assert len(codes) > 15
    assert [code for code in sorted(codes) if f"`{code}`" not in PAGE] == []

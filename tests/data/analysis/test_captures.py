"""Recorded human efforts; the recordings are not part of the project and may be missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.analysis.types import AnalysisOptions, Curve, OnsetRule
from tests.data.analysis.curves import HOLD, NORDIC, only_rep, run, value

CAPTURES = Path(__file__).parents[4] / "shared" / "captures"


def _load(name: str) -> Curve:
    path = CAPTURES / name
    if not path.exists():
        pytest.skip(f"the recordings folder {CAPTURES} is missing")
    rows = np.loadtxt(path, delimiter=",", skiprows=1)
    return Curve(rows[:, 0], rows[:, 1:], (None,) * (rows.shape[1] - 1))


# Reference values of the recording's README, computed independently of this project: standing
# weight 827.5 N, peak 2803.6 N, highest 1 s mean 2694.6 N, force 100 ms after onset 1855 N,
# all gross. Ours are net of the standing weight, which is added here.
@pytest.mark.parametrize("rule", [OnsetRule.REVERSE, OnsetRule.FIVE_SD])
def test_an_isometric_pull_gives_the_reference_values(rule: OnsetRule) -> None:
    analysis = run(_load("isometric_1000hz.csv"), HOLD, AnalysisOptions(onset_rule=rule))
    rep = only_rep(analysis, None)
    weight = value(rep, "baseline_n")
    assert weight == pytest.approx(827.5, rel=0.01)
    assert value(rep, "peak_gross_n") == pytest.approx(2803.6, rel=0.0001)
    assert value(rep, "peak_n") == pytest.approx(2803.6 - 827.5, rel=0.01)
    assert value(rep, "peak_1s_n") + weight == pytest.approx(2694.6, rel=0.001)
    assert value(rep, "force_at_100ms_n") + weight == pytest.approx(1855, rel=0.01)
    seconds = "1.00" if rule is OnsetRule.FIVE_SD else "0.50"
    assert rep.metrics["baseline_n"].method.startswith(f"rest.quiet.v1({seconds} s that end")
    assert rule.value in rep.metrics["force_at_100ms_n"].method


def test_an_isometric_pull_shows_what_was_wrong_with_it() -> None:
    analysis = run(_load("isometric_1000hz.csv"))
    codes = {note.code for note in analysis.quality}
    assert {"LOADED", "CMJ"} <= codes
    assert analysis.rate_hz == pytest.approx(1000.0)


def test_a_drop_jump_is_no_repetition_and_no_error() -> None:
    analysis = run(_load("two_plates_1000hz.csv"), NORDIC)
    assert analysis.reps == ()
    assert analysis.asymmetry.value_percent is None
    assert {"SIDES", "LOADED"} <= {note.code for note in analysis.quality}

"""What a person chooses is used, said, and kept beside what the rules found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data.analysis.errors import AnalysisError
from data.analysis.types import (
    AnalysisOptions,
    ManualOnset,
    OnsetRule,
    RepBounds,
    Side,
    TrialAnalysis,
)
from data.values import from_json, to_json
from tests.data.analysis.curves import HOLD, one_rep, only_rep, raised_cosine, run, trapezoid, value


def test_an_onset_set_by_hand_moves_early_force_and_keeps_the_automatic_one() -> None:
    automatic = only_rep(run(one_rep(trapezoid)))
    options = AnalysisOptions(manual_onsets=(ManualOnset(1, Side.LEFT, 1.05),))
    rep = only_rep(run(one_rep(trapezoid), HOLD, options))
    assert rep.onset_s == 1.05
    # 1000 N/s: 150 N a tenth of a second after 1.05 s
    assert value(rep, "force_at_100ms_n") == pytest.approx(150.0)
    assert value(rep, "time_to_peak_s") == pytest.approx(0.25)
    assert value(rep, "onset_automatic_s") == automatic.onset_s
    assert rep.metrics["onset_automatic_s"].method == "onset.reverse.v1"
    assert "onset.manual.v1" in rep.metrics["force_at_100ms_n"].method
    for key in ("peak_n", "impulse_ns", "duration_s"):
        assert rep.metrics[key] == automatic.metrics[key]
    assert "onset_automatic_s" not in automatic.metrics


def test_an_onset_of_another_limb_or_repetition_changes_nothing() -> None:
    plain = only_rep(run(one_rep(trapezoid)))
    for onset in (ManualOnset(2, Side.LEFT, 1.05), ManualOnset(1, Side.RIGHT, 1.05)):
        rep = only_rep(run(one_rep(trapezoid), HOLD, AnalysisOptions(manual_onsets=(onset,))))
        assert rep == plain


@pytest.mark.parametrize("at_s", [1.4, -0.5])
def test_an_onset_after_the_peak_or_outside_is_refused(at_s: float) -> None:
    options = AnalysisOptions(manual_onsets=(ManualOnset(1, Side.LEFT, at_s),))
    with pytest.raises(AnalysisError, match="Set it before the peak"):
        run(one_rep(trapezoid), HOLD, options)


def test_five_percent_of_the_peak_is_a_rule_of_its_own() -> None:
    options = AnalysisOptions(onset_rule=OnsetRule.PERCENT)
    rep = only_rep(run(one_rep(trapezoid), HOLD, options))
    # 15 of 300 N at 1000 N/s
    assert rep.onset_s == pytest.approx(1.015)
    assert "onset.percent.v1(5 %)" in rep.metrics["rfd_0_100_n_per_s"].method


def test_pain_over_the_limit_is_suggested_and_rejects_nothing() -> None:
    analysis = run(one_rep(trapezoid), HOLD, AnalysisOptions(pain_nrs={1: 7}))
    rep = only_rep(analysis)
    assert rep.codes == ("PAIN",)
    assert rep.rejected is None
    assert "Pain 7 of 10" in analysis.quality[0].text
    assert only_rep(run(one_rep(trapezoid), HOLD, AnalysisOptions(pain_nrs={1: 5}))).codes == ()


def test_the_result_says_who_chose_and_carries_what_makes_it_again() -> None:
    options = AnalysisOptions(
        body_mass_kg=78,
        onset_rule=OnsetRule.FIVE_SD,
        manual_bounds=(RepBounds(1.1, 4.5, "manual"),),
        manual_onsets=(ManualOnset(1, Side.LEFT, 1.12),),
        rejected={2: "slipped"},
        pain_nrs={1: 2},
        filter_hz=50,
        changed_by="A. Therapist",
        changed_at=datetime(2026, 3, 14, 13, 5, tzinfo=UTC),
    )
    analysis = run(one_rep(raised_cosine), HOLD, options)
    assert analysis.methods["changed"] == "by A. Therapist at 2026-03-14T13:05:00+00:00"
    stored = from_json(TrialAnalysis, to_json(analysis))
    assert stored == analysis
    assert stored.options is not None
    assert run(one_rep(raised_cosine), HOLD, stored.options) == analysis


def test_a_result_stored_before_there_were_options_can_still_be_read() -> None:
    data = to_json(run(one_rep(trapezoid)))
    del data["options"]
    assert from_json(TrialAnalysis, data).options is None

from __future__ import annotations

from dataclasses import replace

import pytest

from data.analysis.recompute import changes, options_of
from data.analysis.types import AnalysisOptions, Metric, OnsetRule, RepBounds, Side
from tests.data.analysis.curves import HOLD, NORDIC, curve, nordic, one_rep, run, times, trapezoid


def test_the_same_computation_changes_nothing() -> None:
    t = times(6.0)
    recorded = curve(t, nordic(t - 1), 0.8 * nordic(t - 1))
    assert changes(run(recorded, NORDIC), run(recorded, NORDIC)) == ()


def test_another_onset_rule_changes_what_is_counted_from_the_onset_and_nothing_else() -> None:
    recorded = one_rep(trapezoid)
    options = AnalysisOptions(onset_rule=OnsetRule.FORCE)
    found = {each.key: each for each in changes(run(recorded), run(recorded, HOLD, options))}
    assert {"rfd_0_100_n_per_s", "force_at_100ms_n", "time_to_peak_s"} <= set(found)
    # Bounds begin at the onset, so the area is over a little less; the peak is what it was.
    assert not {"peak_n", "peak_1s_n", "torque_nm", "best_n"} & set(found)
    force = found["force_at_100ms_n"]
    assert force.before is not None
    assert force.after is not None
    # 20 N at 1000 N/s: 20 ms later
    assert force.after.value == pytest.approx((force.before.value or 0) + 20, abs=1e-6)
    assert (force.rep, force.side, force.is_method_only) == (1, Side.LEFT, False)


def test_a_repetition_that_appears_or_vanishes_is_listed_number_by_number() -> None:
    none = run(curve(times(6.0), 0 * times(6.0)))
    found = changes(none, run(one_rep(trapezoid)))
    peak = next(each for each in found if each.key == "peak_n")
    assert peak.before is None
    assert peak.after is not None
    best = next(each for each in found if each.key == "best_n")
    assert best.before is not None
    assert best.before.reason == "no valid repetition"


def test_a_method_that_is_only_said_differently_is_told_apart() -> None:
    stored = run(one_rep(trapezoid))
    rep = stored.reps[0]
    older = Metric(rep.metrics["peak_n"].value, "N", "peak.raw.v0")
    before = replace(stored, reps=(replace(rep, metrics={**rep.metrics, "peak_n": older}),))
    found = changes(before, stored)
    assert [each.key for each in found] == ["peak_n"]
    assert found[0].is_method_only


def test_a_stored_result_is_made_again_with_its_own_options() -> None:
    options = AnalysisOptions(body_mass_kg=78, filter_hz=50, rejected={1: "pain"})
    stored = run(one_rep(trapezoid), HOLD, options)
    assert options_of(stored, AnalysisOptions()) == options


def test_a_result_of_an_earlier_version_keeps_what_a_person_drew_and_rejected() -> None:
    drawn = RepBounds(1.1, 4.4, "manual")
    options = AnalysisOptions(manual_bounds=(drawn,), rejected={1: "slipped"})
    stored = replace(run(one_rep(trapezoid), HOLD, options), options=None)
    found = options_of(stored, AnalysisOptions(body_mass_kg=78))
    assert found.manual_bounds == (drawn,)
    assert found.rejected == {1: "slipped"}
    assert found.body_mass_kg == 78

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from data.analysis.types import AnalysisOptions, Curve
from data.clinical.catalogue import tests as strength_tests
from data.clinical.gravity import GravityMethod
from data.clinical.tests import Contraction, Stabilisation
from data.intake import analysis_options
from data.readings import readings, series_key
from data.records import Trial, TrialHeader, TrialState
from data.sides import Side
from data.values import from_json, to_json
from tests.data import samples
from tests.data.analysis.curves import HOLD, NORDIC, curve, nordic, one_rep, run, times, trapezoid


def _trial(recorded: Curve, test_id: str, options: AnalysisOptions | None = None) -> Trial:
    return Trial(
        header=samples.header(test_id=test_id),
        state=TrialState.COMPLETE,
        samples=len(recorded.t),
        lost=0,
        rate_hz=1000.0,
        duration_s=6.0,
        gaps=(),
        analysis=run(recorded, test_id, options),
    )


def test_both_limbs_of_a_nordic_give_a_result_each() -> None:
    t = times(6.0)
    trial = _trial(curve(t, nordic(t - 1), 0.8 * nordic(t - 1)), NORDIC)
    left, right = readings([trial], strength_tests()[NORDIC])
    assert (round(left.value), round(right.value)) == (350, 280)
    assert (left.reps, left.key.side, right.key.side) == (1, Side.LEFT, Side.RIGHT)
    assert left.on == date(2026, 3, 14)
    key = left.key
    assert (key.test_id, key.metric, key.device_model) == (NORDIC, "peak_n", "onb")
    assert (key.position, key.lever_m) == ("kneeling, ankles strapped", 0.41)
    assert key.contraction is Contraction.ECCENTRIC
    assert key.stabilisation is Stabilisation.DEVICE


def test_trials_of_one_run_are_combined_as_the_test_says_without_rejected_repetitions() -> None:
    strong, weak = one_rep(trapezoid), one_rep(lambda x: 0.9 * trapezoid(x))
    trials = [_trial(strong, HOLD), _trial(weak, HOLD)]
    test = strength_tests()[HOLD]
    assert [round(each.value) for each in readings(trials, test)] == [300]
    assert readings(trials, test)[0].reps == 2
    mean = replace(test, aggregation="mean")
    assert [round(each.value) for each in readings(trials, mean)] == [285]
    rejected = _trial(strong, HOLD, AnalysisOptions(rejected={1: "slipped"}))
    assert [round(each.value) for each in readings([rejected, trials[1]], test)] == [270]
    assert readings([rejected], test) == []


def test_too_few_repetitions_for_the_tests_mean_give_no_result() -> None:
    test = replace(strength_tests()[HOLD], aggregation="mean_best_3")
    assert readings([_trial(one_rep(trapezoid), HOLD)], test) == []


def test_the_day_is_that_of_the_wall() -> None:
    trial = _trial(one_rep(trapezoid), HOLD)
    late = replace(trial.header, started_at=datetime(2026, 3, 14, 23, 30, tzinfo=UTC))
    moved = replace(trial, header=late)
    assert readings([moved], strength_tests()[HOLD])[0].on == date(2026, 3, 15)


def test_another_number_is_a_series_of_its_own() -> None:
    header, test = samples.header(test_id=HOLD), strength_tests()[HOLD]
    one, other = (series_key(header, test, Side.LEFT, each) for each in ("peak_n", "peak_1s_n"))
    assert other.differences(one) == ("number peak_1s_n, then peak_n",)


def test_what_held_the_limb_and_how_its_weight_was_had_are_part_of_the_series() -> None:
    header, test = samples.header(test_id=HOLD), strength_tests()[HOLD]
    plain = replace(header, gravity_n=None)
    by_test = series_key(plain, test, Side.LEFT)
    # a record that does not say: as the test's template has it, and not corrected
    assert (by_test.stabilisation, by_test.gravity) == (test.stabilisation, GravityMethod.NONE)
    held = series_key(replace(plain, stabilisation=Stabilisation.HAND), test, Side.LEFT)
    assert held.differences(by_test) == ("stabilised by hand, then belt",)
    weighed = replace(plain, gravity_n=28.0, gravity=GravityMethod.MEASURED)
    assert by_test.differences(series_key(weighed, test, Side.LEFT)) == (
        "weight of the limb none, then measured",
    )
    unsaid = series_key(replace(plain, gravity_n=28.0), test, Side.LEFT)
    assert unsaid.gravity is None
    assert not unsaid.matches(by_test)


def test_a_header_of_an_earlier_version_can_still_be_read() -> None:
    kept = to_json(samples.header())
    for name in ("gravity", "stabilisation", "target_n", "both_injured"):
        del kept[name]
    read = from_json(TrialHeader, kept)
    assert (read.gravity, read.stabilisation, read.target_n, read.both_injured) == (
        None,
        None,
        None,
        False,
    )


def test_a_header_keeps_how_the_trial_was_set_up() -> None:
    header = replace(
        samples.header(test_id=HOLD),
        gravity_n=28.0,
        gravity=GravityMethod.TABLE,
        stabilisation=Stabilisation.WALL,
        target_n=200.0,
        both_injured=True,
    )
    assert from_json(TrialHeader, to_json(header)) == header
    options = analysis_options(header)
    assert (options.gravity_method, options.target_n, options.both_injured) == ("table", 200, True)

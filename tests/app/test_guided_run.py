from dataclasses import replace

from app.guided_run import COUNTDOWN_S, Action, GuidedRun
from app.workflow import RepRow, Step
from data.analysis.types import Side
from data.clinical.tests import Contraction, Laterality, RepRule, StrengthTest

RULE = RepRule("rule", 20.0, 0.1, 10.0, 0.05, 1.0, 0.3)
UNILATERAL = StrengthTest(
    id="one",
    name="One limb",
    muscle_group="hamstrings",
    contraction=Contraction.ISOMETRIC_MAKE,
    laterality=Laterality.UNILATERAL,
    position="",
    cue="Pull",
    reps=2,
    hold_s=3.0,
    rest_s=30.0,
    rep_rule=RULE,
    aggregation="best",
    formula="asym.pdiff",
    metrics=("peak_n",),
)
BILATERAL = replace(UNILATERAL, laterality=Laterality.BILATERAL, rest_s=0.0)


def row(number: int) -> RepRow:
    return RepRow(number, 300.0, 280.0, 6.7)


def ready(run: GuidedRun) -> GuidedRun:
    assert run.connected() == [Action.TAKE_ZERO]
    run.zero_taken()
    return run


def do_reps(run: GuidedRun, now: float = 10.0) -> list[Action]:
    actions: list[Action] = []
    for number in range(1, run.reps_planned + 1):
        run.rep_started()
        actions = run.rep_done(row(number), now)
    return actions


def test_a_bilateral_run_goes_from_connect_to_result() -> None:
    run = GuidedRun(BILATERAL)
    assert run.step is Step.CONNECT
    ready(run)
    assert run.step is Step.READY
    assert run.start_stop(0.0) == [Action.BEGIN_TRIAL]
    assert run.step is Step.COUNTDOWN
    run.tick(COUNTDOWN_S)
    assert run.step is Step.GO
    assert do_reps(run) == [Action.END_TRIAL]
    assert run.step is Step.SAVING
    assert not run.view(0).is_saved
    run.trial_saved(None)
    assert run.step is Step.RESULT
    assert run.view(0).is_saved


def test_a_unilateral_run_does_the_uninjured_limb_first_and_then_the_other() -> None:
    run = ready(GuidedRun(UNILATERAL, injured=Side.LEFT))
    assert run.limb is Side.RIGHT
    run.start_stop(0.0)
    do_reps(run)
    run.trial_saved(None)
    assert run.step is Step.NEXT_LIMB
    assert "left limb" in run.view(0).sentence
    assert run.start_stop(60.0) == [Action.BEGIN_TRIAL]
    assert run.limb is Side.LEFT
    do_reps(run)
    run.trial_saved(None)
    assert run.step is Step.RESULT


def test_rest_counts_down_and_a_new_pull_ends_it_early() -> None:
    run = ready(GuidedRun(UNILATERAL))
    run.start_stop(0.0)
    run.rep_started()
    run.rep_done(row(1), now=10.0)
    assert run.step is Step.REST
    assert run.view(16.0).seconds_left == 24.0
    run.rep_started()
    assert run.step is Step.GO


def test_space_during_a_trial_finishes_it_and_keeps_what_there_is() -> None:
    run = ready(GuidedRun(BILATERAL))
    run.start_stop(0.0)
    assert run.start_stop(1.0) == [Action.END_TRIAL]


def test_a_rejected_repetition_is_asked_for_again_and_stays_visible() -> None:
    run = ready(GuidedRun(BILATERAL))
    run.start_stop(0.0)
    run.rep_started()
    run.rep_done(row(1), 5.0)
    run.reject_rep()
    assert run.reps[0].rejected is not None
    run.rep_started()
    assert run.rep_done(row(2), 9.0) == []  # only one of two counts
    run.rep_started()
    assert run.rep_done(row(3), 12.0) == [Action.END_TRIAL]
    assert len(run.reps) == 3


def test_rejecting_twice_takes_it_back() -> None:
    run = ready(GuidedRun(BILATERAL))
    run.start_stop(0.0)
    run.rep_started()
    run.rep_done(row(1), 5.0)
    run.reject_rep()
    run.reject_rep()
    assert run.reps[0].rejected is None


def test_a_lost_link_in_a_trial_keeps_recording_and_says_what_is_safe() -> None:
    run = ready(GuidedRun(BILATERAL))
    run.start_stop(0.0)
    run.link_lost("the port is gone")
    view = run.view(1.0)
    assert view.is_recording
    assert view.notice is not None
    assert "on disk" in view.notice.safe
    assert "Space" in view.notice.todo
    run.link_back()
    assert run.view(2.0).is_recording


def test_nothing_starts_without_a_connection_or_without_a_zero() -> None:
    run = GuidedRun(BILATERAL)
    assert run.start_stop(0.0) == []
    run.connected()
    assert run.start_stop(0.0) == []
    run.zero_refused("The cell reads 310 N. The old zero is kept. Unload it.", 0.0)
    assert run.step is Step.ZERO
    assert run.take_zero() == [Action.TAKE_ZERO]


def test_a_refused_zero_is_tried_again_once_a_second_until_it_is_taken() -> None:
    run = GuidedRun(BILATERAL)
    run.connected()
    for begun in (0.0, 1.0, 2.0):
        run.zero_refused("The cell is not quiet. The old zero is kept. Let go.", begun)
        assert run.tick(begun + 0.9) == []
        assert run.tick(begun + 1.0) == [Action.TAKE_ZERO]
        assert run.tick(begun + 1.0) == [], "one at a time"
    run.zero_taken()
    assert run.step is Step.READY
    assert run.view(9.0).notice is None
    assert run.tick(9.0) == []


def test_no_zero_is_taken_while_recording() -> None:
    run = ready(GuidedRun(BILATERAL))
    run.start_stop(0.0)
    assert run.take_zero() == []


def test_one_more_repetition_after_the_result_is_a_trial_of_its_own() -> None:
    run = ready(GuidedRun(BILATERAL))
    run.start_stop(0.0)
    do_reps(run)
    run.trial_saved(None)
    run.repeat_rep()
    assert run.start_stop(50.0) == [Action.BEGIN_TRIAL]
    run.rep_started()
    assert run.rep_done(row(1), 60.0) == [Action.END_TRIAL]

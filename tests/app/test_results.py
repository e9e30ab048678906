from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from app.results import set_asymmetry, set_result, why_no_result
from data.analysis.types import Side
from data.clinical.difference import Standing
from data.ids import uuid7
from data.intake import save_capture
from data.journal import JournalWriter
from data.records import Trial, TrialHeader, TrialState
from data.store import Store
from devices.types import ForceBlock
from tests.builders import header, person


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store]:
    kept = Store(tmp_path / "myograph.db")
    yield kept
    kept.close()


def hold(peak_n: float) -> ForceBlock:
    """One isometric hold of 3 s between two quiet seconds, trapezoidal, 1000 Hz."""
    t = np.arange(7000) / 1000
    force = peak_n * np.interp(t, [0, 1.5, 1.8, 4.8, 5.1, 7], [0, 0, 1, 1, 0, 0])
    return ForceBlock(np.arange(7000, dtype=np.int64) * 1000, force[:, np.newaxis], 0)


def keep(store: Store, of: TrialHeader, peak_n: float) -> Trial:
    # The zero of the builder is 12.5 N: the recording holds force before it is removed.
    block = hold(peak_n)
    writer = JournalWriter.create(store.captures, of)
    writer.append(replace(block, force=block.force + 12.5))
    writer.finish(TrialState.COMPLETE)
    return save_capture(store, writer.path)


def visit(store: Store, days: int, left_n: float, right_n: float, model: str) -> Trial:
    """Both limbs of one run of a test, one after the other; the trial of the right one."""
    athlete = store.people.all()[0] if store.people.all() else store.people.add(person())
    first = header(Side.LEFT, test_id="ham.iso9020")
    at = first.started_at + timedelta(days=days)
    session = store.sessions.open(athlete.id, at, 0)
    base = replace(
        first,
        person_id=athlete.id,
        session_id=session.id,
        set_id=uuid7(),
        started_at=at,
        device_model=model,
    )
    keep(store, replace(base, id=uuid7()), left_n)
    right = replace(base.channels[0], side=Side.RIGHT)
    later = at + timedelta(minutes=3)
    return keep(store, replace(base, id=uuid7(), channels=(right,), started_at=later), right_n)


def test_limbs_recorded_one_after_the_other_are_compared_over_their_set(store: Store) -> None:
    store.captures.mkdir(parents=True)
    trial = visit(store, 0, 300.0, 240.0, "progressor")
    result = set_result(store, trial.header.set_id)
    assert result is not None
    # Percentage difference over the stronger limb: 100 (300 - 240) / 300 = 20.
    assert result.asymmetry.value_percent == pytest.approx(20.0)
    assert result.asymmetry.stronger is Side.LEFT
    assert [limb.best_n for limb in result.limbs] == pytest.approx([300.0, 240.0])
    # The builder's athlete weighs 78 kg.
    assert result.limbs[0].per_kg == pytest.approx(300.0 / 78.0)
    assert result.last_asymmetry_percent is None
    asymmetry = set_asymmetry(store, trial)
    assert asymmetry is not None
    assert asymmetry.value_percent == pytest.approx(20.0)


def test_last_time_is_the_newest_earlier_run_on_the_same_model_of_device(store: Store) -> None:
    store.captures.mkdir(parents=True)
    visit(store, 0, 280.0, 210.0, "progressor")
    visit(store, 3, 300.0, 270.0, "progressor")
    visit(store, 5, 200.0, 100.0, "another")
    trial = visit(store, 7, 300.0, 285.0, "progressor")
    result = set_result(store, trial.header.set_id)
    assert result is not None
    assert [limb.last_time_n for limb in result.limbs] == pytest.approx([300.0, 270.0])
    assert result.last_asymmetry_percent == pytest.approx(10.0)  # 100 (300 - 270) / 300


def test_a_run_with_one_limb_only_has_no_result_yet(store: Store) -> None:
    store.captures.mkdir(parents=True)
    athlete = store.people.add(person())
    first = header(Side.LEFT, test_id="ham.iso9020")
    session = store.sessions.open(athlete.id, first.started_at, 0)
    trial = keep(store, replace(first, person_id=athlete.id, session_id=session.id), 300.0)
    assert set_result(store, trial.header.set_id) is None
    assert set_asymmetry(store, trial) is None
    assert why_no_result([trial]) == "Only the left limb has a repetition. The curve is kept."


def test_why_there_is_no_result_is_said_in_the_trials_own_words(store: Store) -> None:
    store.captures.mkdir(parents=True)
    athlete = store.people.add(person())
    first = header(Side.LEFT, test_id="ham.iso9020")
    session = store.sessions.open(athlete.id, first.started_at, 0)
    of = replace(first, person_id=athlete.id, session_id=session.id)
    whole = hold(300.0)
    # Half a second in all, where the test's repetition lasts 1 s at least.
    t = whole.t_us * 1e-6
    jerk = 300.0 * np.interp(t, [0, 1.5, 1.6, 1.9, 2.0, 7], [0, 0, 1, 1, 0, 0])
    writer = JournalWriter.create(store.captures, of)
    writer.append(replace(whole, force=jerk[:, np.newaxis] + 12.5))
    writer.finish(TrialState.COMPLETE)
    said = why_no_result([save_capture(store, writer.path)])
    assert said.startswith("No repetition was found in this recording. ")
    assert "less than the 1 s of a repetition" in said

    writer = JournalWriter.create(store.captures, replace(of, id=uuid7()))
    writer.append(replace(whole, force=whole.force + 12.5))
    writer.finish(TrialState.COMPLETE)
    rejected = save_capture(store, writer.path, {1: "the strap slipped"})
    assert why_no_result([rejected]) == "Every repetition was rejected. The curve is kept."


def test_a_difference_is_judged_by_error_and_threshold_and_says_by_which_study(
    store: Store,
) -> None:
    store.captures.mkdir(parents=True)
    trial = visit(store, 0, 300.0, 240.0, "progressor")
    result = set_result(store, trial.header.set_id)
    assert result is not None
    assert result.judged is not None
    # McCall 2015, CV 4.3 to 5.4 %: 1.96 * 5.4 % * sqrt(300^2 + 240^2) N, of the stronger limb
    error_n = 1.96 * 0.054 * (300.0**2 + 240.0**2) ** 0.5
    assert result.judged.error == pytest.approx(error_n)
    assert result.error_percent == pytest.approx(100 * error_n / 300.0)
    assert result.judged.verdict == (
        "Beyond measurement error of about ±13.6\u00a0% and the threshold of 10\u00a0%."
    )
    assert result.error_source is not None
    assert "McCall 2015" in result.error_source


def test_a_small_difference_over_the_cv_is_still_within_the_error(store: Store) -> None:
    store.captures.mkdir(parents=True)
    # 8 % apart: more than the CV of 5.4 %, less than what two limbs differ by anyway
    trial = visit(store, 0, 300.0, 276.0, "progressor")
    result = set_result(store, trial.header.set_id)
    assert result is not None
    assert result.judged is not None
    assert result.judged.standing is Standing.WITHIN_ERROR


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"device_model": "chronojump"}, "device"),
        ({"lever_m": 0.42}, "lever 0.3 m, then 0.42 m"),
        ({"posture": "hips bent"}, "position"),
    ],
)
def test_limbs_that_were_not_measured_the_same_way_are_not_compared(
    store: Store, other: dict[str, str | float], said: str
) -> None:
    right = visit(store, 0, 300.0, 400.0, "progressor")
    left, right = store.trials.of_set(right.header.set_id)
    set_id = uuid7()
    first = replace(left.header, id=uuid7(), set_id=set_id, lever_m=0.3)
    keep(store, first, 300.0)
    second = replace(right.header, id=uuid7(), set_id=set_id, lever_m=0.3)
    keep(store, replace(second, **other), 400.0)
    result = set_result(store, set_id)
    assert result is not None
    assert [limb.best_n for limb in result.limbs] == pytest.approx([300, 400], abs=0.5)
    assert result.asymmetry.value_percent is None
    assert said in (result.asymmetry.reason or "")
    assert result.judged is not None
    assert result.judged.standing is Standing.REFUSED

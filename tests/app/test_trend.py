from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app import trend as trends
from app.limb_ratios import ratio_lines
from app.reading import RunOfTest, group_runs
from app.trend import Trend, metrics_done, read_trend
from data.analysis.types import RepResult
from data.clinical.ratios import ratios
from data.clinical.references import all_references
from data.clinical.typical_error import ErrorOrigin
from data.episodes import Episode
from data.ids import uuid7
from data.records import Trial, TrialHeader
from data.sides import Side
from data.store import Store
from tests.builders import START, analysis, asymmetry, header, metric, rep, trial

NORDIC = "nordic.bil"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "myograph.db")


def nordic(day: int, left: float, right: float, *, model: str = "onb") -> Trial:
    first = header(Side.LEFT, Side.RIGHT)
    known = replace(
        first,
        id=uuid7(),
        set_id=uuid7(),
        test_id=NORDIC,
        device_model=model,
        started_at=START + timedelta(days=day),
    )
    return _of(known, rep(1, Side.LEFT, left), rep(1, Side.RIGHT, right))


def _of(known: TrialHeader, *reps: RepResult) -> Trial:
    return trial(known, analysis(reps, asymmetry(None, None)))


def injury(day: int, *sides: Side) -> Episode:
    on = (START + timedelta(days=day)).date()
    return Episode(id=uuid7(), at=START, person_id=UUID(int=1), injured_on=on, sides=sides)


def trend(store: Store, *trials: Trial, episode: Episode | None = None) -> Trend:
    runs = group_runs(trials)
    values = all_references().values()
    return read_trend(store, runs, NORDIC, "peak_n", episode, values)


def test_the_injured_limb_is_set_against_its_last_result_before_the_injury(store: Store) -> None:
    found = trend(
        store,
        nordic(0, 300, 310),
        nordic(30, 320, 330),
        nordic(60, 318, 231),
        episode=injury(45, Side.RIGHT),
    )
    right = next(limb for limb in found.limbs if limb.side is Side.RIGHT)
    assert right.is_pre_injury
    assert right.reference is not None
    assert right.reference.value == 330
    assert right.change is not None
    assert right.change.difference == -99
    # Opar 2013: SEM 27.5 N; 27.5 · 1.96 · √2 = 76.2 N, so 99 N is beyond and 2 N is not.
    assert right.change.is_beyond_error is True
    words = found.change_words(Side.RIGHT)
    assert "70 % of its own result before the injury (330 N" in words[0]
    assert any("−99 N, beyond measurement error (MDC95 76 N)" in each for each in words)
    assert any("−2 N, within measurement error" in each for each in words)


def test_without_an_injury_the_first_of_the_series_is_the_reference(store: Store) -> None:
    found = trend(store, nordic(0, 300, 310), nordic(30, 320, 330))
    assert [limb.reference.value for limb in found.limbs if limb.reference] == [300, 310]
    assert not any(limb.is_pre_injury for limb in found.limbs)
    assert found.pre_injury is None


def test_another_device_begins_a_series_and_the_reason_is_said(store: Store) -> None:
    found = trend(store, nordic(0, 300, 310), nordic(30, 320, 330, model="progressor"))
    assert all(len(limb.segments) == 2 for limb in found.limbs)
    assert [reason for _, reason in found.breaks] == ["device onb, then progressor"]
    assert all(limb.change is None for limb in found.limbs)


def test_the_difference_has_its_sign_and_no_number_across_two_ways(store: Store) -> None:
    (point,) = trend(store, nordic(0, 300, 240)).points
    assert point.difference_percent == pytest.approx(-20)  # 100·(240 − 300)/300
    assert point.right is not None
    other = replace(point.right, key=replace(point.right.key, lever_m=0.9))
    assert replace(point, right=other).difference_percent is None


def test_the_method_names_device_position_and_error(store: Store) -> None:
    found = trend(store, nordic(0, 300, 240))
    said = found.method(found.points[0])
    for part in (
        "device Open Nordic Board",
        "best of 1 valid repetition",
        "asym.signed.v1",
        "SEM 28 N",
    ):
        assert part in said
    assert found.error is not None
    assert found.error.origin is ErrorOrigin.PUBLISHED


def test_only_values_of_this_test_and_number_are_offered_as_lines(store: Store) -> None:
    found = trend(store, nordic(0, 300, 240))
    assert {each.low for each in found.references} >= {256, 279, 337}
    assert all(NORDIC in each.of and each.metric == "peak_n" for each in found.references)


def test_tests_and_numbers_that_were_done_are_offered() -> None:
    runs = group_runs([nordic(0, 300, 240), nordic(5, 300, 240)])
    assert trends.tests_done(runs) == [NORDIC]
    assert metrics_done(runs, NORDIC)[0] == "peak_n"


def strength(
    test_id: str, day: int, side: Side, torque_nm: float | None, reason: str = ""
) -> Trial:
    made = rep(1, side, 200)
    metrics = {**made.metrics, "torque_nm": metric(torque_nm, "N·m", "torque.v1", reason or None)}
    known = replace(nordic(day, 1, 1).header, test_id=test_id)
    return _of(known, replace(made, metrics=metrics))


def lines(*trials: Trial) -> dict[str, dict[Side, float | str | None]]:
    runs: tuple[RunOfTest, ...] = group_runs(trials)
    return {
        line.rule.id: {limb.side: limb.value or limb.reason for limb in line.limbs}
        for line in ratio_lines(runs, ratios().values())
    }


def test_a_ratio_stands_only_where_both_tests_were_done() -> None:
    flexion = strength("knee.flex.seat", 0, Side.LEFT, 90)
    assert lines(flexion) == {}
    found = lines(flexion, strength("knee.ext.90", 1, Side.LEFT, 150))
    assert found["hq.seated"][Side.LEFT] == pytest.approx(0.6)
    assert found["hq.seated"][Side.RIGHT] == "the right limb has no result"


def test_a_ratio_is_refused_with_the_stored_reason_or_the_rules() -> None:
    flexion = strength("knee.flex.seat", 0, Side.LEFT, None, "no lever length was given")
    extension = strength("knee.ext.90", 1, Side.LEFT, 150)
    assert lines(flexion, extension)["hq.seated"][Side.LEFT] == "no lever length was given"
    late = strength("knee.ext.90", 20, Side.LEFT, 150)
    found = lines(strength("knee.flex.seat", 0, Side.LEFT, 90), late)
    assert found["hq.seated"][Side.LEFT] == "the tests lie 20 days apart"

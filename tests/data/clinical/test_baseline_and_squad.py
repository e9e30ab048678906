from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from data.clinical import baseline
from data.clinical.baseline import pre_injury
from data.clinical.gravity import Segment, limb_weight
from data.clinical.squad import squad_line
from data.clinical.typical_error import ErrorOrigin, TypicalError
from data.sides import Side
from tests.data.clinical.results import KEY, START, reading

INJURED_ON = START + timedelta(days=10)
ERROR = TypicalError(ErrorOrigin.CLINIC, "12 people of this clinic", sem=10.0)


def test_the_own_limb_before_the_injury_comes_first() -> None:
    readings = [
        reading(0, 300),
        reading(5, 310),
        reading(5, 330, Side.RIGHT),
        reading(20, 200),
        reading(30, 248),
        reading(30, 320, Side.RIGHT),
    ]
    found = pre_injury(readings, Side.LEFT, INJURED_ON, ERROR)
    assert found.method == baseline.OWN
    assert found.reference == readings[1]
    assert found.percent == pytest.approx(100 * 248 / 310)
    assert found.change is not None
    assert found.change.difference == -62
    assert found.change.is_beyond_error is True


def test_without_it_the_other_limb_before_and_then_the_first_since_stand_in() -> None:
    since = [reading(20, 200), reading(25, 340, Side.RIGHT), reading(30, 330, Side.RIGHT)]
    found = pre_injury([reading(5, 320, Side.RIGHT), *since], Side.LEFT, INJURED_ON)
    assert found.method == baseline.PARTNER_BEFORE
    assert found.percent == pytest.approx(100 * 200 / 320)
    found = pre_injury(since, Side.LEFT, INJURED_ON)
    assert found.method == baseline.PARTNER_SINCE
    assert found.percent == pytest.approx(100 * 200 / 340)
    assert found.change is None


def test_a_baseline_of_another_device_is_refused_with_the_reason() -> None:
    other = reading(0, 300, key=replace(KEY, device_model="onb"))
    found = pre_injury([other, reading(20, 250)], Side.LEFT, INJURED_ON)
    assert found.percent is None
    assert found.reason == "device onb, then progressor"


def test_nothing_before_or_nothing_since_is_said() -> None:
    assert pre_injury([reading(0, 300)], Side.LEFT, INJURED_ON).reason == (
        "no test of the injured limb since then"
    )
    alone = pre_injury([reading(20, 250)], Side.LEFT, INJURED_ON)
    assert alone.reason == "no earlier test of either limb"
    assert alone.now == reading(20, 250)


def test_a_squad_line_has_latest_limbs_asymmetry_change_and_days() -> None:
    readings = [
        reading(0, 300),
        reading(0, 280, Side.RIGHT),
        reading(14, 320),
        reading(14, 240, Side.RIGHT),
    ]
    line = squad_line(readings, START + timedelta(days=20), "pdiff", ERROR)
    assert line.days_since == 6
    assert line.limbs[Side.LEFT].latest.value == 320
    assert line.asymmetry is not None
    assert line.asymmetry.value_percent == pytest.approx(25)
    assert line.largest_change is not None
    assert line.largest_change.difference == -40
    assert line.largest_change.is_beyond_error is True
    assert [each.value for each in line.limbs[Side.RIGHT].readings] == [280, 240]


def test_limbs_of_two_days_or_two_devices_are_not_compared() -> None:
    apart = [reading(0, 300), reading(7, 240, Side.RIGHT)]
    assert squad_line(apart, START, "pdiff").asymmetry is None
    other = reading(0, 240, Side.RIGHT, replace(KEY, device_model="onb"))
    assert squad_line([reading(0, 300), other], START, "pdiff").asymmetry is None


def test_a_new_device_starts_a_new_series_in_the_squad_too() -> None:
    onb = replace(KEY, device_model="onb")
    line = squad_line([reading(0, 300), reading(7, 250, key=onb)], START, "pdiff")
    assert line.limbs[Side.LEFT].change is None
    assert line.limbs[Side.LEFT].latest.value == 250


def test_an_athlete_without_results_has_an_empty_line() -> None:
    line = squad_line([], START, "pdiff")
    assert (line.limbs, line.asymmetry, line.days_since) == ({}, None, None)
    assert line.largest_change is None


# clinical_science 1.3: body 78 kg, sensor at 0.42 m, shank 0.43 m, prone.
@pytest.mark.parametrize(
    ("angle", "torque", "force"),
    [(0, 12.16, 28.9), (15, 11.74, 28.0), (30, 10.53, 25.1), (90, 0, 0)],
)
def test_the_weight_of_a_shank_is_that_of_the_table(
    angle: float, torque: float, force: float
) -> None:
    weight = limb_weight(Segment.SHANK_FOOT, 78, 0.43, 0.42, angle)
    assert weight.torque_nm == pytest.approx(torque, abs=0.01)
    assert weight.force_n == pytest.approx(force, abs=0.06)
    assert "gravity.table.v1(shank and foot, 78 kg" in weight.method
    by_hand = 0.061 * 78 * 9.80665 * 0.606 * 0.43 * math.cos(math.radians(angle))
    assert weight.torque_nm == pytest.approx(by_hand, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("sizes", [(0, 0.4, 0.4), (78, 0, 0.4), (78, 0.4, 0), (78, 4.0, 0.4)])
def test_sizes_that_no_body_has_are_refused(sizes: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        limb_weight(Segment.WHOLE_LEG, *sizes, 0)


def test_with_both_limbs_injured_only_the_own_limb_before_is_a_reference() -> None:
    partner = [reading(5, 320, Side.RIGHT), reading(20, 200)]
    found = pre_injury(partner, Side.LEFT, INJURED_ON, both_injured=True)
    assert found.percent is None
    assert found.reason == (
        "no test of this limb before the injury, and the other limb is injured too"
    )
    found = pre_injury([reading(0, 250), *partner], Side.LEFT, INJURED_ON, both_injured=True)
    assert found.method == baseline.OWN
    assert found.percent == pytest.approx(100 * 200 / 250)

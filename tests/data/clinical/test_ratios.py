from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from data.clinical.catalogue import tests as strength_tests
from data.clinical.entries import CatalogueError
from data.clinical.gravity import GravityMethod
from data.clinical.ratios import ratio, ratios
from data.clinical.series import Reading, SeriesKey
from data.clinical.tests import Contraction, Stabilisation
from data.sides import Side
from tests.data.clinical.results import START

ADD = SeriesKey(
    test_id="hip.add.long",
    metric="peak_n",
    side=Side.LEFT,
    device_model="onb",
    contraction=Contraction.ISOMETRIC_MAKE,
    lever_m=0.8,
    stabilisation=Stabilisation.RIGID_FRAME,
)
ABD = replace(ADD, test_id="hip.abd.long")


def _reading(key: SeriesKey, value: float, day: int = 0) -> Reading:
    return Reading(START + timedelta(days=day), value, key)


def test_a_pair_of_one_limb_and_one_device_is_divided() -> None:
    rule = ratios()["add.abd"]
    found = ratio(rule, _reading(ADD, 260), _reading(ABD, 200))
    assert found.value == pytest.approx(1.3)
    assert found.reason is None
    assert "supine" in rule.setup
    assert "hip angle" in rule.caution
    assert rule.setup in rule.method


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"device_model": "progressor"}, "mixed devices (onb, progressor) are not comparable"),
        ({"side": Side.RIGHT}, "the results are of two limbs"),
        ({"lever_m": 0.4}, "levers of 0.8 m and 0.4 m: forces do not compare"),
        ({"lever_m": None}, "levers of 0.8 m and no length given: forces do not compare"),
        ({"aggregation": "mean"}, "repetitions were combined in two ways (best, mean)"),
        ({"stabilisation": Stabilisation.HAND}, "stabilised by rigid frame and by hand"),
        (
            {"gravity": GravityMethod.TABLE},
            "the limb's weight was taken into account in two ways",
        ),
        ({"test_id": "hip.add.short"}, "hip.add.long over hip.add.short is not this pair"),
        ({"metric": "torque_nm"}, "the pair divides peak_n, not peak_n by torque_nm"),
    ],
)
def test_what_does_not_compare_is_refused_with_the_reason(
    changed: dict[str, object], words: str
) -> None:
    other = replace(ABD, **changed)  # type: ignore[arg-type]
    found = ratio(ratios()["add.abd"], _reading(ADD, 260), _reading(other, 200))
    assert found.value is None
    assert found.reason == words


def test_tests_that_lie_weeks_apart_and_results_of_nothing_are_refused() -> None:
    rule = ratios()["add.abd"]
    assert ratio(rule, _reading(ADD, 260), _reading(ABD, 200, 7)).value is not None
    late = ratio(rule, _reading(ADD, 260), _reading(ABD, 200, 8))
    assert late.reason == "the tests lie 8 days apart"
    nothing = ratio(rule, _reading(ADD, 260), _reading(ABD, 0))
    assert nothing.reason == "a result is 0 or negative"


def test_torques_of_two_levers_are_divided() -> None:
    rule = ratios()["hq.seated"]
    flexion = replace(ADD, test_id="knee.flex.seat", metric="torque_nm", lever_m=0.36)
    extension = replace(ADD, test_id="knee.ext.90", metric="torque_nm", lever_m=0.32)
    assert ratio(rule, _reading(flexion, 120), _reading(extension, 200)).value == 0.6


def test_a_nordic_over_a_pulled_dynamometer_is_a_mixed_device() -> None:
    nordic = replace(ADD, test_id="nordic.bil", metric="torque_nm")
    quadriceps = replace(ADD, test_id="knee.ext.90", metric="torque_nm", device_model="progressor")
    found = ratio(ratios()["hq.functional"], _reading(nordic, 150), _reading(quadriceps, 200))
    assert found.reason == "mixed devices (onb, progressor) are not comparable"


def test_every_pair_is_made_of_tests_and_numbers_that_exist_and_says_its_set_up() -> None:
    tests = strength_tests()
    assert {"hq.seated", "hq.functional", "add.abd", "er.ir"} <= set(ratios())
    for rule in ratios().values():
        assert rule.setup
        assert rule.caution
        for test_id in (*rule.numerator, *rule.denominator):
            assert rule.metric in tests[test_id].metrics, (rule.id, test_id)


OWN = """
version: 1
ratios:
  plantar.dorsi:
    name: Plantar to dorsal flexion
    short: PF:DF
    numerator: [calf.soleus.seat]
    denominator: [ankle.dorsi]
    metric: peak_n
    setup: the frame in room 2
  add.abd:
    name: Adductors to abductors, our frame
    short: ADD:ABD
    numerator: [hip.add.long]
    denominator: [hip.abd.long]
    metric: peak_n
    setup: the frame in room 2
"""


def test_a_clinic_defines_pairs_and_replaces_those_that_ship(tmp_path: Path) -> None:
    (tmp_path / "ratios.yaml").write_text(OWN, "utf-8")
    found = ratios(tmp_path)
    assert found["plantar.dorsi"].caution == ""
    assert found["add.abd"].setup == "the frame in room 2"
    assert ratios()["add.abd"].setup != "the frame in room 2"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("setup: the frame in room 2\n  add", "x: 1\n  add", "setup is missing"),
        ("[ankle.dorsi]", "[]", "must name at least one test"),
        ("short: PF:DF", "short: PF:DF\n    colour: red", "unknown fields: colour"),
    ],
)
def test_a_wrong_pair_is_named_with_its_file(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in OWN
    (tmp_path / "ratios.yaml").write_text(OWN.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError, match=r"ratios\.yaml, entry plantar\.dorsi") as caught:
        ratios(tmp_path)
    assert words in str(caught.value)

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest

from data.clinical.catalogue import tests as strength_tests
from data.clinical.entries import CatalogueError
from data.clinical.ladder import ladders
from data.clinical.ladder_state import CriterionState, Episode, SignOff, evaluate
from data.clinical.measures import Entered, measures
from data.clinical.series import Reading
from data.clinical.typical_error import ErrorOrigin, TypicalError
from data.sides import Side
from tests.data.clinical.results import KEY, START

INJURED = Episode(Side.LEFT, START + timedelta(days=10))
OUTER = replace(KEY, test_id="ham.hhd.15")
ERROR = TypicalError(ErrorOrigin.PUBLISHED, "a study of 20 people", percent=6.0)


def _reading(day: int, value: float, side: Side = Side.LEFT) -> Reading:
    return Reading(START + timedelta(days=day), value, replace(OUTER, side=side))


def _entered(day: int, measure: str, value: float, side: Side | None = None) -> Entered:
    return Entered(START + timedelta(days=day), measure, value, side)


READINGS = [
    _reading(0, 300),
    _reading(0, 310, Side.RIGHT),
    _reading(17, 180),
    _reading(24, 240),
    _reading(24, 300, Side.RIGHT),
]
ENTERED = [
    _entered(12, "pain.walk", 5),
    _entered(20, "pain.walk", 1),
    _entered(20, "bridge.single", 18, Side.LEFT),
    _entered(20, "bridge.single", 24, Side.RIGHT),
]


def _states(**more: object) -> dict[str, CriterionState]:
    steps = evaluate(
        ladders()["hamstring"],
        INJURED,
        READINGS,
        ENTERED,
        {"ham.hhd.15": ERROR},
        **more,  # type: ignore[arg-type]
    )
    return {state.criterion.id: state for _, states in steps for state in states}


def test_a_criterion_shows_the_latest_result_its_day_its_error_and_what_it_stands_beside() -> None:
    state = _states()["outer-range"]
    assert state.value == pytest.approx(100 * 240 / 300)
    assert state.is_percent
    assert state.on == START + timedelta(days=24)
    assert state.latest == READINGS[3]
    assert state.beside == READINGS[0]
    assert state.error == ERROR


def test_the_other_limb_is_that_of_the_same_day() -> None:
    state = _states()["outer-range-other"]
    assert state.value == pytest.approx(100 * 240 / 300)
    assert state.beside == READINGS[4]
    bridge = _states()["bridge"]
    assert bridge.value == pytest.approx(75)
    assert isinstance(bridge.latest, Entered)


def test_a_typed_in_value_is_shown_as_it_is() -> None:
    state = _states()["pain-walking"]
    assert (state.value, state.is_percent, state.on) == (1, False, START + timedelta(days=20))


def test_what_is_missing_is_said_and_nothing_is_assumed() -> None:
    states = _states()
    assert states["mid-range"].reason == "not measured since the injury"
    assert states["h-test"].reason == "not entered since the injury"
    assert states["jog"].reason == "judged by a person"
    assert all(states[name].value is None for name in ("mid-range", "h-test", "jog"))


def test_a_limb_tested_alone_has_no_comparison_that_day() -> None:
    alone = [each for each in READINGS if each.key.side is Side.LEFT]
    steps = evaluate(ladders()["hamstring"], INJURED, alone)
    state = steps[1][1][1]
    assert state.criterion.id == "outer-range-other"
    assert state.value is None
    assert state.reason == "the other limb was not tested the same way that day"


def test_the_last_signature_stands_with_its_name_day_and_note() -> None:
    signed = [
        SignOff("jog", "A. Therapist", START + timedelta(days=30), "ten minutes, no pain"),
        SignOff("jog", "B. Doctor", START + timedelta(days=20)),
    ]
    state = _states(signed=signed)["jog"]
    assert state.signed == signed[0]
    assert _states()["jog"].signed is None


def test_a_state_holds_no_verdict() -> None:
    names = {field.name for field in fields(CriterionState)}
    assert not names & {"met", "passed", "is_met", "cleared", "ok", "colour", "status", "verdict"}
    low, high = (
        evaluate(ladders()["hamstring"], INJURED, [_reading(24, value)]) for value in (10, 1000)
    )
    differing = {
        field.name
        for field in fields(CriterionState)
        if getattr(low[1][1][0], field.name) != getattr(high[1][1][0], field.name)
    }
    assert differing == {"latest"}


def test_every_criterion_is_made_of_what_exists_and_rests_on_something() -> None:
    for ladder in ladders().values():
        for criterion in (each for step in ladder.steps for each in step.criteria):
            assert criterion.evidence, criterion.id
            if criterion.test:
                assert criterion.metric in strength_tests()[criterion.test].metrics
            if criterion.measure:
                assert criterion.measure in measures()


OWN = """
version: 1
ladders:
  hamstring:
    name: Our way
    steps:
      - id: run
        name: Running
        criteria:
          - id: jog
            text: Jogging for ten minutes
            evidence: [our own]
          - id: strength
            text: Strength
            test: ham.hhd.15
            metric: peak_n
            against: other limb
            evidence: [our own]
"""


def test_a_clinic_replaces_a_ladder(tmp_path: Path) -> None:
    (tmp_path / "ladders.yaml").write_text(OWN, "utf-8")
    assert ladders(tmp_path)["hamstring"].name == "Our way"
    assert "acl.running" in ladders(tmp_path)
    assert len(ladders()["hamstring"].steps) == 6


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("metric: peak_n", "target: 90", "target must be a text"),
        ("            metric: peak_n\n", "", "must stand with test"),
        ("            against: other limb\n", "", "against must be given"),
        ("against: other limb", "against: a friend", "not one of"),
        ("evidence: [our own]", "evidence: []", "what the criterion rests on"),
        ("id: strength", "id: jog", "two criteria with the id jog"),
        ("text: Strength", "text: Strength\n            pass_at: 90", "unknown fields: pass_at"),
        ("steps:", "stages:", "steps is missing"),
    ],
)
def test_a_wrong_ladder_is_named_with_its_file(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in OWN
    (tmp_path / "ladders.yaml").write_text(OWN.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError, match=r"^ladders\.yaml, entry ") as caught:
        ladders(tmp_path)
    assert words in str(caught.value)

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from data import records
from data.analysis import types
from data.analysis.types import Metric, Side, TrialAnalysis
from data.ids import uuid7
from data.records import Person, Session, Treatment, Trial, TrialHeader
from data.values import from_json, to_json
from devices import modality
from devices.modality import SettingChange, StimulationSettings, UltrasoundSettings
from tests.data import samples, strategies

TREATMENT = samples.treatment(Session(uuid7(), uuid7(), samples.BEGIN, 0))


def _records(module: ModuleType) -> list[type[Any]]:
    """The dataclasses that a module defines, but those that hold arrays."""
    return [
        found
        for found in vars(module).values()
        if isinstance(found, type)
        and dataclasses.is_dataclass(found)
        and found.__module__ == module.__name__
        and found is not types.Curve
    ]


@pytest.mark.parametrize(
    "cls", [*_records(records), *_records(types), *_records(modality)], ids=lambda c: c.__name__
)
def test_every_record_comes_back_equal(cls: type[Any]):
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(strategies.any_of(cls))
    def comes_back(value: object) -> None:
        text = json.dumps(to_json(value), allow_nan=False)
        assert from_json(cls, json.loads(text)) == value

    comes_back()


def test_the_json_reads_like_the_record():
    found = to_json(Metric(-0.0, "N", "peak.raw/1"))
    assert found == {"value": -0.0, "unit": "N", "method": "peak.raw/1", "reason": None}
    assert math.copysign(1, cast("float", found["value"])) == -1


def test_a_limb_that_is_not_known_is_called_so():
    summary = to_json(samples.analysis())["summary"]
    assert isinstance(summary, dict)
    assert list(summary) == ["left", "unknown"]


def test_settings_of_both_kinds_are_told_apart():
    value = dataclasses.replace(
        TREATMENT,
        settings=(UltrasoundSettings(1, 3.0, 0.5, True, 0.2), StimulationSettings(1, None, None)),
    )
    assert from_json(Treatment, json.loads(json.dumps(to_json(value)))) == value


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_numbers_that_json_does_not_know_survive(number: float):
    for value in (Metric(number, "N", "m"), SettingChange(0.0, 1, "x", number, "nan", "", "u")):
        text = json.dumps(to_json(value), allow_nan=False)
        back = from_json(type(value), json.loads(text))
        assert repr(back) == repr(value)


def test_numpy_numbers_become_plain_ones():
    value = Metric(cast("float", np.float32(0.1)), "N", "m")
    assert json.dumps(to_json(value)["value"]) == repr(float(np.float32(0.1)))


def test_a_record_of_an_earlier_version_takes_the_defaults():
    found = to_json(samples.person())
    del found["team"]
    assert from_json(Person, found).team == ""


def test_what_a_newer_version_adds_is_passed_over():
    me = samples.person()
    assert from_json(Person, {**to_json(me), "shoe_size": 41}) == me


@pytest.mark.parametrize(
    ("cls", "change", "message"),
    [
        (Person, {"dominant": "lefft"}, "Person.dominant: 'lefft' is not a valid Side"),
        (Person, {"id": None}, "Person.id"),
        (Person, {"body_mass_kg": "heavy"}, "Person.body_mass_kg"),
        (Person, {"born": 7}, "Person.born"),
    ],
)
def test_damage_is_named_by_its_field(cls: type[Any], change: Mapping[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        from_json(cls, {**to_json(samples.person()), **change})


def test_a_missing_field_is_named():
    found = to_json(samples.header())
    del found["test_id"]
    with pytest.raises(ValueError, match="no TrialHeader: test_id missing"):
        from_json(TrialHeader, found)


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}])
def test_what_is_no_record_is_refused(junk: object):
    for cls in (Trial, TrialAnalysis):
        with pytest.raises(ValueError, match="no Trial"):
            from_json(cls, junk)


def test_rejections_keep_their_repetition_number():
    options = types.AnalysisOptions(injured=Side.LEFT, rejected={3: "slipped"})
    assert to_json(options)["rejected"] == {"3": "slipped"}
    assert from_json(types.AnalysisOptions, to_json(options)) == options


@dataclass(frozen=True)
class _Counted:
    by_side: Mapping[Side | None, int] = field(default_factory=dict[Side | None, int])


def test_counts_by_limb_come_back():
    value = _Counted({Side.RIGHT: 2, None: 1})
    assert from_json(_Counted, to_json(value)) == value

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from data.clinical.entries import CatalogueError
from data.export import json_text
from data.fhir import ORIGIN_URL, UCUM, fhir_bundle
from data.fhir_codes import Codes, read_codes, shipped_codes
from data.records import Session
from data.store import Store
from tests.data import samples
from tests.data.treatments import full_ultrasound, of_every_modality

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")
# FHIR R4, the elements used of each resource: required ones first.
ELEMENTS = {
    "Patient": ((), ("name", "birthDate")),
    "Device": ((), ("type", "manufacturer", "deviceName", "serialNumber", "udiCarrier", "version")),
    "Procedure": (
        ("status", "subject"),
        ("category", "code", "performedPeriod", "performer", "reasonCode", "bodySite", "outcome",
         "complication", "note", "usedReference"),
    ),
    "Observation": (
        ("status", "code"),
        ("partOf", "subject", "effectivePeriod", "effectiveDateTime", "device", "component",
         "valueQuantity", "valueInteger", "valueString", "valueBoolean", "dataAbsentReason",
         "extension"),
    ),
}  # fmt: skip
STATUS = {"Procedure": {"completed", "stopped", "not-done"}, "Observation": {"final"}}


@pytest.fixture
def session(tmp_path: Path) -> Session:
    store = Store(tmp_path / "x.db")
    found = samples.visit(store)
    store.close()
    return found


def bundle(session: Session, codes: Codes) -> dict[str, Any]:
    records = of_every_modality(session)
    whole = fhir_bundle([(samples.person("Åsa =1+1"), records)], codes, NOW)
    return json.loads(json_text(whole))


def resources(session: Session, kind: str, codes: Codes | None = None) -> list[dict[str, Any]]:
    entries = bundle(session, codes or Codes())["entry"]
    found = [each["resource"] for each in entries]
    return [each for each in found if each["resourceType"] == kind]


def test_every_resource_has_what_it_must_and_nothing_that_r4_does_not_know(session: Session):
    whole = bundle(session, shipped_codes())
    assert (whole["resourceType"], whole["type"]) == ("Bundle", "collection")
    ids = [entry["fullUrl"] for entry in whole["entry"]]
    assert len(set(ids)) == len(ids)
    for entry in whole["entry"]:
        resource = entry["resource"]
        required, optional = ELEMENTS[resource["resourceType"]]
        assert set(required) <= set(resource)
        assert set(resource) - {"resourceType", "id", *required, *optional} == set()
        assert resource.get("status") in STATUS.get(resource["resourceType"], {None})
        assert entry["fullUrl"] == f"urn:uuid:{resource['id']}"


def walk(value: Any) -> Iterator[dict[str, Any]]:
    match value:
        case dict():
            found = cast("dict[str, Any]", value)
            yield found
            for each in found.values():
                yield from walk(each)
        case list():
            parts = cast("list[Any]", value)
            assert parts, "FHIR knows no empty list"
            for each in parts:
                yield from walk(each)
        case _:
            assert value not in (None, "")


def test_nothing_is_empty_and_every_quantity_has_a_unit_of_ucum(session: Session):
    for part in walk(bundle(session, shipped_codes())):
        assert part
        if "valueQuantity" in part:
            assert part["valueQuantity"]["system"] == UCUM
            code = part["valueQuantity"]["code"]
            assert re.fullmatch(r"[A-Za-z0-9%/{}]+", code), code
        for name in ("start", "end", "effectiveDateTime", "timestamp"):
            if name in part:
                assert INSTANT.fullmatch(part[name])


def test_every_component_has_its_origin(session: Session):
    panels = [each for each in resources(session, "Observation") if "component" in each]
    components = [part for panel in panels for part in panel["component"]]
    assert len(components) > 100
    for part in components:
        origins = [each["valueCode"] for each in part["extension"] if each["url"] == ORIGIN_URL]
        assert len(origins) == 1
        assert origins[0] in ("read", "entered", "measured", "derived")
        assert len([name for name in part if name.startswith(("value", "dataAbsent"))]) == 1


def test_observations_belong_to_their_procedure_and_person(session: Session):
    found = [entry["resource"] for entry in bundle(session, Codes())["entry"]]
    of_kind = {kind: [r for r in found if r["resourceType"] == kind] for kind in ELEMENTS}
    procedures = {f"urn:uuid:{each['id']}" for each in of_kind["Procedure"]}
    for each in of_kind["Observation"]:
        (whole,) = each["partOf"]
        assert whole["reference"] in procedures
        assert each["subject"]["reference"] == f"urn:uuid:{session.person_id}"


def test_a_procedure_says_what_where_why_and_with_what(session: Session):
    record = full_ultrasound(session)
    entries = fhir_bundle([(samples.person(), [record])], shipped_codes(), NOW)["entry"]
    found = {each["resource"]["resourceType"]: each["resource"] for each in json.loads(
        json_text(entries))}  # fmt: skip
    procedure, device = found["Procedure"], found["Device"]
    assert procedure["code"]["coding"][0]["code"] == "89002000"
    assert procedure["code"]["text"] == "Therapeutic ultrasound"
    assert procedure["category"]["coding"][0]["code"] == "229553000"
    assert procedure["bodySite"] == [{"text": "proximal hamstring (left)"}]
    assert procedure["reasonCode"] == [{"text": "Pain"}]
    assert procedure["complication"][0]["text"] == "Skin irritation: red, 5 cm"
    assert procedure["complication"][0]["coding"][0]["code"] == "1395008"
    assert procedure["performedPeriod"] == {
        "start": "2026-11-20T09:30:00.000+00:00", "end": "2026-11-20T09:35:20.000+00:00"
    }  # fmt: skip
    assert procedure["usedReference"] == [{"reference": f"urn:uuid:{device['id']}"}]
    assert (device["serialNumber"], device["manufacturer"]) == ("=S 17", "Sonic & Sons")


def test_pain_is_an_observation_at_its_time(session: Session):
    record = full_ultrasound(session)
    made = fhir_bundle([(samples.person(), [record])], shipped_codes(), NOW)
    whole = json.loads(json_text(made))
    pains = [e["resource"] for e in whole["entry"] if "valueInteger" in e["resource"]]
    assert [(p["code"]["text"], p["valueInteger"]) for p in pains] == [
        ("Pain before", 5),
        ("Pain after", 3),
        ("Pain during", 4),
    ]
    times = [p["effectiveDateTime"][11:19] for p in pains]
    assert times == ["09:30:00", "09:35:20", "09:31:30"]
    assert {p["code"]["coding"][0]["code"] for p in pains} == {"72514-3"}


def test_without_a_map_there_are_texts_alone(session: Session):
    text = json.dumps(bundle(session, Codes()))
    assert "coding" not in text
    assert "snomed" not in text
    names = {each["code"]["text"] for each in resources(session, "Procedure")}
    assert {"TENS", "Laser", "Cold", "Shock wave"} <= names


def test_modes_have_codes_of_their_own_and_what_has_none_keeps_its_text(session: Session):
    codes = {each["code"]["text"]: each["code"].get("coding", [{}])[0].get("code")
             for each in resources(session, "Procedure", shipped_codes())}  # fmt: skip
    assert codes["TENS"] == "231112006"
    assert codes["Shortwave"] == "229556008"
    assert codes["Shock wave"] is None
    assert codes["Laser"] is None


def test_a_map_of_the_clinics_own_is_read_and_a_wrong_one_refused(tmp_path: Path):
    own = tmp_path / "codes.yaml"
    own.write_text('version: 1\nsnomed:\n  laser: {code: "42", display: Ours}\n', "utf-8")
    assert read_codes(own).concept("Laser", "laser") == {
        "coding": [{"system": "http://snomed.info/sct", "code": "42", "display": "Ours"}],
        "text": "Laser",
    }
    own.write_text("version: 1\nsnomed:\n  laser: {code: 42, display: Ours}\n", "utf-8")
    with pytest.raises(CatalogueError, match="code must be a text"):
        read_codes(own)

"""Treatments as FHIR R4: a Procedure, its settings, changes, pain and dose as Observations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from data.clinical.modalities import form
from data.fhir_codes import Codes
from data.records import Person, Treatment
from data.treatment_export import TreatmentRow, treatment_rows
from data.treatment_values import plain_values, values_of
from data.values import Json, JsonObject

__all__ = ["fhir_bundle", "treatment_resources"]

UCUM = "http://unitsofmeasure.org"
ORIGIN_URL = "urn:x-myograph:origin"
METHOD_URL = "urn:x-myograph:method"
_UCUM_CODES = {
    "": "1",
    "µs": "us",
    "µC": "uC",
    "cm²": "cm2",
    "W/cm²": "W/cm2",
    "mW/cm²": "mW/cm2",
    "J/cm²": "J/cm2",
    "mA/cm²": "mA/cm2",
    "mJ/mm²": "mJ/mm2",
    "°C": "Cel",
    "°": "deg",
    "1/s": "/s",
    "pulses": "{pulses}",
    "NRS 0-10": "{score}",
}


def fhir_bundle(
    people: Iterable[tuple[Person, Iterable[Treatment]]], codes: Codes, now: datetime
) -> JsonObject:
    """A Bundle of type ``collection``: each person, and what was done to them."""
    entries: list[Json] = []
    for person, treatments in people:
        resources = [_patient(person)]
        for treatment in treatments:
            resources += treatment_resources(treatment, codes)
        for each in resources:
            entry: JsonObject = {"fullUrl": f"urn:uuid:{each['id']}", "resource": each}
            entries.append(entry)
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": _time(now),
        "entry": entries,
    }


def treatment_resources(treatment: Treatment, codes: Codes) -> list[JsonObject]:
    """Procedure, Device where one is known, and Observations that are part of it."""
    rows = treatment_rows(treatment)
    device = _device(treatment)
    procedure = _procedure(treatment, codes, device)
    found = [procedure, *([device] if device else [])]
    for group, text in (("form", "Settings and findings"), ("dose", "Dose"),
                        ("counter", "Counters of the unit"), ("screening", "Screening"),
                        ("placement", "Placement")):  # fmt: skip
        chosen = [row for row in rows if row.group == group]
        if chosen:
            found.append(_panel(treatment, group, text, chosen, device))
    found += _pains(treatment, rows, codes)
    found += _events(treatment, rows, device)
    return found


def _patient(person: Person) -> JsonObject:
    found: JsonObject = {"resourceType": "Patient", "id": str(person.id)}
    if person.name.strip():
        found["name"] = [{"text": person.name.strip()}]
    if person.born is not None:
        found["birthDate"] = person.born.isoformat()
    return found


def _procedure(treatment: Treatment, codes: Codes, device: JsonObject | None) -> JsonObject:
    values = plain_values(values_of(treatment))
    known = form(treatment.modality)
    modality, mode = treatment.modality.value, values.get("mode") or values.get("output")
    found: JsonObject = {
        "resourceType": "Procedure",
        "id": str(treatment.id),
        "status": _status(values.get("consent"), values.get("tolerance")),
        "category": codes.concept("Physical agent therapy", "category"),
        "code": codes.concept(known.name, f"{modality}.{mode}", modality),
        "subject": _reference(treatment.person_id),
        "performedPeriod": _period(treatment),
    }
    clinician = treatment.clinician.strip()
    if clinician:
        found["performer"] = [{"actor": {"display": clinician}}]
    side = f" ({treatment.side})" if treatment.side else ""
    lists: dict[str, list[Json]] = {
        "reasonCode": _said(known.field("indication").words(values.get("indication"))),
        "bodySite": _said(treatment.site and treatment.site + side),
        "complication": _complication(treatment, values.get("adverse_event"), codes),
        "note": [{"text": text} for text in (treatment.note.strip(), *treatment.flags) if text],
        "usedReference": [_reference_to(device)] if device else [],
    }
    for name, value in lists.items():
        if value:
            found[name] = value
    tolerance = known.field("tolerance").words(values.get("tolerance"))
    if tolerance:
        found["outcome"] = {"text": tolerance}
    return found


def _status(consent: object, tolerance: object) -> str:
    if consent == "refused":
        return "not-done"
    return "stopped" if tolerance == "stopped early" else "completed"


def _complication(treatment: Treatment, event: object, codes: Codes) -> list[Json]:
    if event in (None, "none"):
        return []
    known = form(treatment.modality)
    values = plain_values(values_of(treatment))
    words = [known.field(key).words(values.get(key)) for key in ("adverse_event", "adverse_text")]
    text = ": ".join(word for word in words if word)
    return [codes.concept(text, f"complication.{treatment.modality}")]


def _device(treatment: Treatment) -> JsonObject | None:
    """The unit: as it reported itself, else as it was typed in."""
    values = {key: str(value.value) for key, value in values_of(treatment).items() if value.value}
    names = {key: values.get(key, "").strip() for key in (
        "unit_make", "unit_model", "unit_serial", "unit_udi")}  # fmt: skip
    if not any(names.values()):
        return None
    found: JsonObject = {
        "resourceType": "Device",
        "id": str(uuid5(treatment.id, "device")),
        "type": {"text": f"{form(treatment.modality).name} unit"},
    }
    if names["unit_make"]:
        found["manufacturer"] = names["unit_make"]
    if names["unit_model"]:
        found["deviceName"] = [{"name": names["unit_model"], "type": "model-name"}]
    if names["unit_serial"]:
        found["serialNumber"] = names["unit_serial"]
    if names["unit_udi"]:
        found["udiCarrier"] = [{"carrierHRF": names["unit_udi"]}]
    if treatment.device is not None and treatment.device.firmware:
        found["version"] = [{"value": treatment.device.firmware}]
    return found


def _panel(
    treatment: Treatment,
    group: str,
    text: str,
    rows: list[TreatmentRow],
    device: JsonObject | None,
) -> JsonObject:
    found = _observation(treatment, group, {"text": text}, device)
    found["effectivePeriod"] = _period(treatment)
    found["component"] = [_component(row) for row in rows]
    return found


def _pains(
    treatment: Treatment, rows: Iterable[TreatmentRow], codes: Codes
) -> Iterator[JsonObject]:
    """Before, after, and each rating in between."""
    ended = treatment.ended_at or treatment.started_at
    told: list[tuple[str, int | None, datetime]] = [
        ("Pain before", treatment.pain_before, treatment.started_at),
        ("Pain after", treatment.pain_after, ended),
    ]
    told += [
        ("Pain during", round(row.value), treatment.started_at + timedelta(seconds=row.at_s or 0))
        for row in rows
        if row.group == "mark" and row.key == "pain" and isinstance(row.value, int | float)
    ]
    for number, (text, pain, at) in enumerate(told):
        if pain is not None:
            found = _observation(treatment, f"pain {number}", codes.concept(text, "pain"), None)
            yield found | {"effectiveDateTime": _time(at), "valueInteger": pain}


def _events(
    treatment: Treatment, rows: Iterable[TreatmentRow], device: JsonObject | None
) -> Iterator[JsonObject]:
    """What was turned, seen, paused, lost: each at its time."""
    for number, row in enumerate(rows):
        is_event = row.group in ("change", "pause", "contact", "gap", "mark")
        if not is_event or row.key == "pain" or row.at_s is None:
            continue
        channel = f", channel {row.channel}" if row.channel else ""
        code: JsonObject = {"text": f"{row.label}{channel}"}
        found = _observation(treatment, f"event {number}", code, device)
        at = treatment.started_at + timedelta(seconds=row.at_s)
        found |= {"effectiveDateTime": _time(at), **_value(row), "extension": _provenance(row)}
        yield found


def _observation(
    treatment: Treatment, name: str, code: JsonObject, device: JsonObject | None
) -> JsonObject:
    found: JsonObject = {
        "resourceType": "Observation",
        "id": str(uuid5(treatment.id, name)),
        "status": "final",
        "partOf": [_reference(treatment.id)],
        "code": code,
        "subject": _reference(treatment.person_id),
    }
    if device:
        found["device"] = _reference_to(device)
    return found


def _component(row: TreatmentRow) -> JsonObject:
    channel = f", channel {row.channel}" if row.channel else ""
    found: JsonObject = {
        "extension": _provenance(row),
        "code": {"text": f"{row.label}{channel}"},
    }
    return found | _value(row)


def _value(row: TreatmentRow) -> JsonObject:
    """The value with its unit; or why there is none."""
    value = row.value
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int | float) and math.isfinite(value):
        quantity: JsonObject = {"value": value}
        if row.unit:
            quantity["unit"] = row.unit
        return {
            "valueQuantity": {
                **quantity,
                "system": UCUM,
                "code": _UCUM_CODES.get(row.unit, row.unit),
            }
        }
    if isinstance(value, str) and value.strip():
        return {"valueString": value.strip()}
    return {"dataAbsentReason": {"text": row.reason or "not known"}}


def _provenance(row: TreatmentRow) -> list[Json]:
    found: list[Json] = [{"url": ORIGIN_URL, "valueCode": row.origin.value}]
    if row.method:
        found.append({"url": METHOD_URL, "valueString": row.method})
    return found


def _said(text: str) -> list[Json]:
    return [{"text": text.strip()}] if text.strip() else []


def _reference(record: UUID) -> JsonObject:
    return {"reference": f"urn:uuid:{record}"}


def _reference_to(resource: JsonObject) -> JsonObject:
    return {"reference": f"urn:uuid:{resource['id']}"}


def _period(treatment: Treatment) -> JsonObject:
    found: JsonObject = {"start": _time(treatment.started_at)}
    return found | ({"end": _time(treatment.ended_at)} if treatment.ended_at else {})


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")

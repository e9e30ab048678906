"""A treatment value by value: each with its unit, where it comes from, and when it held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from data.clinical.body_regions import region_name
from data.clinical.modalities import ModalityForm, Plain, channel_of, field_id, form
from data.records import Treatment
from data.treatment_record import MarkKind
from data.treatment_values import setting_key, setting_value, unit_of, values_of
from data.values import JsonObject
from devices.modality import Origin

__all__ = ["TreatmentRow", "treatment_rows", "treatment_values_object"]


@dataclass(frozen=True, slots=True)
class TreatmentRow:
    """One value. `group` is ``form``, ``change``, ``counter``, ``dose``, ``screening``,
    ``placement``, ``mark``, ``pause``, ``contact`` or ``gap``; `at_s` since the treatment began,
    None for what holds for all of it. A refused value is None with its `reason`."""

    group: str
    key: str
    label: str
    value: Plain | None
    unit: str
    origin: Origin
    channel: int = 0
    at_s: float | None = None
    is_default: bool = False
    method: str = ""
    reason: str = ""


def treatment_rows(treatment: Treatment) -> list[TreatmentRow]:
    """Every value of a record, in the order of its form, then what happened, then the dose."""
    known = form(treatment.modality)
    return [
        *_form(treatment, known),
        *_placement(treatment),
        *_screening(treatment),
        *_happened(treatment, known),
        *_counters(treatment),
        *_dose(treatment),
    ]


def treatment_values_object(treatment: Treatment) -> list[JsonObject]:
    """The rows for JSON: ``{"group", "key", "value", "unit", "origin" …}``, empty ones left out."""
    return [_object(row) for row in treatment_rows(treatment)]


def _form(treatment: Treatment, known: ModalityForm) -> Iterator[TreatmentRow]:
    for key, value in values_of(treatment).items():
        yield TreatmentRow(
            "form",
            field_id(key),
            _label(known, key),
            value.value,
            value.unit,
            value.origin,
            channel_of(key) if "@" in key or _is_per_channel(known, key) else 0,
            is_default=value.is_default,
            method=value.method,
            reason=value.confirmed,
        )


def _placement(treatment: Treatment) -> Iterator[TreatmentRow]:
    for point in treatment.placement.points:
        words = region_name(point.region) if point.region else point.view.value
        name = f"{words}, {point.polarity}" if point.polarity else words
        place = f"{point.view} {point.x:.3f} {point.y:.3f}"
        yield _typed("placement", "point", point.label or "Point", name, channel=point.channel)
        yield _typed("placement", "point_at", "Place on the drawing", place, channel=point.channel)
        if point.size_cm2 is not None:
            label = "Size of the electrode"
            yield _typed(
                "placement", "size_cm2", label, point.size_cm2, "cm²", channel=point.channel
            )
    for area in treatment.placement.areas:
        words = region_name(area.region) if area.region else area.view.value
        place = " ".join(f"{corner.x:.3f},{corner.y:.3f}" for corner in area.corners)
        yield _typed("placement", "area", area.label or "Treated area", words)
        yield _typed("placement", "area_at", "Place on the drawing", f"{area.view} {place}")


def _screening(treatment: Treatment) -> Iterator[TreatmentRow]:
    given = treatment.screening
    for each in given.lists:
        yield _typed("screening", "list", "List asked", each)
    if given.asked_on is not None:
        yield _typed("screening", "asked_on", "Answers are of", given.asked_on.isoformat())
    if given.asked_again:
        again = ", ".join(given.asked_again)
        yield _typed("screening", "asked_again", "Asked again on the day", again)
    for key, answer in given.answers.items():
        row = _typed("screening", key, given.texts.get(key, key), answer.value)
        reason = given.reasons.get(key, "")
        yield TreatmentRow(row.group, row.key, row.label, row.value, "", row.origin, reason=reason)


def _happened(treatment: Treatment, known: ModalityForm) -> Iterator[TreatmentRow]:
    read = treatment.source
    for change in treatment.changes:
        key = setting_key(change)
        in_form = change.unit if field_id(key) == change.parameter else unit_of(known, key)
        yield TreatmentRow(
            "change",
            field_id(key),
            _label(known, key),
            setting_value(change),
            in_form,
            read,
            change.channel,
            change.at_s,
            method=f"by {change.by}" if change.by else "",
        )
    for mark in treatment.marks:
        if mark.kind is MarkKind.PAIN:
            yield _typed("mark", "pain", "Pain during", mark.pain, "NRS 0-10", at_s=mark.at_s)
        else:
            text = mark.text or "done"
            yield _typed("mark", mark.kind.value, mark.kind.value.title(), text, at_s=mark.at_s)
    for name, label, stretches in (
        ("pause", "Pause", [(0, each.start_s, each.end_s) for each in treatment.pauses]),
        (
            "contact",
            "Without contact",
            [(each.channel, each.start_s, each.end_s) for each in treatment.contact_losses],
        ),
        ("gap", "Unit not heard", [(0, each.start_s, each.end_s) for each in treatment.gaps]),
    ):
        for channel, start_s, end_s in stretches:
            seconds = None if end_s is None else end_s - start_s
            reason = "" if end_s is not None else "lasted to the end"
            yield TreatmentRow(
                name, "duration_s", label, seconds, "s", read, channel, start_s, reason=reason
            )


def _counters(treatment: Treatment) -> Iterator[TreatmentRow]:
    units = {"peak_ma": "mA", "rms_ma": "mA", "pulses": "pulses", "charge_uc": "µC",
             "power_w": "W", "energy_j": "J", "coupled_s": "s", "coupling_percent": "%",
             "head_temperature_c": "°C"}  # fmt: skip
    for counter in treatment.counters:
        channel = getattr(counter, "channel", None) or getattr(counter, "head", 0)
        is_measured = getattr(counter, "is_measured", False)
        origin = Origin.MEASURED if is_measured else Origin.READ
        for field in fields(counter):
            if field.name in units:
                value = getattr(counter, field.name)
                reason = "not reported" if value is None else ""
                label = field.name.rpartition("_")[0].replace("_", " ") or field.name
                yield TreatmentRow(
                    "counter", field.name, label, value, units[field.name], origin, channel,
                    method="counter of the unit", reason=reason,
                )  # fmt: skip


def _dose(treatment: Treatment) -> Iterator[TreatmentRow]:
    for key, dose in treatment.dose.items():
        yield TreatmentRow(
            "dose",
            key,
            key.replace("_", " "),
            dose.value,
            dose.unit,
            dose.origin,
            method=dose.method,
            reason=dose.reason or "",
        )


def _typed(
    group: str,
    key: str,
    label: str,
    value: Plain | None,
    unit: str = "",
    *,
    channel: int = 0,
    at_s: float | None = None,
) -> TreatmentRow:
    return TreatmentRow(group, key, label, value, unit, Origin.ENTERED, channel, at_s)


def _label(known: ModalityForm, key: str) -> str:
    return known.field(key).label if key in known else field_id(key).replace("_", " ")


def _is_per_channel(known: ModalityForm, key: str) -> bool:
    return key in known and known.field(key).is_per_channel


def _object(row: TreatmentRow) -> JsonObject:
    found: JsonObject = {
        "group": row.group,
        "key": row.key,
        "label": row.label,
        "value": row.value,
        "unit": row.unit,
        "origin": row.origin.value,
    }
    optional: Iterable[tuple[str, Plain | None]] = (
        ("channel", row.channel or None),
        ("at_s", row.at_s),
        ("is_default", row.is_default or None),
        ("method", row.method or None),
        ("reason", row.reason or None),
    )
    return found | {name: value for name, value in optional if value is not None}

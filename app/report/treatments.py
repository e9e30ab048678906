"""One treatment in the report: settings as they were, dose, and where each value comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from app.plain_text import plain
from app.report.content import Fact, TreatmentSection
from app.wording import (
    MISSING,
    ORIGINS,
    SETTINGS,
    dose_name,
    dose_value,
    duration,
    fixed,
    local_time,
    offset_text,
    sentence,
)
from data.clinical.modalities import Part, form
from data.records import Treatment
from data.treatment_values import adverse_words, values_of
from devices.modality import (
    Modality,
    SettingChange,
    StimulationSettings,
    UltrasoundSettings,
)

NAMES = {
    Modality.TENS: "TENS",
    Modality.NMES: "NMES",
    Modality.IFC: "Interferential current",
    Modality.ULTRASOUND: "Therapeutic ultrasound",
    Modality.LIPUS: "LIPUS",
    Modality.ESWT: "Shock wave",
    Modality.LASER: "Laser",
    Modality.SWD: "Shortwave",
    Modality.HEAT: "Heat",
    Modality.COLD: "Cold",
}

# Of these zero is a setting; of all others it means that there is none.
OUTPUTS = ("amplitude_ma", "amplitude_v", "amplitude_percent", "intensity_w_cm2")
CHANGES_SHOWN = 8
GAPS_SHOWN = 4


def treatment_section(treatment: Treatment) -> TreatmentSection:
    return TreatmentSection(
        title=NAMES.get(treatment.modality, treatment.modality.value),
        subtitle=" · ".join(_subtitle(treatment)),
        is_virtual=treatment.is_virtual,
        warnings=tuple(_warnings(treatment)),
        settings=tuple(_settings(treatment)),
        dose=tuple(_doses(treatment)),
        notes=tuple(_notes(treatment)),
    )


def _subtitle(treatment: Treatment) -> Iterable[str]:
    place = " ".join(filter(None, (treatment.side or "", plain(treatment.site))))
    if place:
        yield place
    local = local_time(treatment.started_at, treatment.utc_offset_min)
    yield f"{local:%H:%M} ({offset_text(treatment.utc_offset_min)})"
    if treatment.actual_s is not None:
        yield duration(treatment.actual_s)
    if treatment.planned_s is not None and treatment.planned_s != treatment.actual_s:
        yield f"{duration(treatment.planned_s)} planned"
    if treatment.area_cm2 is not None:
        yield f"{treatment.area_cm2:g} cm² treated"


def _warnings(treatment: Treatment) -> Iterable[str]:
    adverse = adverse_words(treatment)
    if adverse:
        yield plain(adverse)
    for gap in treatment.gaps[:GAPS_SHOWN]:
        yield (
            f"The unit was not heard for {fixed(gap.end_s - gap.start_s, 1)} s from "
            f"{fixed(gap.start_s, 1)} s on ({plain(gap.cause)})."
        )
    if len(treatment.gaps) > GAPS_SHOWN:
        unheard = sum(gap.end_s - gap.start_s for gap in treatment.gaps)
        yield f"{len(treatment.gaps)} such gaps, {fixed(unheard, 1)} s in all."
    for flag in treatment.flags:
        yield plain(flag)


def _settings(treatment: Treatment) -> Iterable[Fact]:
    if not treatment.settings:
        yield from _form_settings(treatment)
    origin = ORIGINS[treatment.source] + (", at the beginning" if treatment.changes else "")
    for each in treatment.settings:
        head = isinstance(each, UltrasoundSettings)
        number = each.head if head else each.channel
        name = f"{'Head' if head else 'Channel'} {number}"
        yield Fact(name, ", ".join(_values(each)), origin)


def _form_settings(treatment: Treatment) -> Iterable[Fact]:
    """Of a modality whose settings are the values of its form."""
    known = form(treatment.modality)
    words = [
        f"{known.field(key).label} {known.field(key).words(value.value)}"
        for key, value in values_of(treatment).items()
        if key in known and known.field(key).part is Part.SETTINGS and key != "planned_min"
    ]
    if words:
        yield Fact("Settings", plain(", ".join(words)), ORIGINS[treatment.source])


def _values(settings: StimulationSettings | UltrasoundSettings) -> Iterable[str]:
    for field in fields(settings):
        value: float | str | None = getattr(settings, field.name)
        is_off = value == 0 and field.name not in OUTPUTS
        if field.name not in SETTINGS or value is None or is_off:
            continue
        name, factor, unit = SETTINGS[field.name]
        if field.name == "intensity_w_cm2" and isinstance(settings, UltrasoundSettings):
            unit += " SATA" if settings.intensity_is_sata else " SATP"
        text = str(value) if isinstance(value, str) else f"{value * factor:.4g}"
        yield f"{name} {text} {unit}".strip()


def _doses(treatment: Treatment) -> Iterable[Fact]:
    several = len(treatment.settings) > 1
    for key, dose in treatment.dose.items():
        name = sentence(dose_name(key, of_output=several))
        if dose.value is None:
            yield Fact(name, f"not computed: {plain(dose.reason or 'no reason was given')}")
        else:
            value = f"{dose_value(dose.value)} {dose.unit}".strip()
            yield Fact(name, value, ORIGINS[dose.origin])


def _notes(treatment: Treatment) -> Iterable[str]:
    if treatment.pain_before is not None or treatment.pain_after is not None:
        before, after = (
            MISSING if value is None else str(value)
            for value in (treatment.pain_before, treatment.pain_after)
        )
        yield f"Pain (0–10): {before} before, {after} after."
    if treatment.changes:
        shown = [_change(change) for change in treatment.changes[:CHANGES_SHOWN]]
        more = len(treatment.changes) - len(shown)
        yield f"Changed: {'; '.join(shown)}{f'; and {more} more' if more else ''}."
    if treatment.device is not None:
        device = treatment.device
        yield plain(
            f"Unit: {device.name or device.model}, serial {device.serial or 'unknown'}, firmware "
            f"{device.firmware or 'unknown'}, {treatment.link}."
        )
    if treatment.note:
        yield f"Note: {plain(treatment.note)}"


def _change(change: SettingChange) -> str:
    name = SETTINGS[change.parameter][0] if change.parameter in SETTINGS else change.parameter
    values = [_level(change.old), _level(change.new)]
    return plain(
        f"at {duration(change.at_s)} {name} {' → '.join(values)} {change.unit} (by {change.by})"
    )


def _level(value: float | str | None) -> str:
    return MISSING if value is None else value if isinstance(value, str) else f"{value:.4g}"

"""The settings of a treatment as values of its form, and those values as typed settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from enum import Enum

from data.clinical.field_check import reported_flags
from data.clinical.modalities import ModalityForm, Plain, channel_of, form, key_of
from data.records import Treatment
from data.treatment_record import Value
from devices.modality import (
    Modality,
    Origin,
    SettingChange,
    StimulationMode,
    StimulationSettings,
    UltrasoundSettings,
    Waveform,
)

__all__ = [
    "adverse_words",
    "plain_values",
    "reached_values",
    "setting_key",
    "setting_value",
    "settings_of",
    "unit_of",
    "unusual_reports",
    "values_of",
]

Settings = StimulationSettings | UltrasoundSettings

_STIMULATION = (Modality.TENS, Modality.NMES, Modality.IFC)
_UNITS = {
    "w_cm2": "W/cm²",
    "ma": "mA",
    "percent": "%",
    "mhz": "MHz",
    "hz": "Hz",
    "us": "µs",
    "cm2": "cm²",
    "s": "s",
    "min": "min",
    "v": "V",
}


def values_of(treatment: Treatment) -> dict[str, Value]:
    """Every value of a treatment by the keys of its form, with unit and origin.

    What the unit told stands there as told; what was typed into the form comes on top, except
    where the unit told the same: then what was read stays.
    """
    known = form(treatment.modality)
    found = {key: value for key, value in _attributes(treatment) if value.value is not None}
    for settings in treatment.settings:
        for key, plain in _of_settings(settings):
            found[key] = Value(plain, unit_of(known, key), treatment.source)
    is_typed = treatment.source is Origin.ENTERED
    for key, value in treatment.values.items():
        was_told = key in found and found[key].origin is not Origin.ENTERED
        if is_typed or not was_told or value.origin is not Origin.ENTERED:
            found[key] = value
    order = {field.id: number for number, field in enumerate(known.fields)}
    return dict(sorted(found.items(), key=lambda each: _place(order, each[0])))


def adverse_words(treatment: Treatment) -> str:
    """What went wrong, what was done about it; empty where nothing did or nobody said."""
    found, known = values_of(treatment), form(treatment.modality)
    event = found.get("adverse_event")
    if event is None or event.value in (None, "", "none"):
        return ""
    keys = ("adverse_event", "adverse_text", "adverse_action")
    said = [known.field(key).words(found[key].value) for key in keys if key in found]
    return f"Adverse event: {'. '.join(each.strip().removesuffix('.') for each in said if each)}."


def reached_values(treatment: Treatment) -> dict[str, Value]:
    """As `values_of`, with each setting as it was turned last; an output that was turned down to
    nothing at the end stays at what it had been."""
    found = values_of(treatment)
    for change in treatment.changes:
        key, plain = setting_key(change), setting_value(change)
        if key in found and plain is not None and not (plain == 0 and _is_output(key)):
            found[key] = replace(found[key], value=plain)
    return found


def unusual_reports(treatment: Treatment) -> tuple[str, ...]:
    """Sentences about what a unit reported outside the usual or the possible, at the beginning or
    after a change; it is kept as reported."""
    plain: dict[str, Plain | None] = {}
    for settings in treatment.settings:
        plain |= dict(_of_settings(settings))
    known = form(treatment.modality)
    found = [*reported_flags(known.id, plain)]
    for change in treatment.changes:
        plain[setting_key(change)] = setting_value(change)
        found += reported_flags(known.id, plain)
    return tuple(dict.fromkeys(found))


def plain_values(values: Mapping[str, Value]) -> dict[str, Plain | None]:
    """Without unit and origin, as `data.clinical` takes them."""
    return {key: value.value for key, value in values.items()}


def settings_of(modality: Modality, values: Mapping[str, Plain | None]) -> tuple[Settings, ...]:
    """Typed settings of what was filled in: one for each channel or head; none for a modality
    that has no such type."""
    if modality is Modality.ULTRASOUND:
        return (_ultrasound(values),)
    if modality not in _STIMULATION:
        return ()
    numbers = {1, *(channel_of(key) for key, value in values.items() if value is not None)}
    return tuple(_stimulation(modality, values, number) for number in sorted(numbers))


def setting_key(change: SettingChange) -> str:
    """The key of the form that a change is about."""
    name = "duty_percent" if change.parameter == "duty" else change.parameter
    return key_of(name, max(change.channel, 1))


def setting_value(change: SettingChange) -> Plain | None:
    """What a setting was turned to, in the unit of the form."""
    if change.parameter == "duty" and isinstance(change.new, int | float):
        return 100 * change.new
    return change.new


def unit_of(known: ModalityForm, key: str) -> str:
    """By the form; of what the form has not, by the end of its name."""
    if key in known:
        return known.field(key).unit
    name = key.partition("@")[0]
    return next((unit for end, unit in _UNITS.items() if name.endswith(f"_{end}")), "")


def _is_output(key: str) -> bool:
    return key.startswith(("amplitude", "intensity", "sata", "peak_w", "mean_w"))


def _attributes(treatment: Treatment) -> Iterator[tuple[str, Value]]:
    known = form(treatment.modality)
    typed: dict[str, Plain | None] = {
        "site": treatment.site or None,
        "side": treatment.side.value if treatment.side else None,
        "stage": treatment.stage.value if treatment.stage else None,
        "clinician": treatment.clinician or None,
        "pain_before": treatment.pain_before,
        "pain_after": treatment.pain_after,
        "area_cm2": treatment.area_cm2,
        "note": treatment.note or None,
    }
    for key, plain in typed.items():
        yield key, Value(plain, unit_of(known, key), Origin.ENTERED)
    for key, seconds in (("planned_min", treatment.planned_s), ("actual_min", treatment.actual_s)):
        yield key, Value(None if seconds is None else seconds / 60, "min", treatment.source)
    if treatment.device is not None:
        yield "unit_model", Value(treatment.device.name, "", Origin.READ)
        yield "unit_serial", Value(treatment.device.serial, "", Origin.READ)


def _of_settings(settings: Settings) -> Iterator[tuple[str, Plain]]:
    if isinstance(settings, UltrasoundSettings):
        yield from _of_ultrasound(settings)
        return
    in_burst = settings.mode is StimulationMode.BURST
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name == "channel" or value is None:
            continue
        name = "internal_rate_hz" if in_burst and field.name == "pulse_rate_hz" else field.name
        plain = value.value if isinstance(value, Enum) else value
        yield key_of(name, max(settings.channel, 1)), plain


def _of_ultrasound(settings: UltrasoundSettings) -> Iterator[tuple[str, Plain]]:
    head = max(settings.head, 1)
    for name in ("frequency_mhz", "intensity_w_cm2", "pulse_repetition_hz", "era_cm2",
                 "beam_nonuniformity_ratio"):  # fmt: skip
        value = getattr(settings, name)
        if value is not None:
            yield key_of(name, head), value
    yield key_of("intensity_is", head), "sata" if settings.intensity_is_sata else "satp"
    if settings.duty is not None:
        yield key_of("output", head), "continuous" if settings.duty == 1 else "pulsed"
        yield key_of("duty_percent", head), 100 * settings.duty


def _stimulation(
    modality: Modality, values: Mapping[str, Plain | None], channel: int
) -> StimulationSettings:
    def number(name: str) -> float | None:
        value = values.get(key_of(name, channel))
        if value is None and not form(modality.value).field(name).is_per_channel:
            value = values.get(name)  # one setting for all channels
        return float(value) if isinstance(value, int | float) else None

    known = form(modality)
    mode = values.get("mode") or (modality.value if modality is not Modality.TENS else None)
    waveform = values.get("waveform")
    bursts = number("pulses_per_burst") if "pulses_per_burst" in known else None
    rate = "internal_rate_hz" if mode == StimulationMode.BURST else "pulse_rate_hz"
    named = {field.name for field in fields(StimulationSettings)}
    plain = {name: number(name) for name in named if name in known and name not in _SPECIAL}
    return StimulationSettings(
        channel=channel,
        waveform=Waveform(waveform) if isinstance(waveform, str) else None,
        mode=StimulationMode(mode) if isinstance(mode, str) else None,
        pulse_rate_hz=number(rate) if rate in known else None,
        pulses_per_burst=None if bursts is None else round(bursts),
        **plain,
    )


_SPECIAL = ("channel", "waveform", "mode", "pulse_rate_hz", "pulses_per_burst")


def _ultrasound(values: Mapping[str, Plain | None]) -> UltrasoundSettings:
    def number(name: str) -> float | None:
        value = values.get(name)
        return float(value) if isinstance(value, int | float) else None

    percent = number("duty_percent")
    is_continuous = values.get("output") == "continuous"
    return UltrasoundSettings(
        head=1,
        frequency_mhz=number("frequency_mhz"),
        intensity_w_cm2=number("intensity_w_cm2"),
        intensity_is_sata=values.get("intensity_is") == "sata",
        duty=1.0 if is_continuous else None if percent is None else percent / 100,
        pulse_repetition_hz=None if is_continuous else number("pulse_repetition_hz"),
        era_cm2=number("era_cm2"),
        beam_nonuniformity_ratio=number("beam_nonuniformity_ratio"),
    )


def _place(order: Mapping[str, int], key: str) -> tuple[int, int]:
    return order.get(key.partition("@")[0], len(order)), channel_of(key)

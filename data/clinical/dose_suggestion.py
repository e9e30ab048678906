"""What a school of ultrasound therapy suggests: shown with its source, never filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from data.clinical.dose import DoseError, DoseNumber, check_range
from data.clinical.entries import Entry
from data.clinical.modalities import Values, number_of

__all__ = [
    "Suggestions",
    "heating_minutes",
    "suggested_frequency",
    "suggested_intensity",
    "suggested_minutes",
    "suggestion_of",
    "suggestions",
    "surface_intensity",
]


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The tables, and who says so."""

    source: str
    target_w_cm2: Mapping[str, tuple[float, float]]
    half_value_cm: Mapping[str, float]
    shallow_cm: float
    heating: Mapping[str, float]
    heating_source: str


@cache
def suggestions() -> Suggestions:
    root = Entry.shipped("ultrasound_suggestions.yaml")
    root.whole("version")
    targets, halves = root.child("target_w_cm2"), root.child("half_value_cm")
    rates = root.child("heating_c_min_per_w_cm2")
    found = Suggestions(
        source=root.text("source"),
        target_w_cm2={str(key): targets.range(str(key)) or (0, 0) for key, _ in targets.items()},
        half_value_cm={str(key): halves.number(str(key)) for key, _ in halves.items()},
        shallow_cm=root.number("shallow_cm"),
        heating={str(key): rates.number(str(key)) for key, _ in rates.items()},
        heating_source=root.text("heating_source"),
    )
    root.done()
    return found


def suggested_frequency(depth_cm: float) -> DoseNumber:
    """3 MHz for what lies shallow, 1 MHz for what lies deeper."""
    check_range("depth_cm", depth_cm, 0, 30)
    table = suggestions()
    megahertz = 3.0 if depth_cm <= table.shallow_cm else 1.0
    method = f"us.suggest.frequency.v1(3 MHz down to {table.shallow_cm:g} cm)"
    return DoseNumber(megahertz, "MHz", method, note=table.source)


def suggested_intensity(
    tissue_stage: str, depth_cm: float, frequency_mhz: float
) -> tuple[DoseNumber, DoseNumber] | None:
    """From, to: at the skin, for the intensity that the stage asks for at the target; None for a
    stage or frequency without a table."""
    span = suggestions().target_w_cm2.get(tissue_stage)
    if span is None or f"{frequency_mhz:g}" not in suggestions().half_value_cm:
        return None
    low, high = (surface_intensity(each, depth_cm, frequency_mhz) for each in span)
    return low, high


def suggestion_of(values: Values) -> str:
    """What the tables say of an ultrasound form as it is filled in; empty where they say nothing.

    Needs the depth of the target for a frequency, the stage of the tissue too for an intensity,
    areas and duty for a time.
    """
    depth, stage = number_of(values.get("depth_cm")), values.get("tissue_stage")
    megahertz, era = number_of(values.get("frequency_mhz")), number_of(values.get("era_cm2"))
    area, percent = number_of(values.get("area_cm2")), number_of(values.get("duty_percent"))
    said: list[str] = []
    try:
        if depth is not None:
            said.append(f"{suggested_frequency(depth).value:g} MHz for {depth:g} cm")
        if depth is not None and megahertz and isinstance(stage, str):
            span = suggested_intensity(stage, depth, megahertz)
            if span is not None:
                low, high = span
                said.append(f"{stage}: {low.value:.2g} to {high.value:.2g} W/cm² at the skin")
        duty = 1.0 if values.get("output") == "continuous" else (percent or 0.0) / 100
        if area and era and duty:
            said.append(f"{suggested_minutes(area, era, duty).value:.3g} min for this area")
    except DoseError:
        return ""
    if not said:
        return ""
    return f"{'; '.join(said)}. {suggestions().source}. Nothing of it is filled in."


def surface_intensity(target_w_cm2: float, depth_cm: float, frequency_mhz: float) -> DoseNumber:
    """What is needed at the skin for an intensity at a depth; refused for a frequency without a
    half-value depth."""
    method = "us.suggest.surface.v1(target · 2^(depth / half-value depth))"
    half_cm = suggestions().half_value_cm.get(f"{frequency_mhz:g}")
    if half_cm is None:
        reason = f"no half-value depth is known for {frequency_mhz:g} MHz"
        return DoseNumber(None, "W/cm²", method, reason)
    check_range("depth_cm", depth_cm, 0, 30)
    value = target_w_cm2 * 2 ** (depth_cm / half_cm)
    return DoseNumber(value, "W/cm²", method, note=suggestions().source)


def suggested_minutes(area_cm2: float, era_cm2: float, duty: float) -> DoseNumber:
    """One minute for each time the head fits into the area, longer as the pulses are rarer."""
    check_range("area_cm2", area_cm2, 0, 2000)
    check_range("era_cm2", era_cm2, 0, 50, is_above=True)
    check_range("duty", duty, 0, 1, is_above=True)
    method = "us.suggest.minutes.v1(1 min · area / ERA / duty)"
    return DoseNumber(area_cm2 / era_cm2 / duty, "min", method, note=suggestions().source)


def heating_minutes(rise_c: float, sata_w_cm2: float, frequency_mhz: float) -> DoseNumber:
    """How long a rise of temperature takes; refused for a frequency without a published rate."""
    method = "us.suggest.heating.v1(rise / (rate · SATA))"
    table = suggestions()
    rate = table.heating.get(f"{frequency_mhz:g}")
    if rate is None:
        reason = f"no rate of heating is known for {frequency_mhz:g} MHz"
        return DoseNumber(None, "min", method, reason)
    check_range("sata_w_cm2", sata_w_cm2, 0, 10, is_above=True)
    return DoseNumber(rise_c / (rate * sata_w_cm2), "min", method, note=table.heating_source)

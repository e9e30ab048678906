"""Dose of a treatment record: its settings over the time that they were on."""

from __future__ import annotations

from collections.abc import Mapping

from data.clinical.dose import DoseNumber
from data.clinical.dose_course import Turn, delivered_share, dose_over, pieces
from data.clinical.dose_of_settings import dose_of_settings
from data.clinical.modalities import Plain, number_of
from data.records import DoseValue, Treatment
from data.treatment_course import Course
from data.treatment_values import plain_values, setting_key, setting_value, values_of
from devices.modality import Modality, Origin, SettingChange, UltrasoundSettings

__all__ = ["dose_numbers", "dose_of", "dose_values", "moment_dose", "turns_of"]


def dose_of(
    modality: Modality, values: Mapping[str, Plain | None], course: Course
) -> dict[str, DoseValue]:
    """Integrated over the changes; pauses, lost contact and stretches unheard do not count.

    `values` are those at the beginning. What was given of the plan stands beside it.
    """
    return dose_values(dose_numbers(modality, values, course))


def dose_numbers(
    modality: Modality, values: Mapping[str, Plain | None], course: Course
) -> dict[str, DoseNumber]:
    """As `dose_of`, with the notes that a form shows beside its numbers."""
    numbers = dose_over(modality.value, values, turns_of(course.changes), course.delivering)
    planned = number_of(values.get("planned_min"))
    if not planned:
        return numbers
    seconds = 60 * planned
    numbers["given_time_percent"] = delivered_share(course.on_s, seconds, "time")
    if modality is Modality.ULTRASOUND:
        plan = dose_over(modality.value, values, (), [(0.0, seconds)])
        given, wanted = (part.get("energy_j") for part in (numbers, plan))
        if given is not None and wanted is not None:
            numbers["given_energy_percent"] = delivered_share(given.value, wanted.value, "energy")
    return numbers


def moment_dose(treatment: Treatment) -> dict[str, DoseValue]:
    """Of what a unit reported: the highest over its changes of what holds at a moment.

    Sums are not among them: those come from its counters, and from its telemetry over time.
    """
    values = plain_values(values_of(treatment))
    ended = treatment.ended_at or treatment.started_at
    seconds = (ended - treatment.started_at).total_seconds()
    cut = pieces(values, turns_of(treatment.changes), [(0.0, max(seconds, 1.0))])
    found: dict[str, DoseNumber] = {}
    for settings in treatment.settings:
        is_head = isinstance(settings, UltrasoundSettings)
        number = max(settings.head if is_head else settings.channel, 1)
        for piece in cut:
            dose = dose_of_settings(treatment.modality.value, piece.values, 0.0, number)
            for key in (key for key in _AT_A_MOMENT if key in dose):
                name = f"{'head' if is_head else 'ch'}{number}_{key}"
                if name not in found or (dose[key].value or 0.0) > (found[name].value or 0.0):
                    found[name] = dose[key]
    return dose_values(found)


def dose_values(numbers: Mapping[str, DoseNumber]) -> dict[str, DoseValue]:
    """As a record keeps them."""
    return {
        key: DoseValue(each.value, each.unit, each.method, Origin.DERIVED, each.reason)
        for key, each in numbers.items()
    }


_AT_A_MOMENT = (
    "charge_per_phase_uc",
    "rms_ma",
    "density_ma_cm2",
    "sata_w_cm2",
    "satp_w_cm2",
    "power_w",
    "peak_power_w",
)


def turns_of(changes: tuple[SettingChange, ...]) -> list[Turn]:
    """The changes of a log by the keys of the form; a duty share becomes the form's percent."""
    return [Turn(each.at_s, setting_key(each), setting_value(each)) for each in changes]

"""Dose of a treatment record: its settings over the time that they were on."""

from __future__ import annotations

from collections.abc import Mapping

from data.clinical.dose import DoseNumber
from data.clinical.dose_course import Turn, delivered_share, dose_over
from data.clinical.modalities import Plain, number_of
from data.records import DoseValue
from data.treatment_course import Course
from data.treatment_values import setting_key
from devices.modality import Modality, Origin, SettingChange

__all__ = ["dose_numbers", "dose_of", "dose_values", "turns_of"]


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


def dose_values(numbers: Mapping[str, DoseNumber]) -> dict[str, DoseValue]:
    """As a record keeps them."""
    return {
        key: DoseValue(each.value, each.unit, each.method, Origin.DERIVED, each.reason)
        for key, each in numbers.items()
    }


def turns_of(changes: tuple[SettingChange, ...]) -> list[Turn]:
    """The changes of a log by the keys of the form; a duty share becomes the form's percent."""
    return [Turn(each.at_s, setting_key(each), _value(each)) for each in changes]


def _value(change: SettingChange) -> Plain | None:
    if change.parameter == "duty" and isinstance(change.new, int | float):
        return 100 * change.new
    return change.new

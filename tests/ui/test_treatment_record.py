from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication

from app.widgets.treatment_record import TreatmentRecord
from data.clinical.modalities import Part, form
from data.records import Treatment
from data.treatment_record import Value
from data.treatment_values import values_of
from devices.modality import Modality, SettingChange
from tests.builders import session
from tests.data.treatments import full_ultrasound, of_every_modality
from tests.ui.reading import says, texts

EVERY = [each for each in of_every_modality(session()) if not each.is_virtual]


@pytest.fixture
def record(qapp: QApplication) -> TreatmentRecord:
    return TreatmentRecord()


@pytest.mark.parametrize("treatment", EVERY, ids=[each.modality.value for each in EVERY])
def test_the_record_of_a_visit_shows_every_setting_that_was_typed(
    record: TreatmentRecord, treatment: Treatment
) -> None:
    record.show_treatment(treatment)
    known = form(treatment.modality)
    settings = {
        key: value
        for key, value in values_of(treatment).items()
        if key in known
        and known.field(key).part is Part.SETTINGS
        and value.value not in (None, "")
        and key != "planned_min"
    }
    assert settings
    seen = texts(record)
    for key, value in settings.items():
        assert known.field(key).label in seen, key
        assert any(text.startswith(known.field(key).words(value.value)) for text in seen), key


def test_an_adverse_event_stands_above_all_with_what_was_done(record: TreatmentRecord) -> None:
    treatment = full_ultrasound(session())
    values = {**treatment.values, "adverse_action": Value("cooled", "")}
    record.show_treatment(replace(treatment, values=values))
    first = record.layout().itemAt(0).widget()  # type: ignore[union-attr]
    assert first.text() == "Adverse event: Skin irritation. red, 5 cm. cooled."  # type: ignore[union-attr]
    none = {**treatment.values, "adverse_event": Value("none", "")}
    record.show_treatment(replace(treatment, values=none))
    assert not says(record, "Adverse event")


def test_screening_course_and_placement_are_in_the_record(record: TreatmentRecord) -> None:
    record.show_treatment(full_ultrasound(session()))
    for words in (
        "closed, 24 years old",  # why a yes did not stop it
        "paused for 0:20",
        "check",
        "pain: 4 of 10",
        "Electrode 1: left hamstrings",
        "Treated area: beside all regions (back)",
        "Hazards explained",
        "Tolerance",
    ):
        assert says(record, words), words


def test_a_change_is_told_by_the_words_of_its_form(record: TreatmentRecord) -> None:
    shock = next(each for each in EVERY if each.modality is Modality.ESWT)
    change = SettingChange(60.0, 1, "pressure_bar", 2.0, 2.2, "bar", "clinician")
    record.show_treatment(replace(shock, changes=(change,)))
    assert says(record, "pressure 2 → 2.2 bar, by clinician")

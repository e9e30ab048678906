"""Treatments with everything in them, as other programs must be able to read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from data.clinical.body_regions import View
from data.clinical.modalities import form
from data.clinical.screening import Answer
from data.ids import uuid7
from data.records import Session, Treatment
from data.treatment_course import Course
from data.treatment_draft import new_draft, treatment_of
from data.treatment_record import (
    ContactLoss,
    Corner,
    MarkKind,
    PlacedPoint,
    Placement,
    Polarity,
    ScreeningRecord,
    Stretch,
    TreatedArea,
    TreatmentMark,
)
from devices.modality import Modality, SettingChange, UltrasoundDose
from tests.data import samples

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def full_ultrasound(session: Session) -> Treatment:
    draft = new_draft(Modality.ULTRASOUND)
    for key, value in (
        ("site", "proximal hamstring"), ("side", "left"), ("indication", "pain"),
        ("tissue_stage", "subacute"), ("clinician", "M. Lindqvist"), ("unit_make", "Sonic & Sons"),
        ("unit_model", "S-3"), ("unit_serial", "=S 17"), ("unit_udi", "(01)0950"),
        ("consent", "verbal"), ("consent_warning", True), ("intensity_w_cm2", 1.0),
        ("intensity_is", "satp"), ("area_cm2", 10.0), ("pain_before", 5), ("pain_after", 3),
        ("tolerance", "well"), ("adverse_event", "skin irritation"), ("adverse_text", "red, 5 cm"),
        ("note", 'said "warm", then\nnothing'),
    ):  # fmt: skip
        draft = draft.with_value(key, value)
    draft = replace(
        draft,
        placement=Placement(
            (PlacedPoint(View.BACK, 0.43, 0.57, "back.hamstring.lateral.upper.left",
                         Polarity.NEGATIVE, 25.0),),
            (TreatedArea(View.BACK, (Corner(0.4, 0.5), Corner(0.5, 0.6))),),
        ),
        screening=ScreeningRecord(
            ("ultrasound v1 (2026-11-22)",), {"ultrasound/eye": Answer.NO,
                                              "ultrasound/growth": Answer.YES},
            {"ultrasound/eye": "Over the eye"}, {"ultrasound/growth": "closed, 24 years old"},
        ),
    )  # fmt: skip
    course = Course(
        AT, 60, 320.0,
        (SettingChange(60.0, 1, "intensity_w_cm2", 1.0, 0.5, "W/cm²", "clinician"),),
        (Stretch(100.0, 120.0),),
        (TreatmentMark(90.0, MarkKind.PAIN, pain=4), TreatmentMark(95.0, MarkKind.CHECK)),
        is_timed=True,
    )  # fmt: skip
    return treatment_of(draft, session, course, uuid7())


def read_ultrasound(session: Session) -> Treatment:
    """Of a unit, with a counter that is not known and a gap."""
    return replace(
        samples.treatment(session),
        counters=(UltrasoundDose(1, None, 300.0, 299.5, 96.0, None),),
        contact_losses=(ContactLoss(1, 31.0, 41.0), ContactLoss(1, 50.0)),
        pauses=(Stretch(60.0, 80.0),),
    )


def of_every_modality(session: Session) -> list[Treatment]:
    """The least of each that can be stored, and the two above."""
    least = [
        treatment_of(new_draft(modality), session, Course.typed(AT, 60, 600.0), uuid7())
        for modality in Modality
        if form(modality)
    ]
    return [*least, full_ultrasound(session), read_ultrasound(session)]

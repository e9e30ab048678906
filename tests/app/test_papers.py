from __future__ import annotations

import re
import zlib
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.prescribing import line_of
from app.report.hand_out import dosage_lines, weeks_of, write_hand_out
from app.report.progress import write_letter, write_progress
from app.report.progress_reading import read_progress
from app.report.stored import find_paper, paper_of
from app.report.treatment_record import write_treatment
from app.report.treatment_totals import totals
from app.report.write import DISCLAIMER
from data.clinical.body_regions import View
from data.clinical.exercises import Dosage, exercises
from data.clinical.modalities import Plain
from data.clinical.screening import Answer, screening_lists
from data.clinical.wording import banned_phrases
from data.errors import RecordNotFoundError
from data.ids import uuid7
from data.records import TelemetryGap, Treatment
from data.rehabilitation import (
    Adherence,
    Grade,
    ManualTherapy,
    Message,
    MessageKind,
    Prescription,
    RunningObservation,
    VisitNote,
)
from data.sides import Side
from data.stages import Stage
from data.store import Store
from data.treatment_course import Course
from data.treatment_draft import new_draft, treatment_of
from data.treatment_record import (
    MarkKind,
    PlacedPoint,
    Placement,
    Polarity,
    ScreeningRecord,
    Stretch,
    TreatmentMark,
    Value,
)
from devices.modality import Modality, Origin, SettingChange
from devices.types import DeviceInfo
from tests import builders
from tests.app.pdf_text import PdfPage, pdf_pages, squeezed
from tests.ui.clinic import LONG_NAME, NOW, Clinic, furnish

pytestmark = pytest.mark.usefixtures("qapp")

TENS: dict[str, Plain] = {
    "site": "posterior thigh", "side": "right", "indication": "pain", "tissue_stage": "subacute",
    "clinician": "K. Brandt", "unit_make": "Acme", "unit_model": "TENS 200",
    "applicator": "pads", "consent": "verbal", "consent_warning": True, "skin_before": "intact",
    "sensation_test": "sharp and blunt", "pain_before": 4, "amplitude_ma": 24.0,
    "planned_min": 20.0, "sensation": "tingling", "pain_after": 2, "skin_after": "red",
    "adverse_event": "none", "note": "red under the upper pad, gone after 10 min",
}  # fmt: skip


def tens(changes: int = 2) -> Treatment:
    draft = new_draft(Modality.TENS)
    for key, value in TENS.items():
        draft = draft.with_value(key, value)
    draft = draft.with_value("pulse_rate_hz", 160.0).confirmed("pulse_rate_hz", "asked for")
    points = (
        PlacedPoint(View.BACK, 0.56, 0.56, "", Polarity.NEGATIVE, 25.0),
        PlacedPoint(View.BACK, 0.56, 0.66, "", Polarity.POSITIVE, 25.0),
    )
    lists = screening_lists("tens")
    items = [item for each in lists for item in each.items]
    screening = ScreeningRecord(
        tuple(each.stamp for each in lists),
        {item.id: Answer.NO for item in items} | {items[0].id: Answer.YES},
        {item.id: item.text for item in items},
        {items[0].id: "far from it, the physician agreed"},
        "K. Brandt",
    )
    log = tuple(
        SettingChange(60.0 + 15 * k, 1, "amplitude_ma", 20.0 + k, 21.0 + k, "mA", "clinician")
        for k in range(changes)
    )
    course = Course(
        builders.START,
        60,
        1265.0,
        changes=log,
        pauses=(Stretch(300.0, 345.0), Stretch(700.0, 720.0)),
        marks=(
            TreatmentMark(65, MarkKind.CHECK, "comfortable"),
            TreatmentMark(400, MarkKind.PAIN, pain=3),
        ),
        is_timed=True,
    )
    draft = replace(draft, placement=Placement(points), screening=screening)
    return treatment_of(draft, builders.session(), course, builders.identity(40))


def record(tmp_path: Path, treatment: Treatment, name: str = "Alex Morgan") -> list[PdfPage]:
    path = tmp_path / "record.pdf"
    return whole(write_treatment(path, builders.person(name), builders.session(), treatment))


def whole(path: Path, foot: str = DISCLAIMER) -> list[PdfPage]:
    """The pages, after a look at every letter: inside the margins of 14 mm, and nothing of the text
    in the foot (10 mm of A4's 842 pt below, and 18 pt above those)."""
    pages = pdf_pages(path)
    for page in pages:
        assert page.glyphs
        assert all(39 < each.x < 556 and 25 < each.y < 803 for each in page.glyphs)
        low = "".join(each.text for each in page.glyphs if each.y < 45)
        assert squeezed(low).startswith(squeezed(foot))
    return pages


def test_a_usual_treatment_is_one_page_with_all_that_was_recorded(tmp_path: Path):
    (page,) = record(tmp_path, tens())
    for said in (
        "Alex Morgan",
        "14 March 2026, 14:05 (UTC+01:00), by K. Brandt",
        "Amplitude (peak) 24 mA",
        "160 Hz (confirmed: asked for)",
        "Electrode 1: beside all regions (back), negative, 25 cm²",
        "Make of the unit: Acme",
        "Consent: Verbal · Hazards explained: yes · Skin before: Intact",
        "Why it went on: far from it, the physician agreed.",
        screening_lists("tens")[0].stamp,
        # 45 s and 20 s.
        "2 times, 1:05 in all: at 5:00 for 0:45, at 11:40 for 0:20",
        "1:05 comfortable (planned at minute 1, 5, 10, 15)",
        "6:40 3 of 10",
        "1:15 Amplitude (peak) 21 → 22 mA, by clinician",
        "Pain (0–10): 4 before, 2 after",
        "Skin after: Red",
        "Adverse event: None",
        "red under the upper pad, gone after 10 min",
        "50 mA rms (IEC 60601-2-10 as printed in the Enraf-Nonius Endomed 484 manual, p. 47)",
        "es.rms.v1",
        "Treated by",
    ):
        assert page.says(said), said


def test_a_long_log_goes_on_on_a_second_page_that_says_whose_it_is(tmp_path: Path):
    first, second = record(tmp_path, replace(tens(60), is_virtual=True), LONG_NAME)
    assert first.says("VIRTUAL DEVICE")
    assert second.text.startswith(squeezed(LONG_NAME))
    assert second.says("Treated by")
    # The last of 60 changes comes 59 · 15 s after the first minute.
    assert second.says("15:45 Amplitude (peak) 79 → 80 mA, by clinician")


def test_a_value_that_the_unit_told_is_told_apart_from_one_that_was_typed(tmp_path: Path):
    unit = DeviceInfo("ott", "Acme 5", serial="S-9", firmware="2.1")
    read = replace(
        builders.ultrasound(),
        source=Origin.READ,
        device=unit,
        link="serial:x",
        gaps=(TelemetryGap(100.0, 112.0, "link lost"),),
        flags=("The unit counted 27 % more than its settings say.",),
    )
    (page,) = record(tmp_path, read)
    assert page.says("Settings (read from the unit unless marked)")
    assert page.says("Treated area 10 cm² (typed in)")
    assert page.says("Acme 5, serial S-9, firmware 2.1")
    assert page.says("The unit counted 27 % more than its settings say.")
    assert page.says("once: at 1:40 for 0:12; nothing was filled in")


def test_what_was_not_recorded_is_not_made_up(tmp_path: Path):
    (page,) = record(tmp_path, replace(builders.ultrasound(), pain_before=None))
    assert page.says("No screening list was asked.")
    assert page.says("Consent and skin before not noted")
    assert page.says("Pain (0–10): not asked before, 2 after")
    assert page.says("not computed: beam non-uniformity ratio not given")


def test_an_adverse_event_is_told_above_all_and_once(tmp_path: Path):
    treatment = tens()
    values = dict(treatment.values)
    for key, said in (
        ("adverse_event", "skin irritation"),
        ("adverse_text", "red, 4 cm"),
        ("adverse_action", "stopped, cooled"),
    ):
        values[key] = Value(said, "")
    (page,) = record(tmp_path, replace(treatment, values=values))
    assert page.says("Adverse event: Skin irritation. red, 4 cm. stopped, cooled.")
    assert page.text.count(squeezed("cooled")) == 1
    assert not record(tmp_path, treatment)[0].says("Adverse event: Skin")


def test_a_dose_over_a_limit_says_so_with_its_source(tmp_path: Path):
    treatment = tens()
    key = "ch1_density_ma_cm2"
    density = replace(treatment.dose[key], value=2.4)
    over = replace(treatment, dose={**treatment.dose, key: density})
    (page,) = record(tmp_path, over)
    said = "Effective current density: 2.40 mA/cm². Over 2 mA/cm² rms: needs special attention"
    assert page.says(f"{said} (IEC 60601-2-10")
    assert not record(tmp_path, treatment)[0].says("Over 2 mA/cm² rms")


def plan(count: int = 3, **changes: Any) -> Prescription:
    lines = tuple(line_of(each, Stage.ACUTE) for each in list(exercises().values())[:count])
    made = Prescription(
        id=builders.identity(50),
        at=builders.START,
        person_id=builders.identity(1),
        session_id=builders.identity(2),
        by="K. Brandt",
        exercises=(replace(lines[0], side=Side.RIGHT, note="hold on to the bed"), *lines[1:]),
        advice="Warm up first.",
    )
    return replace(made, **changes)


def hand_out(tmp_path: Path, prescription: Prescription, foot: str) -> list[PdfPage]:
    injured = replace(builders.person(injured=Side.RIGHT), injury="biceps femoris")
    path = tmp_path / "hand-out.pdf"
    return whole(write_hand_out(path, injured, builders.session(), prescription), foot)


def test_a_hand_out_is_for_the_athlete_and_says_nothing_of_the_injury(tmp_path: Path):
    prescription = plan()
    text = "".join(page.text for page in hand_out(tmp_path, prescription, "14 March 2026"))
    first = prescription.exercises[0]
    for said in ("Alex Morgan", "14 March 2026 · from K. Brandt", "Warm up first.",
                 f"1. {first.name}, right side only", first.how, first.progression,
                 first.pain_rule, dosage_lines(first.dosage), "Week 4"):  # fmt: skip
        assert squeezed(said) in text, said
    assert "biceps" not in text
    assert "stage" not in text.lower()
    staged = hand_out(tmp_path, plan(stage=Stage.ACUTE), "14 March 2026")
    assert staged[0].says("stage: acute")


def test_a_dosage_is_said_in_words():
    dosage = Dosage(sets=3, repetitions=6, rest_s=120, load_kg=2.5, tempo="3-1-1", times_a_week=2)
    said = (
        "3 sets of 6 repetitions. 2.5 kg. Tempo 3-1-1. Rest 2 min between the sets. Twice a week."
    )
    assert dosage_lines(dosage) == said
    assert (
        dosage_lines(Dosage(sets=1, hold_s=45, times_a_week=7))
        == "1 set, hold 45 s. 7 times a week."
    )
    assert dosage_lines(Dosage()) == ""


def test_there_is_a_box_for_each_time_of_each_week(tmp_path: Path):
    def boxes(times: int | None) -> int:
        line = replace(plan(1).exercises[0], dosage=Dosage(sets=1, times_a_week=times))
        path = tmp_path / "hand-out.pdf"
        write_hand_out(path, builders.person(), None, plan(exercises=(line,)))
        streams = re.findall(rb"stream\r?\n(.*?)endstream", path.read_bytes(), re.DOTALL)
        drawn = b"".join(zlib.decompress(each) for each in streams if each[:1] == b"\x78")
        return len(re.findall(rb"\bre\n", drawn))

    none = boxes(None)
    assert [boxes(times) - none for times in (1, 3, 7)] == [4, 12, 28]  # over 4 weeks


def test_weeks_go_to_the_end_of_the_plan():
    on = builders.START.date()
    assert weeks_of(plan(), on) == 4
    assert weeks_of(plan(until=on + timedelta(days=13)), on) == 2
    assert weeks_of(plan(until=on + timedelta(days=14)), on) == 3
    assert weeks_of(plan(until=date(2030, 1, 1)), on) == 8


def test_an_exercise_longer_than_a_page_loses_nothing(tmp_path: Path):
    line = replace(plan(1).exercises[0], how="Slowly down. " * 600, name="W" * 60)
    pages = hand_out(tmp_path, plan(exercises=(line,)), "14 March 2026")
    text = "".join(page.text for page in pages)
    assert text.count("Slowlydown.") == 600
    assert len(pages) >= 2


def with_everything(folder: Path) -> Clinic:
    """A clinic whose athlete has something for every kind of paper."""
    clinic = furnish(folder / "clinic.db")
    store = Store(clinic.path)
    of_visit: dict[str, Any] = {"at": NOW, "person_id": clinic.athlete, "session_id": clinic.visit}
    prescription = replace(plan(), id=builders.identity(60), **of_visit)
    store.prescriptions.save(prescription)
    store.adherence.save(
        Adherence(
            id=uuid7(),
            prescription_id=prescription.id,
            exercise_id=prescription.exercises[0].exercise_id,
            sets_done=3,
            pain_during=1,
            **of_visit,
        )
    )
    store.manual_therapy.save(
        ManualTherapy(
            id=uuid7(),
            technique="soft tissue",
            region="hamstring, middle",
            side=Side.RIGHT,
            grade=Grade.III,
            minutes=6,
            pain_before=4,
            pain_after=2,
            **of_visit,
        )
    )
    store.running.save(
        RunningObservation(id=uuid7(), distance_km=2.4, minutes=12, pain_during=0, **of_visit)
    )
    store.notes.save(VisitNote(id=uuid7(), note="slept badly", **of_visit))
    store.messages.save(
        Message(
            id=builders.identity(61),
            kind=MessageKind.REFERRAL,
            to="Dr. Jo Steiner",
            role="team physician",
            subject_line="Imaging asked for",
            text="Dear colleague,\n\nplease have a look.",
            by="K. Brandt",
            **of_visit,
        )
    )
    store.close()
    return clinic


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return with_everything(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def store(furnished: Clinic) -> Generator[Store]:
    opened = Store(furnished.path)
    yield opened
    opened.close()


def progress(store: Store, person_id: UUID, tmp_path: Path) -> str:
    path = write_progress(tmp_path / "progress.pdf", read_progress(store, person_id))
    return "".join(page.text for page in whole(path))


def test_progress_is_told_with_error_sources_and_who_signed(
    store: Store, furnished: Clinic, tmp_path: Path
):
    text = progress(store, furnished.athlete, tmp_path)
    for said in (
        "right hamstring, biceps femoris",
        "BAMIC 2b (as typed in)",
        "functional from 6 Nov 2026",
        "Nordic hamstring curl over time",
        # 100 · 319 / 371, the own limb's last result before the injury.
        "Right (injured): 86 % of its own result before the injury (371 N, 16 Sep 2026",
        "Published measurement error: SEM 28 N (30 recreationally active men",
        "Last results",
        "VIRTUAL DEVICE",
        "Single-leg bridge left 27 repetitions, right 22 repetitions (16 Nov 2026, K. Brandt)",
        # Three treatments of 300 J and 5 min.
        "energy 900 J (us.energy.v1)",
        "15 min 00 s",
        "soft tissue: right hamstring, middle, grade III, 6 min, pain 4 before, 2 after (0–10)",
        "3 sets done, pain 1 of 10",
        "2.4 km, 12 min, pain 0 during (0–10)",
        "Noted since: match 1 ×, training 3 ×.",
        "K. Brandt, 29 Oct 2026: walks and climbs stairs freely",
        "the program compares none with its target",
        "peak.raw.v1",
        "Open Nordic Board, serial 0042",
    ):
        assert squeezed(said) in text, said
    # A note of a visit is the clinic's own.
    assert "sleptbadly" not in text


def test_nothing_banned_stands_on_any_paper(store: Store, furnished: Clinic, tmp_path: Path):
    for number in (60, 61):
        paper_of(store, find_paper(store, builders.identity(number)), tmp_path / f"{number}.pdf")
    progress(store, furnished.athlete, tmp_path)
    write_treatment(tmp_path / "t.pdf", builders.person(), builders.session(), tens())
    for path in tmp_path.glob("*.pdf"):
        words = " ".join(page.words for page in pdf_pages(path))
        assert "Alex Morgan" in words
        assert banned_phrases(words) == [], path


def test_a_person_without_records_is_a_page(store: Store, furnished: Clinic, tmp_path: Path):
    assert "Nothingwasrecordedyet." in progress(store, furnished.long_name, tmp_path)


def test_a_letter_has_its_words_on_the_first_page_and_the_summary_behind(
    store: Store, furnished: Clinic, tmp_path: Path
):
    letter = store.messages.get(builders.identity(61))
    found = read_progress(store, furnished.athlete)
    first, second, *_ = whole(write_letter(tmp_path / "letter.pdf", letter, found))
    for said in ("REFERRAL", "Imaging asked for", "Dr. Jo Steiner, team physician", "K. Brandt",
                 "Alex Morgan, born 2 July 1998", "Dear colleague,", "please have a look.",
                 "Signed by"):  # fmt: skip
        assert first.says(said), said
    assert not first.says("Last results")
    assert second.says("Nordic hamstring curl over time")


def test_the_report_of_a_visit_has_everything_that_was_done(
    store: Store, furnished: Clinic, tmp_path: Path
):
    path = paper_of(store, store.sessions.get(furnished.visit), tmp_path / "visit.pdf")
    text = "".join(page.text for page in whole(path))
    for said in (
        "Manual therapy: soft tissue",
        "right hamstring, middle, grade III",
        "Referral to Dr. Jo Steiner",
        "Exercises at home, as the athlete said",
        "2.4 km, 12 min",
        "slept badly",
        exercises()[plan().exercises[0].exercise_id].name,
    ):
        assert squeezed(said) in text, said


def test_each_kind_is_found_by_its_id(store: Store, furnished: Clinic, tmp_path: Path):
    (treatment,) = store.treatments.of_session(furnished.visit)
    for record_id in (furnished.visit, treatment.id, builders.identity(60), builders.identity(61),
                      furnished.athlete):  # fmt: skip
        found = find_paper(store, record_id)
        assert found.id == record_id
        assert pdf_pages(paper_of(store, found, tmp_path / f"{record_id}.pdf"))
    with pytest.raises(RecordNotFoundError):
        find_paper(store, uuid7())


def test_only_what_adds_up_is_added():
    one = builders.ultrasound(30)
    laser = replace(one, dose={"point_energy_j": one.dose["energy_j"]})
    (row,) = totals([(builders.session(), laser)])
    assert row[-1] == ""


def test_doses_of_two_methods_are_not_added():
    one, two = builders.ultrasound(30), builders.ultrasound(31)
    other = replace(two.dose["energy_j"], method="us.energy.v2")
    two = replace(two, dose={"energy_j": other}, started_at=datetime(2026, 3, 16, tzinfo=UTC))
    session = builders.session()
    (row,) = totals([(session, one), (session, one), (session, two)])
    assert row == (
        "Therapeutic ultrasound, right hamstring, proximal",
        "3",
        "14\u00a0Mar\u00a02026 to 16\u00a0Mar\u00a02026",
        "15 min 00 s",
        "energy 600 J in 2 of 3 (us.energy.v1); energy 300 J in 1 of 3 (us.energy.v2)",
    )

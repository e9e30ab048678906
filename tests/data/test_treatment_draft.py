from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from data.clinical.body_regions import View
from data.clinical.field_check import Verdict
from data.clinical.modalities import Part, forms
from data.clinical.presets import presets
from data.clinical.screening import Answer, screening_lists
from data.episodes import Episode, StageChange
from data.ids import uuid7
from data.records import Session, Stage, Treatment
from data.sides import Side
from data.store import Store
from data.treatment_course import Course
from data.treatment_dose import moment_dose
from data.treatment_draft import (
    Draft,
    as_last_time,
    differences,
    new_draft,
    of_episode,
    preset_draft,
    treatment_of,
)
from data.treatment_record import (
    MarkKind,
    PlacedPoint,
    Placement,
    Polarity,
    ScreeningRecord,
    Stretch,
    TreatmentMark,
)
from data.treatment_values import settings_of, unusual_reports, values_of
from devices.modality import (
    Modality,
    Origin,
    SettingChange,
    StimulationMode,
    StimulationSettings,
    UltrasoundSettings,
    Waveform,
)
from tests.data import samples

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
POINTS = Placement(
    (PlacedPoint(View.BACK, 0.43, 0.57, "back.hamstring.lateral.upper.left", Polarity.NEGATIVE),)
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def session(store: Store) -> Session:
    return samples.visit(store)


def filled() -> Draft:
    draft = new_draft(Modality.TENS)
    for key, value in (
        ("site", "hamstring"), ("side", "left"), ("indication", "pain"),
        ("tissue_stage", "subacute"), ("stage", "strengthening"), ("amplitude_ma", 20.0),
        ("consent", "verbal"), ("consent_warning", True), ("skin_before", "intact"),
        ("sensation_test", "sharp and blunt"), ("pain_before", 5), ("session_n", 3),
        ("sensation", "strong but comfortable"), ("skin_after", "intact"), ("pain_after", 3),
        ("adverse_event", "none"), ("actual_min", 20.0), ("clinician", "M. Lindqvist"),
    ):  # fmt: skip
        draft = draft.with_value(key, value)
    screening = ScreeningRecord(
        ("electrical.general v1 (2026-11-22)",), {"electrical.general/implant": Answer.NO}
    )
    return replace(draft, placement=POINTS, screening=screening)


def stored(store: Store, session: Session, draft: Draft | None = None) -> Treatment:
    course = Course.typed(AT, 60, 1200)
    return store.treatments.save(treatment_of(draft or filled(), session, course, uuid7()))


@pytest.mark.parametrize("modality", Modality)
def test_every_modality_has_a_form(modality: Modality):
    assert modality.value in forms()
    assert all(value.is_default for value in new_draft(modality).values.values())


def test_a_whole_draft_has_no_open_points_and_becomes_a_record(store: Store, session: Session):
    assert filled().open_points(screening_lists("tens")) == []
    found = store.treatments.get(stored(store, session).id)
    assert (found.site, found.side, found.stage) == ("hamstring", Side.LEFT, Stage.STRENGTHENING)
    assert (found.pain_before, found.pain_after, found.clinician) == (5, 3, "M. Lindqvist")
    assert (found.planned_s, found.actual_s) == (1200.0, 1200.0)
    assert found.ended_at == AT
    assert found.placement == POINTS
    (settings,) = found.settings
    assert isinstance(settings, StimulationSettings)
    assert (settings.mode, settings.amplitude_ma) == (StimulationMode.CONVENTIONAL, 20.0)
    # 4 µC, a hundred times a second, for 20 minutes
    assert found.dose["ch1_total_charge_c"].value == pytest.approx(0.48)
    assert found.dose["ch1_density_ma_cm2"].value == pytest.approx(0.16)
    assert found.dose["given_time_percent"].value == pytest.approx(100.0)
    assert found.values["amplitude_ma"].is_default is False
    assert found.values["pulse_rate_hz"].is_default is True


def test_what_is_touched_is_no_default_any_more_and_what_hangs_on_it_follows():
    draft = new_draft(Modality.TENS).with_value("mode", "low-rate")
    assert draft.plain["pulse_rate_hz"] == 4
    assert draft.values["pulse_rate_hz"].is_default
    mine = new_draft(Modality.TENS).with_value("pulse_rate_hz", 90.0)
    assert mine.with_value("mode", "low-rate").plain["pulse_rate_hz"] == 90.0
    burst = draft.with_value("mode", "burst")
    assert "pulse_rate_hz" not in burst.values
    assert burst.plain["burst_hz"] == 2


def test_an_unusual_value_is_asked_about_until_somebody_says_that_it_is_meant():
    draft = filled().with_value("pulse_rate_hz", 180.0)
    assert draft.judgements["pulse_rate_hz"].verdict is Verdict.ASK
    assert any("80 to 150 Hz" in point for point in draft.open_points())
    meant = draft.confirmed("pulse_rate_hz", "as the patient prefers")
    assert meant.open_points() == []
    assert meant.with_value("pulse_rate_hz", 190.0).open_points()


def test_open_points_are_those_of_the_parts_asked_for():
    draft = new_draft(Modality.TENS)
    assert any("Pain after" in point for point in draft.open_points())
    assert not any("Pain after" in point for point in draft.open_points((), Part.BEFORE))
    yes = ScreeningRecord(answers={"tens.more/patch": Answer.YES})
    draft = replace(filled(), screening=yes)
    assert any("say why" in point for point in draft.open_points(screening_lists("tens")))


def test_what_cannot_be_is_never_kept(session: Session):
    draft = filled().with_value("phase_us", 99_999.0)
    record = treatment_of(draft, session, Course.typed(AT, 60, 1200), uuid7())
    assert "phase_us" not in record.values


def test_as_last_time_fills_everything_but_what_is_seen_on_the_day(store: Store, session: Session):
    last = stored(store, session)
    draft = as_last_time(last)
    assert draft.plain["amplitude_ma"] == 20.0
    assert draft.plain["site"] == "hamstring"
    assert draft.plain["session_n"] == 4
    assert draft.placement == POINTS
    assert all(value.is_default for value in draft.values.values())
    of_the_day = {"pain_before", "skin_before", "consent", "pain_after", "actual_min"}
    assert not of_the_day & set(draft.values)
    assert draft.screening.answers == {"electrical.general/implant": Answer.NO}
    assert draft.screening.asked_on == last.started_at.date()
    assert differences(draft, last) == []


def test_the_day_of_the_answers_is_the_clinics_own(store: Store, session: Session):
    # 22:30 UTC on 1 March is 8:30 on 2 March in Brisbane, ten hours ahead.
    last = replace(
        stored(store, session), started_at=datetime(2026, 3, 1, 22, 30, tzinfo=UTC),
        utc_offset_min=600,
    )  # fmt: skip
    assert as_last_time(last).screening.asked_on == date(2026, 3, 2)


def test_differences_are_told_in_words(store: Store, session: Session):
    last = stored(store, session)
    draft = as_last_time(last).with_value("amplitude_ma", 24.0).with_value("side", "right")
    draft = replace(draft.with_value("mode", "low-rate"), placement=Placement())
    assert [each.words for each in differences(draft, last)] == [
        "Side Left → Right",
        "Mode Conventional → Acupuncture-like",
        "Pulse rate 100 Hz → 4 Hz",
        "Amplitude (peak) 20 mA → 24 mA",
        "Placement 1 points → nothing",
    ]


def test_a_preset_fills_a_draft():
    draft = preset_draft(presets()["tens.low-rate"])
    assert (draft.plain["pulse_rate_hz"], draft.plain["waveform"]) == (4, "symmetric")
    assert "burst_hz" not in draft.values


def test_the_course_gives_time_changes_and_dose(session: Session):
    change = SettingChange(300.0, 1, "amplitude_ma", 20.0, 10.0, "mA", "clinician")
    course = Course(
        AT, 60, 700.0, (change,), (Stretch(100.0, 200.0),),
        (TreatmentMark(310.0, MarkKind.PAIN, pain=2),), is_timed=True,
    )  # fmt: skip
    record = treatment_of(filled(), session, course, uuid7())
    assert record.actual_s == pytest.approx(600.0)
    assert record.ended_at == AT + timedelta(seconds=700)
    # 20 mA for 200 s, then 10 mA for 400 s: 0.2 µC of each mA, a hundred times a second
    charge_c = 0.2e-6 * 100 * (20 * 200 + 10 * 400)
    assert record.dose["ch1_total_charge_c"].value == pytest.approx(charge_c)
    assert record.values["actual_min"].origin is Origin.DERIVED
    assert record.marks[0].pain == 2


def test_an_old_record_has_its_values_from_its_settings(store: Store, session: Session):
    old = samples.treatment(session)
    assert dict(old.values) == {}
    values = values_of(old)
    assert (values["amplitude_ma"].value, values["amplitude_ma"].unit) == (18.5, "mA")
    assert values["amplitude_ma"].origin is Origin.READ
    assert values["planned_min"].value == 20.0
    assert values["unit_serial"].value == "T-1"
    draft = as_last_time(old)
    assert draft.plain["amplitude_ma"] == 18.5
    assert draft.plain["pulse_rate_hz"] == 100.0


def test_typed_settings_and_values_are_the_same_thing():
    pulsed = UltrasoundSettings(1, 1.0, 0.5, True, 0.2, 100.0, 5.0, 4.0)
    values = {
        "frequency_mhz": 1.0, "intensity_w_cm2": 0.5, "intensity_is": "sata", "output": "pulsed",
        "duty_percent": 20.0, "pulse_repetition_hz": 100.0, "era_cm2": 5.0,
        "beam_nonuniformity_ratio": 4.0,
    }  # fmt: skip
    assert settings_of(Modality.ULTRASOUND, values) == (pulsed,)
    burst = {"mode": "burst", "waveform": "symmetric", "amplitude_ma": 30.0, "amplitude_ma@2": 25.0,
             "burst_hz": 2.0, "pulses_per_burst": 9, "internal_rate_hz": 100.0}  # fmt: skip
    one, two = settings_of(Modality.TENS, burst)
    assert isinstance(one, StimulationSettings)
    assert isinstance(two, StimulationSettings)
    assert (one.pulse_rate_hz, one.pulses_per_burst, one.mode) == (100.0, 9, StimulationMode.BURST)
    assert (one.amplitude_ma, two.amplitude_ma, two.channel) == (30.0, 25.0, 2)
    assert settings_of(Modality.COLD, {}) == ()


def test_contact_that_was_lost_delivers_nothing():
    course = Course(AT, 0, 100.0, without_contact=(Stretch(20.0, 30.0), Stretch(25.0, 40.0)),
                    pauses=(Stretch(90.0),), unheard=(Stretch(50.0, 60.0),))  # fmt: skip
    assert course.delivering == [(0.0, 20.0), (40.0, 50.0), (60.0, 90.0)]
    assert course.on_s == 90.0


def test_as_last_time_is_what_was_reached_and_not_where_it_was_begun(session: Session):
    turns = tuple(
        SettingChange(at_s, 1, "amplitude_ma", old, new, "mA", "clinician")
        for at_s, old, new in ((10.0, 20.0, 24.0), (600.0, 24.0, 26.0), (1199.0, 26.0, 0.0))
    )
    course = Course(AT, 60, 1200.0, turns, is_timed=True)
    last = treatment_of(filled(), session, course, uuid7())
    draft = as_last_time(last)
    assert draft.plain["amplitude_ma"] == 26.0
    assert differences(draft, last) == []


def test_a_unit_that_reports_the_unusual_is_flagged_at_the_beginning_and_after_each_change(
    session: Session,
):
    odd = StimulationSettings(1, None, StimulationMode.CONVENTIONAL, 20.0, pulse_rate_hz=180.0)
    change = SettingChange(5.0, 1, "phase_us", 200.0, 400.0, "µs", "unit")
    record = replace(samples.treatment(session), settings=(odd,), changes=(change,))
    rate, phase = unusual_reports(record)
    assert "Pulse rate: the unit reported 180 Hz" in rate
    assert "Phase duration: the unit reported 400 µs" in phase


def test_the_load_of_a_unit_is_the_highest_over_its_changes(session: Session):
    reported = StimulationSettings(
        1, Waveform.SYMMETRIC, StimulationMode.CONVENTIONAL, 0.0, pulse_rate_hz=100.0,
        phase_us=200.0, electrode_cm2=25.0,
    )  # fmt: skip
    turns = tuple(
        SettingChange(at_s, 1, "amplitude_ma", None, new, "mA", "panel")
        for at_s, new in ((5.0, 50.0), (20.0, 10.0))
    )
    ended = samples.BEGIN + timedelta(seconds=60)
    record = replace(
        samples.treatment(session), settings=(reported,), changes=turns, ended_at=ended
    )
    load = moment_dose(record)
    # 50 mA, 200 µs, 100 Hz over 25 cm²: 10 µC, 10 mA rms, 0.4 mA/cm²
    assert load["ch1_charge_per_phase_uc"].value == pytest.approx(10.0)
    assert load["ch1_rms_ma"].value == pytest.approx(10.0)
    assert load["ch1_density_ma_cm2"].value == pytest.approx(0.4)
    assert "ch1_pulses" not in load


def test_a_draft_belongs_to_the_open_injury_and_to_its_stage_on_that_day(
    store: Store, session: Session
):
    last = replace(stored(store, session), episode_id=uuid7())
    on = date(2026, 11, 20)
    injury = Episode(
        id=uuid7(),
        at=AT,
        person_id=session.person_id,
        injured_on=date(2026, 11, 1),
        stages=(
            StageChange(Stage.ACUTE, date(2026, 11, 1)),
            StageChange(Stage.FUNCTIONAL, date(2026, 11, 19)),
            StageChange(Stage.PREVENTION, date(2026, 12, 1)),
        ),
    )
    draft = of_episode(as_last_time(last), injury, on)
    assert draft.episode_id == injury.id
    assert (draft.plain["stage"], draft.plain["days_since_injury"]) == ("functional", 19)
    assert draft.values["stage"].origin is Origin.DERIVED
    healthy = of_episode(as_last_time(last), None, on)
    assert healthy.episode_id is None
    assert "stage" not in healthy.values

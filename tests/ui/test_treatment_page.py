from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollArea

from app.main_window import MainWindow
from app.navigation import KeepTreatment, PageId, Route
from app.pages.care_column import CareColumn
from app.pages.treatment import TreatmentPage
from app.status import TreatmentState
from app.widgets.controls import Button, HowButton
from data.analysis.types import Side
from data.clinical.screening import Answer
from data.records import Stage, Treatment
from data.treatment_journal import open_treatments
from data.treatment_record import MarkKind
from devices.modality import Modality, Origin, UltrasoundSettings
from tests.ui.clinic import Clinic
from tests.ui.gallery import OFF, TENS
from tests.ui.reading import press, says, stored, write
from tests.ui.stage import open_window, run_events, settle

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def page(window: MainWindow, clinic: Clinic) -> TreatmentPage:
    return open_page(window, clinic)


def open_page(window: MainWindow, clinic: Clinic) -> TreatmentPage:
    window.go(Route(PageId.VISIT, clinic.visit))
    settle(window)
    press(window, Qt.Key.Key_E)
    shown = window.page
    assert isinstance(shown, TreatmentPage)
    return shown


def begin(window: MainWindow, page: TreatmentPage, words: str) -> None:
    page.start.search.setFocus()
    write(window, words)
    press(window, Qt.Key.Key_Return)


def set_values(window: MainWindow, page: TreatmentPage, **values: object) -> None:
    for key, value in values.items():
        page.form.edited.emit(key, value)
    settle(window)


def ultrasound(window: MainWindow, page: TreatmentPage) -> None:
    """The reference's case T1: 1.0 W/cm² SATP, 1:4, ERA 5 cm², 300 s, 10 cm²."""
    begin(window, page, "Therapeutic ultrasound")
    set_values(window, page, output="pulsed", duty_percent=20.0, intensity_w_cm2=1.0)
    set_values(window, page, era_cm2=5.0, planned_min=5.0, area_cm2=10.0, intensity_is="satp")


def answer_all(window: MainWindow, page: TreatmentPage) -> int:
    """Take the first answer of every question; how many keys that took."""
    keys = 0
    page.questions.take_focus()
    while (question := page.questions.question) is not None:
        if question.options:
            key = question.options[0][0]
            press(window, Qt.Key(ord(key)))
            keys += 1
        else:
            text = "5" if question.is_number else "x"
            write(window, text)
            press(window, Qt.Key.Key_Return)
            keys += 2
        assert keys < 100
    return keys


def screen(window: MainWindow) -> int:
    """Look at the list, and say no to everything in it; how many keys that took."""
    press(window, Qt.Key.Key_S)
    press(window, Qt.Key.Key_S)
    return 2


def new_visit(window: MainWindow, clinic: Clinic) -> UUID:
    now = window.desk.now()
    return stored(window, lambda s: s.sessions.open(clinic.newcomer, now, 60)).id


def of_visit(window: MainWindow, clinic: Clinic) -> list[Treatment]:
    return stored(window, lambda s: s.treatments.of_session(clinic.visit))


def test_the_dose_follows_what_is_typed(window: MainWindow, page: TreatmentPage) -> None:
    ultrasound(window, page)
    # T1: SATA 0.20 W/cm², 1.0 W, 300 J, 30 J/cm² over the area, 60 J/cm² under the head.
    for text in (
        "0.20\u00a0W/cm²",
        "1.00\u00a0W",
        "300\u00a0J",
        "30.0\u00a0J/cm²",
        "60.0\u00a0J/cm²",
    ):
        assert says(page, text), text
    set_values(window, page, intensity_is="sata")
    # The same number read as SATA is five times the energy at 20 %.
    assert says(page, "1500\u00a0J")
    methods = [how.method for how in page.aside.dose.findChildren(HowButton)]
    assert any(method.startswith("us.energy.v1") for method in methods)
    assert all(methods)


def test_what_cannot_be_computed_says_why(window: MainWindow, page: TreatmentPage) -> None:
    begin(window, page, "TENS, conventional")
    set_values(window, page, amplitude_ma=20.0, electrode_cm2=None)
    assert "electrode" in page.aside.dose.refusals.lower()


def test_a_repeat_of_tens_takes_at_most_twelve_keys_and_no_mouse(
    window: MainWindow, clinic: Clinic
) -> None:
    page = open_page(window, clinic)
    begin(window, page, "TENS, conventional")
    set_values(window, page, amplitude_ma=20.0, site="hamstring", side="right")
    answer_all(window, page)
    screen(window)
    press(window, Qt.Key.Key_Return, CTRL)
    (first,) = [t for t in of_visit(window, clinic) if t.modality is Modality.TENS]

    keys = 1  # E
    page = open_page(window, clinic)
    press(window, Qt.Key.Key_Return)  # as last time: the first of the list
    keys += 1
    keys += answer_all(window, page)
    press(window, Qt.Key.Key_Return, CTRL)
    keys += 2  # Ctrl and Enter
    assert keys <= 12
    (second,) = [
        treatment
        for treatment in of_visit(window, clinic)
        if treatment.modality is Modality.TENS and treatment.id != first.id
    ]
    assert second.settings == first.settings
    assert second.values["skin_before"].value == "intact"
    assert second.screening.answers == first.screening.answers
    assert window.route == Route(PageId.VISIT, clinic.visit)


def test_a_first_ultrasound_with_screening_is_answered_from_the_keyboard(
    window: MainWindow, clinic: Clinic
) -> None:
    session = new_visit(window, clinic)
    window.go(Route(PageId.TREATMENT, session))
    settle(window)
    page = window.page
    assert isinstance(page, TreatmentPage)
    words = "Therapeutic u"
    write(window, words)
    press(window, Qt.Key.Key_Return)
    keys = len(words) + 1
    asked_as_number = {"duty_percent": "20", "intensity_w_cm2": "1", "era_cm2": "5"}
    while (question := page.questions.question) is not None:
        if question.options:
            press(window, Qt.Key(ord(question.options[0][0])))
            keys += 1
        else:
            text = asked_as_number.get(question.key, "10" if question.is_number else "hamstring")
            write(window, text)
            press(window, Qt.Key.Key_Return)
            keys += len(text) + 1
        assert keys < 200
    assert says(page.questions, "All but the screening is answered")
    keys += screen(window)
    assert says(page.questions, "Everything is answered")
    press(window, Qt.Key.Key_Return, CTRL)
    keys += 2
    # At 40 words a minute of 5 letters, 90 seconds are 300 keys: two thirds are left for looking.
    assert keys <= 100
    (kept,) = stored(window, lambda s: s.treatments.of_session(session))
    assert kept.modality is Modality.ULTRASOUND
    assert set(kept.screening.answers.values()) == {Answer.NO}
    assert kept.source is Origin.ENTERED
    assert kept.site == "hamstring"


def test_what_is_not_answered_is_said_once_and_may_stay_open(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, page)
    before = len(of_visit(window, clinic))
    press(window, Qt.Key.Key_Return, CTRL)
    assert "Not answered: " in window.foot.text
    assert len(of_visit(window, clinic)) == before
    press(window, Qt.Key.Key_Return, CTRL)
    saved = of_visit(window, clinic)[-1]
    assert saved.dose["energy_j"].value == pytest.approx(300.0)
    settings = saved.settings[0]
    assert isinstance(settings, UltrasoundSettings)
    assert (settings.duty, settings.intensity_w_cm2, settings.intensity_is_sata) == (
        0.2,
        1.0,
        False,
    )
    assert saved.actual_s == 300.0


def test_an_unusual_value_is_asked_about_and_an_impossible_one_refused(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    begin(window, page, "TENS, conventional")
    set_values(window, page, amplitude_ma=120.0)
    assert says(page, "Is it meant?")
    press(window, Qt.Key.Key_Return, CTRL)
    assert "outside 0 to 100 mA" in window.foot.text
    assert not any(t.modality is Modality.TENS for t in of_visit(window, clinic))
    page.form.meant.emit("amplitude_ma")
    settle(window)
    assert not says(page, "Is it meant?")
    field = page.form.fields["amplitude_ma"].field
    field.control.setFocus()
    field.control.selectAll()  # type: ignore[attr-defined]
    write(window, "250")
    assert says(page, "Between 0 and 200 mA")
    press(window, Qt.Key.Key_Return, CTRL)
    assert "Amplitude (peak): between 0 and 200 mA" in window.foot.text
    assert QApplication.focusWidget() is field.control
    assert not any(t.modality is Modality.TENS for t in of_visit(window, clinic))


def test_a_yes_in_the_screening_needs_a_reason(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, page)
    answer_all(window, page)
    page.screening.open.click()
    item, (answer, reason) = next(iter(page.screening.rows.items()))
    answer.button(Answer.YES).click()
    settle(window)
    before = len(of_visit(window, clinic))
    press(window, Qt.Key.Key_Return, CTRL)
    assert "say why the treatment goes on" in window.foot.text
    assert len(of_visit(window, clinic)) == before
    reason.edit.setFocus()
    write(window, "physician agrees")
    press(window, Qt.Key.Key_Return, CTRL)
    kept = of_visit(window, clinic)[-1]
    assert kept.screening.answers[item] is Answer.YES
    assert kept.screening.reasons[item] == "physician agrees"


def test_as_last_time_marks_what_is_changed(window: MainWindow, page: TreatmentPage) -> None:
    press(window, Qt.Key.Key_Return)
    assert page.form.fields["site"].value == "hamstring, proximal"
    assert page.form.fields["intensity_w_cm2"].value == 1.0
    assert not says(page, "was 1 W/cm²")
    set_values(window, page, intensity_w_cm2=0.8)
    assert says(page, "was 1 W/cm²")
    assert says(page.head, "1 W/cm² → 0.8 W/cm²")
    set_values(window, page, intensity_w_cm2=1.0)
    assert not says(page, "was 1 W/cm²")


def test_leaving_with_escape_loses_nothing(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, page)
    set_values(window, page, site="hamstring")
    press(window, Qt.Key.Key_Escape)
    assert window.route == Route(PageId.VISIT, clinic.visit)
    window.go(Route(PageId.TREATMENT, clinic.visit))
    settle(window)
    assert page.form.fields["site"].value == "hamstring"
    assert page.form.fields["area_cm2"].value == 10.0


def test_the_timer_keeps_each_change_at_its_time_and_the_record_has_them(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, page)
    press(window, Qt.Key.Key_Space, CTRL)
    timer = window.desk.running.timer
    assert timer is not None
    run_events(0.3)
    page.form.settled.emit("intensity_w_cm2", 0.5)
    press(window, Qt.Key.Key_Space, CTRL)
    assert timer.is_paused
    assert says(page, "Paused")
    run_events(0.2)
    press(window, Qt.Key.Key_Space, CTRL)
    page.timer.end.click()
    settle(window)
    answer_all(window, page)
    press(window, Qt.Key.Key_Return, CTRL)
    kept = of_visit(window, clinic)[-1]
    (change,) = kept.changes
    assert (change.parameter, change.old, change.new) == ("intensity_w_cm2", 1.0, 0.5)
    assert 0.25 < change.at_s < 5.0
    (pause,) = kept.pauses
    assert pause.end_s is not None
    assert pause.end_s - pause.start_s > 0.15
    assert kept.actual_s is not None
    assert kept.actual_s < timer.elapsed_s - 0.15
    assert window.desk.running.timer is None
    assert open_treatments(clinic.path.parent / "captures") == []


def test_a_check_is_asked_for_and_kept(window: MainWindow, page: TreatmentPage) -> None:
    passed = [0.0]
    window.desk.running.clock = lambda: passed[0]
    ultrasound(window, page)
    press(window, Qt.Key.Key_Space, CTRL)
    timer = window.desk.running.timer
    assert timer is not None
    passed[0] = 61.0
    run_events(0.3)
    assert says(page, "Look at the skin and ask how it feels")
    page.setFocus()
    press(window, Qt.Key.Key_K)
    (mark,) = timer.course.marks
    assert mark.kind is MarkKind.CHECK
    assert mark.at_s == 61.0
    assert not says(page, "Look at the skin")


def test_what_was_running_when_the_window_closed_is_offered_at_the_next_start(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, page)
    press(window, Qt.Key.Key_Space, CTRL)
    run_events(0.2)
    window.desk.running.close()
    (left,) = open_treatments(clinic.path.parent / "captures")
    assert left.draft.values["intensity_w_cm2"].value == 1.0
    window.go(Route(PageId.TODAY))
    settle(window)
    assert says(window.page, "A treatment was running")
    assert says(window.page, "Alex Morgan")
    care = window.page.findChild(CareColumn)
    assert care is not None
    next(b for b in care.findChildren(Button) if b.text() == "Go on with it").click()
    settle(window)
    shown = window.page
    assert isinstance(shown, TreatmentPage)
    timer = window.desk.running.timer
    assert timer is not None
    assert timer.started.id == left.started.id
    assert shown.form.fields["intensity_w_cm2"].value == 1.0


def unit(window: MainWindow, clinic: Clinic, page: TreatmentPage) -> None:
    window.desk.set_treatment(TENS)
    run_events(0.02)
    begin(window, page, "From OTT")


def test_what_is_chosen_stays_chosen_when_a_unit_comes(
    window: MainWindow, page: TreatmentPage
) -> None:
    before = page.start.list.current_key
    window.desk.set_treatment(TENS)
    run_events(0.02)
    assert says(page, "From OTT-3F2A")
    assert page.start.list.current_key == before


def test_a_connected_unit_fills_the_page_by_itself(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    unit(window, clinic, page)
    for text in (
        "TENS, recorded from OTT-3F2A",
        "12:34",
        "of 20:00",
        "Running",
        "25.0 mA",
        "75 400",
        "amplitude 22 → 25 mA, by panel",
        "It cannot start, change or stop the unit",
        "VIRTUAL",
    ):
        assert says(page, text), text


def test_lost_contact_is_said_with_what_to_do(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    unit(window, clinic, page)
    window.desk.set_treatment(replace(TENS, state=TreatmentState.PAUSED, contact=False, notice=OFF))
    run_events(0.02)
    assert says(page, "Paused on the unit")
    assert says(page, "Contact lost")
    assert OFF.todo in window.foot.text


def test_running_numbers_change_in_place(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    unit(window, clinic, page)
    before = [how for how in page.unit.findChildren(HowButton) if how.isVisible()]
    doses = tuple(replace(dose, value="80 000") for dose in TENS.doses)
    window.desk.set_treatment(replace(TENS, elapsed_s=800.0, doses=doses))
    run_events(0.02)
    assert says(page, "13:20")
    assert [how for how in page.unit.findChildren(HowButton) if how.isVisible()] == before


def test_what_the_unit_told_is_kept_with_what_was_answered_beside_it(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    wishes: list[KeepTreatment] = []
    window.desk.keep_treatment.connect(wishes.append)
    unit(window, clinic, page)
    set_values(window, page, site="posterior thigh", side="right")
    answer_all(window, page)
    press(window, Qt.Key.Key_Return, CTRL)
    (wish,) = wishes
    assert wish.session.id == clinic.visit
    assert wish.draft.values["site"].value == "posterior thigh"
    assert wish.draft.values["side"].value == Side.RIGHT
    assert wish.draft.values["skin_after"].value == "intact"


def test_an_athlete_without_treatments_is_offered_presets(
    window: MainWindow, clinic: Clinic
) -> None:
    window.go(Route(PageId.TREATMENT, new_visit(window, clinic)))
    settle(window)
    assert isinstance(window.page, TreatmentPage)
    assert says(window.page, "TENS, conventional")
    assert not says(window.page, "As last time")
    assert QApplication.focusWidget() is window.page.start.search


def test_a_timer_of_one_athlete_never_takes_what_is_typed_for_another(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, page)
    press(window, Qt.Key.Key_Space, CTRL)
    timer = window.desk.running.timer
    assert timer is not None
    other = new_visit(window, clinic)
    window.go(Route(PageId.TREATMENT, other))
    settle(window)
    begin(window, page, "TENS, conventional")
    set_values(window, page, amplitude_ma=20.0, site="calf", side="left")
    assert timer.draft.modality is Modality.ULTRASOUND
    assert not says(page, "Pause")
    press(window, Qt.Key.Key_Space, CTRL)
    assert "Therapeutic ultrasound, Alex Morgan is not over" in window.foot.text
    assert not timer.is_paused
    answer_all(window, page)
    screen(window)
    press(window, Qt.Key.Key_Return, CTRL)
    (kept,) = stored(window, lambda s: s.treatments.of_session(other))
    assert (kept.modality, kept.site, kept.person_id) == (Modality.TENS, "calf", clinic.newcomer)
    assert window.desk.running.timer is timer
    assert not timer.is_ended
    window.go(Route(PageId.TREATMENT, clinic.visit))
    settle(window)
    assert page.form.fields["area_cm2"].value == 10.0
    assert says(page, "Pause")


def test_a_check_that_falls_due_is_told_on_every_page(
    window: MainWindow, page: TreatmentPage
) -> None:
    passed = [0.0]
    window.desk.running.clock = lambda: passed[0]
    ultrasound(window, page)
    press(window, Qt.Key.Key_Space, CTRL)
    window.go(Route(PageId.TODAY))
    settle(window)
    passed[0] = 61.0
    run_events(1.2)
    assert "Therapeutic ultrasound, Alex Morgan: look at the skin" in window.foot.text
    passed[0] = 301.0
    run_events(1.2)
    assert "the planned time is over" in window.foot.text


def test_a_check_is_told_on_the_treatment_of_another_athlete_too(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    passed = [0.0]
    window.desk.running.clock = lambda: passed[0]
    ultrasound(window, page)
    press(window, Qt.Key.Key_Space, CTRL)
    window.go(Route(PageId.TREATMENT, new_visit(window, clinic)))
    settle(window)
    passed[0] = 61.0
    run_events(1.2)
    assert "Therapeutic ultrasound, Alex Morgan: look at the skin" in window.foot.text


def test_no_minutes_at_all_are_no_dose(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, page)
    set_values(window, page, actual_min=0.0)
    answer_all(window, page)
    press(window, Qt.Key.Key_Return, CTRL)
    kept = of_visit(window, clinic)[-1]
    assert (kept.actual_s, kept.dose["energy_j"].value) == (0.0, 0.0)


def test_one_answer_of_today_does_not_date_the_others_today(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, page)
    answer_all(window, page)
    screen(window)
    press(window, Qt.Key.Key_Return, CTRL)
    page = open_page(window, clinic)
    press(window, Qt.Key.Key_Return)  # as last time
    today = window.desk.today
    assert page.screening.record.asked_on == today
    page.screening.open.click()
    item, (answer, reason) = next(iter(page.screening.rows.items()))
    answer.button(Answer.YES).click()
    reason.edit.setFocus()
    write(window, "far away")
    record = page.screening.record
    assert (record.asked_on, record.asked_again) == (today, (item,))
    assert says(page.screening, "1 of them today")
    page.screening.step.click()
    assert page.screening.record.asked_on is None
    assert page.screening.record.asked_again == ()


def test_a_setting_turned_out_of_the_usual_is_asked_about_each_time(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    begin(window, page, "TENS, conventional")
    set_values(window, page, amplitude_ma=20.0, site="hamstring", side="right")
    press(window, Qt.Key.Key_Space, CTRL)
    for value in (120.0, 130.0):
        page.form.settled.emit("amplitude_ma", value)
        settle(window)
        assert says(page, "Is it meant?"), value
        press(window, Qt.Key.Key_Return, CTRL)
        assert "outside 0 to 100 mA" in window.foot.text
        assert window.page is page
        page.form.meant.emit("amplitude_ma")
        settle(window)
        assert not says(page, "Is it meant?")


def first_tens(window: MainWindow, clinic: Clinic) -> Treatment:
    """A treatment whose answers may hold on another day too."""
    page = open_page(window, clinic)
    begin(window, page, "TENS, conventional")
    set_values(window, page, amplitude_ma=20.0, site="hamstring", side="right")
    chosen = {"tissue_stage": "2", "sensation_test": "2", "sensation": "3"}
    while (question := page.questions.question) is not None:
        press(window, Qt.Key(ord(chosen.get(question.key, question.options[0][0]))))
    screen(window)
    press(window, Qt.Key.Key_Return, CTRL)
    return tens_of(window, clinic)[-1]


def tens_of(window: MainWindow, clinic: Clinic) -> list[Treatment]:
    given = [t for t in of_visit(window, clinic) if t.modality is Modality.TENS]
    return sorted(given, key=lambda treatment: treatment.id)


def test_screening_is_answered_only_when_it_is_in_sight(
    window: MainWindow, page: TreatmentPage
) -> None:
    begin(window, page, "TENS, conventional")
    page.questions.setFocus()
    press(window, Qt.Key.Key_S)
    assert says(page.screening, "Pacemaker")
    assert not page.screening.record.answers
    press(window, Qt.Key.Key_Right)  # from no to yes of the first item
    press(window, Qt.Key.Key_Space)
    write(window, "cardiologist agrees")
    page.screening.setFocus()
    page.screening.step.setFocus()
    press(window, Qt.Key.Key_S)
    answers = page.screening.record.answers
    assert list(answers.values()).count(Answer.NO) == len(answers) - 1
    (item,) = [each for each, said in answers.items() if said is Answer.YES]
    assert page.screening.record.reasons[item] == "cardiologist agrees"


def test_as_last_time_with_two_changes_takes_at_most_twelve_keys(
    window: MainWindow, clinic: Clinic
) -> None:
    first = first_tens(window, clinic)
    page = open_page(window, clinic)
    keys = 1  # E
    pressed = [
        Qt.Key.Key_Return,  # as last time: the first of the list
        Qt.Key.Key_PageUp,  # 20 mA, ten more
        Qt.Key.Key_Left,  # the last setting: the time
        Qt.Key.Key_Up,  # 20 min, one more
        Qt.Key.Key_Y,  # consent, hazards, skin, sensation: as they were read out
        Qt.Key.Key_4,  # pain before
        Qt.Key.Key_Y,  # sensation, skin after, nothing adverse
        Qt.Key.Key_2,  # pain after
    ]
    for key in pressed:
        press(window, key)
    assert page.questions.question is None
    press(window, Qt.Key.Key_Return, CTRL)
    keys += len(pressed) + 2
    assert keys <= 12
    second = tens_of(window, clinic)[-1]
    assert second.id != first.id
    said = {key: value.value for key, value in second.values.items()}
    assert (said["amplitude_ma"], said["planned_min"]) == (30.0, 21.0)
    assert (said["pain_before"], said["pain_after"]) == (4.0, 2.0)
    assert (said["consent"], said["consent_warning"]) == ("verbal", True)
    assert (said["skin_before"], said["skin_after"]) == ("intact", "intact")
    assert said["sensation_test"] == "sharp and blunt"


def test_answers_of_last_time_are_read_out_before_they_are_given_again(
    window: MainWindow, clinic: Clinic
) -> None:
    first_tens(window, clinic)
    page = open_page(window, clinic)
    press(window, Qt.Key.Key_Return)
    assert says(page.questions, "Skin before: intact")
    assert says(page.questions, "Sensation test: sharp and blunt told apart")
    assert page.form.fields["consent"].value is None
    press(window, Qt.Key.Key_N)
    question = page.questions.question
    assert question is not None
    assert question.key == "tissue_stage"
    press(window, Qt.Key.Key_1)
    assert page.form.fields["tissue_stage"].value == "acute"


def test_what_went_wrong_last_time_is_not_offered_again(window: MainWindow, clinic: Clinic) -> None:
    page = open_page(window, clinic)
    begin(window, page, "TENS, conventional")
    set_values(window, page, amplitude_ma=20.0, site="hamstring", side="right")
    set_values(window, page, adverse_event="burn", skin_after="red", skin_before="red")
    answer_all(window, page)
    screen(window)
    press(window, Qt.Key.Key_Return, CTRL)
    page = open_page(window, clinic)
    press(window, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_2)  # stage of the tissue: acute last time, subacute now
    assert says(page.questions, "As last time?")
    for words in ("burn", "red", "Skin"):
        assert not says(page.questions, words), words


def test_an_arrow_key_turns_the_setting_in_hand_up_to_what_is_possible(
    window: MainWindow, page: TreatmentPage
) -> None:
    ultrasound(window, page)
    page.questions.take_focus()
    press(window, Qt.Key.Key_PageDown)
    assert page.form.fields["intensity_w_cm2"].value == 0.0
    press(window, Qt.Key.Key_Down)
    assert says(page.questions, "Only 0 to 3 W/cm² is possible")
    for _ in range(3):
        press(window, Qt.Key.Key_PageUp)
    assert page.form.fields["intensity_w_cm2"].value == 3.0
    assert says(page, "Is it meant?")


def test_a_turn_by_key_while_the_timer_runs_has_its_time(
    window: MainWindow, page: TreatmentPage
) -> None:
    passed = [0.0]
    window.desk.running.clock = lambda: passed[0]
    ultrasound(window, page)
    page.questions.take_focus()
    press(window, Qt.Key.Key_Space, CTRL)
    passed[0] = 12.0
    press(window, Qt.Key.Key_Down)
    timer = window.desk.running.timer
    assert timer is not None
    (change,) = timer.course.changes
    assert (change.at_s, change.old, change.new) == (12.0, 1.0, 0.9)


def test_enter_types_the_setting_in_hand_and_comes_back(
    window: MainWindow, page: TreatmentPage
) -> None:
    ultrasound(window, page)
    page.questions.take_focus()
    press(window, Qt.Key.Key_Return)
    write(window, "0.7")
    press(window, Qt.Key.Key_Return)
    assert page.form.fields["intensity_w_cm2"].value == 0.7
    assert QApplication.focusWidget() is page.questions


def test_a_head_that_stands_still_and_the_tables_suggestion_are_told(
    window: MainWindow, page: TreatmentPage
) -> None:
    ultrasound(window, page)
    # electrotherapy 3.2: 0.3 W/cm² at 1 cm with 3 MHz needs 0.40 at the skin; 2 heads, 1:4: 10 min
    set_values(window, page, technique="static", depth_cm=1.0, frequency_mhz=3.0)
    set_values(window, page, tissue_stage="acute")
    assert says(page.aside.dose, "The head stands still")
    assert says(page.aside.dose, "to 0.4 W/cm² at the skin")
    assert says(page.aside.dose, "10 min for this area")
    assert says(page.aside.dose, "not read in the original")


def test_a_second_channel_is_asked_for_by_its_number(
    window: MainWindow, page: TreatmentPage
) -> None:
    begin(window, page, "TENS, conventional")
    set_values(window, page, amplitude_ma=20.0, channels=2.0)
    question = page.questions.question
    assert question is not None
    assert (question.key, question.text) == ("amplitude_ma@2", "Amplitude (peak), channel 2")
    assert says(page.questions, "20 mA")  # the first channel's is in hand
    page.questions.take_focus()
    write(window, "15")
    press(window, Qt.Key.Key_Return)
    assert page.form.fields["amplitude_ma@2"].value == 15.0
    press(window, Qt.Key.Key_Right)
    press(window, Qt.Key.Key_Up)
    assert page.form.fields["amplitude_ma@2"].value == 16.0
    assert page.form.fields["amplitude_ma"].value == 20.0


def test_a_unit_past_its_day_is_told_and_stops_nothing(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, page)
    page.form.go_to("calibration_due")
    set_values(window, page, calibration_due=window.desk.today.isoformat())
    assert not says(page.form, "This day is over")
    set_values(window, page, calibration_due="2026-01-31")
    assert says(page.form, "This day is over")
    before = len(of_visit(window, clinic))
    press(window, Qt.Key.Key_Return, CTRL)
    press(window, Qt.Key.Key_Return, CTRL)
    assert len(of_visit(window, clinic)) == before + 1


def test_a_treatment_belongs_to_the_stage_of_the_injury_on_its_day(
    window: MainWindow, page: TreatmentPage, clinic: Clinic
) -> None:
    begin(window, page, "TENS, conventional")
    # the clinic's athlete: injured 37 days ago, functional since 6 Nov 2026
    assert page.form.fields["stage"].value == "functional"
    assert page.form.fields["days_since_injury"].value == 37.0
    set_values(window, page, amplitude_ma=20.0, site="hamstring", side="right")
    answer_all(window, page)
    screen(window)
    press(window, Qt.Key.Key_Return, CTRL)
    (kept,) = tens_of(window, clinic)
    assert kept.stage is Stage.FUNCTIONAL
    assert kept.episode_id is not None
    assert kept.values["days_since_injury"].origin is Origin.DERIVED


def test_with_large_text_nothing_leaves_the_window_and_a_running_clock_is_on_top(
    qapp: QApplication, clinic: Clinic
) -> None:
    with open_window(clinic.path, text_scale=2.0) as window:
        page = open_page(window, clinic)
        ultrasound(window, page)
        area = page.findChild(QScrollArea)
        assert area is not None
        assert area.horizontalScrollBar().maximum() == 0
        press(window, Qt.Key.Key_Space, CTRL)
        assert page.timer.y() < page.questions.y()

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.treatment import TreatmentPage
from data.clinical.screening import Answer
from data.records import Treatment
from devices.modality import Modality, Origin
from tests.ui.clinic import Clinic
from tests.ui.reading import press, says, stored, write
from tests.ui.stage import settle
from tests.ui.treating import (
    CTRL,
    answer_all,
    begin,
    new_visit,
    of_visit,
    open_page,
    screen,
    set_values,
    tens_of,
    ultrasound,
)


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
    window: MainWindow, treatment: TreatmentPage
) -> None:
    ultrasound(window, treatment)
    treatment.questions.take_focus()
    press(window, Qt.Key.Key_PageDown)
    assert treatment.form.fields["intensity_w_cm2"].value == 0.0
    press(window, Qt.Key.Key_Down)
    assert says(treatment.questions, "Only 0 to 3 W/cm² is possible")
    for _ in range(3):
        press(window, Qt.Key.Key_PageUp)
    assert treatment.form.fields["intensity_w_cm2"].value == 3.0
    assert says(treatment, "Is it meant?")


def test_enter_types_the_setting_in_hand_and_comes_back(
    window: MainWindow, treatment: TreatmentPage
) -> None:
    ultrasound(window, treatment)
    treatment.questions.take_focus()
    press(window, Qt.Key.Key_Return)
    write(window, "0.7")
    press(window, Qt.Key.Key_Return)
    assert treatment.form.fields["intensity_w_cm2"].value == 0.7
    assert QApplication.focusWidget() is treatment.questions


def test_a_second_channel_is_asked_for_by_its_number(
    window: MainWindow, treatment: TreatmentPage
) -> None:
    begin(window, treatment, "TENS, conventional")
    set_values(window, treatment, amplitude_ma=20.0, channels=2.0)
    question = treatment.questions.question
    assert question is not None
    assert (question.key, question.text) == ("amplitude_ma@2", "Amplitude (peak), channel 2")
    assert says(treatment.questions, "20 mA")  # the first channel's is in hand
    treatment.questions.take_focus()
    write(window, "15")
    press(window, Qt.Key.Key_Return)
    assert treatment.form.fields["amplitude_ma@2"].value == 15.0
    press(window, Qt.Key.Key_Right)
    press(window, Qt.Key.Key_Up)
    assert treatment.form.fields["amplitude_ma@2"].value == 16.0
    assert treatment.form.fields["amplitude_ma"].value == 20.0


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

from __future__ import annotations

from PySide6.QtCore import Qt

from app.main_window import MainWindow
from app.pages.treatment import TreatmentPage
from data.clinical.screening import Answer
from tests.ui.clinic import Clinic
from tests.ui.reading import press, says, write
from tests.ui.stage import settle
from tests.ui.treating import CTRL, answer_all, begin, of_visit, open_page, screen, ultrasound


def test_a_yes_in_the_screening_needs_a_reason(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, treatment)
    answer_all(window, treatment)
    treatment.screening.open.click()
    item, (answer, reason) = next(iter(treatment.screening.rows.items()))
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


def test_screening_is_answered_only_when_it_is_in_sight(
    window: MainWindow, treatment: TreatmentPage
) -> None:
    begin(window, treatment, "TENS, conventional")
    treatment.questions.setFocus()
    press(window, Qt.Key.Key_S)
    assert says(treatment.screening, "Pacemaker")
    assert not treatment.screening.record.answers
    press(window, Qt.Key.Key_Right)  # from no to yes of the first item
    press(window, Qt.Key.Key_Space)
    write(window, "cardiologist agrees")
    treatment.screening.setFocus()
    treatment.screening.step.setFocus()
    press(window, Qt.Key.Key_S)
    answers = treatment.screening.record.answers
    assert list(answers.values()).count(Answer.NO) == len(answers) - 1
    (item,) = [each for each, said in answers.items() if said is Answer.YES]
    assert treatment.screening.record.reasons[item] == "cardiologist agrees"


def test_one_answer_of_today_does_not_date_the_others_today(
    window: MainWindow, treatment: TreatmentPage, clinic: Clinic
) -> None:
    ultrasound(window, treatment)
    answer_all(window, treatment)
    screen(window)
    press(window, Qt.Key.Key_Return, CTRL)
    treatment = open_page(window, clinic)
    press(window, Qt.Key.Key_Return)  # as last time
    today = window.desk.today
    assert treatment.screening.record.asked_on == today
    treatment.screening.open.click()
    item, (answer, reason) = next(iter(treatment.screening.rows.items()))
    answer.button(Answer.YES).click()
    reason.edit.setFocus()
    write(window, "far away")
    record = treatment.screening.record
    assert (record.asked_on, record.asked_again) == (today, (item,))
    assert says(treatment.screening, "1 of them today")
    treatment.screening.step.click()
    assert treatment.screening.record.asked_on is None
    assert treatment.screening.record.asked_again == ()

from __future__ import annotations

from dataclasses import replace

from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.visit import VisitPage
from app.workflow import Weight
from tests.ui.clinic import Clinic
from tests.ui.gallery import GAPS, IN_IDLE, TENS, WRONG, treatment_running
from tests.ui.reading import says, stored
from tests.ui.stage import settle


def test_the_page_marks_gaps_and_says_what_is_wrong_with_the_unit(
    window: MainWindow, clinic: Clinic
) -> None:
    treatment_running(window, clinic)
    page = window.page
    assert not says(page, "Not heard for")
    window.desk.set_treatment(replace(TENS, gaps=GAPS, flags=WRONG, notice=IN_IDLE))
    settle(window)
    # heard no more from 130 s to 170.4 s
    assert says(page, "Not heard for 40 s from 2:10 on (the unit is out of range)")
    assert says(page, "marked, never filled in")
    for sentence in WRONG:
        assert says(page, sentence)
    notice = window.foot.notice
    assert notice is not None
    assert notice.weight is Weight.STOP
    assert notice.what == "The dose rose while the unit said it was idle."
    window.desk.set_treatment(replace(TENS, gaps=GAPS * 5))
    settle(window)
    assert says(page, "2 earlier gaps, all in the record.")


def test_the_record_in_the_visit_says_it_too(window: MainWindow, clinic: Clinic) -> None:
    treatment = stored(window, lambda s: s.treatments.of_session(clinic.visit))[-1]
    wrong = replace(treatment, gaps=GAPS, flags=WRONG)
    stored(window, lambda s: s.treatments.save(wrong))
    window.go(Route(PageId.VISIT, clinic.visit))
    settle(window)
    page = window.page
    assert isinstance(page, VisitPage)
    page.timeline.set_current(page.timeline.rows[-1].key)
    settle(window)
    assert says(page, "not heard for 40 s (the unit is out of range)")
    for sentence in WRONG:
        assert says(page, sentence)

"""An injury in the window: recorded, staged, with pain and matches, signed step by step."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.episodes import injuries
from app.main_window import MainWindow
from app.navigation import PageId, Route
from app.pages.ladder import LadderPage
from app.pages.person import PersonPage
from data.episodes import EventKind
from data.records import Stage
from data.sides import Side
from tests.ui.clinic import NOW, Clinic
from tests.ui.reading import press, says, stored, write
from tests.ui.stage import settle

CTRL = Qt.KeyboardModifier.ControlModifier
TODAY = NOW.date()


def person_page(window: MainWindow, person: object) -> PersonPage:
    window.go(Route(PageId.PERSON, person))  # type: ignore[arg-type]
    settle(window)
    page = window.page
    assert isinstance(page, PersonPage)
    return page


def ladder_page(window: MainWindow, clinic: Clinic) -> LadderPage:
    person_page(window, clinic.athlete)
    press(window, Qt.Key.Key_L)
    page = window.page
    assert isinstance(page, LadderPage)
    settle(window)
    return page


def test_an_injury_is_typed_in_shown_everywhere_and_taken_back(
    window: MainWindow, clinic: Clinic
) -> None:
    page = person_page(window, clinic.newcomer)
    before = stored(window, lambda s: s.people.get(clinic.newcomer))
    assert says(page, "No injury recorded")
    press(window, Qt.Key.Key_I)
    press(window, Qt.Key.Key_Return)
    assert says(page, "What is injured, in your words")
    write(window, "calf, soleus")
    page.episode_form.sides.button((Side.LEFT,)).click()
    page.episode_form.injured_on.setFocus()
    write(window, "8.11.2026")
    page.episode_form.classification.setFocus()
    write(window, "BAMIC 1a")
    page.episode_form.stage.button(Stage.ACUTE).click()
    page.episode_form.structure.setFocus()
    press(window, Qt.Key.Key_Return)
    assert says(page, "Left: calf, soleus, day 10 (since 8\u00a0Nov\u00a02026)")
    assert says(page, "BAMIC 1a (typed in)")
    assert says(window.bar, "left injured, day 10 · acute")
    episode = stored(window, lambda s: injuries(s, clinic.newcomer).open)
    assert episode is not None
    assert episode.injured_on == date(2026, 11, 8)
    press(window, Qt.Key.Key_Z, CTRL)
    settle(window)
    assert stored(window, lambda s: injuries(s, clinic.newcomer).open) is None
    assert stored(window, lambda s: s.people.get(clinic.newcomer)) == before
    assert says(page, "No injury recorded")


def test_closing_an_injury_keeps_it_among_the_earlier_ones(
    window: MainWindow, clinic: Clinic
) -> None:
    page = person_page(window, clinic.athlete)
    press(window, Qt.Key.Key_I)
    page.episode_form.close_it.click()
    settle(window)
    assert says(page, "No injury recorded")
    assert stored(window, lambda s: s.people.get(clinic.athlete)).injured is None
    row = page.earlier.rows[0]
    assert "hamstring, biceps femoris" in row.title
    assert "to 18\u00a0Nov\u00a02026" in row.trailing
    press(window, Qt.Key.Key_Z, CTRL)
    settle(window)
    assert says(page, "Right: hamstring, biceps femoris, day 37")
    assert stored(window, lambda s: s.people.get(clinic.athlete)).injured is Side.RIGHT


def test_the_line_of_the_injury_says_each_stage_and_today(
    window: MainWindow, clinic: Clinic
) -> None:
    page = person_page(window, clinic.athlete)
    said = page.episode.line.track.accessibleDescription()
    # Acute 37 to 30 days ago, strengthening to 12 days ago, functional since.
    assert "acute 12\u00a0Oct\u00a02026, 7 days" in said
    assert "strengthening 19\u00a0Oct\u00a02026, 18 days" in said
    assert "functional since 6\u00a0Nov\u00a02026; today, day 37" in said
    page.episode.line.stage.button(Stage.RETURN_TO_RUNNING).click()
    settle(window)
    episode = stored(window, lambda s: injuries(s, clinic.athlete).open)
    assert episode is not None
    assert episode.stages[-1].on == TODAY
    assert says(window.bar, "return to running")


@pytest.mark.parametrize(("keys", "pain"), [("p0", 0), ("p7", 7), ("px", 10)])
def test_pain_is_two_keys(window: MainWindow, clinic: Clinic, keys: str, pain: int) -> None:
    person_page(window, clinic.athlete)
    for key in keys:
        press(window, Qt.Key(ord(key.upper())))
    newest = stored(window, lambda s: s.events.of_person(clinic.athlete))[-1]
    assert (newest.kind, newest.pain, newest.at) == (EventKind.PAIN, pain, NOW)
    assert newest.episode_id is not None
    press(window, Qt.Key.Key_Z, CTRL)
    settle(window)
    events = stored(window, lambda s: s.events.of_person(clinic.athlete))
    assert newest.id not in {event.id for event in events}


def test_a_match_of_two_days_ago_is_two_keys_and_escape_asks_no_more(
    window: MainWindow, clinic: Clinic
) -> None:
    page = person_page(window, clinic.newcomer)
    press(window, Qt.Key.Key_G)
    assert page.episode.is_asking
    press(window, Qt.Key.Key_Escape)
    assert not page.episode.is_asking
    press(window, Qt.Key.Key_M)
    press(window, Qt.Key.Key_2)
    events = stored(window, lambda s: s.events.of_person(clinic.newcomer))
    assert [(e.kind, e.at) for e in events] == [(EventKind.MATCH, NOW - timedelta(days=2))]
    assert says(page, "Match 2 days ago")


def test_the_chart_has_limbs_marks_and_what_may_be_said(window: MainWindow, clinic: Clinic) -> None:
    page = person_page(window, clinic.athlete)
    kinds = {mark.kind.value for mark in page.trend.chart.marks}
    assert kinds == {"Injury", "Stage", "Treatment", "Dose", "Match", "Training", "Pain"}
    # 358/371 N is left since before, 319 of 371 N right: 86 %.
    assert says(page, "Right (injured): 86 % of its own result before the injury")
    assert says(page, "Published measurement error: SEM 28 N")
    assert not says(page, "Timmins")
    page.trend.references.click()
    settle(window)
    assert says(page, "337 N, elite male footballers in Australia")
    source = next(b for b in page.trend.findChildren(type(page.start)) if b.text() == "Source")
    source.click()
    assert says(page, "it does not predict injury in an individual")
    assert says(page, "Against:")


def test_the_arrow_keys_choose_a_result_and_how_it_was_made(
    window: MainWindow, clinic: Clinic
) -> None:
    page = person_page(window, clinic.athlete)
    page.trend.chart.setFocus()
    assert says(page, "18\u00a0Nov\u00a02026: left 357\u00a0N, right 319\u00a0N")
    QTest.keyClick(page.trend.chart, Qt.Key.Key_Left)
    assert says(page, "9\u00a0Nov\u00a02026: left 351\u00a0N, right 290\u00a0N")
    assert "peak.raw" in page.trend.how.method
    assert "device Open Nordic Board" in page.trend.how.method


def test_another_test_and_number_are_chosen(window: MainWindow, clinic: Clinic) -> None:
    page = person_page(window, clinic.athlete)
    card = page.trend
    card.number.setCurrentIndex(card.number.findData("per_kg_n_kg"))
    settle(window)
    assert card.chart.said(card.chart.points[-1].of(Side.LEFT)) == "4.58 N/kg"
    assert says(page, "The measurement error of this number is not known")
    card.test.setCurrentIndex(card.test.findData("ham.iso9020"))
    settle(window)
    assert len(card.chart.points) == 1
    assert card.chosen is not None
    assert card.chosen[0] == "ham.iso9020"


def test_the_ladder_shows_the_latest_and_decides_nothing(
    window: MainWindow, clinic: Clinic
) -> None:
    page = ladder_page(window, clinic)
    rows = {row.key: row for row in page.list.rows}
    assert "86 % of before the injury, 18\u00a0Nov\u00a02026" in rows["nordic"].detail
    assert rows["nordic"].badge == "VIRTUAL"
    assert "signed 29\u00a0Oct\u00a02026 by K. Brandt" in rows["pain-walking"].detail
    # 22 of 27 repetitions of the other limb.
    assert "81 % of the other limb" in rows["bridge"].detail
    page.list.set_current("nordic")
    settle(window)
    assert says(page, "319 N; against 371 N of the right limb")
    assert says(page, "SEM 28 N (30 recreationally active men")
    assert says(page, "Target: as the clinic chooses")
    assert says(page, "Against: 67 % of 52 players")
    assert not says(page, "cleared")


def test_a_person_signs_with_keys_and_undo_withdraws_it(window: MainWindow, clinic: Clinic) -> None:
    page = ladder_page(window, clinic)
    page.list.set_current("jog")
    settle(window)
    press(window, Qt.Key.Key_S)
    write(window, "K. Brandt")
    press(window, Qt.Key.Key_Tab)
    write(window, "ran 20 min on grass")
    press(window, Qt.Key.Key_Return)
    settle(window)
    assert says(page, "Signed by K. Brandt, 18\u00a0Nov\u00a02026: ran 20 min on grass")
    episode = stored(window, lambda s: injuries(s, clinic.athlete).open)
    assert episode is not None
    signed = stored(window, lambda s: s.signed_criteria.of_episode(episode.id))
    assert [each.criterion_id for each in signed] == ["pain-walking", "jog"]
    assert signed[-1].seen == "judged by a person"
    press(window, Qt.Key.Key_Z, CTRL)
    settle(window)
    signed = stored(window, lambda s: s.signed_criteria.of_episode(episode.id))
    assert [each.criterion_id for each in signed] == ["pain-walking"]


def test_nobody_signs_without_a_name(window: MainWindow, clinic: Clinic) -> None:
    page = ladder_page(window, clinic)
    page.list.set_current("jog")
    press(window, Qt.Key.Key_S)
    press(window, Qt.Key.Key_Return)
    assert says(page, "A name is needed")


def test_a_value_is_typed_in_place_and_refused_off_its_scale(
    window: MainWindow, clinic: Clinic
) -> None:
    page = ladder_page(window, clinic)
    page.list.set_current("bridge")
    settle(window)
    press(window, Qt.Key.Key_T)
    write(window, "300")
    press(window, Qt.Key.Key_Return)
    assert says(page, "Between 0 and 200 repetitions")
    fields = page.detail.entry.fields
    fields[Side.LEFT].edit.clear()
    write(window, "30")
    fields[Side.RIGHT].setFocus()
    write(window, "27")
    press(window, Qt.Key.Key_Return)
    settle(window)
    rows = {row.key: row for row in page.list.rows}
    assert "90 % of the other limb, 18\u00a0Nov\u00a02026" in rows["bridge"].detail
    press(window, Qt.Key.Key_Z, CTRL)
    settle(window)
    rows = {row.key: row for row in page.list.rows}
    assert "81 % of the other limb" in rows["bridge"].detail


def test_the_clinics_own_ladder_is_offered_and_a_wrong_file_is_named(
    window: MainWindow, clinic: Clinic
) -> None:
    folder = clinic.path.parent / "clinic"
    folder.mkdir()
    (folder / "ladders.yaml").write_text(
        "version: 1\nladders:\n  own:\n    name: Our own way back\n    steps:\n"
        "      - id: a\n        name: First\n        criteria:\n"
        "          - id: hop\n            text: Hops on the spot\n"
        "            evidence: [our habit]\n",
        encoding="utf-8",
    )
    page = ladder_page(window, clinic)
    page.ladder.setCurrentIndex(page.ladder.findText("Our own way back"))
    page.ladder.activated.emit(page.ladder.currentIndex())
    settle(window)
    settle(window)
    assert says(page, "Hops on the spot")
    (folder / "ladders.yaml").write_text("version: 1\nladders: {own: {}}\n", encoding="utf-8")
    window.back()
    press(window, Qt.Key.Key_L)
    settle(window)
    assert "One of the clinic’s own files cannot be used" in window.foot.text
    assert "ladders.yaml" in window.foot.text

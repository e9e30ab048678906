from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.units import ForceUnit
from app.widgets.asymmetry_bar import (
    AsymmetryBar,
    Difference,
    difference,
    in_words,
    last_difference,
)
from app.widgets.countdown import Countdown
from app.widgets.next_step import NextStep
from app.widgets.readout import Figure, Readout
from app.widgets.rep_table import RepTable
from app.widgets.result_panel import ResultPanel
from app.widgets.run_notice import RunNotice
from app.widgets.step_strip import StepStrip
from app.workflow import Notice, RepRow, StepMark, Weight
from data.analysis.symmetry import compare
from data.analysis.types import Asymmetry, Side
from data.clinical.difference import limb_difference
from data.clinical.typical_error import ErrorOrigin, TypicalError
from tests.ui.live_source import set_result


def compared(left: float, right: float, formula: str, injured: Side | None = None) -> Asymmetry:
    return compare(
        left, right, formula, metric="peak_n", aggregation="best", injured=injured, dominant=None
    )


@pytest.mark.parametrize(
    ("formula", "percent"),
    [
        ("pdiff", 20.0),  # 100·(500 − 400)/500
        ("signed", 20.0),  # the same with a sign
        ("lsi", 20.0),  # 100·400/500 is 80 %, which is 20 % from symmetry
        ("bai1", 100 / 9),  # 100·100/900
    ],
)
def test_the_bar_shows_the_distance_from_symmetry_for_each_formula(
    formula: str, percent: float
) -> None:
    found = difference(compared(500.0, 400.0, formula, Side.RIGHT))
    assert found is not None
    assert found.percent == pytest.approx(percent)
    assert found.stronger is Side.LEFT
    assert found.signed == pytest.approx(-percent)  # left is left


def test_a_refused_asymmetry_has_no_bar(qtbot: QtBot) -> None:
    refused = compare(347.0, None, "pdiff", metric="peak_n", aggregation="best")
    assert difference(refused) is None
    panel = ResultPanel()
    qtbot.addWidget(panel)
    panel.resize(800, 320)
    panel.show()
    panel.show_result(set_result(347.0, None))
    assert panel.headline == "No difference was computed"
    assert not panel.bar.isVisible()


def test_last_time_points_to_the_limb_that_was_stronger_then() -> None:
    assert last_difference(8.0, "pdiff", 300.0, 320.0) == Difference(8.0, Side.RIGHT)
    assert last_difference(92.0, "lsi", 320.0, 300.0) == Difference(8.0, Side.LEFT)
    assert last_difference(8.0, "pdiff", None, 320.0) is None


# 6 % typical error: 1.96·√(18² + 16.8²) = 48 N at 300 N, 16 % of the stronger limb.
@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        (None, 280.0, "No difference was computed."),
        (280.0, 280.0, "Both equal. Within measurement error of about ±16.6\u00a0%."),
        (280.0, 300.0, "Right stronger by 6.7 %. Within measurement error of about ±16.1\u00a0%."),
        (
            300.0,
            210.0,
            "Left stronger by 30.0 %. "
            "Beyond measurement error of about ±14.4\u00a0% and the threshold of 10\u00a0%.",
        ),
    ],
)
def test_a_difference_is_only_called_one_where_error_and_threshold_allow(
    left: float | None, right: float | None, said: str
) -> None:
    pair = compare(left, right, "pdiff", metric="peak_n", aggregation="best")
    error = TypicalError(ErrorOrigin.PUBLISHED, "a study", percent=6.0)
    judged = limb_difference(pair, [], [], error)
    assert in_words(difference(pair), judged) == said


def test_without_a_known_error_nothing_is_called_a_difference() -> None:
    said = "Left stronger by 12.0 %. The measurement error is not known."
    assert in_words(Difference(12.0, Side.LEFT), None) == said


def test_the_bar_makes_room_for_error_value_and_last_time(qtbot: QtBot) -> None:
    bar = AsymmetryBar()
    qtbot.addWidget(bar)
    bar.show_difference(Difference(4.0, Side.LEFT), 6.0)
    assert bar.scale_percent == 10.0
    bar.show_difference(Difference(4.0, Side.LEFT), 6.0, Difference(27.0, Side.RIGHT))
    assert bar.scale_percent == 30.0


@pytest.mark.parametrize("size", [(900, 320), (900, 190), (420, 150), (1400, 700)])
def test_the_verdict_stands_in_any_size_of_the_result(qtbot: QtBot, size: tuple[int, int]) -> None:
    panel = ResultPanel()
    qtbot.addWidget(panel)
    panel.resize(*size)
    panel.show()
    panel.show_result(set_result(347.0, 316.0, last_n=(301.0, 279.0)))
    assert panel.headline == "Left stronger by 8.9 %"  # 100·(347 − 316)/347
    assert panel.bar.isVisible()
    assert panel.bar.geometry().bottom() <= panel.height()


def test_digits_keep_their_place_from_the_first_to_the_last(qtbot: QtBot) -> None:
    readout = Readout(Side.LEFT)
    qtbot.addWidget(readout)
    readout.resize(420, 132)
    readout.reserve(500.0)
    places: list[int] = []
    for force_n in (331.0, 31.0, 1.0):
        readout.show_figures(Figure(force_n, "now"), Figure(None, ""))
        picture = readout.grab().toImage()
        ground = picture.pixel(0, 0)
        row = [x for x in range(200) if picture.pixel(x, 80) != ground]
        places.append(max(row))
    assert max(places) - min(places) <= 12  # the last digit is always a 1


def test_a_readout_says_what_it_shows(qtbot: QtBot) -> None:
    readout = Readout(Side.RIGHT)
    qtbot.addWidget(readout)
    readout.show_figures(Figure(257.6, "now"), Figure(None, "peak"))
    assert readout.accessibleName() == "Right: now 258 N, peak – N"
    readout.set_unit(ForceUnit.KILOGRAM_FORCE)
    readout.show_figures(Figure(98.0665, "now"), Figure(None, ""))
    assert readout.accessibleName() == "Right: now 10.0 kgf"  # 1 kgf is 9.80665 N


def test_the_table_names_the_limb_that_pulled_more_and_keeps_the_rejected(qtbot: QtBot) -> None:
    table = RepTable()
    qtbot.addWidget(table)
    rows = [
        RepRow(1, 331.0, 302.0, 8.8),
        RepRow(2, 300.0, 320.0, 6.3, rejected="rejected during the test"),
        RepRow(3, 310.0, 310.0, 0.0, codes=("GAP",)),
    ]
    table.show_reps(rows, 3, tuple(Side), is_in_rep=True)
    assert table.spoken == (
        "1: left 331 N, right 302 N, left more by 8.8 %; "
        "2: left 300 N, right 320 N, right more by 6.3 %, rejected during the test; "
        "3: left 310 N, right 310 N"
    )
    table.resize(280, 120)
    table.grab()  # more rows than room


@pytest.mark.parametrize(
    ("seconds", "text"), [(3.0, "3"), (2.2, "3"), (24.0, "0:24"), (90.0, "1:30")]
)
def test_a_countdown_is_read_as_a_number_or_as_a_clock(
    qtbot: QtBot, seconds: float, text: str
) -> None:
    countdown = Countdown()
    qtbot.addWidget(countdown)
    countdown.set_left("Rest", seconds)
    assert countdown.text == text


def test_a_countdown_goes_on_by_itself_and_stops_at_zero(qtbot: QtBot) -> None:
    countdown = Countdown()
    qtbot.addWidget(countdown)
    countdown.set_left("Get ready", 0.1)
    qtbot.wait(150)
    assert countdown.seconds == 0.0


def test_the_strip_drops_words_but_never_the_present_one(qtbot: QtBot) -> None:
    strip = StepStrip()
    qtbot.addWidget(strip)
    marks = [
        StepMark("Zero", True, False),
        StepMark("Ready", True, False),
        StepMark("Both limbs · rep 2 of 3", False, True),
        StepMark("Result", False, False),
    ]
    strip.set_marks(marks)
    strip.resize(700, 40)
    assert strip.words() == ["Zero", "Ready", "Both limbs · rep 2 of 3", "Result"]
    strip.resize(430, 40)
    assert strip.words()[0] == ""
    strip.resize(120, 40)
    assert strip.words() == ["", "", "Both limbs · rep 2 of 3", ""]


def test_a_notice_says_all_three_sentences_and_gives_its_place_back(qtbot: QtBot) -> None:
    notice = RunNotice()
    qtbot.addWidget(notice)
    height = notice.sizeHint().height()
    notice.show_notice(Notice(Weight.STOP, "What happened.", "What is safe.", "What to do."))
    assert notice.text == "What happened. What is safe. What to do."
    notice.grab()
    notice.show_notice(None, "Kneel, arms crossed.")
    assert notice.text == "Kneel, arms crossed."
    assert notice.sizeHint().height() == height


def test_outside_text_is_never_markup(qtbot: QtBot) -> None:
    step = NextStep()
    qtbot.addWidget(step)
    step.show_step("<b>x</b> & y", "Space", "Start", is_next=True, icon="clock")
    assert step.sentence == "<b>x</b> & y"
    step.grab()

"""What is said of two devices at once: which repetitions belong together, and how exactly."""

from __future__ import annotations

from dataclasses import replace

from app.cli.shapes import trial_json
from app.reading import RunOfTest
from app.report.provenance import provenance
from app.widgets.run_card import rep_rows
from app.wording import alignment_text
from data.analysis.types import Side
from data.pairing import paired_reps
from data.records import Alignment, Trial
from tests import builders


def pair(error_s: float | None = 0.0184) -> tuple[Trial, Trial]:
    """The right device saw no first repetition, and its clock began two seconds later."""
    headers = builders.header(Side.LEFT), builders.header(Side.RIGHT, number=11)
    places = (None, None)
    if error_s is not None:
        places = Alignment(0.0, 1.0, error_s), Alignment(2.0, 1.001, error_s)
    left, right = (
        replace(header, partner=other.id, alignment=place)
        for header, other, place in zip(headers, reversed(headers), places, strict=True)
    )
    nothing = builders.asymmetry(None, None)
    reps_left = [
        builders.rep(1, Side.LEFT, 300.0, start_s=5.0),
        builders.rep(2, Side.LEFT, 320.0, start_s=15.0),
    ]
    reps_right = [
        builders.rep(1, Side.RIGHT, 288.0, start_s=13.1),
        builders.rep(2, Side.RIGHT, 250.0, start_s=23.0),
    ]
    return (
        builders.trial(left, builders.analysis(reps_left, nothing)),
        builders.trial(right, builders.analysis(reps_right, nothing)),
    )


def test_repetitions_belong_together_by_time_and_not_by_number():
    numbers = [
        (left.number if left else None, right.number if right else None)
        for left, right in paired_reps(*pair())
    ]
    assert numbers == [(1, None), (2, 1), (None, 2)]


def test_only_repetitions_at_the_same_time_have_a_difference():
    left, right = pair()
    rows = rep_rows(RunOfTest(left.header.set_id, "nordic.bil", (left, right)))
    shown = [(row.left_n, row.right_n) for row in rows]
    assert shown == [(300.0, None), (320.0, 288.0), (None, 250.0)]
    assert [row.difference_percent for row in rows] == [None, -10.0, None]


def test_the_alignment_error_is_said_wherever_the_pair_is_shown():
    trials = pair()
    assert alignment_text(trials) == "two devices at once, times aligned to within 18 ms"
    said = [fact.value for fact in provenance(trials)]
    assert alignment_text(trials) in said
    shown = trial_json(trials[1])
    assert shown["partner"] == str(trials[0].id)
    assert shown["alignment"] == {"start_s": 2.0, "rate": 1.001, "error_s": 0.0184}


def test_without_an_alignment_nothing_is_laid_beside_each_other():
    left, right = pair(error_s=None)
    assert alignment_text((left, right)) == "two devices at once, their times not aligned"
    rows = rep_rows(RunOfTest(left.header.set_id, "nordic.bil", (left, right)))
    assert [row.difference_percent for row in rows] == [None, None]


def test_one_device_says_nothing_of_alignment():
    alone = builders.trial(
        builders.header(Side.LEFT, Side.RIGHT),
        builders.analysis((), builders.asymmetry(None, None)),
    )
    assert alignment_text([alone]) == ""
    assert trial_json(alone)["alignment"] is None

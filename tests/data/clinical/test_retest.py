from __future__ import annotations

from dataclasses import replace
from time import process_time

import pytest

from data.clinical.retest import error_of_test, retest_pairs
from data.clinical.typical_error import ErrorOrigin
from data.sides import Side
from tests.data.clinical.results import KEY, reading


def test_a_pair_is_two_results_of_one_limb_a_day_to_two_weeks_apart() -> None:
    person = [reading(0, 300), reading(0, 290, Side.RIGHT), reading(7, 310)]
    assert retest_pairs([person]) == {"progressor": [(300, 310)]}


@pytest.mark.parametrize("days", [0, 15, 90])
def test_one_session_or_a_season_is_no_retest(days: int) -> None:
    assert retest_pairs([[reading(0, 300), reading(days, 310)]]) == {}


def test_another_lever_is_no_retest_and_a_device_has_pairs_of_its_own() -> None:
    longer = replace(KEY, lever_m=0.50)
    board = replace(KEY, device_model="onb")
    person = [reading(0, 300), reading(5, 320, key=longer)]
    assert retest_pairs([person]) == {}
    person += [reading(6, 400, key=board), reading(9, 410, key=board)]
    assert retest_pairs([person]) == {"onb": [(400, 410)]}


def test_somebody_tested_for_years_without_a_retest_is_read_in_no_time() -> None:
    monthly = [reading(30 * month, 300) for month in range(2000)]
    began = process_time()
    assert retest_pairs([monthly]) == {}
    assert process_time() - began < 0.5  # each against each takes ten times as long


def test_each_person_counts_once() -> None:
    often = [reading(day, 300 + day) for day in range(0, 40, 5)]
    assert retest_pairs([often, often]) == {"progressor": [(300, 305), (300, 305)]}


def test_ten_people_of_the_clinic_come_before_the_published_error() -> None:
    # Differences of +10 and -10 alternately: SD(d)/√2 = 10.54/1.414 = 7.45 N with n - 1.
    pairs = {"onb": [(300.0, 310.0 if k % 2 else 290.0) for k in range(10)]}
    own = error_of_test("nordic.bil", "peak_n", "onb", pairs)
    assert own is not None
    assert own.origin is ErrorOrigin.CLINIC
    assert own.sem == pytest.approx(7.4536, abs=1e-4)
    for model, few in (("onb", {"onb": pairs["onb"][:9]}), ("progressor", pairs)):
        error = error_of_test("nordic.bil", "peak_n", model, few)
        assert error is not None
        assert error.origin is ErrorOrigin.PUBLISHED
        # Opar 2013: SEM 21.7 to 27.5 N, of which the larger.
        assert error.sem == 27.5


def test_a_published_error_of_force_is_not_that_of_another_number() -> None:
    assert error_of_test("nordic.bil", "per_kg_n_kg", "onb", {}) is None
    assert error_of_test("nordic.bil", "rfd_0_100_n_per_s", "onb", {}) is None

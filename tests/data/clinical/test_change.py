from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import pytest

from data.clinical.change import change, trend
from data.clinical.reliability import measurement_errors
from data.clinical.series import Reading, SeriesKey, same_series, segments
from data.clinical.tests import Contraction, Stabilisation
from data.clinical.typical_error import (
    ErrorOrigin,
    TypicalError,
    clinic_error,
    own_error,
    preferred,
    published_error,
)
from data.sides import Side
from tests.data.clinical.results import KEY, START, reading

SIX_PERCENT = TypicalError(ErrorOrigin.PUBLISHED, "a study", percent=6.0)
TWENTY_N = TypicalError(ErrorOrigin.CLINIC, "12 people of this clinic", sem=20.0)

OTHER_WAYS = [
    ({"device_model": "onb"}, "device progressor, then onb"),
    ({"contraction": Contraction.BREAK}, "contraction isometric make, then break"),
    ({"position": "prone"}, "position supine, knee 20°, then prone"),
    ({"lever_m": 0.36}, "lever 0.42 m, then 0.36 m"),
    ({"lever_m": None}, "lever 0.42 m, then not noted"),
    ({"stabilisation": Stabilisation.HAND}, "stabilised by belt, then hand"),
    ({"side": Side.RIGHT}, "limb left, then right"),
    ({"aggregation": "mean"}, "repetitions best, then mean"),
]


@pytest.mark.parametrize(("changed", "words"), OTHER_WAYS)
def test_results_of_two_ways_of_testing_are_not_compared(
    changed: dict[str, object], words: str
) -> None:
    other = Reading(START + timedelta(days=7), 300.0, replace(KEY, **changed))  # type: ignore[arg-type]
    found = change(reading(0, 280), other, TWENTY_N)
    assert found.difference is None
    assert found.is_beyond_error is None
    assert found.reason == words
    assert found.sentence("N") == f"Not compared: {words}."


def test_a_line_breaks_where_the_way_of_testing_changed() -> None:
    onb = replace(KEY, device_model="onb")
    parts = segments(
        [reading(14, 310, key=onb), reading(0, 280), reading(7, 290), reading(21, 300)]
    )
    assert [[each.value for each in part.readings] for part in parts] == [[280, 290], [310], [300]]
    assert parts[0].because == ()
    assert parts[1].because == ("device progressor, then onb",)
    assert parts[2].because == ("device onb, then progressor",)
    assert segments([]) == []


def test_a_lever_that_differs_by_millimetres_is_the_same_lever() -> None:
    assert replace(KEY, lever_m=0.4201).matches(KEY)
    assert not replace(KEY, lever_m=0.43).matches(KEY)


def test_a_device_is_called_by_its_name_which_never_parts_a_series() -> None:
    board = replace(KEY, device_model="onb", device_name="Open Nordic Board")
    named = replace(KEY, device_name="Tindeq Progressor")
    assert named == KEY
    assert named.matches(KEY)
    assert board.differences(named) == ("device Open Nordic Board, then Tindeq Progressor",)
    alike = replace(KEY, device_model="other", device_name="Tindeq Progressor")
    assert named.differences(alike) == ("device progressor, then other",)


def test_a_series_goes_on_after_an_interruption() -> None:
    onb = replace(KEY, device_model="onb")
    found = same_series([reading(14, 310, key=onb), reading(21, 300), reading(0, 280)], KEY)
    assert [each.value for each in found] == [280, 300]


def test_a_change_within_the_error_is_no_change() -> None:
    # MDC95 = 1.96·sqrt(2)·20 N = 55.4 N
    small, large = (change(reading(0, 280), reading(9, v), TWENTY_N) for v in (298, 350))
    assert small.mdc95 == pytest.approx(1.96 * math.sqrt(2) * 20)
    assert small.is_beyond_error is False
    assert small.percent == pytest.approx(100 * 18 / 280)
    words = "+18 N, within measurement error (MDC95 55 N): no confirmed change."
    assert small.sentence("N") == words
    assert large.is_beyond_error is True
    assert large.sentence("N") == "+70 N, beyond measurement error (MDC95 55 N)."


def test_an_error_in_percent_counts_from_the_earlier_result() -> None:
    found = change(reading(0, 200), reading(9, 230), SIX_PERCENT)
    assert found.mdc95 == pytest.approx(1.96 * math.sqrt(2) * 12)


def test_without_a_known_error_nothing_is_called_a_change() -> None:
    found = change(reading(0, 200), reading(9, 300), None)
    assert found.difference == 100
    assert found.is_beyond_error is None
    assert "not known" in found.sentence("N")


def test_the_best_of_more_repetitions_is_said() -> None:
    more = replace(reading(9, 300), reps=5)
    assert change(reading(0, 280), more, TWENTY_N).notes == (
        "Best of 3, then best of 5: the best of more is higher.",
    )
    assert change(reading(0, 280), reading(9, 300), TWENTY_N).notes == ()


def test_a_trend_is_a_band_about_its_reference() -> None:
    readings = [reading(14, 390), reading(0, 280), reading(7, 300)]
    found = trend(readings, TWENTY_N)
    assert found.reference.value == 280
    assert found.sem == 20
    low, high = found.band or (0, 0)
    assert (low, high) == pytest.approx((280 - 55.44, 280 + 55.44), abs=0.01)
    assert [each.is_beyond_error for each in found.changes] == [False, False, True]
    other = trend(readings, TWENTY_N, reference=reading(-30, 350))
    assert [each.difference for each in other.changes] == [-70, -50, 40]
    assert trend(readings, None).band is None


def test_a_trend_over_two_series_is_refused() -> None:
    with pytest.raises(ValueError, match="device progressor, then onb"):
        trend([reading(0, 280), reading(7, 1, key=replace(KEY, device_model="onb"))], None)
    with pytest.raises(ValueError, match="at least one"):
        trend([], None)


def test_the_clinics_own_data_count_from_ten_people_on() -> None:
    pairs = [(300 + 10 * k, 304 + 10 * k + (-1) ** k * 6) for k in range(10)]
    error = clinic_error(pairs)
    assert error is not None
    # differences 4 ± 6: SD of ten = 6·sqrt(10/9), over sqrt(2)
    assert error.sem == pytest.approx(6 * math.sqrt(10 / 9) / math.sqrt(2))
    assert error.multiplier == pytest.approx(2.262)  # t, 9 degrees of freedom
    assert error.source == "10 people of this clinic, each tested 2 times"
    assert clinic_error(pairs[:9]) is None


def test_four_stable_tests_of_one_person_give_an_own_error() -> None:
    error = own_error([300, 310, 290, 300])
    assert error is not None
    assert error.sem == pytest.approx(math.sqrt(200 / 3))
    # t with 3 degrees of freedom, 3.182, in place of 1.96
    assert error.mdc95_at(300) == pytest.approx(3.182 * math.sqrt(2) * math.sqrt(200 / 3))
    assert own_error([300, 310, 290]) is None


def test_a_published_error_takes_the_larger_end_and_names_its_people() -> None:
    error = published_error(measurement_errors("nordic.bil"))
    assert error is not None
    # clinical_science 3.5: SEM 21.7 to 27.5 N in 30 recreational men
    assert error.sem == 27.5
    assert "30 recreationally active men" in error.source
    assert "Opar 2013" in error.source
    # the abstract gives 60.1 to 76.2 N as MDC95, which is 2.77 times the SEM
    assert error.mdc95_at(300) == pytest.approx(76.2, abs=0.1)


def test_a_study_with_only_a_detectable_change_gives_its_error_back() -> None:
    error = published_error(measurement_errors("grip"))
    assert error is not None
    assert error.mdc95_at(400) == pytest.approx(61)
    assert published_error(measurement_errors("hip.add.long")) is None


def test_a_study_in_percent_follows_the_result() -> None:
    error = published_error(measurement_errors("calf.soleus.seat"))
    assert error is not None
    # Rhodes 2022: SEM 12.47 %, detectable change 34.56 % of the mean
    assert error.mdc95_at(1000) == pytest.approx(345.6, abs=0.2)


def test_the_clinic_comes_before_the_paper_and_the_paper_before_the_person() -> None:
    own = own_error([300, 310, 290, 300])
    assert preferred(own, None, SIX_PERCENT, TWENTY_N) == (TWENTY_N, SIX_PERCENT, own)


def test_keys_of_the_same_way_are_one_series_wherever_they_came_from() -> None:
    again = SeriesKey(**{name: getattr(KEY, name) for name in KEY.__slots__})
    assert again.matches(KEY)
    assert again.differences(KEY) == ()

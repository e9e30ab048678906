from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from protocols.events import Noise, Restarted
from protocols.stamps import Stamped, Stamps


def taken(raw: list[int]) -> list[object]:
    stamps: Stamps[int] = Stamps()
    return [found for us in raw for found in stamps.take(us, us)]


def times(found: list[object]) -> list[int]:
    return [each.t_us for each in found if isinstance(each, Stamped)]


def test_the_first_stamp_waits_for_the_second() -> None:
    assert taken([100]) == []
    assert times(taken([100, 12_600])) == [100, 12_600]


def test_a_damaged_stamp_is_dropped_alone() -> None:
    found = taken([0, 12_500, 2_500_000, 37_500, 50_000])
    assert times(found) == [0, 12_500, 37_500, 50_000]
    assert sum(isinstance(each, Noise) for each in found) == 1


def test_a_damaged_first_stamp_is_dropped() -> None:
    assert times(taken([900_000_000, 12_500, 25_000])) == [12_500, 25_000]


def test_two_stamps_after_a_gap_are_believed() -> None:
    assert times(taken([0, 12_500, 3_000_000, 3_012_500])) == [0, 12_500, 3_000_000, 3_012_500]


def test_a_clock_that_began_again_is_told() -> None:
    found = taken([5_000_000, 5_012_500, 0, 12_500])
    assert times(found) == [5_000_000, 5_012_500, 0, 12_500]
    assert found[2] == Restarted()


def test_doubles_are_dropped() -> None:
    assert times(taken([0, 12_500, 12_500, 0, 25_000])) == [0, 12_500, 25_000]


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 20_000), min_size=1, max_size=40))
def test_time_is_unwrapped_from_any_start(start: int, steps: list[int]) -> None:
    true_us = [start]
    for step in steps:
        true_us.append(true_us[-1] + step)
    assert times(taken([us % 2**32 for us in true_us])) == true_us


@given(st.lists(st.integers(0, 2**32 - 1), max_size=40))
def test_between_two_starts_time_only_rises(raw: list[int]) -> None:
    last = -1
    for each in taken(raw):
        if isinstance(each, Restarted):
            last = -1
        if isinstance(each, Stamped):
            assert each.t_us > last
            last = each.t_us

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.clock import ArrivalClock, PeriodMeter, Timeline
from devices.types import Gap, Microseconds

PERIOD_US = 12_500  # 80 Hz


def times(first: int, n: int) -> Microseconds:
    return first + PERIOD_US * np.arange(n, dtype=np.int64)


def test_the_stream_begins_at_zero_whatever_the_device_clock_says() -> None:
    placed, gap = Timeline(PERIOD_US).place(times(987_654_321, 3), host_us=5)
    assert placed.tolist() == [0, 12_500, 25_000]
    assert gap is None


def test_samples_in_step_leave_no_gap_however_late_they_arrive() -> None:
    timeline = Timeline(PERIOD_US)
    timeline.place(times(0, 4), host_us=0)
    _, gap = timeline.place(times(50_000, 4), host_us=900_000)
    assert gap is None


def test_a_hole_in_device_time_is_a_gap_with_the_number_of_samples_that_fit() -> None:
    timeline = Timeline(PERIOD_US)
    timeline.place(times(0, 4), host_us=0)  # last sample at 37 500
    placed, gap = timeline.place(times(100_000, 1), host_us=100_000)
    # 50 000, 62 500, 75 000 and 87 500 are missing: four samples.
    assert gap == Gap(37_500, 100_000, 4, "samples are missing")
    assert placed.tolist() == [100_000]


def test_one_missing_sample_is_a_gap_of_one() -> None:
    timeline = Timeline(PERIOD_US)
    timeline.place(times(0, 4), host_us=0)
    _, gap = timeline.place(times(62_500, 1), host_us=62_500)
    assert gap == Gap(37_500, 62_500, 1, "samples are missing")


def test_what_is_told_to_be_missing_where_no_step_shows_it_has_no_number() -> None:
    timeline = Timeline(PERIOD_US)
    timeline.place(times(0, 4), host_us=0)
    _, gap = timeline.place(times(50_000, 1), host_us=50_000, cause="the device dropped some")
    assert gap == Gap(37_500, 50_000, None, "the device dropped some")


def test_after_an_interruption_a_clock_that_went_on_is_trusted() -> None:
    timeline = Timeline(PERIOD_US)
    timeline.place(times(0, 1), host_us=1_000_000)
    timeline.interrupt("unplugged")
    placed, gap = timeline.place(times(2_000_000, 1), host_us=3_100_000)
    assert placed.tolist() == [2_000_000]
    assert gap == Gap(0, 2_000_000, 159, "unplugged")  # 2 s / 12.5 ms - 1


def test_after_an_interruption_a_clock_that_began_again_is_anchored_by_the_host() -> None:
    timeline = Timeline(PERIOD_US)
    timeline.place(times(0, 2), host_us=1_000_000)
    timeline.interrupt("out of range")
    placed, gap = timeline.place(times(0, 2), host_us=4_000_000)
    # The last sample of each message arrived 3 s apart.
    assert placed.tolist() == [3_000_000, 3_012_500]
    assert gap == Gap(12_500, 3_000_000, None, "out of range")


def test_a_clock_far_back_without_an_interruption_is_a_jump_and_time_still_rises() -> None:
    timeline = Timeline(PERIOD_US)
    timeline.place(times(5_000_000, 2), host_us=0)
    placed, gap = timeline.place(times(0, 1), host_us=20_000)
    assert placed[0] > 12_500
    assert gap is not None
    assert gap.cause == "the device's clock jumped"


def test_without_a_device_clock_only_a_silence_is_a_gap_and_nobody_knows_how_many_are_missing() -> (
    None
):
    timeline = Timeline(PERIOD_US, has_clock=False, is_countable=False)
    timeline.place(times(0, 1), host_us=0)
    _, late = timeline.place(np.array([400_000], np.int64), host_us=400_000)
    _, silence = timeline.place(np.array([1_000_000], np.int64), host_us=1_000_000)
    assert late is None
    assert silence == Gap(400_000, 1_000_000, None, "samples are missing")


def measured(period_us: float, *spacings: int) -> PeriodMeter:
    meter = PeriodMeter(period_us)
    meter.feed(np.cumsum([0, *spacings]).astype(np.int64))
    return meter


def test_the_period_is_known_after_eight_spacings() -> None:
    assert not measured(12_500, *[11_799] * 7).is_known
    meter = measured(12_500, *[11_799] * 8)
    assert meter.is_known
    assert meter.period_us == 11_799  # a board of 84.75 Hz


def test_a_device_that_runs_at_10_hz_instead_of_80_has_a_period_of_100_ms() -> None:
    assert measured(12_500, *[100_000] * 8).period_us == 100_000


def test_whole_milliseconds_average_to_the_true_period() -> None:
    # 160 Hz on a clock of milliseconds
    assert measured(6_250, *[6_000, 6_000, 6_000, 7_000] * 2).period_us == 6_250


def test_losses_do_not_change_the_period() -> None:
    # every second sample lost, some of them in pairs
    assert measured(12_500, *[12_500, 25_000, 25_000, 37_500] * 4).period_us == 12_500


def test_a_rate_that_changes_is_followed_within_a_second() -> None:
    meter = measured(12_500, *[12_500] * 8)
    meter.feed(100_000 + 100_000 * np.arange(1, 11, dtype=np.int64))
    assert meter.period_us == 100_000


@given(st.integers(0, 2**31 - 1), st.integers(0, 79))
def test_random_losses_up_to_80_percent_leave_the_declared_period(seed: int, loss: int) -> None:
    ticks = np.flatnonzero(np.random.default_rng(seed).random(2000) * 100 >= loss)
    meter = PeriodMeter(PERIOD_US)
    for part in np.array_split(ticks * PERIOD_US, 5):
        meter.feed(part.astype(np.int64))
    # of 80 % lost, a fifth of the spacings is still single; chance may leave fewer
    assert meter.period_us == PERIOD_US or loss > 65


def arrive(clock: ArrivalClock, arrivals: list[tuple[int, int]]) -> Microseconds:
    return np.concatenate([clock.stamp(n, host_us) for n, host_us in arrivals])


def test_samples_that_come_one_by_one_on_time_are_placed_when_they_came() -> None:
    on_time = [(1, 12_500 * i) for i in range(200)]
    t_us = arrive(ArrivalClock(PERIOD_US, is_steady=True), on_time)
    assert t_us.tolist() == [host_us for _, host_us in on_time]


def test_bursts_of_a_radio_link_are_spread_by_the_measured_rate() -> None:
    # 80 Hz, delivered each 50 ms as four notifications within 1 ms; declared as 40 Hz
    bursts = [(1, 50_000 * i + 300 * k) for i in range(1, 200) for k in range(4)]
    t_us = arrive(ArrivalClock(25_000, is_steady=True), bursts)
    settled = t_us[t_us > 2_000_000]
    assert np.abs(np.diff(settled) - 12_500).max() <= 1_500
    arrived = np.array([host_us for _, host_us in bursts])
    assert (t_us <= arrived).all()
    assert (arrived - t_us).max() <= 100_000


def test_samples_of_a_polled_gauge_are_placed_when_they_came() -> None:
    irregular = np.cumsum([20_000, 35_000, 20_000, 90_000, 22_000] * 20)
    t_us = arrive(ArrivalClock(20_000, is_steady=False), [(1, int(t)) for t in irregular])
    assert t_us.tolist() == irregular.tolist()


def test_after_a_silence_the_arrivals_count_again() -> None:
    clock = ArrivalClock(PERIOD_US, is_steady=True)
    arrive(clock, [(1, 12_500 * i) for i in range(200)])
    assert clock.stamp(2, 5_000_000).tolist() == [4_987_500, 5_000_000]
    assert clock.period_us == pytest.approx(12_500, rel=0.01)


@given(
    st.booleans(),
    st.floats(500, 200_000),
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 2_000_000)), min_size=1, max_size=60),
)
def test_stamps_rise_whatever_arrives(
    is_steady: bool, period_us: float, arrivals: list[tuple[int, int]]
) -> None:
    clock = ArrivalClock(period_us, is_steady=is_steady)
    host_us = 1_000_000_000
    parts: list[Microseconds] = []
    for n, wait_us in arrivals:
        host_us += wait_us
        parts.append(clock.stamp(n, host_us))
        assert len(parts[-1]) == n
    assert (np.diff(np.concatenate(parts)) > 0).all()

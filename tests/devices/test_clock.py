import numpy as np

from devices.clock import Timeline
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

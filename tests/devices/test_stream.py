from dataclasses import replace

import numpy as np
import pytest

from devices.declaration import ForceModel
from devices.progressor import PROGRESSOR
from devices.stream import SampleStream
from devices.types import ForceBlock, Gap
from protocols.events import ForceSamples, SamplesLost, UntimedSamples

PERIOD_US = 12_500  # the Progressor's 80 Hz
GAUGE = replace(PROGRESSOR, has_device_time=False, loss_detectable=False)


class Listener:
    """A stream and what it delivered, in order."""

    def __init__(self, model: ForceModel = PROGRESSOR) -> None:
        self.blocks: list[ForceBlock] = []
        self.gaps: list[Gap] = []
        self.stream = SampleStream(model, self.blocks.append, self.gaps.append)

    def hear(self, *ticks: int, period_us: int = PERIOD_US) -> None:
        t_us = np.array(ticks, np.int64) * period_us
        samples = ForceSamples(t_us, np.zeros((len(t_us), 1)))
        self.stream.take(samples, 1_000_000 + int(t_us[-1]))

    def arrive(self, n: int, host_us: int) -> None:
        self.stream.take_untimed(UntimedSamples(np.zeros((n, 1))), host_us)

    @property
    def t_us(self) -> list[int]:
        return [t for block in self.blocks for t in block.t_us.tolist()]


def test_the_first_samples_wait_until_the_period_is_known_and_then_come_in_order() -> None:
    listener = Listener()
    for tick in range(8):
        listener.hear(tick)
    assert listener.blocks == []
    listener.hear(8)
    assert [block.index for block in listener.blocks] == list(range(9))
    assert listener.gaps == []


def test_a_rate_that_the_device_told_needs_no_waiting() -> None:
    listener = Listener()
    listener.stream.told_rate(80.0)
    listener.hear(0)
    assert listener.t_us == [0]


def test_a_device_at_10_hz_instead_of_80_has_no_gaps() -> None:
    listener = Listener()
    for tick in range(50):
        listener.hear(tick, period_us=100_000)
    assert listener.gaps == []
    assert listener.stream.lost == 0
    assert listener.stream.rate_hz == pytest.approx(10.0)


def test_samples_missing_at_the_very_beginning_are_gaps_all_the_same() -> None:
    listener = Listener()
    listener.hear(*(tick for tick in range(30) if tick not in (2, 3)))
    # between 12 500 and 50 000 us, two samples
    assert listener.gaps == [Gap(12_500, 50_000, 2, "samples are missing")]
    assert [block.index for block in listener.blocks] == [0, 4]
    assert (listener.stream.samples, listener.stream.lost) == (28, 2)


def test_doubles_are_dropped_and_counted_before_and_after_the_period_is_known() -> None:
    listener = Listener()
    listener.hear(0, 1, 2)
    listener.hear(0, 1, 2)
    listener.hear(*range(3, 20))
    listener.hear(18, 19, 20)
    assert listener.t_us == [PERIOD_US * tick for tick in range(21)]
    assert listener.stream.repeats == 5


def test_an_interruption_before_the_period_is_known_loses_nothing() -> None:
    listener = Listener()
    listener.hear(0, 1, 2)
    listener.stream.interrupt("unplugged")
    listener.hear(*range(40, 60))
    assert listener.t_us == [PERIOD_US * tick for tick in (0, 1, 2, *range(40, 60))]
    assert listener.gaps == [Gap(25_000, 500_000, 37, "unplugged")]


def test_a_loss_that_the_format_tells_is_a_gap_however_short() -> None:
    listener = Listener()
    listener.hear(*range(20))
    listener.stream.lose(SamplesLost(1, "the counter skipped"))
    listener.hear(21, 22)
    assert listener.gaps == [Gap(237_500, 262_500, 1, "the counter skipped")]


def test_without_a_device_clock_time_begins_with_the_first_sample_and_late_bursts_are_no_gap() -> (
    None
):
    listener = Listener(GAUGE)
    for i in range(400):
        listener.arrive(4, 1_000_000 + 50_000 * i)  # 80 Hz in steps of 50 ms
    listener.arrive(32, 1_000_000 + 50_000 * 407)  # 0.4 s late, then all at once
    assert listener.t_us[0] == 0
    assert listener.gaps == []
    assert listener.stream.rate_hz == pytest.approx(80.0, rel=0.01)
    assert np.diff(listener.t_us).max() <= 1.1 * PERIOD_US


def test_without_a_device_clock_a_silence_is_a_gap_of_unknown_size() -> None:
    listener = Listener(GAUGE)
    back_us = 12_500 * 99 + 2_000_000
    for host_us in (*(12_500 * i for i in range(100)), *(back_us + 12_500 * i for i in range(20))):
        listener.arrive(1, host_us)
    (gap,) = listener.gaps
    assert (gap.end_us - gap.start_us, gap.samples) == (2_000_000, None)
    assert listener.blocks[-1].index == 119
    assert listener.stream.lost == 0


def test_samples_that_come_all_at_once_after_a_silence_are_spread_over_it() -> None:
    listener = Listener(GAUGE)
    for i in range(100):
        listener.arrive(1, 12_500 * i)
    back_us = 12_500 * 99 + 800_000  # 64 periods of 12.5 ms
    for i in range(64):
        listener.arrive(1, back_us + 10 * i)
    for i in range(20):
        listener.arrive(1, back_us + 12_500 * (i + 1))
    assert listener.gaps == []
    assert len(listener.t_us) == 184
    assert np.abs(np.diff(listener.t_us) - PERIOD_US).max() < 100


def test_losses_that_the_format_tells_one_after_the_other_add_up() -> None:
    listener = Listener()
    listener.hear(*range(20))
    listener.stream.lose(SamplesLost(1, "the counter skipped"))
    listener.stream.lose(SamplesLost(2, "the board was pushed"))
    listener.hear(23, 24)
    reason = "the counter skipped; the board was pushed"
    assert listener.gaps == [Gap(237_500, 287_500, 3, reason)]
    listener.stream.lose(SamplesLost(2, "the counter skipped"))
    listener.stream.lose(SamplesLost(None, "the counter skipped"))
    listener.hear(30)
    assert listener.gaps[1:] == [Gap(300_000, 375_000, 5, "the counter skipped")]


def test_an_interruption_is_more_than_the_loss_that_was_told_before_it() -> None:
    listener = Listener()
    listener.hear(*range(20))
    listener.stream.lose(SamplesLost(1, "the counter skipped"))
    listener.stream.interrupt("unplugged")
    listener.hear(40, 41)
    assert listener.gaps == [Gap(237_500, 500_000, 20, "unplugged")]


def test_samples_that_the_format_counted_as_missing_took_their_time() -> None:
    listener = Listener(replace(GAUGE, loss_detectable=True))
    for tick in range(200):
        if 100 <= tick < 104:
            continue
        if tick == 104:
            listener.stream.lose(SamplesLost(4, "samples are missing"))
        listener.arrive(1, 1_000_000 + tick * PERIOD_US)
    (gap,) = listener.gaps
    assert gap.samples == listener.stream.lost == 4
    assert gap.end_us - gap.start_us == pytest.approx(5 * PERIOD_US, abs=10)
    assert listener.t_us[-1] == pytest.approx(199 * PERIOD_US, abs=100)


def test_without_a_clock_a_silence_tells_no_number_of_samples() -> None:
    listener = Listener(replace(GAUGE, loss_detectable=True))
    for tick in (*range(100), *range(200, 220)):
        listener.arrive(1, 1_000_000 + tick * PERIOD_US)
    (gap,) = listener.gaps
    assert gap.samples is None
    assert listener.stream.lost == 0

"""From the samples that a codec read to blocks without a gap inside, and the gaps between them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from devices.clock import ArrivalClock, PeriodMeter, Timeline
from devices.declaration import ForceModel
from devices.types import ForceBlock, Gap, Microseconds, Newtons
from protocols.events import ForceSamples, SamplesLost, UntimedSamples

_RATE_WINDOW_US = 2_000_000
_QUIET_WINDOW_US = 1_500_000
_REPEAT_US = 200_000
_BURST_US = 100_000


class SampleStream:
    """One stream of a device: blocks to `on_block`, gaps to `on_gap`, in stream order.

    The first samples wait until the device's own period is known, unless it told it: a device
    that runs slower than declared must not be taken for one that loses samples. `repeats` counts
    samples that came twice; `host_us` is the host's monotonic time of arrival.
    """

    def __init__(
        self,
        model: ForceModel,
        on_block: Callable[[ForceBlock], None],
        on_gap: Callable[[Gap], None],
    ) -> None:
        period_us = 1e6 / model.rate_hz
        self.samples = 0
        self.lost = 0
        self.repeats = 0
        self._on_block = on_block
        self._on_gap = on_gap
        self._meter = PeriodMeter(period_us)
        self._arrivals = ArrivalClock(period_us, is_steady=model.is_steady)
        self._timeline = Timeline(
            period_us,
            has_clock=model.has_device_time,
            is_countable=model.loss_detectable,
        )
        self._waiting: list[_Arrived] = []
        self._late: list[_Late] = []
        self._last_taken_us: int | None = None
        self._loss: SamplesLost | None = None
        self._next_index = 0
        self._recent: deque[tuple[int, int]] = deque()
        self._quiet: deque[ForceBlock] = deque()

    @property
    def period_us(self) -> float:
        """As measured, or as declared until that is known."""
        return self._timeline.period_us

    @property
    def last_us(self) -> int:
        """Stream time of the last sample delivered."""
        return self._timeline.last_us

    @property
    def rate_hz(self) -> float | None:
        """Measured over the last two seconds; None before that is known."""
        if len(self._recent) < 2:
            return None
        (first_us, _), (last_us, _) = self._recent[0], self._recent[-1]
        counted = sum(n for _, n in list(self._recent)[1:])
        return counted / ((last_us - first_us) * 1e-6) if last_us > first_us else None

    def latest(self) -> tuple[Microseconds, Newtons]:
        """``t_us (n,) µs, force (n, channels) N`` of the last second and a half."""
        if not self._quiet:
            return np.empty(0, np.int64), np.empty((0, 0))
        t_us = np.concatenate([block.t_us for block in self._quiet])
        return t_us, np.concatenate([block.force for block in self._quiet])

    def told_rate(self, rate_hz: float) -> None:
        """The device said at which rate it streams."""
        self._meter = PeriodMeter(1e6 / rate_hz)
        self._meter.is_known = True
        self._timeline.period_us = self._meter.period_us

    def interrupt(self, cause: str) -> None:
        """What follows comes after an interruption."""
        self._deliver_waiting()
        self._place_late()
        self._last_taken_us = None
        self._loss = None  # only a part of what is missing now
        self._timeline.interrupt(cause)

    def lose(self, loss: SamplesLost) -> None:
        """The format told that samples are missing before the next ones; told again, they add
        up."""
        before = self._loss
        if before is None:
            self._loss = loss
            return
        is_counted = before.samples is not None and loss.samples is not None
        samples = (before.samples or 0) + (loss.samples or 0) if is_counted else None
        reasons = dict.fromkeys((*before.reason.split("; "), loss.reason))
        self._loss = SamplesLost(samples, "; ".join(reasons))

    def take(self, event: ForceSamples, host_us: int) -> None:
        t_us, force = self._without_repeats(event.t_us, event.force)
        if not len(t_us):
            return
        self._last_taken_us = int(t_us[-1])
        loss, self._loss = self._loss, None
        self._waiting.append(_Arrived(t_us, force, loss, host_us))
        self._meter.feed(t_us)
        if self._meter.is_known:
            self._timeline.period_us = self._meter.period_us
            self._deliver_waiting()

    def take_untimed(self, event: UntimedSamples, host_us: int) -> None:
        if not len(event.force):
            return
        loss, self._loss = self._loss, None
        self._late.append(_Late(event.force, loss, host_us))
        first_us = self._late[0].host_us
        if self._arrivals.is_back(first_us) and host_us - first_us < _BURST_US:
            return  # whether more of what was held back comes now shows in a moment
        self._place_late()

    def _place_late(self) -> None:
        late, self._late = self._late, []
        if not late:
            return
        # Samples that the format counted as missing took their time too.
        missing = [(each.loss.samples or 0) if each.loss else 0 for each in late]
        counts = [n + len(each.force) for n, each in zip(missing, late, strict=True)]
        t_us = self._arrivals.stamp(sum(counts), late[-1].host_us)
        self._timeline.period_us = self._arrivals.period_us
        self._timeline.is_countable = False  # a number in the format tells them, or nothing
        ends = np.cumsum(counts)
        for each, end in zip(late, ends.tolist(), strict=True):
            own_us = t_us[end - len(each.force) : end]
            self._deliver(_Arrived(own_us, each.force, each.loss, each.host_us))

    def _deliver_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for arrived in waiting:
            self._deliver(arrived)

    def _deliver(self, arrived: _Arrived) -> None:
        """Each run without a jump inside; a message may hold several."""
        steps = np.diff(arrived.t_us)
        jumps = np.flatnonzero(steps > self._timeline.longest_step_us) + 1
        loss = arrived.loss
        for t_us, force in zip(
            np.split(arrived.t_us, jumps), np.split(arrived.force, jumps), strict=True
        ):
            self._emit(t_us, force, loss, arrived.host_us)
            loss = None

    def _emit(
        self, t_us: Microseconds, force: Newtons, loss: SamplesLost | None, host_us: int
    ) -> None:
        placed, gap = self._timeline.place(
            t_us, host_us, loss.samples if loss else None, loss.reason if loss else None
        )
        if gap is not None:
            self._next_index += gap.samples or 0
            self.lost += gap.samples or 0
            self._on_gap(gap)
        block = ForceBlock(placed, force, self._next_index)
        self._next_index += len(placed)
        self.samples += len(placed)
        self._remember(block)
        self._on_block(block)

    def _without_repeats(self, t_us: Microseconds, force: Newtons) -> tuple[Microseconds, Newtons]:
        """Drop late doubles, and anything not rising; what is further back than a double can be
        is a clock that began again."""
        fresh = np.concatenate(([True], np.diff(t_us) > 0))
        if self._last_taken_us is not None:
            back_us = self._last_taken_us - t_us
            fresh &= (back_us < 0) | (back_us >= _REPEAT_US)
        if bool(np.all(fresh)):
            return t_us, force
        self.repeats += int(np.count_nonzero(~fresh))
        return t_us[fresh], force[fresh]

    def _remember(self, block: ForceBlock) -> None:
        last_us = int(block.t_us[-1])
        self._recent.append((last_us, len(block.t_us)))
        while last_us - self._recent[0][0] > _RATE_WINDOW_US:
            self._recent.popleft()
        self._quiet.append(block)
        while last_us - int(self._quiet[0].t_us[-1]) > _QUIET_WINDOW_US:
            self._quiet.popleft()


@dataclass(frozen=True, slots=True, eq=False)
class _Arrived:
    t_us: Microseconds
    force: Newtons
    loss: SamplesLost | None
    host_us: int


@dataclass(frozen=True, slots=True, eq=False)
class _Late:
    force: Newtons
    loss: SamplesLost | None
    host_us: int

"""From a device's clock, or the host's where it has none, to one time axis of the stream that
survives restarts and reconnects."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from devices.types import Gap, Microseconds

_SAME_CLOCK_US = 500_000
_GAP_PERIODS = 1.5

# Without a device clock, a shorter wait cannot be told from a late delivery.
_SILENCE_PERIODS = 2.5
_SILENCE_US = 500_000

_FEWEST_SPACINGS = 8
_MEASURE_US = 1_000_000
_AGREES = 0.5
_BELIEVED_SHARE = 0.2

_RATE_WINDOW_US = 4_000_000
_PULL = 0.02


class Timeline:
    """Stream time in µs since the first sample, from device time where the device's clock went
    on, anchored by host time where it began again (a restart, a reconnect, a jump).

    `place` returns the stream times of samples and the gap before them, if there is one: a step
    of more than 1.5 periods, or a silence where the device has no clock. The number of samples in
    it is told where they can be counted. `period_us` follows what is measured, and `is_countable`
    what the samples carry.
    """

    def __init__(
        self, period_us: float, *, has_clock: bool = True, is_countable: bool = True
    ) -> None:
        self.period_us = period_us
        self._has_clock = has_clock
        self.is_countable = is_countable
        self._shift_us: int | None = None
        self._last_device_us = 0
        self._last_us = 0
        self._last_host_us = 0
        self._break_cause: str | None = None

    @property
    def last_us(self) -> int:
        """Stream time of the last sample placed."""
        return self._last_us

    @property
    def longest_step_us(self) -> float:
        """From one sample to the next without a gap between them."""
        return _GAP_PERIODS * self.period_us if self._has_clock else _silence_us(self.period_us)

    def interrupt(self, cause: str) -> None:
        """The next samples come after an interruption: a gap even where the clocks agree."""
        if self._shift_us is not None and self._break_cause is None:
            self._break_cause = cause

    def place(
        self, t_us: Microseconds, host_us: int, lost: int | None = None, cause: str | None = None
    ) -> tuple[Microseconds, Gap | None]:
        """Stream times of ``t_us (n,) µs``; `host_us` is the host's monotonic time of arrival."""
        if self._shift_us is None:
            self._shift_us = -int(t_us[0])
            gap = None
        else:
            # What arrives together arrived with its last sample.
            first_host_us = host_us - int(t_us[-1] - t_us[0])
            gap = self._gap_before(int(t_us[0]), first_host_us, lost, cause)
        placed = t_us + self._shift_us
        self._last_device_us = int(t_us[-1])
        self._last_us = int(placed[-1])
        self._last_host_us = host_us
        self._break_cause = None
        return placed, gap

    def _gap_before(
        self, first_us: int, host_us: int, lost: int | None, cause: str | None
    ) -> Gap | None:
        device_step = first_us - self._last_device_us
        host_step = host_us - self._last_host_us
        interrupted = self._break_cause is not None
        if device_step <= 0 or (interrupted and abs(device_step - host_step) > _SAME_CLOCK_US):
            step = max(host_step, round(self.period_us))
            self._shift_us = self._last_us + step - first_us
            cause = self._break_cause or "the device's clock jumped"
            return Gap(self._last_us, self._last_us + step, None, cause)
        is_gap = lost is not None or cause is not None or interrupted
        if not is_gap and device_step <= self.longest_step_us:
            return None
        if lost is None and self.is_countable:
            counted = round(device_step / self.period_us) - 1
            # Told to be missing where no step shows how many: that is not none.
            lost = counted if counted > 0 else None
        return Gap(
            self._last_us,
            self._last_us + device_step,
            lost,
            self._break_cause or cause or "samples are missing",
        )


class PeriodMeter:
    """The period that a device really has, from the spacing of its samples.

    Lost samples widen spacings and never narrow them: the period so far is believed as long as a
    fifth of the spacings agree with it to a half, and is their mean; otherwise it is the median.
    """

    def __init__(self, period_us: float) -> None:
        self.period_us = period_us
        self.is_known = False
        self._last_us: int | None = None
        self._spacings: list[NDArray[np.int64]] = []
        self._count = 0
        self._span_us = 0

    def feed(self, t_us: Microseconds) -> None:
        """``t_us (n,) µs`` rising, on the device's clock."""
        first = t_us[:1] if self._last_us is None else np.array([self._last_us], np.int64)
        spacing = np.diff(t_us, prepend=first)
        spacing = spacing[spacing > 0]
        self._last_us = int(t_us[-1])
        self._spacings.append(spacing)
        self._count += len(spacing)
        self._span_us += int(spacing.sum())
        is_enough = self._span_us >= _MEASURE_US or not self.is_known
        if self._count >= _FEWEST_SPACINGS and is_enough:
            self._measure(np.concatenate(self._spacings))

    def _measure(self, spacing: NDArray[np.int64]) -> None:
        agreeing = self._agreeing(spacing, self.period_us)
        if len(agreeing) < _BELIEVED_SHARE * len(spacing):
            agreeing = self._agreeing(spacing, float(np.median(spacing)))
        if len(agreeing):
            self.period_us = float(agreeing.mean())
            self.is_known = True
        self._spacings, self._count, self._span_us = [], 0, 0

    def _agreeing(self, spacing: NDArray[np.int64], period_us: float) -> NDArray[np.int64]:
        return spacing[np.abs(spacing - period_us) <= _AGREES * period_us]


class ArrivalClock:
    """Times on the host's clock for samples that carry none.

    At a steady rate, samples that arrive in bursts are spread by the rate measured so far, which
    is pulled towards the arrivals slowly, and never placed later than they arrived. At no steady
    rate each sample is placed when it arrived. A silence begins anew: what comes together after it
    is spread over it as far as it reaches.
    """

    def __init__(self, period_us: float, *, is_steady: bool) -> None:
        self.period_us = period_us
        self.is_known = False
        self._is_steady = is_steady
        self._last_us: int | None = None
        self._last_host_us = 0
        self._arrivals: deque[tuple[int, int]] = deque()
        self._waited_us = 0
        self._counted = 0

    def is_back(self, host_us: int) -> bool:
        """Whether samples that arrive now end a silence in which some may have been held back."""
        has_been = self._last_us is not None
        waited_us = host_us - self._last_host_us
        return self._is_steady and has_been and waited_us > _silence_us(self.period_us)

    def stamp(self, n: int, host_us: int) -> Microseconds:
        """``t (n,) µs``, strictly rising, of samples that arrived together."""
        last = self._last_us
        waited_us = host_us - self._last_host_us
        self._last_host_us = host_us
        if last is None or waited_us > _silence_us(self.period_us):
            end, step = host_us, self.period_us
            if last is not None:
                step = min(step, (end - last) / n)
        else:
            self._measure(n, waited_us)
            end = self._end(last, n, host_us)
            step = (end - last) / n
        t_us = end - np.round(np.arange(n - 1, -1, -1) * step).astype(np.int64)
        self._last_us = end
        return t_us

    def _end(self, last: int, n: int, host_us: int) -> int:
        room = host_us - last
        even = n * self.period_us
        pull = _PULL if self._is_steady and self.is_known else 1.0
        return last + max(round(min(room, even + pull * (room - even))), n)

    def _measure(self, n: int, waited_us: int) -> None:
        self._arrivals.append((n, waited_us))
        self._counted += n
        self._waited_us += waited_us
        while self._waited_us - self._arrivals[0][1] > _RATE_WINDOW_US:
            old_n, old_us = self._arrivals.popleft()
            self._counted -= old_n
            self._waited_us -= old_us
        if self._counted >= _FEWEST_SPACINGS and self._waited_us >= _MEASURE_US:
            self.period_us = self._waited_us / self._counted
            self.is_known = True


def _silence_us(period_us: float) -> float:
    """A longer wait for a sample without a time of its own is a gap."""
    return max(_SILENCE_PERIODS * period_us, _SILENCE_US)

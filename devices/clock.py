"""From a device's clock to one time axis of the stream that survives restarts and reconnects."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.types import Gap, Microseconds

_SAME_CLOCK_US = 500_000
_REPEAT_US = 200_000
GAP_PERIODS = 2.5


class Timeline:
    """Stream time in µs since the first sample, from device time where the device's clock went
    on, anchored by host time where it began again (a restart, a reconnect, a jump).

    `place` returns the stream times of samples and the gap before them, if there is one.
    """

    def __init__(self, period_us: float) -> None:
        self._period_us = period_us
        self._shift_us: int | None = None
        self._last_device_us = 0
        self._last_us = 0
        self._last_host_us = 0
        self._break_cause: str | None = None

    @property
    def last_us(self) -> int:
        """Stream time of the last sample placed."""
        return self._last_us

    def is_repeat(self, t_us: Microseconds) -> NDArray[np.bool_]:
        """Which of ``t_us (n,) µs`` were delivered before: late doubles, not a clock that
        began again, which is further back or follows an interruption."""
        if self._shift_us is None or self._break_cause is not None:
            return np.zeros(len(t_us), np.bool_)
        back = self._last_device_us - t_us
        return (back >= 0) & (back < _REPEAT_US)

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
            step = max(host_step, round(self._period_us))
            self._shift_us = self._last_us + step - first_us
            cause = self._break_cause or "the device's clock jumped"
            return Gap(self._last_us, self._last_us + step, None, cause)
        is_gap = lost is not None or cause is not None or interrupted
        if not is_gap and device_step <= GAP_PERIODS * self._period_us:
            return None
        if lost is None:
            lost = max(round(device_step / self._period_us) - 1, 0)
        return Gap(
            self._last_us,
            self._last_us + device_step,
            lost,
            self._break_cause or cause or "samples are missing",
        )

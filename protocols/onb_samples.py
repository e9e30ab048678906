"""From ONB/1 sample frames to newtons: calibration, continuity and channel status of one stream."""

from __future__ import annotations

import numpy as np

from protocols.events import (
    ChannelProblem,
    ChannelRecovered,
    ChannelStatus,
    Event,
    ForceSamples,
    LowBattery,
    Microseconds,
    Newtons,
    Noise,
    SamplesLost,
    StreamStarted,
)
from protocols.onb_frames import CalibrationRecord, Counts, SampleFlag, SampleRows

_INDEX_MASK = 0xFFFF_FFFF
_HALF_RANGE = 1 << 31
_LOST_BEFORE = int(SampleFlag.LOST_BEFORE)
_BATTERY_LOW = int(SampleFlag.BATTERY_LOW)
_PROBLEM_BITS: tuple[tuple[int, int, ChannelProblem], ...] = (
    (int(SampleFlag.CH0_SATURATED), 0, ChannelProblem.SATURATED),
    (int(SampleFlag.CH1_SATURATED), 1, ChannelProblem.SATURATED),
    (int(SampleFlag.CH0_OPEN), 0, ChannelProblem.OPEN),
    (int(SampleFlag.CH1_OPEN), 1, ChannelProblem.OPEN),
    (int(SampleFlag.NOT_CALIBRATED), 0, ChannelProblem.UNCALIBRATED),
    (int(SampleFlag.NOT_CALIBRATED), 1, ChannelProblem.UNCALIBRATED),
)


class SampleStream:
    """Both cells of one connection. `read` says what each SAMPLES payload holds."""

    def __init__(self) -> None:
        self._records: dict[int, CalibrationRecord] = {}
        self._scale: _Scale | None = None
        self._uncalibrated_told = False
        self._is_requested = False
        self._next_index: int | None = None
        self._status = 0
        self._offsets_key = (0, 0)
        self._offsets: Microseconds = np.zeros(0, np.int64)

    def calibrate(self, record: CalibrationRecord) -> None:
        self._records[record.channel] = record
        if len(self._records) == 2:
            self._scale = _Scale(self._records[0], self._records[1])

    def request(self) -> None:
        """START is on its way: what comes before its confirmation belongs to an earlier stream."""
        self._is_requested = True

    def refuse(self) -> None:
        self._is_requested = False

    def begin(self, rate_hz: float | None) -> StreamStarted:
        """The board confirmed; its first frame may have overtaken the answer."""
        if self._is_requested:
            self._is_requested = False
            self._next_index = 0
            self._status = 0
        return StreamStarted(rate_hz)

    def end(self, last_index: int | None = None) -> list[SamplesLost]:
        """What is missing after the last frame that came, where the board tells its last index."""
        next_index, self._next_index = self._next_index, None
        # 0 or None: nothing came, and then a last index of 0 may mean nothing either
        if not next_index or last_index is None:
            return []
        missing = (last_index + 1 - next_index) & _INDEX_MASK
        if 0 < missing < _HALF_RANGE:
            return [SamplesLost(missing, "frames are missing at the end")]
        return []

    def forget(self) -> None:
        """The board restarted: its counters began again, its calibration records are the same."""
        self._is_requested = False
        self._next_index = None
        self._status = 0

    def read(self, payload: bytes) -> list[Event]:
        rows = SampleRows.decode(payload)
        if rows is None:
            return [Noise("samples that make no sense", len(payload))]
        events: list[Event] = []
        if self._is_requested:
            if rows.index != 0:
                return [Noise("samples of an earlier stream", len(payload))]
            events.append(self.begin(None))
        if self._scale is None:
            events += self._tell_uncalibrated(rows.t0_us)
            return [*events, Noise("samples without a calibration record", len(payload))]
        if self._next_index is not None:
            ahead = (rows.index - self._next_index) & _INDEX_MASK
            if ahead >= _HALF_RANGE:
                return [Noise("samples that were delivered before", len(payload))]
            if ahead:
                events.append(SamplesLost(ahead, "frames are missing"))
            elif rows.status & _LOST_BEFORE:
                events.append(SamplesLost(None, "the board dropped samples"))
        n = len(rows.counts)
        self._next_index = (rows.index + n) & _INDEX_MASK
        if rows.status != self._status:
            events += self._tell_status(rows.status, rows.t0_us)
        t_us = self._times(n, rows.span_us) + rows.t0_us
        events.append(ForceSamples(t_us, self._scale.newtons(rows.counts), rows.index))
        return events

    def _times(self, n: int, span_us: int) -> Microseconds:
        """Offsets of `n` samples evenly over a span: nearly always those of the frame before."""
        if self._offsets_key != (n, span_us):
            steps = max(n - 1, 1)
            self._offsets = (np.arange(n, dtype=np.int64) * span_us + steps // 2) // steps
            self._offsets_key = (n, span_us)
        return self._offsets

    def _tell_uncalibrated(self, t_us: int) -> list[Event]:
        if self._uncalibrated_told:
            return []
        self._uncalibrated_told = True
        missing = [channel for channel in (0, 1) if channel not in self._records]
        return [ChannelStatus(channel, ChannelProblem.UNCALIBRATED, t_us) for channel in missing]

    def _tell_status(self, status: int, t_us: int) -> list[Event]:
        events: list[Event] = []
        begun, ended = status & ~self._status, self._status & ~status
        for bit, channel, problem in _PROBLEM_BITS:
            if begun & bit:
                events.append(ChannelStatus(channel, problem, t_us))
            elif ended & bit:
                events.append(ChannelRecovered(channel, problem, t_us))
        if begun & _BATTERY_LOW:
            events.append(LowBattery())
        self._status = status
        return events


class _Scale:
    """Both calibration records as arrays."""

    def __init__(self, *records: CalibrationRecord) -> None:
        self._zero = np.array([record.zero_counts for record in records], np.float64)
        self._a = np.array([record.n_per_count for record in records])
        self._c2 = np.array([record.c2 for record in records])
        self._c3 = np.array([record.c3 for record in records])
        self._is_linear = not (self._c2.any() or self._c3.any())

    def newtons(self, counts: Counts) -> Newtons:
        x = counts - self._zero
        if self._is_linear:
            return x * self._a
        return x * (self._a + x * (self._c2 + x * self._c3))

"""The Frez Dyno: nine raw counts with their times in each notification of Bluetooth LE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum

import numpy as np

from protocols.codec import Codec, Framing
from protocols.events import (
    ChannelProblem,
    ChannelStatus,
    Event,
    ForceSamples,
    Microseconds,
    Noise,
    Restarted,
    StreamStarted,
)
from protocols.gate import RequestClass

SAMPLES = 9
_HEAD = b"\x01\x00"
_ROW = np.dtype([("counts", "<i4"), ("ms", "<u4")])
_BYTES = len(_HEAD) + SAMPLES * _ROW.itemsize
_RANGE_MS = 1 << 32
_HALF_RANGE_MS = 1 << 31
_REPEAT_MS = 250  # further back than this is a clock that began again


class Command(IntEnum):
    """First byte of two; the second is zero. This program can form START and STOP."""

    START = 0x01
    STOP = 0x02
    POWER_OFF = 0xFF


class FrezCodec(Codec):
    """Raw counts on the wire, newtons in the events with a calibration of ours; without one the
    channel is told as uncalibrated and nothing is delivered.

    The device's own milliseconds count from the start of its stream. There is no checksum and no
    number: lost samples show as a step in the times.
    """

    def __init__(self, framing: Framing = Framing.PACKETS) -> None:
        if framing is not Framing.PACKETS:
            raise ValueError("without packet boundaries or a checksum samples would be invented")
        super().__init__(framing)
        self._calibration: tuple[float, float] | None = None
        self.reset()

    def reset(self) -> None:
        self._is_requested = False
        self._is_told = False
        self._last_ms: int | None = None
        self._t_ms = 0

    def identify(self) -> Iterator[bytes]:
        yield self.stop()

    def start(self) -> bytes:
        self._is_requested = True
        self._last_ms = None
        return _form(Command.START)

    def stop(self) -> bytes:
        return _form(Command.STOP)

    def calibrate(self, channel: int, newtons_per_count: float, zero_counts: float) -> None:
        if channel == 0:
            self._calibration = (newtons_per_count, zero_counts)

    def forget_calibrations(self) -> None:
        self._calibration = None

    def request_class(self, data: bytes) -> RequestClass:
        match list(data):
            case []:
                return RequestClass.LISTEN
            case [Command.START | Command.STOP, 0]:
                return RequestClass.STREAM
            case [Command.POWER_OFF, 0]:
                return RequestClass.SETS
            case _:
                return RequestClass.UNKNOWN

    def receive(self, data: bytes) -> list[Event]:
        """Events of one notification: all of its samples or none."""
        if len(data) != _BYTES or not data.startswith(_HEAD):
            return [Noise("no notification of nine samples", len(data))]
        rows = np.frombuffer(data, _ROW, offset=len(_HEAD))
        ms = rows["ms"].astype(np.int64)
        steps = _through_wrap(np.diff(ms))
        if bool((steps <= 0).any()):
            return [Noise("times that do not rise", len(data))]
        step = 0 if self._last_ms is None else int(_through_wrap(ms[:1] - self._last_ms)[0])
        if self._last_ms is not None and -_REPEAT_MS < step <= 0:
            return [Noise("samples not later than those before", len(data))]
        if self._calibration is None:
            is_told, self._is_told = self._is_told, True
            return [] if is_told else [ChannelStatus(0, ChannelProblem.UNCALIBRATED)]
        events: list[Event] = []
        if self._is_requested:
            self._is_requested = False
            events.append(StreamStarted())
        if step < 0:
            events.append(Restarted())
        began_ms = 0 if self._last_ms is None or step < 0 else self._t_ms + step
        t_ms = began_ms + np.concatenate(([0], np.cumsum(steps)))
        self._last_ms, self._t_ms = int(ms[-1]), int(t_ms[-1])
        newtons_per_count, zero_counts = self._calibration
        force = (rows["counts"].astype(np.float64) - zero_counts) * newtons_per_count
        events.append(ForceSamples(t_ms * 1000, force.reshape(-1, 1)))
        return events


def encode_rows(counts: Sequence[int], ms: Sequence[int]) -> bytes:
    """One notification of nine samples; ``ms`` wraps at 32 bits."""
    rows = np.zeros(SAMPLES, _ROW)
    rows["counts"] = counts
    rows["ms"] = [value % _RANGE_MS for value in ms]
    return _HEAD + rows.tobytes()


def _form(command: Command) -> bytes:
    return bytes((command, 0))


def _through_wrap(steps_ms: Microseconds) -> Microseconds:
    """Steps of a clock of 32 bits, which begins again after 49.7 days."""
    return (steps_ms + _HALF_RANGE_MS) % _RANGE_MS - _HALF_RANGE_MS

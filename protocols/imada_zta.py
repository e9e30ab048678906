"""Imada eZT and ZTA force gauges: records of twenty characters, of which six are known."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from protocols.codec import Codec, Framing
from protocols.events import (
    ChannelProblem,
    ChannelStatus,
    Event,
    Noise,
    StreamStarted,
    UntimedSamples,
)
from protocols.gate import RequestClass
from protocols.lines import decimal

START = b"XAG\r"
STOP = b"XAS\r"
RECORD_CHARACTERS = 20

_NUMBER = slice(1, 7)
_LONGEST = 40
_REQUEST_CLASSES = MappingProxyType(
    {
        b"": RequestClass.LISTEN,
        START: RequestClass.STREAM,
        STOP: RequestClass.STREAM,
        b"Z\r": RequestClass.SETS,
    }
)


class ImadaZtaCodec(Codec):
    """The number of each record, made newtons with a calibration of ours.

    What the other characters say, the unit among them, was not found. A record is known by its
    length alone, spaces included.
    """

    has_whole_counts: ClassVar[bool] = False

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        super().__init__(framing)
        self._calibration: tuple[float, float] | None = None
        self.reset()

    def reset(self) -> None:
        self._held = b""
        self._overlong_bytes = 0
        self._is_requested = False
        self._is_told = False

    def identify(self) -> Iterator[bytes]:
        yield self.stop()

    def start(self) -> bytes:
        self._is_requested = True
        return START

    def stop(self) -> bytes:
        return STOP

    def calibrate(self, channel: int, newtons_per_count: float, zero_counts: float) -> None:
        if channel == 0:
            self._calibration = (newtons_per_count, zero_counts)

    def forget_calibrations(self) -> None:
        self._calibration = None

    def request_class(self, data: bytes) -> RequestClass:
        return _REQUEST_CLASSES.get(data, RequestClass.UNKNOWN)

    def receive(self, data: bytes) -> list[Event]:
        *records, self._held = (self._held + data).split(b"\r")
        events: list[Event] = []
        for record in records:
            events += self._read(record)
        if len(self._held) > _LONGEST:
            self._overlong_bytes += len(self._held)
            self._held = b""
        return events

    def _read(self, record: bytes) -> list[Event]:
        size, self._overlong_bytes = self._overlong_bytes + len(record), 0
        number = decimal(record[_NUMBER].strip()) if size == RECORD_CHARACTERS else None
        if number is None:
            return [Noise("no record", size)] if size else []
        if self._calibration is None:
            is_told, self._is_told = self._is_told, True
            return [] if is_told else [ChannelStatus(0, ChannelProblem.UNCALIBRATED)]
        events: list[Event] = []
        if self._is_requested:
            self._is_requested = False
            events.append(StreamStarted())
        newtons_per_count, zero_counts = self._calibration
        force = (number - zero_counts) * newtons_per_count
        return [*events, UntimedSamples(np.array([[force]]))]


def encode_record(number: float) -> bytes:
    """A record; all but its length and the place of the number is our own."""
    return f"r{number:+06.1f}".ljust(RECORD_CHARACTERS).encode() + b"\r"

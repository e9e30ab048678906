"""Nextech force gauges, also sold by Sauter: one character asks, and some text answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar

import numpy as np

from protocols.codec import Codec, Framing
from protocols.events import (
    ChannelProblem,
    ChannelStatus,
    Event,
    LogLine,
    Noise,
    SamplesLost,
    StreamStarted,
    UntimedSamples,
)
from protocols.gate import RequestClass
from protocols.lines import Lines


class Request(StrEnum):
    """The two that this program can form."""

    INFORMATION = "!"
    READING = "v"


_QUERIES = frozenset(b"!xpclvLd")
_SETS = frozenset(b"zrum")  # zero, reset, unit, mode
_NUMBER = re.compile(rb"([+-]?) *(\d{1,7}(?:\.\d{1,6})?)")
_CHANGED = "the text of the readings changed: another unit or mode?"


class NextechCodec(Codec):
    """The first signed number of an answer, made newtons with a calibration of ours.

    What the rest of the answer says is not published, its unit included. It must not change while
    a stream runs: a reading with other letters in it is left out and told as `SamplesLost`.
    """

    has_whole_counts: ClassVar[bool] = False
    poll_s: ClassVar[float | None] = 0.3
    tries: ClassVar[int] = 2

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        super().__init__(framing)
        self._lines = Lines(longest=100)
        self._calibration: tuple[float, float] | None = None
        self.reset()

    def reset(self) -> None:
        self._lines.reset()
        self._open: Request | None = None
        self._is_requested = False
        self._is_told = False
        self._letters: bytes | None = None
        self._has_changed = False

    @property
    def pending(self) -> int:
        return 0 if self._open is None else 1

    def identify(self) -> Iterator[bytes]:
        yield self._ask(Request.INFORMATION)

    def start(self) -> bytes:
        self._is_requested = True
        self._letters = None
        self._has_changed = False
        return self.poll()

    def stop(self) -> bytes:
        return b""

    def poll(self) -> bytes:
        return self._ask(Request.READING)

    def calibrate(self, channel: int, newtons_per_count: float, zero_counts: float) -> None:
        if channel == 0:
            self._calibration = (newtons_per_count, zero_counts)

    def forget_calibrations(self) -> None:
        self._calibration = None

    def request_class(self, data: bytes) -> RequestClass:
        if not data:
            return RequestClass.LISTEN
        if len(data) > 1:
            return RequestClass.UNKNOWN
        if data[0] in _QUERIES:
            return RequestClass.QUERY
        return RequestClass.SETS if data[0] in _SETS else RequestClass.UNKNOWN

    def receive(self, data: bytes) -> list[Event]:
        return [event for line in self._lines.split(data) for event in self._read(line)]

    def _read(self, line: bytes | Noise) -> list[Event]:
        asked, self._open = self._open, None
        if isinstance(line, Noise):
            return [line]
        match asked:
            case Request.INFORMATION:
                return [LogLine(line.decode("ascii", "replace"))]
            case Request.READING:
                return self._reading(line)
            case None:
                return [Noise("a line that nothing asked for", len(line))]

    def _reading(self, line: bytes) -> list[Event]:
        found = _NUMBER.search(line)
        if found is None or not line.isascii():
            return [Noise("no number", len(line))]
        if self._calibration is None:
            is_told, self._is_told = self._is_told, True
            return [] if is_told else [ChannelStatus(0, ChannelProblem.UNCALIBRATED)]
        letters = re.sub(rb"[^A-Za-z]", b"", line)
        if self._letters is None:
            self._letters = letters
        if letters != self._letters:
            self._has_changed = True
            return [Noise("a reading with other words", len(line))]
        events: list[Event] = []
        if self._is_requested:
            self._is_requested = False
            events.append(StreamStarted())
        if self._has_changed:
            self._has_changed = False
            events.append(SamplesLost(None, _CHANGED))
        newtons_per_count, zero_counts = self._calibration
        number = float(found[1] + found[2])
        force = (number - zero_counts) * newtons_per_count
        return [*events, UntimedSamples(np.array([[force]]))]

    def _ask(self, request: Request) -> bytes:
        self._open = request
        return request.encode()


def encode_reading(number: float, unit: str = "N") -> bytes:
    """One answer in a form of our own: what a real gauge sends is not published."""
    return f"{number:+09.2f} {unit}\r\n".encode()

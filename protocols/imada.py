"""Imada DST and DSV force gauges: one reading for each ``D``, as text over serial."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from protocols.codec import Codec, Framing
from protocols.events import (
    ChannelProblem,
    ChannelRecovered,
    ChannelStatus,
    Event,
    LogLine,
    Noise,
    Rejected,
    SamplesLost,
    StreamStarted,
    UntimedSamples,
)
from protocols.gate import RequestClass
from protocols.lines import Lines

READ = b"D\r"
STARTED = "Gauge Started."

NEWTONS_PER_UNIT = MappingProxyType({"N": 1.0, "K": 9.80665})

_READING = re.compile(rb"([+-]\d{1,6}\.\d{1,4})([A-Z])([TP])([LOHE])")
_SETTING = re.compile(rb"(Z|T|P|N|K|Q|OM|OC0|OC1|E[-+0-9.]+)\r")


class ImadaCodec(Codec):
    """Newtons or kilograms-force on the wire, newtons in the events; the sign as on the wire.

    Readings in another unit, or of the highest force so far instead of the present one, are left
    out: the device refuses to start, and later they are told as `SamplesLost`. A reading beyond
    the gauge's range is delivered, and marked.
    """

    poll_s: ClassVar[float | None] = 0.3

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        super().__init__(framing)
        self._lines = Lines(longest=40, end=b"\r")
        self.reset()

    def reset(self) -> None:
        self._lines.reset()
        self._is_asked = False
        self._is_requested = False
        self._is_overloaded = False
        self._unusable: str | None = None

    @property
    def pending(self) -> int:
        return int(self._is_asked)

    def identify(self) -> Iterator[bytes]:
        yield self.poll()  # no request names the gauge; one that answers this speaks its format

    def start(self) -> bytes:
        self._is_requested = True
        self._unusable = None
        return self.poll()

    def stop(self) -> bytes:
        return b""

    def poll(self) -> bytes:
        self._is_asked = True
        return READ

    def request_class(self, data: bytes) -> RequestClass:
        if not data:
            return RequestClass.LISTEN
        if data == READ:
            return RequestClass.QUERY
        return RequestClass.SETS if _SETTING.fullmatch(data) else RequestClass.UNKNOWN

    def receive(self, data: bytes) -> list[Event]:
        return [event for line in self._lines.split(data) for event in self._read(line)]

    def _read(self, line: bytes | Noise) -> list[Event]:
        if isinstance(line, bytes) and line == STARTED.encode():
            return [LogLine(STARTED)]
        self._is_asked = False
        if isinstance(line, Noise):
            return [line]
        if found := _READING.fullmatch(line):
            number, unit, mode, state = (part.decode() for part in found.groups())
            return self._reading(float(number), unit, mode, state)
        if line == b"E":
            return [Rejected("D", "the gauge does not know the request")]
        return [Noise("no reading", len(line))]

    def _reading(self, number: float, unit: str, mode: str, state: str) -> list[Event]:
        if mode == "P":
            return self._leave_out("the gauge shows peaks: set it to real time")
        if unit not in NEWTONS_PER_UNIT:
            return self._leave_out(f"the gauge reads in unit {unit}: set it to newtons")
        events: list[Event] = []
        if self._is_requested:
            self._is_requested = False
            events.append(StreamStarted())
        if self._unusable is not None:
            events.append(SamplesLost(None, self._unusable))
            self._unusable = None
        is_overloaded = state == "E"
        if is_overloaded != self._is_overloaded:
            self._is_overloaded = is_overloaded
            kind = ChannelStatus if is_overloaded else ChannelRecovered
            events.append(kind(0, ChannelProblem.OVERLOAD))
        force = number * NEWTONS_PER_UNIT[unit]
        return [*events, UntimedSamples(np.array([[force]]))]

    def _leave_out(self, reason: str) -> list[Event]:
        is_known, self._unusable = self._unusable == reason, reason
        return [] if is_known else [Rejected("D", reason)]


def encode_reading(number: float, unit: str = "N", mode: str = "T", state: str = "O") -> bytes:
    """``+123.4NTO`` and a carriage return."""
    return f"{number:+06.1f}{unit}{mode}{state}\r".encode()

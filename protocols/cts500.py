"""The CTS500 and CTS-300 scales: short frames with a sum, over a Bluetooth serial module."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from protocols.codec import Codec, Framing
from protocols.events import (
    BatteryLevel,
    Event,
    Noise,
    SamplesLost,
    StreamStarted,
    UntimedSamples,
)
from protocols.gate import RequestClass

NEWTONS_PER_STEP = 0.01 * 9.80665

HEADER = 0x05
_REPLY = 0x80
_REQUEST_BYTES = 6
_DATA_BYTES = 7
_POSITIVE = 0x00
_MOST_STEPS = 330_000  # the largest range that can be set is 3 t
_UNKNOWN_SIGN = "readings whose sign is not known"


class Opcode(IntEnum):
    """The ones that this program can form."""

    START = 0xAA
    STOP = 0xAB
    BATTERY = 0xC4


REQUEST_CLASSES = MappingProxyType(
    {
        **dict.fromkeys((0xA4, 0xA9, 0xC4, 0xC5), RequestClass.QUERY),
        **dict.fromkeys((0xAA, 0xAB), RequestClass.STREAM),
        # Range, division, calibration masses and steps.
        **dict.fromkeys(range(0x81, 0x85), RequestClass.CALIBRATION),
        **dict.fromkeys((0x86, 0xA1, 0xA2, 0xA7), RequestClass.CALIBRATION),
        # Tare, power-on zero, rates, shut-down, limits, peak mode, alarms.
        **dict.fromkeys((0x85, 0xA6, 0xC0, 0xC1, 0xC3, 0xC6, 0xC7, 0xCA), RequestClass.SETS),
        **dict.fromkeys(range(0xD1, 0xD5), RequestClass.SETS),
    }
)


class Cts500Codec(Codec):
    """Hundredths of a kilogram on the wire, newtons in the events.

    How a push is sent is not known: only readings with the one known sign byte are delivered, the
    others are told as `SamplesLost`. Frames of six and seven bytes begin alike and may be cut
    anywhere: the echo of our own request is looked for first, then a frame of seven.
    """

    reply_s: ClassVar[float] = 2.0

    def __init__(self, framing: Framing = Framing.PACKETS) -> None:
        super().__init__(framing)
        self.reset()

    def reset(self) -> None:
        self._held = b""
        self._skipped = 0
        self._is_asked = False
        self._is_requested = False
        self._left_out = 0

    @property
    def pending(self) -> int:
        return int(self._is_asked)

    def identify(self) -> Iterator[bytes]:
        yield self.stop()
        self._is_asked = True
        yield encode_request(Opcode.BATTERY)

    def start(self) -> bytes:
        self._is_requested = True
        self._left_out = 0
        return encode_request(Opcode.START)

    def stop(self) -> bytes:
        return encode_request(Opcode.STOP)

    def request_class(self, data: bytes) -> RequestClass:
        if not data:
            return RequestClass.LISTEN
        if not _is_frame(data, _REQUEST_BYTES) or len(data) != _REQUEST_BYTES:
            return RequestClass.UNKNOWN
        known = REQUEST_CLASSES.get(data[1], RequestClass.UNKNOWN)
        is_harmless = known in (RequestClass.QUERY, RequestClass.STREAM)
        return RequestClass.UNKNOWN if is_harmless and any(data[2:5]) else known

    def receive(self, data: bytes) -> list[Event]:
        self._held += data
        events: list[Event] = []
        at = 0
        while len(self._held) - at >= _REQUEST_BYTES:
            size = self._frame_at(at)
            if size is None:
                break
            if not size:
                self._skipped += 1
                at += 1
                continue
            if self._skipped:
                events.append(Noise("no frame", self._skipped))
                self._skipped = 0
            if size == _DATA_BYTES:
                events += self._read(self._held[at : at + size])
            at += size
        self._held = self._held[at:]
        return events

    def _frame_at(self, at: int) -> int | None:
        """The size of the frame that begins there: 0 for none, None before that is known."""
        rest = self._held[at : at + _DATA_BYTES]
        if rest[:_REQUEST_BYTES] in _ECHOES:
            return _REQUEST_BYTES
        if rest[0] != HEADER:
            return 0
        if len(rest) < _DATA_BYTES:
            return None
        if _is_frame(rest, _DATA_BYTES):
            return _DATA_BYTES
        is_echo = rest[1] in REQUEST_CLASSES and _is_frame(rest, _REQUEST_BYTES)
        return _REQUEST_BYTES if is_echo else 0

    def _read(self, frame: bytes) -> list[Event]:
        if frame[1] == _REPLY:
            return self._reply(frame[2], int.from_bytes(frame[4:6], "big"))
        steps = int.from_bytes(frame[2:6], "big")
        if frame[1] != _POSITIVE or steps > _MOST_STEPS:
            self._left_out += 1
            return []
        events: list[Event] = []
        if self._is_requested:
            self._is_requested = False
            events.append(StreamStarted())
        if self._left_out:
            events.append(SamplesLost(self._left_out, _UNKNOWN_SIGN))
            self._left_out = 0
        return [*events, UntimedSamples(np.array([[steps * NEWTONS_PER_STEP]]))]

    def _reply(self, opcode: int, value: int) -> list[Event]:
        if opcode != Opcode.BATTERY:
            return []
        self._is_asked = False
        return [BatteryLevel(volts=value / 100)]


def encode_request(opcode: int, value: int = 0) -> bytes:
    """Six bytes: a request, and the echo that acknowledges it."""
    return _with_sum(bytes((HEADER, opcode)) + value.to_bytes(3, "big"))


def encode_weight(steps: int, sign: int = _POSITIVE) -> bytes:
    """Seven bytes: one reading."""
    return _with_sum(bytes((HEADER, sign)) + steps.to_bytes(4, "big"))


def encode_reply(opcode: int, value: int) -> bytes:
    """Seven bytes: the answer to a question."""
    return _with_sum(bytes((HEADER, _REPLY, opcode, 0)) + value.to_bytes(2, "big"))


def _with_sum(data: bytes) -> bytes:
    return data + bytes((sum(data) & 0xFF,))


def _is_frame(data: bytes, size: int) -> bool:
    frame = data[:size]
    return len(frame) == size and frame[0] == HEADER and sum(frame[:-1]) & 0xFF == frame[-1]


_ECHOES = frozenset(encode_request(opcode) for opcode in Opcode)

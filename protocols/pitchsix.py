"""The PitchSix Force Board: whole pounds over Bluetooth LE, no clock, no number of a sample."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import IntEnum

import numpy as np

from protocols.codec import Codec, Framing
from protocols.events import Event, Noise, SamplesLost, StreamStarted, UntimedSamples
from protocols.gate import RequestClass

NEWTONS_PER_POUND = 4.4482216152605

MOST_POUNDS = 1100
"""The largest model ends at 992 lb; what is far above it is a push, counted below zero."""

_PUSHED = "the board was pushed, which it cannot show"
_WEIGHTS = np.array([32_768, 256, 1])  # the odd first one as its clients have it


class Mode(IntEnum):
    """Of the device mode; this program can form the two that begin and end the stream."""

    STREAM = 0x04
    TARE = 0x05
    QUICK_START = 0x06  # streams only above a threshold: the return to zero would be missing
    IDLE = 0x07


class PitchSixCodec(Codec):
    """Pounds on the wire, newtons in the events.

    The board measures pulls alone. A push arrives as a huge number; such samples are left out and
    told as `SamplesLost` before the next good one, because their force is not known.
    """

    def __init__(self, framing: Framing = Framing.PACKETS) -> None:
        if framing is not Framing.PACKETS:
            raise ValueError("without packet boundaries samples would be invented")
        super().__init__(framing)
        self.reset()

    def reset(self) -> None:
        self._is_requested = False
        self._pushed = 0

    def identify(self) -> Iterator[bytes]:
        yield self.stop()

    def start(self) -> bytes:
        self._is_requested = True
        self._pushed = 0
        return bytes((Mode.STREAM,))

    def stop(self) -> bytes:
        return bytes((Mode.IDLE,))

    def request_class(self, data: bytes) -> RequestClass:
        match list(data):
            case []:
                return RequestClass.LISTEN
            case [Mode.STREAM | Mode.IDLE]:
                return RequestClass.STREAM
            case [Mode.TARE | Mode.QUICK_START]:
                return RequestClass.SETS
            case _:
                return RequestClass.UNKNOWN

    def receive(self, data: bytes) -> list[Event]:
        """Events of one notification."""
        if len(data) < 5 or len(data) != 2 + 3 * int.from_bytes(data[:2], "big"):
            return [Noise("a count that does not fit", len(data))]
        events: list[Event] = []
        if self._is_requested:
            self._is_requested = False
            events.append(StreamStarted())
        pounds = np.frombuffer(data, np.uint8, offset=2).reshape(-1, 3) @ _WEIGHTS
        is_good = pounds <= MOST_POUNDS
        for run in np.split(pounds, np.flatnonzero(np.diff(is_good)) + 1):
            if run[0] > MOST_POUNDS:
                self._pushed += len(run)
                continue
            if self._pushed:
                events.append(SamplesLost(self._pushed, _PUSHED))
                self._pushed = 0
            force = run.reshape(-1, 1).astype(np.float64) * NEWTONS_PER_POUND
            events.append(UntimedSamples(force))
        return events


def encode_pounds(pounds: Sequence[int]) -> bytes:
    """One notification; a number below zero is sent as the large one that 24 bits make of it."""
    head = len(pounds).to_bytes(2, "big")
    return head + b"".join((value % (1 << 24)).to_bytes(3, "big") for value in pounds)

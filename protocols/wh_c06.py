"""The WH-C06 hanging scale: its reading rides in the advertisements, and nothing can be asked."""

from __future__ import annotations

import numpy as np

from protocols.codec import Codec, Framing
from protocols.events import (
    Event,
    Identity,
    Noise,
    Rejected,
    SamplesLost,
    StreamStarted,
    UntimedSamples,
)
from protocols.gate import RequestClass

COMPANY = 0x0100
HEADER = b"\x02\x03\x11"
NEWTONS_PER_STEP = 0.01 * 9.80665

_MAC = slice(3, 9)
_KIND = 9
_WEIGHT = slice(10, 12)
_STATUS = 14
_SHORTEST = 15
_KILOGRAMS = 1
_OTHER_UNIT = "the scale does not say that it reads kilograms: set it to kg"


class WhC06Codec(Codec):
    """Hundredths of a kilogram on the wire, never below zero; newtons in the events.

    What the digits for other units mean is not agreed on: readings that are not marked as
    kilograms are left out. The two last bytes change with each reading, so that an equal message
    is the same one, heard twice.
    """

    def __init__(self, framing: Framing = Framing.PACKETS) -> None:
        if framing is not Framing.PACKETS:
            raise ValueError("an advertisement comes in one piece")
        super().__init__(framing)
        self.reset()

    def reset(self) -> None:
        self._last = b""
        self._serial: str | None = None
        self._is_requested = False
        self._is_left_out = False

    def start(self) -> bytes:
        self._is_requested = True
        self._is_left_out = False
        return b""

    def stop(self) -> bytes:
        return b""

    def request_class(self, data: bytes) -> RequestClass:
        return RequestClass.UNKNOWN if data else RequestClass.LISTEN

    def receive(self, data: bytes) -> list[Event]:
        """Events of one advertisement's data of the maker, its company number in front or not."""
        reading = data[max(data.find(HEADER), 0) :]
        if not reading.startswith(HEADER) or len(reading) < _SHORTEST:
            return [Noise("no reading of the scale", len(data))]
        if reading == self._last:
            return []
        self._last = reading
        return [*self._identity(reading[_MAC]), *self._force(reading)]

    def _identity(self, mac: bytes) -> list[Event]:
        known, self._serial = self._serial, mac.hex(":").upper()
        return [] if known == self._serial else [Identity(serial=self._serial)]

    def _force(self, reading: bytes) -> list[Event]:
        if reading[_KIND] != _KILOGRAMS or reading[_STATUS] & 0x0F != _KILOGRAMS:
            is_told, self._is_left_out = self._is_left_out, True
            return [] if is_told else [Rejected("reading", _OTHER_UNIT)]
        events: list[Event] = []
        if self._is_requested:
            self._is_requested = False
            events.append(StreamStarted())
        if self._is_left_out:
            self._is_left_out = False
            events.append(SamplesLost(None, _OTHER_UNIT))
        steps = int.from_bytes(reading[_WEIGHT], "big")
        return [*events, UntimedSamples(np.array([[steps * NEWTONS_PER_STEP]]))]


def encode_reading(
    mac: bytes, steps: int, counter: int, *, unit: int = _KILOGRAMS, is_held: bool = False
) -> bytes:
    """The data of one advertisement, without the company number."""
    status = (0xA0 if is_held else 0) | unit
    weight = steps.to_bytes(2, "big")
    rest = bytes((status,)) + (counter & 0xFFFF).to_bytes(2, "big")
    return HEADER + mac + bytes((_KILOGRAMS,)) + weight + b"\x01\xf4" + rest

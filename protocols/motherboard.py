"""The Griptonite Motherboard: numbered raw counts of three zones, as text over Bluetooth LE."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np

from protocols.codec import Codec, Framing, ProtocolError
from protocols.events import (
    ChannelProblem,
    ChannelStatus,
    Event,
    Identity,
    Noise,
    Rejected,
    SamplesLost,
    StreamStarted,
    UntimedSamples,
)
from protocols.gate import RequestClass
from protocols.lines import Lines

RATE_HZ = 30
ZONES = 3  # left, centre, right; the fourth cell of a report is not used

START = b"S30"
SERIAL = b"#"

_NUMBERS = 1 << 16
_REPEAT = RATE_HZ // 4  # further back than a quarter of a second, the numbers began again
_REPORT = re.compile(rb"[0-9A-Fa-f]{32}")
_STREAM = re.compile(rb"Stream:\s*(\d{1,4})")
_CALIBRATION = re.compile(rb"\d,\d,[-+0-9.]+,[-+0-9]+")


class MotherboardCodec(Codec):
    """Counts on the wire, newtons in the events with calibrations of ours.

    The board has calibration points of its own, but its clients do not agree on how counts below
    zero are meant, which is how two of its three zones are loaded: they are not used.
    """

    talks_while_streaming: ClassVar[bool] = False  # any request ends the stream
    tries: ClassVar[int] = 2

    def __init__(self, framing: Framing = Framing.PACKETS) -> None:
        super().__init__(framing)
        self._lines = Lines(longest=100)
        self._calibrations: dict[int, tuple[float, float]] = {}
        self.reset()

    def reset(self) -> None:
        self._lines.reset()
        self._is_asked = False
        self._is_requested = False
        self._is_told = False
        self._last: int | None = None

    @property
    def pending(self) -> int:
        return int(self._is_asked)

    def identify(self) -> Iterator[bytes]:
        yield self.stop()

    def start(self) -> bytes:
        self._is_requested = True
        self._last = None
        return START

    def stop(self) -> bytes:
        """Any request stops it; its serial number is the one to be asked for."""
        self._is_asked = True
        return SERIAL

    def calibrate(self, channel: int, newtons_per_count: float, zero_counts: float) -> None:
        if channel not in range(ZONES):
            raise ProtocolError(f"the board has {ZONES} zones; there is no channel {channel}")
        self._calibrations[channel] = (newtons_per_count, zero_counts)

    def forget_calibrations(self) -> None:
        self._calibrations.clear()

    def request_class(self, data: bytes) -> RequestClass:
        match data:
            case b"":
                return RequestClass.LISTEN
            case b"S30":
                return RequestClass.STREAM
            case b"#" | b"C" | b"T":
                return RequestClass.QUERY
            case _:
                return RequestClass.SETS if data[:1] in (b"S", b"T") else RequestClass.UNKNOWN

    def receive(self, data: bytes) -> list[Event]:
        return [event for line in self._lines.split(data) for event in self._read(line)]

    def _read(self, line: bytes | Noise) -> list[Event]:
        if isinstance(line, Noise):
            return [line]
        if _REPORT.fullmatch(line):
            return self._report(bytes.fromhex(line.decode()))
        if found := _STREAM.fullmatch(line):
            self._is_requested = False
            return [StreamStarted(float(found[1]))]
        if line.startswith(b"Error"):
            return [Rejected("request", line.decode("ascii", "replace"))]
        if _CALIBRATION.fullmatch(line):
            return []
        if self._is_asked and line.isascii() and not _is_part_of_report(line):
            self._is_asked = False
            return [Identity(serial=line.decode())]
        return [Noise("no report", len(line))]

    def _report(self, data: bytes) -> list[Event]:
        number = int.from_bytes(data[:2], "little")
        counts = [
            int.from_bytes(data[4 + 3 * zone : 7 + 3 * zone], "little", signed=True)
            for zone in range(ZONES)
        ]
        if not self._calibrations:
            is_told, self._is_told = self._is_told, True
            return [] if is_told else [ChannelStatus(0, ChannelProblem.UNCALIBRATED)]
        events: list[Event] = []
        if self._is_requested:
            self._is_requested = False
            events.append(StreamStarted())
        last, self._last = self._last, number
        step = 1 if last is None else (number - last) % _NUMBERS
        if step == 0 or step > _NUMBERS - _REPEAT:
            self._last = last
            return [*events, Noise("a sample not later than the one before", len(data))]
        if step > _NUMBERS // 2:
            events.append(SamplesLost(None, "the numbers of the samples began again"))
        elif step > 1:
            events.append(SamplesLost(step - 1, "samples are missing"))
        row = [
            (counts[zone] - zero_counts) * newtons_per_count
            for zone, (newtons_per_count, zero_counts) in sorted(self._calibrations.items())
        ]
        return [*events, UntimedSamples(np.array([row]))]


def encode_report(number: int, battery: int, counts: Sequence[int]) -> bytes:
    """One line of 32 hexadecimal digits; `counts` of the four cells."""
    data = (number % _NUMBERS).to_bytes(2, "little") + battery.to_bytes(2, "little")
    data += b"".join(count.to_bytes(3, "little", signed=True) for count in counts)
    return data.hex().upper().encode() + b"\r\n"


def _is_part_of_report(line: bytes) -> bool:
    """A piece of a report that was cut; a serial number is shorter."""
    return len(line) >= 12 and re.fullmatch(rb"[0-9A-Fa-f]+", line) is not None

"""The Tindeq Progressor and compatible open hardware: tag, length, value over Bluetooth LE."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from enum import IntEnum
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from protocols.codec import Codec, Framing
from protocols.events import (
    BatteryLevel,
    Event,
    ForceSamples,
    Identity,
    LogLine,
    LowBattery,
    Noise,
    Restarted,
    StreamStarted,
)
from protocols.gate import RequestClass

SERVICE = "7e4e1701-1ea6-40c9-9dcc-13d34ffead57"
DATA_POINT = "7e4e1702-1ea6-40c9-9dcc-13d34ffead57"
CONTROL_POINT = "7e4e1703-1ea6-40c9-9dcc-13d34ffead57"

NEWTONS_PER_KG = 9.80665

_SAMPLE = struct.Struct("<fI")  # kg, µs
_CLOCK_RANGE = 1 << 32
_HALF_RANGE = 1 << 31
_RESTART_US = 1_000_000


class Command(IntEnum):
    """The only opcodes that this program can form; the others touch calibration or firmware."""

    TARE = 0x64
    START = 0x65
    STOP = 0x66
    GET_APP_VERSION = 0x6B
    GET_ERROR_INFORMATION = 0x6C
    SLEEP = 0x6E
    GET_BATTERY_VOLTAGE = 0x6F
    GET_PROGRESSOR_ID = 0x70


class Tag(IntEnum):
    RESPONSE = 0
    WEIGHT = 1
    LOW_POWER = 4


REQUEST_CLASSES = MappingProxyType(
    {
        0x64: RequestClass.SETS,  # the device's own zero
        0x65: RequestClass.STREAM,
        0x66: RequestClass.STREAM,
        0x67: RequestClass.STREAM,
        0x68: RequestClass.STREAM,
        0x69: RequestClass.CALIBRATION,
        0x6A: RequestClass.CALIBRATION,
        0x6B: RequestClass.QUERY,
        0x6C: RequestClass.QUERY,
        0x6D: RequestClass.SETS,
        0x6E: RequestClass.SETS,
        0x6F: RequestClass.QUERY,
        0x70: RequestClass.QUERY,
        0x71: RequestClass.CALIBRATION,
        0x72: RequestClass.QUERY,
        0x73: RequestClass.CALIBRATION,
        0x74: RequestClass.CALIBRATION,  # a query on Tindeq, back to factory values on Crimpdeq
        0x75: RequestClass.SETS,
        0x76: RequestClass.CALIBRATION,
    }
)


CRIMPDEQ = "crimpdeq"
HANGMAN = "hangman"
HANGMAN_STALE_SAMPLES = 4
"""Its running median of five readings goes on from the stream before."""

# What the open firmwares answer where their builder changed nothing: the number of no one unit.
_CRIMPDEQ_NUMBER = bytes.fromhex("AAAAAA")
_HANGMAN_NUMBER = bytes((42,))
_HANGMAN_VERSION = "1.2.3.4"


class ProgressorCodec(Codec):
    """Kilograms on the wire, newtons in the events; time counts from the first sample after START.

    The format has no checksum and no sequence number: a damaged packet cannot be told (the radio
    link discards those), and lost samples show only as a step in the time stamps, which whoever
    knows the rate must judge. Answers do not name their question, so one query may be open at a
    time: the last one formed.

    Compatible units answer the same questions. `Identity.model` names one that its answers give
    away; one whose builder gave it a number of its own cannot be told from a Progressor.
    """

    stale_samples: ClassVar[int] = 0
    """How many samples after START still hold readings from before it."""

    def __init__(self, framing: Framing = Framing.PACKETS) -> None:
        if framing is not Framing.PACKETS:
            raise ValueError("without packet boundaries or a checksum samples would be invented")
        super().__init__(framing)
        self.reset()

    def reset(self) -> None:
        self._open_query: Command | None = None
        self._version = ""
        self._stale_samples = self.stale_samples
        self._stale_left = 0
        self._is_requested = False
        self._last_raw_us: int | None = None
        self._t_us = 0

    @property
    def pending(self) -> int:
        return 0 if self._open_query is None else 1

    def identify(self) -> Iterator[bytes]:
        # STOP first: the battery must not be sampled while streaming, and samples that are still
        # on their way are told from answers by their tag.
        yield self.stop()
        yield self._ask(Command.GET_APP_VERSION)
        yield self._ask(Command.GET_PROGRESSOR_ID)
        yield self._ask(Command.GET_BATTERY_VOLTAGE)

    def start(self) -> bytes:
        self.expect_stream()
        return _form(Command.START)

    def expect_stream(self) -> None:
        """What comes from now on is a new stream."""
        self._is_requested = True
        self._stale_left = self._stale_samples
        self._last_raw_us = None
        self._t_us = 0

    def stop(self) -> bytes:
        return _form(Command.STOP)

    def tare(self) -> bytes:
        """Works differently on each compatible device (some stop streaming, some refuse while
        they stream): STOP, tare, wait 1.2 s, START, and look at the baseline."""
        return _form(Command.TARE)

    def error_information(self) -> bytes:
        """Ask for the log of the last crash: answered by a `LogLine`."""
        return self._ask(Command.GET_ERROR_INFORMATION)

    def sleep(self) -> bytes:
        """Switch the device off: the link drops."""
        return _form(Command.SLEEP)

    def request_class(self, data: bytes) -> RequestClass:
        """One command; its length byte may be left out, as Tindeq's own client does."""
        if not data:
            return RequestClass.LISTEN
        known = REQUEST_CLASSES.get(data[0], RequestClass.UNKNOWN)
        is_bare = data[1:] in (b"", b"\0")
        return known if is_bare or known is RequestClass.CALIBRATION else RequestClass.UNKNOWN

    def receive(self, data: bytes) -> list[Event]:
        """Events of one notification."""
        if len(data) < 2 or len(data) < 2 + data[1]:
            return [Noise("shorter than it says", len(data))]
        tag, value = data[0], data[2 : 2 + data[1]]
        match tag:
            case Tag.WEIGHT:
                return self._weights(value)
            case Tag.RESPONSE:
                return self._answer(value)
            case Tag.LOW_POWER:
                return [LowBattery()]
            case _:
                return [Noise(f"unknown tag {tag}", len(data))]

    def _weights(self, value: bytes) -> list[Event]:
        if not value or len(value) % _SAMPLE.size:
            return [Noise("not a whole number of samples", len(value))]
        events: list[Event] = []
        if self._is_requested:
            self._is_requested = False
            events.append(StreamStarted())
        run: list[tuple[int, float]] = []
        for kg, raw_us in _SAMPLE.iter_unpack(value):
            step = self._step_us(raw_us)
            if not math.isfinite(kg):
                events.append(Noise("a sample that is no number", _SAMPLE.size))
                continue
            if -_RESTART_US < step <= 0 and self._last_raw_us is not None:
                events.append(Noise("a sample not later than the one before", _SAMPLE.size))
                continue
            if self._stale_left:
                self._stale_left -= 1
                continue
            if step < 0:  # further back than any delay on the way: the device's clock began again
                events += [*_samples(run), Restarted()]
                run = []
                self._t_us = 0
            else:
                self._t_us += step
            self._last_raw_us = raw_us
            run.append((self._t_us, kg))
        return events + _samples(run)

    def _step_us(self, raw_us: int) -> int:
        """Since the last sample, through the wrap of 32 bits after 71.6 min; 0 for the first."""
        if self._last_raw_us is None:
            return 0
        return (raw_us - self._last_raw_us + _HALF_RANGE) % _CLOCK_RANGE - _HALF_RANGE

    def _answer(self, value: bytes) -> list[Event]:
        query, self._open_query = self._open_query, None
        match query:
            case Command.GET_APP_VERSION:
                self._version = _text(value)
                return [Identity(firmware=self._version)]
            case Command.GET_PROGRESSOR_ID if 0 < len(value) <= 8:
                return [self._identity(value)]
            case Command.GET_BATTERY_VOLTAGE if len(value) == 4:
                return [BatteryLevel(volts=int.from_bytes(value, "little") / 1000)]
            case Command.GET_ERROR_INFORMATION:
                return [LogLine(_text(value))]
            case None:
                return [Noise("an answer to no question", len(value))]
            case _:
                return [Noise(f"an answer to {query.name} that makes no sense", len(value))]

    def _identity(self, number: bytes) -> Identity:
        match number.rstrip(b"\0"):
            case number_ if number_ == _CRIMPDEQ_NUMBER:
                return Identity(model=CRIMPDEQ)
            case number_ if number_ == _HANGMAN_NUMBER and self._version == _HANGMAN_VERSION:
                self._stale_samples = HANGMAN_STALE_SAMPLES
                return Identity(model=HANGMAN)
            case _:
                return Identity(serial=_serial(number))

    def _ask(self, command: Command) -> bytes:
        self._open_query = command
        return _form(command)


def encode_weights(kilograms: Sequence[float], t_us: Sequence[int]) -> bytes:
    """A notification with up to 31 samples; ``t_us`` wraps at 32 bits."""
    samples = zip(kilograms, t_us, strict=True)
    value = b"".join(_SAMPLE.pack(kg, us % _CLOCK_RANGE) for kg, us in samples)
    return bytes((Tag.WEIGHT, len(value))) + value


def encode_answer(value: bytes) -> bytes:
    return bytes((Tag.RESPONSE, len(value))) + value


def encode_low_power() -> bytes:
    return bytes((Tag.LOW_POWER, 0))


def _form(command: Command) -> bytes:
    return bytes((command,))


def _samples(run: list[tuple[int, float]]) -> list[ForceSamples]:
    if not run:
        return []
    t_us, kilograms = zip(*run, strict=True)
    force = np.array(kilograms).reshape(-1, 1) * NEWTONS_PER_KG
    return [ForceSamples(np.array(t_us, np.int64), force)]


def _serial(value: bytes) -> str:
    """Little-endian number; some firmware trims its zero bytes, so they are left out always."""
    trimmed = value.rstrip(b"\0")
    return trimmed[::-1].hex().upper()


def _text(value: bytes) -> str:
    return value.split(b"\0", 1)[0].decode("ascii", "replace")

"""Mark-10 Series 5 force gauges (GCL2), also sold as Omega DFG55: one reading for each ``?C``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from protocols.codec import Codec, Framing
from protocols.events import (
    Event,
    Identity,
    LogLine,
    LowBattery,
    Noise,
    Rejected,
    StreamStarted,
    UntimedSamples,
)
from protocols.gate import RequestClass
from protocols.lines import Lines

NEWTONS_PER_UNIT = MappingProxyType(
    {
        "lbf": 4.4482216152605,
        "ozf": 4.4482216152605 / 16,
        "kgf": 9.80665,
        "gf": 9.80665e-3,
        "n": 1.0,
        "mn": 1e-3,
        "kn": 1e3,
    }
)


class Command(StrEnum):
    """The only commands that this program can form; the others change the gauge."""

    CURRENT = "?C"
    NAME = "RN"
    MODEL = "RM"
    VERSION = "RV"
    SERIAL = "RS"
    LIST = "LIST"


_QUERIES = frozenset({"?", "?C", "?PT", "?PC", "?ET", "?A", "RN", "RM", "RV", "RS", "LIST"})
_SETS = re.compile(
    r"Z|CLR|CLRMEM|CUR|PT|PC|LB|OZ|KG|G|N|MN|KN|FLT[CP]\d+|AOUT\d+|AOFF\d+|SAVE|FULL|NUM|POL|MIT"
    r"|ET[HLD]+|[SC][012]|A|MEM|STA"
)
_READING = re.compile(rb"([+-]?\d{1,7}(?:\.\d{1,6})?) ?([A-Za-z]{1,3})")
_BARE_NUMBER = re.compile(rb"[+-]?\d{1,7}(\.\d{1,6})?")
_ERRORS = MappingProxyType(
    {
        b"*10": "illegal command",
        b"*11": "not applicable",
        b"*12": "invalid specifier",
        b"*22": "value too large",
    }
)
_EMPTY_BATTERY = "B3"
_ASK_TRIES = 2


class Mark10Codec(Codec):
    """Any unit on the wire, newtons in the events. The gauge shows tension as negative.

    Only the current reading is asked for, never a peak. A reading without a unit is refused: the
    gauge can leave it out, and newtons would be a guess.
    """

    poll_s: ClassVar[float | None] = 0.3
    tries: ClassVar[int] = 2

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        super().__init__(framing)
        self._lines = Lines(longest=120)
        self.reset()

    def reset(self) -> None:
        self._lines.reset()
        self._open: Command | None = None
        self._is_understood = False
        self._is_requested = False

    @property
    def pending(self) -> int:
        return 0 if self._open is None else 1

    def identify(self) -> Iterator[bytes]:
        for command in (
            Command.NAME,
            Command.MODEL,
            Command.VERSION,
            Command.SERIAL,
            Command.LIST,
        ):
            for _ in range(_ASK_TRIES):  # what stood in its input makes the first one illegal
                yield self._ask(command)
                if self._is_understood:
                    break

    def start(self) -> bytes:
        self._is_requested = True
        return self.poll()

    def stop(self) -> bytes:
        self._is_requested = False
        return b""

    def poll(self) -> bytes:
        return self._ask(Command.CURRENT)

    def request_class(self, data: bytes) -> RequestClass:
        """One command with its carriage return; a line feed behind it is ignored."""
        if not data:
            return RequestClass.LISTEN
        name, end, rest = data.partition(b"\r")
        text = name.decode("ascii", "replace")
        if not end or rest not in (b"", b"\n"):
            return RequestClass.UNKNOWN
        if text in _QUERIES:
            return RequestClass.QUERY
        return RequestClass.SETS if _SETS.fullmatch(text) else RequestClass.UNKNOWN

    def receive(self, data: bytes) -> list[Event]:
        return [event for line in self._lines.split(data) for event in self._read(line)]

    def _read(self, line: bytes | Noise) -> list[Event]:
        if isinstance(line, Noise):
            return [line]
        if reading := _READING.fullmatch(line):
            factor = NEWTONS_PER_UNIT.get(reading[2].decode().lower())
            if factor is not None:
                return self._reading(-factor * float(reading[1]))
        if error := _ERRORS.get(line):
            return self._refused(error, line)
        match self._open:
            case None:
                return [Noise("a line of no known form", len(line))]
            case Command.CURRENT:
                return self._unreadable(line)
            case command:
                self._open = None
                self._is_understood = True
                return _told(command, line.decode("ascii", "replace"))

    def _reading(self, newtons: float) -> list[Event]:
        """It may also send readings by itself: those are no answers to a question."""
        if self._open is Command.CURRENT:
            self._open = None
        elif self._open is not None:
            return [LogLine("a reading that was not asked for")]
        events: list[Event] = []
        if self._is_requested:
            self._is_requested = False
            events.append(StreamStarted())
        return [*events, UntimedSamples(np.array([[newtons]]))]

    def _refused(self, error: str, line: bytes) -> list[Event]:
        command, self._open = self._open, None
        if command is Command.CURRENT and self._is_requested:
            return [Rejected("start", f"the gauge says “{error}”")]
        return [Noise(f"the gauge says “{error}”", len(line))]

    def _unreadable(self, line: bytes) -> list[Event]:
        self._open = None
        if self._is_requested and _BARE_NUMBER.fullmatch(line):
            reason = "it sends numbers without a unit: switch the unit on in its USB/RS-232 menu"
            return [Rejected("start", reason)]
        return [Noise("no reading", len(line))]

    def _ask(self, command: Command) -> bytes:
        self._open = command
        self._is_understood = False
        return f"{command}\r".encode()


def encode_reading(newtons: float, unit: str = "N", decimals: int = 1) -> bytes:
    """``-18.78 lbF`` for a pull of 18.78 lbF."""
    number = -newtons / NEWTONS_PER_UNIT[unit.lower()]
    return f"{number:.{decimals}f} {unit}\r\n".encode()


def _told(command: Command, text: str) -> list[Event]:
    match command:
        case Command.NAME | Command.MODEL:
            return [Identity(model=text)]
        case Command.VERSION:
            return [Identity(firmware=text)]
        case Command.SERIAL:
            return [Identity(serial=text)]
        case _:
            return [LowBattery()] if text.split(";")[-1] == _EMPTY_BATTERY else []

"""Loadstar DI-100 and DI-1000 load cell interfaces: text commands, one number for each line."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from protocols.codec import Codec, Framing, ProtocolError
from protocols.events import Event, Identity, LogLine, Noise, RatedLoad, Rejected, StreamStarted
from protocols.events import UntimedSamples as Samples
from protocols.gate import RequestClass
from protocols.lines import Lines, decimal

NEWTONS_PER_UNIT = MappingProxyType(
    {
        "n": 1.0,
        "kn": 1000.0,
        "kg": 9.80665,
        "kgf": 9.80665,
        "lb": 4.4482216152605,
        "lbf": 4.4482216152605,
        "oz": 4.4482216152605 / 16,
        "ozf": 4.4482216152605 / 16,
    }
)


class Command(StrEnum):
    """The only commands that this program can form; the empty one ends a stream."""

    PING = ""
    MODEL = "MODEL"
    ID = "ID"
    UNITS = "UNITS"
    LOAD_CAPACITY = "LC"
    STREAM = "WC"


REQUEST_CLASSES = MappingProxyType(
    {
        "": RequestClass.STREAM,
        "MODEL": RequestClass.QUERY,
        "ID": RequestClass.QUERY,
        "UNITS": RequestClass.QUERY,
        "UNIT": RequestClass.QUERY,
        "LC": RequestClass.QUERY,
        "W": RequestClass.QUERY,
        "R": RequestClass.QUERY,
        "WC": RequestClass.STREAM,
        "CT0": RequestClass.SETS,
        "TARE": RequestClass.SETS,
    }
)

_READY = b"A"
_ERROR = b"E"
_ASK_TRIES = 3
_OTHER_QUANTITIES = ("PR", "TQ", "DISP")


class LoadstarCodec(Codec):
    """Whatever unit the interface is calibrated in, newtons in the events; the sign as it sends it.

    A line has no checksum: only that it is one plain number can be checked. Without its unit
    nothing is read, because newtons would be a guess.
    """

    tries: ClassVar[int] = 2

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        super().__init__(framing)
        self._lines = Lines(longest=60)
        self.reset()

    def reset(self) -> None:
        self._lines.reset()
        self._open: Command | None = None
        self._answer: bytes | None = None
        self._newtons_per_unit: float | None = None
        self._is_requested = False
        self._is_streaming = False

    @property
    def pending(self) -> int:
        return 0 if self._open is None else 1

    def identify(self) -> Iterator[bytes]:
        """Raises `ProtocolError` for an interface of another kind or another quantity."""
        yield self.stop()  # a program that crashed may have left it streaming; any answer will do
        yield self._ask(Command.PING)
        yield from self._ask_until_told(Command.MODEL)
        if self._answer is not None and b"DI-100" not in self._answer:
            raise ProtocolError(
                f"This is a {self._text()}, not a DI-100 or DI-1000. Nothing was started."
            )
        yield from self._ask_until_told(Command.ID)
        if self._text().startswith(_OTHER_QUANTITIES):
            raise ProtocolError(
                f"The interface {self._text()} measures no force. Nothing was started. "
                "Connect one with a force sensor."
            )
        yield from self._ask_until_told(Command.UNITS)
        self._newtons_per_unit = NEWTONS_PER_UNIT.get(self._text().lower())
        if self._newtons_per_unit is None:
            raise ProtocolError(
                f"The interface is calibrated in “{self._text() or 'nothing it names'}”, which is "
                "no unit of force that this program knows. Nothing was started."
            )
        yield from self._ask_until_told(Command.LOAD_CAPACITY)

    def start(self) -> bytes:
        self._open = None
        self._is_requested = True
        self._is_streaming = True
        return _form(Command.STREAM)

    def stop(self) -> bytes:
        self._is_requested = False
        self._is_streaming = False
        return _form(Command.PING)

    def request_class(self, data: bytes) -> RequestClass:
        """One command, in capitals or not; with an argument it sets what it names."""
        if not data:
            return RequestClass.LISTEN
        name, end, rest = data.partition(b"\r")
        if not end or rest:
            return RequestClass.UNKNOWN
        words = name.decode("ascii", "replace").upper().split(" ")
        known = REQUEST_CLASSES.get(words[0], RequestClass.UNKNOWN)
        if len(words) > 1 and known is RequestClass.QUERY:
            return RequestClass.CALIBRATION
        return known if len(words) == 1 else RequestClass.UNKNOWN

    def receive(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        forces: list[float] = []
        for line in self._lines.split(data):
            newtons = None if isinstance(line, Noise) else self._newtons(line)
            if self._is_streaming and newtons is not None:
                forces.append(newtons)
                continue
            events += _samples(forces)
            forces = []
            events += [line] if isinstance(line, Noise) else self._other(line)
        events += _samples(forces)
        if self._is_requested and any(isinstance(event, Samples) for event in events):
            self._is_requested = False
            events.insert(0, StreamStarted())
        return events

    def _other(self, line: bytes) -> list[Event]:
        """An answer, or the rest of a stream that was ended."""
        is_number = decimal(line) is not None
        match self._open:
            case None if self._is_requested and line == _ERROR:
                return [Rejected("start", "it answered with an error")]
            case None:
                is_expected = is_number or line == _READY
                return [] if is_expected else [Noise("a line of no known form", len(line))]
            case Command.PING:
                if line == _READY:
                    self._open = None
                return [LogLine("it was still streaming")] if is_number else []
            case _ if line == _ERROR:
                self._open = None
                return []
            case _ if line == _READY or is_number is not (self._open is Command.LOAD_CAPACITY):
                return []
            case _:
                return self._told(line)

    def _told(self, line: bytes) -> list[Event]:
        command, self._open = self._open, None
        self._answer = line
        match command:
            case Command.MODEL:
                return [Identity(model=self._text())]
            case Command.ID:
                return [Identity(serial=self._text())]
            case Command.LOAD_CAPACITY:
                newtons = self._newtons(line)
                return [RatedLoad(0, newtons)] if newtons else []
            case _:
                return []

    def _newtons(self, line: bytes) -> float | None:
        number = decimal(line)
        if number is None or self._newtons_per_unit is None:
            return None
        return number * self._newtons_per_unit

    def _ask_until_told(self, command: Command) -> Iterator[bytes]:
        """It answers ``E`` now and then to a command that is well formed."""
        self._answer = None
        for _ in range(_ASK_TRIES):
            yield self._ask(command)
            if self._answer is not None:
                return

    def _text(self) -> str:
        return (self._answer or b"").decode("ascii", "replace")

    def _ask(self, command: Command) -> bytes:
        self._open = command
        return _form(command)


def encode_reading(number: float, decimals: int = 3) -> bytes:
    """One line of ``W`` or ``WC``, in the unit of the calibration."""
    return f"{number:.{decimals}f}\r\n".encode()


def _form(command: Command) -> bytes:
    return command.value.encode() + b"\r"


def _samples(forces: list[float]) -> list[Event]:
    return [Samples(np.array(forces).reshape(-1, 1))] if forces else []

"""The Chronojump force sensor: text commands over USB serial, samples as text or as raw counts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from protocols.chronojump_cells import CellFrames
from protocols.codec import Codec, Framing, ProtocolError
from protocols.events import (
    Calibration,
    ChannelProblem,
    ChannelRecovered,
    ChannelStatus,
    Event,
    ForceSamples,
    Identity,
    LogLine,
    Newtons,
    Noise,
    Rejected,
    StreamStarted,
    StreamStopped,
    TriggerEdge,
)
from protocols.gate import RequestClass
from protocols.lines import Lines, decimal
from protocols.stamps import Stamped, Stamps


class Command(StrEnum):
    """The only commands that this program can form; the others write to the EEPROM."""

    GET_VERSION = "get_version"
    GET_TRANSMISSION_FORMAT = "get_transmission_format"
    GET_TARE = "get_tare"
    GET_CALIBRATION_FACTOR = "get_calibration_factor"
    START_CAPTURE = "start_capture"
    END_CAPTURE = "end_capture"


REQUEST_CLASSES = MappingProxyType(
    {
        "get_version": RequestClass.QUERY,
        "get_transmission_format": RequestClass.QUERY,
        "get_tare": RequestClass.QUERY,
        "get_calibration_factor": RequestClass.QUERY,
        "start_capture": RequestClass.STREAM,
        "end_capture": RequestClass.STREAM,
        "tare": RequestClass.CALIBRATION,  # written to the EEPROM every time
        "set_tare": RequestClass.CALIBRATION,
        "calibrate": RequestClass.CALIBRATION,
        "set_calibration_factor": RequestClass.CALIBRATION,
        "set_bps": RequestClass.SETS,
    }
)

TOO_MUCH_N = 20_000.0
"""No sensor of this make reaches it: the tare or the calibration is wrong."""

Forces = tuple[float, ...]

_STOP_TRIES = 10
_WITHOUT_MEMORY = ("Force_Sensor", "0.1")
_KNOWN = ("0.1", "0.3", "0.4", "0.5", "0.6", "0.7")
_REQUEST = re.compile(rb"([a-z_]+):(?:[^:;\r\n]*;)?\r?\n?")
_VERSION = re.compile(rb"(Force_Sensor|Force_Platform|EncoderForce)-(\d{1,3}\.\d{1,3})")
_SAMPLE = re.compile(rb"(\d{1,10});(-?\d{1,7}\.\d{1,2})")
_NOT_FINITE = re.compile(rb"\d{1,10};-?(nan|inf|ovf)", re.IGNORECASE)
_TRIGGER = re.compile(rb"(\d{1,10});([Rr])")


class ChronojumpCodec(Codec):
    """Firmware that sends newtons as text. Time counts from the start of the capture.

    A line has no checksum and no number: its form and its time are checked, the digits of its
    force cannot be. Time stamps are taken before the conversion, up to one period early; they
    are passed on as they are. While the board reads a command, for about a second, it does not
    measure, and while it measures it loses characters of commands.
    """

    reply_s: ClassVar[float] = 2.5
    tries: ClassVar[int] = 3
    confirms_stop: ClassVar[bool] = True
    talks_while_streaming: ClassVar[bool] = False

    transmission: ClassVar[str] = "text"
    other_model: ClassVar[str] = "Chronojump force platform (binary firmware)"

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        super().__init__(framing)
        self._lines = Lines()
        self.reset()

    def reset(self) -> None:
        self._lines.reset()
        self._open: Command | None = None
        self._board: tuple[str, str] | None = None
        self._format: str | None = None
        self._has_ended = False
        self._is_told = False
        self._tare = 0
        self._end_run()

    @property
    def pending(self) -> int:
        return 0 if self._open is None else 1

    def identify(self) -> Iterator[bytes]:
        """Raises `ProtocolError` for a board that this codec does not read."""
        for _ in range(_STOP_TRIES):  # a program that crashed may have left it capturing
            yield self.stop()
            if self._has_ended:
                break
        yield self._ask(Command.GET_VERSION)
        if self._known_board() == _WITHOUT_MEMORY:
            self._format = "text"
            self._check_format()
            return
        yield self._ask(Command.GET_TRANSMISSION_FORMAT)
        self._check_format()
        if self.transmission == "text":
            yield self._ask(Command.GET_TARE)
            yield self._ask(Command.GET_CALIBRATION_FACTOR)

    def start(self) -> bytes:
        self._end_run()
        return self._ask(Command.START_CAPTURE)

    def stop(self) -> bytes:
        self._has_ended = False
        return self._ask(Command.END_CAPTURE)

    def request_class(self, data: bytes) -> RequestClass:
        """One whole command: the firmware takes all that comes within a second for one."""
        if not data:
            return RequestClass.LISTEN
        form = _REQUEST.fullmatch(data)
        name = form[1].decode() if form else ""
        return REQUEST_CLASSES.get(name, RequestClass.UNKNOWN)

    def receive(self, data: bytes) -> list[Event]:
        run = _Run(self._columns())
        for line in self._lines.split(data):
            self._line(line, run)
        return run.events()

    def _line(self, line: bytes | Noise, run: _Run) -> None:
        if isinstance(line, Noise):
            run.add(line)
        elif sample := _SAMPLE.fullmatch(line):
            self._sample(int(sample[1]), float(sample[2]), run)
        elif trigger := _TRIGGER.fullmatch(line):
            if self._is_capturing:
                t_us = self._stamps.unwrapped(int(trigger[1]))
                run.add(TriggerEdge(t_us, trigger[2] == b"R"))
        elif _NOT_FINITE.fullmatch(line):
            run.add(Noise("a sample that is no number", len(line)))
        else:
            for event in self._answer(line):
                run.add(event)

    def _sample(self, raw_us: int, newtons: float, run: _Run) -> None:
        if not self._is_capturing:
            if not self._is_told:  # once, so that whoever waits for the board knows that it is up
                self._is_told = True
                run.add(LogLine("still capturing"))
            return
        is_absurd = abs(newtons) > TOO_MUCH_N
        if is_absurd != self._is_absurd:
            self._is_absurd = is_absurd
            kind = ChannelStatus if is_absurd else ChannelRecovered
            run.add(kind(0, ChannelProblem.UNCALIBRATED))
        run.take(self._stamps, raw_us, (newtons,))

    def _answer(self, line: bytes) -> list[Event]:
        if b"Capture ended" in line:
            self._end_run()
            self._has_ended = True
            self._settle(Command.END_CAPTURE)
            return [StreamStopped()]
        if b"Starting capture" in line:
            return self._started()
        if version := _VERSION.search(line):
            return self._identity(version[1].decode(), version[2].decode())
        if b"Not a valid command" in line:
            return self._refused()
        match self._open, line:
            case Command.GET_TRANSMISSION_FORMAT, b"text" | b"binary":
                self._format = line.decode()
                self._open = None
                return []
            case Command.GET_TARE | Command.GET_CALIBRATION_FACTOR, _ if decimal(line) is not None:
                return self._number(line)
            case _:
                return [Noise("a line of no known form", len(line))]

    def _started(self) -> list[Event]:
        if self._open is not Command.START_CAPTURE:
            return [LogLine("a capture began that was not asked for")]
        self._settle(Command.START_CAPTURE)
        self._is_capturing = True
        return [StreamStarted()]

    def _refused(self) -> list[Event]:
        command, self._open = self._open, None
        if command is Command.START_CAPTURE:
            return [Rejected("start", "it did not understand the command")]
        return [LogLine("a command arrived damaged")]

    def _identity(self, board: str, version: str) -> list[Event]:
        self._board = (board, version)
        self._settle(Command.GET_VERSION)
        is_known = board != "Force_Sensor" or version in _KNOWN
        firmware = f"{board}-{version}" + ("" if is_known else " (not known to this program)")
        events: list[Event] = [Identity(model=board, firmware=firmware)]
        if self._board == _WITHOUT_MEMORY:
            # It forgets its calibration, which only a command could give back.
            events.append(ChannelStatus(0, ChannelProblem.UNCALIBRATED))
        return events

    def _number(self, line: bytes) -> list[Event]:
        """The tare is in whole counts, the factor has decimals: a late answer is no other one's."""
        is_whole = b"." not in line
        if is_whole is not (self._open is Command.GET_TARE):
            return [Noise("an answer to no question", len(line))]
        self._open = None
        if is_whole:
            self._tare = int(line)
            return []
        counts_per_newton = float(line)
        if counts_per_newton == 0.0:
            return [ChannelStatus(0, ChannelProblem.UNCALIBRATED)]
        return [Calibration(0, 1.0 / counts_per_newton, float(self._tare))]

    def _known_board(self) -> tuple[str, str]:
        if self._board is None:
            raise ProtocolError(
                "The board did not say its version. Nothing was started. Unplug it, plug it in "
                "again, and check that the right port was chosen."
            )
        if self._board[0] == "EncoderForce":
            raise ProtocolError(
                "This board is an encoder with a force input, which this program does not read. "
                "Nothing was started."
            )
        return self._board

    def _check_format(self) -> None:
        if self._format != self.transmission:
            raise ProtocolError(
                f"This board sends {self._format or 'an unknown format'}, not {self.transmission}. "
                f"Nothing was started. Choose the model “{self.other_model}” instead."
            )

    def _columns(self) -> int:
        return 1

    def _end_run(self) -> None:
        self._is_capturing = False
        self._is_absurd = False
        self._stamps: Stamps[Forces] = Stamps()

    def _settle(self, command: Command) -> None:
        if self._open is command:
            self._open = None

    def _ask(self, command: Command) -> bytes:
        self._open = command
        return f"{command}:\n".encode()


class ChronojumpPlatformCodec(ChronojumpCodec):
    """Firmware that sends raw counts of four cells; newtons come from our own calibration.

    A frame has no checksum: it counts when the next one, or the end of the capture, stands right
    behind it.
    """

    transmission: ClassVar[str] = "binary"
    other_model: ClassVar[str] = "Chronojump force sensor"

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        self._ours: dict[int, tuple[float, float]] = {}
        self._frames = CellFrames()
        super().__init__(framing)

    def calibrate(self, channel: int, newtons_per_count: float, zero_counts: float) -> None:
        if not 0 <= channel < CellFrames.CELLS:
            raise ProtocolError(f"this board has cells 0 to {CellFrames.CELLS - 1}")
        self._ours[channel] = (newtons_per_count, zero_counts)
        self._ours = dict(sorted(self._ours.items()))

    def forget_calibrations(self) -> None:
        self._ours.clear()

    def receive(self, data: bytes) -> list[Event]:
        run = _Run(self._columns())
        self._read(data, run)
        return run.events()

    def _read(self, data: bytes, run: _Run) -> None:
        if self._is_capturing:
            for frame in self._frames.split(data):
                if isinstance(frame, Noise):
                    run.add(frame)
                else:
                    self._counts(frame.raw_us, frame.counts, run)
            data = self._frames.take_text()
        for line in self._lines.split(data):
            self._line(line, run)
            if self._is_capturing:
                self._read(self._lines.take_rest(), run)

    def _counts(self, raw_us: int, counts: Sequence[int], run: _Run) -> None:
        for place, channel in enumerate(self._ours):
            is_at_rail = abs(counts[channel]) >= CellFrames.RAIL
            if is_at_rail is not (place in self._at_rail):
                self._at_rail ^= {place}
                kind = ChannelStatus if is_at_rail else ChannelRecovered
                run.add(kind(place, ChannelProblem.SATURATED))
        forces = tuple(
            (counts[channel] - zero) * newtons for channel, (newtons, zero) in self._ours.items()
        )
        run.take(self._stamps, raw_us, forces)

    def _columns(self) -> int:
        return len(self._ours)

    def _end_run(self) -> None:
        super()._end_run()
        self._frames.reset()
        self._at_rail: set[int] = set()


class _Run:
    """Events in order, with the samples between two others as one."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self._events: list[Event] = []
        self._rows: list[Stamped[Forces]] = []

    def take(self, stamps: Stamps[Forces], raw_us: int, forces: tuple[float, ...]) -> None:
        for found in stamps.take(raw_us, forces):
            if isinstance(found, Stamped):
                self._rows.append(found)
            else:
                self.add(found)

    def add(self, event: Event) -> None:
        self._flush()
        self._events.append(event)

    def events(self) -> list[Event]:
        self._flush()
        return self._events

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        if rows:
            t_us = np.array([row.t_us for row in rows], np.int64)
            force: Newtons = np.array([row.row for row in rows], np.float64)
            self._events.append(ForceSamples(t_us, force.reshape(len(rows), self._columns)))


def encode_line(t_us: int, newtons: float, decimals: int = 2) -> bytes:
    """One sample as text; firmware 0.1 has one decimal, the later ones two."""
    return f"{t_us % (1 << 32)};{newtons:.{decimals}f}\r\n".encode()


def encode_trigger(t_us: int, *, is_high: bool) -> bytes:
    return f"{t_us % (1 << 32)};{'R' if is_high else 'r'}\r\n".encode()

"""Messages of ScienceMode 4: what a controlling program orders, and what the unit answers."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TypeVar

from protocols.events import Event

CHANNELS = 8
CURRENT_DATA_TYPE = 0x04
OK = 0

_ID_CHARS = 10
_HIGH_VOLTAGE = MappingProxyType({1: 0, 6: 150})
_VERSION = struct.Struct(">7BI2B")
_BATTERY = struct.Struct(">2BH")
_ACTIVITY_BYTES = 3 + CHANNELS // 2
_POINT_BYTES = 4
_CHANNEL_BYTES = 3
_ZERO_CURRENT = 300  # codes count from -150 mA in steps of 0.5 mA

Member = TypeVar("Member", bound=StrEnum)

RESULTS = MappingProxyType(
    {
        0: "done",
        1: "transfer error",
        2: "wrong parameter",
        3: "protocol error",
        4: "its stimulation controller did not answer",
        7: "not initialised",
        8: "high-voltage error",
        9: "demultiplexer timeout",
        10: "electrode error",
        11: "unknown command",
        16: "pulse timeout",
        17: "fuel gauge error",
        21: "busy",
        28: "current too low",
    }
)


class Opcode(IntEnum):
    """Requests by their numbers; an answer has the next one. 66 and 67 come from the unit."""

    LL_INIT = 0
    LL_CHANNEL_CONFIG = 2
    LL_STOP = 4
    ML_INIT = 30
    ML_UPDATE = 32
    ML_STOP = 34
    ML_GET_CURRENT_DATA = 36
    GET_DEVICE_ID = 52
    GET_BATTERY = 54
    RESET = 58
    GET_STIM_STATUS = 62
    GET_MAIN_STATUS = 64
    GENERAL_ERROR = 66
    UNKNOWN_COMMAND = 67
    GET_EXTENDED_VERSION = 68


class StimLevel(StrEnum):
    """In the order of their codes."""

    NONE = "not initialised"
    LOW_LEVEL = "low level initialised"
    MID_LEVEL = "mid level initialised"
    RUNNING = "mid level running"


class ChannelError(StrEnum):
    """In the order of their codes."""

    OK = "ok"
    ELECTRODE = "electrode error"
    PULSE_TIMEOUT = "pulse timeout"
    LOW_CURRENT = "current too low"


@dataclass(frozen=True, slots=True)
class Message(Event):
    """`packet_number` (0 to 63) of an answer is that of its request."""

    packet_number: int


@dataclass(frozen=True, slots=True)
class Command(Message):
    """A request whose data, if it has any, is not read here."""

    opcode: Opcode


@dataclass(frozen=True, slots=True)
class Foreign(Message):
    """A sound frame with a number that is not in the list above."""

    number: int


@dataclass(frozen=True, slots=True)
class Point:
    """A stretch of constant current in a pulse."""

    duration_us: int
    current_ma: float


@dataclass(frozen=True, slots=True)
class ChannelPulses:
    """What one channel is to do from now on; `channel` counts from 0.

    `ramp_pulses`: the current rises over so many pulses. `period_ms` is None where it is 0.
    """

    channel: int
    ramp_pulses: int
    period_ms: float | None
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class MlInit(Message):
    stops_on_any_error: bool


@dataclass(frozen=True, slots=True)
class MlUpdate(Message):
    """Begins output or changes it; a channel that is not in it is off."""

    channels: tuple[ChannelPulses, ...]


@dataclass(frozen=True, slots=True)
class Answer(Message):
    """`result` is a key of `RESULTS`, or a code of a later version."""

    opcode: Opcode
    result: int

    def data(self) -> bytes:
        return bytes((self.result,))


@dataclass(frozen=True, slots=True)
class Complaint(Answer):
    """General_error or Unknown_command, which answer no request of their own."""


@dataclass(frozen=True, slots=True)
class DeviceId(Answer):
    text: str

    def data(self) -> bytes:
        return bytes((self.result,)) + self.text.encode("ascii")[:_ID_CHARS].ljust(_ID_CHARS, b"\0")


@dataclass(frozen=True, slots=True)
class StimStatus(Answer):
    """`high_voltage_v` is None for a code that the document does not name."""

    level: StimLevel | None
    high_voltage_v: int | None

    def data(self) -> bytes:
        level = 0xFF if self.level is None else list(StimLevel).index(self.level)
        known = (code for code, volts in _HIGH_VOLTAGE.items() if volts == self.high_voltage_v)
        return bytes((self.result, level, next(known, 0xFF)))


@dataclass(frozen=True, slots=True)
class ExtendedVersion(Answer):
    firmware: tuple[int, int, int]
    science_mode: tuple[int, int, int]
    hash: int = 0
    hash_type: int = 0
    is_valid: bool = False

    def data(self) -> bytes:
        versions = (*self.firmware, *self.science_mode)
        return _VERSION.pack(self.result, *versions, self.hash, self.hash_type, self.is_valid)


@dataclass(frozen=True, slots=True)
class BatteryStatus(Answer):
    percent: int
    volts: float

    def data(self) -> bytes:
        return _BATTERY.pack(self.result, self.percent, round(self.volts * 1000))


@dataclass(frozen=True, slots=True)
class CurrentData(Answer):
    """Channels that are active, and those that have a problem; they count from 0."""

    active: tuple[int, ...]
    errors: tuple[tuple[int, ChannelError | None], ...]

    def data(self) -> bytes:
        mask = sum(1 << channel for channel in self.active)
        codes = {number: 0xF if e is None else _code(e) for number, e in self.errors}
        pairs = [
            codes.get(channel, 0) | codes.get(channel + 1, 0) << 4
            for channel in range(0, CHANNELS, 2)
        ]
        return bytes((self.result, CURRENT_DATA_TYPE, mask, *pairs))


def read_message(packet_number: int, number: int, data: bytes) -> Message | None:
    """The message with this command number; None where its data cannot be what it must be."""
    try:
        opcode = Opcode(number)
    except ValueError:
        return _answer(packet_number, number, data)
    match opcode:
        case Opcode.ML_UPDATE:
            return _update(packet_number, data)
        case Opcode.ML_INIT:
            return MlInit(packet_number, bool(data[0])) if len(data) == 1 else None
        case Opcode.GENERAL_ERROR | Opcode.UNKNOWN_COMMAND:
            return Complaint(packet_number, opcode, data[0]) if data else None
        case Opcode.ML_GET_CURRENT_DATA:
            return Command(packet_number, opcode) if len(data) == 1 else None
        case _:
            return Command(packet_number, opcode)


def _answer(packet_number: int, number: int, data: bytes) -> Message | None:
    try:
        opcode = Opcode(number - 1)
    except ValueError:
        return Foreign(packet_number, number)
    if not data:
        return None
    result = data[0]
    head = (packet_number, opcode, result)
    if opcode is Opcode.ML_GET_CURRENT_DATA and len(data) > 1:
        return _current_data(packet_number, data)
    if result != OK:
        return Answer(*head)
    match opcode:
        case Opcode.GET_DEVICE_ID:
            text = data[1:].split(b"\0", 1)[0].decode("ascii", errors="replace")
            return DeviceId(*head, text) if len(data) == 1 + _ID_CHARS else None
        case Opcode.GET_STIM_STATUS:
            if len(data) != 3:
                return None
            return StimStatus(*head, _member(StimLevel, data[1]), _HIGH_VOLTAGE.get(data[2]))
        case Opcode.GET_EXTENDED_VERSION:
            if len(data) != _VERSION.size:
                return None
            _, a, b, c, d, e, f, fingerprint, kind, is_valid = _VERSION.unpack(data)
            return ExtendedVersion(*head, (a, b, c), (d, e, f), fingerprint, kind, bool(is_valid))
        case Opcode.GET_BATTERY:
            if len(data) != _BATTERY.size:
                return None
            _, percent, millivolts = _BATTERY.unpack(data)
            return BatteryStatus(*head, percent, millivolts / 1000)
        case _:
            return Answer(*head)


def _current_data(packet_number: int, data: bytes) -> CurrentData | None:
    if len(data) != _ACTIVITY_BYTES or data[1] != CURRENT_DATA_TYPE:
        return None
    active = tuple(channel for channel in range(CHANNELS) if data[2] >> channel & 1)
    codes = [byte >> shift & 0xF for byte in data[3:] for shift in (0, 4)]
    errors = tuple((i, _member(ChannelError, code)) for i, code in enumerate(codes) if code)
    return CurrentData(packet_number, Opcode.ML_GET_CURRENT_DATA, data[0], active, errors)


def _update(packet_number: int, data: bytes) -> MlUpdate | None:
    if not data:
        return None
    channels: list[ChannelPulses] = []
    at = 1
    for channel in (number for number in range(CHANNELS) if data[0] >> number & 1):
        if at + _CHANNEL_BYTES > len(data):
            return None
        n_points, ramp = (data[at] >> 4) + 1, data[at] & 0xF
        period = int.from_bytes(data[at + 1 : at + _CHANNEL_BYTES])
        at += _CHANNEL_BYTES
        points = data[at : at + n_points * _POINT_BYTES]
        at += n_points * _POINT_BYTES
        if len(points) != n_points * _POINT_BYTES:
            return None
        period_ms = (period >> 1) / (4 if period & 1 else 2)
        channels.append(ChannelPulses(channel, ramp, period_ms or None, tuple(_points(points))))
    return MlUpdate(packet_number, tuple(channels)) if at == len(data) else None


def _points(data: bytes) -> Iterable[Point]:
    for (word,) in struct.iter_unpack(">I", data):
        yield Point(word >> 20, ((word >> 10 & 0x3FF) - _ZERO_CURRENT) / 2)


def _member(members: type[Member], code: int) -> Member | None:
    return next((item for i, item in enumerate(members) if i == code), None)


def _code(item: StrEnum) -> int:
    return list(type(item)).index(item)

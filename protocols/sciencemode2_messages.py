"""Messages of ScienceMode 2: what a controlling program orders, and what the unit answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TypeVar

from protocols.events import Event

CHANNELS = 8
OK = 0

_LIST_BYTES = 7
_PULSE_BYTES = 4

Member = TypeVar("Member", bound=StrEnum)

RESULTS = MappingProxyType(
    {
        0: "done",
        -1: "transfer error",
        -2: "wrong parameter",
        -3: "wrong mode",
        -4: "no connection to the MOTOmed",
        -5: "version not known",
        -6: "trainer error",
        -7: "MOTOmed busy",
        -8: "busy",
    }
)


class Opcode(IntEnum):
    """Messages by their numbers; those of the cycling trainer (50 to 90) are left out."""

    INIT = 1  # from the unit, twice a second until it is answered
    INIT_ACK = 2
    UNKNOWN_COMMAND = 3
    WATCHDOG = 4
    GET_STIMULATION_MODE = 10
    GET_MOTOMED_MODE = 12
    INIT_CHANNEL_LIST_MODE = 30
    START_CHANNEL_LIST_MODE = 32
    STOP_CHANNEL_LIST_MODE = 34
    SINGLE_PULSE = 36
    STIMULATION_ERROR = 38


ANSWERS: MappingProxyType[int, Opcode] = MappingProxyType(
    {
        request + 1: request
        for request in (
            Opcode.GET_STIMULATION_MODE,
            Opcode.GET_MOTOMED_MODE,
            Opcode.INIT_CHANNEL_LIST_MODE,
            Opcode.START_CHANNEL_LIST_MODE,
            Opcode.STOP_CHANNEL_LIST_MODE,
            Opcode.SINGLE_PULSE,
        )
    }
)
"""Number of an answer -> what it answers."""


class PulseGroup(StrEnum):
    """In the order of their codes."""

    SINGLE = "single"
    DOUBLET = "doublet"
    TRIPLET = "triplet"

    @property
    def pulses(self) -> int:
        return list(PulseGroup).index(self) + 1


class StimulationFault(StrEnum):
    """In the order of their codes, from -1 down."""

    EMERGENCY_SWITCH = "emergency switch"
    ELECTRODE = "electrode error"
    MODULE = "stimulation module"


@dataclass(frozen=True, slots=True)
class Message(Event):
    """`packet_number` (0 to 255) of an answer is that of its request."""

    packet_number: int


@dataclass(frozen=True, slots=True)
class Plain(Message):
    """A message whose data is not read; `number` may be one of the trainer's."""

    number: int


@dataclass(frozen=True, slots=True)
class Answer(Message):
    """`result` is a key of `RESULTS`, or a code of a later version."""

    opcode: Opcode
    result: int

    def data(self) -> bytes:
        return bytes((self.result & 0xFF,))


@dataclass(frozen=True, slots=True)
class ModeAnswer(Answer):
    """`mode`: 0 start, 1 initialised, 2 started."""

    mode: int

    def data(self) -> bytes:
        return bytes((self.result & 0xFF, self.mode))


@dataclass(frozen=True, slots=True)
class ListInit(Message):
    """What the channel list is; channels count from 0.

    Groups come every `main_interval_ms`; None: one for each start. Pulses of a group are
    `group_interval_ms` apart. `low_rate_channels` leave out `low_rate_factor` groups between two.
    """

    channels: tuple[int, ...]
    low_rate_channels: tuple[int, ...]
    low_rate_factor: int
    group_interval_ms: float
    main_interval_ms: float | None


@dataclass(frozen=True, slots=True)
class ListPulse:
    """`phase_us` is the width of one phase of the biphasic pulse."""

    group: PulseGroup | None
    phase_us: int
    current_ma: int


@dataclass(frozen=True, slots=True)
class ListStart(Message):
    """Begins output or changes it: a pulse for each channel of the list, in rising order."""

    pulses: tuple[ListPulse, ...]


@dataclass(frozen=True, slots=True)
class SinglePulse(Message):
    channel: int
    phase_us: int
    current_ma: int


@dataclass(frozen=True, slots=True)
class StimulationError(Message):
    """The unit tells that it cannot stimulate."""

    fault: StimulationFault | None


def read_message(packet_number: int, number: int, data: bytes) -> Message | None:
    """The message with this number; None where its data cannot be what it must be."""
    if number in ANSWERS:
        return _answer(packet_number, ANSWERS[number], data)
    match number:
        case Opcode.INIT_CHANNEL_LIST_MODE:
            return _list_init(packet_number, data) if len(data) == _LIST_BYTES else None
        case Opcode.START_CHANNEL_LIST_MODE:
            return _list_start(packet_number, data)
        case Opcode.SINGLE_PULSE:
            if len(data) != _PULSE_BYTES:
                return None
            return SinglePulse(packet_number, data[0], int.from_bytes(data[1:3]), data[3])
        case Opcode.STIMULATION_ERROR:
            fault = _member(StimulationFault, -1 - _signed(data[0])) if data else None
            return StimulationError(packet_number, fault) if len(data) == 1 else None
        case _:
            return Plain(packet_number, number)


def _answer(packet_number: int, opcode: Opcode, data: bytes) -> Answer | None:
    match data:
        case bytes() if len(data) == 1:
            return Answer(packet_number, opcode, _signed(data[0]))
        case bytes() if len(data) == 2:
            return ModeAnswer(packet_number, opcode, _signed(data[0]), data[1])
        case _:
            return None


def _list_init(packet_number: int, data: bytes) -> ListInit:
    factor, active, low_rate, group_code, _, _, _ = data
    main_code = int.from_bytes(data[4:6])
    return ListInit(
        packet_number,
        channels=_channels(active),
        low_rate_channels=_channels(low_rate),
        low_rate_factor=factor,
        group_interval_ms=group_code * 0.5 + 1.5,
        main_interval_ms=main_code * 0.5 + 1 if main_code else None,
    )


def _list_start(packet_number: int, data: bytes) -> ListStart | None:
    if not data or len(data) % _PULSE_BYTES:
        return None
    pieces = [data[at : at + _PULSE_BYTES] for at in range(0, len(data), _PULSE_BYTES)]
    return ListStart(
        packet_number,
        tuple(
            ListPulse(_member(PulseGroup, piece[0]), int.from_bytes(piece[1:3]), piece[3])
            for piece in pieces
        ),
    )


def _channels(mask: int) -> tuple[int, ...]:
    return tuple(channel for channel in range(CHANNELS) if mask >> channel & 1)


def _signed(byte: int) -> int:
    return byte - 256 if byte > 127 else byte


def _member(members: type[Member], code: int) -> Member | None:
    return next((item for i, item in enumerate(members) if i == code), None)

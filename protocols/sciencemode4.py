"""ScienceMode 4, the format of HASOMED P24 and RehaMove3: read, and asked who and how it is."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

from protocols.codec import Decoder, Framing
from protocols.events import Event, Noise
from protocols.gate import RequestClass
from protocols.sciencemode4_messages import (
    Answer,
    BatteryStatus,
    ChannelError,
    ChannelPulses,
    Command,
    Complaint,
    CurrentData,
    DeviceId,
    ExtendedVersion,
    Foreign,
    Message,
    MlInit,
    MlUpdate,
    Opcode,
    Point,
    StimLevel,
    StimStatus,
    read_message,
)
from protocols.sciencemode_frames import (
    FrameForm,
    ScienceModeFrames,
    crc16_xmodem,
    framed,
    only_body,
)

__all__ = [
    "REQUEST_CLASSES",
    "TIMEOUT_S",
    "Answer",
    "BatteryStatus",
    "ChannelError",
    "ChannelPulses",
    "Command",
    "Complaint",
    "CurrentData",
    "DeviceId",
    "ExtendedVersion",
    "Foreign",
    "Message",
    "MlInit",
    "MlUpdate",
    "Opcode",
    "Point",
    "ScienceMode4Codec",
    "StimLevel",
    "StimStatus",
    "encode_answer",
]

TIMEOUT_S = 2.0
"""Output ends when neither ML_UPDATE nor ML_GET_CURRENT_DATA came for so long."""

_PREFIX_BYTES = 2
_NUMBERS = 64
_LONGEST = 1200
_FRAMING_BYTES = 10

_FORM = FrameForm(
    head_bytes=4,
    shortest=_PREFIX_BYTES,
    longest=_LONGEST - _FRAMING_BYTES,
    body_bytes=lambda head: int.from_bytes(head[:2]) - _FRAMING_BYTES,
    head=lambda body: (len(body) + _FRAMING_BYTES).to_bytes(2) + crc16_xmodem(body).to_bytes(2),
)

REQUEST_CLASSES: MappingProxyType[Opcode, RequestClass] = MappingProxyType(
    {
        Opcode.LL_INIT: RequestClass.SETS,
        Opcode.LL_CHANNEL_CONFIG: RequestClass.ENERGISES,
        Opcode.LL_STOP: RequestClass.SETS,
        Opcode.ML_INIT: RequestClass.SETS,
        Opcode.ML_UPDATE: RequestClass.ENERGISES,
        Opcode.ML_STOP: RequestClass.SETS,
        # Called a question for data, but each one keeps the output going for two seconds more.
        Opcode.ML_GET_CURRENT_DATA: RequestClass.SUSTAINS,
        Opcode.GET_DEVICE_ID: RequestClass.QUERY,
        Opcode.GET_BATTERY: RequestClass.QUERY,
        Opcode.RESET: RequestClass.SETS,
        Opcode.GET_STIM_STATUS: RequestClass.QUERY,
        Opcode.GET_MAIN_STATUS: RequestClass.QUERY,
        Opcode.GENERAL_ERROR: RequestClass.UNKNOWN,
        Opcode.UNKNOWN_COMMAND: RequestClass.UNKNOWN,
        Opcode.GET_EXTENDED_VERSION: RequestClass.QUERY,
    }
)
"""Numbers that are not here are `UNKNOWN` too."""

_Query = Literal[Opcode.GET_DEVICE_ID, Opcode.GET_STIM_STATUS, Opcode.GET_EXTENDED_VERSION]


class ScienceMode4Codec(Decoder):
    """Reads both directions, and forms three queries: nothing else can be formed here.

    Requests and answers have different numbers, so that a recording in which both are mixed is
    read too.
    """

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        super().__init__(framing)
        self._frames = ScienceModeFrames(_FORM)
        self._number = 0

    def reset(self) -> None:
        self._frames.reset()

    def get_device_id(self) -> bytes:
        return self._form(Opcode.GET_DEVICE_ID)

    def get_stim_status(self) -> bytes:
        return self._form(Opcode.GET_STIM_STATUS)

    def get_extended_version(self) -> bytes:
        return self._form(Opcode.GET_EXTENDED_VERSION)

    def request_class(self, data: bytes) -> RequestClass:
        """As the number says, where `data` is exactly one frame; a query must carry no data."""
        body = only_body(_FORM, data)
        if body is None:
            return RequestClass.UNKNOWN
        _, number = _prefix(body)
        if number not in list(Opcode):
            return RequestClass.UNKNOWN
        kind = REQUEST_CLASSES[Opcode(number)]
        if kind is RequestClass.QUERY and len(body) != _PREFIX_BYTES:
            return RequestClass.UNKNOWN
        return kind

    def receive(self, data: bytes) -> list[Event]:
        return [_event(found) for found in self._frames.split(data)]

    def finish(self) -> list[Noise]:
        """The recording ends here: what was left of it."""
        return self._frames.finish()

    @property
    def held_bytes(self) -> int:
        return self._frames.held_bytes

    def _form(self, query: _Query) -> bytes:
        number = self._number
        self._number = (number + 1) % _NUMBERS
        return framed(_FORM, _body(number, query))


def encode_answer(answer: Answer) -> bytes:
    """The unit's half: answers alone."""
    is_complaint = isinstance(answer, Complaint)
    number = answer.opcode if is_complaint else answer.opcode + 1
    return framed(_FORM, _body(answer.packet_number, number) + answer.data())


def _body(packet_number: int, number: int) -> bytes:
    return (packet_number << 10 | number).to_bytes(_PREFIX_BYTES)


def _prefix(body: bytes) -> tuple[int, int]:
    """Packet number, command number."""
    prefix = int.from_bytes(body[:_PREFIX_BYTES])
    return prefix >> 10, prefix & 0x3FF


def _event(found: bytes | Noise) -> Event:
    if isinstance(found, Noise):
        return found
    if len(found) < _PREFIX_BYTES:
        return Noise("shorter than a message", len(found))
    packet_number, number = _prefix(found)
    message = read_message(packet_number, number, found[_PREFIX_BYTES:])
    return message or Noise(f"message {number} with data that cannot be its own", len(found))

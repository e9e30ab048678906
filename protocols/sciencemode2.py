"""ScienceMode 2, the format of HASOMED RehaStim2: read from recordings, never spoken.

The unit stops unless a sound packet, whichever it is, comes every 1.2 s. So every packet that can
be sent to it, questions too, sustains output: there is none that only asks.
"""

from __future__ import annotations

from types import MappingProxyType

from protocols.codec import Decoder, Framing
from protocols.events import Event, Noise
from protocols.gate import RequestClass
from protocols.sciencemode2_messages import (
    Answer,
    ListInit,
    ListPulse,
    ListStart,
    Message,
    ModeAnswer,
    Opcode,
    Plain,
    PulseGroup,
    SinglePulse,
    StimulationError,
    StimulationFault,
    read_message,
)
from protocols.sciencemode_frames import FrameForm, ScienceModeFrames, crc8, framed, only_body

__all__ = [
    "INIT_EVERY_S",
    "INTERPHASE_US",
    "REQUEST_CLASSES",
    "WATCHDOG_S",
    "Answer",
    "ListInit",
    "ListPulse",
    "ListStart",
    "Message",
    "ModeAnswer",
    "Opcode",
    "Plain",
    "PulseGroup",
    "ScienceMode2Decoder",
    "SinglePulse",
    "StimulationError",
    "StimulationFault",
    "encode_answer",
    "encode_error",
    "encode_init",
]

WATCHDOG_S = 1.2
"""Output ends when no packet at all came for so long."""
INIT_EVERY_S = 0.5
INTERPHASE_US = 100

_HEAD_BYTES = 2  # packet number, command
_LONGEST_DATA = 60

_FORM = FrameForm(
    head_bytes=2,
    shortest=_HEAD_BYTES,
    longest=2 * (_HEAD_BYTES + _LONGEST_DATA),
    body_bytes=lambda head: head[1],
    head=lambda body: bytes((crc8(body), len(body))),
)

REQUEST_CLASSES: MappingProxyType[int, RequestClass] = MappingProxyType(
    {
        Opcode.INIT_ACK: RequestClass.SETS,
        Opcode.WATCHDOG: RequestClass.SUSTAINS,
        Opcode.GET_STIMULATION_MODE: RequestClass.SUSTAINS,
        Opcode.GET_MOTOMED_MODE: RequestClass.SUSTAINS,
        Opcode.INIT_CHANNEL_LIST_MODE: RequestClass.SETS,
        Opcode.START_CHANNEL_LIST_MODE: RequestClass.ENERGISES,
        Opcode.STOP_CHANNEL_LIST_MODE: RequestClass.SETS,
        Opcode.SINGLE_PULSE: RequestClass.ENERGISES,
        # The trainer moves a person's limbs: what may begin its training is therapy output too.
        **dict.fromkeys(range(50, 59), RequestClass.ENERGISES),
        **dict.fromkeys(range(70, 78), RequestClass.SETS),
        **dict.fromkeys(range(80, 88), RequestClass.ENERGISES),
    }
)
"""Numbers that are not here, what only the unit sends among them, are `UNKNOWN`."""


class ScienceMode2Decoder(Decoder):
    """Reads both directions, also mixed. It forms nothing."""

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        super().__init__(framing)
        self._frames = ScienceModeFrames(_FORM)

    def reset(self) -> None:
        self._frames.reset()

    def request_class(self, data: bytes) -> RequestClass:
        """As the number says, where `data` is exactly one frame. Never `QUERY`."""
        body = only_body(_FORM, data)
        if body is None or len(body) < _HEAD_BYTES:
            return RequestClass.UNKNOWN
        return REQUEST_CLASSES.get(body[1], RequestClass.UNKNOWN)

    def receive(self, data: bytes) -> list[Event]:
        return [_event(found) for found in self._frames.split(data)]

    def finish(self) -> list[Noise]:
        """The recording ends here: what was left of it."""
        return self._frames.finish()

    @property
    def held_bytes(self) -> int:
        return self._frames.held_bytes


def encode_init(packet_number: int, version: int = 1) -> bytes:
    """The unit's half: it waits for a program that drives it."""
    return framed(_FORM, bytes((packet_number, Opcode.INIT, version)))


def encode_answer(answer: Answer) -> bytes:
    """The unit's half: numbers of answers alone."""
    return framed(_FORM, bytes((answer.packet_number, answer.opcode + 1)) + answer.data())


def encode_error(packet_number: int, fault: StimulationFault) -> bytes:
    """The unit's half: it cannot stimulate."""
    code = -1 - list(StimulationFault).index(fault)
    return framed(_FORM, bytes((packet_number, Opcode.STIMULATION_ERROR, code & 0xFF)))


def _event(found: bytes | Noise) -> Event:
    if isinstance(found, Noise):
        return found
    if len(found) < _HEAD_BYTES:
        return Noise("shorter than a message", len(found))
    packet_number, number, data = found[0], found[1], found[_HEAD_BYTES:]
    message = read_message(packet_number, number, data)
    return message or Noise(f"message {number} with data that cannot be its own", len(found))

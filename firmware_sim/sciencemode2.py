"""A RehaStim2: calls for the program that drives it, and stops when no packet comes for 1.2 s."""

from __future__ import annotations

from types import MappingProxyType

from firmware_sim.firmware import Firmware, UnsafeRequestError
from protocols.codec import Framing
from protocols.events import Event
from protocols.sciencemode2 import (
    INIT_EVERY_S,
    WATCHDOG_S,
    Answer,
    ListInit,
    ListPulse,
    ListStart,
    Message,
    ModeAnswer,
    Opcode,
    Plain,
    PulseGroup,
    ScienceMode2Decoder,
    SinglePulse,
    StimulationFault,
    encode_answer,
    encode_error,
    encode_init,
)

_NS = 1_000_000_000
_WATCHDOG_NS = round(WATCHDOG_S * _NS)
_INIT_NS = round(INIT_EVERY_S * _NS)
_DONE, _WRONG_MODE = 0, -3
_START, _INITIALISED, _STARTED = 0, 1, 2

LEFT_RUNNING: MappingProxyType[str, tuple[ListPulse, ...]] = MappingProxyType(
    {"idle": (), "orphaned": (ListPulse(PulseGroup.SINGLE, 300, 20),)}
)
"""What a program that has just died left running, by the names of the command line."""


class ScienceMode2Firmware(Firmware):
    """`output_s` counts the time with output, `single_pulses` the pulses asked for one by one.

    It must not be spoken to: raises `UnsafeRequestError` for any sound packet, because any one
    sustains output. With `obeys` it is a whole unit that a program may drive.
    """

    model = "sciencemode2"

    def __init__(
        self,
        left_running: tuple[ListPulse, ...] | None = None,
        framing: Framing = Framing.STREAM,
        *,
        serial: str = "RS2-0001",
        seed: int = 1,
        obeys: bool = False,
    ) -> None:
        self.serial = serial
        self.framing = framing
        self.obeys = obeys
        self.output_s = 0.0
        self.single_pulses = 0
        self.pulses = left_running or ()
        self._mode = _STARTED if self.pulses else _START
        self._has_program = bool(self.pulses)
        self._decoder = ScienceMode2Decoder(framing)
        self._now_ns = 0
        self._heard_ns = 0
        self._init_ns = 0
        self._number = seed - 1
        self._outbox: list[bytes] = []

    def receive(self, data: bytes) -> list[bytes]:
        for event in self._decoder.receive(data):
            self._take(event)
        return self._sent()

    def advance(self, seconds: float) -> list[bytes]:
        end_ns = self._now_ns + round(seconds * _NS)
        if self._has_program:
            expiry_ns = self._heard_ns + _WATCHDOG_NS
            if self._mode == _STARTED:
                self.output_s += max(min(end_ns, expiry_ns) - self._now_ns, 0) / _NS
            if end_ns >= expiry_ns:
                self._end(_START)
                self._has_program = False
                self._init_ns = expiry_ns
        while not self._has_program and self._init_ns <= end_ns:
            self._init_ns += _INIT_NS
            self._outbox.append(encode_init(self._next_number()))
        self._now_ns = end_ns
        return self._sent()

    def connected(self) -> None:
        self._decoder.reset()

    def disconnected(self) -> None:
        return  # what runs goes on until the watchdog ends it

    def lift_electrode(self) -> list[bytes]:
        """The unit stops by itself and tells why."""
        if self._mode == _STARTED:
            self._end(_INITIALISED)
            self._outbox.append(encode_error(self._next_number(), StimulationFault.ELECTRODE))
        return self._sent()

    def _take(self, event: Event) -> None:
        if not isinstance(event, Message):
            return
        if not self.obeys:
            raise UnsafeRequestError(f"written to a stimulator: {event}")
        self._heard_ns = self._now_ns
        number = event.packet_number
        match event:
            case Plain(number=Opcode.INIT_ACK):
                self._has_program = True
            case Plain(number=Opcode.GET_STIMULATION_MODE):
                opcode = Opcode.GET_STIMULATION_MODE
                self._answer(ModeAnswer(number, opcode, _DONE, self._mode))
            case ListInit():
                self._end(_INITIALISED)
                self._answer(Answer(number, Opcode.INIT_CHANNEL_LIST_MODE, _DONE))
            case ListStart():
                is_ready = self._mode != _START
                if is_ready:
                    self.pulses, self._mode = event.pulses, _STARTED
                result = _DONE if is_ready else _WRONG_MODE
                self._answer(Answer(number, Opcode.START_CHANNEL_LIST_MODE, result))
            case Plain(number=Opcode.STOP_CHANNEL_LIST_MODE):
                self._end(_START)
                self._answer(Answer(number, Opcode.STOP_CHANNEL_LIST_MODE, _DONE))
            case SinglePulse():
                self.single_pulses += 1
                self._answer(Answer(number, Opcode.SINGLE_PULSE, _DONE))
            case _:
                pass  # the watchdog packet has no answer

    def _answer(self, answer: Answer) -> None:
        self._outbox.append(encode_answer(answer))

    def _end(self, mode: int) -> None:
        self._mode = mode
        self.pulses = ()

    def _next_number(self) -> int:
        self._number = (self._number + 1) & 0xFF
        return self._number

    def _sent(self) -> list[bytes]:
        messages, self._outbox = self._outbox, []
        return messages

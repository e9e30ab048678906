"""A P24: answers questions, and stops two seconds after the program that drives it falls silent."""

from __future__ import annotations

from types import MappingProxyType

from firmware_sim.firmware import Firmware, UnsafeRequestError
from protocols.codec import Framing
from protocols.events import Event
from protocols.gate import RequestClass
from protocols.sciencemode4 import (
    REQUEST_CLASSES,
    TIMEOUT_S,
    Answer,
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
    ScienceMode4Codec,
    StimLevel,
    StimStatus,
    encode_answer,
)

_NS = 1_000_000_000
_DONE, _NOT_INITIALISED, _UNKNOWN = 0, 7, 11

_PULSE = (Point(200, 20.0), Point(100, 0.0), Point(200, -20.0))
LEFT_RUNNING: MappingProxyType[str, tuple[ChannelPulses, ...]] = MappingProxyType(
    {
        "idle": (),
        "orphaned": (ChannelPulses(0, 5, 20.0, _PULSE), ChannelPulses(1, 5, 20.0, _PULSE)),
    }
)
"""What a program that has just died left running, by the names of the command line."""


class ScienceMode4Firmware(Firmware):
    """`output_s` counts the time with output.

    It must be listened to only: raises `UnsafeRequestError` for a sound frame that is no query,
    before it does what is asked. With `obeys` it is a whole unit that a program may drive.
    """

    model = "sciencemode4"

    def __init__(
        self,
        left_running: tuple[ChannelPulses, ...] | None = None,
        framing: Framing = Framing.STREAM,
        *,
        serial: str = "P24-000123",
        seed: int = 1,
        obeys: bool = False,
    ) -> None:
        self.serial = serial
        self.framing = framing
        self.obeys = obeys
        self.output_s = 0.0
        self.pulses = left_running or ()
        self.level = StimLevel.RUNNING if self.pulses else StimLevel.NONE
        self.without_electrode: set[int] = set()
        self._codec = ScienceMode4Codec(framing)
        self._now_ns = 0
        self._alive_ns = 0
        self._hash = seed

    def receive(self, data: bytes) -> list[bytes]:
        answers = [self._answer(event) for event in self._codec.receive(data)]
        return [encode_answer(answer) for answer in answers if answer is not None]

    def advance(self, seconds: float) -> list[bytes]:
        end_ns = self._now_ns + round(seconds * _NS)
        if self.level is StimLevel.RUNNING:
            timeout_ns = self._alive_ns + round(TIMEOUT_S * _NS)
            self.output_s += max(min(end_ns, timeout_ns) - self._now_ns, 0) / _NS
            if end_ns >= timeout_ns:
                self._end(StimLevel.NONE)
        self._now_ns = end_ns
        return []

    def connected(self) -> None:
        self._codec.reset()

    def disconnected(self) -> None:
        return  # what runs goes on until it times out

    def _answer(self, event: Event) -> Answer | None:
        if not isinstance(event, Message):
            return None
        opcode = _opcode(event)
        kind = REQUEST_CLASSES[opcode] if opcode is not None else RequestClass.UNKNOWN
        if not self.obeys and kind is not RequestClass.QUERY:
            raise UnsafeRequestError(f"written to a stimulator: {event}")
        if opcode is None:
            return Complaint(event.packet_number, Opcode.UNKNOWN_COMMAND, _UNKNOWN)
        number = event.packet_number
        match opcode:
            case Opcode.GET_DEVICE_ID:
                return DeviceId(number, opcode, _DONE, self.serial)
            case Opcode.GET_STIM_STATUS:
                volts = 0 if self.level is StimLevel.NONE else 150
                return StimStatus(number, opcode, _DONE, self.level, volts)
            case Opcode.GET_EXTENDED_VERSION:
                versions = ((1, 2, 0), (4, 0, 0))
                return ExtendedVersion(number, opcode, _DONE, *versions, self._hash, 1, True)
            case Opcode.GET_BATTERY:  # a P24 has none
                return Complaint(number, Opcode.UNKNOWN_COMMAND, _UNKNOWN)
            case Opcode.GET_MAIN_STATUS:
                return Answer(number, opcode, _DONE)
            case _:
                return self._obey(event, opcode)

    def _obey(self, event: Message, opcode: Opcode) -> Answer:
        is_ready = self.level in (StimLevel.MID_LEVEL, StimLevel.RUNNING)
        result = _DONE
        match event:
            case MlInit():
                self._end(StimLevel.MID_LEVEL)
            case MlUpdate() if is_ready:
                self.pulses = event.channels
                self.level = StimLevel.RUNNING
                self._alive_ns = self._now_ns
            case Command(opcode=Opcode.ML_GET_CURRENT_DATA) if self.level is StimLevel.RUNNING:
                self._alive_ns = self._now_ns
                return self._current_data(event)
            case Command(opcode=Opcode.LL_INIT):
                self._end(StimLevel.LOW_LEVEL)
            case Command(opcode=Opcode.ML_STOP | Opcode.LL_STOP | Opcode.RESET):
                self._end(StimLevel.NONE)
            case Command(opcode=Opcode.LL_CHANNEL_CONFIG) if self.level is StimLevel.LOW_LEVEL:
                pass  # one pulse
            case _:
                result = _NOT_INITIALISED
        return Answer(event.packet_number, opcode, result)

    def _current_data(self, event: Message) -> CurrentData:
        active = tuple(each.channel for each in self.pulses)
        errors = tuple(
            (channel, ChannelError.ELECTRODE)
            for channel in active
            if channel in self.without_electrode
        )
        opcode = Opcode.ML_GET_CURRENT_DATA
        return CurrentData(event.packet_number, opcode, _DONE, active, errors)

    def _end(self, level: StimLevel) -> None:
        self.level = level
        self.pulses = ()


def _opcode(message: Message) -> Opcode | None:
    """Of a request; None for what no request is."""
    match message:
        case MlInit():
            return Opcode.ML_INIT
        case MlUpdate():
            return Opcode.ML_UPDATE
        case Command():
            return message.opcode
        case Foreign() | Answer() | _:
            return None

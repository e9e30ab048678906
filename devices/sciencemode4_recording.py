"""ScienceMode 4 as it was recorded: what the program ordered of a P24 or RehaMove3, and got."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from devices.modality import StimulationSettings, Waveform
from devices.recorded_stream import Recorded, Understood
from devices.stimulation_recording import PulseTrain, StimulationRecording
from protocols.events import Noise
from protocols.sciencemode4 import (
    TIMEOUT_S,
    Answer,
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
)
from protocols.sciencemode4_messages import CHANNELS, OK, RESULTS

_BALANCED_UC = 0.01


def understand(recorded: Sequence[Recorded]) -> Understood:
    """Settings, changes and sums of a recording; an order that the unit refused counts nothing.

    Where the recording holds answers, an order counts from its answer on, else from itself on.
    """
    return _Reader(recorded).read()


class _Reader:
    def __init__(self, recorded: Sequence[Recorded]) -> None:
        self._recorded = recorded
        self._waits = any(
            isinstance(each.event, Answer) and each.event.opcode is Opcode.ML_UPDATE
            for each in recorded
        )
        self._pending: dict[int, MlUpdate] = {}
        self._found = Understood(StimulationRecording(TIMEOUT_S))
        self._recording = self._found.recording

    def read(self) -> Understood:
        for each in self._recorded:
            match each.event:
                case Noise():
                    self._found.noise_bytes += each.event.n_bytes
                case Message():
                    self._found.count(_name(each.event))
                    self._take(each.t_s, each.event)
                case _:
                    pass
        if self._pending:
            self._recording.note(
                None, f"{len(self._pending)} orders were never answered: not taken"
            )
        self._recording.finish(self._recorded[-1].t_s if self._recorded else None)
        return self._found

    def _take(self, t_s: float | None, message: Message) -> None:
        recording = self._recording
        match message:
            case MlUpdate():
                recording.sustain(t_s)
                if self._waits:
                    self._pending[message.packet_number] = message
                else:
                    self._order(t_s, message)
            case Command(opcode=Opcode.ML_GET_CURRENT_DATA):
                recording.sustain(t_s)
            case Command(opcode=Opcode.LL_CHANNEL_CONFIG):
                recording.note(t_s, "Pulses ordered one by one (low level) are not read")
            case (
                Command(opcode=Opcode.ML_STOP | Opcode.LL_STOP | Opcode.LL_INIT | Opcode.RESET)
                | MlInit()
            ):
                recording.end(t_s)
            case CurrentData():
                off = frozenset(n + 1 for n in range(CHANNELS) if n not in message.active)
                recording.report(t_s, _faults(message), off)
            case StimStatus(level=level) if level is not StimLevel.RUNNING:
                recording.end(t_s, "the unit told that it does not stimulate")
            case DeviceId():
                self._found.serial = message.text
            case ExtendedVersion():
                self._found.firmware = ".".join(map(str, message.firmware))
            case Complaint():
                recording.note(t_s, f"The unit told an error: {_result(message)}")
            case Answer(opcode=Opcode.ML_UPDATE):
                self._take_answer(t_s, message)
            case Answer() if message.result != OK:
                recording.note(t_s, f"The unit refused {_name(message)}: {_result(message)}")
            case _:
                pass

    def _take_answer(self, t_s: float | None, answer: Answer) -> None:
        order = self._pending.pop(answer.packet_number, None)
        if answer.result != OK:
            self._recording.note(t_s, f"An order was refused: {_result(answer)}")
        elif order is None:
            self._recording.note(t_s, "An order was taken that is not in the recording")
        else:
            self._order(t_s, order)

    def _order(self, t_s: float | None, update: MlUpdate) -> None:
        for each in update.channels:
            if _is_unbalanced(each):
                self._recording.note(
                    t_s, f"Channel {each.channel + 1}: two phases that do not balance their charge"
                )
        self._recording.order(t_s, {each.channel + 1: _train(each) for each in update.channels})


def _faults(data: CurrentData) -> dict[int, str]:
    """Channels that do not deliver, numbered from 1 as on the unit."""
    if data.result != OK:
        return dict.fromkeys(range(1, CHANNELS + 1), _result(data))
    return {n + 1: error or "a fault of a later version" for n, error in data.errors}


def _train(pulses: ChannelPulses) -> PulseTrain:
    rate = None if pulses.period_ms is None else 1000 / pulses.period_ms
    ramp = None if pulses.period_ms is None else pulses.ramp_pulses * pulses.period_ms / 1000
    charge_uc = max(_charge_uc(pulses.points, sign) for sign in (1, -1))
    shape = _shape(pulses.points)
    settings = StimulationSettings(
        channel=pulses.channel + 1,
        waveform=shape[0] if shape else None,
        mode=None,
        amplitude_ma=max((abs(point.current_ma) for point in pulses.points), default=0.0),
        pulse_rate_hz=rate,
        phase_us=shape[1] if shape else None,
        interphase_us=shape[2] if shape else None,
        ramp_up_s=ramp,
    )
    return PulseTrain(settings, charge_uc, rate)


def _is_unbalanced(pulses: ChannelPulses) -> bool:
    positive, negative = (_charge_uc(pulses.points, sign) for sign in (1, -1))
    return min(positive, negative) > 0 and abs(positive - negative) > _BALANCED_UC


def _charge_uc(points: Sequence[Point], sign: int) -> float:
    return sum(max(sign * point.current_ma, 0.0) * point.duration_us for point in points) / 1000


def _shape(points: Sequence[Point]) -> tuple[Waveform, float, float | None] | None:
    """Waveform, width of the first phase and gap to the second in µs, of one or two rectangular
    phases; None for any other pulse."""
    runs = [
        (current, float(sum(point.duration_us for point in run)))
        for current, run in groupby(
            (point for point in points if point.duration_us), key=lambda point: point.current_ma
        )
    ]
    while runs and runs[0][0] == 0:
        runs.pop(0)
    while runs and runs[-1][0] == 0:
        runs.pop()
    match runs:
        case [(_, width)]:
            return Waveform.MONOPHASIC, width, None
        case [(first, width), (second, other)]:
            gap = 0.0
        case [(first, width), (0.0, gap), (second, other)]:
            pass
        case _:
            return None
    if first * second > 0:
        return None
    is_symmetric = first == -second and width == other
    return (Waveform.SYMMETRIC if is_symmetric else Waveform.ASYMMETRIC), width, gap


def _name(message: Message) -> str:
    match message:
        case MlInit():
            return Opcode.ML_INIT.name
        case MlUpdate():
            return Opcode.ML_UPDATE.name
        case Complaint():
            return message.opcode.name
        case Answer():
            return f"{message.opcode.name} answer"
        case Command():
            return message.opcode.name
        case Foreign():
            return f"other message {message.number}"
        case _:
            return "message"


def _result(answer: Answer) -> str:
    return RESULTS.get(answer.result, f"error {answer.result}")

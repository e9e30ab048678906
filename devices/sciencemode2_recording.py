"""ScienceMode 2 as it was recorded: what the program ordered of a RehaStim2, and got."""

from __future__ import annotations

from collections.abc import Sequence

from devices.modality import StimulationSettings, Waveform
from devices.recorded_stream import Direction, Recorded, Understood
from devices.stimulation_recording import PulseTrain, StimulationRecording
from protocols.events import Noise
from protocols.sciencemode2 import (
    INTERPHASE_US,
    REQUEST_CLASSES,
    WATCHDOG_S,
    Answer,
    ListInit,
    ListPulse,
    ListStart,
    Message,
    Opcode,
    Plain,
    PulseGroup,
    SinglePulse,
    StimulationError,
)
from protocols.sciencemode2_messages import OK, RESULTS

_Order = ListInit | ListStart | SinglePulse
_ORDERS = (
    Opcode.INIT_CHANNEL_LIST_MODE,
    Opcode.START_CHANNEL_LIST_MODE,
    Opcode.SINGLE_PULSE,
)


def understand(recorded: Sequence[Recorded]) -> Understood:
    """Settings, changes and sums of a recording; an order that the unit refused counts nothing.

    Where the recording holds answers, an order counts from its answer on, else from itself on.
    """
    return _Reader(recorded).read()


class _Reader:
    def __init__(self, recorded: Sequence[Recorded]) -> None:
        self._recorded = recorded
        self._waits = any(
            isinstance(each.event, Answer) and each.event.opcode in _ORDERS for each in recorded
        )
        self._pending: dict[int, _Order] = {}
        self._list: ListInit | None = None
        self._found = Understood(StimulationRecording(WATCHDOG_S))
        self._recording = self._found.recording

    def read(self) -> Understood:
        for each in self._recorded:
            match each.event:
                case Noise():
                    self._found.noise_bytes += each.event.n_bytes
                case Message():
                    self._found.count(_name(each.event))
                    if _is_to_unit(each.event, each.direction):
                        self._recording.sustain(each.t_s)
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
        match message:
            case ListInit() | ListStart() | SinglePulse():
                if self._waits:
                    self._pending[message.packet_number] = message
                else:
                    self._order(t_s, message)
            case Answer() if message.opcode in _ORDERS:
                self._take_answer(t_s, message)
            case Plain(number=Opcode.STOP_CHANNEL_LIST_MODE):
                self._recording.end(t_s)
            case Plain(number=Opcode.INIT):
                self._recording.end(t_s, "the unit began anew")
            case StimulationError():
                self._recording.end(t_s, message.fault or "the unit told a fault")
            case _:
                pass

    def _take_answer(self, t_s: float | None, answer: Answer) -> None:
        order = self._pending.pop(answer.packet_number, None)
        if answer.result != OK:
            why = RESULTS.get(answer.result, f"error {answer.result}")
            self._recording.note(t_s, f"An order was refused: {why}")
        elif order is None:
            self._recording.note(t_s, "An order was taken that is not in the recording")
        else:
            self._order(t_s, order)

    def _order(self, t_s: float | None, order: _Order) -> None:
        match order:
            case ListInit():
                self._list = order
                self._recording.end(t_s)
            case ListStart():
                self._start(t_s, order)
            case SinglePulse():
                pulse = ListPulse(PulseGroup.SINGLE, order.phase_us, order.current_ma)
                train = _train(order.channel + 1, pulse, None, 0.0)
                self._recording.order_pulses(t_s, train.settings.channel, train, 1)

    def _start(self, t_s: float | None, start: ListStart) -> None:
        channels = self._list
        if channels is None or len(channels.channels) != len(start.pulses):
            self._recording.note(t_s, "A start does not go with its list of channels: not read")
            return
        trains = {
            number + 1: _train(
                number + 1, pulse, _rate_hz(channels, number), channels.group_interval_ms
            )
            for number, pulse in zip(channels.channels, start.pulses, strict=True)
        }
        if channels.main_interval_ms is not None:
            self._recording.order(t_s, trains)
            return
        for (number, train), pulse in zip(trains.items(), start.pulses, strict=True):
            pulses = pulse.group.pulses if pulse.group else 1
            self._recording.order_pulses(t_s, number, train, pulses)


def _rate_hz(channels: ListInit, number: int) -> float | None:
    """Of the groups of one channel; None in one-shot mode."""
    if channels.main_interval_ms is None:
        return None
    left_out = channels.low_rate_factor if number in channels.low_rate_channels else 0
    return 1000 / channels.main_interval_ms / (left_out + 1)


def _train(
    number: int, pulse: ListPulse, rate_hz: float | None, group_interval_ms: float
) -> PulseTrain:
    """A doublet or triplet is a burst: its pulses are `group_interval_ms` apart."""
    pulses = pulse.group.pulses if pulse.group else 1
    is_group = pulses > 1
    settings = StimulationSettings(
        channel=number,
        waveform=Waveform.SYMMETRIC,
        mode=None,
        amplitude_ma=float(pulse.current_ma),
        pulse_rate_hz=1000 / group_interval_ms if is_group else rate_hz,
        phase_us=float(pulse.phase_us),
        interphase_us=float(INTERPHASE_US),
        burst_hz=rate_hz if is_group else None,
        pulses_per_burst=pulses if is_group else None,
    )
    per_s = None if rate_hz is None else rate_hz * pulses
    return PulseTrain(settings, pulse.current_ma * pulse.phase_us / 1000, per_s)


def _is_to_unit(message: Message, direction: Direction) -> bool:
    if direction is not Direction.MIXED:
        return direction is Direction.TO_UNIT
    match message:
        case ListInit() | ListStart() | SinglePulse():
            return True
        case Plain():
            return message.number in REQUEST_CLASSES
        case _:
            return False


def _name(message: Message) -> str:
    match message:
        case ListInit():
            return Opcode.INIT_CHANNEL_LIST_MODE.name
        case ListStart():
            return Opcode.START_CHANNEL_LIST_MODE.name
        case SinglePulse():
            return Opcode.SINGLE_PULSE.name
        case StimulationError():
            return Opcode.STIMULATION_ERROR.name
        case Answer():
            return f"{message.opcode.name} answer"
        case Plain() if message.number in list(Opcode):
            return Opcode(message.number).name
        case Plain():
            return f"other message {message.number}"
        case _:
            return "message"

"""Harp Load Cells: eight channels of raw counts at 1 kHz, over a serial port.

The device tells each reading as an event of one register; what it does is set by writing others.
Counts become newtons by calibrations that the host gives: the device has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import ClassVar

import numpy as np

from protocols.codec import Codec, Framing, ProtocolError
from protocols.events import (
    Event,
    ForceSamples,
    Identity,
    Noise,
    Rejected,
    Restarted,
    StreamStarted,
    StreamStopped,
)
from protocols.gate import RequestClass
from protocols.harp_cells import CHANNELS, CHANNELS_PER_BOARD, BoardWatch, RailWatch, Watch
from protocols.harp_frames import HarpFrame, HarpFrames, MessageType, PayloadType, decode_all

WHO_AM_I = 1232
RATE_HZ = 1000

_CLOCK_WRAP_US = 2**32 * 1_000_000
_CLOCK_WAS_SET_US = 10_000_000


class Register(IntEnum):
    WHO_AM_I = 0
    FIRMWARE_HIGH = 6
    FIRMWARE_LOW = 7
    SECONDS = 8
    OPERATION_CONTROL = 10
    RESET = 11
    SERIAL_NUMBER = 13
    HEARTBEAT = 18
    ACQUISITION_STATE = 32
    LOAD_CELL_DATA = 33
    OFFSET_FIRST = 48
    OFFSET_LAST = 55
    ENABLE_EVENTS = 90


STANDBY = 0xE4
"""What the device boots with: heartbeat and lights on, no events."""
ACTIVE = 0xE5
LOAD_CELL_EVENTS = 0x01

DATA_HEADER = bytes((26, Register.LOAD_CELL_DATA, 0xFF, 0x92))
"""Of every reading, after the type: 8 stamped 16-bit numbers."""

_QUESTIONS = {
    Register.WHO_AM_I: PayloadType.U16,
    Register.FIRMWARE_HIGH: PayloadType.U8,
    Register.FIRMWARE_LOW: PayloadType.U8,
    Register.SERIAL_NUMBER: PayloadType.U16,
}
_OF_A_STREAM: dict[int, tuple[bytes, ...]] = {
    Register.OPERATION_CONTROL: (bytes((STANDBY,)), bytes((ACTIVE,))),
    Register.ENABLE_EVENTS: (bytes((LOAD_CELL_EVENTS,)),),
    Register.ACQUISITION_STATE: (b"\x00", b"\x01"),
}
_GRAVITY = (
    RequestClass.LISTEN,
    RequestClass.QUERY,
    RequestClass.STREAM,
    RequestClass.SETS,
    RequestClass.CALIBRATION,
)


class HarpCodec(Codec):
    """Delivers the calibrated channels, and nothing while there is none.

    A channel's number in `ChannelStatus` is its place among the calibrated ones. A reader board
    that is not plugged in makes four zeros; a plugged one never shows four zeros for long.
    """

    confirms_stop: ClassVar[bool] = True
    has_checksum: ClassVar[bool] = True

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        if framing is not Framing.STREAM:
            raise ValueError("Harp devices speak over a serial port")
        super().__init__(framing)
        self._frames = HarpFrames({Register.LOAD_CELL_DATA: DATA_HEADER})
        self._scales: dict[int, tuple[float, float]] = {}
        self.reset()

    def reset(self) -> None:
        self._frames.reset()
        self._pending: set[tuple[int, int]] = set()
        self._who: int | None = None
        self._firmware_high: int | None = None
        self._is_requested = False
        self._forget_readings()

    @property
    def pending(self) -> int:
        return len(self._pending)

    def calibrate(self, channel: int, newtons_per_count: float, zero_counts: float) -> None:
        if not 0 <= channel < CHANNELS:
            raise ProtocolError(f"There is no channel {channel}: they are 0 to {CHANNELS - 1}.")
        self._scales[channel] = (newtons_per_count, zero_counts)
        self._watch()

    def forget_calibrations(self) -> None:
        self._scales.clear()
        self._watch()

    def identify(self) -> Iterator[bytes]:
        """Raises `ProtocolError` where another Harp device answers."""
        yield self.stop()  # an earlier program may have left it running
        for register, payload_type in _QUESTIONS.items():
            self._pending.add((MessageType.READ, register))
            yield HarpFrame(MessageType.READ, register, payload_type).encode()
            if self._who not in (None, WHO_AM_I):
                raise ProtocolError(
                    f"This is a Harp device of another kind (WhoAmI {self._who}), not Load Cells "
                    f"({WHO_AM_I}). Nothing was started. Choose another port."
                )

    def start(self) -> bytes:
        self._is_requested = True
        self._forget_readings()
        return (
            _write(Register.OPERATION_CONTROL, ACTIVE)
            + _write(Register.ENABLE_EVENTS, LOAD_CELL_EVENTS)
            + _write(Register.ACQUISITION_STATE, 1)
        )

    def stop(self) -> bytes:
        self._pending.add((MessageType.WRITE, Register.ACQUISITION_STATE))
        return _write(Register.ACQUISITION_STATE, 0)

    def request_class(self, data: bytes) -> RequestClass:
        frames = decode_all(data)
        if frames is None:
            return RequestClass.UNKNOWN
        kinds = [_class_of(frame) for frame in frames]
        if RequestClass.UNKNOWN in kinds:
            return RequestClass.UNKNOWN
        return max(kinds, key=_GRAVITY.index, default=RequestClass.LISTEN)

    def receive(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        for frame in self._frames.split(data):
            if isinstance(frame, HarpFrame) and frame.address == Register.LOAD_CELL_DATA:
                if frame.type is MessageType.EVENT and frame.t_us is not None:
                    events += self._reading(frame.t_us, frame.payload)
                continue
            events += self._readings()
            events += [frame] if isinstance(frame, Noise) else self._register(frame)
        return events + self._readings()

    def _register(self, frame: HarpFrame) -> list[Event]:
        asked = (frame.type, frame.address)
        is_answer = asked in self._pending
        self._pending.discard(asked)
        if frame.is_error:
            return self._refused(frame)
        value = int.from_bytes(frame.payload, "little")
        match asked:
            case (MessageType.WRITE, Register.ACQUISITION_STATE) if value:
                return self._started()
            case (MessageType.WRITE, Register.ACQUISITION_STATE):
                return [StreamStopped()]
            case (MessageType.READ, Register.WHO_AM_I) if is_answer:
                self._who = value
            case (MessageType.READ, Register.FIRMWARE_HIGH) if is_answer:
                self._firmware_high = value
            case (MessageType.READ, Register.FIRMWARE_LOW) if is_answer:
                return [Identity(firmware=f"{self._firmware_high}.{value}")]
            case (MessageType.READ, Register.SERIAL_NUMBER) if is_answer and value:
                return [Identity(serial=str(value))]
            case _:
                pass
        return []

    def _refused(self, frame: HarpFrame) -> list[Event]:
        if frame.type is MessageType.READ:
            return []  # a register that this firmware does not have
        return [Rejected(f"writing register {frame.address}", "it answered with an error")]

    def _started(self) -> list[Event]:
        was_requested, self._is_requested = self._is_requested, False
        return [StreamStarted(float(RATE_HZ))] if was_requested else []

    def _reading(self, stamp_us: int, counts: bytes) -> list[Event]:
        """Kept until the data at hand is read; what a clock that was set leaves behind."""
        events: list[Event] = []
        step_us = 0 if self._last_us is None else stamp_us + self._wraps_us - self._last_us
        if step_us < -_CLOCK_WRAP_US // 2:
            self._wraps_us += _CLOCK_WRAP_US
            step_us += _CLOCK_WRAP_US
        if abs(step_us) > _CLOCK_WAS_SET_US:
            events = [*self._readings(), Restarted()]
        self._last_us = stamp_us + self._wraps_us
        self._times_us.append(self._last_us)
        self._payloads.append(counts)
        return events

    def _readings(self) -> list[Event]:
        times_us, self._times_us = self._times_us, []
        payloads, self._payloads = self._payloads, []
        if not times_us:
            return []
        events = self._started()  # readings may overtake the answer, or it may be lost
        if not self._scales:
            return events
        t_us = np.array(times_us, np.int64)
        counts = np.frombuffer(b"".join(payloads), "<i2").reshape(-1, CHANNELS)
        for watch in self._watches:
            events += watch.look(t_us, counts)
        newtons = (counts[:, self._columns] - self._zeros) * self._scale
        return [*events, ForceSamples(t_us, newtons)]

    def _forget_readings(self) -> None:
        self._last_us: int | None = None
        self._wraps_us = 0
        self._times_us: list[int] = []
        self._payloads: list[bytes] = []
        self._watch()

    def _watch(self) -> None:
        """What the calibrated channels need, before a stream and after a new calibration."""
        self._columns = sorted(self._scales)
        scales = [self._scales[column] for column in self._columns]
        self._scale = np.array([scale for scale, _ in scales])
        self._zeros = np.array([zero for _, zero in scales])
        self._watches: list[Watch] = [RailWatch(place, c) for place, c in enumerate(self._columns)]
        for board in range(CHANNELS // CHANNELS_PER_BOARD):
            places = [p for p, c in enumerate(self._columns) if c // CHANNELS_PER_BOARD == board]
            if places:
                self._watches.append(BoardWatch(places, board))


def _write(register: Register, value: int) -> bytes:
    return HarpFrame(MessageType.WRITE, register, PayloadType.U8, bytes((value,))).encode()


def _class_of(frame: HarpFrame) -> RequestClass:
    if frame.is_error or frame.t_us is not None or frame.type is MessageType.EVENT:
        return RequestClass.UNKNOWN  # only a device says this
    if frame.type is MessageType.READ:
        return RequestClass.QUERY
    if frame.payload in _OF_A_STREAM.get(frame.address, ()):
        return RequestClass.STREAM
    if Register.OFFSET_FIRST <= frame.address <= Register.OFFSET_LAST:
        return RequestClass.CALIBRATION  # trims the amplifier: what a count means changes
    return RequestClass.SETS

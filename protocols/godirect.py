"""Vernier Go Direct hand dynamometers: newtons at a period that the host sets.

Readings have no time stamps: each one's time is its number times the period, which the device
keeps, and packets that are missing show in the counter of those that come.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from protocols.codec import Codec, Framing, ProtocolError
from protocols.events import (
    BatteryLevel,
    Event,
    ForceSamples,
    Identity,
    Noise,
    RatedLoad,
    SamplesLost,
    StreamStarted,
    StreamStopped,
)
from protocols.gate import RequestClass
from protocols.godirect_messages import (
    ALL_SENSORS,
    COMMAND_AT,
    DEVICE_INFO,
    INIT_ARGUMENTS,
    MASK,
    REPLY_HEAD_BYTES,
    SENSOR_INFO,
    SET_PERIOD,
    START,
    STATUS,
    STOP,
    Command,
    MeasurementType,
    SensorInfo,
    column_of,
    text_of,
)
from protocols.godirect_packets import (
    COMMAND,
    MEASUREMENT,
    Reassembly,
    counter_of,
    is_packet,
    packet,
)

SERVICE = "d91714ef-28b9-4f91-ba16-f0d9a604f112"
COMMAND_POINT = "f4bf14a6-c7d5-4b6d-8aa8-df1a7c83adcb"
RESPONSE_POINT = "b41e6675-a329-40e0-aa01-44d2f444babe"

ORDER_CODE = "GDX-HD"
PERIOD_US = 20_000
"""The shortest that is asked for: 50 Hz is what users of this device report."""

_FORCE_SENSOR = 1
_NEWTON = "N"


REQUEST_CLASSES = MappingProxyType(
    {
        Command.INIT: (RequestClass.QUERY, len(INIT_ARGUMENTS)),  # counters begin again
        Command.GET_STATUS: (RequestClass.QUERY, 0),
        Command.GET_SENSOR_INFO: (RequestClass.QUERY, 1),
        Command.GET_SENSORS: (RequestClass.QUERY, 0),
        Command.GET_DEVICE_INFO: (RequestClass.QUERY, 0),
        Command.GET_DEFAULT_SENSORS: (RequestClass.QUERY, 0),
        Command.SET_PERIOD: (RequestClass.STREAM, SET_PERIOD.size),
        Command.START: (RequestClass.STREAM, START.size),
        Command.STOP: (RequestClass.STREAM, STOP.size),
        Command.DISCONNECT: (RequestClass.SETS, 0),
    }
)


class GoDirectCodec(Codec):
    """One request is open at a time; an answer names its command and the request's counter."""

    # Device info was seen to take up to 7 s on a unit of this family.
    reply_s: ClassVar[float] = 8.0
    has_checksum: ClassVar[bool] = True

    def __init__(self, framing: Framing = Framing.PACKETS) -> None:
        if framing is not Framing.PACKETS:
            raise ValueError("a stream is not spoken: pieces of packets keep their boundaries")
        super().__init__(framing)
        self._pieces = Reassembly()
        self.reset()

    def reset(self) -> None:
        self._pieces.reset()
        self._counter = 0xFF
        self._open: tuple[Command, int] | None = None
        self._order_code: str | None = None
        self._sensors: int | None = None
        self._sensor = _FORCE_SENSOR
        self._info: SensorInfo | None = None
        self._period_us = PERIOD_US
        self._is_requested = False
        self._forget_readings()

    @property
    def pending(self) -> int:
        return 0 if self._open is None else 1

    def identify(self) -> Iterator[bytes]:
        """Raises `ProtocolError` where another device of the family answers."""
        self._counter = 0xFF
        yield self._ask(Command.INIT, INIT_ARGUMENTS)
        yield self._ask(Command.GET_STATUS)
        yield self._ask(Command.GET_DEVICE_INFO)
        if self._order_code not in (None, ORDER_CODE):
            raise ProtocolError(
                f"This is a {self._order_code}, not a hand dynamometer {ORDER_CODE}. "
                "Nothing was started. Choose another device."
            )
        yield self._ask(Command.GET_SENSORS)
        for sensor in self._candidates():
            self._sensor = sensor
            yield self._ask(Command.GET_SENSOR_INFO, bytes((sensor,)))
            if self._info is None or self._info.unit == _NEWTON:
                break
        else:
            raise ProtocolError("This device has no sensor that measures newtons.")
        if self._info is not None:
            self._period_us = self._info.period_us(PERIOD_US)
        yield self._ask(Command.SET_PERIOD, SET_PERIOD.pack(ALL_SENSORS, 0, self._period_us))

    def start(self) -> bytes:
        self._is_requested = True
        self._forget_readings()
        return self._form(Command.START, START.pack(ALL_SENSORS, 1, 1 << self._sensor, 0))

    def stop(self) -> bytes:
        return self._form(Command.STOP, STOP.pack(ALL_SENSORS, 0, 0xFFFF_FFFF))

    def request_class(self, data: bytes) -> RequestClass:
        if not data:
            return RequestClass.LISTEN
        if not is_packet(data) or data[0] != COMMAND or data[COMMAND_AT] not in set(Command):
            return RequestClass.UNKNOWN
        kind, argument_bytes = REQUEST_CLASSES[Command(data[COMMAND_AT])]
        return kind if len(data) == COMMAND_AT + 1 + argument_bytes else RequestClass.UNKNOWN

    def receive(self, data: bytes) -> list[Event]:
        """Events of one notification or report: a packet or a piece of one."""
        events: list[Event] = []
        for found in self._pieces.join(data):
            if isinstance(found, Noise):
                events.append(found)
            elif found[0] == MEASUREMENT:
                events += self._measurement(found)
            else:
                events += self._reply(found)
        return events

    def _forget_readings(self) -> None:
        self._count = _PacketCount()
        self._index = 0
        self._per_packet = 1
        self._last = b""
        self._loss: SamplesLost | None = None

    def _candidates(self) -> list[int]:
        mask = 1 << _FORCE_SENSOR if self._sensors is None else self._sensors
        return [sensor for sensor in range(32) if mask >> sensor & 1]

    def _reply(self, data: bytes) -> list[Event]:
        if len(data) < REPLY_HEAD_BYTES:
            return [Noise("an answer that is too short", len(data))]
        command, payload = data[COMMAND_AT], data[REPLY_HEAD_BYTES:]
        if (command, data[COMMAND_AT + 1]) == self._open:
            self._open = None
        match command:
            case Command.GET_STATUS if len(payload) >= STATUS.size:
                return _status(payload)
            case Command.GET_DEVICE_INFO if len(payload) >= DEVICE_INFO.size:
                order_code, serial, *_ = DEVICE_INFO.unpack_from(payload)
                self._order_code = text_of(order_code)
                return [Identity(model=text_of(order_code), serial=text_of(serial))]
            case Command.GET_SENSORS if len(payload) >= MASK.size:
                (self._sensors,) = MASK.unpack_from(payload)
            case Command.GET_SENSOR_INFO if len(payload) >= SENSOR_INFO.size:
                return self._sensor_info(SensorInfo.decode(payload))
            case Command.START:
                return self._started()
            case Command.STOP:
                return [StreamStopped()]
            case _:
                pass
        return []

    def _sensor_info(self, info: SensorInfo) -> list[Event]:
        self._info = info
        is_force = info.unit == _NEWTON and math.isfinite(info.most) and info.most > 0.0
        return [RatedLoad(0, info.most)] if is_force else []

    def _started(self) -> list[Event]:
        was_requested, self._is_requested = self._is_requested, False
        return [StreamStarted(1e6 / self._period_us)] if was_requested else []

    def _measurement(self, data: bytes) -> list[Event]:
        if data == self._last:
            return [Noise("repeated packet", len(data))]
        if self._count.is_late(counter_of(data)):  # counted as missing when the one after it came
            return [Noise("a packet that came late", len(data))]
        missing = self._count.missing_before(counter_of(data))
        self._last = data
        events = self._started()  # readings may overtake the answer
        if missing is None:
            self._lose(None, "the count of the packets began again")
        elif missing:
            self._lose(missing * self._per_packet, "packets are missing")
        match data[COMMAND_AT]:
            case MeasurementType.DROPPED:
                self._lose(None, "the device dropped readings")
            case MeasurementType.START_TIME | MeasurementType.PERIOD:
                pass
            case _:
                column = column_of(data, self._sensor)
                if column is None:
                    return [*events, Noise("a measurement that makes no sense", len(data))]
                self._per_packet = max(len(column), 1)
                events += self._readings(column)
        return events

    def _readings(self, column: list[float]) -> list[Event]:
        """Runs of numbers; between them what the sensor had no number for."""
        events: list[Event] = []
        for is_number, run in groupby(column, math.isfinite):
            newtons = list(run)
            if not is_number:
                self._lose(len(newtons), "readings that are no numbers")
                continue
            if self._loss is not None:
                events.append(self._loss)
                self._loss = None
            t_us = np.arange(self._index, self._index + len(newtons), dtype=np.int64)
            force = np.array(newtons).reshape(-1, 1)
            events.append(ForceSamples(t_us * self._period_us, force, self._index))
            self._index += len(newtons)
        return events

    def _lose(self, readings: int | None, reason: str) -> None:
        """Told before the next readings, together with what else is missing before them."""
        before = 0 if self._loss is None else self._loss.samples
        known = None if readings is None or before is None else before + readings
        self._loss = SamplesLost(known, reason)
        self._index += readings or 0

    def _ask(self, command: Command, arguments: bytes = b"") -> bytes:
        request = self._form(command, arguments)
        self._open = (command, counter_of(request))
        return request

    def _form(self, command: Command, arguments: bytes = b"") -> bytes:
        self._counter = (self._counter - 1) % 256
        return packet(COMMAND, self._counter, bytes((command,)) + arguments)


class _PacketCount:
    """What is missing between packets, by a counter of 8 bits that runs up or down.

    That it counts packets one by one is not published: the smallest step seen is taken for one.
    Of two late ones in a row neither is late: the one before them misled, and the count is learnt
    anew.
    """

    def __init__(self) -> None:
        self._step = 256
        self._is_lost = False
        self._begin()

    def is_late(self, counter: int) -> bool:
        """Overtaken by the packet before it."""
        was_late = self._was_late
        self._was_late = self._ahead(counter) >= 128
        if was_late and self._was_late:
            self._begin()
            self._is_lost = True
        return self._was_late

    def missing_before(self, counter: int) -> int | None:
        """None where nobody can tell."""
        last, self._last = self._last, counter
        if last is None:
            was_lost, self._is_lost = self._is_lost, False
            return None if was_lost else 0
        if last == counter:
            return 0
        if not self._direction:
            self._direction = 1 if (counter - last) % 256 < 128 else -1
        ahead = (counter - last) * self._direction % 256
        self._step = min(self._step, ahead)
        return ahead // self._step - 1

    def _begin(self) -> None:
        self._last: int | None = None
        self._direction = 0
        self._was_late = False

    def _ahead(self, counter: int) -> int:
        """Steps from the last packet to this one; 0 while nothing is known."""
        return 0 if self._last is None else (counter - self._last) * self._direction % 256


def _status(payload: bytes) -> list[Event]:
    _, _, major, minor, _, _, _, _, percent, _ = STATUS.unpack_from(payload)
    firmware = Identity(firmware=f"{major}.{minor}")
    return [firmware, BatteryLevel(percent=float(percent))] if percent <= 100 else [firmware]

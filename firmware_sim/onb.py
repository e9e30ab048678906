"""An Open Nordic Board: two cells, up to 1000 Hz, both framings, the whole of ONB/1's requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmware_sim.firmware import Firmware, Load
from firmware_sim.loads import constant
from firmware_sim.noise import chance
from firmware_sim.onb_cells import CALIBRATIONS, CELLS, Cells
from protocols.codec import Framing
from protocols.events import Noise
from protocols.framing import LONGEST_FRAME, Cobs, cobs
from protocols.onb_frames import (
    CLOCK,
    EVENT_HEAD,
    HEARTBEAT,
    MAJOR,
    RESPONSE_HEAD,
    SAMPLES_OVERHEAD,
    START,
    STOPPED,
    CalibrationRecord,
    Counts,
    EventCode,
    FrameType,
    IdentityRecord,
    Layout,
    Opcode,
    SampleFlag,
    SampleRows,
    Status,
    decode_frame,
    encode_frame,
)

MAX_RATE_HZ = 1000

_NS = 1_000_000_000
_HEARTBEAT_NS = _NS
_ATT_OVERHEAD = 3
_FEATURES = 0b1100  # battery, BLE
_LOW_BATTERY_PERCENT = 10
_SATURATED = (SampleFlag.CH0_SATURATED, SampleFlag.CH1_SATURATED)


class OnbFirmware(Firmware):
    """The load begins with the first START; its clock then runs on, streaming or not.

    `noise_n` is the standard deviation of each reading, far below what matters and never zero on
    a real converter; `unloaded_n` is what the empty cells read. `max_rate_hz` is the fastest that
    its converter goes: asked for more it says so and streams at that.
    """

    model = "onb"
    resolution_n = 0.0005

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.STREAM,
        *,
        serial: str = "ONB-0001",
        seed: int = 1,
        noise_n: float = 0.004,
        unloaded_n: Sequence[float] = (0.0, 0.0),
        calibrations: tuple[CalibrationRecord, CalibrationRecord] = CALIBRATIONS,
        battery_percent: int = 87,
        battery_mv: int = 3920,
        mtu: int = 247,
        host_timeout_s: float = 3.0,
        max_rate_hz: int = MAX_RATE_HZ,
    ) -> None:
        self.serial = serial
        self.framing = framing
        self.is_reachable = True
        load = constant(0.0) if load is None else load
        self._cells = Cells(load, calibrations, noise_n, unloaded_n, seed)
        self._seed = seed
        self._max_rate_hz = max_rate_hz
        self._battery_percent = battery_percent
        self._battery_mv = battery_mv
        room = LONGEST_FRAME if framing is Framing.STREAM else mtu - _ATT_OVERHEAD
        self._most_rows = (room - SAMPLES_OVERHEAD) // (4 * CELLS)
        self._host_timeout_ns = round(host_timeout_s * _NS)
        self._cobs = Cobs()
        self._is_connected = False
        self._outbox: list[bytes] = []
        self._now_ns = 0
        self._load_began_us: int | None = None
        self._boots = 0
        self._boot()

    def receive(self, data: bytes) -> list[bytes]:
        frames = self._cobs.split(data) if self.framing is Framing.STREAM else [data]
        for frame in frames:
            if not isinstance(frame, Noise):
                self._take(frame)
        return self._sent()

    def advance(self, seconds: float) -> list[bytes]:
        end_ns = self._now_ns + round(seconds * _NS)
        while (due := self._next_due()).at_ns <= end_ns:
            self._now_ns = max(self._now_ns, due.at_ns)
            match due.what:
                case "samples":
                    self._send_rows(self._stream_rows_left())
                case "watchdog":
                    self._stream = None
                    self._send_event(EventCode.WATCHDOG_STOP)
                case _:
                    self._heartbeat()
        self._now_ns = end_ns
        return self._sent()

    def connected(self) -> None:
        self._is_connected = True
        self._battery_told = False
        self._heard_ns = self._now_ns
        self._cobs.reset()

    def disconnected(self) -> None:
        self._is_connected = False
        self._stream = None

    def reboot(self) -> None:
        """As a watchdog reset would: clock and counters begin again, the cells go on."""
        self._boot()
        self._send_event(EventCode.BOOT)

    def press_button(self) -> None:
        self._send_event(EventCode.BUTTON)

    @property
    def uptime_us(self) -> int:
        return (self._now_ns - self._booted_ns) // 1000

    def _boot(self) -> None:
        self._boots += 1
        self._booted_ns = self._now_ns
        self._boot_id = int(chance(self._boots, self._seed) * 2**32)
        self._heartbeat_ns = self._now_ns + _HEARTBEAT_NS
        self._heard_ns = self._now_ns
        self._seq = 0
        self._frames_sent = 0
        self._stream: _Stream | None = None
        self._last_index = 0
        self._overloaded = [False] * CELLS
        self._battery_told = False

    def _next_due(self) -> _Due:
        dues = [_Due(self._heartbeat_ns, "heartbeat")]
        stream = self._stream
        if stream is not None:
            last = stream.sent + self._stream_rows_left() - 1
            dues.append(_Due(self._sample_us(stream, last) * 1000, "samples"))
            dues.append(_Due(self._heard_ns + self._host_timeout_ns, "watchdog"))
        return min(dues, key=lambda due: (due.at_ns, due.what != "samples", due.what))

    def _stream_rows_left(self) -> int:
        stream = self._stream
        if stream is None:
            return 0
        left = stream.batch if stream.samples is None else stream.samples - stream.sent
        return min(stream.batch, left)

    def _sample_us(self, stream: _Stream, index: int) -> int:
        began_us = self._load_began_us or 0
        return began_us + (stream.first_tick + index) * 1_000_000 // stream.rate_hz

    def _take(self, frame: bytes) -> None:
        request = decode_frame(frame)
        if request is None or request.type != FrameType.REQUEST or request.major != MAJOR:
            return
        if not request.payload:
            return
        self._heard_ns = self._now_ns
        opcode, arguments = request.payload[0], request.payload[1:]
        status, data = self._answer(opcode, arguments)
        head = RESPONSE_HEAD.pack(request.seq, opcode, status)
        self._send(FrameType.RESPONSE, head + data)
        if status == Status.OK and opcode == Opcode.REBOOT:
            self.reboot()
        if status == Status.OK and opcode == Opcode.SLEEP:
            self._send_event(EventCode.SHUTTING_DOWN, b"\x01")
            self.is_reachable = False

    def _answer(self, opcode: int, arguments: bytes) -> tuple[Status, bytes]:
        wanted = _ARGUMENT_BYTES.get(opcode)
        if wanted is None:
            return Status.UNKNOWN_OPCODE, b""
        if wanted >= 0 and len(arguments) != wanted:
            return Status.BAD_LENGTH, b""
        match opcode:
            case Opcode.PING:
                return Status.OK, arguments
            case Opcode.HELLO:
                return Status.OK, self._identity()
            case Opcode.GET_CAL:
                if arguments[0] >= CELLS:
                    return Status.BAD_ARGUMENT, b""
                return Status.OK, self._cells.calibrations[arguments[0]].encode()
            case Opcode.SET_CAL:
                return Status.LOCKED, b""  # nobody holds the button
            case Opcode.START:
                return self._start(arguments)
            case Opcode.STOP:
                return Status.OK, self._stop()
            case Opcode.ZERO_READ:
                return Status.OK, self._zero_reading(int.from_bytes(arguments, "little"))
            case Opcode.TIME_SYNC:
                host_us = int.from_bytes(arguments, "little")
                return Status.OK, CLOCK.pack(host_us, self.uptime_us, self.uptime_us)
            case Opcode.STATS:
                return Status.OK, STOPPED.pack(self._frames_sent, 0)
            case _:
                return Status.OK, b""

    def _identity(self) -> bytes:
        return IdentityRecord(
            firmware=(1, 0, 0),
            hardware=(1, 0),
            features=_FEATURES,
            channels=CELLS,
            max_rate_hz=self._max_rate_hz,
            boot_id=self._boot_id,
            uptime_us=self.uptime_us,
            uid=self.serial.encode().ljust(16, b"\0")[:16],
            model="ONB simulator",
            serial=self.serial,
            side_ch0=0,
        ).encode()

    def _start(self, arguments: bytes) -> tuple[Status, bytes]:
        rate_hz, unit, layout, batch, _, duration_ms = START.unpack(arguments)
        if self._stream is not None:
            return Status.WRONG_STATE, b""
        if rate_hz == 0 or unit > 1 or batch == 0 or layout & Layout.BOTH != Layout.BOTH:
            return Status.BAD_ARGUMENT, b""
        rate_hz = min(rate_hz, self._max_rate_hz)
        batch = min(batch, self._most_rows)
        if self._load_began_us is None:
            self._load_began_us = self._now_ns // 1000
        # The converter runs on between streams: a later one begins with its next tick.
        since_us = self._now_ns // 1000 - self._load_began_us
        self._stream = _Stream(
            rate_hz=rate_hz,
            batch=batch,
            in_millinewtons=unit == 1,
            first_tick=-(-since_us * rate_hz // 1_000_000),
            samples=max(duration_ms * rate_hz // 1000, 1) if duration_ms else None,
        )
        self._last_index = 0
        return Status.OK, START.pack(rate_hz, unit, Layout.BOTH, batch, 0, duration_ms)

    def _stop(self) -> bytes:
        stream, self._overloaded = self._stream, [False] * CELLS
        if stream is not None:
            now_us = self._now_ns // 1000
            ready = stream.sent
            while self._sample_us(stream, ready) <= now_us and ready - stream.sent < stream.batch:
                ready += 1
            self._send_rows(ready - stream.sent)
        self._stream = None
        return STOPPED.pack(self._last_index, 0)

    def _send_rows(self, n: int) -> None:
        stream = self._stream
        if stream is None or n == 0:
            return
        first_us = self._sample_us(stream, stream.sent)
        span_us = self._sample_us(stream, stream.sent + n - 1) - first_us
        force = self._cells.force(stream.first_tick + stream.sent, n, stream.rate_hz)
        self._tell_overload(force)
        values, status = self._values(force, stream)
        boot_us = self._booted_ns // 1000
        rows = SampleRows(first_us - boot_us, stream.sent & 0xFFFF_FFFF, span_us, values, status)
        self._send(FrameType.SAMPLES, rows.encode())
        sent = stream.sent + n
        self._last_index = (sent - 1) & 0xFFFF_FFFF
        self._stream = None if sent == stream.samples else replace(stream, sent=sent)

    def _values(self, force: NDArray[np.float64], stream: _Stream) -> tuple[Counts, int]:
        status = 0
        if self._battery_percent <= _LOW_BATTERY_PERCENT:
            status |= SampleFlag.BATTERY_LOW
        if stream.in_millinewtons:
            return np.rint(force * 1000).astype(np.int32), int(status)
        counts, at_rail = self._cells.counts(force)
        for flag, is_at_rail in zip(_SATURATED, at_rail, strict=True):
            if is_at_rail:
                status |= flag
        return counts, int(status)

    def _tell_overload(self, force: NDArray[np.float64]) -> None:
        overloaded = self._cells.overloaded(force)
        for cell, is_over in enumerate(overloaded):
            if is_over and not self._overloaded[cell]:
                counts, _ = self._cells.counts(force[np.abs(force[:, cell]).argmax()][np.newaxis])
                data = int(counts[0, cell]).to_bytes(4, "little", signed=True)
                self._send_event(EventCode.OVERLOAD, bytes((cell,)) + data)
        self._overloaded = overloaded

    def _zero_reading(self, milliseconds: int) -> bytes:
        n = max(milliseconds * MAX_RATE_HZ // 1000, 1)
        now_us = self._now_ns // 1000
        began_us = now_us if self._load_began_us is None else self._load_began_us
        last_tick = (now_us - began_us) * MAX_RATE_HZ // 1_000_000
        return self._cells.zero_reading(max(last_tick - n + 1, 0), n, MAX_RATE_HZ)

    def _heartbeat(self) -> None:
        self._heartbeat_ns += _HEARTBEAT_NS
        self._send(
            FrameType.HEARTBEAT,
            HEARTBEAT.pack(
                self.uptime_us,
                0 if self._stream is None else 1,
                self._battery_percent,
                self._battery_mv,
                2150,
                self._frames_sent & 0xFFFF_FFFF,
                0,
            ),
        )
        if self._battery_percent <= _LOW_BATTERY_PERCENT and not self._battery_told:
            self._battery_told = True
            self._send_event(EventCode.BATTERY_LOW, self._battery_mv.to_bytes(2, "little"))

    def _send_event(self, code: EventCode, data: bytes = b"") -> None:
        self._send(FrameType.EVENT, EVENT_HEAD.pack(self.uptime_us, code) + data)

    def _send(self, frame_type: FrameType, payload: bytes) -> None:
        if not self._is_connected:
            return
        frame = encode_frame(frame_type, self._seq, payload)
        self._seq = (self._seq + 1) & 0xFFFF
        self._frames_sent += 1
        self._outbox.append(cobs(frame) if self.framing is Framing.STREAM else frame)

    def _sent(self) -> list[bytes]:
        messages, self._outbox = self._outbox, []
        return messages


@dataclass(frozen=True, slots=True)
class _Stream:
    """`first_tick` is the first sample's number on the converter's clock since the load began."""

    rate_hz: int
    batch: int
    in_millinewtons: bool
    first_tick: int
    samples: int | None  # None: until stopped
    sent: int = 0


class _Due(NamedTuple):
    at_ns: int
    what: str


_ARGUMENT_BYTES: dict[int, int] = {
    Opcode.PING: -1,  # any number
    Opcode.HELLO: 0,
    Opcode.GET_CAL: 1,
    Opcode.SET_CAL: 4 + 64,
    Opcode.START: START.size,
    Opcode.STOP: 0,
    Opcode.ZERO_READ: 2,
    Opcode.TIME_SYNC: 8,
    Opcode.IDENTIFY: 0,
    Opcode.STATS: 0,
    Opcode.SLEEP: 0,
    Opcode.REBOOT: 0,
}
"""SHUNT_CAL is missing: no shunt is fitted."""

"""ONB/1 frames and records, as both ends of the Open Nordic Board write and read them."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from protocols.checksum import CRC_BYTES, with_crc16, without_crc16
from protocols.gate import RequestClass

SERVICE = "99f05528-8e7f-4978-be30-7946fd953d3f"
TX_NOTIFY = "d3932cc3-cdc0-4ba2-b839-d88725ca38e3"
RX_WRITE = "cb529b3f-70dc-4856-81da-ccd8850588d6"

MAJOR = 1

HEADER = struct.Struct("<BBH")  # type, major << 4 | flags, seq
RESPONSE_HEAD = struct.Struct("<HBB")  # seq of the request, opcode, status
EVENT_HEAD = struct.Struct("<QB")  # t_us, code
HEARTBEAT = struct.Struct("<QBBHhII")  # t_us, state, %, mV, 0.01 °C, frames sent, samples dropped
SAMPLES_HEAD = struct.Struct("<QIIBBBx")  # t0_us, index, span_us, n, layout, status
START = struct.Struct("<HBBBBI")  # rate, unit, layout, batch, flags, duration_ms
STOPPED = struct.Struct("<II")  # last index, dropped
CLOCK = struct.Struct("<QQQ")  # host_us, received_us, sent_us
ZERO_READING = struct.Struct("<iIH")  # mean, sd × 16, n
SAMPLES_OVERHEAD = HEADER.size + SAMPLES_HEAD.size + CRC_BYTES

_IDENTITY = struct.Struct("<BB3B2BHBHIQ16s16s16sB")
_CALIBRATION = struct.Struct("<4BidddfffIh12s")

Counts = NDArray[np.int32]


class FrameType(IntEnum):
    REQUEST = 0x01
    RESPONSE = 0x02
    EVENT = 0x03
    HEARTBEAT = 0x04
    SAMPLES = 0x10
    LOG = 0x7E


class Opcode(IntEnum):
    PING = 0x00
    HELLO = 0x01
    GET_CAL = 0x02
    SET_CAL = 0x03
    START = 0x04
    STOP = 0x05
    ZERO_READ = 0x06
    TIME_SYNC = 0x07
    IDENTIFY = 0x08
    STATS = 0x09
    SHUNT_CAL = 0x0A
    SLEEP = 0x0B
    REBOOT = 0x0C


class Status(IntEnum):
    OK = 0
    UNKNOWN_OPCODE = 1
    BAD_LENGTH = 2
    BAD_ARGUMENT = 3
    WRONG_STATE = 4
    HARDWARE_FAULT = 5
    LOCKED = 6
    STORAGE_FAILED = 7


class EventCode(IntEnum):
    BOOT = 1
    BATTERY_LOW = 2
    SHUTTING_DOWN = 3
    OVERLOAD = 4
    TRIGGER = 5
    CELL_UNPLUGGED = 6
    WATCHDOG_STOP = 7
    BUTTON = 8


class Layout(IntFlag):
    CH0 = 1
    CH1 = 2
    BOTH = 3
    ANGLE = 4


class SampleFlag(IntFlag):
    CH0_SATURATED = 0x01
    CH1_SATURATED = 0x02
    CH0_OPEN = 0x04
    CH1_OPEN = 0x08
    LOST_BEFORE = 0x10
    BATTERY_LOW = 0x20
    NOT_CALIBRATED = 0x40
    TRIGGER = 0x80


REQUEST_CLASSES = MappingProxyType(
    {
        Opcode.PING: RequestClass.QUERY,
        Opcode.HELLO: RequestClass.QUERY,
        Opcode.GET_CAL: RequestClass.QUERY,
        Opcode.SET_CAL: RequestClass.CALIBRATION,
        Opcode.START: RequestClass.STREAM,
        Opcode.STOP: RequestClass.STREAM,
        Opcode.ZERO_READ: RequestClass.QUERY,  # reads, never stores
        Opcode.TIME_SYNC: RequestClass.QUERY,
        Opcode.IDENTIFY: RequestClass.QUERY,  # blinks
        Opcode.STATS: RequestClass.QUERY,
        Opcode.SHUNT_CAL: RequestClass.SETS,  # the readings mean something else while it is on
        Opcode.SLEEP: RequestClass.SETS,
        Opcode.REBOOT: RequestClass.SETS,
    }
)


@dataclass(frozen=True, slots=True)
class Frame:
    type: int
    major: int
    seq: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """The answer to HELLO. `side_ch0`: 0 left, 1 right, 255 unknown."""

    firmware: tuple[int, int, int]
    hardware: tuple[int, int]
    features: int
    channels: int
    max_rate_hz: int
    boot_id: int
    uptime_us: int
    uid: bytes
    model: str
    serial: str
    side_ch0: int
    major: int = MAJOR
    minor: int = 0

    def encode(self) -> bytes:
        return _IDENTITY.pack(
            self.major,
            self.minor,
            *self.firmware,
            *self.hardware,
            self.features,
            self.channels,
            self.max_rate_hz,
            self.boot_id,
            self.uptime_us,
            self.uid,
            self.model.encode(),
            self.serial.encode(),
            self.side_ch0,
        )

    @classmethod
    def decode(cls, data: bytes) -> IdentityRecord | None:
        """None where it is too short; what a later minor version appended is left out."""
        if len(data) < _IDENTITY.size:
            return None
        major, minor, f1, f2, f3, h1, h2, *rest = _IDENTITY.unpack_from(data)
        features, channels, max_rate_hz, boot_id, uptime_us, uid, model, serial, side = rest
        return cls(
            firmware=(f1, f2, f3),
            hardware=(h1, h2),
            features=features,
            channels=channels,
            max_rate_hz=max_rate_hz,
            boot_id=boot_id,
            uptime_us=uptime_us,
            uid=uid,
            model=_text(model),
            serial=_text(serial),
            side_ch0=side,
            major=major,
            minor=minor,
        )


@dataclass(frozen=True, slots=True)
class CalibrationRecord:
    """F = x·(n_per_count + c2·x + c3·x²) with x = raw - zero_counts, for one channel."""

    channel: int
    zero_counts: int
    n_per_count: float
    c2: float = 0.0
    c3: float = 0.0
    is_cubic: bool = False
    rated_n: float = 0.0
    overload_n: float = 0.0
    uncertainty_percent: float = 0.0
    date_unix: int = 0
    temperature_c: float = 0.0
    cell_serial: str = ""

    def encode(self) -> bytes:
        return with_crc16(
            _CALIBRATION.pack(
                1,
                self.channel,
                int(self.is_cubic),
                0,
                self.zero_counts,
                self.n_per_count,
                self.c2,
                self.c3,
                self.rated_n,
                self.overload_n,
                self.uncertainty_percent,
                self.date_unix,
                round(self.temperature_c * 100),
                self.cell_serial.encode(),
            )
        )

    @classmethod
    def decode(cls, data: bytes) -> CalibrationRecord | None:
        """None where the checksum fails, the version is unknown or no newtons could come out."""
        body = without_crc16(data[:CALIBRATION_BYTES])
        if body is None or len(data) < CALIBRATION_BYTES:
            return None
        version, channel, model, _flags, zero, a, c2, c3, *rest = _CALIBRATION.unpack(body)
        if version != 1 or model > 1:
            return None
        rated, overload, uncertainty, date, temperature, cell_serial = rest
        is_cubic = model == 1
        record = cls(
            channel=channel,
            zero_counts=zero,
            n_per_count=a,
            c2=c2 if is_cubic else 0.0,
            c3=c3 if is_cubic else 0.0,
            is_cubic=is_cubic,
            rated_n=_single(rated),
            overload_n=_single(overload),
            uncertainty_percent=_single(uncertainty),
            date_unix=date,
            temperature_c=temperature / 100,
            cell_serial=_text(cell_serial),
        )
        return record if record.is_usable() else None

    def is_usable(self) -> bool:
        """Whether every count that 32 bits can hold becomes a finite force."""
        largest = float(2**32)
        ends = (self.newtons(largest), self.newtons(-largest))
        return self.n_per_count != 0.0 and all(math.isfinite(force) for force in ends)

    def newtons(self, x: float) -> float:
        """Force of `x` counts above zero."""
        return x * (self.n_per_count + x * (self.c2 + x * self.c3))


CALIBRATION_BYTES = _CALIBRATION.size + CRC_BYTES


@dataclass(frozen=True, slots=True, eq=False)
class SampleRows:
    """One SAMPLES message: ``counts (n, 2)``, ``angle_deg (n,) °`` where the layout has it."""

    t0_us: int
    index: int
    span_us: int
    counts: Counts
    status: int = 0
    angle_deg: NDArray[np.float64] | None = None

    def encode(self) -> bytes:
        """The payload."""
        layout = Layout.BOTH if self.angle_deg is None else Layout.BOTH | Layout.ANGLE
        rows = np.zeros(len(self.counts), _ROWS[layout])
        rows["counts"] = self.counts
        if self.angle_deg is not None:
            rows["angle"] = np.rint(self.angle_deg * 100)
        head = SAMPLES_HEAD.pack(
            self.t0_us, self.index, self.span_us, len(rows), layout, self.status
        )
        return head + rows.tobytes()

    @classmethod
    def decode(cls, payload: bytes) -> SampleRows | None:
        """None where it is too short, empty, lacks a cell, or its times cannot rise."""
        if len(payload) < SAMPLES_HEAD.size:
            return None
        t0_us, index, span_us, n, layout, status = SAMPLES_HEAD.unpack_from(payload)
        dtype = _ROWS.get(layout)
        if dtype is None or n == 0 or span_us < n - 1 or t0_us >= _LATEST_US:
            return None
        if len(payload) < SAMPLES_HEAD.size + n * dtype.itemsize:
            return None
        rows = np.frombuffer(payload, dtype, n, SAMPLES_HEAD.size)
        angle_deg = rows["angle"] * 0.01 if layout in _WITH_ANGLE else None
        return cls(t0_us, index, span_us, rows["counts"], status, angle_deg)


def encode_frame(frame_type: int, seq: int, payload: bytes, major: int = MAJOR) -> bytes:
    return with_crc16(HEADER.pack(frame_type, major << 4, seq & 0xFFFF) + payload)


def decode_frame(data: bytes) -> Frame | None:
    """None where it is too short or its checksum does not fit."""
    body = without_crc16(data)
    if body is None or len(body) < HEADER.size:
        return None
    frame_type, version, seq = HEADER.unpack_from(body)
    return Frame(frame_type, version >> 4, seq, body[HEADER.size :])


def encode_request(seq: int, opcode: int, arguments: bytes = b"") -> bytes:
    return encode_frame(FrameType.REQUEST, seq, bytes((opcode,)) + arguments)


def encode_response(
    seq: int, ref_seq: int, opcode: int, status: int = Status.OK, data: bytes = b""
) -> bytes:
    payload = RESPONSE_HEAD.pack(ref_seq, opcode, status) + data
    return encode_frame(FrameType.RESPONSE, seq, payload)


def encode_event(seq: int, t_us: int, code: int, data: bytes = b"") -> bytes:
    return encode_frame(FrameType.EVENT, seq, EVENT_HEAD.pack(t_us, code) + data)


_LATEST_US = 2**62  # keeps sums of device times within 64 bit
_ROWS = {
    int(Layout.BOTH): np.dtype([("counts", "<i4", (2,))]),
    int(Layout.BOTH | Layout.ANGLE): np.dtype([("counts", "<i4", (2,)), ("angle", "<i2")]),
}
_WITH_ANGLE = (int(Layout.BOTH | Layout.ANGLE),)


def _single(value: float) -> float:
    """The shortest decimal that is this single-precision number: 0.1, not 0.10000000149."""
    return float(str(np.float32(value)))


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode(errors="replace")

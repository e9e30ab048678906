"""The Open Nordic Board, ONB/1: host half."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import ClassVar

from protocols.codec import Codec, Framing, ProtocolError
from protocols.events import (
    BatteryLevel,
    ButtonPressed,
    Calibration,
    CellSide,
    ChannelProblem,
    ChannelStatus,
    Event,
    Identity,
    LogLine,
    LowBattery,
    Noise,
    Rejected,
    Restarted,
    ShuttingDown,
    StreamStopped,
)
from protocols.framing import Cobs, cobs
from protocols.gate import RequestClass
from protocols.onb_frames import (
    CALIBRATION_BYTES,
    EVENT_HEAD,
    HEARTBEAT,
    MAJOR,
    REQUEST_CLASSES,
    RESPONSE_HEAD,
    START,
    STOPPED,
    CalibrationRecord,
    EventCode,
    FrameType,
    IdentityRecord,
    Layout,
    Opcode,
    Status,
    decode_frame,
    encode_request,
)
from protocols.onb_samples import SampleStream

__all__ = ["OnbCodec"]

RATE_HZ = 1000

# Serial: 20 ms a frame, 9.4 kB/s. BLE: 21 rows fill a notification at MTU 247 (244 bytes) whether
# a row is 8 bytes or, with the knee angle, 10: 48 notifications/s.
_BATCH = {Framing.STREAM: 20, Framing.PACKETS: 21}

_MOST_PENDING = 64


class OnbCodec(Codec):
    """Two cells in counts, made newtons here with the board's own calibration records.

    Without both records no newton is invented: the channel is told as uncalibrated, the frames
    are dropped, and what was dropped shows as `SamplesLost` before the first samples that can be
    delivered. After `start`, frames of an earlier run are dropped until the board confirms the
    stream, by its answer or by a frame with index 0. Knee angles are read over.
    """

    keep_alive_s: ClassVar[float | None] = 1.0
    has_checksum: ClassVar[bool] = True

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        super().__init__(framing)
        self._cobs = Cobs()
        self._seq = 0
        self.reset()

    def reset(self) -> None:
        self._cobs.reset()
        self._pending: dict[int, Opcode] = {}
        self._stream = SampleStream()
        self._last_frame = b""
        self._foreign_major: int | None = None

    @property
    def pending(self) -> int:
        return len(self._pending)

    def identify(self) -> Iterator[bytes]:
        # A lone 00 ends whatever the board half received before we came.
        flush = b"\0" if self.framing is Framing.STREAM else b""
        yield flush + self._ask(Opcode.STOP)
        yield self._ask(Opcode.HELLO)
        yield self._ask(Opcode.GET_CAL, b"\x00")
        yield self._ask(Opcode.GET_CAL, b"\x01")

    def start(self) -> bytes:
        """Raises `ProtocolError` where the board speaks another major version."""
        if self._foreign_major is not None:
            raise ProtocolError(
                f"The board speaks ONB/{self._foreign_major}; this program speaks ONB/{MAJOR}. "
                "Nothing was started. Update the program or the board."
            )
        self._stream.request()
        arguments = START.pack(RATE_HZ, 0, Layout.BOTH, _BATCH[self.framing], 0, 0)
        return self._ask(Opcode.START, arguments)

    def stop(self) -> bytes:
        return self._ask(Opcode.STOP)

    def keep_alive(self) -> bytes:
        return self._form(Opcode.PING)

    def request_class(self, data: bytes) -> RequestClass:
        if self.framing is Framing.STREAM:
            if not data.strip(b"\0"):
                return RequestClass.LISTEN
            frames = Cobs().split(data)
            if len(frames) != 1 or not data.endswith(b"\0"):
                return RequestClass.UNKNOWN
            frame = b"" if isinstance(frames[0], Noise) else frames[0]
        else:
            frame = data
        request = decode_frame(frame)
        if request is None or request.type != FrameType.REQUEST or not request.payload:
            return RequestClass.UNKNOWN
        opcode = request.payload[0]
        if request.major != MAJOR or opcode not in REQUEST_CLASSES:
            return RequestClass.UNKNOWN
        return REQUEST_CLASSES[Opcode(opcode)]

    def receive(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        frames = self._cobs.split(data) if self.framing is Framing.STREAM else [data]
        for frame in frames:
            if isinstance(frame, Noise):
                events.append(frame)
            else:
                events.extend(self._read(frame))
        return events

    def _read(self, data: bytes) -> list[Event]:
        frame = decode_frame(data)
        if frame is None:
            return [Noise("checksum", len(data))]
        if data == self._last_frame:
            return [Noise("repeated frame", len(data))]
        self._last_frame = data
        if frame.major != MAJOR:
            self._foreign_major = frame.major
            return [Noise(f"ONB/{frame.major}", len(data))]
        self._foreign_major = None
        match frame.type:
            case FrameType.SAMPLES:
                return self._stream.read(frame.payload)
            case FrameType.RESPONSE:
                return self._response(frame.payload)
            case FrameType.EVENT:
                return self._event(frame.payload)
            case FrameType.HEARTBEAT:
                return _heartbeat(frame.payload)
            case FrameType.LOG:
                return [LogLine(frame.payload.decode(errors="replace"))]
            case FrameType.REQUEST:
                return [Noise("our own request came back", len(data))]
            case _:
                return []  # a later minor version

    def _response(self, payload: bytes) -> list[Event]:
        if len(payload) < RESPONSE_HEAD.size:
            return [Noise("an answer that is too short", len(payload))]
        ref_seq, opcode, status = RESPONSE_HEAD.unpack_from(payload)
        self._settle(ref_seq, opcode)
        if status != Status.OK:
            if opcode == Opcode.START:
                self._stream.refuse()
            return [Rejected(_name(Opcode, opcode), _name(Status, status).lower())]
        data = payload[RESPONSE_HEAD.size :]
        events: list[Event] | None = []
        match opcode:
            case Opcode.HELLO:
                events = self._hello(data)
            case Opcode.GET_CAL:
                events = self._calibration(data)
            case Opcode.START:
                events = self._started(data)
            case Opcode.STOP:
                events = self._stopped(data)
            case _:
                pass
        if events is None:
            return [Noise(f"an answer to {_name(Opcode, opcode)} that makes no sense", len(data))]
        return events

    def _settle(self, ref_seq: int, opcode: int) -> None:
        """A replayed capture answers with the numbers of its own day: then the oldest fits."""
        if self._pending.get(ref_seq) == opcode:
            del self._pending[ref_seq]
            return
        oldest = next((seq for seq, asked in self._pending.items() if asked == opcode), None)
        if oldest is not None:
            del self._pending[oldest]

    def _hello(self, data: bytes) -> list[Event] | None:
        record = IdentityRecord.decode(data)
        if data and data[0] != MAJOR:
            self._foreign_major = data[0]
            return [Rejected("HELLO", f"it speaks ONB/{data[0]}, this program ONB/{MAJOR}")]
        if record is None:
            return None
        return [
            Identity(
                model=record.model or None,
                serial=record.serial or None,
                firmware=".".join(map(str, record.firmware)),
                boot_id=record.boot_id,
                first_channel={0: CellSide.LEFT, 1: CellSide.RIGHT}.get(record.side_ch0),
            )
        ]

    def _calibration(self, data: bytes) -> list[Event] | None:
        record = CalibrationRecord.decode(data)
        if record is None or record.channel > 1:
            return None
        self._stream.calibrate(record)
        return [
            Calibration(
                channel=record.channel,
                newtons_per_count=record.n_per_count,
                zero_counts=record.zero_counts,
                capacity_n=_positive(record.rated_n),
                overload_n=_positive(record.overload_n),
                uncertainty_percent=_positive(record.uncertainty_percent),
                calibrated_on=_day(record.date_unix),
                cell_serial=record.cell_serial or None,
                record=data[:CALIBRATION_BYTES],
            )
        ]

    def _started(self, data: bytes) -> list[Event] | None:
        if len(data) < START.size:
            return None
        rate_hz, unit, layout, *_ = START.unpack_from(data)
        if unit != 0 or layout & Layout.BOTH != Layout.BOTH or rate_hz == 0:
            self._stream.refuse()
            return [Rejected("START", "it would not stream counts of both cells")]
        return [self._stream.begin(float(rate_hz))]

    def _stopped(self, data: bytes) -> list[Event] | None:
        if len(data) < STOPPED.size:
            return None
        last_index, dropped = STOPPED.unpack_from(data)
        return [*self._stream.end(last_index), StreamStopped(dropped)]

    def _event(self, payload: bytes) -> list[Event]:
        if len(payload) < EVENT_HEAD.size:
            return [Noise("an event that is too short", len(payload))]
        t_us, code = EVENT_HEAD.unpack_from(payload)
        data = payload[EVENT_HEAD.size :]
        match code:
            case EventCode.BOOT:
                self._pending.clear()
                self._stream.forget()
                return [Restarted()]
            case EventCode.BATTERY_LOW if len(data) >= 2:
                volts = int.from_bytes(data[:2], "little") / 1000
                return [LowBattery(), BatteryLevel(volts=volts)]
            case EventCode.BATTERY_LOW:
                return [LowBattery()]
            case EventCode.SHUTTING_DOWN:
                return [ShuttingDown(f"reason {data[0]}" if data else "no reason given")]
            case EventCode.OVERLOAD if data and data[0] <= 1:
                return [ChannelStatus(data[0], ChannelProblem.OVERLOAD, t_us)]
            case EventCode.CELL_UNPLUGGED if data and data[0] <= 1:
                return [ChannelStatus(data[0], ChannelProblem.OPEN, t_us)]
            case EventCode.WATCHDOG_STOP:
                return [*self._stream.end(), StreamStopped()]
            case EventCode.BUTTON:
                return [ButtonPressed(t_us)]
            case _:
                return []

    def _ask(self, opcode: Opcode, arguments: bytes = b"") -> bytes:
        """Form a request whose answer is waited for."""
        if len(self._pending) >= _MOST_PENDING:
            del self._pending[next(iter(self._pending))]
        self._pending[self._seq] = opcode
        return self._form(opcode, arguments)

    def _form(self, opcode: Opcode, arguments: bytes = b"") -> bytes:
        frame = encode_request(self._seq, opcode, arguments)
        self._seq = (self._seq + 1) & 0xFFFF
        return cobs(frame) if self.framing is Framing.STREAM else frame


def _heartbeat(payload: bytes) -> list[Event]:
    if len(payload) < HEARTBEAT.size:
        return [Noise("a heartbeat that is too short", len(payload))]
    _t_us, _state, percent, millivolts, *_ = HEARTBEAT.unpack_from(payload)
    level = BatteryLevel(
        percent=None if percent == 255 else float(percent),
        volts=millivolts / 1000 if millivolts else None,
    )
    return [level] if level != BatteryLevel() else []


def _name(names: type[Opcode] | type[Status], code: int) -> str:
    try:
        return names(code).name.replace("_", " ")
    except ValueError:
        return f"{names.__name__.lower()} {code:02X}"


def _positive(value: float) -> float | None:
    return value if math.isfinite(value) and value > 0.0 else None


def _day(unix: int) -> date | None:
    return datetime.fromtimestamp(unix, UTC).date() if unix else None

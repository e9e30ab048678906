"""Open Therapy Telemetry, OTT/1: listening to TENS, NMES, interferential and ultrasound units."""

from __future__ import annotations

from enum import IntEnum
from types import MappingProxyType

from protocols.checksum import with_crc16, without_crc16
from protocols.codec import Decoder, Framing
from protocols.events import Event, Noise, Rejected, Restarted
from protocols.framing import Cobs, cobs
from protocols.gate import RequestClass
from protocols.ott_message import (
    HEADER,
    MESSAGE_BYTES,
    OttMessage,
    OttModality,
    StimulationMode,
    Waveform,
    text,
)
from protocols.ott_therapy import (
    EsDose,
    EsDuty,
    EsLoad,
    EsModulation,
    EsSettings,
    GenDose,
    GenericQuantity,
    GenSettings,
    ModulationTarget,
    UsDose,
    UsSettings,
)
from protocols.ott_unit import (
    MAJOR,
    Ability,
    EventKind,
    EventOrigin,
    Hello,
    Ident,
    IdentField,
    IdentPart,
    SessionInfo,
    TelemetryLost,
    TherapyState,
    UnitEvent,
    UnitFlag,
    UnitState,
)

__all__ = [
    "Ability",
    "EsDose",
    "EsDuty",
    "EsLoad",
    "EsModulation",
    "EsSettings",
    "EventKind",
    "EventOrigin",
    "GenDose",
    "GenSettings",
    "GenericQuantity",
    "Hello",
    "Ident",
    "IdentField",
    "ModulationTarget",
    "OttCodec",
    "OttMessage",
    "OttModality",
    "Request",
    "SessionInfo",
    "StimulationMode",
    "TelemetryLost",
    "TherapyState",
    "UnitEvent",
    "UnitFlag",
    "UnitState",
    "UsDose",
    "UsSettings",
    "Waveform",
    "encode_for",
    "encode_message",
]

SERVICE = "a462d8a0-0c8c-403e-ad0a-5b4602083422"
TELEMETRY_NOTIFY = "a462d8a1-0c8c-403e-ad0a-5b4602083422"
REQUEST_WRITE = "a462d8a2-0c8c-403e-ad0a-5b4602083422"
HELLO_READ = "a462d8a3-0c8c-403e-ad0a-5b4602083422"


class Request(IntEnum):
    """Everything that may be sent: the format has no message that sets anything."""

    GET_HELLO = 0x81
    GET_SNAPSHOT = 0x82
    GET_EVENTS = 0x83
    TIME = 0x84


REQUEST_BYTES: MappingProxyType[int, int] = MappingProxyType(
    {Request.GET_HELLO: 6, Request.GET_SNAPSHOT: 6, Request.GET_EVENTS: 8, Request.TIME: 12}
)

_MESSAGES: MappingProxyType[int, type[OttMessage]] = MappingProxyType(
    {
        message.TYPE: message
        for message in (
            Hello,
            IdentPart,
            UnitState,
            SessionInfo,
            EsSettings,
            EsModulation,
            EsDuty,
            UsSettings,
            GenSettings,
            EsDose,
            EsLoad,
            UsDose,
            GenDose,
            UnitEvent,
        )
    }
)
_CLOCK_RANGE = 1 << 32
_HALF_RANGE = 1 << 31
_RESTART_MS = 500
_LATE = 128


class OttCodec(Decoder):
    """Messages of one unit as events, and the four requests that exist.

    A jump of the message counter is told as `TelemetryLost`, repeated and late messages are
    dropped. A clock that goes back further than any delay on the way, or another boot id, is told
    as `Restarted`: the unit's counters began again.
    """

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        super().__init__(framing)
        self._cobs = Cobs()
        self._request_seq = 0
        self.reset()

    def reset(self) -> None:
        self._cobs.reset()
        self._last_message = b""
        self._next_seq: int | None = None
        self._last_raw_ms = 0
        self._t_ms = 0
        self._boot_id: int | None = None
        self._parts: dict[IdentField, list[IdentPart]] = {}

    def get_hello(self) -> bytes:
        """Ask who it is: `Hello`, and an `Ident` for each line it has."""
        return self._form(Request.GET_HELLO)

    def get_snapshot(self) -> bytes:
        """Ask for all settings, the state and the session."""
        return self._form(Request.GET_SNAPSHOT)

    def get_events(self, from_id: int) -> bytes:
        """Ask for the log from `from_id` on."""
        return self._form(Request.GET_EVENTS, from_id.to_bytes(2, "little"))

    def time(self, unix_s: int, milliseconds: int = 0) -> bytes:
        """Tell the unit the time, so that its log carries it."""
        body = unix_s.to_bytes(4, "little") + milliseconds.to_bytes(2, "little")
        return self._form(Request.TIME, body)

    def request_class(self, data: bytes) -> RequestClass:
        """QUERY for exactly one of the four requests, well formed; UNKNOWN for all else."""
        message = data
        if self.framing is Framing.STREAM:
            frames = Cobs().split(data)
            if len(frames) != 1 or isinstance(frames[0], Noise) or cobs(frames[0]) != data:
                return RequestClass.UNKNOWN
            message = without_crc16(frames[0]) or b""
        if message and REQUEST_BYTES.get(message[0]) == len(message):
            return RequestClass.QUERY
        return RequestClass.UNKNOWN

    def receive(self, data: bytes) -> list[Event]:
        if self.framing is Framing.PACKETS:
            return self._read(data)
        events: list[Event] = []
        for frame in self._cobs.split(data):
            if isinstance(frame, Noise):
                events.append(frame)
                continue
            message = without_crc16(frame)
            if message is None:
                events.append(Noise("checksum", len(frame)))
            else:
                events += self._read(message)
        return events

    def _read(self, message: bytes) -> list[Event]:
        if len(message) < MESSAGE_BYTES:
            return [Noise("shorter than a message", len(message))]
        if message == self._last_message:
            return [Noise("repeated message", len(message))]
        self._last_message = message
        kind, seq, raw_ms = HEADER.unpack_from(message)
        placed = self._place(seq, raw_ms, is_event=kind == UnitEvent.TYPE)
        if placed is None:
            return [Noise("late message", len(message))]
        events, t_ms = placed
        known = _MESSAGES.get(kind)
        if known is None:  # of a later minor version
            return events
        decoded = known.unpack(t_ms, known.BODY.unpack_from(message, HEADER.size))
        match decoded:
            case Hello():
                return events + self._hello(decoded)
            case IdentPart():
                return events + self._ident(decoded)
            case _:
                return [*events, decoded]

    def _place(self, seq: int, raw_ms: int, is_event: bool) -> tuple[list[Event], int] | None:
        """Follow counter and clock: what they tell, and the time of this message; None where it
        comes too late. An event of the log that is sent again keeps the time of its happening."""
        if self._next_seq is None:
            self._next_seq = (seq + 1) & 0xFF
            return [], self._set_clock(raw_ms, raw_ms)
        ahead = (seq - self._next_seq) & 0xFF
        step = (raw_ms - self._last_raw_ms + _HALF_RANGE) % _CLOCK_RANGE - _HALF_RANGE
        is_again = is_event and step < 0
        if step < -_RESTART_MS and not is_again:
            self._boot_id = None
            self._parts.clear()
            self._next_seq = (seq + 1) & 0xFF
            return [Restarted()], self._set_clock(raw_ms, raw_ms)
        if step <= 0 and ahead >= _LATE:
            return None
        self._next_seq = (seq + 1) & 0xFF
        t_ms = self._t_ms + step
        if not is_again:
            self._set_clock(raw_ms, t_ms)
        return [TelemetryLost(ahead)] if ahead else [], t_ms

    def _set_clock(self, raw_ms: int, t_ms: int) -> int:
        self._last_raw_ms = raw_ms
        self._t_ms = t_ms
        return t_ms

    def _hello(self, hello: Hello) -> list[Event]:
        if hello.major != MAJOR:
            return [Rejected("HELLO", f"it speaks OTT/{hello.major}, this program OTT/{MAJOR}")]
        is_other_boot = self._boot_id not in (None, hello.boot_id)
        self._boot_id = hello.boot_id
        return [Restarted(), hello] if is_other_boot else [hello]

    def _ident(self, part: IdentPart) -> list[Event]:
        """Parts come in order; a line with a part missing is left out until it is asked again."""
        if part.field is None:
            return []
        parts = [] if part.part == 0 else self._parts.get(part.field, [])
        if part.part != len(parts):
            return []
        parts = [*parts, part]
        if len(parts) < part.parts:
            self._parts[part.field] = parts
            return []
        self._parts.pop(part.field, None)
        line = text(b"".join(piece.characters for piece in parts))
        return [Ident(part.t_ms, part.field, line)]

    def _form(self, kind: Request, body: bytes = b"") -> bytes:
        message = HEADER.pack(kind, self._request_seq, 0) + body
        self._request_seq = (self._request_seq + 1) & 0xFF
        return encode_for(self.framing, message)


def encode_message(message: OttMessage, seq: int) -> bytes:
    """The unit's half: 20 bytes, the same on every transport."""
    head = HEADER.pack(message.TYPE, seq & 0xFF, message.t_ms % _CLOCK_RANGE)
    return head + message.BODY.pack(*message.fields())


def encode_for(framing: Framing, message: bytes) -> bytes:
    """As it travels: over serial with checksum and byte stuffing, over BLE as it is."""
    return cobs(with_crc16(message)) if framing is Framing.STREAM else message

"""OTT messages about the unit: who it is, what it is doing, what happened."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

from protocols.events import Event
from protocols.ott_message import (
    UNKNOWN_U8,
    UNKNOWN_U16,
    OttMessage,
    OttModality,
    bits_of,
    channels,
    code_of,
    coded,
    flags,
    known_u8,
    known_u16,
    mask_of,
    member,
    raw_of,
    text,
)

MAJOR = 1
_IDENT_CHARS = 12


class Ability(StrEnum):
    """In the order of their bits in HELLO."""

    MEASURES_CURRENT = "measures current"
    MEASURES_LOAD = "measures load"
    SENSES_COUPLING = "senses coupling"
    EVENT_LOG = "event log"
    BATTERY = "battery"
    TIME_SYNC = "time sync"
    MEASURES_DOSE = "measures dose"


class IdentField(StrEnum):
    MAKER = "maker"
    MODEL = "model"
    SERIAL = "serial"
    FIRMWARE = "firmware"
    UDI = "udi"


class TherapyState(StrEnum):
    """In the order of their codes."""

    IDLE = "idle"
    READY = "ready"
    RAMP_UP = "ramp-up"
    RUNNING = "running"
    PAUSED = "paused"
    RAMP_DOWN = "ramp-down"
    COMPLETE = "complete"
    FAULT = "fault"
    STOPPED = "stopped"
    EMERGENCY = "emergency"


class UnitFlag(StrEnum):
    """In the order of their bits in STATE."""

    ELECTRODE_OFF = "electrode off"
    LOW_COUPLING = "low coupling"
    OVER_TEMPERATURE = "over-temperature"
    LOW_BATTERY = "low battery"
    LIMITED = "limited"
    PATIENT_STOP = "patient stop"
    LOCKED = "locked"


class EventKind(StrEnum):
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    COMPLETE = "complete"
    EMERGENCY = "emergency"
    AMPLITUDE = "amplitude"
    RATE = "rate"
    WIDTH = "width"
    INTENSITY = "intensity"
    DUTY = "duty"
    PROGRAMME = "programme"
    ELECTRODE_OFF = "electrode off"
    ELECTRODE_OK = "electrode ok"
    LOW_COUPLING = "low coupling"
    COUPLING_OK = "coupling ok"
    FAULT = "fault"
    OVER_TEMPERATURE = "over-temperature"
    BATTERY = "battery"
    PATIENT_BUTTON = "patient button"


class EventOrigin(StrEnum):
    """In the order of their codes."""

    DEVICE = "device"
    PANEL = "panel"
    PATIENT = "patient"
    FAULT_MONITOR = "fault monitor"


@dataclass(frozen=True, slots=True)
class Hello(OttMessage):
    TYPE: ClassVar[int] = 0x01
    BODY: ClassVar[struct.Struct] = struct.Struct("<BBBBHIBBH")

    modalities: frozenset[OttModality]
    channels: int
    abilities: frozenset[Ability]
    boot_id: int
    firmware: tuple[int, int]
    major: int = MAJOR
    minor: int = 0

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> Hello:
        major, minor, modalities, number, abilities, boot_id, fw_major, fw_minor, _ = fields
        return cls(
            t_ms,
            modalities=flags(OttModality, modalities),
            channels=number,
            abilities=flags(Ability, abilities),
            boot_id=boot_id,
            firmware=(fw_major, fw_minor),
            major=major,
            minor=minor,
        )

    def fields(self) -> tuple[Any, ...]:
        return (
            self.major,
            self.minor,
            bits_of(OttModality, self.modalities),
            self.channels,
            bits_of(Ability, self.abilities),
            self.boot_id,
            *self.firmware,
            0,
        )


@dataclass(frozen=True, slots=True)
class IdentPart(OttMessage):
    """Twelve characters of one `Ident`, as they travel; `part` counts from 0."""

    TYPE: ClassVar[int] = 0x02
    BODY: ClassVar[struct.Struct] = struct.Struct("<BB12s")

    field: IdentField | None
    part: int
    parts: int
    characters: bytes

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> IdentPart:
        number, part_of, characters = fields
        field = member(IdentField, number - 1)
        return cls(t_ms, field, part_of >> 4, part_of & 0x0F, characters)

    def fields(self) -> tuple[Any, ...]:
        number = 0 if self.field is None else code_of(self.field) + 1
        return number, self.part << 4 | self.parts, self.characters


@dataclass(frozen=True, slots=True)
class Ident(Event):
    """One line of who the unit is, all parts joined."""

    t_ms: int
    field: IdentField
    text: str

    def split(self) -> list[IdentPart]:
        data = self.text.encode()
        pieces = [data[i : i + _IDENT_CHARS] for i in range(0, len(data), _IDENT_CHARS)] or [b""]
        return [
            IdentPart(self.t_ms, self.field, part, len(pieces), piece)
            for part, piece in enumerate(pieces)
        ]


@dataclass(frozen=True, slots=True)
class UnitState(OttMessage):
    TYPE: ClassVar[int] = 0x10
    BODY: ClassVar[struct.Struct] = struct.Struct("<BBHHHHBBH")

    state: TherapyState | None
    active_channels: tuple[int, ...] | None
    flags: frozenset[UnitFlag] | None
    elapsed_s: int | None
    remaining_s: int | None
    session_no: int | None
    battery_percent: int | None
    contact_channels: tuple[int, ...] | None
    last_event_id: int | None

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> UnitState:
        state, active, bits, elapsed, remaining, session, battery, contact, last_event = fields
        return cls(
            t_ms,
            state=member(TherapyState, state),
            active_channels=channels(active),
            flags=None if bits == UNKNOWN_U16 else flags(UnitFlag, bits),
            elapsed_s=known_u16(elapsed),
            remaining_s=known_u16(remaining),
            session_no=known_u16(session),
            battery_percent=known_u8(battery),
            contact_channels=channels(contact),
            last_event_id=known_u16(last_event),
        )

    def fields(self) -> tuple[Any, ...]:
        return (
            code_of(self.state),
            mask_of(self.active_channels),
            UNKNOWN_U16 if self.flags is None else bits_of(UnitFlag, self.flags),
            raw_of(self.elapsed_s),
            raw_of(self.remaining_s),
            raw_of(self.session_no),
            raw_of(self.battery_percent, unknown=UNKNOWN_U8),
            mask_of(self.contact_channels),
            raw_of(self.last_event_id),
        )


@dataclass(frozen=True, slots=True)
class SessionInfo(OttMessage):
    TYPE: ClassVar[int] = 0x11
    BODY: ClassVar[struct.Struct] = struct.Struct("<HHBB8s")

    session_no: int | None
    prescribed_s: int | None
    modality: OttModality | None
    programme: int | None
    name: str

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> SessionInfo:
        session_no, prescribed_s, modality, programme, name = fields
        return cls(
            t_ms,
            session_no=known_u16(session_no),
            prescribed_s=known_u16(prescribed_s),
            modality=member(OttModality, modality),
            programme=known_u8(programme),
            name=text(name),
        )

    def fields(self) -> tuple[Any, ...]:
        return (
            raw_of(self.session_no),
            raw_of(self.prescribed_s),
            code_of(self.modality),
            raw_of(self.programme, unknown=UNKNOWN_U8),
            self.name.encode(),
        )


@dataclass(frozen=True, slots=True)
class UnitEvent(OttMessage):
    """One entry of the unit's log; `id` lets the missed ones be asked for again.

    `value` is the new value in the unit of the setting: amplitude in that of the channel's
    settings (mA, V or %), rate in Hz, width in µs, intensity in W/cm², duty as a fraction;
    for other codes the plain number. `kind` is None for a code of a later version.
    """

    TYPE: ClassVar[int] = 0x40
    BODY: ClassVar[struct.Struct] = struct.Struct("<HBBBBiI")

    id: int
    code: int
    channel: int | None
    origin: EventOrigin | None
    value: float
    unix_s: int | None = None

    @property
    def kind(self) -> EventKind | None:
        return EVENT_CODES.get(self.code)

    @classmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> UnitEvent:
        event_id, code, channel, origin, _, value, unix_s = fields
        return cls(
            t_ms,
            id=event_id,
            code=code,
            channel=known_u8(channel),
            origin=member(EventOrigin, origin),
            value=value / _per_unit(code),
            unix_s=unix_s or None,
        )

    def fields(self) -> tuple[Any, ...]:
        return (
            self.id,
            self.code,
            raw_of(self.channel, unknown=UNKNOWN_U8),
            code_of(self.origin),
            0,
            round(self.value * _per_unit(self.code)),
            self.unix_s or 0,
        )


@dataclass(frozen=True, slots=True)
class TelemetryLost(Event):
    """Messages are missing here: take the counters' difference, never fill in."""

    messages: int


def code_of_event(kind: EventKind) -> int:
    return coded(EVENT_CODES, kind)


EVENT_CODES = MappingProxyType(
    {
        0x01: EventKind.START,
        0x02: EventKind.PAUSE,
        0x03: EventKind.RESUME,
        0x04: EventKind.STOP,
        0x05: EventKind.COMPLETE,
        0x06: EventKind.EMERGENCY,
        0x10: EventKind.AMPLITUDE,
        0x11: EventKind.RATE,
        0x12: EventKind.WIDTH,
        0x13: EventKind.INTENSITY,
        0x14: EventKind.DUTY,
        0x15: EventKind.PROGRAMME,
        0x20: EventKind.ELECTRODE_OFF,
        0x21: EventKind.ELECTRODE_OK,
        0x22: EventKind.LOW_COUPLING,
        0x23: EventKind.COUPLING_OK,
        0x30: EventKind.FAULT,
        0x31: EventKind.OVER_TEMPERATURE,
        0x32: EventKind.BATTERY,
        0x40: EventKind.PATIENT_BUTTON,
    }
)


def _per_unit(code: int) -> int:
    """Steps of the wire in one unit of the setting, as in the settings messages."""
    match EVENT_CODES.get(code):
        case EventKind.AMPLITUDE | EventKind.RATE:
            return 10
        case EventKind.INTENSITY | EventKind.DUTY:
            return 1000
        case _:
            return 1

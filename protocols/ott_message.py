"""What all OTT messages share: header, closed sets, and values that may be unknown."""

from __future__ import annotations

import struct
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeVar

from protocols.events import Event

HEADER = struct.Struct("<BBI")  # type, seq, t_ms since boot
BODY_BYTES = 14
MESSAGE_BYTES = HEADER.size + BODY_BYTES

UNKNOWN_U8 = 0xFF
UNKNOWN_U16 = 0xFFFF

Member = TypeVar("Member", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class OttMessage(Event):
    """`t_ms` is the unit's time since its boot, unwrapped. None: not known to the unit."""

    TYPE: ClassVar[int]
    BODY: ClassVar[struct.Struct]

    t_ms: int

    @classmethod
    @abstractmethod
    def unpack(cls, t_ms: int, fields: tuple[Any, ...]) -> Self:
        """From the fields of `BODY`."""

    @abstractmethod
    def fields(self) -> tuple[Any, ...]:
        """For the fields of `BODY`."""


class OttModality(StrEnum):
    """In the order of their bits in HELLO."""

    TENS = "tens"
    NMES = "nmes"
    IFC = "ifc"
    ULTRASOUND = "ultrasound"
    LIPUS = "lipus"
    SHOCKWAVE = "shockwave"
    LASER = "laser"
    SHORTWAVE = "shortwave"


class Waveform(StrEnum):
    """In the order of their codes."""

    MONOPHASIC = "monophasic"
    ASYMMETRIC = "asymmetric"
    SYMMETRIC = "symmetric"
    AC_BURST = "ac burst"
    IFC_2_POLE = "ifc 2-pole"
    IFC_4_POLE = "ifc 4-pole"
    DIRECT_CURRENT = "direct current"
    HIGH_VOLTAGE = "high-voltage pulsed current"


class StimulationMode(StrEnum):
    """In the order of their codes."""

    CONVENTIONAL = "conventional"
    LOW_RATE = "low-rate"
    BURST = "burst"
    MODULATED = "modulated"
    BRIEF_INTENSE = "brief-intense"
    NMES = "nmes"
    IFC = "ifc"


def member(members: type[Member], code: int) -> Member | None:
    """By its place in the enum; None for a code of a later version."""
    return next((item for i, item in enumerate(members) if i == code), None)


def code_of(item: StrEnum | None) -> int:
    return UNKNOWN_U8 if item is None else list(type(item)).index(item)


def flags(members: type[Member], bits: int) -> frozenset[Member]:
    """Members whose bit is set, bit 0 first in the enum."""
    return frozenset(item for i, item in enumerate(members) if bits >> i & 1)


def bits_of(members: type[Member], items: frozenset[Member]) -> int:
    return sum(1 << i for i, item in enumerate(members) if item in items)


def channels(mask: int) -> tuple[int, ...] | None:
    """Channel numbers of a u8 mask."""
    return None if mask == UNKNOWN_U8 else tuple(i for i in range(8) if mask >> i & 1)


def mask_of(numbers: tuple[int, ...] | None) -> int:
    return UNKNOWN_U8 if numbers is None else sum(1 << number for number in numbers)


def known_u8(raw: int) -> int | None:
    return None if raw == UNKNOWN_U8 else raw


def known_u16(raw: int) -> int | None:
    return None if raw == UNKNOWN_U16 else raw


def scaled(raw: int, per_unit: float, unknown: int = UNKNOWN_U16) -> float | None:
    return None if raw == unknown else raw / per_unit


def raw_of(value: float | None, per_unit: float = 1.0, unknown: int = UNKNOWN_U16) -> int:
    return unknown if value is None else round(value * per_unit)


def text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode(errors="replace")


def coded(codes: Mapping[int, Member], item: Member | None) -> int:
    return next((code for code, known in codes.items() if known is item), UNKNOWN_U8)

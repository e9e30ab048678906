"""Frames of the Harp protocol: one register that is read, written or told, with its time."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from protocols.events import Noise

PORT = 0xFF
ERROR_FLAG = 0x08
TIMESTAMP_FLAG = 0x10

HEADER_BYTES = 5
STAMP = struct.Struct("<IH")  # s, ticks of 32 µs
TICK_US = 32
US_PER_S = 1_000_000

LONGEST_FRAME = 62
"""Type and length, then at most a stamped array of 48 bytes: no register here is longer."""

_SHORTEST_LENGTH = 4
_LONGEST_LENGTH = LONGEST_FRAME - 2


class MessageType(IntEnum):
    READ = 1
    WRITE = 2
    EVENT = 3


class PayloadType(IntEnum):
    U8 = 0x01
    U16 = 0x02
    U32 = 0x04
    S16 = 0x82


_WORDS = frozenset(
    size | kind
    for size in (1, 2, 4, 8)
    for kind in (0, 0x80, 0x40, TIMESTAMP_FLAG, TIMESTAMP_FLAG | 0x80, TIMESTAMP_FLAG | 0x40)
) | {TIMESTAMP_FLAG}
_TYPES = frozenset(kind | error for kind in MessageType for error in (0, ERROR_FLAG))


@dataclass(frozen=True, slots=True)
class HarpFrame:
    """`t_us` is the device's time, in steps of 32 µs; None in what a host sends."""

    type: MessageType
    address: int
    payload_type: int
    payload: bytes = b""
    t_us: int | None = None
    is_error: bool = False

    def encode(self) -> bytes:
        stamp = b""
        if self.t_us is not None:
            seconds, rest_us = divmod(self.t_us, US_PER_S)
            stamp = STAMP.pack(seconds % 2**32, rest_us // TICK_US)
        body = stamp + self.payload
        head = (
            self.type | (ERROR_FLAG if self.is_error else 0),
            _SHORTEST_LENGTH + len(body),
            self.address,
            PORT,
            self.payload_type | (TIMESTAMP_FLAG if stamp else 0),
        )
        frame = bytes(head) + body
        return frame + bytes((sum(frame) % 256,))


class HarpFrames:
    """Finds frames in a byte stream. The format marks neither their beginning nor their end, and
    its checksum is one byte, so that everything that can be known of a header is looked at too.

    `fixed` are the headers of registers with one form only, by address. Holds at most one
    unfinished frame; skipped bytes are reported each time they are left.
    """

    def __init__(self, fixed: dict[int, bytes] | None = None) -> None:
        self._fixed = fixed or {}
        self._rest = b""

    @property
    def held_bytes(self) -> int:
        """Of an unfinished frame."""
        return len(self._rest)

    def reset(self) -> None:
        self._rest = b""

    def split(self, data: bytes) -> list[HarpFrame | Noise]:
        """Frames that `data` completes, and what was no frame, in wire order."""
        buffer = self._rest + data
        found: list[HarpFrame | Noise] = []
        position, skipped, size = 0, 0, len(buffer)
        while position < size:
            end = self._end(buffer, position)
            if end > size:
                break
            if not end or sum(buffer[position : end - 1]) % 256 != buffer[end - 1]:
                position += 1
                skipped += 1
                continue
            if skipped:
                found.append(Noise("no frame", skipped))
                skipped = 0
            found.append(_decode(buffer[position:end]))
            position = end
        if skipped:
            found.append(Noise("no frame", skipped))
        self._rest = buffer[position:]
        return found

    def _end(self, buffer: bytes, at: int) -> int:
        """Where the frame that begins `at` ends, as far as its bytes say; 0: none begins there."""
        head = buffer[at : at + HEADER_BYTES]
        if head[0] not in _TYPES:
            return 0
        if len(head) > 1 and not _SHORTEST_LENGTH <= head[1] <= _LONGEST_LENGTH:
            return 0
        if len(head) > 2:
            fixed = self._fixed.get(head[2])
            if fixed is not None and not head[0] & ERROR_FLAG and not fixed.startswith(head[1:]):
                return 0
        if len(head) > 3 and head[3] != PORT:
            return 0
        if len(head) > 4:
            shortest = _SHORTEST_LENGTH + (STAMP.size if head[4] & TIMESTAMP_FLAG else 0)
            if head[4] not in _WORDS or head[1] < shortest:
                return 0
        return at + 2 + head[1] if len(head) > 1 else at + 2 + _SHORTEST_LENGTH


def decode_all(data: bytes) -> list[HarpFrame] | None:
    """Frames one after the other and nothing else; None otherwise."""
    frames = HarpFrames()
    found = frames.split(data)
    whole = [frame for frame in found if isinstance(frame, HarpFrame)]
    return whole if len(whole) == len(found) and not frames.held_bytes else None


def _decode(frame: bytes) -> HarpFrame:
    payload_type = frame[4]
    t_us, start = None, HEADER_BYTES
    if payload_type & TIMESTAMP_FLAG:
        seconds, ticks = STAMP.unpack_from(frame, HEADER_BYTES)
        t_us = seconds * US_PER_S + ticks * TICK_US
        start += STAMP.size
    return HarpFrame(
        type=MessageType(frame[0] & ~ERROR_FLAG),
        address=frame[2],
        payload_type=payload_type & ~TIMESTAMP_FLAG,
        payload=frame[start:-1],
        t_us=t_us,
        is_error=bool(frame[0] & ERROR_FLAG),
    )

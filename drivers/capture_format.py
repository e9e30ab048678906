"""The `.bytes` file: what crossed a link and when. Described in docs/capture-format.md."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO, cast

FORMAT = "myograph-bytes"
VERSION = 1

_HEAD = struct.Struct("<BQI")
_CRC = struct.Struct("<I")
_LONGEST = 16_000_000


class CaptureFormatError(Exception):
    """This is no capture file, or one of a later version."""


class RecordKind(IntEnum):
    INBOUND = 1  # from the device
    OUTBOUND = 2  # to the device
    OPENED = 3
    CLOSED = 4
    LOST = 5  # the data is the cause, as UTF-8


@dataclass(frozen=True, slots=True)
class Record:
    """`t_us` counts from the creation of the file, on a clock that never goes back."""

    kind: RecordKind
    t_us: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class CaptureFile:
    header: Mapping[str, object]
    records: list[Record] = field(repr=False)
    damaged_tail_bytes: int = 0
    """What follows the last intact record: 0 unless the file was cut off or damaged."""

    @property
    def inbound(self) -> bytes:
        return b"".join(r.data for r in self.records if r.kind is RecordKind.INBOUND)


def encode_header(about: Mapping[str, object]) -> bytes:
    """`about` must hold nothing that names a person."""
    return json.dumps({"format": FORMAT, "version": VERSION, **about}).encode() + b"\n"


def encode_record(record: Record) -> bytes:
    body = _HEAD.pack(record.kind, record.t_us, len(record.data)) + record.data
    return body + _CRC.pack(zlib.crc32(body))


def read_capture(path: Path) -> CaptureFile:
    """All intact records up to the first damage. Raises `CaptureFormatError` or OSError."""
    size = path.stat().st_size
    records: list[Record] = []
    with path.open("rb") as file:
        header = _read_header(file, path)
        good_bytes = file.tell()
        while (record := _read_record(file)) is not None:
            records.append(record)
            good_bytes = file.tell()
    return CaptureFile(header, records, size - good_bytes)


def _read_header(file: BinaryIO, path: Path) -> Mapping[str, object]:
    line = file.readline(65536)
    try:
        header = json.loads(line)
    except ValueError:
        header = None
    if not isinstance(header, dict):
        raise CaptureFormatError(f"{path} is not a capture file. Choose a file made by a capture.")
    known = cast("dict[str, object]", header)
    if known.get("format") != FORMAT:
        raise CaptureFormatError(f"{path} is not a capture file. Choose a file made by a capture.")
    if known.get("version") != VERSION:
        raise CaptureFormatError(
            f"{path} was made by a later version of this program. Update, then try again."
        )
    return known


def _read_record(file: BinaryIO) -> Record | None:
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, t_us, length = _HEAD.unpack(head)
    if length > _LONGEST:
        return None
    data = file.read(length)
    crc = file.read(_CRC.size)
    if len(crc) < _CRC.size or _CRC.unpack(crc)[0] != zlib.crc32(data, zlib.crc32(head)):
        return None
    try:
        return Record(RecordKind(kind), t_us, data)
    except ValueError:  # intact, but of a kind that this version does not know
        return None

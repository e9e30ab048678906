"""CRC-16/CCITT-FALSE, the checksum of ONB and of OTT over serial, low byte first on the wire."""

from __future__ import annotations

import binascii

CRC_BYTES = 2


def crc16(data: bytes) -> int:
    """Polynomial 1021, start FFFF, not reflected: 29B1 for ``123456789``."""
    return binascii.crc_hqx(data, 0xFFFF)


def with_crc16(data: bytes) -> bytes:
    return data + crc16(data).to_bytes(CRC_BYTES, "little")


def without_crc16(frame: bytes) -> bytes | None:
    """What the checksum covers; None where it does not fit."""
    data = frame[:-CRC_BYTES]
    if data and crc16(data) == int.from_bytes(frame[-CRC_BYTES:], "little"):
        return data
    return None

from __future__ import annotations

from protocols.checksum import crc16, with_crc16, without_crc16


def test_the_check_value_of_ccitt_false() -> None:
    # force_devices.md §16.2: check "123456789" = 29B1
    assert crc16(b"123456789") == 0x29B1


def test_what_was_closed_with_a_checksum_opens_again() -> None:
    assert without_crc16(with_crc16(b"abc")) == b"abc"


def test_a_flipped_bit_does_not_open() -> None:
    frame = bytearray(with_crc16(b"abc"))
    frame[1] ^= 0x10
    assert without_crc16(bytes(frame)) is None


def test_nothing_is_no_frame() -> None:
    assert without_crc16(b"") is None
    assert without_crc16(b"\xff\xff") is None

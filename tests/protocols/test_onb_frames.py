"""Worked bytes: force_devices.md §16.4; layouts: §16.3."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.framing import Cobs, cobs
from protocols.onb_frames import (
    CALIBRATION_BYTES,
    START,
    CalibrationRecord,
    FrameType,
    IdentityRecord,
    Layout,
    Opcode,
    SampleFlag,
    SampleRows,
    decode_frame,
    encode_frame,
    encode_request,
    encode_response,
)

HELLO = bytes.fromhex("01 10 01 00 01 EB 87")
HELLO_WIRE = bytes.fromhex("04 01 10 01 04 01 EB 87 00")
START_FRAME = bytes.fromhex("01 10 02 00 04 F4 01 00 03 0A 00 00 00 00 00 6A DE")
START_WIRE = bytes.fromhex("04 01 10 02 04 04 F4 01 03 03 0A 01 01 01 01 03 6A DE 00")
RESPONSE = bytes.fromhex("02 10 01 00 02 00 04 00 EF ED")
RESPONSE_WIRE = bytes.fromhex("04 02 10 01 02 02 02 04 03 EF ED 00")
SAMPLES = bytes.fromhex(
    "10 10 07 00 40 42 0F 00 00 00 00 00 F4 01 00 00 A0 0F 00 00 03 03 00 00"
    "AE 47 01 00 00 FC FF FF 20 48 01 00 18 FC FF FF 1A 49 01 00 22 FC FF FF 97 06"
)
SAMPLES_WIRE = bytes.fromhex(
    "04 10 10 07 04 40 42 0F 01 01 01 01 03 F4 01 01 03 A0 0F 01 03 03 03 01 04 AE 47 01 01"
    "07 FC FF FF 20 48 01 08 18 FC FF FF 1A 49 01 07 22 FC FF FF 97 06 00"
)
SAMPLES_WITH_ANGLE = bytes.fromhex(
    "10 10 08 00 B0 59 0F 00 00 00 00 00 F7 01 00 00 D0 07 00 00 02 07 01 00"
    "FF FF 7F 00 2C FC FF FF A0 11 FF FF 7F 00 31 FC FF FF 92 11 2F 8F"
)


@pytest.mark.parametrize(
    ("made", "frame", "wire"),
    [
        (encode_request(1, Opcode.HELLO), HELLO, HELLO_WIRE),
        (
            encode_request(2, Opcode.START, START.pack(500, 0, Layout.BOTH, 10, 0, 0)),
            START_FRAME,
            START_WIRE,
        ),
        (encode_response(1, 2, Opcode.START), RESPONSE, RESPONSE_WIRE),
    ],
)
def test_requests_and_answers_are_the_worked_bytes(made: bytes, frame: bytes, wire: bytes) -> None:
    assert made == frame
    assert cobs(made) == wire


def test_the_worked_samples_are_read() -> None:
    frame = decode_frame(SAMPLES)
    assert frame is not None
    assert (frame.type, frame.major, frame.seq) == (FrameType.SAMPLES, 1, 7)
    rows = SampleRows.decode(frame.payload)
    assert rows is not None
    assert (rows.t0_us, rows.index, rows.span_us, rows.status) == (1_000_000, 500, 4000, 0)
    assert rows.counts.tolist() == [[83886, -1024], [84000, -1000], [84250, -990]]
    assert rows.angle_deg is None
    assert Cobs().split(SAMPLES_WIRE) == [SAMPLES]


def test_the_worked_samples_are_written() -> None:
    counts = np.array([[83886, -1024], [84000, -1000], [84250, -990]], np.int32)
    payload = SampleRows(1_000_000, 500, 4000, counts).encode()
    assert encode_frame(FrameType.SAMPLES, 7, payload) == SAMPLES
    assert cobs(SAMPLES) == SAMPLES_WIRE


def test_the_worked_samples_with_angle_are_read_and_written() -> None:
    frame = decode_frame(SAMPLES_WITH_ANGLE)
    assert frame is not None
    rows = SampleRows.decode(frame.payload)
    assert rows is not None
    assert rows.status == SampleFlag.CH0_SATURATED
    assert rows.angle_deg is not None
    assert rows.angle_deg.tolist() == pytest.approx([45.12, 44.98])
    # 0x7FFFFF is the rail of a 24-bit converter
    assert rows.counts.tolist() == [[8388607, -980], [8388607, -975]]
    assert encode_frame(FrameType.SAMPLES, 8, rows.encode()) == SAMPLES_WITH_ANGLE


def test_a_frame_with_a_flipped_bit_is_refused() -> None:
    for bit in range(8 * len(SAMPLES)):
        damaged = bytearray(SAMPLES)
        damaged[bit // 8] ^= 1 << bit % 8
        assert decode_frame(bytes(damaged)) is None


def _payload(n: int = 2, span_us: int = 1000, layout: int = 3, t0_us: int = 0) -> bytes:
    return struct.pack("<QIIBBBx", t0_us, 0, span_us, n, layout, 0) + bytes(8 * 2)


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        _payload(n=0),
        _payload(n=3),  # three promised, two there
        _payload(layout=1),  # one cell: whose would it be?
        _payload(span_us=0),  # two samples at one time
        _payload(t0_us=2**63),
    ],
)
def test_samples_that_make_no_sense_are_refused(payload: bytes) -> None:
    assert SampleRows.decode(payload) is None


def test_bytes_appended_by_a_later_minor_version_are_read_over() -> None:
    rows = SampleRows.decode(_payload() + b"\x01\x02\x03")
    assert rows is not None
    assert rows.counts.shape == (2, 2)


def test_the_calibration_record_has_the_documented_layout() -> None:
    # §16.3: version, ch, model, flags, zero @4, a @8, c2 @16, c3 @24, rated @32, overload @36,
    # uncertainty @40, date @44, temp @48, cell serial @50, crc16 @62
    record = CalibrationRecord(
        channel=1,
        zero_counts=-8765,
        n_per_count=0.0005,
        c2=1e-12,
        c3=-1e-20,
        is_cubic=True,
        rated_n=3000.0,
        overload_n=3600.0,
        uncertainty_percent=0.1,
        date_unix=1_767_225_600,
        temperature_c=21.5,
        cell_serial="SIM-CELL-1",
    )
    data = record.encode()
    assert len(data) == CALIBRATION_BYTES == 64
    assert data[:4] == bytes((1, 1, 1, 0))
    assert struct.unpack_from("<i", data, 4) == (-8765,)
    assert struct.unpack_from("<ddd", data, 8) == (0.0005, 1e-12, -1e-20)
    assert struct.unpack_from("<fff", data, 32) == (
        3000.0,
        3600.0,
        pytest.approx(0.1, rel=1e-7),  # single precision
    )
    assert struct.unpack_from("<I", data, 44) == (1_767_225_600,)
    assert struct.unpack_from("<h", data, 48) == (2150,)
    assert data[50:62] == b"SIM-CELL-1\0\0"
    assert CalibrationRecord.decode(data) == record


def test_the_cubic_record_gives_the_polynomial() -> None:
    record = CalibrationRecord(0, 0, n_per_count=2.0, c2=0.5, c3=0.25, is_cubic=True)
    # F = x·(a + c2·x + c3·x²) at x = 4: 4·(2 + 2 + 4)
    assert record.newtons(4.0) == 32.0


@pytest.mark.parametrize("a", [0.0, float("nan"), float("inf"), 1e300])
def test_a_record_that_gives_no_finite_force_is_refused(a: float) -> None:
    assert CalibrationRecord.decode(CalibrationRecord(0, 0, n_per_count=a).encode()) is None


@given(st.integers(0, 64 * 8 - 1))
def test_a_damaged_record_is_refused(bit: int) -> None:
    data = bytearray(CalibrationRecord(0, 0, n_per_count=0.0005).encode())
    data[bit // 8] ^= 1 << bit % 8
    assert CalibrationRecord.decode(bytes(data)) is None


def test_the_identity_record_has_the_documented_layout() -> None:
    record = IdentityRecord(
        firmware=(1, 2, 3),
        hardware=(4, 5),
        features=0b100,
        channels=2,
        max_rate_hz=1000,
        boot_id=0xDEADBEEF,
        uptime_us=123_456_789_012,
        uid=bytes(range(16)),
        model="two cells",
        serial="ONB-0001",
        side_ch0=0,
        minor=1,
    )
    data = record.encode()
    assert data[:7] == bytes((1, 1, 1, 2, 3, 4, 5))
    assert struct.unpack_from("<HBH", data, 7) == (0b100, 2, 1000)
    assert struct.unpack_from("<IQ", data, 12) == (0xDEADBEEF, 123_456_789_012)
    assert data[24:40] == bytes(range(16))
    assert data[40:56].rstrip(b"\0") == b"two cells"
    assert data[56:72].rstrip(b"\0") == b"ONB-0001"
    assert data[72:] == b"\0"
    assert IdentityRecord.decode(data) == record
    assert IdentityRecord.decode(data + b"more") == record
    assert IdentityRecord.decode(data[:-1]) is None

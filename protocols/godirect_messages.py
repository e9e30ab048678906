"""What Go Direct packets hold: commands, answers, measurements."""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import NamedTuple


class Command(IntEnum):
    GET_STATUS = 0x10
    START = 0x18
    STOP = 0x19
    INIT = 0x1A
    SET_PERIOD = 0x1B
    GET_SENSOR_INFO = 0x50
    GET_SENSORS = 0x51
    DISCONNECT = 0x54
    GET_DEVICE_INFO = 0x55
    GET_DEFAULT_SENSORS = 0x56


class MeasurementType(IntEnum):
    NORMAL_REAL32 = 0x06
    WIDE_REAL32 = 0x07
    SINGLE_CHANNEL_REAL32 = 0x08
    APERIODIC_REAL32 = 0x0A
    START_TIME = 0x0C
    DROPPED = 0x0D
    PERIOD = 0x0E


INIT_ARGUMENTS = bytes.fromhex("A5 4A 06 49 07 48 08 47 09 46 0A 45 0B 44 0C 43 0D 42 0E 41")
SET_PERIOD = struct.Struct("<BBQ")  # all sensors, spare, µs
START = struct.Struct("<BBIQ")  # all sensors, a sample at time 0, mask, start at once
STOP = struct.Struct("<BBI")  # all sensors, spare, mask

STATUS = struct.Struct("<BBBBHBBHBB")
DEVICE_INFO = struct.Struct("<16s16s32sHHBBBBHBBH6sI64s")
SENSOR_INFO = struct.Struct("<bBIBB60s32sdddIQIII")
MASK = struct.Struct("<I")

ALL_SENSORS = 0xFF

COMMAND_AT = 4
"""Of a request's or answer's command, and of a measurement's type."""
REPLY_HEAD_BYTES = 6
"""Up to the counter of the request that is answered."""

_FLOAT_BYTES = 4


class SensorInfo(NamedTuple):
    number: int
    unit: str
    least: float
    most: float
    shortest_period_us: int
    granularity_us: int

    @classmethod
    def decode(cls, payload: bytes) -> SensorInfo:
        number, _, _, _, _, _, unit, _, least, most, shortest, _, _, granularity, _ = (
            SENSOR_INFO.unpack_from(payload)
        )
        return cls(number, text_of(unit), least, most, shortest, granularity)

    def period_us(self, least_us: int) -> int:
        """The shortest that the sensor can do, but not below `least_us`; in its own steps."""
        step = max(self.granularity_us, 1)
        return -(-max(self.shortest_period_us, least_us) // step) * step


def column_of(data: bytes, sensor: int) -> list[float] | None:
    """The readings of one sensor; those of several come in turn. None: not as it should be."""
    if len(data) < 9:
        return None
    start, mask, count = 9, int.from_bytes(data[5:7], "little"), data[7]
    match data[COMMAND_AT]:
        case MeasurementType.NORMAL_REAL32:
            pass
        case MeasurementType.WIDE_REAL32 if len(data) >= 11:
            start, mask, count = 11, int.from_bytes(data[5:9], "little"), data[9]
        case MeasurementType.SINGLE_CHANNEL_REAL32 | MeasurementType.APERIODIC_REAL32:
            start, mask, count = 8, 1 << data[6] % 32, data[7]
        case _:
            return None
    width = mask.bit_count()
    if not width or count > 127 or len(data) != start + _FLOAT_BYTES * width * count:
        return None
    if not mask >> sensor & 1:
        return []
    values = struct.unpack_from(f"<{width * count}f", data, start)
    return list(values[(mask & ((1 << sensor) - 1)).bit_count() :: width])


def text_of(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("utf-8", "replace").strip()


def encode_reals(mask: int, rows: list[list[float]], spare: int = 0) -> bytes:
    """A measurement of `rows`, one value for each sensor of `mask` in each."""
    values = [value for row in rows for value in row]
    head = struct.pack("<BHBB", MeasurementType.NORMAL_REAL32, mask, len(rows), spare)
    return head + struct.pack(f"<{len(values)}f", *values)

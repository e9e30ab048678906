"""The half of a program that drives a stimulator.

It lives here, and nowhere in the program, so that what is shipped cannot form what it forms. Its
frames are written from the documents a second time, so that a mistake in the codec shows.
"""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[int, float]
"""(µs, mA)"""


class ScienceMode4Program:
    """Packets are numbered as they are formed."""

    def __init__(self) -> None:
        self.number = 0

    def send(self, command: int, data: bytes = b"") -> bytes:
        prefix = self.number % 64 << 10 | command
        self.number += 1
        body = _stuffed(bytes((prefix >> 8, prefix & 0xFF)) + data)
        crc, length = _crc(body, 16, 0x1021), len(body) + 10
        head = (length >> 8, length & 0xFF, crc >> 8, crc & 0xFF)
        return b"\xf0" + _always_stuffed(head) + body + b"\x0f"

    def init(self, *, stop_on_all_errors: bool = False) -> bytes:
        return self.send(30, bytes((stop_on_all_errors,)))

    def update(self, channels: dict[int, tuple[float, Sequence[Point]]], ramp: int = 0) -> bytes:
        """`channels`: number from 0 -> (period in ms, points)."""
        data = bytearray((sum(1 << channel for channel in channels),))
        for channel in sorted(channels):
            period_ms, points = channels[channel]
            period = round(period_ms * 2) << 1
            data += bytes(((len(points) - 1) << 4 | ramp, period >> 8, period & 0xFF))
            for duration_us, current_ma in points:
                word = duration_us << 20 | round(current_ma * 2 + 300) << 10
                data += word.to_bytes(4, "big")
        return self.send(32, bytes(data))

    def stop(self) -> bytes:
        return self.send(34)

    def get_current_data(self) -> bytes:
        return self.send(36, b"\x04")


class ScienceMode2Program:
    """Packets are numbered as they are formed."""

    def __init__(self) -> None:
        self.number = 0

    def send(self, command: int, data: bytes = b"") -> bytes:
        body = _stuffed(bytes((self.number & 0xFF, command)) + data)
        self.number += 1
        return b"\xf0" + _always_stuffed((_crc(body, 8, 0x07), len(body))) + body + b"\x0f"

    def init_ack(self) -> bytes:
        return self.send(2, b"\x00")

    def watchdog(self) -> bytes:
        return self.send(4)

    def init_list(
        self,
        channels: Sequence[int],
        main_ms: float,
        group_ms: float = 8.0,
        low_rate: Sequence[int] = (),
        factor: int = 0,
    ) -> bytes:
        main = round((main_ms - 1) / 0.5) if main_ms else 0
        masks = (sum(1 << c for c in channels), sum(1 << c for c in low_rate))
        group = round((group_ms - 1.5) / 0.5)
        return self.send(30, bytes((factor, *masks, group, main >> 8, main & 0xFF, 0)))

    def start(self, *pulses: tuple[int, int, int]) -> bytes:
        """(mode, µs, mA) for each channel of the list."""
        data = [byte for mode, us, ma in pulses for byte in (mode, us >> 8, us & 0xFF, ma)]
        return self.send(32, bytes(data))

    def stop(self) -> bytes:
        return self.send(34)

    def single_pulse(self, channel: int, phase_us: int, current_ma: int) -> bytes:
        return self.send(36, bytes((channel, phase_us >> 8, phase_us & 0xFF, current_ma)))


def _stuffed(data: bytes) -> bytes:
    found = bytearray()
    for byte in data:
        found += bytes((0x81, byte ^ 0x55)) if byte in (0xF0, 0x0F, 0x81) else bytes((byte,))
    return bytes(found)


def _always_stuffed(data: Sequence[int]) -> bytes:
    return bytes(byte for each in data for byte in (0x81, each ^ 0x55))


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    crc, top = 0, 1 << (bits - 1)
    for byte in data:
        crc ^= byte << (bits - 8)
        for _ in range(8):
            crc = (crc << 1 ^ polynomial if crc & top else crc << 1) & ((1 << bits) - 1)
    return crc

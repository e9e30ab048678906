"""A Crimpdeq: open hardware that speaks as the Progressor does, with ways of its own."""

from __future__ import annotations

import struct

from firmware_sim.firmware import Load
from firmware_sim.progressor import ProgressorFirmware
from protocols.codec import Framing
from protocols.progressor import encode_answer

NUMBER = bytes.fromhex("AAAAAA000000")
"""What the open firmware answers where its builder changed nothing, trailing zeros included."""

_FACTOR_TAG, _POINT_TAG = 5, 6
_DEFAULT_FACTOR = 1.0
_TARE_TICKS = 16
_FRESH_BATTERY_MV = 4300
_BATTERY_EVERY_S = 45.0
_ASLEEP_AFTER_S = 300.0
_NO_MEANING_YET = frozenset((0x67, 0x68, 0x6A, 0x6C, 0x6D, 0x6E))


class CrimpdeqFirmware(ProgressorFirmware):
    """One sample in each notification. Tare ends the stream; an unknown command does too.

    `factor` is its stored calibration, which scales every reading: `74` sets it back to that of
    the factory. `number` is what it answers to GET_PROGRESSOR_ID.
    """

    model = "crimpdeq"

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.PACKETS,
        *,
        serial: str = "",
        seed: int = 1,
        noise_n: float = 0.1,
        unloaded_n: float = 0.0,
        number: bytes = NUMBER,
        factor: float = 2.0,
        battery_mv: int = 3912,
        version: str = "2.0.4",
    ) -> None:
        super().__init__(
            load,
            framing,
            serial=serial,
            seed=seed,
            noise_n=noise_n,
            unloaded_n=unloaded_n,
            resolution_kg=0.05,
            samples_per_message=1,
            battery_mv=battery_mv,
            version=version[:10],
        )
        self.factor = factor
        self._true_factor = factor
        self._number = number
        self._uptime_s = 0.0
        self._alone_s: float | None = 0.0

    def receive(self, data: bytes) -> list[bytes]:
        if not data or not self.is_reachable:
            return []
        match data[0]:
            case 0x64:
                readings = self._kilograms(self._ticks_passed(), _TARE_TICKS)
                self._zero_kg += sum(readings) / len(readings)
                return self._stop()
            case 0x65 | 0x66 | 0x6B:
                return super().receive(data)
            case 0x6F:
                has_sampled = self._uptime_s >= _BATTERY_EVERY_S
                millivolts = self._battery_mv if has_sampled else _FRESH_BATTERY_MV
                return [encode_answer(millivolts.to_bytes(4, "little"))]
            case 0x70:
                return [encode_answer(self._number)]
            case 0x72:
                return [_told(_FACTOR_TAG, self.factor), _told(_POINT_TAG, 0.0, 0.0)]
            case 0x74:
                self.factor = _DEFAULT_FACTOR
                return [*self._stop(), _told(_FACTOR_TAG, self.factor)]
            case opcode if opcode in _NO_MEANING_YET:
                return []
            case _:
                return self._stop()

    def advance(self, seconds: float) -> list[bytes]:
        self._uptime_s += seconds
        if self._alone_s is not None:
            self._alone_s += seconds
            self.is_reachable &= self._alone_s < _ASLEEP_AFTER_S
        return super().advance(seconds)

    def connected(self) -> None:
        self._alone_s = None

    def disconnected(self) -> None:
        super().disconnected()
        self._alone_s = 0.0

    def _kilograms(self, tick: int, n: int) -> list[float]:
        scale = self.factor / self._true_factor
        return [kg * scale for kg in super()._kilograms(tick, n)]


def _told(tag: int, *values: float) -> bytes:
    value = struct.pack(f"<{len(values)}f", *values)
    return bytes((tag, len(value))) + value

"""A Tindeq Progressor: one cell, 80 Hz, kilograms, no loss detection but its time stamps."""

from __future__ import annotations

import struct

import numpy as np

from firmware_sim.firmware import Firmware, Load
from firmware_sim.loads import constant, on_cells
from firmware_sim.noise import gaussian
from protocols.codec import Framing
from protocols.progressor import (
    NEWTONS_PER_KG,
    encode_answer,
    encode_low_power,
    encode_weights,
)

RATE_HZ = 80
PERIOD_US = 12_500

_NS = 1_000_000_000
_CALIBRATION = struct.pack("<fff", 4.675038e-06, 0.47, 0.0)


class ProgressorFirmware(Firmware):
    """The load begins with the first START; later streams go on in it, their stamps begin anew.

    How many samples a real unit puts in a notification is not published: it is several, the
    compatible ones send one; four are 50 ms. `clock_at_start_us` is the first stamp of a stream
    (compatible units that never set their clock back). `low_battery_at_s`: then the unit warns
    and switches itself off. Only the first cell of the load pulls.
    """

    model = "progressor"

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.PACKETS,
        *,
        serial: str = "0123456789AB",
        seed: int = 1,
        noise_n: float = 0.002,
        unloaded_n: float = 0.0,
        resolution_kg: float = 0.001,
        samples_per_message: int = 4,
        clock_at_start_us: int = 0,
        battery_mv: int = 3051,
        version: str = "1.2.3.4",
        low_battery_at_s: float | None = None,
        powers_off_on_disconnect: bool = False,
    ) -> None:
        self.serial = serial
        self.framing = framing
        self.is_reachable = True
        self._load = constant(0.0) if load is None else load
        self._seed = seed
        self._noise_n = noise_n
        self._unloaded_n = unloaded_n
        self.resolution_n = resolution_kg * NEWTONS_PER_KG
        self._resolution_kg = resolution_kg
        self._per_message = samples_per_message
        self._clock_at_start_us = clock_at_start_us
        self._battery_mv = battery_mv
        self._version = version
        self._low_battery_ns = None if low_battery_at_s is None else round(low_battery_at_s * _NS)
        self._powers_off_on_disconnect = powers_off_on_disconnect
        self._zero_kg = 0.0
        self._now_ns = 0
        self._load_began_ns: int | None = None
        self._first_tick: int | None = None  # of the running stream, since the load began
        self._sent = 0

    def receive(self, data: bytes) -> list[bytes]:
        """One command; the length byte may be left out, as both forms work on real units."""
        if not data or not self.is_reachable:
            return []
        match data[0]:
            case 0x64:
                self._zero_kg += self._kilograms(self._ticks_passed(), 1)[0]
            case 0x65 if self._first_tick is None:
                self._start()
            case 0x66:
                return self._stop()
            case 0x6B:
                return [encode_answer(self._version.encode())]
            case 0x6C:
                return [encode_answer(b"")]
            case 0x6E:
                self._power_off()
            case 0x6F:
                return [encode_answer(self._battery_mv.to_bytes(4, "little"))]
            case 0x70:
                return [encode_answer(bytes.fromhex(self.serial)[::-1].rstrip(b"\0"))]
            case 0x72:
                return [encode_answer(_CALIBRATION)]
            case _:
                pass
        return []

    def advance(self, seconds: float) -> list[bytes]:
        end_ns = self._now_ns + round(seconds * _NS)
        messages: list[bytes] = []
        off_ns = self._low_battery_ns
        if off_ns is not None and self._now_ns <= off_ns <= end_ns and self.is_reachable:
            messages += [*self._samples_until(off_ns), encode_low_power()]
            self._power_off()
        messages += self._samples_until(end_ns)
        self._now_ns = end_ns
        return messages

    def connected(self) -> None:
        return

    def disconnected(self) -> None:
        self._first_tick = None
        if self._powers_off_on_disconnect:
            self._power_off()

    def _start(self) -> None:
        if self._load_began_ns is None:
            self._load_began_ns = self._now_ns
        # The converter runs on between streams: a later one begins with its next tick.
        since_us = -(-(self._now_ns - self._load_began_ns) // 1000)
        self._first_tick = -(-since_us // PERIOD_US)
        self._sent = 0

    def _stop(self) -> list[bytes]:
        ready = self._samples_until(self._now_ns)
        if self._first_tick is not None:
            rest = self._ticks_passed() - self._first_tick + 1 - self._sent
            if rest > 0:
                ready.append(self._message(rest))
        self._first_tick = None
        return ready

    def _power_off(self) -> None:
        self._first_tick = None
        self.is_reachable = False

    def _ticks_passed(self) -> int:
        began_ns = self._now_ns if self._load_began_ns is None else self._load_began_ns
        return (self._now_ns - began_ns) // (PERIOD_US * 1000)

    def _samples_until(self, end_ns: int) -> list[bytes]:
        """Whole notifications whose last sample is converted by then."""
        messages: list[bytes] = []
        while self._first_tick is not None:
            last_tick = self._first_tick + self._sent + self._per_message - 1
            if (self._load_began_ns or 0) + last_tick * PERIOD_US * 1000 > end_ns:
                break
            messages.append(self._message(self._per_message))
        return messages

    def _message(self, n: int) -> bytes:
        kilograms = self._kilograms((self._first_tick or 0) + self._sent, n)
        began_us = self._clock_at_start_us
        times = [began_us + (self._sent + i) * PERIOD_US for i in range(n)]
        self._sent += n
        return encode_weights(self._smoothed(kilograms), times)

    def _smoothed(self, kilograms: list[float]) -> list[float]:
        """What its own filter makes of the next readings."""
        return kilograms

    def _kilograms(self, tick: int, n: int) -> list[float]:
        force = on_cells(self._load, np.arange(tick, tick + n) / RATE_HZ, 1)[:, 0]
        force = force + self._unloaded_n + gaussian(tick, n, 1, self._noise_n, self._seed)[:, 0]
        steps = np.rint((force / NEWTONS_PER_KG - self._zero_kg) / self._resolution_kg)
        return (steps * self._resolution_kg).tolist()

"""A Hangman: open hardware that speaks as the Progressor does, smooths, and goes off by itself."""

from __future__ import annotations

from collections import deque
from statistics import median

from firmware_sim.firmware import Load
from firmware_sim.progressor import PERIOD_US, ProgressorFirmware
from protocols.codec import Framing
from protocols.progressor import encode_answer, encode_low_power

NUMBER = bytes((42,))
"""What the open firmware answers where its builder changed nothing."""

_LONGEST_WRITE = 6
_LOW_MV = 2750
_TARE_NS = 1_000_000_000
_TARE_TICKS = 40
_WINDOW = 5
_CLOCK_RANGE_US = 1 << 32


class HangmanFirmware(ProgressorFirmware):
    """One sample in each notification, the median of the last five readings, which go on from one
    stream to the next. `number` is what it answers to GET_PROGRESSOR_ID."""

    model = "hangman"

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
        battery_mv: int = 3050,
        version: str = "1.2.3.4",
        clock_at_start_us: int = 0,
    ) -> None:
        super().__init__(
            load,
            framing,
            serial=serial,
            seed=seed,
            noise_n=noise_n,
            unloaded_n=unloaded_n,
            samples_per_message=1,
            clock_at_start_us=clock_at_start_us,
            battery_mv=battery_mv,
            version=version,
            powers_off_on_disconnect=True,
        )
        self._number = number
        self._window: deque[float] = deque(maxlen=_WINDOW)
        self._tared_at_ns: int | None = None
        self._starts_after_tare = False

    def receive(self, data: bytes) -> list[bytes]:
        if not data or len(data) > _LONGEST_WRITE or not self.is_reachable:
            return []
        if self._battery_mv <= _LOW_MV:
            self._power_off()
            return [encode_low_power()]
        match data[0]:
            case 0x64:
                if self._first_tick is None:
                    self._tared_at_ns = self._now_ns + _TARE_NS
            case 0x65 if self._tared_at_ns is not None:
                self._starts_after_tare = True
            case 0x65 | 0x66 | 0x6B | 0x6F | 0x72:
                return super().receive(data)
            case 0x70:
                return [encode_answer(self._number)]
            case _:
                pass  # also sleep: it waits for the host to disconnect
        return []

    def advance(self, seconds: float) -> list[bytes]:
        """A tare is done, and a stream begun that waited for it, in the middle of a step."""
        end_ns = self._now_ns + round(seconds * 1e9)
        messages: list[bytes] = []
        if self._tared_at_ns is not None and self._tared_at_ns <= end_ns:
            messages += super().advance((self._tared_at_ns - self._now_ns) / 1e9)
            self._end_tare()
        messages += super().advance((end_ns - self._now_ns) / 1e9)
        stamp_us = self._clock_at_start_us + self._sent * PERIOD_US
        if self._first_tick is not None and stamp_us >= _CLOCK_RANGE_US:
            self._power_off()  # its firmware cannot write a larger number, and panics
        return messages

    def _end_tare(self) -> None:
        ticks = self._kilograms(self._ticks_passed(), _TARE_TICKS)
        self._zero_kg += sum(ticks) / len(ticks)
        self._tared_at_ns = None
        if self._starts_after_tare:
            self._starts_after_tare = False
            self._start()

    def _smoothed(self, kilograms: list[float]) -> list[float]:
        smoothed: list[float] = []
        for kg in kilograms:
            self._window.append(kg)
            smoothed.append(median(self._window))
        return smoothed

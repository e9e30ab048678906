"""A Mito: open hardware that sends what a Progressor sends, by itself, and takes no commands."""

from __future__ import annotations

import numpy as np

from firmware_sim.firmware import Firmware, Load
from firmware_sim.loads import constant, on_cells
from firmware_sim.noise import gaussian
from protocols.codec import Framing
from protocols.progressor import NEWTONS_PER_KG, encode_weights

PERIOD_US = 100_000
STEP_KG = 0.1

_NS = 1_000_000_000
_NEW_SHARE = 0.3
_ASLEEP_AFTER_TICKS = 600
_GUARD_KG = 1e-9  # 1.2 kg is twelve steps, not eleven and a half of rounding


class MitoFirmware(Firmware):
    """The load begins with the first connection; before, it stands at its beginning. Readings are
    smoothed from power-up on, cut off to whole steps and never negative; stamps count from
    power-up.

    It falls asleep, connected or not, when what it shows did not change for a minute.
    """

    model = "mito"
    resolution_n = STEP_KG * NEWTONS_PER_KG

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.PACKETS,
        *,
        seed: int = 1,
        noise_n: float = 0.1,
        unloaded_n: float = 0.0,
        clock_at_boot_us: int = 7_000_000,
    ) -> None:
        self.serial = ""
        self.framing = framing
        self.is_reachable = True
        self._load = constant(0.0) if load is None else load
        self._seed = seed
        self._noise_n = noise_n
        self._unloaded_n = unloaded_n
        self._boot_us = clock_at_boot_us
        self._now_ns = 0
        self._tick = 0
        self._load_began_tick: int | None = None
        self._is_connected = False
        self._smoothed_kg: float | None = None
        self._shown_kg = 0.0
        self._unchanged_ticks = 0

    def receive(self, data: bytes) -> list[bytes]:
        return []

    def advance(self, seconds: float) -> list[bytes]:
        self._now_ns += round(seconds * _NS)
        messages: list[bytes] = []
        while self._tick * PERIOD_US * 1000 <= self._now_ns:
            if self.is_reachable:
                messages += self._convert()
            self._tick += 1
        return messages

    def connected(self) -> None:
        self._is_connected = True
        if self._load_began_tick is None:
            self._load_began_tick = self._tick

    def disconnected(self) -> None:
        self._is_connected = False

    def press_button(self) -> None:
        """Wakes it."""
        self.is_reachable = True
        self._unchanged_ticks = 0

    def _convert(self) -> list[bytes]:
        began = self._tick if self._load_began_tick is None else self._load_began_tick
        t = np.array([(self._tick - began) * PERIOD_US / 1e6])
        pull_n = float(on_cells(self._load, t, 1)[0, 0])
        noise_n = float(gaussian(self._tick, 1, 1, self._noise_n, self._seed)[0, 0])
        kg = (pull_n + self._unloaded_n + noise_n) / NEWTONS_PER_KG
        before = kg if self._smoothed_kg is None else self._smoothed_kg
        self._smoothed_kg = _NEW_SHARE * kg + (1.0 - _NEW_SHARE) * before
        steps = max(int(self._smoothed_kg / STEP_KG + _GUARD_KG), 0)
        shown_kg = steps * STEP_KG
        self._unchanged_ticks = self._unchanged_ticks + 1 if shown_kg == self._shown_kg else 0
        self._shown_kg = shown_kg
        if self._unchanged_ticks >= _ASLEEP_AFTER_TICKS:
            self.is_reachable = False
            self._smoothed_kg = None
        if not self._is_connected:
            return []
        return [encode_weights([shown_kg], [self._boot_us + self._tick * PERIOD_US])]

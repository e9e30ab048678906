"""A balance that prints what it weighs five times a second, under an ultrasound head."""

from __future__ import annotations

import numpy as np

from firmware_sim.firmware import Firmware, Load, UnsafeRequestError
from firmware_sim.loads import constant
from protocols.balance import encode_weight
from protocols.codec import Framing

RATE_HZ = 5
STANDARD_GRAVITY = 9.80665
HEAD_G = 0.34  # about 5 W
_NS = 1_000_000_000
_MOVES_G = 0.02


class BalanceFirmware(Firmware):
    """`load` pushes in newtons; while it changes, readings are marked as unstable. Listens to
    nothing: raises `UnsafeRequestError` for any byte."""

    model = "balance"

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.STREAM,
        *,
        serial: str = "BAL-0001",
    ) -> None:
        self.serial = serial
        self.framing = framing
        self._load = load or constant(HEAD_G / 1000 * STANDARD_GRAVITY)
        self._now_ns = 0
        self._printed = 0
        self._last_g = 0.0

    def receive(self, data: bytes) -> list[bytes]:
        raise UnsafeRequestError(f"written to a balance that is only listened to: {data.hex(' ')}")

    def advance(self, seconds: float) -> list[bytes]:
        self._now_ns += round(seconds * _NS)
        first, self._printed = self._printed, self._now_ns * RATE_HZ // _NS
        if self._printed == first:
            return []
        t = np.arange(first + 1, self._printed + 1) / RATE_HZ
        return [self._print(float(force)) for force in self._load(t)[:, 0]]

    def connected(self) -> None:
        return

    def disconnected(self) -> None:
        return

    def _print(self, force_n: float) -> bytes:
        grams = force_n / STANDARD_GRAVITY * 1000
        before, self._last_g = self._last_g, grams
        return encode_weight(grams, is_stable=abs(grams - before) < _MOVES_G)

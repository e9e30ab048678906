"""A CTS500 scale: frames with a sum, cut into notifications wherever its Bluetooth module likes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware_sim.cells import Cells, StreamingUnit
from firmware_sim.firmware import Load
from protocols.codec import Framing
from protocols.cts500 import (
    NEWTONS_PER_STEP,
    REQUEST_CLASSES,
    Opcode,
    encode_reply,
    encode_request,
    encode_weight,
)
from protocols.gate import RequestClass

_TEMPERATURE = 0xC5
_WEIGHT = 0xA9
_NOTIFICATION_BYTES = 20
_REQUEST_BYTES = 6


class Cts500Firmware(StreamingUnit):
    """The load begins with the first stream; the rate is as somebody set it.

    How a real unit sends a push is not known: `push_sign` stands for it. `acks_start` is whether
    it echoes the start, or the first reading has to do.
    """

    model = "cts500"
    resolution_n = NEWTONS_PER_STEP

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.PACKETS,
        *,
        seed: int = 1,
        noise_n: float = 0.02,
        unloaded_n: float = 0.0,
        rate_hz: int = 80,
        battery_v: float = 3.71,
        push_sign: int = 0x01,
        acks_start: bool = True,
    ) -> None:
        cells = Cells(load, rate_hz, seed=seed, noise_n=noise_n, unloaded_n=unloaded_n)
        super().__init__(cells, framing, "", 1)
        self._battery = round(battery_v * 100)
        self._push_sign = push_sign
        self._acks_start = acks_start
        self._inbox = b""
        self._outbox = b""

    def receive(self, data: bytes) -> list[bytes]:
        self._inbox += data
        while len(self._inbox) >= _REQUEST_BYTES:
            request, self._inbox = (
                self._inbox[:_REQUEST_BYTES],
                self._inbox[_REQUEST_BYTES:],
            )
            if request == encode_request(request[1], int.from_bytes(request[2:5], "big")):
                self._outbox += self._answer(request)
        return self._notifications(is_all=True)

    def disconnected(self) -> None:
        super().disconnected()
        self._inbox = self._outbox = b""

    def messages(self, force: NDArray[np.float64]) -> list[bytes]:
        self._outbox += self._weight(force[0, 0])
        return self._notifications(is_all=False)

    def _answer(self, request: bytes) -> bytes:
        opcode = request[1]
        kind = REQUEST_CLASSES.get(opcode)
        match opcode:
            case Opcode.START:
                if not self.is_streaming:
                    self.start_stream()
                return request if self._acks_start else b""
            case Opcode.STOP:
                self.stop_stream()
                return request
            case Opcode.BATTERY:
                return encode_reply(opcode, self._battery)
            case _ if opcode == _TEMPERATURE:
                return encode_reply(opcode, 23)
            case _ if opcode == _WEIGHT:
                return self._weight(self._cells.now(self._now_ns)[0])
            case _ if kind in (RequestClass.SETS, RequestClass.CALIBRATION):
                self.changes.append(f"{opcode:02X}")
                return request
            case _:
                return b""

    def _weight(self, force_n: float) -> bytes:
        steps = round(float(force_n) / NEWTONS_PER_STEP)
        return encode_weight(steps) if steps >= 0 else encode_weight(-steps, self._push_sign)

    def _notifications(self, *, is_all: bool) -> list[bytes]:
        """Full ones, and what is left when it answered."""
        size = len(self._outbox) if is_all else len(self._outbox) // 20 * 20
        ready, self._outbox = self._outbox[:size], self._outbox[size:]
        return [
            ready[i : i + _NOTIFICATION_BYTES] for i in range(0, len(ready), _NOTIFICATION_BYTES)
        ]

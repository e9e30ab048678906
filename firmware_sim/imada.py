"""An Imada DST or DSV force gauge: says that it started, then only answers."""

from __future__ import annotations

import re

from firmware_sim.cells import NS, Cells
from firmware_sim.firmware import Firmware, Load
from protocols.codec import Framing
from protocols.imada import NEWTONS_PER_UNIT, STARTED, encode_reading

_CONVERSIONS_HZ = 1000
_HARMLESS_ANSWER = b"R\r"


class ImadaFirmware(Firmware):
    """The load begins with the first question. Readings have one decimal.

    `unit` and `mode` are as somebody left them at its buttons (``P``: the highest force so far);
    beyond `range_n` it says so and shows no more than that. `changes` are the requests that
    altered it.
    """

    model = "imada"
    resolution_n = 0.1

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.STREAM,
        *,
        seed: int = 1,
        noise_n: float = 0.02,
        unloaded_n: float = 0.0,
        range_n: float = 1000.0,
        unit: str = "N",
        mode: str = "T",
    ) -> None:
        self.serial = ""  # the format has none
        self.framing = framing
        self.is_reachable = True
        self.changes: list[str] = []
        self.unit = unit
        self.mode = mode
        self._cells = Cells(
            load, _CONVERSIONS_HZ, seed=seed, noise_n=noise_n, unloaded_n=unloaded_n
        )
        self._range_n = range_n
        self._highest_n = 0.0
        self._now_ns = 0
        self._inbox = b""
        self._has_greeted = True

    def receive(self, data: bytes) -> list[bytes]:
        *requests, self._inbox = (self._inbox + data).split(b"\r")
        return [self._answer(request) for request in requests]

    def advance(self, seconds: float) -> list[bytes]:
        self._now_ns += round(seconds * NS)
        if self._has_greeted:
            return []
        self._has_greeted = True
        return [STARTED.encode() + b"\r"]

    def connected(self) -> None:
        self._inbox = b""
        self._has_greeted = False

    def disconnected(self) -> None:
        return

    def _answer(self, request: bytes) -> bytes:
        if request == b"D":
            return self._reading()
        if re.fullmatch(rb"Z|T|P|N|K|OM|OC0|OC1|E[-+0-9.]+|Q", request):
            self.changes.append(request.decode())
            self._change(request.decode())
            return _HARMLESS_ANSWER
        return b"E\r"

    def _change(self, request: str) -> None:
        match request:
            case "T" | "P":
                self.mode, self._highest_n = request, 0.0
            case "N" | "K":
                self.unit = request
            case _:
                pass

    def _reading(self) -> bytes:
        force = float(self._cells.now(self._now_ns)[0])
        is_over = abs(force) > self._range_n
        force = min(max(force, -self._range_n), self._range_n)
        self._highest_n = max(self._highest_n, force)
        shown = self._highest_n if self.mode == "P" else force
        scale = NEWTONS_PER_UNIT.get(self.unit, 1.0)
        return encode_reading(shown / scale, self.unit, self.mode, "E" if is_over else "O")

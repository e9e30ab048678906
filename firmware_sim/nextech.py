"""A Nextech force gauge: answers single characters. The form of its answers is our own."""

from __future__ import annotations

from firmware_sim.cells import NS, Cells
from firmware_sim.firmware import Firmware, Load, Scale
from protocols.codec import Framing
from protocols.nextech import encode_reading

_CONVERSIONS_HZ = 1000
_UNITS = {"N": 1.0, "kgf": 9.80665, "lbf": 4.4482216152605}


class NextechFirmware(Firmware):
    """The load begins with the first reading. `unit` is as somebody left it at its buttons."""

    model = "nextech"
    resolution_n = 0.01
    scales = (Scale(0, 1.0, 0.0),)

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.STREAM,
        *,
        seed: int = 1,
        noise_n: float = 0.004,
        unloaded_n: float = 0.0,
        unit: str = "N",
    ) -> None:
        self.serial = ""  # none is known
        self.framing = framing
        self.is_reachable = True
        self.unit = unit
        self.changes: list[str] = []
        self._cells = Cells(
            load, _CONVERSIONS_HZ, seed=seed, noise_n=noise_n, unloaded_n=unloaded_n
        )
        self._now_ns = 0

    def receive(self, data: bytes) -> list[bytes]:
        return [answer for request in data if (answer := self._answer(chr(request)))]

    def advance(self, seconds: float) -> list[bytes]:
        self._now_ns += round(seconds * NS)
        return []

    def connected(self) -> None:
        return

    def disconnected(self) -> None:
        return

    def _answer(self, request: str) -> bytes:
        match request:
            case "!":
                return b"DFS100 +0.02 3\r\n"  # model, offset, overloads
            case "x" | "l" | "v" | "L":
                force = float(self._cells.now(self._now_ns)[0])
                return encode_reading(force / _UNITS[self.unit], self.unit)
            case "u":
                self.changes.append(request)
                names = list(_UNITS)
                self.unit = names[(names.index(self.unit) + 1) % len(names)]
                return b""
            case "z" | "r" | "m":
                self.changes.append(request)
                return b""
            case _:
                return b""

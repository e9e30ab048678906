"""A Mark-10 Series 5 force gauge: answers each request after a while."""

from __future__ import annotations

import re

from firmware_sim.cells import NS, Cells
from firmware_sim.firmware import Firmware, Load
from protocols.codec import Framing
from protocols.mark10 import NEWTONS_PER_UNIT, encode_reading

_CONVERSIONS_HZ = 1000
_NEVER_NS = 1 << 62
_SETTINGS = b"V1.00;LBF;CUR;FLTC8;FLTP1;AOUT00;AOFF5;FULL;MIT;POL;"
_CHANGES = re.compile(r"Z|CLR|CUR|PT|PC|LB|OZ|KG|G|N|MN|KN|(FLT[CP]|AOUT|AOFF)\d+|SAVE")


class Mark10Firmware(Firmware):
    """The load begins with the first reading. Readings have one decimal in the gauge's `unit`.

    `answer_s` from the end of a request to its answer, which holds the force of that moment.
    Without `has_unit` it sends the number alone; with `every_s` also readings by itself.
    `changes` are the requests that would alter it.
    """

    model = "mark10"

    def __init__(
        self,
        load: Load | None = None,
        framing: Framing = Framing.STREAM,
        *,
        serial: str = "3512345",
        seed: int = 1,
        noise_n: float = 0.02,
        unloaded_n: float = 0.0,
        unit: str = "N",
        has_unit: bool = True,
        answer_s: float = 0.015,
        every_s: float | None = None,
        battery: str = "B0",
    ) -> None:
        self.serial = serial
        self.framing = framing
        self.is_reachable = True
        self.resolution_n = 0.1 * NEWTONS_PER_UNIT[unit.lower()]
        self.changes: list[str] = []
        self._cells = Cells(
            load, _CONVERSIONS_HZ, seed=seed, noise_n=noise_n, unloaded_n=unloaded_n
        )
        self._unit = unit
        self._has_unit = has_unit
        self._answer_ns = round(answer_s * NS)
        self._every_ns = None if every_s is None else round(every_s * NS)
        self._battery = battery
        self._now_ns = 0
        self._inbox = b""
        self._due: list[tuple[int, str]] = []
        self._next_own_ns = self._every_ns

    def receive(self, data: bytes) -> list[bytes]:
        *requests, self._inbox = (self._inbox + data.replace(b"\n", b"")).split(b"\r")
        for request in requests:
            self._due.append((self._now_ns + self._answer_ns, request.decode("ascii", "replace")))
        return []

    def advance(self, seconds: float) -> list[bytes]:
        end_ns = self._now_ns + round(seconds * NS)
        answers: list[bytes] = []
        while (due_ns := self._next_due_ns()) <= end_ns:
            self._now_ns = due_ns
            if self._due and self._due[0][0] == due_ns:
                answers.append(self._answer(self._due.pop(0)[1]))
            elif self._every_ns is not None:
                self._next_own_ns = due_ns + self._every_ns
                answers.append(self._reading())
        self._now_ns = end_ns
        return answers

    def connected(self) -> None:
        self._inbox = b""
        self._due = []

    def disconnected(self) -> None:
        return

    def _next_due_ns(self) -> int:
        own_ns = _NEVER_NS if self._next_own_ns is None else self._next_own_ns
        return min([own_ns, *(due_ns for due_ns, _ in self._due[:1])])

    def _answer(self, request: str) -> bytes:
        match request:
            case "?C" | "?":
                return self._reading()
            case "RN":
                return b"Series 5\r\n"
            case "RM":
                return b"M5-500\r\n"
            case "RV":
                return b"1.00\r\n"
            case "RS":
                return f"{self.serial}\r\n".encode()
            case "LIST":
                return _SETTINGS + self._battery.encode() + b"\r\n"
            case _:
                if not _CHANGES.fullmatch(request):
                    return b"*10\r\n"
                self.changes.append(request)
                return b"\r\n"

    def _reading(self) -> bytes:
        force = float(self._cells.now(self._now_ns)[0])
        reading = encode_reading(force, self._unit)
        return reading if self._has_unit else reading.split()[0] + b"\r\n"

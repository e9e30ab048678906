"""The smallest device: counts aloud at a rate, says what it was told."""

from __future__ import annotations

from firmware_sim.firmware import Firmware
from protocols.codec import Framing


class Counter(Firmware):
    model = "counter"
    framing = Framing.PACKETS

    def __init__(self, rate_hz: float = 100.0, n_bytes: int = 20, serial: str = "1") -> None:
        self.serial = serial
        self.rate_hz = rate_hz
        self.n_bytes = n_bytes
        self.events: list[str] = []
        self.seconds = 0.0
        self._began_s: float | None = None
        self._next = 0

    def receive(self, data: bytes) -> list[bytes]:
        self.events.append(data.decode())
        match data:
            case b"start":
                self._began_s, self._next = self.seconds, 0
                return [b"started"]
            case b"stop":
                self._began_s = None
                return [b"stopped"]
            case _:
                return [b"heard " + data]

    def advance(self, seconds: float) -> list[bytes]:
        self.seconds += seconds
        if self._began_s is None:
            return []
        due = int((self.seconds - self._began_s) * self.rate_hz)
        numbers = range(self._next, due)
        self._next = max(due, self._next)
        return [number.to_bytes(4, "little").ljust(self.n_bytes, b"\0") for number in numbers]

    def connected(self) -> None:
        self.events.append("connected")

    def disconnected(self) -> None:
        self._began_s = None
        self.events.append("disconnected")


def numbers(messages: list[bytes]) -> list[int]:
    """The counts among `messages`."""
    return [int.from_bytes(m[:4], "little") for m in messages if len(m) >= 20]

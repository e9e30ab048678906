"""Lines that laboratory balances print: a weight with its unit, mostly with a mark for stable.

A&D and Ohaus as their manuals have it; Mettler, and that others are like these, from memory: what
is not understood is told, never guessed. Nothing is ever sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType

from protocols.codec import Decoder, Framing
from protocols.events import Event, Noise
from protocols.gate import RequestClass
from protocols.lines import Lines

_LINE = re.compile(
    r"(?:(?P<mark>ST|US|OL|QT|S S|S D)\b\s*,?\s*)?"
    r"(?P<sign>[+-]?)\s*(?P<number>\d{1,9}(?:\.\d{1,9})?)"
    r"\s*,?\s*(?P<unit>[A-Za-z]{1,3})\s*(?P<moves>\?)?\s*(?:NET|\d\d:\d\d:\d\d)?",
    re.ASCII,
)
_OVERLOAD = re.compile(r"OL\b.*|S [+]", re.ASCII)
_IS_STABLE: MappingProxyType[str | None, bool] = MappingProxyType(
    {"ST": True, "S S": True, "US": False, "S D": False}
)
_GRAMS = MappingProxyType({"mg": 1e-3, "g": 1.0, "kg": 1e3})


@dataclass(frozen=True, slots=True)
class Weight(Event):
    """A reading as the balance shows it, its tare taken off there. `is_stable` is None where the
    line does not tell."""

    grams: float
    is_stable: bool | None


@dataclass(frozen=True, slots=True)
class TooHeavy(Event):
    """The balance is at the end of its range."""


class BalanceCodec(Decoder):
    """Reads A&D (``ST,+00000.34  g``, also with a comma before the unit), Ohaus (``0.34 g``, with
    ``?`` while it moves, and the time behind it), Mettler (``S S 0.34 g``), and any plain number
    with mg, g or kg. It forms nothing."""

    def __init__(self, framing: Framing = Framing.STREAM) -> None:
        super().__init__(framing)
        self._lines = Lines(end=b"\n")

    def reset(self) -> None:
        self._lines.reset()

    def request_class(self, data: bytes) -> RequestClass:
        return RequestClass.UNKNOWN

    def receive(self, data: bytes) -> list[Event]:
        # Some end a line with CR alone.
        return [
            found if isinstance(found, Noise) else _event(found)
            for found in self._lines.split(data.replace(b"\r", b"\n"))
        ]

    @property
    def held_bytes(self) -> int:
        return self._lines.held_bytes


def encode_weight(grams: float, *, is_stable: bool) -> bytes:
    """The balance's half, as A&D print it."""
    return f"{'ST' if is_stable else 'US'},{grams:+09.2f}  g\r\n".encode("ascii")


def _event(line: bytes) -> Event:
    text = line.decode("ascii", errors="replace").strip()
    if _OVERLOAD.fullmatch(text):
        return TooHeavy()
    found = _LINE.fullmatch(text)
    if found is None or found["unit"] not in _GRAMS or found["mark"] in ("OL", "QT"):
        return Noise("no weight with a unit that is known", len(line))
    grams = float(f"{found['sign']}{found['number']}") * _GRAMS[found["unit"]]
    return Weight(grams, False if found["moves"] else _IS_STABLE.get(found["mark"]))

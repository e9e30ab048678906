"""Text lines in a byte stream, and the decimal numbers in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from protocols.events import Noise

_NUMBER = re.compile(rb"[+-]?\d{1,12}(\.\d{0,9})?")


class Lines:
    """Splits a stream at `end`, without it and without white space and NUL around.

    Holds at most one unfinished line; of a line that is too long only the length is kept, and it
    is reported at its end, so that the result does not depend on how the bytes were cut.
    """

    def __init__(self, longest: int = 120, end: bytes = b"\n") -> None:
        self._longest = longest
        self._end = end
        self.reset()

    def split(self, data: bytes) -> Iterator[bytes | Noise]:
        """Lines that `data` completes, empty ones left out; `take_rest` between two of them
        takes what follows."""
        self._held += data
        while (end := self._held.find(self._end, self._at)) >= 0:
            line = self._held[self._at : end]
            self._at = end + len(self._end)
            size = self._overlong_bytes + len(line)
            self._overlong_bytes = 0
            if size > self._longest:
                yield Noise("no end of line", size)
            elif stripped := line.strip(b" \t\r\n\0"):
                yield stripped
        self._keep(self.take_rest())

    def take_rest(self) -> bytes:
        """What no line was made of yet, which is then forgotten here."""
        rest = self._held[self._at :]
        self._held, self._at = b"", 0
        return rest

    @property
    def held_bytes(self) -> int:
        """Of an unfinished line."""
        return len(self._held)

    def reset(self) -> None:
        self._held = b""
        self._at = 0
        self._overlong_bytes = 0

    def _keep(self, rest: bytes) -> None:
        if self._overlong_bytes or len(rest) > self._longest:
            self._overlong_bytes += len(rest)
        else:
            self._held = rest


def decimal(text: bytes) -> float | None:
    """A plain decimal number and nothing else: no exponent, no ``nan``, no underscore."""
    return float(text) if _NUMBER.fullmatch(text) else None

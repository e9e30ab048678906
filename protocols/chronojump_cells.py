"""Chronojump's binary frames: four cells in counts behind a marker, without a checksum."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import ClassVar, NamedTuple

from protocols.events import Noise

_MARKER = b"\xff\xff\xff\xff"
_END = b"Capture ended"
_FRAME = struct.Struct("<4xI4h")
_TIME = struct.Struct("<4xI")
_RANGE_US = 1 << 32
_LONGEST_STEP_US = 2_000_000  # it does not measure for a second while it reads a command
_LOOK_AHEAD = 8  # the marker and the time of the next frame


class CellFrame(NamedTuple):
    raw_us: int
    counts: tuple[int, ...]


class CellFrames:
    """Splits what comes while the board captures; the text at its end is left to `take_text`.

    The marker may stand inside the counts too (-1 is ``FF FF``): a frame counts when the next one
    stands right behind it with a later time, or the end does; after a loss, when two do.
    """

    CELLS: ClassVar[int] = 4
    RAIL: ClassVar[int] = 32_767

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """The next byte begins a frame."""
        self._held = b""
        self._at = 0
        self._is_in_step = True
        self._has_ended = False
        self._skipped = 0
        self._text = b""

    def split(self, data: bytes) -> Iterator[CellFrame | Noise]:
        """Frames that `data` completes, and what was none, in wire order."""
        if self._has_ended:
            self._text += data
            return
        self._held += data
        while True:
            at = self._at
            rest = len(self._held) - at
            if self._held.startswith(_END, at):
                yield from self._tell_skipped()
                self._has_ended = True
                self._text = self._held[at:]
                self._held, self._at = b"", 0
                return
            needed = _FRAME.size * (1 if self._is_in_step else 2) + _LOOK_AHEAD
            if rest < needed and not self._held.startswith(_END, at + _FRAME.size):
                break
            self._is_in_step = self._is_frame(at, 0 if self._is_in_step else 1) and (
                self._is_in_step or self._is_frame(at + _FRAME.size, 1)
            )
            if self._is_in_step:
                yield from self._tell_skipped()
                yield self._frame(at)
                self._at += _FRAME.size
            else:
                self._skip()
        self._held, self._at = self._held[self._at :], 0

    def take_text(self) -> bytes:
        """What follows the last frame, from ``Capture ended`` on."""
        text, self._text = self._text, b""
        return text

    @property
    def held_bytes(self) -> int:
        return len(self._held)

    def _is_frame(self, at: int, shortest_us: int) -> bool:
        behind = at + _FRAME.size
        if not self._held.startswith(_MARKER, at):
            return False
        if self._held.startswith(_END[:_LOOK_AHEAD], behind):
            return True
        if not self._held.startswith(_MARKER, behind):
            return False
        (before_us,) = _TIME.unpack_from(self._held, at)
        (after_us,) = _TIME.unpack_from(self._held, behind)
        return shortest_us <= (after_us - before_us) % _RANGE_US <= _LONGEST_STEP_US

    def _frame(self, at: int) -> CellFrame:
        raw_us, *counts = _FRAME.unpack_from(self._held, at)
        return CellFrame(raw_us, tuple(counts))

    def _skip(self) -> None:
        """To the next place where a frame or the end may begin."""
        places = [self._held.find(mark, self._at + 1) for mark in (_MARKER, _END)]
        found = min((place for place in places if place >= 0), default=None)
        if found is None:
            found = max(len(self._held) - len(_END) + 1, self._at + 1)
        self._skipped += found - self._at
        self._at = found

    def _tell_skipped(self) -> list[Noise]:
        skipped, self._skipped = self._skipped, 0
        return [Noise("no frame", skipped)] if skipped else []


def encode_cells(t_us: int, counts: Sequence[int]) -> bytes:
    """One binary frame of four cells."""
    return _MARKER + _FRAME.pack(t_us % (1 << 32), *counts)[len(_MARKER) :]

"""Device times of 32 bits in a format without a checksum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from protocols.events import Noise, Restarted

Row = TypeVar("Row")

_RANGE_US = 1 << 32
_HALF_RANGE_US = 1 << 31
_LONGEST_STEP_US = 500_000
_IN_STEP = 4
_ALWAYS_IN_STEP_US = 20_000
_REPEAT_US = 200_000


@dataclass(frozen=True, slots=True)
class Stamped(Generic[Row]):
    """A row with its time in µs, unwrapped to 64 bit."""

    t_us: int
    row: Row


class Stamps(Generic[Row]):
    """Believes a stamp in step with those before, or one that is followed within half a second.

    A digit that was lost on the way makes a stamp far off: it is dropped when the next one does
    not go on from it. Two in a row that agree are a gap, or a clock that began again.
    """

    def __init__(self) -> None:
        self._last_us: int | None = None
        self._t_us = 0
        self._step_us = 0
        self._doubtful: tuple[int, Row] | None = None

    def take(self, raw_us: int, row: Row) -> list[Stamped[Row] | Noise | Restarted]:
        """What is certain now, in order."""
        step = None if self._last_us is None else _step(self._last_us, raw_us)
        if step is not None and 0 < step <= max(_IN_STEP * self._step_us, _ALWAYS_IN_STEP_US):
            self._step_us = step
            return [*self._drop_doubtful(), self._follow(raw_us, step, row)]
        if step is not None and -_REPEAT_US < step <= 0:
            return [Noise("a sample not later than the one before", 1)]
        doubtful = self._doubtful
        step = None if doubtful is None else _step(doubtful[0], raw_us)
        if doubtful is not None and step is not None and 0 < step <= _LONGEST_STEP_US:
            self._doubtful = None
            self._step_us = step
            return [*self._resume(*doubtful), self._follow(raw_us, step, row)]
        dropped = self._drop_doubtful()
        self._doubtful = (raw_us, row)
        return [*dropped]

    def unwrapped(self, raw_us: int) -> int:
        """A stamp of something else, on the time of the rows."""
        return raw_us if self._last_us is None else self._t_us + _step(self._last_us, raw_us)

    def _follow(self, raw_us: int, step: int, row: Row) -> Stamped[Row]:
        self._t_us += step
        self._last_us = raw_us
        return Stamped(self._t_us, row)

    def _resume(self, raw_us: int, row: Row) -> list[Stamped[Row] | Noise | Restarted]:
        """Go on where the stamps continue: at the beginning, after a gap, or from a new start."""
        step = None if self._last_us is None else _step(self._last_us, raw_us)
        if step is not None and step > 0:
            return [self._follow(raw_us, step, row)]
        self._t_us, self._last_us = raw_us, raw_us
        first = Stamped(raw_us, row)
        return [first] if step is None else [Restarted(), first]

    def _drop_doubtful(self) -> list[Noise]:
        doubtful, self._doubtful = self._doubtful, None
        return [] if doubtful is None else [Noise("a time out of step", 1)]


def _step(before_us: int, after_us: int) -> int:
    """Through the wrap of 32 bits after 71.6 min."""
    return (after_us - before_us + _HALF_RANGE_US) % _RANGE_US - _HALF_RANGE_US

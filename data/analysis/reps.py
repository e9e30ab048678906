"""Finds repetitions while they happen, or in a finished recording: the same machine for both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from data.analysis.settling import Settling
from data.analysis.trace import first_true
from data.clinical.tests import RepRule

Array = NDArray[np.float64]

_LINGER_S = 1.0
_BLOCK = 4096
_SETTLE_BLOCK = 256


class RepPhase(StrEnum):
    STARTED = "started"  # the force rose over the on-level: a repetition may have begun
    COMPLETED = "completed"  # it lasted long enough and is over
    DISMISSED = "dismissed"  # it was too short to be one


@dataclass(frozen=True, slots=True)
class RepEvent:
    """One step of one repetition. `number` counts from 1 and a dismissed candidate frees it.

    `start_s` is the first sample over the on-level, `end_s` the last one over the off-level;
    `peaks` the highest force of each column so far, N, as fed. `is_cut`: the recording ended
    inside.
    """

    phase: RepPhase
    number: int
    start_s: float
    end_s: float
    peaks: tuple[float, ...]
    is_cut: bool = False


class RepDetector:
    """Two-level hysteresis with merging and a minimum duration, sample by sample.

    Every decision at a sample depends on that sample and earlier ones only, so the events are
    the same for any chunking. Levels stand on the resting level: the first quiet half second of
    the recording. They grow with the best repetition so far, and with a load carried at rest,
    because a body that stands on the sensor sways.
    """

    REST_SWAY = 0.3

    def __init__(self, rule: RepRule) -> None:
        self._rule = rule
        self._settling = Settling(rule.on_n)
        self._rest: float | None = None
        self._best = 0.0
        self._completed = 0
        self._candidate: _Candidate | None = None

    @property
    def resting_n(self) -> float | None:
        """The level that thresholds stand on; None while it is not known yet."""
        return self._rest

    @property
    def running_peaks(self) -> tuple[float, ...] | None:
        """Highest force of each column in the repetition under way, N; None between them."""
        return None if self._candidate is None else _as_floats(self._candidate.peaks)

    def feed(self, t: Array, force: Array) -> list[RepEvent]:
        """Take ``t (n,) s`` and ``force (n, columns) N`` with the host's zero removed."""
        events: list[RepEvent] = []
        first = 0
        while first < len(t):
            # Settling looks at samples one by one and needs few of them.
            last = first + (_SETTLE_BLOCK if self._rest is None else _BLOCK)
            self._scan(t[first:last], force[first:last], events)
            first = last
        return events

    def finish(self) -> list[RepEvent]:
        """The recording has ended: close a repetition still under way."""
        events: list[RepEvent] = []
        if self._candidate is not None:
            self._close(self._candidate, events, is_cut=not self._candidate.is_falling)
        return events

    def _scan(self, t: Array, force: Array, events: list[RepEvent]) -> None:
        # Column by column: numpy's reduction over rows of one or two is ten times slower.
        x = reduce(np.add if self._rule.uses_sum else np.maximum, force.T)
        i = 0
        if self._rest is None:
            self._rest, i = self._settling.feed(t, x)
        while self._rest is not None and i < len(t):
            candidate = self._candidate
            if candidate is None:
                i = self._wait(t, x, force, i, self._rest, events)
            elif candidate.is_falling:
                i = self._fall(t, x, i, self._rest, candidate, events)
            else:
                i = self._follow(t, x, force, i, self._rest, candidate, events)

    def _wait(
        self, t: Array, x: Array, force: Array, i: int, rest: float, events: list[RepEvent]
    ) -> int:
        j = first_true(x[i:] >= self._on_now(self._best, rest), i)
        if j < len(x):
            start = float(t[j])
            self._candidate = _Candidate(start, start, start, float(x[j]) - rest, force[j].copy())
            events.append(self._event(RepPhase.STARTED, self._candidate))
        return j

    def _follow(
        self,
        t: Array,
        x: Array,
        force: Array,
        i: int,
        rest: float,
        candidate: _Candidate,
        events: list[RepEvent],
    ) -> int:
        """Inside a repetition, until it falls below the off-level or lingers below the on-level."""
        tail = x[i:] - rest
        best = self._running_best(tail, max(self._best, candidate.peak), rest)
        fallen = first_true(tail < self._off(best, rest), i)
        strong = (tail >= self._on(best, rest))[: fallen - i]
        n, last_strong_s = _linger(t[i:fallen], strong, candidate.last_strong_s)
        j = i + n
        if j > i:
            candidate.peak = max(candidate.peak, float(tail[: j - i].max()))
            candidate.peaks = np.maximum(candidate.peaks, force[i:j].max(axis=0))
            candidate.last_s = float(t[j - 1])
            candidate.last_strong_s = last_strong_s
        if j == len(x):
            return j
        if j < fallen:
            candidate.last_s = candidate.last_strong_s
            self._close(candidate, events)
        else:
            candidate.is_falling = True
        return j

    def _running_best(self, tail: Array, best: float, rest: float) -> Array:
        """The best so far at each sample, ``(n,)`` N, or one value where that decides alike."""
        k = int(tail.argmax())
        top = tail[k]
        if top <= best:
            return np.array(best)
        # What reaches the level of the top reaches every lower one: only the others need their own.
        low = np.flatnonzero(tail[:k] < self._on(top, rest))
        if not len(low):
            return np.array(top)
        running = np.full(len(tail), top)
        m = int(low[-1]) + 1
        running[:m] = np.maximum(np.maximum.accumulate(tail[:m]), best)
        return running

    def _fall(
        self, t: Array, x: Array, i: int, rest: float, candidate: _Candidate, events: list[RepEvent]
    ) -> int:
        """Below the off-level: the force comes back within the merge gap, or it is over."""
        best = max(self._best, candidate.peak)
        back = first_true(x[i:] >= self._on_now(best, rest), i)
        over = int(np.searchsorted(t, candidate.last_s + self._rule.merge_gap_s, side="right"))
        over = max(over, i)
        if over <= back and over < len(t):
            self._close(candidate, events)
            return over
        if back < len(t):
            candidate.is_falling = False
            candidate.last_strong_s = float(t[back])
            return back
        return len(t)

    def _close(
        self, candidate: _Candidate, events: list[RepEvent], *, is_cut: bool = False
    ) -> None:
        self._candidate = None
        if candidate.last_s - candidate.start_s < self._rule.minimum_s:
            events.append(self._event(RepPhase.DISMISSED, candidate))
            return
        events.append(self._event(RepPhase.COMPLETED, candidate, is_cut=is_cut))
        self._completed += 1
        self._best = max(self._best, candidate.peak)

    def _event(self, phase: RepPhase, candidate: _Candidate, *, is_cut: bool = False) -> RepEvent:
        return RepEvent(
            phase,
            self._completed + 1,
            candidate.start_s,
            candidate.last_s,
            _as_floats(candidate.peaks),
            is_cut,
        )

    def _on(self, best: Array, rest: float) -> Array:
        sway = self.REST_SWAY * abs(rest)
        return np.maximum(self._rule.on_fraction * best, max(self._rule.on_n, sway))

    def _off(self, best: Array, rest: float) -> Array:
        sway = self.REST_SWAY * abs(rest) / 2
        return np.maximum(self._rule.off_fraction * best, max(self._rule.off_n, sway))

    def _on_now(self, best: float, rest: float) -> float:
        return rest + float(self._on(np.array(best), rest))


@dataclass(frozen=True, slots=True)
class Found:
    """A whole recording: its repetitions, efforts too short to be one, and the resting level."""

    completed: tuple[RepEvent, ...] = ()
    dismissed: tuple[RepEvent, ...] = ()
    resting_n: float = 0.0


def detect(t: Array, force: Array, rule: RepRule) -> Found:
    """The repetitions of a whole recording."""
    detector = RepDetector(rule)
    events = [*detector.feed(t, force), *detector.finish()]
    return Found(
        tuple(event for event in events if event.phase is RepPhase.COMPLETED),
        tuple(event for event in events if event.phase is RepPhase.DISMISSED),
        detector.resting_n or 0.0,
    )


def describe(rule: RepRule) -> str:
    """The rule in one line, for the record."""
    signal = "sum of both cells" if rule.uses_sum else "highest cell"
    return (
        f"{rule.id}(on max({rule.on_n:g} N, {100 * rule.on_fraction:g} % of best so far), "
        f"off max({rule.off_n:g} N, {100 * rule.off_fraction:g} %), "
        f"at least {rule.minimum_s:g} s, merge {rule.merge_gap_s:g} s, {signal})"
    )


@dataclass(slots=True)
class _Candidate:
    start_s: float
    last_s: float
    last_strong_s: float
    peak: float
    peaks: Array
    is_falling: bool = False


def _linger(t: Array, strong: NDArray[np.bool_], before_s: float) -> tuple[int, float]:
    """How many samples pass until none has been strong for a second, and when one last was.

    `before_s` is when one was before the first of them.
    """
    weak = np.flatnonzero(~strong)
    if not len(weak):
        return len(t), float(t[-1]) if len(t) else before_s
    last_s = float(t[weak[0] - 1]) if weak[0] else before_s
    if float(t[weak[-1]]) - last_s <= _LINGER_S:  # too short to ask how long each was weak
        back = int(strong[::-1].argmax())
        return len(t), float(t[-1 - back]) if strong[-1 - back] else before_s
    last = np.maximum.accumulate(np.where(strong, t, before_s))
    n = first_true(t - last > _LINGER_S)
    return n, float(last[n - 1]) if n else before_s


def _as_floats(values: Array) -> tuple[float, ...]:
    return tuple(float(value) for value in values)

"""A trial without a window: open, zero, record until it is over, close."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.pair import Pair
from app.station import Station, TrialPlan
from data.analysis.reps import RepEvent, RepPhase
from data.records import TrialState
from devices.errors import ZeroRefusedError
from devices.types import LinkState

ZERO_PATIENCE_S = 10.0
SETTLE_S = 1.0  # recorded after the last repetition, so that its end is seen
IDLE_S = 15.0  # on top of the test's own rest: nobody pulls any more
LONGEST_S = 600.0
_LOOK_S = 0.02

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class EndRule:
    """When a recording is over: after `seconds`, or, without them, when the planned repetitions
    are done, or when nobody has pulled for the test's rest and `IDLE_S` more after a first one."""

    seconds: float | None = None


async def take_zero_patiently(station: Station | Pair, stop: asyncio.Event, say: Say) -> bool:
    """The zero, tried again while the device is loaded or unquiet; False when `stop` came first.

    Raises `ZeroRefusedError` when it was still refused after `ZERO_PATIENCE_S`.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + ZERO_PATIENCE_S
    told = ""
    while not stop.is_set():
        try:
            await station.take_zero()
        except ZeroRefusedError as refusal:
            if loop.time() > deadline or station.state is LinkState.CLOSED:
                raise
            if refusal.reason != told:
                told = refusal.reason
                say(str(refusal))
        else:
            return not stop.is_set()
        await asyncio.sleep(0.2)
    return False


async def record_trial(
    station: Station, folder: Path, plan: TrialPlan, rule: EndRule, stop: asyncio.Event, say: Say
) -> Path:
    """Record one trial on an open, zeroed station; the path of its closed capture file.

    `stop` ends it early and keeps it. The trial also ends, as interrupted, when the device is gone
    for good.
    """
    (path,) = await record_trials(station, folder, plan, rule, stop, say)
    return path


async def record_trials(
    station: Station | Pair,
    folder: Path,
    plan: TrialPlan,
    rule: EndRule,
    stop: asyncio.Event,
    say: Say,
) -> tuple[Path, ...]:
    """The same with one device, or with two at once: a capture file of each."""
    watch = _Watch(plan, rule, say)
    station.watch(watch.rep, watch.state, watch.full)
    station.begin(folder, plan)
    watch.begin()
    try:
        while not (stop.is_set() or watch.is_over(station)):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_S)
    finally:
        state = TrialState.INTERRUPTED if watch.was_interrupted else TrialState.COMPLETE
        finished = await station.finish_all(state)
        station.unwatch()
    return finished.paths


class _Watch:
    """What has happened in a running trial, and whether that means its end."""

    def __init__(self, plan: TrialPlan, rule: EndRule, say: Say) -> None:
        self.was_interrupted = False
        self._plan, self._rule, self._say = plan, rule, say
        self._clock = asyncio.get_running_loop().time
        self._started = self._last_pull = 0.0
        self._reps = 0
        self._is_pulling = False
        self._is_full = False

    def begin(self) -> None:
        self._started = self._last_pull = self._clock()

    def rep(self, event: RepEvent) -> None:
        self._last_pull = self._clock()
        self._is_pulling = event.phase is RepPhase.STARTED
        if event.phase is RepPhase.COMPLETED:
            self._reps = event.number
            peaks = ", ".join(f"{peak:.0f} N" for peak in event.peaks)
            self._say(f"repetition {event.number} of {self._plan.test.reps}: peak {peaks}")

    def state(self, state: LinkState, cause: str) -> None:
        if state is LinkState.LOST:
            self.was_interrupted = True
            self._say(
                f"The device stopped answering ({cause}). Everything so far is on disk. "
                "Reconnecting; Ctrl-C finishes instead."
            )
        elif state is LinkState.STREAMING:
            self._say("The device is back; the gap is marked.")
        elif state is LinkState.CLOSED and cause:
            self._say(cause)

    def full(self, message: str) -> None:
        self._is_full = True
        self._say(message)

    def is_over(self, station: Station | Pair) -> bool:
        now = self._clock()
        if self._is_full or station.state is LinkState.CLOSED:
            return True
        if self._rule.seconds is not None:
            is_up = station.state is LinkState.STREAMING
            return station.recorded_s >= self._rule.seconds or (
                not is_up and now - self._started >= self._rule.seconds
            )
        if now - self._started > LONGEST_S:
            return True
        if self._is_pulling or not self._reps:
            return False
        quiet_s = now - self._last_pull
        is_done = self._reps >= self._plan.test.reps and quiet_s > SETTLE_S
        return is_done or quiet_s > self._plan.test.rest_s + IDLE_S

"""Two devices with one cell each as left and right of one test: a trial of each, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.live import LiveTrace
from app.station import TRACE_S, Finished, Station, TrialPlan, ignore, ignore_state
from app.status import DeviceStatus
from data.analysis.reps import RepDetector, RepEvent
from data.analysis.types import Side
from data.clinical.tests import StrengthTest
from data.ids import uuid7
from data.records import Alignment, TrialState
from devices.alignment import HostFit, alignment_error_us
from devices.errors import ZeroRefusedError
from devices.types import LinkState, Microseconds, Newtons

_HOLE_S = 0.1
_RECENT_US = 30_000_000
_ANCHOR_US = 2_000_000


class Pair:
    """Lives in the devices thread, as its stations do; asked for the same things as one of them.

    Each device writes its own journal with its own samples. Only the live picture and the
    repetitions counted in it see both: every sample of each, the last one of the other beside it.
    The axis that both share is the left device's own time.
    """

    def __init__(self, left: Station, right: Station) -> None:
        self._streams = {Side.LEFT: _Stream(left), Side.RIGHT: _Stream(right)}
        rate_hz = sum(station.device.model.rate_hz for station in (left, right))
        self.trace = LiveTrace(2, round(TRACE_S * rate_hz))
        self.on_rep: Callable[[RepEvent], None] = ignore
        self.on_state: Callable[[LinkState, str], None] = ignore_state
        self._detector: RepDetector | None = None
        self._fits: tuple[HostFit, HostFit] | None = None
        self._anchored_us = 0
        self._done_s = -np.inf

    @property
    def stations(self) -> tuple[Station, Station]:
        """Left, then right."""
        left, right = (stream.station for stream in self._streams.values())
        return left, right

    @property
    def state(self) -> LinkState:
        """That of the worse of both."""
        states = [station.device.state for station in self.stations]
        if LinkState.CLOSED in states:
            return LinkState.CLOSED
        return next((state for state in states if state is not LinkState.STREAMING), states[0])

    @property
    def base_s(self) -> float | None:
        """Repetitions are told on the axis of `trace` already."""
        return None

    @property
    def recorded_s(self) -> float:
        return min(station.recorded_s for station in self.stations)

    def statuses(self) -> tuple[DeviceStatus, ...]:
        return tuple(station.status() for station in self.stations)

    def sides(self, _test: StrengthTest, _limb: Side | None) -> tuple[Side | None, ...]:
        return (Side.LEFT, Side.RIGHT)

    def watch(
        self,
        on_rep: Callable[[RepEvent], None],
        on_state: Callable[[LinkState, str], None],
        on_full: Callable[[str], None],
    ) -> None:
        """Tell from now on what happens; begins the live picture."""
        self.on_rep, self.on_state = on_rep, on_state
        for side, stream in self._streams.items():
            stream.station.watch(ignore, partial(self._state, side), on_full)
            stream.station.on_samples = partial(self._take, side)
        self._anchor()

    def unwatch(self) -> None:
        self.on_rep, self.on_state = ignore, ignore_state
        for station in self.stations:
            station.unwatch()

    async def take_zero(self) -> None:
        """The zero of both. Raises `ZeroRefusedError` naming the side; the others are kept."""
        for side, stream in self._streams.items():
            try:
                await stream.station.take_zero()
            except ZeroRefusedError as refusal:
                raise ZeroRefusedError(refusal.reason, f"{_name(side)}: {refusal}") from refusal

    def begin(self, folder: Path, plan: TrialPlan) -> None:
        """Start both journals, or none. Raises `StoreError`."""
        (left, right), ids = self.stations, (uuid7(), uuid7())
        left.begin(folder, replace(plan, limb=Side.LEFT), trial_id=ids[0], partner=ids[1])
        try:
            right.begin(folder, replace(plan, limb=Side.RIGHT), trial_id=ids[1], partner=ids[0])
        except BaseException:
            left.abandon()
            raise
        self._anchor()
        self._detector = RepDetector(plan.test.rep_rule.for_target(plan.target_n))

    async def finish_all(self, state: TrialState = TrialState.COMPLETE) -> Finished:
        """End both trials, each with its place on the axis that they share."""
        self._detector = None
        places = self._places()
        began_s = self.stations[0].base_s
        paths = await asyncio.gather(
            *(
                station.finish(state, place)
                for station, place in zip(self.stations, places, strict=True)
            )
        )
        return Finished(tuple(paths), began_s)

    def _places(self) -> tuple[Alignment | None, Alignment | None]:
        """Of the two running trials; None where one of them has no samples."""
        fits: list[HostFit] = []
        firsts: list[int] = []
        for station in self.stations:
            span = station.recorder.span_us if station.recorder is not None else None
            fit = station.device.host_fit(*span) if span is not None else None
            if span is None or fit is None:
                return None, None
            fits.append(fit)
            firsts.append(span[0])
        left, right = fits
        start_us = left.stream_of(right.host_of(firsts[1])) - firsts[0]
        error_s = alignment_error_us(left, right) / left.rate * 1e-6
        rate = right.rate / left.rate
        return Alignment(0.0, 1.0, error_s), Alignment(start_us * 1e-6, rate, error_s)

    def _anchor(self) -> None:
        """Lay the right device's clock along the left one's anew: they drift apart."""
        found: list[HostFit] = []
        for station in self.stations:
            last_us = station.device.last_us
            fit = station.device.host_fit(last_us - _RECENT_US, last_us)
            if fit is None:
                return
            found.append(fit)
        left, right = found
        self._fits = left, right
        self._anchored_us = self.stations[0].device.last_us

    def _take(self, side: Side, t_us: Microseconds, force: Newtons) -> None:
        stream, other = self._streams[side], self._streams[side.other]
        is_old = t_us[-1] - self._anchored_us > _ANCHOR_US and self._detector is None
        if side is Side.LEFT and (self._fits is None or is_old):
            self._anchor()
        if self._fits is None:
            return
        t = self._shared(side, t_us, *self._fits)
        if t[0] - stream.last_s > _HOLE_S:
            other.drop(stream.last_s, float(t[0]))
        stream.add(t, force[:, 0])
        self._merge(min(stream.last_s, other.last_s))

    def _shared(self, side: Side, t_us: Microseconds, left: HostFit, right: HostFit) -> Array:
        """Stream times on the axis of both, ``(n,) s``."""
        if side is Side.LEFT:
            return (t_us * 1e-6).astype(np.float64)
        host_us = right.host_us + right.rate * (t_us - right.at_us)
        along_us = left.at_us + (host_us - left.host_us) / left.rate
        return (along_us * 1e-6).astype(np.float64)

    def _merge(self, until_s: float) -> None:
        """Rows for every sample of either up to a moment that both have passed."""
        parts = [stream.take(until_s) for stream in self._streams.values()]
        t = np.union1d(parts[0][0], parts[1][0])
        t = t[t > self._done_s]
        if not len(t):
            return
        columns = [
            stream.held(*part, t)
            for stream, part in zip(self._streams.values(), parts, strict=True)
        ]
        force = np.column_stack(columns)
        self._done_s = float(t[-1])
        self.trace.append(t, force)
        if self._detector is not None:
            for event in self._detector.feed(t, force):
                self.on_rep(event)

    def _state(self, side: Side, state: LinkState, cause: str) -> None:
        """One that is gone holds the test up; it goes on when both are there again."""
        if state is LinkState.STREAMING:
            if self.state is LinkState.STREAMING:
                self.on_state(state, cause)
        elif state in (LinkState.LOST, LinkState.CLOSED):
            self.on_state(state, f"{_name(side)}: {cause}" if cause else _name(side))


Array = NDArray[np.float64]


def _nothing() -> Array:
    return np.empty(0)


@dataclass(slots=True, eq=False)
class _Stream:
    """What one device sent that the other has not reached yet, on the axis of the live picture."""

    station: Station
    last_s: float = -np.inf
    _t: Array = field(default_factory=_nothing)
    _force: Array = field(default_factory=_nothing)
    _held_n: float = 0.0

    def add(self, t: Array, force: Array) -> None:
        self._t, self._force = np.concatenate((self._t, t)), np.concatenate((self._force, force))
        self.last_s = float(t[-1])

    def drop(self, first_s: float, last_s: float) -> None:
        """Of a stretch in which the other was silent nothing is drawn."""
        keep = (self._t <= first_s) | (self._t >= last_s)
        self._t, self._force = self._t[keep], self._force[keep]

    def take(self, until_s: float) -> tuple[Array, Array]:
        """What lies up to this moment; it is then gone from here."""
        ripe = self._t <= until_s
        taken = self._t[ripe], self._force[ripe]
        self._t, self._force = self._t[~ripe], self._force[~ripe]
        return taken

    def held(self, t: Array, force: Array, at: Array) -> Array:
        """The force at each of the moments `at`: that of the last sample before it."""
        place = np.searchsorted(t, at, side="right") - 1
        values = np.full(len(at), self._held_n)
        values[place >= 0] = force[place[place >= 0]]
        if len(force):
            self._held_n = float(force[-1])
        return values


def _name(side: Side) -> str:
    return f"{side.value.capitalize()} device"

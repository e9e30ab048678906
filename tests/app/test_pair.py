"""Two Chronojump sensors as left and right: real ports, clocks that drift, true times known."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.device_pool import force_station
from app.headless import EndRule, record_trials, take_zero_patiently
from app.links import serial_link
from app.pair import Pair
from app.results import compare_set
from app.station import Station, TrialPlan
from app.visits import unassigned, visit_of
from data.analysis.types import Side
from data.clinical.catalogue import tests as strength_tests
from data.ids import uuid7
from data.intake import save_capture
from data.journal import read_journal
from data.pairing import on_axis_of, partner_of, reps_within
from data.records import Alignment, Trial
from data.store import Store
from devices.catalog import FORCE_MODELS
from devices.errors import ZeroRefusedError
from devices.types import LinkState
from firmware_sim.chronojump import ChronojumpFirmware
from firmware_sim.faults import Cut, FaultPlan
from firmware_sim.serve import serve_tcp
from tests.builders import START

RESONATOR = 5e-3  # how far the ceramic resonator of a small board may be off
TEST = strength_tests()["nordic.bil"]


class Sensor(ChronojumpFirmware):
    """Pulled on for two seconds from one of its own conversions on; it knows when that was."""

    def __init__(self, peak_n: float, speed: float, pull_at_s: float, **options: Any) -> None:
        super().__init__(boot_s=0.05, listen_s=0.03, **options)
        self.speed = speed
        self._peak_n = peak_n
        self._first = round(pull_at_s * self.rate_hz)
        self._last = self._first + round(2.0 * self.rate_hz)
        self._began_s = np.inf

    @property
    def pulled_at_s(self) -> float:
        """The pull's first conversion on the host's monotonic clock."""
        assert self._load_began_ns is not None
        device_s = (self._load_began_ns + self._first * self._period_ns) * 1e-9
        return self._began_s + device_s / self.speed

    def advance(self, seconds: float) -> list[bytes]:
        messages = super().advance(seconds)
        # The server is never ahead: its clock began at the earliest that this can be.
        now_s = time.monotonic() - self._now_ns * 1e-9 / self.speed
        self._began_s = min(self._began_s, now_s)
        return messages

    def _force(self, tick: int, n: int, cells: int = 1) -> NDArray[np.float64]:
        ticks = np.arange(tick, tick + n)
        pulls = (ticks >= self._first) & (ticks <= self._last)
        return super()._force(tick, n, cells) + self._peak_n * pulls[:, None]


@dataclass
class Setup:
    left: Sensor
    right: Sensor
    pair: Pair
    store: Store
    plan: TrialPlan

    async def record(self, seconds: float) -> list[Trial]:
        stop = asyncio.Event()
        assert await take_zero_patiently(self.pair, stop, _unheard)
        paths = await record_trials(
            self.pair, self.store.captures, self.plan, EndRule(seconds), stop, _unheard
        )
        return [save_capture(self.store, path) for path in paths]


@asynccontextmanager
async def two_sensors(
    folder: Path, *, drift: float = 0.0, pull_at_s: float = 4.0, faults: FaultPlan | None = None
) -> AsyncGenerator[Setup]:
    """`drift`: how much faster the left clock runs, and slower the right one."""
    left = Sensor(210.0, 1.0 + drift, pull_at_s, seed=1)
    right = Sensor(189.0, 1.0 - drift, pull_at_s + 0.2, seed=2)
    store = Store(folder / "x.db")
    store.open()
    async with AsyncExitStack() as running:
        running.callback(store.close)
        stations: list[Station] = []
        for sensor, plan in ((left, FaultPlan()), (right, faults or FaultPlan())):
            served = serve_tcp(plan.wrap(sensor), speed=sensor.speed)
            port = await running.enter_async_context(served)
            model = replace(FORCE_MODELS["chronojump"], boot_s=0.06)
            station = force_station(serial_link(port, model, is_virtual=True), model)
            running.push_async_callback(station.close)
            stations.append(station)
        await asyncio.gather(*(station.open() for station in stations))
        person = unassigned(store)
        visit = visit_of(store, person, START)
        plan = TrialPlan(TEST, person, visit.id, uuid7())
        yield Setup(left, right, Pair(*stations), store, plan)


def first_above(setup: Setup, trial: Trial) -> float:
    """The trial's own time of its first sample of the pull."""
    curve = setup.store.trials.curve(trial.id)
    return float(curve.t[int(np.argmax(curve.force[:, 0] > 100.0))])


async def test_the_stated_alignment_error_bounds_the_true_one(tmp_path: Path) -> None:
    async with two_sensors(tmp_path, drift=RESONATOR, pull_at_s=9.0) as setup:
        left, right = await setup.record(9.0)
        # On the axis of the left device, whose clock is fast.
        true_s = (1 + RESONATOR) * (setup.left.pulled_at_s - setup.right.pulled_at_s)
        places = left.header.alignment, right.header.alignment
        assert places[0] is not None
        assert places[1] is not None
        measured_s = places[0].shared_s(first_above(setup, left)) - places[1].shared_s(
            first_above(setup, right)
        )
        assert places[0].error_s == places[1].error_s
        assert abs(measured_s - true_s) <= places[0].error_s < 0.1
        assert places[0].rate == 1.0
        assert places[1].rate == pytest.approx(1 + 2 * RESONATOR, abs=0.3 * RESONATOR)


async def test_two_sensors_make_one_set_of_a_trial_for_each_limb(tmp_path: Path) -> None:
    async with two_sensors(tmp_path) as setup:
        left, right = await setup.record(5.5)
        assert [trial.header.channels[0].side for trial in (left, right)] == [Side.LEFT, Side.RIGHT]
        assert left.header.set_id == right.header.set_id
        assert (left.header.partner, right.header.partner) == (right.id, left.id)
        assert partner_of(left, (left, right)) == right
        compared = compare_set((left, right), TEST).asymmetry
        assert compared.left == pytest.approx(210.0, abs=0.5)
        assert compared.right == pytest.approx(189.0, abs=0.5)
        assert compared.value_percent == pytest.approx(10.0, abs=0.3)
        # Samples as each device sent them: none moved, none made.
        for trial in (left, right):
            steps = np.diff(setup.store.trials.curve(trial.id).t)
            assert steps == pytest.approx(1 / 84.75, abs=2e-6)
        moved = on_axis_of(left, right, setup.store.trials.curve(right.id))
        assert len(moved.t) == right.samples
        place = left.header.alignment
        assert place is not None
        begin = float(moved.t[int(np.argmax(moved.force[:, 0] > 100.0))])
        apart = setup.right.pulled_at_s - setup.left.pulled_at_s
        assert begin - first_above(setup, left) == pytest.approx(apart, abs=place.error_s)
        assert reps_within(left, begin, begin + 0.1) == [1]
        assert reps_within(left, 0.0, 0.1) == []
        # The live picture holds every sample of both, in order.
        t, force = setup.pair.trace.view()
        assert np.all(np.diff(t) > 0)
        assert len(t) > left.samples + 0.95 * right.samples
        assert force.max(axis=0) == pytest.approx([210.0, 189.0], abs=0.5)


async def test_a_link_that_is_cut_on_one_side_leaves_a_gap_there_only(tmp_path: Path) -> None:
    faults = FaultPlan((Cut(at_s=3.0, seconds=0.6),))
    async with two_sensors(tmp_path, faults=faults, pull_at_s=20.0) as setup:
        heard: list[tuple[LinkState, str]] = []
        back, stop = asyncio.Event(), asyncio.Event()

        def hear(state: LinkState, cause: str) -> None:
            heard.append((state, cause))
            if state is LinkState.STREAMING:
                back.set()

        assert await take_zero_patiently(setup.pair, stop, _unheard)
        setup.pair.watch(_unheard_rep, hear, _unheard)
        setup.pair.begin(setup.store.captures, setup.plan)
        await asyncio.wait_for(back.wait(), 10.0)
        await asyncio.sleep(0.3)
        finished = await setup.pair.finish_all()
        left, right = (save_capture(setup.store, path) for path in finished.paths)
        assert heard[0][0] is LinkState.LOST
        assert heard[0][1].startswith("Right device: ")
        assert not left.gaps
        assert len(right.gaps) == 1
        t, _ = setup.pair.trace.view()
        assert np.diff(t).max() > 0.5  # nothing is drawn of what one did not see


async def test_a_loaded_sensor_is_named_when_its_zero_is_refused(tmp_path: Path) -> None:
    async with two_sensors(tmp_path, pull_at_s=0.3) as setup:
        await asyncio.sleep(1.8)
        with pytest.raises(ZeroRefusedError, match=r"^(Left|Right) device: "):
            await setup.pair.take_zero()


async def test_a_trial_that_is_abandoned_leaves_no_journal(tmp_path: Path) -> None:
    async with two_sensors(tmp_path) as setup:
        left = setup.pair.stations[0]
        left.begin(tmp_path / "captures", setup.plan)
        left.abandon()
        assert list((tmp_path / "captures").iterdir()) == []
        assert left.recorder is None


async def test_a_recording_that_a_crash_ended_knows_its_partner_but_no_alignment(
    tmp_path: Path,
) -> None:
    async with two_sensors(tmp_path) as setup:
        setup.pair.begin(setup.store.captures, setup.plan)
        await asyncio.sleep(0.5)
        recorders = [station.recorder for station in setup.pair.stations]
        left, right = (read_journal(each.path).header for each in recorders if each is not None)
        assert (left.partner, right.partner) == (right.id, left.id)
        assert left.alignment is None
        await setup.pair.finish_all()


def test_a_place_on_the_shared_axis_goes_both_ways() -> None:
    place = Alignment(start_s=2.0, rate=1.001, error_s=0.02)
    assert place.shared_s(10.0) == pytest.approx(12.01)
    assert place.own_s(12.01) == pytest.approx(10.0)


def _unheard(_text: str) -> None:
    return


def _unheard_rep(_event: object) -> None:
    return

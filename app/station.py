"""A force device in use: its live trace, its zero, and the recorder while a trial runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np

from app.live import LiveTrace
from app.recorder import Recorder
from app.status import DeviceStatus
from app.version import program_version
from data.analysis.reps import RepEvent
from data.analysis.types import Side
from data.calibrations import InForce
from data.clinical.gravity import GravityMethod
from data.clinical.tests import Laterality, Stabilisation, StrengthTest
from data.ids import uuid7
from data.records import Alignment, Person, TrialChannel, TrialHeader, TrialState
from devices.errors import DeviceError, ZeroRefusedError
from devices.force import ForceDevice
from devices.types import (
    ChannelCalibration,
    ChannelInfo,
    DeviceInfo,
    Evidence,
    ForceBlock,
    Gap,
    HostCalibration,
    LinkState,
    Microseconds,
    Newtons,
    Position,
    Zero,
)
from drivers.link import LinkError
from protocols.events import ChannelProblem

TRACE_S = 12.0
_PROBLEMS = {
    ChannelProblem.SATURATED.value: "is at the end of its range",
    ChannelProblem.OPEN.value: "does not answer",
    ChannelProblem.UNCALIBRATED.value: "is not calibrated",
}
_ZERO_DEADLINE_S = 3.0
_ZERO_RETRY_S = 0.2

FindCalibrations = Callable[[DeviceInfo, bool], Awaitable[InForce]]
"""What the clinic's records say of a device that has just said who it is; True: it is virtual."""


async def no_records(_device: DeviceInfo, _is_virtual: bool) -> InForce:
    return InForce()


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """What a trial is for; `set_id` joins the trials of one run of a test."""

    test: StrengthTest
    person: Person
    session_id: UUID
    set_id: UUID
    limb: Side | None = None
    posture: str = ""
    lever_m: float | None = None
    gravity_n: float | None = None
    gravity: GravityMethod | None = None
    stabilisation: Stabilisation | None = None
    target_n: float | None = None
    both_injured: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """Closed capture files, and where their trials began on the axis of the live trace, where that
    is needed to find repetitions in them again."""

    paths: tuple[Path, ...]
    began_s: float | None = None


class Station:
    """Lives in the devices thread; only `trace` and the plain attributes are read elsewhere.

    Order for every block: journal, repetitions, live trace. `on_change` is told when something
    other than the curve changed. `built_in` are the calibrations of a virtual device that sends
    raw counts; the clinic's own go before them.
    """

    def __init__(
        self,
        device: ForceDevice,
        link_name: str,
        *,
        is_virtual: bool,
        find_calibrations: FindCalibrations = no_records,
        built_in: Sequence[HostCalibration] = (),
    ) -> None:
        self.device = device
        self.in_force = InForce()
        self.shows_counts = False
        self._find_calibrations = find_calibrations
        self._built_in = tuple(built_in)
        self.link_name = link_name
        self.is_virtual = is_virtual
        self.side: Side | None = None  # the limb that a device with one cell is set up for
        self.trace = LiveTrace(len(device.channels), round(TRACE_S * device.model.rate_hz))
        self.zeros: tuple[Zero, ...] | None = None
        self.recorder: Recorder | None = None
        self.gaps: list[Gap] = []
        self.problems: frozenset[tuple[int, str]] = frozenset()
        self.overloaded_at_us: int | None = None
        self.on_rep: Callable[[RepEvent], None] = ignore
        self.on_state: Callable[[LinkState, str], None] = ignore_state
        self.on_full: Callable[[str], None] = ignore
        self.on_samples: Callable[[Microseconds, Newtons], None] = _ignore_samples
        self.on_begin: Callable[[Station, TrialPlan], None] = _ignore_begin
        self._offsets = np.zeros(len(device.channels))
        self._away = ""  # why the device is not there now
        device.on_block = self._block
        device.on_gap = self._gap
        device.on_state = self._state
        device.on_problem = self._problem

    async def open(self, *, may_be_uncalibrated: bool = False) -> None:
        """Connect and stream. Raises `LinkError` or `DeviceError`; closed again if it fails.

        A device that sends raw counts and was never calibrated is refused, or only connected.
        """
        await self.device.connect()
        try:
            await self._take_calibrations()
            if self.device.is_calibrated or not may_be_uncalibrated:
                await self.device.start()
        except (LinkError, DeviceError):
            await self.device.close()
            raise

    async def close(self) -> None:
        await self.device.close()

    async def show_counts(self, channel: int) -> None:
        """Stream the raw counts of one channel in the place of newtons, to calibrate it.

        Raises `LinkError` or `DeviceError`.
        """
        await self.device.stop()
        self.device.use_raw_counts(channel)
        self.shows_counts = True
        self._begin_anew()
        await self.device.start()

    @property
    def channel_numbers(self) -> tuple[int, ...]:
        """The device's own number of each channel that it delivers."""
        hosts = self.in_force.hosts or self._built_in
        if self.device.model.needs_calibration and hosts:
            return tuple(sorted(host.channel for host in hosts))
        return tuple(range(len(self.device.channels)))

    async def measure(self) -> None:
        """Measure with the calibrations that the records hold now; a stream begins anew only where
        the device needs them. Raises `LinkError` or `DeviceError`."""
        if not self.device.model.needs_calibration:
            await self._take_calibrations()
            return
        await self.device.stop()
        await self._take_calibrations()
        if self.device.is_calibrated:
            await self.device.start()

    async def take_zero(self) -> tuple[Zero, ...]:
        """Zero from the last quiet stretch, waiting for one long enough at the stream's start.

        Raises `ZeroRefusedError`; the zero before is kept.
        """
        deadline = asyncio.get_running_loop().time() + _ZERO_DEADLINE_S
        while True:
            try:
                zeros = self.device.zero()
                break
            except ZeroRefusedError as refusal:
                is_late = asyncio.get_running_loop().time() > deadline
                if refusal.reason != "short" or is_late:
                    raise
            await asyncio.sleep(_ZERO_RETRY_S)
        self.zeros = zeros
        self._offsets = np.array([zero.offset_n for zero in zeros])
        return zeros

    @property
    def state(self) -> LinkState:
        return self.device.state

    @property
    def base_s(self) -> float | None:
        """Where the running trial begins on the axis of `trace`; None without a sample yet."""
        return self.recorder.base_s if self.recorder is not None else None

    @property
    def recorded_s(self) -> float:
        """How long the running trial is by now."""
        return self.recorder.last_s if self.recorder is not None else 0.0

    def watch(
        self,
        on_rep: Callable[[RepEvent], None],
        on_state: Callable[[LinkState, str], None],
        on_full: Callable[[str], None],
    ) -> None:
        """Tell from now on what happens, in the devices thread."""
        self.on_rep, self.on_state, self.on_full = on_rep, on_state, on_full

    def unwatch(self) -> None:
        """Nobody listens any more; a recorder that runs goes on to its end."""
        self.on_rep, self.on_state, self.on_full = ignore, ignore_state, ignore
        self.on_samples = _ignore_samples

    def begin(
        self,
        folder: Path,
        plan: TrialPlan,
        *,
        trial_id: UUID | None = None,
        partner: UUID | None = None,
    ) -> TrialHeader:
        """Start the journal of a trial; its first sample is the next one to come. `partner` is the
        trial that another device begins with it.

        Raises `StoreError` when the journal cannot be made.
        """
        header = replace(self._header(plan), id=trial_id or uuid7(), partner=partner)
        self.gaps = []
        rule = plan.test.rep_rule.for_target(plan.target_n)
        recorder = Recorder(folder, header, rule)
        recorder.on_rep = lambda event: self.on_rep(event)
        recorder.on_full = lambda message: self.on_full(message)
        for channel, problem in self.problems:
            recorder.problem(channel, problem, begins=True)
        self.recorder = recorder
        self.on_begin(self, plan)
        return header

    async def finish(
        self, state: TrialState = TrialState.COMPLETE, alignment: Alignment | None = None
    ) -> Path:
        """End the trial: its journal, closed and on disk."""
        recorder = self.recorder
        if recorder is None:
            raise RuntimeError("no trial is running")
        self.recorder = None
        if self._away:
            recorder.missing_to_the_end(self._away)
        return await recorder.finish(state, alignment)

    async def finish_all(self, state: TrialState = TrialState.COMPLETE) -> Finished:
        """The same, as two devices with a trial each answer it."""
        return Finished((await self.finish(state),))

    def abandon(self) -> None:
        """Take back a trial that has only just begun."""
        recorder, self.recorder = self.recorder, None
        if recorder is not None:
            recorder.abandon()

    def statuses(self) -> tuple[DeviceStatus, ...]:
        return (self.status(),)

    def status(self) -> DeviceStatus:
        """From any thread: how the device is now."""
        device = self.device
        dates = [c.calibrated_on for c in device.calibrations if c.calibrated_on]
        dates += [check.checked_on for check in self.in_force.checks if not dates]
        return DeviceStatus(
            name=device.info.name,
            model=device.model.name,
            link_state=device.state,
            rate_hz=device.rate_hz,
            lost_percent=device.lost_percent,
            battery_percent=device.battery.percent,
            battery_v=device.battery.volts,
            is_virtual=self.is_virtual,
            attention=self._attention(),
            link=self.link_name,
            serial=device.info.serial,
            firmware=device.info.firmware,
            calibrated_on=min(dates, default=None),
            calibration_due=self.in_force.due_on.isoformat() if self.in_force.due_on else None,
            is_uncalibrated=not device.is_calibrated or self.shows_counts,
            is_zeroed=self.zeros is not None,
            model_id=device.model.id,
            maker=device.model.maker,
            is_experimental=device.model.evidence is Evidence.THIRD_PARTY,
            tells_loss=device.model.loss_detectable,
            is_force=True,
            cells=len(device.channels),
            position=Position(self.side) if self.side else None,
        )

    def _attention(self) -> str | None:
        if self.device.state in (LinkState.LOST, LinkState.RECONNECTING):
            by_hand = self.device.model.comeback
            return by_hand or "Not answering; reconnecting by itself."
        if self.device.has_low_battery:
            return "Battery almost empty: it will switch itself off. Charge it after this trial."
        if self.problems:
            channel, problem = min(self.problems)
            cell = self.device.channels[channel].position
            return f"The {cell} cell {_PROBLEMS[problem]}: its force cannot be trusted."
        if self.overloaded_at_us is not None:
            return "A cell was pulled above its rated load. Check it with a known mass."
        return self._attention_to_calibration()

    def _attention_to_calibration(self) -> str | None:
        if self.shows_counts:
            return "It shows raw counts while it is being calibrated."
        if not self.device.is_calibrated:
            return "It sends raw counts: measure it first, with Calibrate on the devices page."
        due_on = self.in_force.due_on
        if due_on is not None and due_on < datetime.now(UTC).astimezone().date():
            return f"Calibration past its date (due {due_on.isoformat()}): check or calibrate it."
        if any(check.is_within is False for check in self.in_force.checks):
            return "Its last check with a known mass was outside your limit: calibrate it again."
        return None

    def sides(self, plan_test: StrengthTest, limb: Side | None) -> tuple[Side | None, ...]:
        return sides_of(self.device.channels, plan_test, limb)

    def _header(self, plan: TrialPlan) -> TrialHeader:
        now = datetime.now(UTC)
        offset = now.astimezone().utcoffset()
        device = self.device
        sides = self.sides(plan.test, plan.limb)
        channels = tuple(
            TrialChannel(
                position=channel.position,
                side=side,
                capacity_n=channel.capacity_n,
                resolution_n=channel.resolution_n,
                zero=self.zeros[i] if self.zeros else None,
                calibration=self._calibration(i),
            )
            for i, (channel, side) in enumerate(zip(device.channels, sides, strict=True))
        )
        return TrialHeader(
            id=uuid7(),
            session_id=plan.session_id,
            person_id=plan.person.id,
            set_id=plan.set_id,
            test_id=plan.test.id,
            started_at=now,
            utc_offset_min=round(offset.total_seconds() / 60) if offset else 0,
            device_model=device.model.id,
            device=device.info,
            link=self.link_name,
            is_virtual=self.is_virtual,
            nominal_rate_hz=device.model.rate_hz,
            channels=channels,
            allows_rfd=device.model.rfd_refused is None,
            rfd_refused=device.model.rfd_refused,
            timing_refused=device.model.timing_refused,
            tells_loss=device.model.loss_detectable,
            posture=plan.posture,
            lever_m=plan.lever_m,
            body_mass_kg=plan.person.body_mass_kg,
            gravity_n=plan.gravity_n,
            gravity=GravityMethod.NONE if plan.gravity_n is None else plan.gravity,
            stabilisation=plan.stabilisation or plan.test.stabilisation,
            target_n=plan.target_n,
            injured=plan.person.injured,
            both_injured=plan.both_injured,
            dominant=plan.person.dominant,
            program_version=program_version(),
        )

    def _calibration(self, place: int) -> ChannelCalibration:
        number = self.channel_numbers[place]
        return self.in_force.applied_to(self.device.calibrations[place], number)

    async def _take_calibrations(self) -> None:
        is_to_be_replaced = bool(self.in_force.hosts) or self.shows_counts
        self.in_force = await self._find_calibrations(self.device.info, self.is_virtual)
        self.shows_counts = False
        hosts = self.in_force.hosts or self._built_in
        if self.device.model.needs_calibration and (hosts or is_to_be_replaced):
            self.device.use_calibrations(hosts)
            self._begin_anew()

    def _begin_anew(self) -> None:
        """The channels are others now, and so is what a unit of them means."""
        channels = len(self.device.channels)
        self.trace = LiveTrace(channels, self.trace.capacity)
        self.zeros, self._offsets = None, np.zeros(channels)
        self.problems = frozenset()

    def _block(self, block: ForceBlock) -> None:
        if self.recorder is not None:
            self.recorder.block(block)
        net = block.force - self._offsets
        self.trace.append(block.t, net)
        self.on_samples(block.t_us, net)

    def _gap(self, gap: Gap) -> None:
        if self.recorder is not None:
            self.recorder.gap(gap)
        self.gaps.append(gap)

    def _problem(self, t_us: int, channel: int, problem: ChannelProblem, begins: bool) -> None:
        key = (channel, problem.value)
        if problem is ChannelProblem.OVERLOAD:
            self.overloaded_at_us = t_us
        else:
            self.problems = self.problems | {key} if begins else self.problems - {key}
        if self.recorder is not None:
            self.recorder.problem(channel, problem.value, begins=begins)

    def _state(self, state: LinkState, cause: str) -> None:
        if state is LinkState.STREAMING:
            self._away = ""
        elif state is LinkState.LOST:
            self._away = cause
        self.on_state(state, cause)


def sides_of(
    channels: tuple[ChannelInfo, ...], test: StrengthTest, limb: Side | None
) -> tuple[Side | None, ...]:
    """The limb on each cell: both cells of a board in a bilateral test, else the one whose
    turn it is; None where nobody pulls or it is not known."""
    if len(channels) == 1:
        return (limb,)
    by_cell = {Position.LEFT: Side.LEFT, Position.RIGHT: Side.RIGHT}
    if test.laterality is Laterality.BILATERAL:
        return tuple(by_cell.get(channel.position) for channel in channels)
    return tuple(
        limb if limb is not None and by_cell.get(channel.position) is limb else None
        for channel in channels
    )


def ignore(_value: object) -> None:
    """Nobody listens."""


def ignore_state(_state: LinkState, _cause: str) -> None:
    """Nobody listens."""


def _ignore_samples(_t_us: Microseconds, _net: Newtons) -> None:
    return


def _ignore_begin(_station: Station, _plan: TrialPlan) -> None:
    return

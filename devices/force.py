"""A force-measuring device: its samples on one time axis, its gaps told and never filled."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from devices.base import Device
from devices.clock import GAP_PERIODS, Timeline
from devices.declaration import ForceModel
from devices.errors import DeviceSwappedError, RequestRejectedError, UnsupportedDeviceError
from devices.types import (
    ChannelCalibration,
    ChannelInfo,
    DeviceInfo,
    ForceBlock,
    Gap,
    LinkState,
    Microseconds,
    Newtons,
    Position,
    Zero,
)
from devices.zero import measure_zero
from drivers.link import Link
from protocols.codec import Framing, ProtocolError
from protocols.events import (
    BatteryLevel,
    Calibration,
    CellSide,
    ChannelProblem,
    ChannelRecovered,
    ChannelStatus,
    Event,
    ForceSamples,
    Identity,
    LowBattery,
    Noise,
    Rejected,
    Restarted,
    SamplesLost,
    ShuttingDown,
    StreamStarted,
    StreamStopped,
)
from protocols.gate import RequestClass

_START_S = 3.0
_RATE_WINDOW_S = 2.0
_ZERO_WINDOW_S = 1.5
_REST_S = 0.2  # samples of a stopped stream are still on their way as long as this


class ForceDevice(Device):
    """Samples arrive at `on_block`, missing stretches at `on_gap`, in stream order.

    `on_problem` tells (stream time in µs, channel, problem, begins or ends) for samples that must
    not be taken as good; `on_event` passes on what else the device says (battery, button, log).
    """

    allowed = frozenset({RequestClass.QUERY, RequestClass.STREAM})

    def __init__(self, model: ForceModel, link: Link, framing: Framing) -> None:
        self.model = model
        self.codec = model.codec(framing)
        super().__init__(link, self.codec)
        self.info = DeviceInfo(model=model.id, name=model.name)
        self.channels: tuple[ChannelInfo, ...] = model.channels
        self.calibrations = [ChannelCalibration() for _ in model.channels]
        self.battery = BatteryLevel()
        self.has_low_battery = False
        self.noise: Counter[str] = Counter()
        self.samples = 0
        self.lost = 0
        self.on_block: Callable[[ForceBlock], None] = _ignore
        self.on_gap: Callable[[Gap], None] = _ignore
        self.on_problem: Callable[[int, int, ChannelProblem, bool], None] = _ignore_problem
        self.on_event: Callable[[Event], None] = _ignore
        self._wants_stream = False
        self._rest_until_s = 0.0
        self._confirmed = False
        self._rejection: Rejected | None = None
        self._pending_loss: SamplesLost | None = None
        self._next_index = 0
        self._period_us = 1e6 / model.rate_hz
        self._timeline = Timeline(self._period_us)
        self._recent: deque[tuple[int, int]] = deque()
        self._quiet: deque[ForceBlock] = deque()
        self._boot_id: int | None = None

    @property
    def rate_hz(self) -> float | None:
        """Measured over the last two seconds of device time; None before that is known."""
        if len(self._recent) < 2:
            return None
        (first_us, _), (last_us, _) = self._recent[0], self._recent[-1]
        counted = sum(n for _, n in list(self._recent)[1:])
        return counted / ((last_us - first_us) * 1e-6) if last_us > first_us else None

    @property
    def lost_percent(self) -> float:
        """Share of samples known to be missing since the stream began."""
        total = self.samples + self.lost
        return 100.0 * self.lost / total if total else 0.0

    async def start(self) -> None:
        """Begin the stream: time 0 is its first sample. Raises `LinkError`, `DeviceError`."""
        # Not every format marks its first sample: the rest of the last stream must be gone.
        await asyncio.sleep(self._rest_until_s - asyncio.get_running_loop().time())
        self._timeline = Timeline(self._period_us)
        self._recent.clear()
        self._quiet.clear()
        self._next_index = self.samples = self.lost = 0
        self._pending_loss = None
        self._wants_stream = True
        try:
            await self._start_stream()
        except BaseException:
            self._wants_stream = False
            raise

    async def stop(self) -> None:
        """End the stream. Raises `LinkError`."""
        self._wants_stream = False
        if self.state is LinkState.STREAMING:
            self._set_state(LinkState.READY, "")
            await self._send(self.codec.stop())
            self._rest_until_s = asyncio.get_running_loop().time() + _REST_S

    def zero(self) -> tuple[Zero, ...]:
        """The zero of each channel from the last quiet stretch of the running stream.

        Raises `ZeroRefusedError` when it was too short, loaded, unquiet or drifting.
        """
        if not self._quiet:
            return measure_zero(np.empty(0, np.int64), np.empty((0, 0)), self.channels)
        t_us = np.concatenate([block.t_us for block in self._quiet])
        force = np.concatenate([block.force for block in self._quiet])
        return measure_zero(t_us, force, self.channels)

    async def _greet(self) -> None:
        known = self.info
        self.codec.reset()
        self._confirmed = False
        for request in self.codec.identify():
            await self._ask(request, self._nothing_pending, f"An answer of {self.model.name}")
        if known.serial and self.info.serial and known.serial != self.info.serial:
            found, self.info = self.info.serial, known
            raise DeviceSwappedError(known.serial, found)

    async def _resume(self) -> None:
        if self._wants_stream:
            await self._start_stream()
        else:
            self._set_state(LinkState.READY, "reconnected")

    async def _farewell(self) -> None:
        if self._wants_stream:
            await self.stop()

    async def _start_stream(self) -> None:
        self._confirmed = False
        self._rejection = None
        try:
            request = self.codec.start()
        except ProtocolError as error:
            raise UnsupportedDeviceError(str(error)) from error
        await self._send(request)
        await self._wait_for(
            lambda: self._confirmed or self._rejection is not None, _START_S, "The first sample"
        )
        if self._rejection is not None:
            raise RequestRejectedError(
                f"{self.model.name} refused to start: {self._rejection.reason}. "
                "Nothing recorded is lost. Switch it off and on, then connect again."
            )
        self._set_state(LinkState.STREAMING, "")

    def _interrupted(self, cause: str) -> None:
        self._timeline.interrupt(cause)

    def _keep_alive(self) -> tuple[float, bytes] | None:
        message = self.codec.keep_alive()
        if message is None or self.codec.keep_alive_s is None:
            return None
        return self.codec.keep_alive_s, message

    def _silence_limit_s(self) -> float | None:
        if self.state is LinkState.STREAMING:
            return max(1.0, 5.0 / self.model.rate_hz)
        return None

    def _nothing_pending(self) -> bool:
        return self.codec.pending == 0

    def _receive(self, data: bytes) -> None:
        for event in self.codec.receive(data):
            self._take(event)

    def _take(self, event: Event) -> None:
        match event:
            case ForceSamples():
                if self._wants_stream:  # else: the rest of an earlier run
                    self._confirmed = True
                    self._take_samples(event)
            case SamplesLost():
                self._pending_loss = event
            case ChannelStatus() | ChannelRecovered():
                is_bad = isinstance(event, ChannelStatus)
                self.on_problem(self._timeline.last_us, event.channel, event.problem, is_bad)
            case StreamStarted():
                if event.rate_hz:
                    self._period_us = 1e6 / event.rate_hz
            case StreamStopped():
                pass
            case Identity():
                self._merge(event)
            case Calibration():
                self._calibrate(event)
            case BatteryLevel():
                self.battery = event
            case Noise():
                self.noise[event.reason] += 1
            case Rejected():
                self._rejection = event
            case Restarted():
                self._timeline.interrupt("the device restarted")
            case _:
                pass
        if isinstance(event, LowBattery):
            self.has_low_battery = True
        if isinstance(event, (BatteryLevel, LowBattery, Restarted, ShuttingDown, Rejected)):
            self.on_event(event)

    def _merge(self, identity: Identity) -> None:
        if identity.boot_id is not None:
            if self._boot_id not in (None, identity.boot_id):
                self._timeline.interrupt("the device restarted")
            self._boot_id = identity.boot_id
        if identity.first_channel is CellSide.RIGHT and len(self.channels) == 2:
            right, left = self.channels
            self.channels = (
                replace(right, position=Position.RIGHT),
                replace(left, position=Position.LEFT),
            )
        self.info = replace(
            self.info,
            serial=identity.serial or self.info.serial,
            firmware=identity.firmware or self.info.firmware,
        )

    def _calibrate(self, event: Calibration) -> None:
        if event.channel >= len(self.channels):
            return
        channels = list(self.channels)
        channels[event.channel] = replace(
            channels[event.channel],
            capacity_n=event.capacity_n or channels[event.channel].capacity_n,
            resolution_n=abs(event.newtons_per_count),
        )
        self.channels = tuple(channels)
        self.calibrations[event.channel] = ChannelCalibration(
            newtons_per_count=event.newtons_per_count,
            zero_counts=event.zero_counts,
            uncertainty_percent=event.uncertainty_percent,
            calibrated_on=event.calibrated_on.isoformat() if event.calibrated_on else None,
            cell_serial=event.cell_serial,
            record_hex=event.record.hex() or None,
        )

    def _take_samples(self, event: ForceSamples) -> None:
        """Place each run without a jump inside; a message may hold several."""
        t_us, force = self._without_repeats(event.t_us, event.force)
        if not len(t_us):
            return
        host_us = time.monotonic_ns() // 1000
        jumps = np.flatnonzero(np.diff(t_us) > GAP_PERIODS * self._period_us) + 1
        for times, rows in zip(np.split(t_us, jumps), np.split(force, jumps), strict=True):
            self._emit(times, rows, host_us)

    def _without_repeats(self, t_us: Microseconds, force: Newtons) -> tuple[Microseconds, Newtons]:
        """Drop what is not later than the last sample delivered, and anything not rising."""
        rising = np.concatenate(([True], np.diff(t_us) > 0))
        fresh = rising & ~self._timeline.is_repeat(t_us)
        if bool(np.all(fresh)):
            return t_us, force
        self.noise["repeated samples"] += int(np.count_nonzero(~fresh))
        return t_us[fresh], force[fresh]

    def _emit(self, t_us: Microseconds, force: Newtons, host_us: int) -> None:
        loss, self._pending_loss = self._pending_loss, None
        placed, gap = self._timeline.place(
            t_us, host_us, loss.samples if loss else None, loss.reason if loss else None
        )
        if gap is not None:
            self._next_index += gap.samples or 0
            self.lost += gap.samples or 0
            self.on_gap(gap)
        block = ForceBlock(placed, force, self._next_index)
        self._next_index += len(placed)
        self.samples += len(placed)
        self._remember(block)
        self.on_block(block)

    def _remember(self, block: ForceBlock) -> None:
        last_us = int(block.t_us[-1])
        self._recent.append((last_us, len(block.t_us)))
        while last_us - self._recent[0][0] > _RATE_WINDOW_S * 1e6:
            self._recent.popleft()
        self._quiet.append(block)
        while last_us - int(self._quiet[0].t_us[-1]) > _ZERO_WINDOW_S * 1e6:
            self._quiet.popleft()


def _ignore(_value: object) -> None:
    return


def _ignore_problem(_t_us: int, _channel: int, _problem: ChannelProblem, _is_bad: bool) -> None:
    return

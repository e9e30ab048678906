"""A force-measuring device: its samples on one time axis, its gaps told and never filled."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from devices.alignment import HostClock, HostFit
from devices.base import Device
from devices.declaration import ForceModel
from devices.errors import (
    DeviceSwappedError,
    ForbiddenRequestError,
    NotRespondingError,
    RequestRejectedError,
    UncalibratedError,
    UnsupportedDeviceError,
)
from devices.stream import SampleStream
from devices.types import (
    ChannelCalibration,
    ChannelInfo,
    DeviceInfo,
    ForceBlock,
    Gap,
    HostCalibration,
    LinkState,
    Position,
    Zero,
)
from devices.zero import measure_zero
from drivers.link import Link, LinkError
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
    RatedLoad,
    Rejected,
    Restarted,
    SamplesLost,
    ShuttingDown,
    StreamStarted,
    StreamStopped,
    TriggerEdge,
    UntimedSamples,
)
from protocols.gate import RequestClass

_START_S = 3.0
_STOP_TRIES = 10
_REST_S = 0.2  # samples of a stopped stream are still on their way as long as this
_OF_A_STREAM = (ForceSamples, UntimedSamples, SamplesLost, ChannelStatus)
_FOR_OTHERS = (BatteryLevel, LowBattery, Restarted, ShuttingDown, Rejected, TriggerEdge)


class ForceDevice(Device):
    """Samples arrive at `on_block`, missing stretches at `on_gap`, in stream order.

    `on_problem` tells (stream time in µs, channel, problem, begins or ends) for samples that must
    not be taken as good; `on_event` passes on what else the device says (battery, button, log).
    `calibrations` are ours, for a model that sends raw counts: it delivers these channels.
    """

    allowed = frozenset({RequestClass.QUERY, RequestClass.STREAM})

    def __init__(
        self,
        model: ForceModel,
        link: Link,
        framing: Framing,
        calibrations: Sequence[HostCalibration] = (),
    ) -> None:
        self.model = model
        self.codec = model.codec(framing)
        super().__init__(link, self.codec)
        self.info = DeviceInfo(model=model.id, name=model.name)
        self.channels: tuple[ChannelInfo, ...] = model.channels
        self.calibrations = [ChannelCalibration() for _ in model.channels]
        self.battery = BatteryLevel()
        self.has_low_battery = False
        self.noise: Counter[str] = Counter()
        self.on_block: Callable[[ForceBlock], None] = _ignore
        self.on_gap: Callable[[Gap], None] = _ignore
        self.on_problem: Callable[[int, int, ChannelProblem, bool], None] = _ignore_problem
        self.on_event: Callable[[Event], None] = _ignore
        self._stream = self._new_stream()
        self._host_clock = HostClock()
        self._wants_stream = False
        self._has_asked = False
        self._rest_until_s = 0.0
        self._confirmed = False
        self._has_stopped = False
        self._has_spoken = False
        self._is_calibrated = not model.needs_calibration
        self._rejection: Rejected | None = None
        self._poller: asyncio.Task[None] | None = None
        self._boot_id: int | None = None
        if calibrations:
            self._use(calibrations)

    @property
    def is_calibrated(self) -> bool:
        """Whether it can give newtons: by itself, or with a calibration of ours."""
        return self._is_calibrated

    def use_calibrations(self, calibrations: Sequence[HostCalibration]) -> None:
        """Measure with these from the next `start` on, for a model that sends raw counts; without
        any it measures nothing. Raises `ProtocolError` where newtons come from the device.
        """
        if self.state is LinkState.STREAMING:
            raise RuntimeError("a stream keeps the calibrations that it began with")
        self.codec.forget_calibrations()
        self._use(calibrations)

    def use_raw_counts(self, channel: int) -> None:
        """From the next `start` on this channel alone, its counts in the place of newtons."""
        self.use_calibrations([HostCalibration(channel, 1.0, 0.0, "", "")])

    @property
    def samples(self) -> int:
        """Delivered since the stream began."""
        return self._stream.samples

    @property
    def lost(self) -> int:
        """Known to be missing since the stream began."""
        return self._stream.lost

    @property
    def rate_hz(self) -> float | None:
        """Measured over the last two seconds; None before that is known."""
        return self._stream.rate_hz

    @property
    def lost_percent(self) -> float | None:
        """Share of samples known to be missing since the stream began; None where the model
        cannot tell, which is not 0."""
        if not self.model.loss_detectable:
            return None
        total = self.samples + self.lost
        return 100.0 * self.lost / total if total else 0.0

    @property
    def last_us(self) -> int:
        """Stream time of the last sample delivered."""
        return self._stream.last_us

    def host_fit(self, first_us: int, last_us: int) -> HostFit | None:
        """Where this stretch of the stream lies in the time of the host's loop."""
        return self._host_clock.fit(first_us, last_us, self._stream.period_us)

    async def start(self) -> None:
        """Begin the stream: time 0 is its first sample. Raises `LinkError`, `DeviceError`."""
        # Not every format marks its first sample: the rest of the last stream must be gone.
        await asyncio.sleep(self._rest_until_s - asyncio.get_running_loop().time())
        if not self._is_calibrated:
            raise UncalibratedError(self.model.name)
        self._stream = self._new_stream()
        self._host_clock = HostClock()
        self._wants_stream = True
        try:
            await self._start_stream()
        except BaseException:
            self._wants_stream = False
            raise

    async def stop(self) -> None:
        """End the stream. Raises `LinkError`, and `NotRespondingError` when it goes on."""
        self._wants_stream = False
        if self.state is LinkState.STREAMING:
            self._set_state(LinkState.READY, "")
            await self._end_stream()
            self._rest_until_s = asyncio.get_running_loop().time() + _REST_S

    def zero(self) -> tuple[Zero, ...]:
        """The zero of each channel from the last quiet stretch of the running stream.

        Raises `ZeroRefusedError` when it was too short, loaded, unquiet or drifting.
        """
        return measure_zero(*self._stream.latest(), self.channels)

    async def _greet(self) -> None:
        known = self.info
        self.codec.reset()
        self._has_asked = False
        self._confirmed = False
        await self._boot()
        try:
            for request in self.codec.identify():
                await self._ask(request, self._nothing_pending, f"An answer of {self.model.name}")
        except ProtocolError as error:
            raise UnsupportedDeviceError(str(error)) from error
        if known.serial and self.info.serial and known.serial != self.info.serial:
            found, self.info = self.info.serial, known
            raise DeviceSwappedError(known.serial, found)

    async def _boot(self) -> None:
        """A device that starts when its port is opened hears nothing before it is up."""
        self._has_spoken = False
        if self.model.boot_s is not None:
            with contextlib.suppress(NotRespondingError):  # most say nothing when they are up
                await self._wait_for(lambda: self._has_spoken, self.model.boot_s, "A first line")

    async def _resume(self) -> None:
        if self._wants_stream:
            await self._start_stream()
        else:
            self._set_state(LinkState.READY, "reconnected")

    async def _farewell(self) -> None:
        if self._wants_stream:
            await self.stop()

    async def _start_stream(self) -> None:
        for _ in range(self.codec.tries):
            await self._ask_for_stream()
            if self._rejection is None:
                break
        else:
            reason = self._rejection.reason if self._rejection else ""
            raise RequestRejectedError(
                f"{self.model.name} refused to start: {reason}. "
                "Nothing recorded is lost. Switch it off and on, then connect again."
            )
        self._set_state(LinkState.STREAMING, "")
        if self.codec.poll_s is not None:
            self._poller = self._spawn(self._poll(self.codec.poll_s))

    async def _ask_for_stream(self) -> None:
        self._confirmed = False
        self._rejection = None
        try:
            request = self.codec.start()
        except ProtocolError as error:
            raise UnsupportedDeviceError(str(error)) from error
        self._has_asked = True
        await self._send(request)
        await self._wait_for(
            lambda: self._confirmed or self._rejection is not None, _START_S, "The first sample"
        )

    async def _end_stream(self) -> None:
        if not self.codec.confirms_stop:
            await self._send(self.codec.stop())
            return
        self._has_stopped = False
        for _ in range(_STOP_TRIES):
            await self._send(self.codec.stop())
            with contextlib.suppress(NotRespondingError):
                await self._wait_for(self._nothing_pending, self.codec.reply_s, "An answer")
            if self._has_stopped:
                return
        raise NotRespondingError(
            f"{self.model.name} does not end its stream. Nothing recorded is lost. "
            "Unplug it and plug it in again."
        )

    async def _poll(self, patience_s: float) -> None:
        """Ask for the next reading when the last one came, or did not in time, but not faster
        than the model's rate."""
        clock = asyncio.get_running_loop().time
        while self.state is LinkState.STREAMING:
            due_s = clock() + 1.0 / self.model.rate_hz
            await self._send_or_go_down(self.codec.poll())
            with contextlib.suppress(NotRespondingError, LinkError):  # the next poll tells
                await self._wait_for(self._nothing_pending, patience_s, "A reading")
            await asyncio.sleep(due_s - clock())

    async def _send(self, request: bytes) -> None:
        is_busy = self.state is LinkState.STREAMING and not self.codec.talks_while_streaming
        kind = self.codec.request_class(request)
        if is_busy and request and kind is not RequestClass.STREAM:
            raise ForbiddenRequestError(f"{kind.value} while it streams")
        await super()._send(request)

    def _interrupted(self, cause: str) -> None:
        if self._poller is not None:
            self._poller.cancel()
        self._stream.interrupt(cause)

    def _keep_alive(self) -> tuple[float, bytes] | None:
        message = self.codec.keep_alive()
        if message is None or self.codec.keep_alive_s is None:
            return None
        return self.codec.keep_alive_s, message

    def _silence_limit_s(self) -> float | None:
        if self.state is LinkState.STREAMING:
            return max(self.model.silence_s, 5e-6 * self._stream.period_us)
        return None

    def _comeback(self) -> str | None:
        return self.model.comeback

    @property
    def _is_ours(self) -> bool:
        """Samples are of the stream that was asked for, not the rest of an earlier run."""
        return self._wants_stream and self._has_asked

    def _nothing_pending(self) -> bool:
        return self.codec.pending == 0

    def _receive(self, data: bytes) -> bool:
        host_us = round(asyncio.get_running_loop().time() * 1e6)
        events = self.codec.receive(data)
        before = self._stream.samples
        for event in events:
            self._take(event, host_us)
        if self._stream.samples > before:
            self._host_clock.take(self._stream.last_us, host_us)
        # A device that restarted goes on with its heartbeats, not with its stream. Where losses
        # cannot be told, a format may also leave readings out without a word.
        return not self.model.loss_detectable or any(isinstance(e, _OF_A_STREAM) for e in events)

    def _take(self, event: Event, host_us: int) -> None:
        self._has_spoken |= not isinstance(event, Noise)
        match event:
            case ForceSamples():
                if self._is_ours:
                    self._stream.take(event, host_us)
            case UntimedSamples():
                if self._is_ours:
                    self._stream.take_untimed(event, host_us)
            case SamplesLost():
                self._stream.lose(event)
            case ChannelStatus() | ChannelRecovered():
                is_bad = isinstance(event, ChannelStatus)
                self.on_problem(self._stream.last_us, event.channel, event.problem, is_bad)
            case StreamStarted():
                if event.rate_hz:
                    self._stream.told_rate(event.rate_hz)
            case StreamStopped():
                self._has_stopped = True
            case Identity():
                self._merge(event)
            case Calibration():
                self._calibrate(event)
            case RatedLoad(channel, newtons) if channel < len(self.channels):
                channels = list(self.channels)
                channels[channel] = replace(channels[channel], capacity_n=newtons)
                self.channels = tuple(channels)
            case BatteryLevel():
                self.battery = event
            case Noise():
                self.noise[event.reason] += 1
            case Rejected():
                self._rejection = event
            case Restarted():
                self._stream.interrupt("the device restarted")
            case _:
                pass
        if isinstance(event, LowBattery):
            self.has_low_battery = True
        if isinstance(event, _FOR_OTHERS):
            self.on_event(event)

    def _merge(self, identity: Identity) -> None:
        for variant in self.model.variants:
            if variant.id == identity.model:
                self._become(variant)
        if identity.boot_id is not None:
            if self._boot_id not in (None, identity.boot_id):
                self._stream.interrupt("the device restarted")
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

    def _become(self, variant: ForceModel) -> None:
        self.model = variant
        self.channels = variant.channels
        self.info = replace(self.info, model=variant.id, name=variant.name)

    def _calibrate(self, event: Calibration) -> None:
        if event.channel >= len(self.channels):
            return
        channels = list(self.channels)
        channels[event.channel] = replace(
            channels[event.channel],
            capacity_n=event.capacity_n or channels[event.channel].capacity_n,
            resolution_n=(
                self.model.channels[event.channel].resolution_n or abs(event.newtons_per_count)
            ),
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

    def _use(self, calibrations: Sequence[HostCalibration]) -> None:
        ours = sorted(calibrations, key=lambda each: each.channel)
        for each in ours:
            self.codec.calibrate(each.channel, each.newtons_per_count, each.zero_counts)
        self._is_calibrated = bool(ours)
        if not ours:
            self.channels = self.model.channels
            self.calibrations = [ChannelCalibration() for _ in self.channels]
            return
        is_whole = self.codec.has_whole_counts
        self.channels = tuple(
            ChannelInfo(
                each.position, each.capacity_n, abs(each.newtons_per_count) if is_whole else None
            )
            for each in ours
        )
        self.calibrations = [
            ChannelCalibration(
                newtons_per_count=each.newtons_per_count,
                zero_counts=each.zero_counts,
                uncertainty_percent=each.uncertainty_percent,
                calibrated_on=each.calibrated_on,
                cell_serial=each.cell_serial,
                calibrated_by=each.calibrated_by,
                due_on=each.due_on,
            )
            for each in ours
        ]

    def _new_stream(self) -> SampleStream:
        return SampleStream(self.model, self._deliver, lambda gap: self.on_gap(gap))

    def _deliver(self, block: ForceBlock) -> None:
        self._confirmed = True
        self.on_block(block)


def _ignore(_value: object) -> None:
    return


def _ignore_problem(_t_us: int, _channel: int, _problem: ChannelProblem, _is_bad: bool) -> None:
    return

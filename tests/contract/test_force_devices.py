from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from devices.catalog import FORCE_MODELS
from devices.declaration import ForceModel
from devices.errors import ZeroRefusedError
from devices.force import ForceDevice
from devices.types import Evidence, LinkState
from drivers.capture import CaptureLink
from firmware_sim.faults import Burst, Drop, Duplicate, FaultPlan, Flip, Merge, Split, Stall
from firmware_sim.firmware import Firmware
from firmware_sim.loads import constant
from protocols.gate import RequestClass
from tests.rigs import (
    SETUPS,
    Bench,
    Heard,
    Setup,
    Tap,
    Way,
    benches,
    force_device,
    nothing_left,
    requests_written,
    until,
    wired,
)

PULL_N = 123.4
STORM = FaultPlan(
    (
        Drop(0.05, from_s=1.0),
        Duplicate(0.05, from_s=1.0),
        Flip(0.05, from_s=1.0),
        Split(0.3),
        Merge(0.3),
        Burst(every_s=1.0, hold_s=0.15, from_s=1.0),
    )
)
FAST = 2.0  # a board that hears nothing for 3 s stops; it is written to each second

every = pytest.mark.parametrize("bench", benches(FORCE_MODELS.values()))


def places_samples(model: ForceModel) -> bool:
    """Whether its samples carry a time, or a number that stands for one."""
    numbers_only = SETUPS.get(model.id, Setup()).numbers_only
    return model.has_device_time or (model.loss_detectable and not numbers_only)


every_with_a_clock = pytest.mark.parametrize(
    "bench", benches(model for model in FORCE_MODELS.values() if places_samples(model))
)
every_without_a_clock = pytest.mark.parametrize(
    "bench", benches(model for model in FORCE_MODELS.values() if not places_samples(model))
)
# A pseudo-terminal that was hung up is an unplugged port: it never comes back, and some devices
# switch themselves off.
RETURNING = [
    model
    for model in FORCE_MODELS.values()
    if not SETUPS.get(model.id, Setup()).is_off_after_a_loss
]
every_that_returns = pytest.mark.parametrize("bench", benches(RETURNING, without=(Way.PTY,)))


def rising(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """10 N more each second on the first cell and 20 N on the second: a sample tells its time."""
    return np.column_stack([10.0 * t, 20.0 * t])


def model_of(bench: Bench) -> ForceModel:
    return FORCE_MODELS[bench.model.id]


def period_us(bench: Bench) -> int:
    return round(1e6 / model_of(bench).rate_hz)


def half_step_n(bench: Bench) -> float:
    """Of the simulator's reading, and what a 32-bit float makes of kilograms."""
    step = bench.firmware().resolution_n
    assert step is not None
    share = 1.0 if SETUPS.get(bench.model.id, Setup()).rounds_down else 0.5
    return share * step + 1e-5


def clock_step_us(bench: Bench) -> int:
    """Of the device's time stamps."""
    return SETUPS.get(bench.model.id, Setup()).clock_step_us


def error_n(bench: Bench) -> float:
    """Of a sample under `rising`: its step, its time stamp's step, and the device's own filter."""
    lag_n = SETUPS.get(bench.model.id, Setup()).lag_n
    return half_step_n(bench) + lag_n + 20e-6 * clock_step_us(bench)


def step_s(bench: Bench) -> float:
    """How far a whole step of the reading is under `rising`."""
    return 2 * half_step_n(bench) / 10.0


def expected_force(bench: Bench, heard: Heard) -> NDArray[np.float64]:
    """Under `rising`, which begins with the stream, or earlier where nobody asked for it."""
    early_s = np.zeros(1)
    if SETUPS.get(bench.model.id, Setup()).streams_by_itself:
        early_s = np.median(clock_error_s(heard), keepdims=True)
    return rising(heard.t_us / 1e6 + early_s)[:, : heard.force.shape[1]]


def clock_error_s(heard: Heard) -> NDArray[np.float64]:
    """Of each sample under `rising`, which tells when it was taken."""
    return heard.force[:, 0] / 10.0 - heard.t_us / 1e6


@dataclass
class Running:
    """A device that streams, what it delivered, and how to break its link."""

    device: ForceDevice
    heard: Heard
    cut: Callable[[], None]
    capture: Path
    asked_to_greet: int


@asynccontextmanager
async def streaming(
    bench: Bench, firmware: Firmware, folder: Path, name: str = "1", speed: float | None = None
) -> AsyncGenerator[Running]:
    capture = folder / f"{name}.bytes"
    if speed is None:  # samples without a time take it from the host's clock
        speed = FAST if places_samples(model_of(bench)) else 1.0
    async with wired(bench, firmware, speed) as wire, nothing_left():
        device, heard = force_device(bench.model.id, CaptureLink(wire.link, capture), wire.framing)
        await device.connect()
        asked_to_greet = len(requests_written(capture))
        await device.start()
        yield Running(device, heard, wire.cut, capture, asked_to_greet)
        await device.close()


@every
async def test_a_device_says_who_it_is(bench: Bench, tmp_path: Path) -> None:
    firmware = bench.firmware()
    async with streaming(bench, firmware, tmp_path) as running:
        assert running.device.info.serial == (firmware.serial or None)
        if running.asked_to_greet and model_of(bench).evidence is not Evidence.THIRD_PARTY:
            assert running.device.info.serial or running.device.info.firmware
        assert running.device.state is LinkState.STREAMING


@every_with_a_clock
async def test_the_stream_is_gapless_on_one_axis(bench: Bench, tmp_path: Path) -> None:
    async with streaming(bench, bench.firmware(rising, noise_n=0.0), tmp_path) as running:
        heard = running.heard
        await until(lambda: heard.t_us[-1] > 2_100_000 if heard.blocks else False)
        rate_hz = running.device.rate_hz
    assert heard.gaps == []
    assert heard.t_us[0] == 0
    assert np.abs(np.diff(heard.t_us) - period_us(bench)).max() <= clock_step_us(bench)
    ends = np.cumsum([len(block.t_us) for block in heard.blocks])
    assert [block.index for block in heard.blocks] == [0, *ends[:-1].tolist()]
    assert rate_hz == pytest.approx(1e6 / period_us(bench), rel=1e-3)
    # The pull begins with the stream, so each sample must show the force of its own time.
    expected = expected_force(bench, heard)
    assert np.abs(heard.force - expected).max() <= error_n(bench)


@every_without_a_clock
async def test_without_a_device_clock_time_is_that_of_arrival(bench: Bench, tmp_path: Path) -> None:
    firmware = bench.firmware(rising, noise_n=0.0)
    async with streaming(bench, firmware, tmp_path) as running:
        heard, device = running.heard, running.device
        await until(lambda: heard.t_us[-1] > 2_100_000 if heard.blocks else False)
    assert heard.gaps == []
    assert heard.t_us[0] == 0
    assert np.all(np.diff(heard.t_us) > 0)
    assert np.ptp(clock_error_s(heard)) <= 0.15 + step_s(bench)
    assert device.lost_percent is None or device.model.loss_detectable


@every_without_a_clock
async def test_a_message_in_pieces_or_late_changes_no_sample(bench: Bench, tmp_path: Path) -> None:
    # After an answer nothing follows that it could be merged with, until it is asked again.
    is_polled = model_of(bench).codec(bench.framing).poll_s is not None
    merge = Merge(0.0 if is_polled else 0.3, from_s=1.0)
    mess = FaultPlan((Split(0.3), merge, Burst(every_s=1.0, hold_s=0.15, from_s=1.0)))
    firmware = mess.wrap(bench.firmware(rising, noise_n=0.0))
    async with streaming(bench, firmware, tmp_path) as running:
        heard = running.heard
        await until(lambda: heard.t_us[-1] > 2_500_000 if heard.blocks else False)
    assert heard.gaps == []
    assert np.all(np.diff(heard.t_us) > 0)
    assert np.diff(heard.force[:, 0]).min() >= 0.0
    assert np.ptp(clock_error_s(heard)) <= 0.4 + step_s(bench)


@every_without_a_clock
async def test_a_silence_is_a_gap_whose_samples_only_their_number_can_tell(
    bench: Bench, tmp_path: Path
) -> None:
    plan = FaultPlan((Stall(at_s=1.5, seconds=0.8),))
    firmware = plan.wrap(bench.firmware(rising, noise_n=0.0))
    async with streaming(bench, firmware, tmp_path) as running:
        heard = running.heard
        await until(lambda: heard.t_us[-1] > 2_800_000 if heard.blocks else False)
    (gap,) = heard.gaps
    length_us = gap.end_us - gap.start_us
    assert 0.7e6 < length_us < 1.1e6
    if model_of(bench).loss_detectable:
        assert gap.samples == pytest.approx(length_us / period_us(bench), abs=3)
    else:
        assert gap.samples is None


@every
async def test_a_constant_load_comes_back_within_the_resolution(
    bench: Bench, tmp_path: Path
) -> None:
    firmware = bench.firmware(constant(PULL_N, 2), noise_n=0.0)
    async with streaming(bench, firmware, tmp_path) as running:
        await until(lambda: len(running.heard.blocks) > 3)
        told = running.device.channels[0].resolution_n
    assert np.abs(running.heard.force - PULL_N).max() <= half_step_n(bench)
    if told is not None:
        assert told == bench.firmware().resolution_n


@every
async def test_the_zero_is_refused_under_load_and_taken_without(
    bench: Bench, tmp_path: Path
) -> None:
    async with streaming(bench, bench.firmware(constant(310.0, 2)), tmp_path) as running:
        heard = running.heard
        await until(lambda: heard.t_us[-1] > 1_200_000 if heard.blocks else False)
        with pytest.raises(ZeroRefusedError) as refused:
            running.device.zero()
        assert refused.value.reason == "loaded"
    async with streaming(bench, bench.firmware(constant(4.0, 2)), tmp_path, "2") as running:
        heard = running.heard
        await until(lambda: heard.t_us[-1] > 1_200_000 if heard.blocks else False)
        zeros = running.device.zero()
    near_n = max(0.01, half_step_n(bench))
    assert [zero.offset_n for zero in zeros] == pytest.approx([4.0] * len(zeros), abs=near_n)


@every_with_a_clock
async def test_lost_messages_are_counted_exactly(bench: Bench, tmp_path: Path) -> None:
    sent, arrived = Tap(), Tap()
    plan = FaultPlan((sent, Drop(0.1, from_s=1.0), arrived))
    firmware = plan.wrap(bench.firmware(rising, noise_n=0.0))
    async with streaming(bench, firmware, tmp_path) as running:
        heard, device = running.heard, running.device
        await until(lambda: heard.t_us[-1] > 3_500_000 if heard.blocks else False)
        samples, lost, last_us = device.samples, device.lost, int(heard.t_us[-1])
        blocks = list(heard.blocks)
    sent_us = sent.times(bench.listening_codec())
    sent_us = sent_us[sent_us - sent_us[0] <= last_us]
    arrived_us = arrived.times(bench.listening_codec())
    injected = int(np.count_nonzero(~np.isin(sent_us, arrived_us)))
    assert injected > 0
    assert lost == injected
    assert samples == len(sent_us) - injected
    # Every number of a sample is where it would be had nothing been lost.
    assert [block.index for block in blocks] == [
        round(block.t_us[0] / period_us(bench)) for block in blocks
    ]


@every_with_a_clock
async def test_trouble_on_the_way_never_invents_a_sample(bench: Bench, tmp_path: Path) -> None:
    is_checked = model_of(bench).codec(bench.framing).has_checksum
    faults = [fault for fault in STORM.faults if is_checked or not isinstance(fault, Flip)]
    firmware = FaultPlan(tuple(faults)).wrap(bench.firmware(rising, noise_n=0.0))
    async with streaming(bench, firmware, tmp_path) as running:
        heard, device = running.heard, running.device
        await until(lambda: heard.t_us[-1] > 3_500_000 if heard.blocks else False)
    assert device.lost > 0
    assert np.all(np.diff(heard.t_us) > 0)
    assert device.samples + device.lost == round(heard.t_us[-1] / period_us(bench)) + 1
    assert sum(gap.samples or 0 for gap in heard.gaps) == device.lost
    expected = expected_force(bench, heard)
    assert np.abs(heard.force - expected).max() <= error_n(bench)


@every_that_returns
async def test_a_lost_link_resumes_with_one_gap(bench: Bench, tmp_path: Path) -> None:
    firmware = bench.firmware(rising, noise_n=0.0)
    async with streaming(bench, firmware, tmp_path, speed=1.0) as running:
        heard = running.heard
        await until(lambda: heard.t_us[-1] > 300_000 if heard.blocks else False)
        running.cut()
        await until(lambda: LinkState.RECONNECTING in heard.states)
        before = heard.samples
        await until(lambda: heard.samples >= before + 20)
    assert len(heard.gaps) == 1
    assert np.all(np.diff(heard.t_us) > 0)
    gap = heard.gaps[0]
    is_after = heard.t_us >= gap.end_us
    assert [heard.t_us[~is_after][-1], heard.t_us[is_after][0]] == [gap.start_us, gap.end_us]
    # The first attempt comes 0.5 s after the loss. The pull went on meanwhile, so that each sample
    # tells when it was taken: a clock that began again is anchored by the host's.
    assert 0.4e6 < gap.end_us - gap.start_us < 3e6
    allowed_s = 0.03 if places_samples(model_of(bench)) else 0.15 + step_s(bench)
    assert np.ptp(clock_error_s(heard)) <= allowed_s + 2 * error_n(bench) / 10.0
    assert heard.states[-4:] == [
        LinkState.RECONNECTING,
        LinkState.STREAMING,
        LinkState.READY,
        LinkState.CLOSED,
    ]


@every
async def test_a_stream_stops_and_begins_again_at_zero(bench: Bench, tmp_path: Path) -> None:
    firmware = bench.firmware(rising, noise_n=0.0)
    async with streaming(bench, firmware, tmp_path) as running:
        heard, device = running.heard, running.device
        await until(lambda: heard.samples >= 20)
        await device.stop()
        before = heard.samples
        await asyncio.sleep(0.15)
        assert heard.samples == before
        await device.start()
        await until(lambda: heard.samples >= before + 20)
        await asyncio.sleep(0.012)  # the device has samples that it did not send yet
        await device.stop()
        begun = len(heard.blocks)
        await device.start()
        await until(lambda: len(heard.blocks) >= begun + 5)
    again = heard.blocks[begun:]
    t_us = np.concatenate([block.t_us for block in again])
    force = np.concatenate([block.force for block in again])
    assert (t_us[0], again[0].index) == (0, 0)
    if not places_samples(model_of(bench)):
        assert np.all(np.diff(t_us) > 0)
        return
    assert np.abs(np.diff(t_us) - period_us(bench)).max() <= clock_step_us(bench)
    # One line through all samples: none of them belongs to the stream before.
    since_s = force[:, 0] / 10.0 - t_us / 1e6
    assert np.ptp(since_s) <= 2 * error_n(bench) / 10.0
    assert heard.gaps == []


@every
async def test_only_questions_and_the_stream_leave(bench: Bench, tmp_path: Path) -> None:
    async with streaming(bench, bench.firmware(), tmp_path) as running:
        await asyncio.sleep(1.3)  # long enough for a sign of life where the format has one
        await running.device.stop()
        await running.device.start()
    gate = model_of(bench).codec(bench.framing)
    kinds = [gate.request_class(request) for request in requests_written(running.capture)]
    assert set(kinds) <= {RequestClass.QUERY, RequestClass.STREAM}
    ends = gate.request_class(gate.stop())  # some end their stream by any question
    asked = [kind for kind in kinds[running.asked_to_greet :] if kind is not ends]
    asks_while_streaming = RequestClass.QUERY in asked
    assert asks_while_streaming == (gate.keep_alive_s is not None or gate.poll_s is not None)

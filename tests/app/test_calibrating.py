from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.calibrating import calibrations_of
from app.cli.calibrate import guided
from app.cli.commands import build_parser
from app.cli.errors import CommandError
from app.demo import simulated_link
from app.device_pool import force_station
from app.links import ChosenLink
from app.station import Station
from data.ids import uuid7
from data.store import Store
from devices.catalog import FORCE_MODELS
from devices.declaration import ForceModel
from devices.errors import UncalibratedError
from devices.types import HostCalibration, LinkState, Position
from drivers.capture import CaptureLink
from firmware_sim.catalog import FIRMWARE
from protocols.gate import RequestClass
from tests.app.road import calibrated
from tests.contract.test_force_devices import FAST, half_step_n, places_samples
from tests.rigs import SETUPS, Bench, Way, memory_rig, requests_written, until

RAW = [model for model in FORCE_MODELS.values() if model.needs_calibration]
G = 9.80665


@dataclass
class Hook:
    """What hangs on both cells: a firmware's load."""

    newtons: float = 0.0
    swing_n: float = 0.0

    def __call__(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        force = self.newtons + self.swing_n * np.sin(2 * np.pi * 1.5 * t)
        return np.column_stack([force, force])


class Hands:
    """The person who hangs on what the program asks for, and presses Enter."""

    def __init__(self, hook: Hook, *masses_kg: float) -> None:
        self._hook = hook
        self._masses = list(masses_kg)
        self.said: list[str] = []

    async def __call__(self, text: str) -> None:
        self.said.append(text)
        self._hook.newtons = self._masses.pop(0) * G
        await asyncio.sleep(0.1)


def words(model: str, *more: object) -> argparse.Namespace:
    return build_parser().parse_args(["calibrate", "x", "--model", model, *map(str, more)])


@asynccontextmanager
async def station_of(
    model_id: str,
    hook: Hook,
    store: Store,
    *,
    noise_n: float = 0.0,
    capture: Path | None = None,
) -> AsyncGenerator[Station]:
    model = FORCE_MODELS[model_id]
    bench = Bench(model, Way.MEMORY)
    speed = FAST if places_samples(model) else 1.0
    async with memory_rig(bench.firmware(hook, noise_n=noise_n), speed=speed) as rig:
        link = rig.link if capture is None else CaptureLink(rig.link, capture)
        chosen = ChosenLink(link, bench.framing, "memory", False)
        station = force_station(chosen, model, calibrations_of(store))
        await station.open(may_be_uncalibrated=True)
        try:
            yield station
        finally:
            await station.close()


@pytest.mark.parametrize("model", RAW, ids=lambda model: model.id)
async def test_a_device_in_raw_counts_is_measured_with_a_mass_and_then_gives_newtons(
    model: ForceModel, tmp_path: Path
) -> None:
    model_id = model.id
    store, hook = Store(tmp_path / "x.db"), Hook()
    truth = SETUPS[model_id].calibrations[-1]
    step_n = 2 * half_step_n(Bench(FORCE_MODELS[model_id], Way.MEMORY))
    async with station_of(model_id, hook, store) as station:
        assert station.device.state is LinkState.READY
        attention = station.status().attention or ""
        assert "measure it first" in attention
        with pytest.raises(UncalibratedError, match="Calibrate"):
            await station.device.start()
        hands = Hands(hook, 0.0, 20.0)
        asked = words(model_id, "--channel", truth.channel, "--mass", 20, "--by", "K. Brandt")
        found = await guided(station, asked, hands)
        assert [text.split(" and")[0] for text in hands.said] == [
            "Take everything off it",
            "Hang 20 kg on it",
        ]
        (channel,) = found.channels
        rounding = step_n / 196.133
        assert channel.host.newtons_per_count == pytest.approx(
            truth.newtons_per_count, rel=rounding
        )
        assert channel.host.zero_counts * truth.newtons_per_count == pytest.approx(
            truth.zero_counts * truth.newtons_per_count, abs=step_n
        )
        store.calibrations.save(found)
        hook.newtons = 123.4
        await station.measure()
        assert station.status().attention is None
        await until(lambda: station.trace.count > 3)
        _, force = station.trace.view()
        assert force.shape[1] == 1
        assert np.abs(force[-1, 0] - 123.4) <= 2 * step_n
        assert station.device.calibrations[0].calibrated_by == "K. Brandt"
    store.close()


@pytest.mark.parametrize("model_id", ["harp", "chronojump-platform", "motherboard"])
async def test_a_channel_whose_calibration_was_withdrawn_is_measured_no_longer(
    model_id: str, tmp_path: Path
) -> None:
    store, hook = Store(tmp_path / "x.db"), Hook(newtons=123.4)
    bench = Bench(FORCE_MODELS[model_id], Way.MEMORY)
    both = calibrated(bench, bench.firmware())
    second, first = (
        store.calibrations.save(replace(both, id=uuid7(), channels=(channel,), is_virtual=False))
        for channel in reversed(both.channels)
    )
    async with station_of(model_id, hook, store) as station:
        assert len(station.device.channels) == 2
        store.calibrations.withdraw(second.id, first.at)
        await station.measure()
        assert station.channel_numbers == (first.channels[0].host.channel,)
        await until(lambda: station.trace.count > 3)
        _, force = station.trace.view()
        assert force.shape[1] == 1
        assert np.abs(force[-1, 0] - 123.4) <= 2 * half_step_n(bench)
    store.close()


@pytest.mark.parametrize("model", RAW, ids=lambda model: model.id)
def test_a_virtual_device_knows_what_hanging_masses_on_it_would_find(model: ForceModel) -> None:
    assert [
        HostCalibration(*scale[:3], "2026-03-01", "bench", Position(scale.position))
        for scale in FIRMWARE[model.id]().scales
    ] == list(SETUPS[model.id].calibrations)


async def test_a_virtual_device_in_raw_counts_measures_from_the_start(tmp_path: Path) -> None:
    store = Store(tmp_path / "x.db")
    chosen = simulated_link("harp", FORCE_MODELS["harp"])
    station = force_station(chosen, FORCE_MODELS["harp"], calibrations_of(store))
    try:
        await station.open()
        assert [channel.position for channel in station.device.channels] == ["left", "right"]
        await until(lambda: station.trace.count > 3)
    finally:
        await station.close()
        await chosen.end()
        store.close()


async def test_an_own_calibration_is_checked_and_never_changed(tmp_path: Path) -> None:
    store, hook = Store(tmp_path / "x.db"), Hook()
    async with station_of("progressor", hook, store) as station:
        asked = words("progressor", "--check", "--mass", 20, "--limit-percent", 1)
        found = await guided(station, asked, Hands(hook, 0.0, 20.3))
    (check,) = found.checks
    assert found.channels == ()
    # 20.3 kg hang where 20 kg are said to: 1.5 % more.
    assert check.error_percent == pytest.approx(1.5, abs=0.01)
    assert check.is_within is False
    store.calibrations.save(found)
    async with station_of("progressor", Hook(), store) as again:
        assert "outside your limit" in (again.status().attention or "")
    store.close()


@pytest.mark.parametrize("model_id", ["harp", "progressor", "onb"])
async def test_nothing_that_changes_a_device_is_sent_while_it_is_calibrated(
    model_id: str, tmp_path: Path
) -> None:
    store, hook, capture = Store(tmp_path / "x.db"), Hook(), tmp_path / "sent.bytes"
    model = FORCE_MODELS[model_id]
    check = () if model.needs_calibration else ("--check",)
    async with station_of(model_id, hook, store, capture=capture) as station:
        await guided(station, words(model_id, *check, "--mass", 20), Hands(hook, 0.0, 20.0))
        await station.measure()
    gate = model.codec(Bench(model, Way.MEMORY).framing)
    kinds = {gate.request_class(request) for request in requests_written(capture)}
    assert kinds == {RequestClass.QUERY, RequestClass.STREAM}
    store.close()


async def test_a_mass_that_swings_is_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, hook = Store(tmp_path / "x.db"), Hook()
    hands = Hands(hook, 0.0, 20.0, 20.0)

    async def prompt(text: str) -> None:
        hook.swing_n = 20.0 if len(hands.said) == 1 else 0.0
        await hands(text)

    async with station_of("frez", hook, store) as station:
        found = await guided(station, words("frez", "--mass", 20), prompt)
    assert len(hands.said) == 3
    assert "not steady" in capsys.readouterr().err
    assert found.channels[0].host.newtons_per_count == pytest.approx(0.001, rel=1e-4)
    store.close()


async def test_nothing_is_kept_where_the_mass_hangs_elsewhere(tmp_path: Path) -> None:
    store, hook = Store(tmp_path / "x.db"), Hook()
    async with station_of("harp", hook, store, noise_n=0.06) as station:
        with pytest.raises(CommandError, match="hardly changes"):  # no cell on channel 2
            await guided(
                station, words("harp", "--channel", 2, "--mass", 20), Hands(hook, 0.0, 20.0)
            )
    assert store.calibrations.all() == []
    store.close()

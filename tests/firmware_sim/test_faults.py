from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from firmware_sim import device_faults, link_faults
from firmware_sim.catalog import build
from firmware_sim.faults import (
    FAULTS,
    PLANS,
    Add,
    Burst,
    Cut,
    Drift,
    Drop,
    Duplicate,
    Fault,
    FaultFileError,
    FaultPlan,
    Flip,
    Merge,
    Spikes,
    Split,
    Stall,
    Stuck,
    plan_named,
)
from firmware_sim.firmware import Firmware
from firmware_sim.loads import constant, nordic_curl
from firmware_sim.onb import OnbFirmware
from protocols.codec import Framing
from protocols.events import Noise, SamplesLost
from protocols.onb import OnbCodec
from tests.firmware_sim.host import Host, times_of
from tests.protocols.plain import samples

SECONDS = 30.0


def streaming(*faults: Fault, framing: Framing = Framing.STREAM, seed: int = 1) -> Host:
    firmware = FaultPlan(faults, seed).wrap(OnbFirmware(nordic_curl(), framing))
    host = Host(firmware, OnbCodec(framing))
    host.identify()
    host.send(host.codec.start())
    return host


def lost_in(host: Host) -> int:
    return sum(event.samples or 0 for event in host.events if isinstance(event, SamplesLost))


@cache
def clean_samples() -> dict[int, tuple[float, ...]]:
    host = streaming()
    host.wait(SECONDS)
    return {
        t: tuple(row)
        for block in samples(host.events)
        for t, row in zip(block.t_us.tolist(), block.force.tolist(), strict=True)
    }


@pytest.mark.parametrize("framing", list(Framing))
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_dropped_is_what_is_reported(framing: Framing, seed: int) -> None:
    host = streaming(Drop(0.05, from_s=0.5), framing=framing, seed=seed)
    host.wait(SECONDS)
    host.send(host.codec.stop())
    delivered = len(times_of(host.events))
    assert lost_in(host) > 500
    assert delivered + lost_in(host) == 30_001  # 0 to 30 s inclusive


def test_duplicates_are_delivered_once() -> None:
    host = streaming(Duplicate(0.3, from_s=0.5))
    host.wait(SECONDS)
    times = times_of(host.events)
    assert len(np.unique(times)) == len(times)
    assert lost_in(host) == 0
    assert any(isinstance(event, Noise) for event in host.events)


@pytest.mark.parametrize("name", ["rainy"])
@pytest.mark.parametrize("seed", range(5))
def test_in_bad_weather_no_sample_is_invented_or_changed(name: str, seed: int) -> None:
    host = streaming(*PLANS[name].faults, seed=seed)
    host.wait(SECONDS)
    clean = clean_samples()
    for block in samples(host.events):
        for t, row in zip(block.t_us.tolist(), block.force.tolist(), strict=True):
            assert clean[t] == tuple(row)
    assert lost_in(host) > 0


def test_cutting_and_joining_changes_nothing() -> None:
    host = streaming(Split(0.5), Merge(0.5), Split(0.5))
    host.wait(SECONDS)
    assert lost_in(host) == 0
    assert not [event for event in host.events if isinstance(event, Noise)]
    assert len(times_of(host.events)) >= 29_800


def test_packets_are_never_cut_joined_or_damaged() -> None:
    host = streaming(Split(1.0), Merge(1.0), framing=Framing.PACKETS)
    host.wait(SECONDS)
    assert lost_in(host) == 0
    damaged = streaming(Flip(0.1, from_s=0.5), framing=Framing.PACKETS)
    damaged.wait(SECONDS)
    assert lost_in(damaged) > 0
    assert not [event for event in damaged.events if isinstance(event, Noise)]


def test_a_flipped_bit_is_caught_by_the_checksum() -> None:
    host = streaming(Flip(0.1, from_s=0.5))
    host.wait(SECONDS)
    assert lost_in(host) > 0
    assert [event for event in host.events if isinstance(event, Noise)]


def test_a_burst_delays_and_loses_nothing() -> None:
    host = streaming(Burst(every_s=1.0, hold_s=0.3))
    host.wait(1.0)
    pieces = [len(samples(host.hear(host.firmware.advance(0.01)))) for _ in range(200)]
    assert max(pieces) >= 14  # 0.3 s of frames at once
    assert pieces.count(0) > 100
    assert lost_in(host) == 0


def test_a_stalled_device_stays_connected_and_silent() -> None:
    host = streaming(Stall(at_s=2.0, seconds=3.0))
    assert samples(host.wait(1.9))
    host.wait(0.2)
    assert not host.wait(2.8)
    assert host.firmware.is_reachable
    assert host.wait(1.0)


def test_a_cut_makes_it_unreachable_for_a_while() -> None:
    host = streaming(Cut(at_s=2.0, seconds=3.0))
    host.wait(1.99)
    assert host.firmware.is_reachable
    host.wait(0.1)
    assert not host.firmware.is_reachable
    host.firmware.disconnected()
    host.firmware.advance(2.9)
    assert not host.firmware.is_reachable
    host.firmware.advance(0.1)
    assert host.firmware.is_reachable


def test_a_device_that_is_off_stays_unreachable_behind_a_plan() -> None:
    inner = OnbFirmware()
    wrapped = FaultPlan((Drop(0.0),)).wrap(inner)
    inner.is_reachable = False
    wrapped.advance(0.01)
    assert not wrapped.is_reachable


def bytes_of(firmware: Firmware, steps: list[int]) -> bytes:
    codec = OnbCodec()
    firmware.connected()
    codec_bytes = b"".join(firmware.receive(codec.start()))
    return codec_bytes + b"".join(b"".join(firmware.advance(step / 200)) for step in steps)


@given(st.lists(st.integers(1, 200), min_size=1, max_size=8), st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_any_step_of_whole_ticks_gives_the_same_bytes(steps: list[int], seed: int) -> None:
    plan = FaultPlan(PLANS["rainy"].faults, seed)
    total = sum(steps)
    assert bytes_of(plan.wrap(OnbFirmware(constant(9.0, 2))), steps) == bytes_of(
        plan.wrap(OnbFirmware(constant(9.0, 2))), [total]
    )


def test_another_seed_is_other_weather() -> None:
    heard: list[list[int]] = []
    for seed in (1, 2):
        host = streaming(Drop(0.1, from_s=0.5), seed=seed)
        host.wait(5.0)
        heard.append(times_of(host.events).tolist())
    assert heard[0] != heard[1]


def test_no_faults_is_the_device_itself() -> None:
    firmware = OnbFirmware()
    assert plan_named("none").wrap(firmware) is firmware


def test_a_plan_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    entries = [
        {"fault": "drop", "fraction": 0.01, "from_s": 2.0},
        {"fault": "burst", "every_s": 5.0, "hold_s": 0.2},
        {"fault": "cut", "at_s": 4.0, "seconds": 1.0},
    ]
    path.write_text(json.dumps(entries), encoding="utf-8")
    assert plan_named(str(path), seed=7) == FaultPlan(
        (Drop(0.01, from_s=2.0), Burst(5.0, 0.2), Cut(4.0, 1.0)), seed=7
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "3",
        '[{"fault": "meteor"}]',
        '[{"fraction": 1}]',
        '[{"fault": "drop", "much": 1}]',
        "[3]",
    ],
)
def test_a_file_without_a_plan_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FaultFileError, match=r"plan\.json"):
        FaultPlan.from_json(path)


def test_every_fault_has_a_name_for_files() -> None:
    declared = {
        kind.__name__.lower()
        for module in (link_faults, device_faults)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Fault) and kind.__name__[0] != "_"
    }
    assert set(FAULTS) == declared - {"fault"}


def test_what_fails_in_a_cell_is_measured_alike_by_any_step() -> None:
    def rising(t: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([10.0 * t, 20.0 * t])

    faults = (Add(1.0, 0.5, newtons=25.0), Stuck(2.0, cell=0), Drift(3.0, newtons_per_s=2.0))
    load = FaultPlan((*faults, Spikes(0.1, 400.0, from_s=4.0))).pulls(rising)
    t = np.arange(500) / 100
    force = load(t)
    assert np.array_equal(force, np.concatenate([load(t[i : i + 7]) for i in range(0, 500, 7)]))
    # 10 and 20 N/s; 25 N more from 1 s to 1.5 s; the first stands at 20 N from 2 s on; 2 N/s more
    # on both from 3 s on.
    assert force[[50, 120, 250, 350]].tolist() == [[5, 10], [37, 49], [20, 50], [21, 71]]
    spikes = np.count_nonzero(force[400:, 1] > 300.0)
    assert 3 <= spikes <= 25


def test_a_cell_that_fails_is_played_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "knock.json"
    path.write_text('[{"fault": "add", "at_s": 0.0, "newtons": 25.0}]', encoding="utf-8")
    firmware = build("progressor", Framing.PACKETS, "empty", str(path), load_delay_s=0.0)
    firmware.connected()
    firmware.receive(b"\x65")
    (message, *_) = firmware.advance(0.1)
    kilograms = np.frombuffer(message, "<f4", 1, 2)[0]
    assert kilograms * 9.80665 == pytest.approx(25.0, abs=0.02)

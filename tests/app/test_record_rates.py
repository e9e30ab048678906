"""Closed-form curves that a device plays from a file, over wire and recorder to numbers."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from data.analysis.types import RepResult, Side
from data.records import Trial
from devices.catalog import FORCE_MODELS
from firmware_sim.faults import Burst, Drop, FaultPlan
from firmware_sim.firmware import Firmware, Load
from firmware_sim.loads import delayed, from_csv
from tests.app.road import recorded
from tests.data.analysis.curves import (
    Array,
    Shape,
    exponential,
    nordic,
    raised_cosine,
    trapezoid,
)
from tests.rigs import Bench, Way

SPEED = 20.0
BEGINS_S = 30.0  # of the device's time, one and a half of ours: by then the zero is taken
BOARD = Bench(FORCE_MODELS["onb"], Way.MEMORY)
PULLER = Bench(FORCE_MODELS["progressor"], Way.MEMORY)
UNO = Bench(FORCE_MODELS["chronojump"], Way.MEMORY)
HOLD, NORDIC = "ham.iso9020", "nordic.bil"
FINE_HZ = 4000  # of the file; 80 and 50 divide it, and a quarter of a 1000 Hz sample is a row

# clinical_science table 1.1: relative error at worst of each quantity at each rate
RFD_50 = {1000: 0.006, 80: 0.075, 50: 0.118}
RFD_200 = {1000: 0.003, 80: 0.033, 50: 0.053}
IMPULSE = {1000: 0.0005, 80: 0.0005, 50: 0.001}
SMOOTH = {1000: 0.0005, 80: 0.001, 50: 0.003}
NORDIC_PEAK = {1000: 0.0004, 80: 0.005, 50: 0.008}

rates = pytest.mark.parametrize("rate_hz", [1000, 80, 50])


def board(load: Load, rate_hz: int) -> Firmware:
    # Its time runs fast: what we say each second it hears every twenty.
    return BOARD.firmware(load, noise_n=0.0, max_rate_hz=rate_hz, host_timeout_s=60.0)


def played(folder: Path, *efforts: tuple[float, Shape], phase: float, rate_hz: float) -> Load:
    """The efforts at their times as a file of both cells; `phase` is a share of a sample."""
    last = max(begin for begin, _ in efforts) + 5.0
    t = np.arange(round(last * FINE_HZ)) / FINE_HZ
    since = t - phase / rate_hz
    force = sum((shape(since - begin) for begin, shape in efforts), np.zeros(len(t)))
    path = folder / "load.csv"
    rows = np.column_stack([t, force, force])
    np.savetxt(path, rows, fmt="%.9f", delimiter=",", header="time_s,left_n,right_n", comments="")
    return delayed(from_csv(path), BEGINS_S)


async def reps_of(
    folder: Path, bench: Bench, firmware: Firmware, seconds: float, test: str = HOLD
) -> list[RepResult]:
    trial = await trial_of(folder, bench, firmware, seconds, test)
    return [rep for rep in trial.analysis.reps if rep.side is Side.LEFT]


async def trial_of(
    folder: Path, bench: Bench, firmware: Firmware, seconds: float, test: str = HOLD
) -> Trial:
    trial, _ = await recorded(
        folder, bench, firmware, BEGINS_S + seconds, test=test, limb=Side.LEFT, speed=SPEED
    )
    return trial


def value(rep: RepResult, key: str) -> float:
    number = rep.metrics[key].value
    assert number is not None, (key, rep.metrics[key].reason)
    return number


@rates
@pytest.mark.parametrize("phase", [0.0, 0.5])
async def test_closed_forms_are_off_by_no_more_than_the_table_of_rates_says(
    rate_hz: int, phase: float, tmp_path: Path
) -> None:
    efforts = ((1.0, trapezoid), (8.0, exponential), (15.0, raised_cosine))
    load = played(tmp_path, *efforts, phase=phase, rate_hz=rate_hz)
    flat, abrupt, smooth = await reps_of(tmp_path, BOARD, board(load, rate_hz), 20.0)
    sample_s = 1 / rate_hz
    # O1: the corner of the ramp lies up to half a sample from the onset that was found.
    assert value(flat, "peak_n") == pytest.approx(300.0, abs=0.001)
    assert value(flat, "impulse_ns") == pytest.approx(990.0, rel=IMPULSE[rate_hz])
    corner = RFD_200[rate_hz] + phase * sample_s / 0.2
    assert value(flat, "rfd_0_200_n_per_s") == pytest.approx(1000.0, rel=corner)
    assert value(flat, "time_to_peak_s") == pytest.approx(0.3, abs=2 * sample_s)
    # O2: an onset between two samples is found half of one early, where the force rises like this.
    early_s = phase * sample_s
    for ms in (50, 100, 200, 250) if rate_hz == 1000 else (200, 250):
        w = ms / 1000
        force = 400 * (1 - math.exp(-w / 0.1))
        limit = (RFD_50 if ms < 200 else RFD_200)[rate_hz]
        limit += early_s * 4000 * math.exp(-w / 0.1) / force
        assert value(abrupt, f"rfd_0_{ms}_n_per_s") == pytest.approx(force / w, rel=limit), ms
    area = 400 * (0.2 - 0.1 * (1 - math.exp(-2)))
    # The rule of trapezoids misses h²/12 times the change of slope, 0.25 % at 50 Hz.
    missed = sample_s**2 / 12 * 4000 * (1 - math.exp(-2)) + early_s * 400 * (1 - math.exp(-2))
    assert value(abrupt, "impulse_200ms_ns") == pytest.approx(area, abs=1.01 * missed + 1e-3)
    # O3: it rises as 250·(pi·x/0.4)²/2 and is seen from three steps of 0.5 mN on.
    seen_s = math.sqrt(3 * 0.0005 / (250 * (math.pi / 0.4) ** 2 / 2))
    late = (early_s + seen_s) * 250 * math.pi / 0.4 / 250  # as a share of the force at 200 ms
    assert value(smooth, "rfd_0_200_n_per_s") == pytest.approx(1250, rel=SMOOTH[rate_hz] + late)
    assert value(smooth, "peak_n") == pytest.approx(500.0, abs=0.001)
    if rate_hz == 1000:
        steepest = 400 * (1 - math.exp(-0.2)) / 0.02
        limit = 0.004 + early_s * 10  # of table 1.1; the slope falls by 1/0.1 s
        assert value(abrupt, "rfd_peak_20ms_n_per_s") == pytest.approx(steepest, rel=limit)
        limit = SMOOTH[rate_hz] + (early_s + seen_s) * 250 * math.pi / 0.4 / 73.2
        assert value(smooth, "rfd_0_100_n_per_s") == pytest.approx(732.233047, rel=limit)
        steepest = 500 * math.sin(math.pi * 0.01 / 0.4) / 0.02
        assert value(smooth, "rfd_peak_20ms_n_per_s") == pytest.approx(steepest, rel=1e-4)
        return
    for rep in (flat, abrupt, smooth):
        for key in ("rfd_0_50_n_per_s", "rfd_0_100_n_per_s", "rfd_peak_20ms_n_per_s"):
            assert rep.metrics[key].value is None
            assert f"{rate_hz} Hz is too low" in (rep.metrics[key].reason or "")
        assert "low sampling rate" in rep.metrics["rfd_0_200_n_per_s"].method


@rates
@pytest.mark.parametrize("phase", [0.0, 0.5])
async def test_a_nordic_is_off_by_no_more_than_the_table_of_rates_says(
    rate_hz: int, phase: float, tmp_path: Path
) -> None:
    load = played(tmp_path, (1.0, nordic), phase=phase, rate_hz=rate_hz)
    (rep,) = await reps_of(tmp_path, BOARD, board(load, rate_hz), 6.0, NORDIC)
    assert value(rep, "peak_n") == pytest.approx(350.0, rel=max(NORDIC_PEAK[rate_hz], 1e-5))
    # a third of 350 N over 3 s, half of it over 0.1 s
    assert value(rep, "impulse_ns") == pytest.approx(367.5, rel=IMPULSE[rate_hz])
    mean = 350 * (27 - 2.9**3) / (27 * 0.1)
    assert value(rep, "peak_100ms_n") == pytest.approx(mean, rel=NORDIC_PEAK[rate_hz])


@pytest.mark.parametrize(
    ("bench", "options"),
    [
        # stamps of 32 bits that begin anew within the hold
        pytest.param(PULLER, {"clock_at_start_us": 2**32 - 33_000_000}, id="wrap"),
        pytest.param(UNO, {"clock_at_start_us": 2**32 - 33_000_000}, id="wrap-uneven"),
        pytest.param(UNO, {"rate_hz": 87.5}, id="87.5Hz"),
    ],
)
async def test_the_devices_own_clock_changes_no_number(
    bench: Bench, options: dict[str, float], tmp_path: Path
) -> None:
    load = played(tmp_path, (1.0, trapezoid), phase=0.0, rate_hz=80)
    firmware = bench.firmware(load, noise_n=0.0, **options)
    (rep,) = await reps_of(tmp_path, bench, firmware, 6.0)
    assert value(rep, "peak_n") == pytest.approx(300.0, abs=0.02)
    # the three corners of a hold lie up to half a sample off: 300 N · 6 ms at worst
    assert value(rep, "impulse_ns") == pytest.approx(990.0, rel=0.002)
    corner = RFD_200[80] + 0.5 / 80 / 0.2
    assert value(rep, "rfd_0_200_n_per_s") == pytest.approx(1000.0, rel=corner)


async def test_a_clock_100_ppm_fast_changes_nothing_beyond_the_table(tmp_path: Path) -> None:
    plain = played(tmp_path, (1.0, raised_cosine), phase=0.0, rate_hz=1000)

    def fast(t: Array) -> Array:
        """What pulls when the device's second is over: its clock runs ahead."""
        return plain(t / 1.0001)

    (rep,) = await reps_of(tmp_path, BOARD, board(fast, 1000), 6.0)
    assert value(rep, "peak_n") == pytest.approx(500.0, abs=0.001)
    assert value(rep, "rfd_0_200_n_per_s") == pytest.approx(1250, rel=SMOOTH[1000] + 2e-3)


async def test_packets_that_come_in_bursts_change_no_number(tmp_path: Path) -> None:
    load = played(tmp_path, (1.0, trapezoid), phase=0.0, rate_hz=1000)
    faulty = FaultPlan((Burst(every_s=1.0, hold_s=0.6),)).wrap(board(load, 1000))
    trial = await trial_of(tmp_path, BOARD, faulty, 6.0)
    assert (trial.lost, trial.gaps) == (0, ())
    (rep,) = [rep for rep in trial.analysis.reps if rep.side is Side.LEFT]
    assert value(rep, "impulse_ns") == pytest.approx(990.0, rel=1e-5)
    assert value(rep, "rfd_0_100_n_per_s") == pytest.approx(1000.0, rel=0.006)


async def test_a_lost_packet_forbids_early_force_and_keeps_the_peak(tmp_path: Path) -> None:
    load = played(tmp_path, (1.0, trapezoid), phase=0.0, rate_hz=1000)
    # about one packet of 20 samples in thirty, of two hundred in the repetition
    faulty = FaultPlan((Drop(0.03, from_s=BEGINS_S + 1.0),)).wrap(board(load, 1000))
    trial = await trial_of(tmp_path, BOARD, faulty, 6.0)
    assert trial.gaps
    (rep,) = [rep for rep in trial.analysis.reps if rep.side is Side.LEFT]
    assert value(rep, "peak_n") == pytest.approx(300.0, abs=0.001)
    assert rep.metrics["rfd_0_200_n_per_s"].value is None
    assert rep.metrics["rfd_0_200_n_per_s"].reason == "gap inside the repetition"
    assert "GAP" in rep.codes

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from data.analysis.types import RepResult, Side
from data.records import Trial
from devices.catalog import FORCE_MODELS
from firmware_sim.firmware import Load
from firmware_sim.loads import constant, delayed, oracle_nordic, oracle_trapezoid
from tests.app.processes import Recording, simulator
from tests.app.road import recorded
from tests.rigs import Bench, Way

SPEED = 2.0
BEGINS_S = 4.0  # of the device's time; the zero is taken before
BOARD = Bench(FORCE_MODELS["onb"], Way.TCP)
PULLER = Bench(FORCE_MODELS["progressor"], Way.RADIO)
STEP_N = {BOARD: 0.0005, PULLER: 0.001 * 9.80665}  # of the simulated readings

# Relative errors at worst, clinical_science table 1.1: of the Nordic peak −0.04 % at 1000 Hz and
# −0.5 % at 80 Hz, of RFD 0–200 ms −0.3 % and −3.3 %, of areas 0.0 %.
PEAK = {BOARD: 0.0005, PULLER: 0.005}
RFD_200 = {BOARD: 0.003, PULLER: 0.033}
AREA = 0.0005

# Corners of the curve on a sample, and half-way between two.
every = pytest.mark.parametrize(
    ("bench", "phase"),
    [
        pytest.param(bench, phase, id=f"{bench}-{phase}")
        for bench in (BOARD, PULLER)
        for phase in (0.0, 0.5)
    ],
)


def spacing_s(bench: Bench) -> float:
    return 1 / FORCE_MODELS[bench.model.id].rate_hz


async def reps_of(
    folder: Path, bench: Bench, load: Load, test: str, seconds: float = 8.0
) -> dict[Side | None, RepResult]:
    """The one repetition of each limb."""
    trial = await trial_of(folder, bench, load, test, seconds)
    found = {rep.side: rep for rep in trial.analysis.reps}
    assert len(found) == len(trial.analysis.reps)
    return found


async def trial_of(folder: Path, bench: Bench, load: Load, test: str, seconds: float) -> Trial:
    firmware = bench.firmware(delayed(load, BEGINS_S), noise_n=0.0)
    trial, _ = await recorded(
        folder, bench, firmware, seconds, test=test, limb=Side.LEFT, speed=SPEED
    )
    assert (trial.lost, trial.gaps) == (0, ())
    return trial


def value(rep: RepResult, key: str) -> float:
    number = rep.metrics[key].value
    assert number is not None, (key, rep.metrics[key].reason)
    return number


@every
async def test_a_trapezoid_keeps_its_closed_form_from_wire_to_store(
    bench: Bench, phase: float, tmp_path: Path
) -> None:
    load = oracle_trapezoid(phase * spacing_s(bench))
    rep = (await reps_of(tmp_path, bench, load, "ham.iso9020"))[Side.LEFT]
    assert value(rep, "peak_n") == pytest.approx(300.0, abs=STEP_N[bench])
    assert value(rep, "peak_1s_n") == pytest.approx(300.0, abs=STEP_N[bench])
    # (3.0 s + 3.6 s)/2 of 300 N
    assert value(rep, "impulse_ns") == pytest.approx(990.0, rel=AREA)
    assert value(rep, "time_to_peak_s") == pytest.approx(0.3, abs=2 * spacing_s(bench) + 1e-9)
    # Half a sample of onset, seen from 200 ms, comes on top where no sample is at the corner.
    early = phase * spacing_s(bench) / 0.2
    tolerance = RFD_200[bench] + early
    assert value(rep, "rfd_0_200_n_per_s") == pytest.approx(1000.0, rel=tolerance)
    assert value(rep, "force_at_200ms_n") == pytest.approx(200.0, rel=tolerance)
    assert value(rep, "impulse_200ms_ns") == pytest.approx(20.0, rel=AREA + 2 * early)
    if bench is BOARD:
        for ms in (50, 100, 150, 250):
            tolerance = 0.006 + phase * spacing_s(bench) / (ms / 1000)
            assert value(rep, f"rfd_0_{ms}_n_per_s") == pytest.approx(1000.0, rel=tolerance)
    else:
        reason = rep.metrics["rfd_0_100_n_per_s"].reason
        assert reason is not None
        assert "80 Hz is too low" in reason


@every
async def test_a_nordic_curl_keeps_its_closed_form_from_wire_to_store(
    bench: Bench, phase: float, tmp_path: Path
) -> None:
    load = oracle_nordic(phase * spacing_s(bench))
    test = "nordic.bil" if bench is BOARD else "ham.iso9020"
    reps = await reps_of(tmp_path, bench, load, test)
    assert set(reps) == ({Side.LEFT, Side.RIGHT} if bench is BOARD else {Side.LEFT})
    for rep in reps.values():
        assert value(rep, "peak_n") == pytest.approx(350.0, rel=PEAK[bench])
        # a third of 350 N over 3 s, half of it over 0.1 s
        assert value(rep, "impulse_ns") == pytest.approx(367.5, rel=AREA)
        # The parabola is flat at first: it needs a few steps of the reading to be seen at all.
        hidden_s = 3.0 * math.sqrt(3 * STEP_N[bench] / 350.0)
        near = hidden_s + 1.5 * spacing_s(bench)
        assert value(rep, "time_to_peak_s") == pytest.approx(3.0, abs=near)
        for w in (0.05, 0.1):  # trailing means of the parabola
            mean = 350.0 * (27 - (3 - w) ** 3) / (27 * w)
            key = f"peak_{round(w * 1000)}ms_n"
            assert value(rep, key) == pytest.approx(mean, rel=PEAK[bench])


@every
async def test_a_resting_load_after_the_zero_changes_no_net_number(
    bench: Bench, phase: float, tmp_path: Path
) -> None:
    # O6: the trapezoid on top of 12.5 N that the zero did not see
    trapezoid, offset = oracle_trapezoid(2.0 + phase * spacing_s(bench)), constant(12.5, 2)
    reps = await reps_of(
        tmp_path, bench, lambda t: trapezoid(t) + offset(t), "ham.iso9020", seconds=10.0
    )
    rep = reps[Side.LEFT]
    assert value(rep, "peak_gross_n") == pytest.approx(312.5, abs=2 * STEP_N[bench])
    assert value(rep, "peak_n") == pytest.approx(300.0, abs=2 * STEP_N[bench])
    assert value(rep, "impulse_ns") == pytest.approx(990.0, rel=AREA)


@pytest.mark.timeout(60)
def test_a_recording_under_load_never_begins_and_says_why(tmp_path: Path) -> None:
    times = np.arange(0.0, 60.0, 0.5)
    rows = "\n".join(f"{t},310,310" for t in times)
    curve = tmp_path / "loaded.csv"
    curve.write_text(f"time_s,left_n,right_n\n{rows}\n", "utf-8")
    with simulator("onb", "--load", curve, "--load-delay", 0) as (endpoint, _):
        recording = Recording(
            *(f"serial:{endpoint}", "--model", "onb", "--test", "nordic.bil"),
            *("--db", tmp_path / "x.db", "--json"),
        )
        status, printed = recording.result()
    assert (status, printed) == (1, "")
    assert "reads 310 N: something is pulling on it" in recording.said[-1]
    assert "Unload it completely" in recording.said[-1]
    assert list((tmp_path / "captures").glob("*")) == []

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from data.analysis.types import Curve, Side
from devices.catalog import FORCE_MODELS
from firmware_sim.loads import delayed, from_csv
from tests.app.processes import Recording, shared_capture, simulator
from tests.app.road import recorded
from tests.rigs import Bench, Way

TWO_PLATES, ONE_PLATE = "two_plates_1000hz.csv", "isometric_1000hz.csv"
AS_RECORDED_N = 0.05


def capture(name: str) -> tuple[Path, NDArray[np.float64]]:
    path = shared_capture(name)
    if path is None:
        pytest.skip(f"the recording {name} is not part of the project and is missing here")
    return path, np.loadtxt(path, delimiter=",", skiprows=1)


def played(curve: NDArray[np.float64], recording: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of ``curve (n, 1 + channels)`` in which the recording was played, sample by sample.

    Before it plays the force is zero: the recording begins where its largest first value appears.
    """
    channel = 1 + int(np.argmax(recording[0, 1:]))
    begins = int(np.argmax(curve[:, channel] > recording[0, channel] / 2))
    return curve[begins : begins + len(recording)]


@pytest.mark.timeout(90)
def test_two_recorded_plates_come_back_through_the_command_line(tmp_path: Path) -> None:
    path, recording = capture(TWO_PLATES)
    out = tmp_path / "curve.csv"
    with simulator("onb", "--load", path) as (endpoint, _):
        trial = Recording(
            *(f"serial:{endpoint}", "--model", "onb", "--test", "nordic.bil", "--seconds", 11),
            *("--out", out, "--db", tmp_path / "x.db", "--json"),
        ).trial()
    assert (trial["lost"], trial["gaps"], trial["state"]) == (0, [], "complete")
    assert trial["rate_hz"] == pytest.approx(1000, rel=1e-3)
    assert out.read_text("utf-8").splitlines()[0] == "time_s,force_left_n,force_right_n"
    curve = np.loadtxt(out, delimiter=",", skiprows=1)
    assert len(curve) == trial["samples"]
    assert np.diff(curve[:, 0]) == pytest.approx(0.001, abs=1e-9)
    back = played(curve, recording)
    assert back.shape == recording.shape
    assert np.abs(back[:, 1:] - recording[:, 1:]).max() <= AS_RECORDED_N
    assert np.abs(back[:, 0] - back[0, 0] - recording[:, 0]).max() <= 1e-9


async def test_two_recorded_plates_come_back_over_the_air(tmp_path: Path) -> None:
    path, recording = capture(TWO_PLATES)
    bench = Bench(FORCE_MODELS["onb"], Way.RADIO)
    firmware = bench.firmware(delayed(from_csv(path), 6.0), host_timeout_s=9.0)
    trial, curve = await recorded(tmp_path, bench, firmware, 13.5, speed=3.0)
    assert (trial.lost, trial.gaps) == (0, ())
    assert trial.rate_hz == pytest.approx(1000, rel=1e-3)
    back = played(table(curve), recording)
    assert back.shape == recording.shape
    assert np.abs(back[:, 1:] - recording[:, 1:]).max() <= AS_RECORDED_N


async def test_a_recorded_pull_comes_back_from_a_progressor_within_its_resolution(
    tmp_path: Path,
) -> None:
    path, recording = capture(ONE_PLATE)
    bench = Bench(FORCE_MODELS["progressor"], Way.RADIO)
    load = delayed(from_csv(path), 10.0)
    firmware = bench.firmware(load, noise_n=0.0)
    trial, curve = await recorded(
        tmp_path, bench, firmware, 29.0, test="ham.iso9020", limb=Side.LEFT, speed=5.0
    )
    assert (trial.lost, trial.gaps) == (0, ())
    assert trial.rate_hz == pytest.approx(80, rel=1e-3)
    # At 80 Hz every second sample falls between two of the recording, which is linear there.
    back = table(curve)
    begins = int(np.argmax(back[:, 1] > recording[0, 1] / 2))
    n = int(recording[-1, 0] / 0.0125) + 1
    expected = np.interp(np.arange(n) * 0.0125, recording[:, 0], recording[:, 1])
    resolution_n = 0.001 * 9.80665  # one gram
    assert np.abs(back[begins : begins + n, 1] - expected).max() <= resolution_n


def table(curve: Curve) -> NDArray[np.float64]:
    return np.column_stack([curve.t, curve.force])

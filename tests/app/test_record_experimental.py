from __future__ import annotations

from pathlib import Path

import pytest

from data.analysis.types import Side
from devices.catalog import FORCE_MODELS
from firmware_sim.loads import delayed, oracle_trapezoid
from tests.app.road import recorded
from tests.rigs import Bench, Way

SCALE = Bench(FORCE_MODELS["wh-c06"], Way.RADIO)


async def test_a_scale_that_is_heard_now_and_then_gives_a_peak_and_no_times(tmp_path: Path) -> None:
    load = delayed(oracle_trapezoid(channels=1), 3.0)
    firmware = SCALE.firmware(load, noise_n=0.0)
    trial, _ = await recorded(tmp_path, SCALE, firmware, 7.0, test="ham.iso9020", limb=Side.LEFT)
    (rep,) = trial.analysis.reps
    # The plateau lasts 3 s, so that some of its readings arrive: 300 N, to half a step of 0.01 kg.
    assert rep.metrics["peak_n"].value == pytest.approx(300.0, abs=0.1)
    reason = "about five readings a second arrive, without time stamps"
    for key in ("time_to_peak_s", "duration_s", "rfd_0_100_n_per_s"):
        assert (rep.metrics[key].value, rep.metrics[key].reason) == (None, reason)
    assert {gap.samples for gap in trial.gaps} <= {None}

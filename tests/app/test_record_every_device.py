from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from data.analysis.types import Side
from devices.catalog import FORCE_MODELS
from firmware_sim.faults import Drop, FaultPlan
from firmware_sim.loads import constant, delayed
from tests.app.road import recorded
from tests.contract.test_force_devices import FAST, half_step_n, model_of, places_samples
from tests.rigs import Bench, Tap, Way, benches

PULL_N = 123.4
BEGINS_S = 2.6  # of the device's time; the zero is taken before
LOSSES_S = (3.0, 3.7)  # while it pulls, and while the trial is recorded
TRIAL_S = 3.0

# The links that real devices have: a port, and the air.
every = pytest.mark.parametrize(
    "bench", benches(FORCE_MODELS.values(), without=(Way.MEMORY, Way.PTY))
)


@every
async def test_a_constant_load_is_recorded_as_the_device_sends_it(
    bench: Bench, tmp_path: Path
) -> None:
    model, has_places = model_of(bench), places_samples(model_of(bench))
    load = delayed(constant(PULL_N, 2), BEGINS_S)
    sent, arrived = Tap(), Tap()
    plan = FaultPlan((sent, Drop(0.3, *LOSSES_S), arrived))
    firmware = plan.wrap(bench.firmware(load, noise_n=0.0))
    trial, curve = await recorded(
        tmp_path,
        bench,
        firmware,
        TRIAL_S,
        test="nordic.bil",
        limb=Side.LEFT,
        speed=FAST if has_places else 1.0,
    )
    # A step of the reading for the pull and one for the zero, each half.
    settled = curve.force[curve.t > curve.t[-1] - 0.5]
    assert len(settled) > 0
    assert np.abs(settled - PULL_N).max() <= 2 * half_step_n(bench)
    assert [c.calibration.calibrated_by for c in trial.header.channels] == [
        "bench" if model.needs_calibration else None for _ in trial.header.channels
    ]
    if not has_places:
        assert trial.rate_hz is not None
        assert 0.3 * model.rate_hz < trial.rate_hz <= 1.1 * model.rate_hz
        return
    assert trial.rate_hz == pytest.approx(model.rate_hz, rel=0.002)
    codec = bench.listening_codec
    injected = int(np.count_nonzero(~np.isin(sent.times(codec()), arrived.times(codec()))))
    assert injected > 0
    assert trial.lost == injected

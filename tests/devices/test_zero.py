import numpy as np
import pytest
from numpy.typing import NDArray

from devices.errors import ZeroRefusedError
from devices.types import ChannelInfo, Position
from devices.zero import measure_zero

CELL = (ChannelInfo(Position.SINGLE, capacity_n=None, resolution_n=None),)
NOISE = np.random.default_rng(7).normal(0.0, 0.2, 1500)


def signal(
    mean: float = 2.0, scale: float = 1.0, slope: float = 0.0, seconds: float = 1.5
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    n = int(seconds * 1000)
    t_us = 1000 * np.arange(n, dtype=np.int64)
    force = mean + scale * NOISE[:n] + slope * t_us * 1e-6
    return t_us, force[:, np.newaxis]


def test_a_quiet_unloaded_stretch_gives_its_mean() -> None:
    t_us, force = signal()
    (zero,) = measure_zero(t_us, force, CELL)
    # The mean of 1500 draws of N(2, 0.2) is within 4 standard errors, 0.021 N.
    assert zero.offset_n == pytest.approx(2.0, abs=0.021)
    assert zero.samples == 1500
    assert zero.duration_s == pytest.approx(1.499)


@pytest.mark.parametrize(
    ("signal_of", "reason"),
    [
        ({"seconds": 0.5}, "short"),
        ({"mean": 310.0}, "loaded"),
        ({"mean": -310.0}, "loaded"),
        ({"scale": 10.0}, "unquiet"),  # 10 x 0.2 N: above the limit of 1 N
        ({"slope": 1.5}, "drifting"),  # above 1 N/s
    ],
)
def test_a_zero_is_refused_with_its_reason(signal_of: dict[str, float], reason: str) -> None:
    t_us, force = signal(**signal_of)
    with pytest.raises(ZeroRefusedError) as refused:
        measure_zero(t_us, force, CELL)
    assert refused.value.reason == reason
    assert "old zero is kept" in str(refused.value)


def test_one_loaded_cell_of_two_refuses_both_and_names_it() -> None:
    t_us, left = signal()
    _, right = signal(mean=120.0)
    cells = (ChannelInfo(Position.LEFT, 2000.0, None), ChannelInfo(Position.RIGHT, 2000.0, None))
    with pytest.raises(ZeroRefusedError, match="right"):
        measure_zero(t_us, np.hstack([left, right]), cells)

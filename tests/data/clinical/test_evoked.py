from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from data.analysis.evoked import EvokedContractions
from data.clinical.evoked import METHOD, EvokedRefusedError, Evoking, Maximum, mvic_percent
from data.clinical.series import SeriesKey
from data.clinical.tests import Contraction
from data.sides import Side

TODAY = date(2026, 11, 18)
KEY = SeriesKey(
    "ham.iso", "peak_n", Side.RIGHT, "progressor", Contraction.ISOMETRIC_MAKE, position="prone 30°"
)
MAXIMUM = Maximum(281.0, TODAY, KEY, "0042")
NOW = Evoking(TODAY, KEY, "0042", is_in_position=True)


def test_the_share_is_that_of_the_maximum_of_the_day() -> None:
    assert mvic_percent(140.5, MAXIMUM, NOW) == pytest.approx(50.0)
    assert mvic_percent(309.1, MAXIMUM, NOW) == pytest.approx(110.0)
    assert METHOD.startswith("nmes.mvic_percent.v1(")


@pytest.mark.parametrize(
    ("maximum", "now", "because"),
    [
        (None, NOW, "No maximum of today"),
        (replace(MAXIMUM, on=date(2026, 11, 17)), NOW, "2026-11-17, not of today"),
        (replace(MAXIMUM, peak_n=0.0), NOW, "no force above 0 N"),
        (
            MAXIMUM,
            replace(NOW, key=replace(KEY, device_model="onb")),
            "device onb, then progressor in the test",
        ),
        (MAXIMUM, replace(NOW, key=replace(KEY, side=Side.LEFT)), "limb left, then right"),
        (MAXIMUM, replace(NOW, key=replace(KEY, position="seated")), "position seated, then prone"),
        (MAXIMUM, replace(NOW, key=replace(KEY, lever_m=0.4)), "lever 0.4 m, then not noted"),
        (MAXIMUM, replace(NOW, device_serial="0043"), "another unit"),
        (MAXIMUM, replace(NOW, is_virtual=True), "another unit"),
        (MAXIMUM, replace(NOW, is_in_position=None), "Say that limb, lever and strap"),
        (
            replace(MAXIMUM, key=replace(KEY, contraction=Contraction.ECCENTRIC)),
            NOW,
            "isometric maximum only",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(
    maximum: Maximum | None, now: Evoking, because: str
) -> None:
    with pytest.raises(EvokedRefusedError, match=because):
        mvic_percent(140.0, maximum, now)


@pytest.mark.parametrize("evoked_n", [None, 0.0, -3.0, float("nan"), float("inf")])
def test_without_a_force_there_is_no_share(evoked_n: float | None) -> None:
    with pytest.raises(EvokedRefusedError, match="No contraction"):
        mvic_percent(evoked_n, MAXIMUM, NOW)


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_each_contraction_has_its_own_peak_in_any_chunks(size: int) -> None:
    # Two half waves of 10 s with rests of 5 s, 100 samples a second: 140 N, then 90 N.
    wave = np.sin(np.pi * np.arange(1000) / 1000)
    rest = np.zeros(500)
    force = np.concatenate([rest, 140.0 * wave, rest, 90.0 * wave, rest])
    seen: list[float] = []
    found = EvokedContractions()
    for start in range(0, len(force), size):
        found.feed(force[start : start + size])
        if found.peak_n is not None and not found.is_contracting and found.peak_n not in seen:
            seen.append(found.peak_n)
    assert found.peak_n == pytest.approx(90.0)
    assert found.now_n == 0.0
    if size <= 100:  # a chunk with both shows the last one only
        assert seen == [pytest.approx(140.0), pytest.approx(90.0)]


def test_noise_at_rest_is_no_contraction() -> None:
    found = EvokedContractions()
    found.feed(np.random.default_rng(1).normal(0.0, 1.0, 5000))
    assert (found.peak_n, found.is_contracting) == (None, False)
    found.feed(np.array([9.9, 10.0, 7.0, 5.0]))
    assert (found.peak_n, found.is_contracting) == (10.0, True)
    found.feed(np.array([4.9, 9.0]))
    assert (found.peak_n, found.is_contracting) == (10.0, False)

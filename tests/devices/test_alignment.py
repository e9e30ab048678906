"""Two device clocks against the host's: simulated arrivals, so that the true times are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from devices.alignment import HostClock, HostFit, alignment_error_us

BEGAN_US = 5_000_000_000


@dataclass(frozen=True, slots=True)
class Sensor:
    """`fast_ppm`: by how much its clock runs fast. A message carries `n` samples and takes
    `shortest_us` and up to `jitter_us` more; every `burst_s` all wait until `hold_us` are over."""

    rate_hz: float = 84.75
    fast_ppm: float = 0.0
    n: int = 1
    shortest_us: float = 0.0
    jitter_us: float = 3_000.0
    burst_s: float = 0.0
    hold_us: float = 0.0
    began_us: float = 0.0

    def host_of(self, t_us: float) -> float:
        """The true host time of a stream time."""
        return BEGAN_US + self.began_us + t_us / (1 + self.fast_ppm * 1e-6)

    def fit(self, seconds: float, seed: int) -> HostFit:
        rng = np.random.default_rng(seed)
        clock = HostClock()
        for number in range(self.n - 1, round(seconds * self.rate_hz), self.n):
            t_us = round(number * 1e6 / self.rate_hz)
            true_us = self.host_of(t_us)
            arrival = true_us + self.shortest_us + rng.uniform(0.0, self.jitter_us)
            if self.burst_s:
                into = (true_us - BEGAN_US) % (self.burst_s * 1e6)
                arrival += max(self.hold_us - into, 0.0)
            clock.take(t_us, round(arrival))
        fit = clock.fit(0, round(seconds * 1e6), 1e6 / self.rate_hz)
        assert fit is not None
        return fit


QUIET = Sensor()
PAIRS = {
    "as good as equal": (QUIET, QUIET),
    "clocks 1000 ppm apart": (Sensor(fast_ppm=500.0), Sensor(fast_ppm=-500.0)),
    "a resonator of half a percent": (Sensor(fast_ppm=5_000.0), QUIET),
    "begun a second apart": (QUIET, Sensor(began_us=1_000_000.0)),
    "late bursts on one": (QUIET, Sensor(burst_s=5.0, hold_us=300_000.0)),
    "a cable and a radio": (
        QUIET,
        Sensor(rate_hz=80.0, n=8, shortest_us=2_000.0, jitter_us=45_000.0),
    ),
    "fast and slow": (Sensor(rate_hz=1000.0, n=20), Sensor(rate_hz=10.0)),
}


@pytest.mark.parametrize("seconds", [1.5, 12.0, 90.0])
@pytest.mark.parametrize("pair", PAIRS, ids=str)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_stated_error_bounds_the_true_one_over_the_whole_trial(
    pair: str, seconds: float, seed: int
) -> None:
    one, other = PAIRS[pair]
    fits = one.fit(seconds, seed), other.fit(seconds, seed + 100)
    stated = alignment_error_us(*fits)
    for t_us in np.linspace(0.0, seconds * 1e6, 40):
        wrong = [
            fit.host_of(t_us) - sensor.host_of(t_us)
            for fit, sensor in zip(fits, (one, other), strict=True)
        ]
        assert abs(wrong[0] - wrong[1]) <= stated


def test_the_stated_error_of_two_cabled_sensors_is_about_a_sample() -> None:
    fits = QUIET.fit(60.0, 1), Sensor(fast_ppm=300.0).fit(60.0, 2)
    assert alignment_error_us(*fits) < 1.5 * 1e6 / 84.75


def test_the_rate_of_a_clock_is_found_over_a_minute() -> None:
    rate = Sensor(fast_ppm=400.0).fit(60.0, 1).rate
    assert rate == pytest.approx(1 / 1.0004, abs=2e-5)


def test_a_clock_that_runs_twice_as_fast_costs_no_accuracy() -> None:
    fits = Sensor(fast_ppm=1e6).fit(12.0, 1), Sensor(fast_ppm=1e6).fit(12.0, 2)
    assert alignment_error_us(*fits) < 2.0 * 1e6 / 84.75


def test_a_first_second_that_comes_late_is_no_other_rate() -> None:
    clock = HostClock()
    for t_us in range(0, 2_100_000, 10_000):  # one clock; what came before 1.4 s was held up
        clock.take(t_us, max(t_us, 1_400_000) if t_us < 1_010_000 else t_us)
    fit = clock.fit(0, 2_100_000, 10_000.0)
    assert fit is not None
    assert fit.rate == 1.0


def test_a_jump_between_the_clocks_is_in_the_stated_error() -> None:
    clock = HostClock()
    for number in range(2000):
        jumped_us = 40_000 if number >= 1000 else 0  # anchored late after a reconnect
        clock.take(number * 10_000 - jumped_us, BEGAN_US + number * 10_000)
    fit = clock.fit(0, 20_000_000, 10_000.0)
    assert fit is not None
    assert fit.scatter_us >= 10_000


def test_nothing_heard_is_no_fit() -> None:
    assert HostClock().fit(0, 1_000_000, 10_000.0) is None

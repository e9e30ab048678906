import numpy as np

from app.live import LiveTrace
from app.pull_test import PULL_N, pulled


def trace(force_n: np.ndarray, rate_hz: float = 80.0, channels: int = 1) -> LiveTrace:
    shown = LiveTrace(channels, 2000)
    t = np.arange(len(force_n)) / rate_hz
    shown.append(t, np.tile(force_n[:, None], (1, channels)))
    return shown


def quiet(level_n: float = 0.0, seconds: float = 4.0, noise_n: float = 0.5) -> np.ndarray:
    n = round(80 * seconds)
    return level_n + np.random.default_rng(1).normal(0.0, noise_n, n)


def with_pull(force_n: np.ndarray, rise_n: float, seconds: float = 0.3) -> np.ndarray:
    rising = force_n.copy()
    rising[-round(80 * seconds) :] += rise_n
    return rising


def test_nobody_is_named_while_nobody_pulls():
    assert pulled({"a": trace(quiet()), "b": trace(quiet(level_n=150.0))}) is None
    assert pulled({}) is None
    assert pulled({"a": LiveTrace(1, 100)}) is None


def test_the_one_that_is_pulled_on_is_named_whatever_hangs_on_it():
    pulling = trace(with_pull(quiet(level_n=-37.0), 2 * PULL_N))
    assert pulled({"left": trace(quiet()), "right": pulling}) == "right"


def test_of_two_that_move_it_is_the_one_that_moves_more():
    a, b = with_pull(quiet(), 3 * PULL_N), with_pull(quiet(), 2 * PULL_N)
    assert pulled({"a": trace(a), "b": trace(b)}) == "a"


def test_a_push_counts_as_well_as_a_pull():
    assert pulled({"a": trace(with_pull(quiet(), -2 * PULL_N))}) == "a"


def test_an_unquiet_device_is_not_taken_for_a_pulled_one():
    loud = quiet(noise_n=15.0)
    assert pulled({"a": trace(with_pull(loud, 2 * PULL_N))}) is None


def test_the_first_moment_of_a_stream_names_nobody():
    assert pulled({"a": trace(with_pull(quiet(seconds=0.4), 100.0, seconds=0.39))}) is None

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.loads import (
    LOADS,
    LoadFileError,
    constant,
    delayed,
    from_csv,
    isometric_hold,
    load_named,
    nordic_curl,
    on_cells,
    oracle_nordic,
    oracle_trapezoid,
)
from firmware_sim.noise import chance, gaussian

CAPTURES = Path(__file__).resolve().parents[3] / "shared" / "captures"
MILLISECONDS = np.arange(30_000) / 1000


def trapezoid(y: np.ndarray, dt: float) -> float:
    return float(np.sum((y[1:] + y[:-1]) / 2) * dt)


def test_the_trapezoid_has_its_closed_form() -> None:
    # clinical_science.md §6 O1: peak 300, impulse 990, first sample at the peak 0.3 s after onset
    force = oracle_trapezoid(channels=1)(MILLISECONDS)[:, 0]
    assert force.max() == 300.0
    assert trapezoid(force, 0.001) == pytest.approx(990.0, rel=1e-9)
    assert int(np.argmax(force == 300.0)) == 1300
    assert force[1100] == pytest.approx(100.0)


def test_the_nordic_oracle_has_its_closed_form() -> None:
    # O5: peak 350 after 3 s, impulse 367.5, release -3500 N/s
    force = oracle_nordic(channels=1)(MILLISECONDS)[:, 0]
    assert force.max() == 350.0
    assert int(force.argmax()) == 4000
    # the trapezoid rule is off by dt²/12·(700/3) on the parabola: 2e-5
    assert trapezoid(force, 0.001) == pytest.approx(367.5, abs=1e-4)
    assert (force[4050] - force[4010]) / 0.04 == pytest.approx(-3500.0)
    assert force[4100:].max() == 0.0


def test_a_nordic_curl_has_three_bilateral_reps_that_break_sharply() -> None:
    left, right = nordic_curl()(MILLISECONDS).T
    above = left > 60.0
    starts = np.flatnonzero(above[1:] & ~above[:-1])
    assert len(starts) == 3
    for column, peaks in ((left, (352.0, 341.0, 333.0)), (right, (309.0, 301.0, 288.0))):
        for rep, peak in enumerate(peaks):
            window = column[1000 + rep * 9120 : 1000 + rep * 9120 + 3120]
            assert window.max() == pytest.approx(peak, rel=0.01)
            rise_ms = int(window.argmax())
            assert 2900 <= rise_ms <= 3020
            assert window[-1] < 0.02 * peak
    assert np.all(left[(MILLISECONDS < 1.0)] == 0.0)


def test_tremor_is_small_and_between_8_and_12_hz() -> None:
    t = np.arange(0, 4.0, 0.001)
    smooth = isometric_hold(peaks_n=(100.0,), hold_s=(60.0,))(t + 10.0)[:, 0]
    ripple = smooth - np.polyval(np.polyfit(t, smooth, 3), t)
    assert 0.2 < ripple.std() < 1.0  # of 100 N
    spectrum = np.abs(np.fft.rfft(ripple))
    strongest = np.fft.rfftfreq(len(t), 0.001)[spectrum.argmax()]
    assert 8.0 <= strongest <= 12.0


def test_isometric_holds_last_3_to_5_seconds() -> None:
    force = isometric_hold()(MILLISECONDS)[:, 0]
    edges = np.flatnonzero(np.diff((force > 50.0).astype(int)))
    durations = np.diff(edges)[::2] / 1000
    assert len(durations) == 3
    assert np.all((durations > 3.0) & (durations < 5.0))


def test_no_load_is_ever_negative_or_endless() -> None:
    for name in LOADS:
        force = load_named(name)(MILLISECONDS)
        assert force.shape[0] == len(MILLISECONDS)
        assert np.isfinite(force).all()
        assert force.min() >= 0.0
        assert np.all(load_named(name)(np.array([3600.0])) == 0.0)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_comes_back_sample_for_sample(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    values = np.round(rng.normal(300, 200, (5000, 2)), 3)
    rows = "".join(f"{i / 1000:.3f},{a},{b}\n" for i, (a, b) in enumerate(values))
    load = from_csv(write(tmp_path / "a.csv", "time_s,a_n,b_n\n" + rows))
    for start in (0, 3000):  # 3 s later, as the command line plays it
        ticks = np.arange(start, start + 5000)
        played = delayed(load, start / 1000)(ticks / 1000)
        assert np.array_equal(played, values)


def test_a_file_that_starts_late_is_played_from_its_first_sample(tmp_path: Path) -> None:
    load = from_csv(write(tmp_path / "a.csv", "t,f\n10.00,1\n10.01,2\n10.02,3\n"))
    assert load(np.array([0.0, 0.01, 0.015, 0.02, 0.03]))[:, 0].tolist() == [1, 2, 2.5, 3, 0]


def test_between_samples_the_curve_is_linear(tmp_path: Path) -> None:
    load = from_csv(write(tmp_path / "a.csv", "t,f\n0,0\n1,80\n"))
    force = load(np.arange(0, 81) / 80)[:, 0]
    assert force.tolist() == pytest.approx(list(range(81)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "time_s,force_n\n",
        "time_s,force_n\n0,1\n",
        "time_s\n0\n1\n",
        "time_s,a,b,c\n0,1,2,3\n1,1,2,3\n",
        "time_s,force_n\n0,1\n0,2\n",
        "time_s,force_n\n0,one\n1,2\n",
        "time_s,force_n\n0,nan\n1,2\n",
        "time_s,force_n\n0,1\n1\n",
    ],
)
def test_a_file_without_a_curve_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(LoadFileError, match=r"a\.csv"):
        from_csv(write(tmp_path / "a.csv", text))


@pytest.mark.skipif(not CAPTURES.exists(), reason="the folder of recorded curves is not here")
@pytest.mark.parametrize("name", ["two_plates_1000hz.csv", "isometric_1000hz.csv"])
def test_recorded_curves_play_exactly(name: str) -> None:
    table = np.loadtxt(CAPTURES / name, delimiter=",", skiprows=1)
    ticks = np.arange(3000 + len(table) + 500)
    played = delayed(from_csv(CAPTURES / name), 3.0)(ticks / 1000)
    assert not played[:3000].any()
    assert np.array_equal(played[3000 : 3000 + len(table)], table[:, 1:])
    assert not played[3000 + len(table) :].any()


def test_a_delayed_load_begins_after_its_delay() -> None:
    force = delayed(constant(5.0), 3.0)(np.array([0.0, 2.999, 3.0, 4.0]))
    assert force[:, 0].tolist() == [0.0, 0.0, 5.0, 5.0]


def test_cells_that_nothing_pulls_on_are_at_zero() -> None:
    t = np.zeros(3)
    assert on_cells(constant(5.0, 1), t, 2).tolist() == [[5.0, 0.0]] * 3
    assert on_cells(constant(5.0, 2), t, 1).tolist() == [[5.0]] * 3


@given(st.integers(0, 10**6), st.integers(1, 50), st.integers(0, 49))
def test_noise_depends_on_the_sample_and_not_on_how_it_is_drawn(
    first: int, n: int, cut: int
) -> None:
    cut = min(cut, n)
    whole = gaussian(first, n, 2, 1.0, seed=3)
    parts = np.concatenate(
        [gaussian(first, cut, 2, 1.0, 3), gaussian(first + cut, n - cut, 2, 1.0, 3)]
    )
    assert whole == pytest.approx(parts, rel=1e-12)


def test_noise_has_the_promised_spread_and_independent_channels() -> None:
    noise = gaussian(0, 100_000, 2, 0.5, seed=9)
    assert noise.mean(axis=0) == pytest.approx([0.0, 0.0], abs=0.01)
    assert noise.std(axis=0) == pytest.approx([0.5, 0.5], rel=0.01)
    assert abs(float(np.mean(noise[:, 0] * noise[:, 1]))) < 0.005
    assert not np.array_equal(noise, gaussian(0, 100_000, 2, 0.5, seed=10))


def test_chances_are_even() -> None:
    draws = np.array([chance(i, 4) for i in range(10_000)])
    assert draws.min() >= 0.0
    assert draws.max() < 1.0
    assert draws.mean() == pytest.approx(0.5, abs=0.02)

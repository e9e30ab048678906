"""Curves with a closed form from a CSV file to JSON; every expected value is derived here."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.__main__ import main
from data.clinical.reliability_maths import reliability
from tests.app.cli.shell import only_json, write_csv
from tests.data.analysis.curves import (
    Array,
    exponential,
    half_sines,
    nordic,
    raised_cosine,
    times,
    trapezoid,
)

Analyse = Callable[..., Any]

WINDOWS_MS = (50, 100, 150, 200, 250)
EXACT = 1e-9
HEADER = ("time_s", "left_n", "right_n")
CAPTURES = Path(__file__).parents[4] / "shared" / "captures"
HOLD, NORDIC = "ham.iso9020", "nordic.bil"


@pytest.fixture
def analysed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Analyse:
    """What `myograph analyse` prints of these columns as JSON."""

    def run(t: Array, *columns: Array, test: str = HOLD, words: str = "") -> Any:
        path = write_csv(tmp_path / "curve.csv", ",".join(HEADER[: len(columns) + 1]), t, *columns)
        limb = ["--side", "left"] if len(columns) == 1 else []
        status = main(["analyse", str(path), "--test", test, "--json", *limb, *words.split()])
        printed = capsys.readouterr()
        assert status == 0, printed.err
        return only_json(printed.out)

    return run


def only_rep(analysis: Any) -> dict[str, Any]:
    (rep,) = analysis["reps"]
    return rep


def test_o1_a_trapezoid(analysed: Analyse) -> None:
    t = times(6.0)
    rep = only_rep(analysed(t, trapezoid(t - 1)))
    expected = {
        "peak_n": 300.0,
        "peak_1s_n": 300.0,
        "impulse_ns": 300 * (3.0 + 3.6) / 2,
        "rfd_peak_20ms_n_per_s": 1000.0,
        "time_to_peak_s": 0.3,
    }
    for ms in WINDOWS_MS:
        expected[f"rfd_0_{ms}_n_per_s"] = 1000.0
        expected[f"force_at_{ms}ms_n"] = float(ms)
        expected[f"impulse_{ms}ms_ns"] = 1000 * (ms / 1000) ** 2 / 2
    assert {key: rep[key] for key in expected} == pytest.approx(expected, rel=EXACT)


def test_o2_an_abrupt_rise(analysed: Analyse) -> None:
    t = times(6.0)
    rep = only_rep(analysed(t, exponential(t - 1)))
    for ms in WINDOWS_MS:
        w = ms / 1000
        force = 400 * (1 - math.exp(-w / 0.1))
        # errors of table 1.1 at 1000 Hz: RFD -0.6 % at worst, impulse none
        assert rep[f"force_at_{ms}ms_n"] == pytest.approx(force, rel=0.006)
        assert rep[f"rfd_0_{ms}_n_per_s"] == pytest.approx(force / w, rel=0.006)
        area = 400 * (w - 0.1 * (1 - math.exp(-w / 0.1)))
        assert rep[f"impulse_{ms}ms_ns"] == pytest.approx(area, rel=5e-4)
    steepest = 400 * (1 - math.exp(-0.2)) / 0.02
    assert rep["rfd_peak_20ms_n_per_s"] == pytest.approx(steepest, rel=0.004)


def test_o3_a_smooth_rise(analysed: Analyse) -> None:
    t = times(6.0)
    rep = only_rep(analysed(t, raised_cosine(t - 1)))
    for ms in WINDOWS_MS:
        w = ms / 1000
        force = 250 * (1 - math.cos(math.pi * w / 0.4))
        assert rep[f"force_at_{ms}ms_n"] == pytest.approx(force, rel=1e-3)
        assert rep[f"rfd_0_{ms}_n_per_s"] == pytest.approx(force / w, rel=1e-3)
        area = 250 * (w - 0.4 / math.pi * math.sin(math.pi * w / 0.4))
        assert rep[f"impulse_{ms}ms_ns"] == pytest.approx(area, rel=2e-3)
    steepest = 500 * math.sin(math.pi * 0.01 / 0.4) / 0.02
    assert rep["rfd_peak_20ms_n_per_s"] == pytest.approx(steepest, rel=1e-5)


def test_o4_six_half_sines(analysed: Analyse) -> None:
    t = times(32.0)
    analysis = analysed(t, half_sines(t - 1.5))
    amplitudes = [300.0, 290.0, 280.0, 270.0, 260.0, 250.0]
    for rep, amplitude in zip(analysis["reps"], amplitudes, strict=True):
        assert rep["impulse_ns"] == pytest.approx(4 * amplitude / math.pi, rel=1e-6)
        assert rep["mean_n"] == pytest.approx(2 * amplitude / math.pi, rel=1e-6)
        for key, w in (("peak_500ms_n", 0.5), ("peak_1s_n", 1.0)):
            angle = math.pi * w / 4
            assert rep[key] == pytest.approx(amplitude * math.sin(angle) / angle, rel=1e-6)
    (summary,) = analysis["summary"]
    expected = {
        "best_n": 300.0,
        "mean_n": 275.0,
        "mean_best_3_n": 290.0,
        "sd_n": math.sqrt(350),
        "cv_percent": 100 * math.sqrt(350) / 275,
        "fatigue_first_last_percent": 100 * 50 / 300,
        "fatigue_3v3_percent": 100 * 30 / 290,
        "decrement_percent": 100 * 150 / 1800,
        "slope_n_per_rep": -10.0,
    }
    assert {key: summary[key] for key in expected} == pytest.approx(expected, rel=1e-8)


def test_o5_a_nordic(analysed: Analyse) -> None:
    t = times(6.0)
    left, _ = analysed(t, nordic(t - 1), 0.8 * nordic(t - 1), test=NORDIC)["reps"]
    assert left["peak_n"] == pytest.approx(350.0, rel=EXACT)
    assert left["impulse_ns"] == pytest.approx(350 + 17.5, rel=1e-6)
    assert left["time_to_peak_s"] == pytest.approx(3.0, abs=1e-3)
    assert left["release_rate_n_per_s"] == pytest.approx(-3500.0, rel=EXACT)
    for key, w in (("peak_50ms_n", 0.05), ("peak_100ms_n", 0.1)):
        mean = 350 * (27 - (3 - w) ** 3) / (27 * w)
        assert left[key] == pytest.approx(mean, rel=1e-6)
    for key in ("peak_500ms_n", "peak_1s_n"):
        assert left[key] is None
        assert "isometric" in left[f"{key}_reason"]


@pytest.mark.parametrize("offset", [12.5, 28.0])
def test_o6_an_offset_or_a_resting_limb(analysed: Analyse, offset: float) -> None:
    t = times(6.0)
    plain, raised = (only_rep(analysed(t, trapezoid(t - 1) + level)) for level in (0.0, offset))
    assert raised["peak_gross_n"] == pytest.approx(300 + offset, rel=EXACT)
    for key in ("peak_n", "impulse_ns", "rfd_0_100_n_per_s", "time_to_peak_s", "peak_1s_n"):
        assert raised[key] == pytest.approx(plain[key], rel=EXACT), key
    as_weight = only_rep(
        analysed(
            t,
            trapezoid(t - 1) + offset,
            words=f"--gravity-n {offset} --gravity-method measured",
        )
    )
    assert as_weight["peak_n"] == pytest.approx(300.0, rel=EXACT)


def test_o6_a_drift(analysed: Analyse) -> None:
    t = times(6.0)
    rep = only_rep(analysed(t, trapezoid(t - 1) + 2 * t))
    # the middle of the quiet second lies at 0.5 s, the end of the hold at 4.3 s
    assert rep["peak_n"] == pytest.approx(300 + 2 * (4.3 - 0.5), abs=0.3)
    assert rep["impulse_100ms_ns"] == pytest.approx(5.0, abs=0.2)


def test_o7_uneven_times_and_a_clock_that_runs_fast(analysed: Analyse) -> None:
    steps = [1044, 2660, 11444, *([11428, 11436] * 300)]
    t = np.cumsum([0, *steps]) / 1e6
    uneven = only_rep(analysed(t, trapezoid(t - 1)))
    assert uneven["peak_n"] == pytest.approx(300.0, rel=EXACT)
    assert uneven["impulse_ns"] == pytest.approx(990.0, rel=1e-3)
    # half a sample of onset at 87.5 Hz, seen from 200 ms
    assert uneven["rfd_0_200_n_per_s"] == pytest.approx(1000.0, rel=0.03)
    assert uneven["rfd_0_50_n_per_s"] is None
    assert "too low" in uneven["rfd_0_50_n_per_s_reason"]
    t = times(6.0)
    plain = only_rep(analysed(t, raised_cosine(t - 1)))
    fast = only_rep(analysed(1.0001 * t, raised_cosine(t - 1)))
    for key in ("peak_n", "impulse_ns", "rfd_0_100_n_per_s", "time_to_peak_s"):
        assert fast[key] == pytest.approx(plain[key], rel=2e-4), key


def test_o7_a_lost_packet(analysed: Analyse) -> None:
    t = times(6.0)
    t = t[(t < 1.10) | (t >= 1.112)]
    rep = only_rep(analysed(t, trapezoid(t - 1)))
    assert rep["peak_n"] == pytest.approx(300.0)
    assert rep["rfd_0_200_n_per_s"] is None
    assert rep["rfd_0_200_n_per_s_reason"] == "gap inside the repetition"
    assert "GAP" in rep["codes"]


# clinical_science 3.1, example A: left 300 N (dominant, uninjured), right 240 N
def test_o8_every_formula_of_asymmetry(analysed: Analyse) -> None:
    t = times(6.0)
    words = "--injured right --dominant left"
    pair = (trapezoid(t - 1), 0.8 * trapezoid(t - 1))
    analysis = analysed(t, *pair, test="nordic.iso", words=words)
    of_peaks = [each for each in analysis["asymmetries"] if each["metric"] == "peak_n"]
    found = {each["formula"]: each["value_percent"] for each in of_peaks}
    expected = {
        "pdiff": 20.0,
        "signed": -20.0,
        "lsi": 80.0,
        "lsi.deficit": 20.0,
        "bai1": 100 / 9,
        "bai2": 200 / 9,
        "si": 100 / 9,
        "sa": 100 * (45 - math.degrees(math.atan(1.25))) / 90,
        "ln": 100 * math.log(1.25),
    }
    assert found == pytest.approx(expected, rel=EXACT)
    equal = analysed(t, pair[0], pair[0], test="nordic.iso", words=words)["asymmetries"]
    values = {each["formula"]: each["value_percent"] for each in equal}
    assert values.pop("lsi") == 100
    assert set(values.values()) == {0.0}
    idle = analysed(t, pair[0], 0 * t, test="nordic.iso", words="--injured left")
    assert idle["asymmetry"]["value_percent"] is None
    assert idle["asymmetry"]["value_percent_reason"]


def test_o9_torque_and_body_mass(analysed: Analyse) -> None:
    t = times(6.0)
    force = nordic(t - 1) * 310 / 350
    words = "--lever 0.42 --body-mass 78"
    rep = analysed(t, force, force, test=NORDIC, words=words)["reps"][0]
    expected = {
        "torque_nm": 310 * 0.42,
        "torque_per_kg_nm_kg": 310 * 0.42 / 78,
        "per_kg_n_kg": 310 / 78,
        "allometric_n_kg067": 310 / 78**0.67,
        "nordic_expected_n": 338.1,
        "nordic_expected_difference_n": -28.1,
        "nordic_expected_difference_percent": -28.1 / 338.1 * 100,
    }
    assert {key: rep[key] for key in expected} == pytest.approx(expected, rel=EXACT)


# clinical_science O10; pingouin 0.7.0 gives the same ICC
def test_o10_measurement_error_from_tests_done_twice(analysed: Analyse) -> None:
    t = times(6.0)

    def peak(newtons: float) -> float:
        return only_rep(analysed(t, trapezoid(t - 1) * newtons / 300))["peak_n"]

    people = zip((300, 320, 340, 360, 380), (310, 316, 350, 354, 390), strict=True)
    found = reliability([[peak(first), peak(second)] for first, second in people])
    assert found.mean_change == pytest.approx(4.0)
    assert found.sem == pytest.approx(math.sqrt(34), rel=EXACT)
    assert found.mdc95 == pytest.approx(1.96 * math.sqrt(2 * 34), rel=EXACT)
    assert found.sem_percent == pytest.approx(1.704957, abs=1e-6)
    assert found.cv_te_percent == pytest.approx(1.728515, abs=1e-6)
    assert found.icc_31 == pytest.approx((2014 - 34) / (2014 + 34), rel=EXACT)
    assert found.icc_21 == pytest.approx(1980 / (2014 + 34 + 2 * (40 - 34) / 5), rel=EXACT)


def test_o11_noise_lifts_the_raw_peak_and_not_the_half_second_mean(analysed: Analyse) -> None:
    t = times(6.0)
    reps = [
        only_rep(analysed(t, trapezoid(t - 1) + np.random.default_rng(seed).normal(0, 1, len(t))))
        for seed in range(6)
    ]
    # expected maximum of 3000 normal deviates: 3.4 to 3.5 SD
    assert np.mean([rep["peak_n"] for rep in reps]) == pytest.approx(303.45, abs=0.5)
    assert np.mean([rep["peak_500ms_n"] for rep in reps]) == pytest.approx(300.0, abs=0.3)
    # a ramp of 1000 N/s passes 3 SD after 3 ms
    assert np.mean([rep["onset_s"] for rep in reps]) == pytest.approx(1.0015, abs=0.004)


# A ramp is left as it is by a filter without delay, so at 250 ms only the sine is smaller.
def test_o12_a_sine_at_the_cut_off_keeps_0_7071_of_its_size(analysed: Analyse) -> None:
    t = times(6.0)
    wave = 4 * np.cos(2 * np.pi * 20 * (t - 1.25))
    words = "--filter 20 --onset manual:1.0"
    plain, shaken = (
        only_rep(analysed(t, 0.5 * trapezoid((t - 1) / 2) + more, words=words))
        for more in (0 * t, wave)
    )
    change = shaken["force_at_250ms_n"] - plain["force_at_250ms_n"]
    assert change / 4 == pytest.approx(1 / math.sqrt(2), abs=0.002)


def test_o12_a_step_overshoots_in_no_peak(analysed: Analyse) -> None:
    t = times(6.0)
    step = np.interp(t, [1.0, 1.3, 3.999, 4.0], [0.0, 500.0, 500.0, 0.0])
    plain, filtered = (analysed(t, step, words=words) for words in ("", "--filter 20"))
    for key in ("peak_n", "peak_50ms_n", "peak_1s_n", "impulse_ns", "mean_hold_n"):
        assert only_rep(filtered)[key] == pytest.approx(only_rep(plain)[key], rel=EXACT), key
    assert only_rep(filtered)["peak_n"] == 500.0
    assert plain["methods"]["filter"] == "none"
    said = filtered["methods"]["filter"]
    # 20 Hz / (sqrt(2) - 1)^(1/4) = 24.93 Hz, bent by the bilinear transform to 24.91 Hz
    assert said.startswith("filter.butter2.v1(20 Hz)")
    assert "24.91 Hz" in said
    assert "not for peaks" in said


@pytest.mark.parametrize(
    ("words", "late_ms", "method"),
    [
        ("--onset reverse", 0.0, "onset.reverse.v1"),
        ("--onset 5sd", 0.0, "onset.5sd.v1"),
        ("--onset force:30", 30.0, "onset.force.v1(30 N)"),
        ("--onset percent:10", 30.0, "onset.percent.v1(10 %)"),
        ("--onset manual:1.05", 50.0, "onset.reverse.v1; set by hand"),
        ("--onset force:30 --onset manual:1.01", 10.0, "onset.force.v1(30 N); set by hand"),
    ],
)
def test_the_onset_is_that_of_the_rule_asked_for(
    analysed: Analyse, words: str, late_ms: float, method: str
) -> None:
    t = times(6.0)
    analysis = analysed(t, trapezoid(t - 1), words=words)
    rep = only_rep(analysis)
    # 300 N in 0.3 s: 1 N each millisecond
    assert 1000 * (rep["onset_s"] - 1) == pytest.approx(late_ms, abs=1e-6)
    assert rep["force_at_100ms_n"] == pytest.approx(100 + late_ms)
    assert analysis["methods"]["onset"].startswith(method)
    assert rep["rfd_0_100_n_per_s"] == pytest.approx(1000.0)
    if "manual" in words:
        found = 1.03 if "force" in words else 1.0
        assert rep["onset_automatic_s"] == pytest.approx(found)
        assert analysis["methods"]["changed"] == "by the command line"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--onset manual:5.5", "no repetition has its peak after that"),
        ("--onset 5sd --onset reverse", "more than one rule"),
        ("--gravity-method table", "give both or neither"),
        ("--filter 400", "at least 1600 samples a second"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    t = times(6.0)
    path = write_csv(tmp_path / "curve.csv", "time_s,force_n", t, trapezoid(t - 1))
    assert main(["analyse", str(path), "--test", HOLD, *words.split()]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err


def test_with_both_limbs_injured_there_is_no_symmetry_index(analysed: Analyse) -> None:
    t = times(6.0)
    pair = (nordic(t - 1), 0.8 * nordic(t - 1))
    analysis = analysed(t, *pair, test=NORDIC, words="--injured both")
    assert analysis["asymmetry"]["formula"] == "pdiff"
    index = next(each for each in analysis["asymmetries"] if each["formula"] == "lsi")
    assert index["value_percent"] is None
    assert "both limbs are injured" in index["value_percent_reason"]


# Reference values of the recording's README, by another program: standing weight 827.5 N, peak
# 2803.6 N, highest 1 s mean 2694.6 N, force 100 ms after onset (5 SD) 1855 N, all gross.
@pytest.mark.parametrize("rule", ["reverse", "5sd"])
def test_a_recorded_pull_gives_its_reference_values_and_says_what_they_stand_on(
    rule: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = CAPTURES / "isometric_1000hz.csv"
    if not path.exists():
        pytest.skip(f"the recordings folder {CAPTURES} is missing")
    assert main(["analyse", str(path), "--test", HOLD, "--onset", rule, "--json"]) == 0
    analysis = only_json(capsys.readouterr().out)
    rep, methods = only_rep(analysis), analysis["methods"]
    weight = rep["baseline_n"]
    assert weight == pytest.approx(827.5, rel=0.01)
    assert rep["peak_gross_n"] == pytest.approx(2803.6, rel=0.01)
    assert rep["peak_1s_n"] + weight == pytest.approx(2694.6, rel=0.01)
    assert rep["force_at_100ms_n"] + weight == pytest.approx(1855, rel=0.01)
    assert methods["baseline_n"].startswith("rest.quiet.v1(")
    assert methods["onset"] == f"onset.{rule}.v1"
    (loaded,) = (note["text"] for note in analysis["quality"] if note["code"] == "LOADED")
    assert re.search(r"begins under 8\d\d N, taken for rest", loaded)

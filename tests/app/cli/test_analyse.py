from __future__ import annotations

from math import atan, degrees, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.app.cli.shell import only_json, run, run_json, write_csv

Array = NDArray[np.float64]
RATE_HZ = 1000


def times(seconds: float) -> Array:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def trapezoid(t: Array, top: float = 300.0) -> Array:
    """0 -> top in 0.3 s, held for 3.0 s, down in 0.3 s; from t = 2 s on."""
    return np.interp(t, [2.0, 2.3, 5.3, 5.6], [0.0, top, top, 0.0])


def nordic(t: Array, top: float = 350.0) -> Array:
    """top (x/3)^2 for 3 s, then linear to 0 in 0.1 s; from t = 2 s on."""
    x = t - 2.0
    rise = np.where((x >= 0) & (x < 3), top * (x / 3) ** 2, 0.0)
    return rise + np.where((x >= 3) & (x < 3.1), top * (3.1 - x) / 0.1, 0.0)


def only_rep(analysis: dict[str, Any]) -> dict[str, Any]:
    (rep,) = analysis["reps"]
    return rep


def test_the_trapezoid_gives_its_closed_form(tmp_path: Path):
    t = times(8)
    path = write_csv(tmp_path / "o1.csv", "time_s,force_n", t, trapezoid(t))
    rep = only_rep(run_json("analyse", path, "--test", "ham.iso9020", "--side", "right"))
    assert rep["side"] == "right"
    assert rep["peak_n"] == 300.0
    # Area: 300 · (0.3/2 + 3.0 + 0.3/2).
    assert rep["impulse_ns"] == pytest.approx(990.0, rel=1e-6)
    # Slope of the rise 300/0.3; at 100 ms 100 N; areas 1000 w²/2.
    assert rep["rfd_0_50_n_per_s"] == pytest.approx(1000.0, rel=1e-5)
    assert rep["rfd_0_250_n_per_s"] == pytest.approx(1000.0, rel=1e-5)
    assert rep["rfd_peak_20ms_n_per_s"] == pytest.approx(1000.0, rel=1e-5)
    assert rep["force_at_100ms_n"] == pytest.approx(100.0, rel=1e-5)
    assert rep["impulse_100ms_ns"] == pytest.approx(5.0, rel=1e-5)
    assert rep["impulse_200ms_ns"] == pytest.approx(20.0, rel=1e-5)
    assert rep["time_to_peak_s"] == pytest.approx(0.300, abs=1e-5)
    assert rep["peak_1s_n"] == pytest.approx(300.0, rel=1e-9)


def test_the_nordic_shape_gives_its_closed_form(tmp_path: Path):
    t = times(8)
    path = write_csv(tmp_path / "o5.csv", "time_s,left_n,right_n", t, nordic(t), nordic(t, 280.0))
    analysis = run_json("analyse", path, "--test", "nordic.bil")
    left, right = analysis["reps"]
    assert (left["side"], right["side"]) == ("left", "right")
    assert left["peak_n"] == pytest.approx(350.0, rel=1e-9)
    assert right["peak_n"] == pytest.approx(280.0, rel=1e-9)
    assert left["time_to_peak_s"] == pytest.approx(3.0, abs=1e-5)
    # Area: 350 · (3/3 + 0.1/2).
    assert left["impulse_ns"] == pytest.approx(367.5, rel=1e-6)
    # Mean over the w before the peak: 350 · (1 − (1 − w/3)³) / w.
    assert left["peak_50ms_n"] == pytest.approx(344.199074, abs=1e-4)
    assert left["peak_100ms_n"] == pytest.approx(338.462963, abs=1e-4)
    assert left["release_rate_n_per_s"] == pytest.approx(-3500.0, rel=1e-9)
    # (350 − 280) / 350.
    assert analysis["asymmetry"]["value_percent"] == pytest.approx(20.0, rel=1e-9)
    assert analysis["asymmetry"]["stronger"] == "left"


def test_a_constant_offset_changes_no_net_number(tmp_path: Path):
    t = times(8)
    path = write_csv(tmp_path / "o6.csv", "time_s,force_n", t, trapezoid(t) + 12.5)
    rep = only_rep(run_json("analyse", path, "--test", "ham.iso9020"))
    assert rep["peak_n"] == pytest.approx(300.0, rel=1e-9)
    assert rep["peak_gross_n"] == pytest.approx(312.5, rel=1e-9)
    assert rep["impulse_ns"] == pytest.approx(990.0, rel=1e-6)


def test_every_formula_of_asymmetry_holds(tmp_path: Path):
    t = times(8)
    path = write_csv(tmp_path / "o8.csv", "time_s,a,b", t, trapezoid(t, 300.0), trapezoid(t, 240.0))
    words = ("analyse", path, "--test", "nordic.iso", "--injured", "right", "--dominant", "left")
    analysis = run_json(*words)
    found = {
        each["formula"]: each["value_percent"]
        for each in analysis["asymmetries"]
        if each["metric"] == "peak_n"
    }
    left, right = 300.0, 240.0
    assert found == pytest.approx(
        {
            "pdiff": 100 * (left - right) / left,
            "signed": 100 * (right - left) / left,
            "lsi": 100 * right / left,
            "lsi.deficit": 100 * (1 - right / left),
            "bai1": 100 * (left - right) / (left + right),
            "bai2": 200 * (left - right) / (left + right),
            "si": 100 * (left - right) / (left + right),
            "sa": 100 * (45 - degrees(atan(left / right))) / 90,
            "ln": 100 * log(left / right),
        },
        rel=1e-6,
    )
    assert analysis["asymmetry"]["formula"] == "lsi"
    assert analysis["asymmetry"]["left_n"] == pytest.approx(300.0)


def test_equal_limbs_differ_by_nothing(tmp_path: Path):
    t = times(8)
    both = trapezoid(t, 280.0)
    path = write_csv(tmp_path / "equal.csv", "time_s,a,b", t, both, both)
    asymmetry = run_json("analyse", path, "--test", "nordic.iso")["asymmetry"]
    assert asymmetry["value_percent"] == 0
    assert asymmetry["stronger"] is None


def test_an_index_over_an_unloaded_limb_is_refused_and_not_infinite(tmp_path: Path):
    t = times(8)
    path = write_csv(tmp_path / "zero.csv", "time_s,a,b", t, 0 * t, trapezoid(t))
    words = ("analyse", path, "--test", "nordic.bil", "--injured", "right")
    analysis = run_json(*words)
    index = next(each for each in analysis["asymmetries"] if each["formula"] == "lsi")
    assert index["value_percent"] is None
    assert index["value_percent_reason"]


def test_torque_and_body_mass_give_their_closed_forms(tmp_path: Path):
    t = times(8)
    path = write_csv(tmp_path / "o9.csv", "time_s,force_n", t, nordic(t, 310.0))
    words = ("--test", "nordic.bil", "--side", "left", "--lever", "0.42", "--body-mass", "78")
    rep = only_rep(run_json("analyse", path, *words))
    assert rep["torque_nm"] == pytest.approx(310 * 0.42)
    assert rep["torque_per_kg_nm_kg"] == pytest.approx(310 * 0.42 / 78)
    assert rep["per_kg_n_kg"] == pytest.approx(310 / 78)
    assert rep["allometric_n_kg067"] == pytest.approx(310 / 78**0.67)
    assert rep["nordic_expected_n"] == pytest.approx(4 * 78 + 26.1)
    assert rep["nordic_expected_difference_n"] == pytest.approx(-28.1)
    assert rep["nordic_expected_difference_percent"] == pytest.approx(-28.1 / 338.1 * 100)


def test_without_a_lever_torque_is_null_with_its_reason(tmp_path: Path):
    t = times(8)
    path = write_csv(tmp_path / "curve.csv", "time_s,force_n", t, trapezoid(t))
    rep = only_rep(run_json("analyse", path, "--test", "ham.iso9020"))
    assert rep["torque_nm"] is None
    assert "lever" in rep["torque_nm_reason"]


def test_the_methods_say_that_no_zero_was_taken(tmp_path: Path):
    t = times(8)
    path = write_csv(tmp_path / "curve.csv", "time_s,force_n", t, trapezoid(t))
    methods = run_json("analyse", path, "--test", "ham.iso9020")["methods"]
    assert "no zero was taken" in methods["zero"]
    assert methods["peak_n"].startswith("peak.raw.v1")


def test_a_curve_without_a_repetition_is_no_failure(tmp_path: Path):
    t = times(3)
    path = write_csv(tmp_path / "flat.csv", "time_s,force_n", t, 0 * t)
    analysis = run_json("analyse", path, "--test", "ham.iso9020", "--side", "left")
    assert analysis["reps"] == []
    assert analysis["asymmetry"]["value_percent"] is None


def test_the_table_names_units_and_the_formula(tmp_path: Path):
    t = times(8)
    path = write_csv(tmp_path / "o5.csv", "time_s,left_n,right_n", t, nordic(t), nordic(t, 280.0))
    result = run("analyse", path, "--test", "nordic.bil")
    assert result.returncode == 0
    assert "peak N" in result.stdout
    assert "impulse N·s" in result.stdout
    assert "Left stronger: left 350 N, right 280 N; 20.0 % (percentage difference" in result.stdout


def test_the_table_says_what_each_repetition_stands_on_and_where_it_begins(tmp_path: Path):
    t = times(8)
    path = write_csv(tmp_path / "o6.csv", "time_s,force_n", t, trapezoid(t) + 827.5)
    told = run("analyse", path, "--test", "ham.iso9020", "--side", "right").stdout
    assert "Rep 1, right: net of 827.5 N at rest, rest.quiet.v1(1.00 s that end" in told
    assert "; onset at 2.000 s." in told


def test_a_bad_file_is_status_1_and_nothing_on_stdout(tmp_path: Path):
    path = tmp_path / "bad.csv"
    path.write_text("time_s,force_n\n0,1\n0.1,one\n" + "0.2,3\n" * 20)
    result = run("analyse", path, "--test", "grip", "--json")
    assert result.returncode == 1
    assert result.stdout == ""
    assert "row 3" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_file_is_told_by_name(tmp_path: Path):
    result = run("analyse", tmp_path / "absent.csv", "--test", "grip")
    assert result.returncode == 1
    assert "absent.csv" in result.stderr


def test_json_is_one_value_with_nothing_around_it(tmp_path: Path):
    t = times(8)
    path = write_csv(tmp_path / "curve.csv", "time_s,force_n", t, trapezoid(t))
    result = run("analyse", path, "--test", "ham.iso9020", "--json")
    assert set(only_json(result.stdout)) >= {"reps", "asymmetry", "quality", "methods"}


def test_a_chosen_share_of_the_hold_and_a_leaning_sensor_give_their_closed_forms(tmp_path: Path):
    t = times(6.0)
    path = write_csv(tmp_path / "o1.csv", "time_s,force_n", t, trapezoid(t))
    words = ("analyse", path, "--test", "knee.ext.90", "--side", "left", "--lever", 0.42)
    analysis = run_json(*words, "--hold-fraction", 0.5, "--force-angle", 60)
    rep = only_rep(analysis)
    # Over half of 300 N: 3 s of plateau and half of each ramp of 0.3 s, 225 N on average.
    assert rep["hold_s"] == pytest.approx(3.3, abs=2e-3)
    assert rep["mean_hold_n"] == pytest.approx((900 + 2 * 0.15 * 225) / 3.3, rel=5e-4)
    assert rep["torque_nm"] == pytest.approx(300 * 0.42 / 2)
    assert "50 % of peak" in analysis["methods"]["hold_s"]
    assert "cos 60°" in analysis["methods"]["torque_nm"]
    assert run(*words, "--force-angle", 90).returncode == 2
    assert run(*words, "--hold-fraction", 90).returncode == 2

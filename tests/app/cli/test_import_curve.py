from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.__main__ import main
from tests.app.cli.shell import only_json, run_json, write_csv

Ask = Callable[..., Any]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "clinic.db"


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def run(*words: object, status: int = 0) -> Any:
        assert main([*map(str, words), "--json"]) == status, capsys.readouterr().err
        return only_json(capsys.readouterr().out)

    return run


@pytest.fixture
def person(database: Path, ask: Ask) -> str:
    return ask("people", "add", "--name", "Alex Morgan", "--mass-kg", "80", "--db", database)["id"]


def trapezoid(t: np.ndarray[Any, Any], top: float = 300.0) -> np.ndarray[Any, Any]:
    return np.interp(t, [2.0, 2.3, 5.3, 5.6], [0.0, top, top, 0.0])


@pytest.fixture
def chronojump(tmp_path: Path) -> Path:
    """The spacing that Chronojump's sensor has: irregular at first, then 87.5 Hz."""
    path = tmp_path / "curve.csv"
    t_us = [0, 1044, 3704, 15148, *(15148 + 11_430 * k for k in range(1, 700))]
    force = trapezoid(np.array(t_us) / 1e6)
    rows = [f"{t};{f:.4f}".replace(".", ",") for t, f in zip(t_us, force, strict=True)]
    path.write_text("\n".join(["Time (micros);Force(N)", *rows, ""]), "utf-8")
    return path


def imported(file: Path, *more: object) -> list[object]:
    return ["import", file, "--test", "ham.iso9020", *more]


def test_a_file_of_chronojump_is_told_then_stored_with_its_numbers(
    chronojump: Path, database: Path, person: str, ask: Ask
):
    words = ("--person", person, "--side", "left", "--db", database)
    started = ("--started", "2026-03-14T09:30+01:00")
    found = ask(*imported(chronojump, *words, *started))
    assert (found["stored"], found["mapping"], found["started_at_assumed"]) == (
        True,
        "chronojump",
        False,
    )
    assert [(each["role"], each["unit"], each["side"]) for each in found["columns"]] == [
        ("time", "µs", None),
        ("force", "N", "left"),
    ]
    assert found["first_samples"][1] == {"time_s": 0.001044, "force_n": [0.0]}
    assert found["irregular_intervals"] == 2
    (rep,) = found["trial"]["reps"]
    assert rep["peak_n"] == 300.0
    # Area of the trapezoid: 300 · (0.3/2 + 3.0 + 0.3/2).
    assert rep["impulse_ns"] == pytest.approx(990.0, rel=0.01)
    assert found["trial"]["device"]["model"] == "imported file, Chronojump force sensor"
    assert found["trial"]["link"] == f"file:sha256:{found['sha256']}"
    shown = ask("show", found["trial"]["id"], "--db", database)
    assert shown["reps"] == found["trial"]["reps"]
    (session,) = ask("sessions", "--db", database)
    assert session["started_at"] == "2026-03-14T08:30:00+00:00"
    assert session["utc_offset_min"] == 60


def test_nothing_is_stored_dry_or_for_nobody(
    chronojump: Path, database: Path, person: str, ask: Ask
):
    found = ask(*imported(chronojump, "--person", person, "--dry-run", "--db", database))
    assert (found["stored"], found["trial"]) == (False, None)
    assert ask(*imported(chronojump, "--db", database))["stored"] is False
    assert ask("sessions", "--db", database) == []


def test_the_same_file_is_not_stored_twice(
    chronojump: Path, database: Path, person: str, ask: Ask, capsys: pytest.CaptureFixture[str]
):
    words = imported(chronojump, "--person", person, "--db", database)
    ask(*words)
    assert main([str(word) for word in words]) == 1
    assert "stored already" in capsys.readouterr().err
    assert len(ask("sessions", "--db", database)) == 1


def test_a_layout_that_was_spelt_out_is_saved_and_used_again(
    tmp_path: Path, database: Path, person: str, ask: Ask
):
    t = np.arange(800) / 100
    kgf = trapezoid(t) / 9.80665
    path = write_csv(tmp_path / "own.csv", "pull,clock", kgf, t * 1000)
    spelt = ("--time", "clock:ms", "--force", "pull:kgf=right", "--save-mapping", "gym")
    found = ask(*imported(path, *spelt, "--device", "gym scale", "--dry-run", "--db", database))
    assert found["saved_mapping"] == str(tmp_path / "clinic" / "curves_gym.yaml")
    named = ask(*imported(path, "--mapping", "gym", "--person", person, "--db", database))
    (rep,) = named["trial"]["reps"]
    assert rep["peak_n"] == pytest.approx(300.0, rel=1e-12)
    assert rep["side"] == "right"
    assert named["trial"]["device"]["model"] == "imported file, gym scale"
    by_file = ask(*imported(path, "--mapping", found["saved_mapping"], "--db", database))
    by_heading = ask(*imported(path, "--db", database))
    assert by_file["first_samples"] == by_heading["first_samples"] == named["first_samples"]


def test_left_and_right_from_two_files_are_one_run(
    tmp_path: Path, database: Path, person: str, ask: Ask
):
    t = np.arange(800) / 100
    words = ("--person", person, "--db", database, "--started", "2026-03-14T09:30")
    for side, top in (("left", 300.0), ("right", 240.0)):
        path = write_csv(tmp_path / f"{side}.csv", "t,f", t, trapezoid(t, top))
        found = ask(*imported(path, "--side", side, *words))
    (session,) = ask("sessions", "--db", database)
    left, right = ask("show", session["id"], "--db", database)["trials"]
    assert left["set"] == right["set"] == found["trial"]["set"]
    assert right["asymmetry"]["stronger"] == "left"


def test_an_import_says_the_same_as_analyse(tmp_path: Path, database: Path, person: str, ask: Ask):
    t = np.arange(8000) / 1000
    path = write_csv(
        tmp_path / "x.csv", "time_s,left_n,right_n", t, trapezoid(t), trapezoid(t, 250)
    )
    stored = ask(*imported(path, "--person", person, "--db", database))["trial"]
    direct = run_json("analyse", path, "--test", "ham.iso9020", "--body-mass", 80)
    assert stored["reps"] == direct["reps"]
    assert stored["asymmetry"] == direct["asymmetry"]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--test", "x"], 2, "x"),
        ([], 2, "--test for a force curve, or --format for a treatment"),
        (["--test", "nordic.bil", "--format", "sciencemode4"], 2, "or --format"),
        (["--test", "nordic.bil", "--mapping", "none"], 2, "there are chronojump"),
        (["--test", "nordic.bil", "--mapping", "a", "--time", "b"], 2, "one or the other"),
        (["--test", "nordic.bil", "--time", "b"], 2, "--force COLUMN"),
        (["--test", "nordic.bil", "--force", "b"], 2, "rate_hz"),
        (["--test", "nordic.bil", "--force", "b:kg"], 2, "write kgf"),
        (["--test", "nordic.bil", "--force", "b:V", "--rate-hz", "9"], 2, "volts are no force"),
        (["--test", "nordic.bil", "--time", "b:min"], 2, "not one of: s, ms"),
        (["--test", "nordic.bil", "--force", "b", "--rate-hz", "9"], 1, "no column “b”"),
    ],
)
def test_what_cannot_be_meant_is_told(
    chronojump: Path, words: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["import", str(chronojump), *words]) == status
    assert said in capsys.readouterr().err


def test_people_see_what_was_understood(chronojump: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(word) for word in imported(chronojump, "--dry-run")]) == 0
    said = capsys.readouterr().out
    for words in ("Time (micros)", "µs", "87.49 Hz", "11.430 ms, from 1.044 ms", "2 irregular"):
        assert words in said
    assert "none taken" in said

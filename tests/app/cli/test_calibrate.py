from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest

from app.__main__ import main
from tests.app.cli.shell import ROOT, only_json, run_json
from tests.app.processes import simulator

PULL_N = 123.4
MASS_KG = PULL_N / 9.80665


def said(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    """The one JSON value of a command that succeeds."""
    assert main([*map(str, words), "--json"]) == 0, capsys.readouterr().err
    return only_json(capsys.readouterr().out)


@pytest.fixture
def points(tmp_path: Path) -> Path:
    path = tmp_path / "points.csv"
    # 0, 98.0665 and 196.133 N at 0.0625 N a count above 37
    path.write_text("mass_kg,counts\n0,37\n10,1606.064\n20,3175.128\n", "utf-8")
    return path


def test_typed_points_are_a_calibration_that_is_listed_and_can_be_withdrawn(
    tmp_path: Path, points: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = ("--db", tmp_path / "x.db")
    unit = ("--model", "harp", "--serial", "1729", "--channel", 4, "--side", "left")
    terms = ("--by", "K. Brandt", "--months", 6, "--gravity", 9.80665, "--masses-percent", 0.3)
    made = said(capsys, "calibrate", *unit, *terms, "--points", points, *database)
    (channel,) = made["channels"]
    assert (channel["channel"], channel["position"]) == (4, "left")
    assert channel["newtons_per_count"] == pytest.approx(0.0625)
    assert channel["zero_counts"] == pytest.approx(37.0)
    assert channel["kind"] == "multi-point (3)"
    assert [one["force_n"] for one in channel["points"]] == pytest.approx([0, 98.0665, 196.133])
    assert channel["largest_residual_n"] == pytest.approx(0.0, abs=1e-6)
    # 2 · 0.3 / sqrt 3: the points lie on their line and gravity is given.
    assert channel["uncertainty_percent"] == pytest.approx(0.3464, abs=1e-3)
    assert said(capsys, "calibrations", *database) == [made]
    assert main(["calibrations", "--db", str(tmp_path / "x.db")]) == 0
    assert "channel 4, multi-point (3)" in capsys.readouterr().out
    assert said(capsys, "calibrations", "--withdraw", made["id"], *database) == []


def test_a_zero_of_nothing_is_printed_as_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "points.csv"
    path.write_text("mass_kg,counts\n0,0\n10,98.0665\n", "utf-8")  # its line leaves -7e-15
    words = ["--model", "imada-zta", "--experimental", "--points", str(path)]
    assert main(["calibrate", *words, "--db", str(tmp_path / "x.db")]) == 0
    assert "1 N, zero at 0 counts" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["x", "--model", "harp"], "--mass KG"),
        (["--model", "harp"], "give either a LINK"),
        (["x", "--model", "progressor", "--mass", "20"], "calibration of its own"),
        (["x", "--model", "progressor", "--check", "--mass", "20", "30"], "one mass"),
        (["x", "--model", "harp", "--mass", "20", "--channel", "8"], "channels 0 to 7"),
        (["x", "--model", "harp", "--mass", "20", "--gravity", "98"], "not gravity"),
    ],
)
def test_words_that_cannot_be_meant_are_refused(
    words: list[str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["calibrate", *words, "--db", str(tmp_path / "x.db")]) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "x.db").exists()


def test_points_that_make_no_line_are_refused_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "points.csv"
    path.write_text("mass_kg,counts\n20,3175\n20,3176\n", "utf-8")
    words = ["calibrate", "--model", "harp", "--points", str(path), "--db", str(tmp_path / "x.db")]
    assert main(words) == 1
    assert "Two different loads" in capsys.readouterr().err
    path.write_text("mass,counts\n20,3175\n", "utf-8")
    assert main(words) == 1
    assert "columns mass_kg and counts" in capsys.readouterr().err


def test_a_board_in_counts_is_measured_in_the_terminal_and_records_newtons(tmp_path: Path) -> None:
    load = tmp_path / "load.csv"
    load.write_text(f"time_s,force_n\n0,{PULL_N}\n600,{PULL_N}\n", "utf-8")
    database = ("--db", tmp_path / "x.db")
    with simulator("harp", "--load", load, "--load-delay", 5) as (endpoint, _):
        link = (f"serial:{endpoint}", "--model", "harp", *database)
        with terminal("calibrate", *link, "--mass", MASS_KG, "--side", "left") as press:
            press("Take everything off it")
            time.sleep(5.5)  # the load begins 5 s after the stream
            press(f"Hang {MASS_KG:g} kg on it")
    (made,) = run_json("calibrations", *database)
    assert made["channels"][0]["newtons_per_count"] == pytest.approx(0.0625, rel=0.001)
    with simulator("harp", "--load", load, "--load-delay", 2.5) as (endpoint, _):
        link = (f"serial:{endpoint}", "--model", "harp", *database)
        curve = tmp_path / "curve.csv"
        more = ("--test", "ham.iso9020", "--side", "left", "--seconds", 3, "--out", curve)
        trial = run_json("record", *link, *more)
    assert trial["lost"] == 0
    assert trial["rate_hz"] == pytest.approx(1000.0, rel=0.001)
    last = float(curve.read_text("utf-8").splitlines()[-1].split(",")[1])
    assert last == pytest.approx(PULL_N, abs=0.4)  # its noise is 0.06 N, a count is 0.0625 N


@contextmanager
def terminal(*words: object) -> Generator[Callable[[str], None]]:
    """A command in a process of its own; inside, a call waits for its words and presses Enter."""
    command = [sys.executable, "-W", "error", "-m", "app", *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) as (
        process
    ):
        assert process.stderr is not None
        assert process.stdin is not None
        messages, keys = process.stderr, process.stdin

        def press(expected: str) -> None:
            line = ""
            while expected not in line:
                line = messages.readline()
                assert line, f"it never said: {expected}"
            keys.write("\n")
            keys.flush()

        yield press
        out, err = process.communicate(timeout=30)
        assert process.returncode == 0, out + err

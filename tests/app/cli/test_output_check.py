from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from sys import executable

import pytest

from app.__main__ import main
from tests.app.cli.shell import ROOT, only_json


@contextmanager
def balance(*options: str) -> Generator[str]:
    words = [executable, "-m", "firmware_sim", "balance", "--tcp", "0", "--speed", "5", *options]
    with Popen(words, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        yield "serial:" + json.loads(process.stdout.readline())["endpoint"]
        process.terminate()


def test_the_output_of_a_head_is_weighed(capsys: pytest.CaptureFixture[str]):
    with balance() as link:
        words = ["output-check", link, "--panel-w", "5.5", "--seconds", "1.5", "--json"]
        assert main(words) == 0, capsys.readouterr().err
    found = only_json(capsys.readouterr().out)
    # 0.34 g · 14.65 W/g = 4.981 W, and 5.5 / 4.981 - 1 = 10.4 %.
    assert found["power_w"] == pytest.approx(4.981)
    assert found["error_percent"] == pytest.approx(10.42, abs=0.01)
    assert found["within_tolerance"] is True
    assert found["readings_used"] >= 10
    assert "21 CFR 1050.10" in found["tolerance_source"]


def test_a_factor_of_one_s_own_is_used_and_the_table_is_for_people(
    capsys: pytest.CaptureFixture[str],
):
    with balance() as link:
        words = ["output-check", link, "--panel-w", "8", "--seconds", "1"]
        assert main([*words, "--watts-per-gram", "14.54"]) == 0
    out = capsys.readouterr().out
    assert "4.94 W" in out
    assert "outside ±20 %" in out
    assert "14.54 W/g" in out


def test_a_balance_that_was_zeroed_with_the_output_on_is_refused(
    capsys: pytest.CaptureFixture[str],
):
    with balance("--load", "empty") as link:
        assert main(["output-check", link, "--panel-w", "5", "--seconds", "1"]) == 1
    assert "Zero the balance" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["ble:balance", "--panel-w", "5"],
        ["serial:", "--panel-w", "5"],
        ["serial:/dev/null", "--panel-w", "0"],
        ["serial:/dev/null", "--panel-w", "5", "--line", "9N1"],
        ["serial:/dev/null"],
        ["--panel-w", "5"],
        ["serial:/dev/null", "--panel-w", "5", "--measured-w", "4"],
        ["--panel-w", "5", "--measured-w", "4", "--save"],
    ],
)
def test_wrong_words_are_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["output-check", *words]) == 2
    assert capsys.readouterr().out == ""


def test_a_check_is_kept_in_the_log_with_who_and_when(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    db = ["--db", str(tmp_path / "x.db")]
    unit = ["--unit", "S-3", "--serial", "S17", "--by", "K. Brandt", "--save"]
    typed = ["output-check", "--panel-w", "5", "--measured-w", "4", "--limit", "30"]
    assert main([*typed, *unit, "--head", "H-2", *db, "--json"]) == 0
    kept = only_json(capsys.readouterr().out)
    with balance() as link:
        words = ["output-check", link, "--panel-w", "5.5", "--seconds", "1", *unit, *db]
        assert main(words) == 0
    assert "S-3, serial S17, head not named" in capsys.readouterr().out
    assert main(["output-checks", *db, "--json"]) == 0
    weighed, read = only_json(capsys.readouterr().out)
    assert read["id"] == kept["id"]
    # (5 - 4) / 4 = 25 %, within the clinic's own 30 %
    assert (read["error_percent"], read["limit_percent"], read["is_within"]) == (25.0, 30.0, True)
    assert (read["origin"], read["mass_g"], read["by"]) == ("entered", None, "K. Brandt")
    assert read["head"]["serial"] == "H-2"
    assert (weighed["origin"], weighed["mass_g"]) == ("measured", pytest.approx(0.34))
    assert main(["output-checks", "--serial", "s17", *db]) == 0
    assert capsys.readouterr().out.count("S-3, serial S17") == 2
    assert main(["output-checks", "--serial", "S18", *db, "--json"]) == 0
    assert only_json(capsys.readouterr().out) == []


def test_without_save_nothing_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "x.db"
    words = ["output-check", "--panel-w", "5", "--measured-w", "4", "--db", str(path)]
    assert main(words) == 0
    assert "outside ±20 %" in capsys.readouterr().out
    assert not path.exists()

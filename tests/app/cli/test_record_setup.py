"""`myograph record`: how the test was set up stands in the record."""

from __future__ import annotations

from pathlib import Path

from tests.app.cli.shell import run, run_json

RECORD = ("record", "sim:progressor", "--model", "progressor", "--test", "ham.hhd.0")


def test_the_set_up_stands_in_the_record(tmp_path: Path) -> None:
    trial = run_json(
        *RECORD, "--side", "left", "--seconds", "2", "--db", tmp_path / "x.db", "--lever", "0.35",
        "--stabilisation", "rigid-frame", "--gravity-n", "34.7", "--gravity-method", "table",
        "--both-injured",
    )  # fmt: skip
    assert trial["lever_m"] == 0.35
    assert trial["stabilisation"] == "rigid frame"
    assert (trial["gravity_n"], trial["gravity_method"]) == (34.7, "table")
    assert trial["both_injured"] is True


def test_a_method_without_a_weight_is_refused_before_anything_connects(tmp_path: Path) -> None:
    found = run(*RECORD, "--gravity-method", "measured", "--db", tmp_path / "x.db")
    assert found.returncode == 2
    assert "--gravity-n" in found.stderr
    assert not (tmp_path / "x.db").exists()

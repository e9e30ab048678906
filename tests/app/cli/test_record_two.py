"""`myograph record --second`: two devices at once from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.cli.shell import run, run_json


def test_two_devices_give_two_trials_of_one_set(tmp_path: Path) -> None:
    left, right = run_json(
        "record", "sim:chronojump", "--model", "chronojump", "--test", "nordic.bil",
        "--second", "sim:chronojump", "--side", "right", "--seconds", "2.5",
        "--db", tmp_path / "x.db", "--out", tmp_path / "curves.csv",
    )  # fmt: skip
    assert [trial["channels"][0]["side"] for trial in (left, right)] == ["left", "right"]
    assert left["set"] == right["set"]
    assert left["partner"] == right["id"]
    assert left["alignment"]["error_s"] == right["alignment"]["error_s"] > 0
    assert {left["lost"], right["lost"]} == {0}
    header = (tmp_path / "curves.csv").read_text("utf-8").splitlines()[0]
    assert header == "trial,test,time_s,force_left_n,force_right_n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--test", "ham.iso9020", "--second", "sim:chronojump"], "limb by limb"),
        (["--test", "nordic.bil", "--second-model", "chronojump"], "needs --second"),
        (
            ["--test", "nordic.bil", "--second", "sim:onb", "--second-model", "onb"],
            "need one cell each",
        ),
    ],
)
def test_what_cannot_be_a_pair_is_refused_before_anything_connects(
    words: list[str], why: str, tmp_path: Path
) -> None:
    refused = run(
        "record", "sim:chronojump", "--model", "chronojump", *words, "--db", tmp_path / "x.db"
    )
    assert refused.returncode == 2
    assert why in refused.stderr

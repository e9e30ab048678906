from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
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
    ],
)
def test_wrong_words_are_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["output-check", *words]) == 2
    assert capsys.readouterr().out == ""

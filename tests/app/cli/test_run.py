from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.__main__ import main
from app.cli.commands import build_commands
from tests.app.cli.shell import ROOT, run

SLOW = (
    *("numpy", "sqlalchemy", "yaml", "bleak", "serial", "hid", "hidraw"),
    *("PySide6", "pyqtgraph", "scipy"),
)


def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str]):
    commands = build_commands()[1]
    inner = [f"{name} {each}" for name, of in commands.inner.items() for each in of.parsers]
    for command in [*commands.parsers, *inner]:
        assert main([*command.split(), "--help"]) == 0
        text = capsys.readouterr().out
        assert f"example:\n  myograph {command}" in text, command


def test_help_loads_nothing_slow():
    loaded = f"[name for name in {SLOW!r} if name in sys.modules]"
    program = f"import sys; from app.__main__ import main; main(['--help']); print({loaded})"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("myograph ")


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["analyse"],
        ["analyse", "curve.csv"],
        ["analyse", "curve.csv", "--test", "nordic.bil", "--side", "up"],
        ["analyse", "curve.csv", "--test", "nordic.bil", "--body-mass", "0"],
        ["analyse", "curve.csv", "--test", "nordic.bil", "--lever", "nan"],
        ["analyse", "curve.csv", "--test", "nordic.bil", "--columns", "a=up"],
        ["analyse", "curve.csv", "--test", "nordic.bil", "--columns", "a=left,b=left"],
        ["analyse", "curve.csv", "--test", "no.such"],
        ["dose"],
        ["dose", "ultrasound", "--intensity-w-cm2", "1"],
        ["dose", "tens", "--waveform", "square"],
        ["people", "add"],
        ["people", "add", "--name", "  "],
        ["people", "add", "--name", "A", "--born", "31.12.1999"],
        ["report", "some-id"],
        ["sessions", "--day", "yesterday"],
        ["export", "--format", "xlsx"],
        ["tests", "--jso"],
    ],
)
def test_wrong_usage_is_status_2_and_leaves_stdout_empty(
    words: list[str], capsys: pytest.CaptureFixture[str]
):
    assert main(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err


def test_a_failure_is_status_1_with_one_line_and_no_traceback(tmp_path: Path):
    result = run("verify", "--db", tmp_path / "absent.db", "--json")
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "absent.db" in result.stderr
    assert not (tmp_path / "absent.db").exists()


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path):
    path = tmp_path / "letter.db"
    path.write_text("Dear colleague,\n" * 100)
    result = run("people", "--db", path)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1
    assert path.read_text() == "Dear colleague,\n" * 100


def test_the_database_named_before_the_command_is_the_one_used(tmp_path: Path):
    result = run("--db", tmp_path / "absent.db", "people", home=tmp_path)
    assert result.returncode == 1
    assert "absent.db" in result.stderr


def test_a_reader_that_goes_away_is_no_error_message(tmp_path: Path):
    command = f"{sys.executable} -m app tests --json | head -c 1"
    result = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.stdout == "["
    assert result.stderr == ""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from app.cli.run import run_command
from data.clinical.clinic_files import FileKind, use_clinic_folder
from data.clinical.own_copies import copy_to_clinic

TODAY = date(2026, 11, 30)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The place of a database beside which the clinic has a test of its own."""
    use_clinic_folder(tmp_path / "clinic")
    copy_to_clinic(FileKind.TESTS, "ham.iso9020", TODAY)
    use_clinic_folder(None)
    return tmp_path / "myograph.db"


def test_the_clinics_own_test_is_listed_and_analysed(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["tests", "--db", str(database), "--json"]) == 0
    found = {each["id"] for each in json.loads(capsys.readouterr().out)}
    assert {"ham.iso9020", "ham.iso9020.own"} <= found
    curve = database.with_name("curve.csv")
    force = [0.0] * 100 + [100.0] * 300 + [0.0] * 100
    rows = "".join(f"{number / 100},{value}\n" for number, value in enumerate(force))
    curve.write_text(f"time_s,force_n\n{rows}", "utf-8")
    words = ["analyse", str(curve), "--test", "ham.iso9020.own", "--side", "left", "--json"]
    assert run_command(words) == 2
    assert "no test" in capsys.readouterr().err
    assert run_command([*words, "--db", str(database)]) == 0
    assert json.loads(capsys.readouterr().out)["test"] == "ham.iso9020.own"


def test_a_wrong_file_is_named_and_stops_nothing(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = database.parent / "clinic" / "tests_wrong.yaml"
    wrong.write_text("version: 1\ntests:\n  neck.flex: {name: Neck}\n", "utf-8")
    assert run_command(["tests", "--db", str(database), "--json"]) == 0
    said = capsys.readouterr()
    assert "ham.iso9020.own" in said.out
    assert "tests_wrong.yaml, entry neck.flex, cannot be used" in said.err
    assert "Correct that file." in said.err

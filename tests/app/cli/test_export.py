from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from app.__main__ import main
from tests.app.cli.shell import only_json
from tests.app.clinic import Clinic, make_clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return make_clinic(tmp_path / "clinic.db", "=cmd|calc")


def export(clinic: Clinic, *words: object) -> int:
    return main(["export", *map(str, words), "--db", str(clinic.path)])


def test_csv_is_a_row_for_each_limb_in_each_repetition(clinic: Clinic, tmp_path: Path):
    assert export(clinic, "--format", "csv", "--out", tmp_path / "out") == 0
    with (tmp_path / "out" / "reps.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # Two limbs of two repetitions, and two repetitions of each limb.
    assert len(rows) == 8
    assert rows[0]["side"] == "left"
    assert float(rows[0]["peak_n"]) == pytest.approx(310.0)


def test_an_exported_curve_is_analysed_to_the_same_numbers(
    clinic: Clinic, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    trial = clinic.trials[0]
    assert export(clinic, trial.id, "--format", "csv", "--out", tmp_path / "out") == 0
    capsys.readouterr()
    curve = tmp_path / "out" / f"curve-{trial.id}.csv"
    assert main(["analyse", str(curve), "--test", "nordic.bil", "--json"]) == 0
    again = only_json(capsys.readouterr().out)
    assert [rep["peak_n"] for rep in again["reps"]] == pytest.approx(
        [rep.metrics["peak_n"].value for rep in trial.analysis.reps]
    )


def test_no_name_of_a_person_is_in_a_file_name(clinic: Clinic, tmp_path: Path):
    assert export(clinic, "--format", "csv", "--out", tmp_path / "out") == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {
        "reps.csv",
        "numbers.csv",
        "treatments.csv",
        *(f"curve-{trial.id}.csv" for trial in clinic.trials),
    }


def test_json_holds_everything_or_what_was_asked_for(clinic: Clinic, tmp_path: Path):
    file = tmp_path / "all.json"
    assert export(clinic, "--out", file) == 0
    (visit,) = json.loads(file.read_text("utf-8"))["sessions"]
    assert visit["person"]["name"] == "=cmd|calc"
    assert [len(visit[key]) for key in ("trials", "treatments")] == [3, 1]
    assert export(clinic, clinic.trials[1].id, "--out", file) == 0
    only = json.loads(file.read_text("utf-8"))
    assert only["sessions"] == []
    assert [trial["header"]["id"] for trial in only["trials"]] == [str(clinic.trials[1].id)]


def test_without_a_file_json_goes_to_stdout(clinic: Clinic, capsys: pytest.CaptureFixture[str]):
    assert export(clinic, clinic.person_id) == 0
    assert len(only_json(capsys.readouterr().out)["sessions"]) == 1


@pytest.mark.parametrize("words", [["--format", "csv"], ["--json"]])
def test_what_cannot_be_meant_is_wrong_usage(clinic: Clinic, words: list[str]):
    assert export(clinic, *words) == 2


def test_treatments_leave_with_unit_and_origin(clinic: Clinic, tmp_path: Path):
    assert export(clinic, "--format", "csv", "--out", tmp_path / "out") == 0
    with (tmp_path / "out" / "treatments.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert all(row["origin"] for row in rows)


def test_fhir_is_one_bundle_with_codes_only_where_they_are_asked_for(
    clinic: Clinic, tmp_path: Path
):
    plain, coded = tmp_path / "plain.json", tmp_path / "coded.json"
    assert export(clinic, "--format", "fhir", "--out", plain) == 0
    assert export(clinic, "--format", "fhir", "--codes", "shipped", "--out", coded) == 0
    bundle = json.loads(plain.read_text("utf-8"))
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert {"Patient", "Procedure", "Observation"} <= set(kinds)
    assert "coding" not in plain.read_text("utf-8")
    assert "http://snomed.info/sct" in coded.read_text("utf-8")


def test_codes_without_fhir_or_from_no_file_are_wrong_usage(
    clinic: Clinic, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert export(clinic, "--codes", "shipped") == 2
    assert export(clinic, "--format", "fhir", "--codes", tmp_path / "none.yaml") == 2
    assert "none.yaml" in capsys.readouterr().err

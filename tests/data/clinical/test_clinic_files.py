from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from data.clinical import catalogue
from data.clinical.clinic_files import (
    FileKind,
    clinic_problems,
    own_entries,
    read_changed_files,
    stray_files,
    use_clinic_folder,
)
from data.clinical.entries import CatalogueError, Entry
from data.clinical.exercises import exercises
from data.clinical.ladder import ladders
from data.clinical.measures import measures
from data.clinical.own_copies import copy_to_clinic
from data.clinical.presets import presets
from data.clinical.ratios import ratios
from data.clinical.references import all_references
from data.clinical.reliability import measurement_error, measurement_errors
from data.clinical.screening import all_lists, screening_lists
from data.curve_mapping import mappings

TODAY = date(2026, 11, 30)
OWN = {
    "measures_hop.yaml": "version: 1\nmeasures:\n  hop.own: {name: Own hop, unit: cm, how: once, "
    "low: 0, high: 400}\n",
    "presets_own.yaml": "version: 1\npresets:\n  tens.own:\n    name: Ours\n    modality: tens\n"
    "    values: {pulse_rate_hz: 80}\n",
    "reliability_own.yaml": "version: 1\nrows:\n  nordic.ours: {test: nordic.bil, device: ours, "
    "population: our players, source: our own notebook, cv_percent: [4, 5]}\n",
}


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    for name, text in OWN.items():
        (tmp_path / name).write_text(text, "utf-8")
    use_clinic_folder(tmp_path)
    return tmp_path


def test_without_a_folder_only_what_ships_counts() -> None:
    assert "hop.own" not in measures()
    assert "tens.own" not in presets()
    assert measurement_errors("nordic.bil")[0].population != "our players"


def test_every_catalogue_knows_the_clinics_files_once_the_folder_is_set(clinic: Path) -> None:
    assert measures()["hop.own"].high == 400
    assert presets()["tens.own"].is_clinics_own
    error = measurement_error("nordic.bil")
    assert error is not None
    assert error.cv_percent == (4, 5)
    assert len(measurement_errors("nordic.bil")) > 1
    assert clinic_problems() == ()


def test_a_wrong_file_is_left_out_and_named_and_the_others_count(clinic: Path) -> None:
    (clinic / "presets_bad.yaml").write_text(
        "version: 1\npresets:\n  tens.bad: {name: Bad, modality: tens, values: {pulse: 3}}\n"
    )
    (clinic / "measures_broken.yaml").write_text("version: [", "utf-8")
    (clinic / "exercises_latin.yaml").write_bytes(b"version: 1\nexercises: \xff\n")
    use_clinic_folder(clinic)
    assert "tens.own" in presets()
    assert "tens.bad" not in presets()
    assert "hop.own" in measures()
    assert exercises() == exercises(clinic / "nothing here")
    assert {(each.file, each.entry) for each in clinic_problems()} == {
        ("presets_bad.yaml", "tens.bad: values"),
        ("measures_broken.yaml", "measures_broken.yaml"),
        ("exercises_latin.yaml", "exercises_latin.yaml"),
    }
    assert all("Correct that file." in str(each) for each in clinic_problems())


def test_files_are_read_again_when_one_was_changed(clinic: Path) -> None:
    assert "hop.own" in measures()
    (clinic / "measures_hop.yaml").unlink()
    assert "hop.own" in measures()
    read_changed_files()
    assert "hop.own" not in measures()


def test_a_file_that_no_catalogue_reads_is_named(clinic: Path) -> None:
    for name in ("test_rugby.yaml", "tests_rugby.yml", "notes.txt"):
        (clinic / name).write_text("", "utf-8")
    assert [path.name for path in stray_files()] == ["test_rugby.yaml", "tests_rugby.yml"]


@pytest.mark.parametrize("kind", list(FileKind))
def test_a_copy_of_what_ships_can_be_read_and_is_the_clinics(kind: FileKind, clinic: Path) -> None:
    root = Entry.shipped(kind.shipped)
    entry = str(next(iter(root.child(kind.section).items()))[0])
    path = copy_to_clinic(kind, entry, TODAY)
    assert path.parent == clinic
    use_clinic_folder(clinic)
    for load in (catalogue.tests, presets, exercises, measures, ladders, ratios, all_references):
        load()
    all_lists()
    mappings()
    measurement_errors("")
    assert clinic_problems() == ()
    assert path in own_entries(kind).values()


def test_a_copied_test_has_an_id_of_its_own_and_asks_for_the_same(clinic: Path) -> None:
    copy_to_clinic(FileKind.TESTS, "nordic.bil", TODAY)
    use_clinic_folder(clinic)
    shipped, own = (catalogue.tests()[name] for name in ("nordic.bil", "nordic.bil.own"))
    assert own.name == f"{shipped.name}, our own"
    assert own.rep_rule == shipped.rep_rule
    assert own.metrics == shipped.metrics


def test_a_copied_screening_list_is_the_next_version_of_it(clinic: Path) -> None:
    (before,) = screening_lists("cold")
    copy_to_clinic(FileKind.SCREENING, "cold", TODAY)
    use_clinic_folder(clinic)
    (after,) = screening_lists("cold")
    assert after.version == before.version + 1
    assert after.is_clinics_own
    assert after.items == before.items
    assert after.stamp == "cold v2 (2026-11-30)"


def test_a_copied_exercise_keeps_the_rule_on_pain_of_its_file(clinic: Path) -> None:
    shipped = exercises()["ham.bridge.single"]
    copy_to_clinic(FileKind.EXERCISES, "ham.bridge.single", TODAY)
    use_clinic_folder(clinic)
    assert exercises()["ham.bridge.single"] == shipped


def test_a_copy_never_writes_over_a_file(clinic: Path) -> None:
    path = copy_to_clinic(FileKind.MEASURES, "hop.single", TODAY)
    changed = path.read_text("utf-8").replace("version: 1", "version: 2")
    path.write_text(changed, "utf-8")
    with pytest.raises(CatalogueError, match="there already"):
        copy_to_clinic(FileKind.MEASURES, "hop.single", TODAY)
    assert path.read_text("utf-8") == changed
    assert yaml.safe_load(changed)["version"] == 2

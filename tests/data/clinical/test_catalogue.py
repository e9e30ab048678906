from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from data.analysis.trial import analyse
from data.analysis.types import AnalysisOptions
from data.clinical.catalogue import parse
from data.clinical.catalogue import tests as strength_tests
from data.clinical.entries import CatalogueError, Entry
from data.clinical.tests import Contraction, Laterality
from tests.data.analysis.curves import one_rep, trapezoid

SHIPPED = files("data.clinical").joinpath("reference/strength_tests.yaml").read_text("utf-8")


# Ids and contraction modes: clinical_science 5. The heel raise is counted, not measured.
TEMPLATES = {
    "nordic.bil": "eccentric",
    "nordic.iso": "isometric make",
    "razor": "eccentric",
    "ham.hhd.0": "isometric make",
    "ham.hhd.15": "isometric make",
    "ham.hhd.0.break": "break",
    "ham.hhd.15.break": "break",
    "ham.hhd.90": "isometric make",
    "ham.hhd.inner": "isometric make",
    "ham.iso9020": "isometric make",
    "knee.ext.60": "isometric make",
    "knee.ext.90": "isometric make",
    "knee.ext.90.rfd": "isometric make",
    "knee.flex.seat": "isometric make",
    "hip.add.long": "isometric make",
    "hip.add.short": "isometric make",
    "hip.abd.long": "isometric make",
    "hip.add.side.ecc": "break",
    "squeeze.5s": "isometric make",
    "calf.soleus.seat": "isometric make",
    "sho.er": "isometric make",
    "sho.ir": "isometric make",
    "sho.er.90": "isometric make",
    "sho.ir.90": "isometric make",
    "sho.ash.I": "isometric make",
    "sho.ash.Y": "isometric make",
    "sho.ash.T": "isometric make",
    "grip": "isometric make",
    "imtp": "isometric make",
    "iso.squat": "isometric make",
}


@pytest.mark.parametrize(("test_id", "contraction"), TEMPLATES.items())
def test_the_catalogue_has_the_test(test_id: str, contraction: str) -> None:
    test = strength_tests()[test_id]
    assert test.id == test_id
    assert test.contraction.value == contraction
    assert test.metrics[0] == "peak_n"
    assert test.gates == "gates.v1"
    assert test.cue


def test_the_catalogue_has_nothing_else() -> None:
    assert set(strength_tests()) == set(TEMPLATES)


def test_push_and_overcome_are_two_tests_with_two_rules() -> None:
    make, overcome = (strength_tests()[name] for name in ("ham.hhd.15", "ham.hhd.15.break"))
    assert make.rep_rule.id == "reps.isometric.v1"
    assert overcome.rep_rule.id == "reps.break.v1"
    assert make.metrics != overcome.metrics


def test_fast_pulses_ask_for_the_rate_and_the_mean_that_rates_of_force_need() -> None:
    pulses = strength_tests()["knee.ext.90.rfd"]
    # clinical_science 1.1 and 2: 500 Hz for 0-50 ms; at least five pulses, mean of the best three
    assert (pulses.minimum_rate_hz, pulses.reps, pulses.aggregation) == (500, 5, "mean_best_3")
    assert "as fast and as hard" in pulses.cue


def test_the_nordic_is_what_its_template_says() -> None:
    nordic = strength_tests()["nordic.bil"]
    assert nordic.contraction is Contraction.ECCENTRIC
    assert nordic.laterality is Laterality.BILATERAL
    assert (nordic.reps, nordic.formula, nordic.aggregation) == (3, "pdiff", "best")
    rule = nordic.rep_rule
    # clinical_science 1.6: on max(30 N, 15 % best) of the sum, off 8 %, 0.8 s, merged over 0.5 s
    assert (rule.on_n, rule.on_fraction, rule.off_fraction) == (30, 0.15, 0.08)
    assert (rule.minimum_s, rule.merge_gap_s, rule.uses_sum) == (0.8, 0.5, True)


def test_an_isometric_test_has_the_rule_of_its_family() -> None:
    rule = strength_tests()["ham.iso9020"].rep_rule
    # clinical_science 1.6: on max(20 N, 10 %), off max(10 N, 5 %), 1 s, merged over 0.3 s
    assert (rule.on_n, rule.on_fraction, rule.off_n, rule.off_fraction) == (20, 0.1, 10, 0.05)
    assert (rule.minimum_s, rule.merge_gap_s, rule.uses_sum) == (1.0, 0.3, False)


def test_torque_tests_ask_for_the_lever() -> None:
    asking = {test.id for test in strength_tests().values() if "lever_m" in test.required_fields}
    assert {"ham.hhd.0", "ham.hhd.15", "ham.hhd.90", "hip.add.long", "hip.add.short"} <= asking


def test_a_caller_cannot_change_the_catalogue_of_others() -> None:
    strength_tests().clear()
    assert "grip" in strength_tests()


def _replaced(old: str, new: str) -> Entry:
    assert old in SHIPPED
    return Entry.of_text("strength_tests.yaml", SHIPPED.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "entry", "words"),
    [
        ("name: Grip strength", "nome: Grip strength", "grip", "name is missing"),
        ("name: Grip strength", "name: 7", "grip", "must be a text"),
        ("name: Grip strength", "name: Grip\n    colour: red", "grip", "unknown fields: colour"),
        ("rep_rule: reps.grip.v1", "rep_rule: reps.gripp", "grip", "is 'reps.gripp'"),
        ("contraction: eccentric", "contraction: concentric", "nordic.bil", "isometric make"),
        ("formula: pdiff", "formula: risk", "nordic.bil", "is 'risk'"),
        ("aggregation: best", "aggregation: bester", "nordic.bil", "mean_best_2"),
        ("reps: 3", "reps: 0", "nordic.bil", "whole number from 1"),
        ("reps: 3", "reps: true", "nordic.bil", "whole number from 1"),
        ("hold_s: 5", "hold_s: -5", "nordic.bil", "must not be negative"),
        ("hold_s: 5", "hold_s: .nan", "nordic.bil", "must not be negative"),
        ("hold_s: 5", "hold_s: five", "nordic.bil", "must be a number"),
        ("uses_sum: true", "uses_sum: 3", "reps.isometric.pair.v1", "true or false"),
        ("[lever_m]", "[leverage]", "ham.hhd.0", "which no trial has"),
        ("[lever_m]", "lever_m", "ham.hhd.0", "must be a list"),
        ("on_fraction: 0.10", "on_fraction: 0.01", "reps.isometric.v1", "at most on_fraction"),
        ("off_n: 10", "off_n: 30", "reps.isometric.v1", "at most on_n"),
        ("\nrep_rules:", "\nrep_rulez:", "strength_tests.yaml: rep_rules", "missing"),
    ],
)
def test_a_wrong_entry_is_named_with_what_is_wrong(
    old: str, new: str, entry: str, words: str
) -> None:
    with pytest.raises(CatalogueError) as caught:
        parse(_replaced(old, new))
    assert caught.value.entry == entry
    assert entry in str(caught.value)
    assert words in str(caught.value)


def test_a_file_that_is_no_yaml_is_named() -> None:
    with pytest.raises(CatalogueError, match=r"strength_tests\.yaml cannot be used"):
        Entry.of_text("strength_tests.yaml", "tests: [")


OWN = """
version: 1
rep_rules:
  reps.clinic.v1: {on_n: 15, on_fraction: 0.1, off_n: 8, off_fraction: 0.05, minimum_s: 0.5, merge_gap_s: 0.2}
tests:
  neck.flex:
    name: Neck flexion
    muscle_group: neck
    contraction: isometric make
    laterality: unilateral
    position: Supine, cell over the forehead.
    cue: Lift your head against the cell.
    reps: 3
    hold_s: 3
    rest_s: 30
    stabilisation: belt
    rep_rule: reps.clinic.v1
    aggregation: best
    formula: pdiff
    metrics: hold
"""  # noqa: E501


def test_the_clinics_own_tests_stand_behind_those_that_ship(tmp_path: Path) -> None:
    (tmp_path / "tests_neck.yaml").write_text(OWN, "utf-8")
    found = strength_tests(tmp_path)
    assert list(found)[:-1] == list(strength_tests())
    assert found["neck.flex"].rep_rule.minimum_s == 0.5
    assert found["neck.flex"].metrics == found["ham.iso9020"].metrics
    assert "neck.flex" not in strength_tests()


def test_without_a_folder_or_files_there_are_only_those_that_ship(tmp_path: Path) -> None:
    assert strength_tests(tmp_path) == strength_tests(tmp_path / "none") == strength_tests()


@pytest.mark.parametrize(
    ("text", "entry", "words"),
    [
        (OWN.replace("neck.flex:", "grip:"), "grip", "this id exists already"),
        (OWN.replace("reps.clinic.v1:", "reps.nordic.v1:"), "reps.nordic.v1", "exists already"),
        (OWN.replace("name: Neck flexion", "name: 3"), "neck.flex", "name must be a text"),
        (OWN.replace("    reps: 3", "    reps: 3\n    reps: 4"), "tests_neck.yaml", "stands twice"),
        (OWN.replace("tests:", "test:"), "tests_neck.yaml: tests", "missing"),
        ("tests: [", "tests_neck.yaml", "not YAML"),
        ("\udcff", "tests_neck.yaml", "cannot be read"),
    ],
)
def test_a_wrong_file_of_the_clinic_is_named_with_its_entry(
    tmp_path: Path, text: str, entry: str, words: str
) -> None:
    (tmp_path / "tests_neck.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(CatalogueError) as caught:
        strength_tests(tmp_path)
    assert (caught.value.file, caught.value.entry) == ("tests_neck.yaml", entry)
    assert "tests_neck.yaml" in str(caught.value)
    assert words in str(caught.value)


def test_a_clinic_test_is_analysed_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "tests.yaml").write_text(OWN, "utf-8")
    analysis = analyse(one_rep(trapezoid), strength_tests(tmp_path)["neck.flex"], AnalysisOptions())
    assert analysis.reps[0].metrics["peak_n"].value == pytest.approx(300)
    assert "reps.clinic.v1" in analysis.methods["repetitions"]


def test_a_clinic_test_may_be_a_hold_to_failure(tmp_path: Path) -> None:
    text = OWN.replace("rep_rule: reps.clinic.v1", "rep_rule: reps.endurance.v1")
    (tmp_path / "tests.yaml").write_text(text, "utf-8")
    rule = strength_tests(tmp_path)["neck.flex"].rep_rule
    # 50 % and 40 % of the target, at least 3 s, parted by 1 s
    assert (rule.on_fraction, rule.off_fraction, rule.minimum_s, rule.merge_gap_s) == (
        0.5,
        0.4,
        3.0,
        1.0,
    )
    assert (rule.for_target(200).on_n, rule.for_target(200).off_n) == (100.0, 80.0)

from __future__ import annotations

from importlib.resources import files

import pytest

from data.clinical.catalogue import parse
from data.clinical.catalogue import tests as strength_tests
from data.clinical.entries import CatalogueError, Entry
from data.clinical.tests import Contraction, Laterality

SHIPPED = files("data.clinical").joinpath("reference/strength_tests.yaml").read_text("utf-8")


# Ids of the catalogue: clinical_science 5.
@pytest.mark.parametrize(
    "test_id",
    [
        "nordic.bil",
        "nordic.iso",
        "ham.hhd.0",
        "ham.hhd.15",
        "ham.hhd.90",
        "ham.iso9020",
        "hip.add.long",
        "hip.add.short",
        "squeeze.5s",
        "grip",
    ],
)
def test_the_catalogue_has_the_test(test_id: str) -> None:
    test = strength_tests()[test_id]
    assert test.id == test_id
    assert test.metrics[0] == "peak_n"


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
        ("[lever_m]", "lever_m", "ham.hhd.0", "must be a list of texts"),
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

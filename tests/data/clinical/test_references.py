from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from data.clinical import measures as measure_file
from data.clinical import references as reference_file
from data.clinical.catalogue import tests as strength_tests
from data.clinical.entries import CatalogueError, Entry
from data.clinical.measures import measures
from data.clinical.ratios import ratios
from data.clinical.references import Kind, all_references, references


# clinical_science 4.1: value, n, relative risk and its 95 % interval, as read in the abstracts.
@pytest.mark.parametrize(
    ("name", "value", "people", "events", "effect", "interval"),
    [
        ("nordic.256", 256, 210, 28, "relative risk 2.7", (1.3, 5.5)),
        ("nordic.279", 279, 210, 28, "relative risk 4.3", (1.7, 11.0)),
        ("nordic.337", 337, 152, 27, "relative risk 4.4", (1.1, 17.5)),
        ("nordic.imbalance.15", 15, 178, 20, "relative risk 2.4", (1.1, 5.5)),
        ("nordic.imbalance.20", 20, 178, 20, "relative risk 3.4", (1.5, 7.6)),
        ("fascicle.1056", 10.56, 152, 27, "relative risk 4.1", (1.9, 8.7)),
    ],
)
def test_a_threshold_stands_with_what_its_study_found(
    name: str, value: float, people: int, events: int, effect: str, interval: tuple[float, float]
) -> None:
    found = all_references()[name]
    assert (found.low, found.high) == (value, value)
    assert (found.people, found.events, found.effect) == (people, events, effect)
    assert found.interval == interval
    assert found.counter


def test_the_line_says_value_people_source_effect_doubt_and_that_it_predicts_nothing() -> None:
    line = all_references()["nordic.337"].sentence
    for part in (
        "Reference: 337 N",
        "elite male footballers in Australia, n 152",
        "Timmins 2016",
        "relative risk 4.4, 95 % interval 1.1 to 17.5",
        "certainty low, with counter-evidence",
        "it does not predict injury in an individual",
    ):
        assert part in line


def test_lines_are_found_by_test_and_number() -> None:
    assert [each.id for each in references("nordic.bil", "peak_n")] == [
        "nordic.256",
        "nordic.279",
        "nordic.337",
    ]
    assert [each.id for each in references("add.abd", "value")] == ["add.abd.080", "add.abd.hockey"]
    assert references("nordic.bil", "mean_n") == ()


def test_every_value_belongs_to_something_that_exists() -> None:
    tests, formulas = strength_tests(), ("pdiff", "lsi", "bai1")
    for each in all_references().values():
        assert each.of, each.id
        for name in each.of:
            if name in tests:
                known = each.metric in tests[name].metrics or each.metric in formulas
                assert known or each.metric.startswith("nordic_expected"), each.id
            else:
                assert name in ratios() or name in measures(), (each.id, name)
                assert each.metric == "value", each.id


def test_every_value_says_who_where_and_what_was_read() -> None:
    for each in all_references().values():
        assert each.population, each.id
        assert each.citation, each.id
        assert each.read in {"abstract", "title", "page"}, each.id
        if each.kind is Kind.THRESHOLD:
            assert each.side, each.id
            assert each.counter or each.setup, each.id


# Marked [M] or [2] in clinical_science: from memory or second-hand, and so not printed as fact.
@pytest.mark.parametrize(
    "words",
    ["Croisier", "Kyritsis", "limited value in isolation", "EPIC 90", "0.47", "10.6", "traffic"],
)
def test_nothing_from_memory_stands_in_the_values(words: str) -> None:
    text = files("data.clinical").joinpath("reference/references.yaml").read_text("utf-8")
    assert words not in text


def test_a_formula_and_a_range_are_said_as_they_are() -> None:
    assert all_references()["nordic.expected"].value_text == "4 · body mass in kg + 26.1 N"
    assert all_references()["nordic.youth"].value_text == "4.5 to 4.7 N/kg"
    assert all_references()["add.abd.hockey"].value_text == "1.49 ± 0.2"


OWN = """
version: 1
references:
  our.squad:
    of: [nordic.bil]
    metric: per_kg_n_kg
    kind: norm
    value: 4.4
    sd: 0.5
    unit: N/kg
    population: our first team, June 2026
    people: 24
    citation: our own tests
    evidence: cross-section
    certainty: low
"""


def test_a_clinic_adds_and_replaces_values_and_is_named_for_it(tmp_path: Path) -> None:
    (tmp_path / "references_2026.yaml").write_text(OWN, "utf-8")
    own = all_references(tmp_path)["our.squad"]
    assert own.is_clinics_own
    assert own.value_text == "4.4 ± 0.5 N/kg"
    assert own in references("nordic.bil", "per_kg_n_kg", tmp_path)
    replaced = OWN.replace("our.squad", "nordic.track.men")
    (tmp_path / "references_2026.yaml").write_text(replaced, "utf-8")
    assert all_references(tmp_path)["nordic.track.men"].people == 24
    assert all_references()["nordic.track.men"].people == 44


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("value: 4.4", "value: many", "must be a number"),
        ("    value: 4.4\n", "", "must be given, or a formula"),
        ("kind: norm", "kind: verdict", "not one of"),
        ("kind: norm", "kind: threshold", "must say what speaks against"),
        ("evidence: cross-section", "evidence: hearsay", "not one of"),
        ("of: [nordic.bil]", "of: []", "at least one test"),
        ("people: 24", "people: 24\n    verdict: red", "unknown fields: verdict"),
    ],
)
def test_a_wrong_value_of_the_clinic_is_named_with_its_file(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in OWN
    (tmp_path / "references.yaml").write_text(OWN.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogueError, match=r"references\.yaml, entry our\.squad") as caught:
        all_references(tmp_path)
    assert words in str(caught.value)


def test_a_shipped_value_must_say_what_was_read() -> None:
    with pytest.raises(CatalogueError, match="read is missing"):
        reference_file.parse(Entry.of_text("references.yaml", OWN))


def test_a_typed_in_value_outside_its_scale_is_refused_with_the_scale() -> None:
    pain = measures()["pain.squeeze"]
    assert pain.refusal(6) is None
    assert pain.refusal(11) == (
        "Groin pain in the five-second squeeze goes from 0 to 10 (NRS 0-10); nothing was stored."
    )


def test_the_heel_raise_is_a_counted_result_of_each_limb() -> None:
    raise_ = measures()["calf.heelraise"]
    assert (raise_.unit, raise_.is_per_limb) == ("repetitions", True)
    assert "60 a minute" in raise_.how


def test_a_clinic_adds_measures_of_its_own(tmp_path: Path) -> None:
    text = """
version: 1
measures:
  hop.single: {name: Single hop, unit: cm, how: Best of 3., low: 0, high: 400, is_per_limb: true}
"""
    (tmp_path / "measures.yaml").write_text(text, "utf-8")
    assert measures(tmp_path)["hop.single"].high == 400
    with pytest.raises(CatalogueError, match="must be above low"):
        measure_file.parse(Entry.of_text("m.yaml", text.replace("high: 400", "high: 0")))

"""The catalogue of strength tests, loaded from YAML and checked entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from data.clinical.entries import CatalogueError, Entry
from data.clinical.tests import Contraction, Laterality, RepRule, StrengthTest

__all__ = ["CatalogueError", "parse", "tests"]

AGGREGATIONS = ("best", "mean", "mean_best_2", "mean_best_3")
FORMULAS = ("pdiff", "signed", "bai1", "bai2", "si", "sa", "ln")
REQUIRABLE = ("lever_m", "body_mass_kg", "gravity_n")


def tests() -> dict[str, StrengthTest]:
    """Every strength test by its id, in the order of the file."""
    return dict(_shipped())


def parse(root: Entry) -> dict[str, StrengthTest]:
    """The tests of a catalogue file; `CatalogueError` names the entry that is wrong."""
    root.whole("version")
    rules = {entry.name: _rule(entry) for entry in root.children("rep_rules")}
    sets: dict[str, tuple[str, ...]] = {}
    for entry in root.children("metric_sets"):
        sets[entry.name] = entry.texts("keys")
        entry.done()
    found = {entry.name: _test(entry, rules, sets) for entry in root.children("tests")}
    root.done()
    return found


@cache
def _shipped() -> Mapping[str, StrengthTest]:
    return parse(Entry.of_file("strength_tests.yaml"))


def _rule(entry: Entry) -> RepRule:
    rule = RepRule(
        id=entry.name,
        on_n=entry.number("on_n"),
        on_fraction=entry.number("on_fraction"),
        off_n=entry.number("off_n"),
        off_fraction=entry.number("off_fraction"),
        minimum_s=entry.number("minimum_s"),
        merge_gap_s=entry.number("merge_gap_s"),
        uses_sum=entry.flag("uses_sum"),
    )
    entry.done()
    if not 0 < rule.off_n <= rule.on_n:
        raise entry.error("off_n", "must be above 0 and at most on_n")
    if not rule.off_fraction <= rule.on_fraction < 1:
        raise entry.error("off_fraction", "must be at most on_fraction, and that below 1")
    return rule


def _test(
    entry: Entry, rules: Mapping[str, RepRule], sets: Mapping[str, tuple[str, ...]]
) -> StrengthTest:
    required = entry.texts("required_fields")
    for field in required:
        if field not in REQUIRABLE:
            raise entry.error("required_fields", f"names {field!r}, which no trial has")
    test = StrengthTest(
        id=entry.name,
        name=entry.text("name"),
        muscle_group=entry.text("muscle_group"),
        contraction=entry.choice("contraction", Contraction),
        laterality=entry.choice("laterality", Laterality),
        position=entry.text("position"),
        cue=entry.text("cue"),
        reps=entry.whole("reps"),
        hold_s=entry.number("hold_s"),
        rest_s=entry.number("rest_s"),
        rep_rule=rules[entry.one_of("rep_rule", tuple(rules))],
        aggregation=entry.one_of("aggregation", AGGREGATIONS),
        formula=entry.one_of("formula", FORMULAS),
        metrics=sets[entry.one_of("metrics", tuple(sets))],
        required_fields=required,
        minimum_rate_hz=entry.number("minimum_rate_hz", 0.0),
        references=entry.texts("references"),
    )
    entry.done()
    return test

"""The catalogue of strength tests, loaded from YAML and checked entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.clinical.clinic_files import FileKind, with_clinic
from data.clinical.entries import CatalogueError, Entry
from data.clinical.tests import Contraction, Laterality, RepRule, Stabilisation, StrengthTest

__all__ = ["CatalogueError", "parse", "tests"]

AGGREGATIONS = ("best", "mean", "mean_best_2", "mean_best_3")
FORMULAS = ("pdiff", "signed", "bai1", "bai2", "si", "sa", "ln")
REQUIRABLE = ("lever_m", "body_mass_kg", "gravity_n")
GATES = ("gates.v1",)


def tests(folder: Path | None = None) -> dict[str, StrengthTest]:  # noqa: PT028 - no test itself
    """Every strength test by its id, in the order of the file.

    The clinic's own tests come after those that ship: every ``tests*.yaml`` of its folder. They
    may use the rules and metric sets that ship, and must not take an id that does.
    """
    return dict(with_clinic(FileKind.TESTS, _shipped(), _extended, folder).tests)


def parse(root: Entry) -> dict[str, StrengthTest]:
    """The tests of a catalogue file; `CatalogueError` names the entry that is wrong."""
    return dict(_extended(_Catalogue({}, {}, {}), root).tests)


@dataclass(frozen=True, slots=True)
class _Catalogue:
    rules: Mapping[str, RepRule]
    sets: Mapping[str, tuple[str, ...]]
    tests: Mapping[str, StrengthTest]


@cache
def _shipped() -> _Catalogue:
    return _extended(_Catalogue({}, {}, {}), Entry.shipped("strength_tests.yaml"))


def _extended(known: _Catalogue, root: Entry) -> _Catalogue:
    root.whole("version")
    rules, sets, found = dict(known.rules), dict(known.sets), dict(known.tests)
    is_first = not known.tests
    for entry in root.children("rep_rules") if is_first or "rep_rules" in root else ():
        _refuse_known(entry, rules)
        rules[entry.name] = _rule(entry)
    for entry in root.children("metric_sets") if is_first or "metric_sets" in root else ():
        _refuse_known(entry, sets)
        sets[entry.name] = entry.texts("keys")
        entry.done()
    for entry in root.children("tests"):
        _refuse_known(entry, found)
        found[entry.name] = _test(entry, rules, sets)
    root.done()
    return _Catalogue(rules, sets, found)


def _refuse_known(entry: Entry, known: Mapping[str, object]) -> None:
    # Stored trials know their test by its id: what the id means must not change under them.
    if entry.name in known:
        raise CatalogueError(entry.file, entry.name, "this id exists already; choose another")


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
        uses_target=entry.flag("uses_target"),
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
        stabilisation=entry.choice("stabilisation", Stabilisation),
        gates=entry.one_of("gates", GATES) if "gates" in entry else GATES[-1],
        typical=entry.text("typical", ""),
    )
    entry.done()
    return test

"""Ladders back to running: steps, criteria and the evidence beside them, editable as YAML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from data.clinical.clinic_files import FileKind, with_clinic
from data.clinical.entries import Entry

__all__ = ["Against", "Criterion", "Ladder", "Step", "ladders", "parse"]


class Against(StrEnum):
    VALUE = "value"
    OTHER_LIMB = "other limb"
    PRE_INJURY = "pre-injury"


@dataclass(frozen=True, slots=True)
class Criterion:
    """What to look at. `target` is a text for people and is compared with nothing.

    A strength `test` with its `metric`, a typed-in `measure`, or neither: then a person judges.
    """

    id: str
    text: str
    test: str = ""
    metric: str = ""
    measure: str = ""
    against: Against | None = None
    target: str = ""
    evidence: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    name: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    id: str
    name: str
    steps: tuple[Step, ...]


def ladders(folder: Path | None = None) -> dict[str, Ladder]:
    """Every ladder by its id: those that ship, then the clinic's ``ladders*.yaml``."""
    return dict(
        with_clinic(FileKind.LADDERS, _shipped(), lambda known, root: known | parse(root), folder)
    )


def parse(root: Entry) -> dict[str, Ladder]:
    """The ladders of a file; `CatalogueError` names the entry that is wrong."""
    root.whole("version")
    found: dict[str, Ladder] = {}
    for entry in root.children("ladders"):
        steps = tuple(_step(step) for step in entry.entries("steps"))
        found[entry.name] = Ladder(entry.name, entry.text("name"), steps)
        entry.done()
        _refuse_twice(entry, [each.id for step in steps for each in step.criteria])
    root.done()
    return found


@cache
def _shipped() -> dict[str, Ladder]:
    return parse(Entry.shipped("return_to_running.yaml"))


def _step(entry: Entry) -> Step:
    name = entry.text("id")
    criteria = tuple(_criterion(each) for each in entry.entries("criteria"))
    step = Step(name, entry.text("name"), criteria)
    entry.done()
    return step


def _criterion(entry: Entry) -> Criterion:
    criterion = Criterion(
        id=entry.text("id"),
        text=entry.text("text"),
        test=entry.text("test", ""),
        metric=entry.text("metric", ""),
        measure=entry.text("measure", ""),
        against=entry.choice("against", Against) if "against" in entry else None,
        target=entry.text("target", ""),
        evidence=entry.texts("evidence"),
        counter=entry.texts("counter"),
    )
    entry.done()
    if bool(criterion.test) is not bool(criterion.metric):
        raise entry.error("metric", "must stand with test, and test with metric")
    if criterion.test and criterion.measure:
        raise entry.error("measure", "cannot stand beside test")
    if bool(criterion.test or criterion.measure) is not (criterion.against is not None):
        raise entry.error("against", "must be given for a test or measure, and only there")
    if not criterion.evidence:
        raise entry.error("evidence", "must say what the criterion rests on")
    return criterion


def _refuse_twice(entry: Entry, names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise entry.error("steps", f"have two criteria with the id {name}")

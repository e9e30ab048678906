"""The library of exercises and the terms for watching somebody run, editable as YAML."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from data.clinical.clinic_files import FileKind, with_clinic
from data.clinical.entries import Entry
from data.stages import Stage

__all__ = ["Dosage", "Exercise", "exercises", "for_stage", "gait_terms", "parse"]


@dataclass(frozen=True, slots=True)
class Dosage:
    """How much of an exercise. What is None was left open; `tempo` and `load` are plain words
    (``3-1-1``, ``body mass``) beside `load_kg`."""

    sets: int | None = None
    repetitions: int | None = None
    hold_s: float | None = None
    rest_s: float | None = None
    load_kg: float | None = None
    load: str = ""
    tempo: str = ""
    times_a_week: int | None = None
    distance_m: float | None = None
    effort_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise. `dosage` is where a prescription starts from in a stage, for a person to
    change; `references` name a study where one was read, else the entry is the clinic's habit."""

    id: str
    name: str
    how: str
    region: str
    kind: str
    equipment: str
    dosage: dict[Stage, Dosage]
    pain_rule: str
    progression: str
    easier: str = ""
    harder: str = ""
    references: tuple[str, ...] = ()

    def dosage_in(self, stage: Stage | None) -> Dosage:
        """That of the stage; of the nearest earlier one, else of the first, where it has none."""
        order = list(Stage)
        wanted = order.index(stage) if stage is not None else 0
        for passed in reversed(order[: wanted + 1]):
            if passed in self.dosage:
                return self.dosage[passed]
        return next(iter(self.dosage.values()))


def exercises(folder: Path | None = None) -> dict[str, Exercise]:
    """Every exercise by its id: those that ship, then the clinic's ``exercises*.yaml``, which may
    replace them. Raises `CatalogueError`."""
    return dict(
        with_clinic(FileKind.EXERCISES, _shipped(), lambda known, root: known | parse(root), folder)
    )


def for_stage(library: dict[str, Exercise], stage: Stage | None) -> list[Exercise]:
    """Those meant for a stage first, each part in the order of the library."""
    fits = [each for each in library.values() if stage in each.dosage]
    return fits + [each for each in library.values() if stage not in each.dosage]


def parse(root: Entry) -> dict[str, Exercise]:
    """The exercises of a file; `CatalogueError` names the entry that is wrong."""
    root.whole("version")
    pain_rule = root.text("pain_rule", "")
    if "gait_terms" in root:
        root.texts("gait_terms")
    found = {each.name: _exercise(each, pain_rule) for each in root.children("exercises")}
    root.done()
    return found


@cache
def gait_terms() -> tuple[str, ...]:
    """What can be ticked when somebody runs: neutral descriptions, not judgements."""
    return Entry.shipped("exercises.yaml").texts("gait_terms")


@cache
def _shipped() -> dict[str, Exercise]:
    return parse(Entry.shipped("exercises.yaml"))


def _exercise(entry: Entry, pain_rule: str) -> Exercise:
    dosage: dict[Stage, Dosage] = {}
    for stage in entry.children("dosage"):
        dosage[_stage(entry, stage.name)] = _dosage(stage)
    exercise = Exercise(
        id=entry.name,
        name=entry.text("name"),
        how=entry.text("how"),
        region=entry.text("region"),
        kind=entry.text("kind"),
        equipment=entry.text("equipment", ""),
        dosage=dosage,
        pain_rule=entry.text("pain_rule", pain_rule),
        progression=entry.text("progression"),
        easier=entry.text("easier", ""),
        harder=entry.text("harder", ""),
        references=entry.texts("references"),
    )
    entry.done()
    if not dosage:
        raise entry.error("dosage", "must have at least one stage")
    return exercise


def _stage(entry: Entry, name: str) -> Stage:
    try:
        return Stage(name)
    except ValueError:
        known = ", ".join(stage.value for stage in Stage)
        raise entry.error("dosage", f"has {name!r}, which is no stage: {known}") from None


def _dosage(entry: Entry) -> Dosage:
    def whole(field: str) -> int | None:
        return entry.whole(field) if field in entry else None

    def number(field: str) -> float | None:
        return entry.number(field) if field in entry else None

    dosage = Dosage(
        sets=whole("sets"),
        repetitions=whole("repetitions"),
        hold_s=number("hold_s"),
        rest_s=number("rest_s"),
        load=entry.text("load", ""),
        tempo=entry.text("tempo", ""),
        times_a_week=whole("times_a_week"),
        distance_m=number("distance_m"),
        effort_percent=number("effort_percent"),
    )
    entry.done()
    return dosage

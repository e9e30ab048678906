"""Everything that can be chosen, asked or shown beside a result, as entries of one library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.units import number, quantity
from app.wording import formula_text, metric_name, sentence
from data.analysis.reps import describe
from data.clinical.catalogue import tests
from data.clinical.clinic_files import FileKind, own_entries
from data.clinical.exercises import Dosage, Exercise, exercises
from data.clinical.ladder import Criterion, Ladder, ladders
from data.clinical.measures import Measure, measures
from data.clinical.modalities import forms
from data.clinical.presets import Preset, presets
from data.clinical.ratios import RatioRule, ratios
from data.clinical.references import Reference, all_references
from data.clinical.reliability import measurement_errors
from data.clinical.screening import ScreeningList, all_lists
from data.clinical.tests import Laterality, StrengthTest

SHELVES = {
    FileKind.TESTS: "Strength tests",
    FileKind.PRESETS: "Treatment presets",
    FileKind.EXERCISES: "Exercises",
    FileKind.REFERENCES: "Reference values",
    FileKind.LADDERS: "Ladders",
    FileKind.MEASURES: "Typed results",
    FileKind.SCREENING: "Screening lists",
    FileKind.RATIOS: "Ratios",
}
"""What stands in the library, in this order."""

Part = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LibraryEntry:
    """`about` is the line below the title, `parts` are headings with their text. `file` is that of
    the clinic which the entry counts from, None where it ships."""

    kind: FileKind
    id: str
    title: str
    group: str
    about: str
    parts: tuple[Part, ...]
    file: Path | None = None

    @property
    def key(self) -> tuple[FileKind, str]:
        return self.kind, self.id

    @property
    def place(self) -> str:
        """Where it comes from, in words."""
        if self.file is not None:
            return f"{self.id} · the clinic’s own, from {self.file.name}"
        return f"{self.id} · shipped with Myograph, in {self.kind.shipped}"

    def has(self, words: list[str]) -> bool:
        """Whether every one of the words, in small letters, is somewhere in it."""
        texts = (self.title, self.id, self.group, self.about, *(text for _, text in self.parts))
        whole = " ".join(texts).casefold()
        return all(word in whole for word in words)


def library() -> tuple[LibraryEntry, ...]:
    """All entries, by kind in the order of `SHELVES`."""
    entries = (
        *map(_test, tests().values()),
        *map(_preset, presets().values()),
        *map(_exercise, exercises().values()),
        *map(_reference, all_references().values()),
        *map(_ladder, ladders().values()),
        *map(_measure, measures().values()),
        *map(_screening, all_lists().values()),
        *map(_ratio, ratios().values()),
    )
    own = {kind: own_entries(kind) for kind in SHELVES}
    return tuple(replace(entry, file=own[entry.kind].get(entry.id)) for entry in entries)


def _test(test: StrengthTest) -> LibraryEntry:
    limbs = "both limbs at once" if test.laterality is Laterality.BILATERAL else "left, then right"
    hold = f" of {quantity(test.hold_s, 's')}" if test.hold_s else ""
    about = (
        f"{sentence(test.contraction.value)} · {limbs} · "
        f"{test.reps} repetitions{hold}, {quantity(test.rest_s, 's')} rest"
    )
    group = sentence(test.muscle_group)
    return LibraryEntry(FileKind.TESTS, test.id, test.name, group, about, tuple(_test_parts(test)))


def _test_parts(test: StrengthTest) -> Iterator[Part]:
    yield "Position", test.position
    yield "Cue", f"“{test.cue}”"
    yield "Held by", sentence(test.stabilisation.value) + "."
    yield "Computed", ", ".join(sentence(metric_name(key)) for key in test.metrics) + "."
    yield "Repetitions are found by", describe(test.rep_rule)
    aggregation = sentence(test.aggregation.replace("_", " "))
    yield "Limbs are compared by", f"{aggregation} valid repetitions; {formula_text(test.formula)}."
    if test.required_fields:
        names = ", ".join(metric_name(field) for field in test.required_fields)
        yield "Asked before the test", sentence(names) + "."
    if test.minimum_rate_hz:
        yield "Lowest sampling rate", f"{number(test.minimum_rate_hz)} Hz"
    errors = [sentence(error.sentence) + "." for error in measurement_errors(test.id)]
    yield "Measurement error", "\n".join(errors) or "Not known for this test."
    yield "Sources", "\n".join(test.references) or "None given."


def _preset(preset: Preset) -> LibraryEntry:
    form = forms()[preset.modality]
    values = [
        f"{form.field(key).label}: {form.field(key).words(value)}"
        for key, value in preset.values.items()
    ]
    parts = (("Begins with", "\n".join(values)), ("Source", sentence(preset.said_by)))
    return LibraryEntry(FileKind.PRESETS, preset.id, preset.name, form.name, form.name, parts)


def _exercise(each: Exercise) -> LibraryEntry:
    dosages = [f"{sentence(stage.value)}: {_dosage(how)}" for stage, how in each.dosage.items()]
    parts = [("How", each.how), ("Dosage to start from", "\n".join(dosages))]
    parts += [("Progression", each.progression), ("Rule on pain", each.pain_rule)]
    parts += [
        (title, text)
        for title, text in (
            ("Easier", each.easier),
            ("Harder", each.harder),
            ("Equipment", each.equipment),
        )
        if text
    ]
    parts.append(("Sources", "\n".join(each.references) or "The clinic’s habit, not a study’s."))
    about = f"{sentence(each.region)} · {each.kind}"
    group = sentence(each.region)
    return LibraryEntry(FileKind.EXERCISES, each.id, each.name, group, about, tuple(parts))


def _dosage(how: Dosage) -> str:
    repetitions = f" × {how.repetitions}" if how.repetitions else ""
    said = [
        f"{how.sets or 1}{repetitions}" if how.sets or how.repetitions else "",
        f"hold {quantity(how.hold_s, 's')}" if how.hold_s else "",
        f"rest {quantity(how.rest_s, 's')}" if how.rest_s else "",
        quantity(how.load_kg, "kg", 1) if how.load_kg else "",
        how.load,
        f"tempo {how.tempo}" if how.tempo else "",
        quantity(how.distance_m, "m") if how.distance_m else "",
        f"{number(how.effort_percent)} % effort" if how.effort_percent else "",
        f"{how.times_a_week} × a week" if how.times_a_week else "",
    ]
    return ", ".join(part for part in said if part) or "left open"


def _reference(each: Reference) -> LibraryEntry:
    names = tests()
    of = [names[name].name if name in names else name for name in each.of]
    metric = "value" if each.metric == "value" else metric_name(each.metric)
    parts = [("Stands beside", f"{', '.join(of)}: {metric}."), ("Reference", each.sentence)]
    if each.setup:
        parts.append(("Holds for", each.setup))
    if each.counter:
        parts.append(("What speaks against it", "\n".join(each.counter)))
    parts.append(
        ("How sure", f"{sentence(each.certainty.value)}; {each.evidence.value}; read: {each.read}.")
    )
    parts.append(("Source", each.citation))
    title = f"{of[0]}: {each.value_text}"
    about = f"{sentence(each.kind.value)} · {each.population}"
    return LibraryEntry(
        FileKind.REFERENCES, each.id, title, sentence(each.kind.value), about, tuple(parts)
    )


def _ladder(ladder: Ladder) -> LibraryEntry:
    parts = tuple(
        (step.name, "\n".join(_criterion(each) for each in step.criteria)) for step in ladder.steps
    )
    about = f"{len(ladder.steps)} steps, each signed by a person"
    return LibraryEntry(FileKind.LADDERS, ladder.id, ladder.name, "", about, parts)


def _criterion(each: Criterion) -> str:
    target = f" Looked at: {each.target}." if each.target else ""
    return f"{each.text}.{target} Rests on: {'; '.join(each.evidence)}".replace("..", ".")


def _measure(each: Measure) -> LibraryEntry:
    limbs = "each limb" if each.is_per_limb else "both limbs together"
    about = f"{number(each.low)} to {number(each.high)} {each.unit}, {limbs}"
    parts = (("How", each.how), ("Sources", "\n".join(each.references) or "None given."))
    return LibraryEntry(FileKind.MEASURES, each.id, each.name, "", about, parts)


def _screening(each: ScreeningList) -> LibraryEntry:
    names = ", ".join(forms()[name].name for name in each.modalities if name in forms())
    items = "\n".join(f"{item.text} ({item.kind.value})" for item in each.items)
    parts = (("Asked before", names), ("Questions", items), ("Source", sentence(each.said_by)))
    return LibraryEntry(FileKind.SCREENING, each.id, each.name, "", each.stamp, parts)


def _ratio(each: RatioRule) -> LibraryEntry:
    names = tests()

    def said(ids: tuple[str, ...]) -> str:
        return " or ".join(names[name].name if name in names else name for name in ids)

    parts = [("Divides", f"{said(each.numerator)}, by {said(each.denominator)}")]
    parts.append(("Holds for", each.setup))
    if each.caution:
        parts.append(("Caution", each.caution))
    parts.append(("Sources", "\n".join(each.references) or "None given."))
    about = sentence(metric_name(each.metric))
    return LibraryEntry(FileKind.RATIOS, each.id, each.name, "", about, tuple(parts))

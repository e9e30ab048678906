"""Published values as neutral lines beside a result, each with its source and what speaks against
it. There is no verdict here, and none can be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from data.clinical.clinic_files import FileKind, with_clinic
from data.clinical.entries import Entry

__all__ = ["Certainty", "Evidence", "Kind", "Reference", "all_references", "parse", "references"]

DISCLAIMER = "Shown for context; it does not predict injury in an individual."


class Kind(StrEnum):
    THRESHOLD = "threshold"  # a study's cut-point
    NORM = "norm"  # what people had
    CHANGE = "change"  # the smallest change that matters to people
    CONVENTION = "convention"  # in use, whatever it rests on


class Evidence(StrEnum):
    COHORT = "cohort"
    CASE_SERIES = "case series"
    CROSS_SECTION = "cross-section"
    REVIEW = "review"
    CONSENSUS = "consensus"
    CONVENTION = "convention"


class Certainty(StrEnum):
    """How sure we are that the value means what it says; ours."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"
    VERY_LOW = "very low"


@dataclass(frozen=True, slots=True)
class Reference:
    """One published value. `low` and `high` are equal where it is one number, None for a formula.

    `side` is where the source found its effect: ``below`` or ``above`` the value.
    """

    id: str
    of: tuple[str, ...]
    metric: str
    kind: Kind
    low: float | None
    high: float | None
    unit: str
    population: str
    citation: str
    read: str
    evidence: Evidence
    certainty: Certainty
    formula: str = ""
    sd: float | None = None
    side: str = ""
    people: int | None = None
    events: int | None = None
    effect: str = ""
    interval: tuple[float, float] | None = None
    setup: str = ""
    counter: tuple[str, ...] = ()
    is_clinics_own: bool = False

    @property
    def value_text(self) -> str:
        """``337 N``, ``2.92 to 3.45 N·m/kg``, ``1.49 ± 0.2`` for a ratio, or the formula."""
        if self.low is None or self.high is None:
            return self.formula
        size = f"{self.low:g}" if self.low == self.high else f"{self.low:g} to {self.high:g}"
        spread = "" if self.sd is None else f" ± {self.sd:g}"
        return f"{size}{spread}" if self.unit == "ratio" else f"{size}{spread} {self.unit}"

    @property
    def sentence(self) -> str:
        """The line in words, with its source; what speaks against it stands in `counter`."""
        people = f", n {self.people}" if self.people else ""
        effect = f"; {self.effect}" if self.effect else ""
        if self.interval:
            effect += f", 95 % interval {self.interval[0]:g} to {self.interval[1]:g}"
        doubt = ", with counter-evidence" if self.counter else ""
        return (
            f"Reference: {self.value_text} ({self.population}{people}, {self.citation}{effect}; "
            f"certainty {self.certainty}{doubt}). {DISCLAIMER}"
        )


def references(of: str, metric: str, folder: Path | None = None) -> tuple[Reference, ...]:
    """Those of one test, ratio or measure and one of its numbers."""
    return tuple(
        each for each in all_references(folder).values() if of in each.of and each.metric == metric
    )


def all_references(folder: Path | None = None) -> dict[str, Reference]:
    """Every value by its id: those that ship, then the clinic's ``references*.yaml``."""
    return dict(with_clinic(FileKind.REFERENCES, _shipped(), _extended, folder))


def parse(root: Entry, *, is_clinics_own: bool = False) -> dict[str, Reference]:
    """The values of a file; `CatalogueError` names the entry that is wrong."""
    root.whole("version")
    found = {
        entry.name: _reference(entry, is_clinics_own=is_clinics_own)
        for entry in root.children("references")
    }
    root.done()
    return found


@cache
def _shipped() -> dict[str, Reference]:
    return parse(Entry.shipped("references.yaml"))


def _extended(known: dict[str, Reference], root: Entry) -> dict[str, Reference]:
    return known | parse(root, is_clinics_own=True)


def _reference(entry: Entry, *, is_clinics_own: bool) -> Reference:
    low, high = _value(entry)
    reference = Reference(
        id=entry.name,
        of=entry.texts("of"),
        metric=entry.text("metric"),
        kind=entry.choice("kind", Kind),
        low=low,
        high=high,
        unit=entry.text("unit"),
        population=entry.text("population"),
        citation=entry.text("citation"),
        read=entry.text("read", "the clinic's own" if is_clinics_own else None),
        evidence=entry.choice("evidence", Evidence),
        certainty=entry.choice("certainty", Certainty),
        formula=entry.text("formula", ""),
        sd=entry.number("sd") if "sd" in entry else None,
        side=entry.one_of("side", ("below", "above")) if "side" in entry else "",
        people=entry.whole("people") if "people" in entry else None,
        events=entry.whole("events") if "events" in entry else None,
        effect=entry.text("effect", ""),
        interval=entry.range("interval"),
        setup=entry.text("setup", ""),
        counter=entry.texts("counter"),
        is_clinics_own=is_clinics_own,
    )
    entry.done()
    if not reference.of:
        raise entry.error("of", "must name at least one test")
    if (low is None) is not bool(reference.formula):
        raise entry.error("value", "must be given, or a formula in its place")
    if reference.kind is Kind.THRESHOLD and not reference.counter and not reference.setup:
        raise entry.error(
            "counter", "must say what speaks against a threshold, or setup its limits"
        )
    return reference


def _value(entry: Entry) -> tuple[float | None, float | None]:
    if "value" not in entry:
        return None, None
    if entry.is_list("value"):
        return entry.range("value") or (None, None)
    number = entry.number("value")
    return number, number

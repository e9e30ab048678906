"""What a report says, ready to be set: every text is plain, every number has its digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.analysis.types import Side


@dataclass(frozen=True, slots=True)
class Fact:
    """A name, its value, and where the value comes from if that is not plain."""

    name: str
    value: str
    origin: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One limb's curve in unbroken pieces, each ``t (n,) s`` and ``force (n,) N``."""

    side: Side | None
    pieces: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...]


@dataclass(frozen=True, slots=True)
class RepMark:
    number: int
    start_s: float
    end_s: float
    is_rejected: bool


@dataclass(frozen=True, slots=True)
class Hatch:
    """A stretch without samples, with its length as a label."""

    start_s: float
    end_s: float
    label: str


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    caption: str
    lines: tuple[Line, ...]
    reps: tuple[RepMark, ...]
    gaps: tuple[Hatch, ...]
    start_s: float
    end_s: float
    top_n: float


@dataclass(frozen=True, slots=True)
class Column:
    """`group` is shared by the left and the right column of one number, unit included."""

    group: str
    side: Side | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a rejected repetition is struck through; it stays readable."""

    text: str
    is_struck: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    cells: tuple[Cell, ...]
    remark: str = ""
    is_summary: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the large numbers of a test."""

    label: str
    value: str
    unit: str
    below: str
    side: Side | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StrengthSection:
    """One run of a test: one trial of both limbs, or one trial a limb."""

    title: str
    subtitle: str
    is_virtual: bool
    warnings: tuple[str, ...]
    headlines: tuple[Headline, ...]
    charts: tuple[Chart, ...]
    table: Table
    statements: tuple[str, ...]
    refused: tuple[str, ...]
    provenance: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class TreatmentSection:
    title: str
    subtitle: str
    is_virtual: bool
    warnings: tuple[str, ...]
    settings: tuple[Fact, ...]
    dose: tuple[Fact, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemLine:
    """Something of a visit beside tests and treatments: a title, and what there is to say."""

    time: str
    title: str
    texts: tuple[str, ...]
    is_virtual: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    name: str
    person: tuple[Fact, ...]
    visit: str
    tests: tuple[StrengthSection, ...]
    treatments: tuple[TreatmentSection, ...]
    items: tuple[ItemLine, ...]
    methods: tuple[str, ...]
    made: str

"""What belongs to a treatment beside its settings: values with origin, places, answers, marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from data.clinical.body_regions import View
from data.clinical.modalities import Plain
from data.clinical.screening import Answer
from devices.modality import Origin


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a form with its unit and where it comes from.

    `is_default` until somebody touched it. `confirmed` is what a person said to a value outside the
    usual range; empty where nobody was asked. `method` is the formula of a derived one, with what
    it was computed from.
    """

    value: Plain | None
    unit: str = ""
    origin: Origin = Origin.ENTERED
    is_default: bool = False
    confirmed: str = ""
    method: str = ""


class Polarity(StrEnum):
    NEGATIVE = "negative"  # cathode
    POSITIVE = "positive"  # anode
    ALTERNATING = "alternating"


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """An electrode, or a point that was treated: `x`, `y` 0 to 1 in the square of `view`
    (`data.clinical.body_regions`); `region` is the id of a region, empty beside all."""

    view: View
    x: float
    y: float
    region: str = ""
    polarity: Polarity | None = None
    size_cm2: float | None = None
    channel: int = 1
    label: str = ""


@dataclass(frozen=True, slots=True)
class Corner:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class TreatedArea:
    """A polygon with `corners`; or, with two of them, the ellipse in the box that they span."""

    view: View
    corners: tuple[Corner, ...]
    region: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Placement:
    points: tuple[PlacedPoint, ...] = ()
    areas: tuple[TreatedArea, ...] = ()


@dataclass(frozen=True, slots=True)
class ScreeningRecord:
    """Answers by item id; `lists` are the stamps of the lists asked (`ScreeningList.stamp`),
    `texts` the words of each item as it was asked, `reasons` why a yes was no obstacle. `asked_on`
    is the day of the answers where they were taken over from an earlier treatment; `asked_again`
    are the items among them that were answered anew on the day itself."""

    lists: tuple[str, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict[str, Answer])
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    reasons: Mapping[str, str] = field(default_factory=dict[str, str])
    by: str = ""
    asked_on: date | None = None
    asked_again: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """From, to: seconds since the treatment began; an open one ends with the treatment."""

    start_s: float
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class ContactLoss:
    """A channel or head that had no contact, seconds since the treatment began: no dose came."""

    channel: int
    start_s: float
    end_s: float | None = None


class MarkKind(StrEnum):
    CHECK = "check"
    NOTE = "note"
    PAIN = "pain"


@dataclass(frozen=True, slots=True)
class TreatmentMark:
    """Something seen or said in the course of a treatment; `pain` 0 to 10 for a pain mark."""

    at_s: float
    kind: MarkKind
    text: str = ""
    pain: int | None = None

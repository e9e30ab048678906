"""What belongs to an injury and to a visit beside tests and treatments, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from data.records import Stage
from data.sides import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What every kept item has in common. All texts are outside text: plain, never markup.

    `at` is when it happened, aware. An item that is about a thing, not a person, names it as
    `subject` (a device by model and serial number, say). `by` is who answers for it.
    """

    id: UUID
    at: datetime
    person_id: UUID | None = None
    session_id: UUID | None = None
    episode_id: UUID | None = None
    subject: str = ""
    stage: Stage | None = None
    by: str = ""
    note: str = ""
    is_virtual: bool = False


@dataclass(frozen=True, slots=True)
class StageChange:
    """From `on` the injury was treated as being in this stage; a person decided it."""

    stage: Stage
    on: date
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode(Item):
    """One injury of one person, from the day it happened until somebody closes it.

    `classification` is typed in as the imaging or the examiner says it, with the system that it
    belongs to (``BAMIC 2b``); the program never derives it. `sides` is empty where it has none.
    """

    injured_on: date
    structure: str = ""
    sides: tuple[Side, ...] = ()
    mechanism: str = ""
    classification: str = ""
    ladder: str = ""
    stages: tuple[StageChange, ...] = ()
    closed_on: date | None = None

    @property
    def current_stage(self) -> Stage | None:
        return self.stages[-1].stage if self.stages else None

    def day(self, on: date) -> int:
        """Days since the injury: 0 on its day."""
        return (on - self.injured_on).days

    def stage_on(self, on: date) -> Stage | None:
        """The stage that counted on a day; None before the first was set."""
        passed = [change.stage for change in self.stages if change.on <= on]
        return passed[-1] if passed else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCriterion(Item):
    """`by` has looked at a criterion of the ladder and answers for it; `seen` is what was shown."""

    criterion_id: str
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedValue(Item):
    """A result that is counted, rated or read elsewhere: a measure of `data.clinical.measures`."""

    measure_id: str
    value: float
    unit: str
    side: Side | None = None


class EventKind(StrEnum):
    """What happens to an athlete between visits and shows on the time axis."""

    MATCH = "match"
    TRAINING = "training"
    PAIN = "pain"
    ILLNESS = "illness"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Item):
    """A mark on the athlete's time axis; `pain` 0 to 10, `minutes` and `effort` 0 to 10 (RPE)."""

    kind: EventKind
    text: str = ""
    pain: int | None = None
    minutes: float | None = None
    effort: float | None = None

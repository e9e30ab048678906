"""A guided strength test as a state machine without Qt: what was pressed, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from data.analysis.types import Asymmetry, Side
from data.clinical.tests import StrengthTest

if TYPE_CHECKING:  # it needs numpy, which takes a tenth of a second
    from data.clinical.difference import LimbDifference


class Step(StrEnum):
    CONNECT = "connect"
    ZERO = "zero"
    READY = "ready"
    COUNTDOWN = "countdown"
    GO = "go"
    REST = "rest"
    SAVING = "saving"
    NEXT_LIMB = "next limb"
    RESULT = "result"


class Weight(StrEnum):
    """How much a notice asks of the reader; never more than a line in its fixed place."""

    INFO = "info"
    ATTENTION = "attention"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Notice:
    """What happened, what is safe, what to do: three plain sentences."""

    weight: Weight
    what: str
    safe: str
    todo: str


@dataclass(frozen=True, slots=True)
class StepMark:
    """One entry of the strip of steps."""

    label: str
    is_done: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class RepRow:
    """A repetition found so far; peaks in N, None for a limb that did not take part.

    `start_s` and `end_s` are on the time axis of the live trace, None where not known.
    """

    number: int
    left_n: float | None
    right_n: float | None
    difference_percent: float | None
    codes: tuple[str, ...] = ()
    rejected: str | None = None
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class LimbResult:
    side: Side
    best_n: float | None
    mean_n: float | None
    per_kg: float | None
    last_time_n: float | None


@dataclass(frozen=True, slots=True)
class SetResult:
    """The end of a run: both limbs, their difference, and what may be said of it.

    `error_percent` is the smallest difference that is more than error, on the formula's own scale.
    """

    limbs: tuple[LimbResult, ...]
    asymmetry: Asymmetry
    error_percent: float | None
    error_source: str | None
    last_asymmetry_percent: float | None
    is_saved: bool
    judged: LimbDifference | None = None


@dataclass(frozen=True, slots=True)
class RunView:
    """All that the live page and the stage draw, apart from the curve.

    `rep_started_s` is set while a repetition is under way, on the time axis of the live trace.
    """

    test: StrengthTest
    step: Step
    limb: Side | None
    marks: tuple[StepMark, ...]
    sentence: str
    key: str
    seconds_left: float | None
    rep: int
    reps_planned: int
    reps: tuple[RepRow, ...]
    best_left_n: float | None
    best_right_n: float | None
    target_n: float | None
    is_recording: bool
    is_saved: bool
    notice: Notice | None
    result: SetResult | None
    rep_started_s: float | None = None
    why_no_result: str = ""

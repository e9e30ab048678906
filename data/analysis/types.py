"""The values that analysis takes and returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from data.sides import Side

if TYPE_CHECKING:  # screens need these words before numpy, which takes a tenth of a second
    import numpy as np
    from numpy.typing import NDArray


class OnsetRule(StrEnum):
    """How the start of an effort is found; REVERSE is ours, the others are for comparison.

    FORCE and PERCENT have a level that may be chosen: 20 N and 5 % unless it is.
    """

    REVERSE = "onset.reverse.v1"  # back from the rise to baseline mean + 3 SD
    FIVE_SD = "onset.5sd.v1"  # last crossing of baseline mean + 5 SD
    FORCE = "onset.force.v1"  # last crossing of baseline mean + so many N
    PERCENT = "onset.percent.v1"  # last crossing of baseline mean + so many % of the net peak

    @classmethod
    def _missing_(cls, value: object) -> OnsetRule | None:
        """Rules of earlier versions whose level could not be chosen: the same crossing."""
        return {"onset.20n.v1": cls.FORCE, "onset.5pct.v1": cls.PERCENT}.get(str(value))

    def level(self, chosen: float | None) -> float:
        """In N or in % of the net peak; 0 for a rule without a level."""
        usual = {OnsetRule.FORCE: 20.0, OnsetRule.PERCENT: 5.0}.get(self, 0.0)
        return usual if chosen is None else chosen

    def said(self, chosen: float | None) -> str:
        """The rule with its level, as it stands in a method."""
        match self:
            case OnsetRule.FORCE:
                return f"{self.value}({self.level(chosen):g} N)"
            case OnsetRule.PERCENT:
                return f"{self.value}({self.level(chosen):g} %)"
            case _:
                return self.value


@dataclass(frozen=True, slots=True)
class MissingStretch:
    """No samples between `start_s` (last before) and `end_s` (first after)."""

    start_s: float
    end_s: float
    cause: str


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One recording, ready for analysis.

    ``t (n,) s`` strictly rising, spacing may vary; ``force (n, columns) N`` with the host's zero
    removed; `sides` names the limb of each column, None where it is not known. ``angle_deg (n,)``
    is the knee angle where something measured it; it may run either way.
    """

    t: NDArray[np.float64]
    force: NDArray[np.float64]
    sides: tuple[Side | None, ...]
    gaps: tuple[MissingStretch, ...] = ()
    saturated: tuple[MissingStretch, ...] = ()
    angle_deg: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One number with its unit and how it was made; a refused one is None with the reason."""

    value: float | None
    unit: str
    method: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RepBounds:
    """Where one repetition begins and ends, and who set it: a rule's id, or ``manual``."""

    start_s: float
    end_s: float
    rule: str


@dataclass(frozen=True, slots=True)
class RepResult:
    """One limb's numbers in one repetition. Both limbs of a bilateral test share `number`.

    `metrics` maps a JSON key that ends in its unit (``peak_n``, ``impulse_ns``,
    ``time_to_peak_s``) to its value. `codes` are suggestions (``GAP``, ``SAT``, ``SHORT`` …);
    `rejected` is a person's reason, and only that takes a repetition out of the results.
    """

    number: int
    side: Side | None
    bounds: RepBounds
    onset_s: float | None
    peak_s: float
    metrics: Mapping[str, Metric]
    codes: tuple[str, ...] = ()
    rejected: str | None = None


@dataclass(frozen=True, slots=True)
class Asymmetry:
    """Left against right by one named formula; sign and size apart.

    `value_percent` keeps the sign of its formula; `stronger` says the direction in words.
    """

    formula: str
    metric: str
    aggregation: str
    left: float | None
    right: float | None
    value_percent: float | None
    stronger: Side | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class QualityNote:
    """Something a reader of the numbers must know: a code, a sentence, where."""

    code: str
    text: str
    rep: int | None = None
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class ManualOnset:
    """Where a person says that one limb's effort began; the automatic onset is kept beside it."""

    number: int
    side: Side | None
    at_s: float


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """What the recording itself cannot tell. A missing value makes its metrics refused.

    `gravity_n` is what the relaxed limb presses on the sensor in the test position (negative
    where it hangs away from it); it replaces the resting level found in the recording, and
    `gravity_method` says how it was had.
    With `both_injured` neither limb is a reference for the other. `target_n` is what a hold to
    failure was asked to reach.
    `rfd_refused` and `timing_refused` are the device's reasons against early force, and against
    every time within an effort.
    `onset_level` is that of a rule that has one (`OnsetRule`).
    `force_angle_deg` is how far the sensor leans from the perpendicular on the limb.
    `filter_hz` smooths early force only, never the peak. A manual bound replaces every repetition
    that it overlaps; `manual_onsets`, `rejected` and `pain_nrs` (0 to 10) go by the number after
    that. `changed_by` and `changed_at` say who chose all this.
    """

    body_mass_kg: float | None = None
    lever_m: float | None = None
    gravity_n: float | None = None
    injured: Side | None = None
    both_injured: bool = False
    dominant: Side | None = None
    target_n: float | None = None
    capacity_n: float | None = None
    resolution_n: float | None = None
    allows_rfd: bool = True
    rfd_refused: str | None = None
    timing_refused: str | None = None
    onset_rule: OnsetRule = OnsetRule.REVERSE
    onset_level: float | None = None
    manual_bounds: tuple[RepBounds, ...] = ()
    rejected: Mapping[int, str] = field(default_factory=dict[int, str])
    manual_onsets: tuple[ManualOnset, ...] = ()
    filter_hz: float | None = None
    hold_fraction: float = 0.9
    force_angle_deg: float = 0.0
    pain_nrs: Mapping[int, int] = field(default_factory=dict[int, int])
    pain_limit: int = 5
    gravity_method: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrialAnalysis:
    """All that was computed from one recording.

    `summary` holds, for each limb (key None where the side is not known), numbers over the
    repetitions: best, mean, CV, fatigue. `asymmetry` is the headline, `asymmetries` all formulas.
    The same curve and `options` give the same numbers again; results of an earlier version have
    no options.
    """

    reps: tuple[RepResult, ...]
    summary: Mapping[Side | None, Mapping[str, Metric]]
    asymmetry: Asymmetry
    asymmetries: tuple[Asymmetry, ...]
    quality: tuple[QualityNote, ...]
    methods: Mapping[str, str]
    rate_hz: float
    duration_s: float
    options: AnalysisOptions | None = None

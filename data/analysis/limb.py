"""One limb in one repetition, before its numbers are made, and what forbids early force."""

from __future__ import annotations

from dataclasses import dataclass

from data.analysis.onset import Baseline, Onset
from data.analysis.trace import NetTrace
from data.analysis.types import RepBounds, Side

NET = "net of baseline_n"


@dataclass(frozen=True, slots=True)
class Level:
    """The resting force that net numbers stand on, and where it comes from."""

    value_n: float
    method: str
    is_given: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class LimbRep:
    """What is known of one limb in one repetition before its numbers are made.

    `net` is the force less `level`, over the repetition and a little around it; `early` the same,
    filtered where somebody asked for it. `automatic` is the onset that a person has moved.
    `still_s` is how long a cell that moved before did not, while that of the other limb did.
    `gap_s` is the longest stretch without samples inside, `is_broken` whether any is over 2.5
    sample periods.
    """

    number: int
    side: Side | None
    bounds: RepBounds
    is_cut: bool
    net: NetTrace
    early: NetTrace
    level: Level
    baseline: Baseline | None
    onset: Onset | None
    automatic: Onset | None
    peak_n: float
    peak_s: float
    pretension_n: float
    gap_s: float
    still_s: float
    is_broken: bool
    is_invalid: bool

    @property
    def invalid(self) -> str | None:
        """Why this repetition has no numbers; None if it has."""
        if self.still_s:
            return f"the cell stood still for {self.still_s:.1f} s while the other moved"
        return f"gap of {self.gap_s:.2f} s inside the repetition" if self.is_invalid else None


def resting_limit(effort_n: float) -> float:
    """From how many newtons on two levels of rest around an effort are not the same."""
    return max(20.0, 0.05 * effort_n)


def early_refusal(limb: LimbRep) -> str | None:
    """Why nothing that is counted from the onset can be given; None if it can."""
    if limb.is_broken:
        return "gap inside the repetition"
    if limb.onset is None:
        if limb.baseline is None:
            return "no quiet baseline before the repetition"
        return "no rise over the level of the onset rule"
    return None


def rfd_refusal(limb: LimbRep) -> str | None:
    """Which quality gate (`gates.v1`) forbids the rate of force development; None if all pass."""
    if limb.onset is None or limb.baseline is None:
        return early_refusal(limb)
    if limb.peak_n <= 0:
        return "the force does not rise above rest"
    if limb.onset.has_countermovement:
        return "counter-movement before the effort"
    if limb.pretension_n > 0:
        return f"pre-tension of {limb.pretension_n:.0f} N before the effort"
    return baseline_complaint(limb.baseline, limb.peak_n) or (
        "onset not found inside the search window" if limb.onset.is_at_floor else None
    )


def baseline_complaint(baseline: Baseline, peak_n: float) -> str | None:
    """What is wrong with the baseline for early-force numbers; None if it is quiet and level."""
    if baseline.sd_n > min(5.0, 0.01 * peak_n) and peak_n > 0:
        return f"baseline noise of {baseline.sd_n:.1f} N (SD) is too high for RFD"
    if abs(baseline.slope_n_per_s) > 10.0:
        return f"baseline drifts by {baseline.slope_n_per_s:.0f} N/s"
    return None

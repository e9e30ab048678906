"""From known loads and the counts that a cell showed to newtons per count and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

STANDARD_GRAVITY_M_S2 = 9.80665
GRAVITY_SPREAD_PERCENT = 0.27
"""How far gravity at sea level is from the standard at worst (WGS 84: 9.7803 to 9.8322)."""
METHOD = "calibration.line.v1"

# Ours; no standard for these devices gives any.
SAME_LOAD_FRACTION = 0.02
NOISE_FACTOR = 20.0
_COVERAGE = 2.0


class FitRefusedError(ValueError):
    """No calibration follows from these points; the message is for the person who measures."""


@dataclass(frozen=True, slots=True)
class Point:
    """What a cell showed under one known load: the mean of `samples` counts and their spread."""

    force_n: float
    counts: float
    sd_counts: float = 0.0
    samples: int = 1


@dataclass(frozen=True, slots=True)
class CalibrationFit:
    """Force is (counts - `zero_counts`) · `newtons_per_count`; `residuals_n` is what that gives
    less what was hung on, in the order of the points.

    `standard_error_n` is the spread of the points about the line; None with two points, through
    which every line goes.
    """

    newtons_per_count: float
    zero_counts: float
    residuals_n: tuple[float, ...]
    standard_error_n: float | None
    slope_error_percent: float

    @property
    def largest_residual_n(self) -> float:
        return max(self.residuals_n, key=abs)


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Expanded (k = 2) uncertainty of the newtons, in percent, and from what it was made."""

    percent: float
    method: str


def fit(points: Sequence[Point]) -> CalibrationFit:
    """The straight line through known loads, by least squares of the counts.

    The loads are taken as exact. Raises `FitRefusedError`: fewer than two different loads, counts
    that hardly change, or that do not rise (or fall) with every larger load.
    """
    _check(points)
    force = np.array([point.force_n for point in points])
    counts = np.array([point.counts for point in points])
    lean = force - force.mean()
    spread = float(lean @ lean)
    counts_per_newton = float(lean @ counts) / spread
    zero_counts = float(counts.mean() - counts_per_newton * force.mean())
    residuals = (counts - zero_counts) / counts_per_newton - force
    free = len(points) - 2
    standard_error_n = sqrt(float(residuals @ residuals) / free) if free else None
    # The spread about the line where there is one; what the readings alone allow where not.
    of_means = np.array([point.sd_counts / sqrt(point.samples) for point in points])
    slope_se = (
        standard_error_n / sqrt(spread)
        if standard_error_n is not None
        else sqrt(float(lean**2 @ of_means**2)) / spread / abs(counts_per_newton)
    )
    return CalibrationFit(
        newtons_per_count=1.0 / counts_per_newton,
        zero_counts=zero_counts,
        residuals_n=tuple(float(each) for each in residuals),
        standard_error_n=standard_error_n,
        slope_error_percent=100.0 * slope_se,
    )


def uncertainty(
    result: CalibrationFit, *, masses_percent: float | None, has_local_gravity: bool
) -> Uncertainty:
    """What is known of the error of the factor: the line, the masses, gravity.

    `masses_percent` is the limit of error of the masses, as their maker states it; None where
    nobody knows. Limits count as rectangular distributions (limit / √3).
    """
    parts = [result.slope_error_percent]
    said = [f"line {result.slope_error_percent:.2g} %"]
    if masses_percent is not None:
        parts.append(masses_percent / sqrt(3.0))
        said.append(f"masses ±{masses_percent:g} %")
    else:
        said.append("masses taken as exact")
    if has_local_gravity:
        said.append("local gravity as typed in")
    else:
        parts.append(GRAVITY_SPREAD_PERCENT / sqrt(3.0))
        said.append(f"standard gravity ±{GRAVITY_SPREAD_PERCENT:g} %")
    percent = _COVERAGE * sqrt(sum(part * part for part in parts))
    return Uncertainty(percent, f"k = 2 from {', '.join(said)}")


def _check(points: Sequence[Point]) -> None:
    if not all(np.isfinite([p.force_n, p.counts, p.sd_counts]).all() for p in points):
        raise FitRefusedError("A load or a reading is no number. Measure that point again.")
    groups = _by_load(points)
    if len(groups) < 2:
        raise FitRefusedError(
            "Two different loads are needed, one of which may be nothing at all, and they must "
            f"differ by more than {SAME_LOAD_FRACTION:.0%} of the largest. Hang on another mass."
        )
    means = np.array([float(np.mean([point.counts for point in group])) for group in groups])
    noise = max(point.sd_counts / sqrt(point.samples) for point in points)
    if abs(means[-1] - means[0]) <= NOISE_FACTOR * noise:
        raise FitRefusedError(
            "The reading hardly changes with the load. Check that the mass hangs on this cell and "
            "that this is its channel, or take a larger mass."
        )
    steps = np.diff(means)
    if not (bool(np.all(steps > 0)) or bool(np.all(steps < 0))):
        wrong = int(np.argmax(steps * np.sign(means[-1] - means[0]) <= 0))
        low, high = (groups[i][0].force_n for i in (wrong, wrong + 1))
        raise FitRefusedError(
            f"The reading does not go on in one direction between {low:.0f} N and {high:.0f} N. "
            "A mass was mixed up, or the cell does not hang freely. Measure these points again."
        )


def _by_load(points: Sequence[Point]) -> list[list[Point]]:
    """Points of nearly the same load together, from the smallest load to the largest."""
    ordered = sorted(points, key=lambda point: point.force_n)
    largest = max((abs(point.force_n) for point in points), default=0.0)
    groups: list[list[Point]] = []
    for point in ordered:
        if groups and point.force_n - groups[-1][0].force_n <= SAME_LOAD_FRACTION * largest:
            groups[-1].append(point)
        else:
            groups.append([point])
    return groups

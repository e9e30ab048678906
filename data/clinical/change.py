"""A result against an earlier one: drawn as a band, and called a change only beyond the error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.clinical.series import Reading, SeriesKey
from data.clinical.typical_error import TypicalError


@dataclass(frozen=True, slots=True)
class Change:
    """From an earlier result to a later one, in their unit; refused between series.

    `is_beyond_error` is None where the error of the test is not known.
    """

    earlier: Reading
    later: Reading
    difference: float | None
    percent: float | None
    mdc95: float | None
    error: TypicalError | None
    reason: str | None = None

    @property
    def is_beyond_error(self) -> bool | None:
        if self.difference is None or self.mdc95 is None:
            return None
        return abs(self.difference) > self.mdc95

    def sentence(self, unit: str, digits: int = 0) -> str:
        """``+18 N, within measurement error (MDC95 60 N): no confirmed change``."""
        if self.difference is None:
            return f"Not compared: {self.reason}."
        size = f"{self.difference:+.{digits}f} {unit}"
        if self.mdc95 is None:
            return f"{size}; the measurement error of this test is not known."
        error = f"measurement error (MDC95 {self.mdc95:.{digits}f} {unit})"
        if self.is_beyond_error:
            return f"{size}, beyond {error}."
        return f"{size}, within {error}: no confirmed change."

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know beside the number."""
        one, two = self.earlier.reps, self.later.reps
        if self.later.key.aggregation == "best" and one and two and one != two:
            return (f"Best of {one}, then best of {two}: the best of more is higher.",)
        return ()


@dataclass(frozen=True, slots=True)
class Trend:
    """One series over time about a reference: a band of ± SEM and ± MDC95 around its value.

    `changes` go from the reference to each reading, in order of time.
    """

    key: SeriesKey
    reference: Reading
    error: TypicalError | None
    sem: float | None
    mdc95: float | None
    changes: tuple[Change, ...]

    @property
    def band(self) -> tuple[float, float] | None:
        """Inside it nothing is known to have changed."""
        if self.mdc95 is None:
            return None
        return self.reference.value - self.mdc95, self.reference.value + self.mdc95


def change(earlier: Reading, later: Reading, error: TypicalError | None) -> Change:
    """Of two results; with the reason instead where they were not measured the same way."""
    parted = earlier.key.differences(later.key) if earlier.key != later.key else ()
    if parted:
        return Change(earlier, later, None, None, None, None, "; ".join(parted))
    return _within(earlier, later, error, _mdc95(error, earlier))


def trend(
    readings: Sequence[Reading], error: TypicalError | None, reference: Reading | None = None
) -> Trend:
    """Readings of one series against `reference`, or against the first of them.

    Raises ValueError without readings, and where they do not belong to one series:
    `series.segments` parts them.
    """
    ordered = sorted(readings, key=lambda each: each.on)
    if not ordered:
        raise ValueError("A trend needs at least one reading.")
    start = reference or ordered[0]
    for key in {reading.key for reading in ordered}:
        if not key.matches(start.key):
            raise ValueError(f"Not one series: {'; '.join(start.key.differences(key))}.")
    mdc95 = _mdc95(error, start)
    return Trend(
        key=start.key,
        reference=start,
        error=error,
        sem=None if error is None else error.sem_at(start.value),
        mdc95=mdc95,
        changes=tuple(_within(start, reading, error, mdc95) for reading in ordered),
    )


def _mdc95(error: TypicalError | None, reading: Reading) -> float | None:
    return None if error is None else error.mdc95_at(reading.value)


def _within(
    earlier: Reading, later: Reading, error: TypicalError | None, mdc95: float | None
) -> Change:
    difference = later.value - earlier.value
    percent = 100 * difference / earlier.value if earlier.value else None
    return Change(earlier, later, difference, percent, mdc95, error)

"""How much a result varies while nothing has changed, and where that number comes from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from data.clinical.reliability import MeasurementError
from data.clinical.reliability_maths import reliability, t_975, typical_error

CLINIC_LEAST_PEOPLE = 10
OWN_LEAST_TESTS = 4
Z_975 = 1.96


class ErrorOrigin(StrEnum):
    """In the order in which they are preferred."""

    CLINIC = "this clinic"
    PUBLISHED = "published"
    OWN = "own tests"


@dataclass(frozen=True, slots=True)
class TypicalError:
    """The error of one test: `sem` in the unit of the result, or `percent` of it.

    `multiplier` turns it into a range that holds 95 of 100 results: 1.96, or more where few tests
    were there to estimate it from. `source` names population and study, or the clinic's people.
    """

    origin: ErrorOrigin
    source: str
    sem: float | None = None
    percent: float | None = None
    multiplier: float = Z_975

    def sem_at(self, level: float) -> float:
        """The typical error of a result of this size, in its unit."""
        if self.sem is not None:
            return self.sem
        return abs(level) * (self.percent or 0.0) / 100

    def mdc95_at(self, level: float) -> float:
        """Smallest change from this result that is more than error in 95 of 100 cases."""
        return self.multiplier * math.sqrt(2) * self.sem_at(level)


def clinic_error(scores: Sequence[Sequence[float]]) -> TypicalError | None:
    """From the clinic's own test-retest data, one row for each person; None under ten people."""
    if len(scores) < CLINIC_LEAST_PEOPLE:
        return None
    found = reliability(scores)
    freedom = (found.people - 1) * (found.sessions - 1)
    source = f"{found.people} people of this clinic, each tested {found.sessions} times"
    return TypicalError(ErrorOrigin.CLINIC, source, sem=found.sem, multiplier=t_975(freedom))


def own_error(stable: Sequence[float]) -> TypicalError | None:
    """From one person's tests in a time that somebody called stable; None under four."""
    if len(stable) < OWN_LEAST_TESTS:
        return None
    multiplier = t_975(len(stable) - 1)
    source = f"{len(stable)} stable tests of this person"
    return TypicalError(ErrorOrigin.OWN, source, sem=typical_error(stable), multiplier=multiplier)


def published_error(rows: Iterable[MeasurementError]) -> TypicalError | None:
    """The first study that gives an error; of its range the larger end."""
    for row in rows:
        error = _of_row(row)
        if error is not None:
            return error
    return None


def preferred(*candidates: TypicalError | None) -> tuple[TypicalError, ...]:
    """Those there are: the clinic's own first, then published, then the person's own tests."""
    order = list(ErrorOrigin)
    found = [each for each in candidates if each is not None]
    return tuple(sorted(found, key=lambda each: order.index(each.origin)))


def _of_row(row: MeasurementError) -> TypicalError | None:
    change, ninety = Z_975 * math.sqrt(2), 1.645 * math.sqrt(2)
    people = f"{row.people} " if row.people else ""
    source = f"{people}{row.population}, {row.device}; {row.source}"
    sem = row.sem_n[1] if row.sem_n else None
    if sem is None and row.mdc95_n:
        sem = row.mdc95_n[1] / change
    if sem is None and row.mdc90_n:
        sem = row.mdc90_n[1] / ninety
    percent = None
    if sem is None:
        percent = next((each[1] for each in (row.sem_percent, row.cv_percent) if each), None)
    if sem is None and percent is None:
        return None
    return TypicalError(ErrorOrigin.PUBLISHED, source, sem=sem, percent=percent)

"""Tests that were done twice with nothing in between: what a clinic's own error is made of."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import TypeAlias

from data.clinical.reliability import measurement_errors
from data.clinical.series import Reading
from data.clinical.typical_error import TypicalError, clinic_error, preferred, published_error

# Ours: under a day it is one session, over two weeks training or a season may have changed people.
LEAST_DAYS, MOST_DAYS = 1, 14

Pairs: TypeAlias = list[tuple[float, float]]


def retest_pairs(people: Iterable[Sequence[Reading]]) -> dict[str, Pairs]:
    """By model of device, the first two results of each person that belong to one series and lie
    1 to 14 days apart; of one limb only, because two limbs of one person are not two people."""
    found: dict[str, Pairs] = {}
    for readings in people:
        done: set[str] = set()
        ordered = sorted(readings, key=lambda each: each.on)
        days = [each.on for each in ordered]
        for first in ordered:
            if first.key.device_model in done:
                continue
            since = bisect_left(days, first.on + timedelta(days=LEAST_DAYS))
            until = bisect_right(days, first.on + timedelta(days=MOST_DAYS))
            soon = ordered[since:until]
            again = next((each for each in soon if each.key.matches(first.key)), None)
            if again is not None:
                done.add(first.key.device_model)
                found.setdefault(first.key.device_model, []).append((first.value, again.value))
    return found


def error_of_test(
    test_id: str, metric: str, device_model: str, retests: Mapping[str, Pairs]
) -> TypicalError | None:
    """The error to set beside a result: the clinic's own by this device where enough people were
    tested twice, else a published one.

    Published errors are those of peak force; in percent they hold for the same peak per kilogram
    or times a lever, and for nothing else.
    """
    own = clinic_error(retests.get(device_model, []))
    published = None
    if metric == "peak_n":
        published = published_error(measurement_errors(test_id))
    elif metric in _SCALED:
        found = published_error(measurement_errors(test_id))
        published = found if found is not None and found.percent is not None else None
    return next(iter(preferred(own, published)), None)


_SCALED = ("per_kg_n_kg", "torque_nm", "torque_per_kg_nm_kg")

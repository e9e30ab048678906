"""One measured figure and its goal."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`goal` reads ``<= 33`` or ``>= 1e6``, in the figure's own unit; empty where none is set."""

    name: str
    value: float
    unit: str
    goal: str = ""

    @property
    def is_met(self) -> bool | None:
        if not self.goal:
            return None
        sign, _, limit = self.goal.partition(" ")
        return self.value <= float(limit) if sign == "<=" else self.value >= float(limit)


def median_s(work: Callable[[], object], runs: int = 7) -> float:
    """Median time of one call, after one that is not counted."""
    work()
    times: list[float] = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def median_cpu_s(work: Callable[[], object], runs: int = 7) -> float:
    """Median processor time of one call that waits for nothing.

    On a machine of its own that is the time on the wall; on a shared one it leaves the others out.
    """
    work()
    times: list[float] = []
    for _ in range(runs):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return statistics.median(times)


def times_as_long(
    work: Callable[[], object], beside: Callable[[], object], rounds: int = 15
) -> float:
    """How often `beside` would fit into `work`, by the shortest time of each.

    They take turns, so that a machine that is busy for a while slows both; in the shortest times it
    was not. The quicker one runs three times a round.
    """
    shortest, shortest_beside = math.inf, math.inf
    for _ in range(rounds):
        shortest = min(shortest, _once_s(work))
        shortest_beside = min(shortest_beside, *(_once_s(beside) for _ in range(3)))
    return shortest / shortest_beside


def percentile(values: list[float], percent: float) -> float:
    """The value that `percent` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * percent / 100), len(ordered) - 1)]


def _once_s(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began

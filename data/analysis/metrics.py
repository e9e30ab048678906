"""A table of numbers in the making: units from the keys, refusals with their reason."""

from __future__ import annotations

from functools import cache

from data.analysis.types import Metric

_UNITS = (
    ("_n_kg067", "N/kg^0.67"),
    ("_nm_kg", "N·m/kg"),
    ("_n_kg", "N/kg"),
    ("_n_per_s", "N/s"),
    ("_n_per_rep", "N/rep"),
    ("_percent_per_rep", "%/rep"),
    ("_percent", "%"),
    ("_per_s", "1/s"),
    ("_deg", "°"),
    ("_nm", "N·m"),
    ("_ns", "N·s"),
    ("_s", "s"),
    ("_n", "N"),
)


@cache
def unit_of(key: str) -> str:
    """The unit that ends a metric's key."""
    return next(unit for suffix, unit in _UNITS if key.endswith(suffix))


class MetricTable:
    """Collects metrics by key. Once `refusal` is set, every further number is refused by it."""

    def __init__(self, refusal: str | None = None) -> None:
        self.metrics: dict[str, Metric] = {}
        self.refusal = refusal

    def put(self, key: str, value: float | None, method: str, refusal: str | None = None) -> None:
        """Store `value`, or None with the reason why it is refused."""
        reason = self.refusal or refusal
        if reason is not None:
            value = None
        elif value is None:
            reason = "not defined here"
        self.metrics[key] = Metric(value, unit_of(key), method, reason)

"""The resting level that the levels of repetitions stand on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from data.analysis.trace import first_true

Array = NDArray[np.float64]

_SETTLE_S = 0.5
_SETTLE_LIMIT_S = 3.0


class Settling:
    """Finds the resting level: the first quiet half second, or zero when effort comes first."""

    def __init__(self, on_n: float) -> None:
        self._on_n = on_n
        self._began_s: float | None = None
        self._is_loaded = False
        self._start_s = 0.0
        self._values: list[float] = []
        self._low = self._high = 0.0

    def feed(self, t: Array, x: Array) -> tuple[float | None, int]:
        """The level once it is known, and the sample from which it holds."""
        if self._began_s is None:
            self._began_s, self._is_loaded = float(t[0]), bool(x[0] >= self._on_n)
            self._restart(self._began_s, float(x[0]))
        steady = self._steady(t, x, self._began_s)
        return self._one_by_one(t, x, self._began_s) if steady is None else steady

    def _steady(self, t: Array, x: Array, began_s: float) -> tuple[float | None, int] | None:
        """All samples at once where they stay within the on-level, as at most starts they do."""
        settled = t - self._start_s >= _SETTLE_S
        n = min(first_true(settled) + 1, len(t))
        x = x[:n]
        low, high = min(self._low, float(x.min())), max(self._high, float(x.max()))
        is_as_loaded = low >= self._on_n if self._is_loaded else high < self._on_n
        is_late = float(t[n - 1]) - began_s > _SETTLE_LIMIT_S
        if high - low > self._on_n or not is_as_loaded or is_late:
            return None
        self._low, self._high = low, high
        self._values.extend(x.tolist())
        if settled[n - 1]:
            return sum(self._values) / len(self._values), n
        return None, n

    def _one_by_one(self, t: Array, x: Array, began_s: float) -> tuple[float | None, int]:
        on_n = self._on_n
        for i, (moment, value) in enumerate(zip(t.tolist(), x.tolist(), strict=True)):
            if (value >= on_n) is not self._is_loaded or moment - began_s > _SETTLE_LIMIT_S:
                return 0.0, i
            if value < self._low:
                self._low = value
            elif value > self._high:
                self._high = value
            if self._high - self._low > on_n and self._high - self._low > 0.1 * abs(value):
                self._restart(moment, value)
            self._values.append(value)
            if moment - self._start_s >= _SETTLE_S:
                return sum(self._values) / len(self._values), i + 1
        return None, len(t)

    def _restart(self, moment: float, value: float) -> None:
        self._start_s, self._low, self._high = moment, value, value
        self._values.clear()

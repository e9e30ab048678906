"""Which device is pulled on right now: tells two of a kind apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app.live import LiveTrace

PULL_N = 20.0
"""A rise that no hand makes by chance, and that every hand can make."""

_NOW_S = 0.15
_BEFORE_S = 3.0
_NOISE_FACTOR = 8.0


def pulled(traces: Mapping[str, LiveTrace]) -> str | None:
    """The key of the device whose force has just risen most, if one has.

    Against its own last seconds, so that a hanging strap or a zero never taken does not matter.
    """
    rises = {key: _rise(trace) for key, trace in traces.items()}
    key = max(rises, key=lambda each: rises[each], default=None)
    return key if key is not None and rises[key] > 0.0 else None


def _rise(trace: LiveTrace) -> float:
    """How far the newest samples lie from those before, N; 0 where that may be chance."""
    t, force = (part.copy() for part in trace.view())  # the writer goes on meanwhile
    now = t > t[-1] - _NOW_S if len(t) else np.zeros(0, bool)
    before = (t > t[-1] - _BEFORE_S) & ~now if len(t) else now
    if not now.any() or before.sum() < now.sum():
        return 0.0
    level = np.median(force[before], axis=0)
    spread = np.median(np.abs(force[before] - level), axis=0)
    rise = np.abs(force[now].mean(axis=0) - level)
    rise[rise < np.maximum(PULL_N, _NOISE_FACTOR * spread)] = 0.0
    return float(rise.max())

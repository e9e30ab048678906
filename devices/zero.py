"""The host's tare: accepted only from a quiet, unloaded stretch, and kept with the trial."""

from __future__ import annotations

import numpy as np

from devices.errors import ZeroRefusedError
from devices.types import ChannelInfo, Microseconds, Newtons, Position, Zero

MINIMUM_S = 1.0
LOADED_N = 30.0  # straps and hooks weigh less; a relaxed limb or a hand does not
LOADED_FRACTION = 0.02
UNQUIET_N = 1.0
UNQUIET_FRACTION = 0.002
DRIFT_N_PER_S = 1.0

_WORDS = {Position.SINGLE: "The cell", Position.LEFT: "The left cell", Position.RIGHT: "The right"}


def measure_zero(
    t_us: Microseconds, force: Newtons, channels: tuple[ChannelInfo, ...]
) -> tuple[Zero, ...]:
    """Zero of each channel from ``t_us (n,) µs``, ``force (n, channels) N`` before any tare.

    Raises `ZeroRefusedError`: ``short``, ``loaded``, ``unquiet`` or ``drifting``. The limits are
    ours: no standard gives any.
    """
    duration_s = float(t_us[-1] - t_us[0]) * 1e-6 if len(t_us) > 1 else 0.0
    if duration_s < MINIMUM_S:
        raise ZeroRefusedError(
            "short",
            f"Only {duration_s:.1f} s of signal came; the zero needs {MINIMUM_S:.0f} s. "
            "The old zero is kept. Leave the device unloaded.",
        )
    t = (t_us - t_us[0]) * 1e-6
    return tuple(
        _channel_zero(t, force[:, i], channel, duration_s) for i, channel in enumerate(channels)
    )


def _channel_zero(t: Newtons, force: Newtons, channel: ChannelInfo, duration_s: float) -> Zero:
    mean, sd = float(np.mean(force)), float(np.std(force, ddof=1))
    drift = float(np.polynomial.polynomial.polyfit(t, force, 1)[1])
    capacity = channel.capacity_n or 0.0
    who = _WORDS[channel.position]
    keep = "The old zero is kept."
    if abs(mean) > max(LOADED_N, LOADED_FRACTION * capacity):
        raise ZeroRefusedError(
            "loaded",
            f"{who} reads {mean:.0f} N: something is pulling on it. {keep} Unload it completely.",
        )
    if sd > max(UNQUIET_N, UNQUIET_FRACTION * capacity):
        raise ZeroRefusedError(
            "unquiet",
            f"{who} is not quiet: it varies by {sd:.1f} N. {keep} Let go of the straps.",
        )
    if abs(drift) > DRIFT_N_PER_S:
        raise ZeroRefusedError(
            "drifting",
            f"{who} drifts by {drift:+.1f} N each second. {keep} Wait until it has settled.",
        )
    return Zero(mean, sd, drift, len(force), duration_s)

"""Early force: rate of force development, force and impulse at fixed times after onset."""

from __future__ import annotations

from data.analysis.trace import Trace

WINDOWS_MS = (50, 100, 150, 200, 250)
PEAK_WINDOW_S = 0.02
RATE_TOLERANCE = 0.01
LEAST_HZ = 50  # the slowest rate whose error on closed-form curves is known


def rate_refusal(what: str, window_ms: int, rate_hz: float) -> str | None:
    """Why the sampling rate forbids a window of this length (`gates.v1`); None if it does not."""
    least = 500 if window_ms < 100 else 200 if window_ms < 200 else LEAST_HZ
    if rate_hz >= least * (1 - RATE_TOLERANCE):
        return None
    return f"sampling rate {rate_hz:.0f} Hz is too low for {what}"


def rate_label(rate_hz: float) -> str:
    """What must stand beside early-force numbers of a slow recording; empty for a fast one."""
    if rate_hz >= 500 * (1 - RATE_TOLERANCE):
        return ""
    return f", low sampling rate {rate_hz:.0f} Hz"


def window_rfd(trace: Trace, onset_s: float, width: float) -> float:
    """Mean slope from onset over `width` seconds, N/s."""
    return (trace.at(onset_s + width) - trace.at(onset_s)) / width


def peak_rfd(
    trace: Trace, onset_s: float, peak_s: float, width: float = PEAK_WINDOW_S
) -> float | None:
    """The steepest rise over `width` seconds between onset and peak, N/s."""
    rises = trace.rises(onset_s, peak_s, width)
    return float(rises.max()) / width if len(rises) else None


def slope_20_80(trace: Trace, onset_s: float, peak_s: float, peak: float) -> float | None:
    """Slope between the first crossings of 20 and 80 % of the peak, N/s; needs no onset rule."""
    if peak <= 0:
        return None
    rise = trace.between(onset_s, peak_s)
    t, f = trace.t[rise], trace.f[rise]
    moments: list[float] = []
    for fraction in (0.2, 0.8):
        k = int((f >= fraction * peak).argmax())
        if k == 0:
            return None
        share = (fraction * peak - f[k - 1]) / (f[k] - f[k - 1])
        moments.append(float(t[k - 1] + share * (t[k] - t[k - 1])))
    return 0.6 * peak / (moments[1] - moments[0])

"""Early force of one repetition: rate of force development, force and impulse after onset."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from data.analysis import filters, rfd
from data.analysis.limb import NET, LimbRep, early_refusal, rfd_refusal
from data.analysis.metrics import MetricTable
from data.analysis.trace import NetTrace
from data.analysis.types import AnalysisOptions

_WINDOWS = tuple(pairwise((0, *rfd.WINDOWS_MS)))
_ANY_MS = 200  # areas and the slope between two forces need the least rate only
_MOMENTS_S = np.array((0, *rfd.WINDOWS_MS)) / 1000


def add_early(table: MetricTable, limb: LimbRep, options: AnalysisOptions, rate_hz: float) -> None:
    """Everything that is counted from the onset, or refused with the gate that forbids it."""
    basic = options.timing_refused or early_refusal(limb)
    filtered = options.rfd_refused
    if filtered is None and not options.allows_rfd:
        filtered = "this device filters its samples"
    gate = basic or filtered or rfd_refusal(limb)
    at = limb.onset.at_s if limb.onset else limb.bounds.start_s
    rule = limb.onset.rule if limb.onset else "no onset"
    label = rfd.rate_label(rate_hz)
    if options.filter_hz is not None:
        label = f", {filters.describe(options.filter_hz)}{label}"
    forces, impulses = _after(limb.early, at)
    for k, (before, ms) in enumerate(_WINDOWS):
        force, slope = forces[k + 1], 1000 * (forces[k + 1] - forces[0]) / ms
        is_positive = limb.peak_n > 0
        method = _methods(before, ms, rule, label)
        is_long = at + ms / 1000 <= limb.bounds.end_s
        refused = basic or (None if is_long else "the repetition is shorter")
        too_slow = _too_slow(before, ms, rate_hz)
        slow = filtered or too_slow.force
        share = 100 * force / limb.peak_n if is_positive else None
        table.put(f"force_at_{ms}ms_n", force, method.force, refused or slow)
        table.put(f"force_at_{ms}ms_percent", share, method.share, refused or slow)
        table.put(f"impulse_{ms}ms_ns", impulses[k], method.impulse, refused or too_slow.impulse)
        slow = gate or too_slow.rfd
        share = slope / limb.peak_n if is_positive else None
        table.put(f"rfd_0_{ms}_n_per_s", slope, method.rfd, refused or slow)
        table.put(f"rfd_norm_0_{ms}_per_s", share, method.norm, refused or slow)
        if before:
            slow = gate or too_slow.sequential
            slope = 1000 * (force - forces[k]) / (ms - before)
            table.put(f"rfd_{before}_{ms}_n_per_s", slope, method.sequential, refused or slow)
    _add_slopes(table, limb, at, gate, f"{rule} to peak{label}", label, rate_hz)


def time_to_share(limb: LimbRep, onset_s: float, share: float) -> float | None:
    """From the onset to the first crossing of this share of the peak, s."""
    level = share * limb.peak_n
    rise = limb.net.between(onset_s, limb.peak_s)
    t, f = limb.net.t[rise], limb.net.f[rise]
    k = int((f >= level).argmax()) if len(f) else 0
    if k == 0:
        return None
    part = (level - f[k - 1]) / (f[k] - f[k - 1])
    return float(t[k - 1] + part * (t[k] - t[k - 1])) - onset_s


class _Methods(NamedTuple):
    """How the numbers of one window are made."""

    force: str
    share: str
    impulse: str
    rfd: str
    norm: str
    sequential: str


@lru_cache(maxsize=64)
def _methods(before: int, ms: int, rule: str, label: str) -> _Methods:
    return _Methods(
        force=f"force.at.v1({ms} ms, {rule}, {NET}{label})",
        share=f"force.at.v1({ms} ms, {rule}, {NET}{label}) of peak_n",
        impulse=f"impulse.win.v1(0-{ms} ms, {rule}, {NET}{label})",
        rfd=f"rfd.win.v1(0-{ms} ms, {rule}{label})",
        norm=f"rfd.norm.v1(0-{ms} ms, {rule}{label}; per peak_n)",
        sequential=f"rfd.seq.v1({before}-{ms} ms, {rule}{label})",
    )


class _Slow(NamedTuple):
    """Why the sampling rate forbids the numbers of one window; None where it does not."""

    force: str | None
    impulse: str | None
    rfd: str | None
    sequential: str | None


@lru_cache(maxsize=64)
def _too_slow(before: int, ms: int, rate_hz: float) -> _Slow:
    return _Slow(
        force=rfd.rate_refusal(f"force at {ms} ms", ms, rate_hz),
        impulse=rfd.rate_refusal(f"impulse 0-{ms} ms", _ANY_MS, rate_hz),
        rfd=rfd.rate_refusal(f"RFD 0-{ms} ms", ms, rate_hz),
        sequential=rfd.rate_refusal(f"RFD {before}-{ms} ms", ms - before, rate_hz),
    )


def _after(trace: NetTrace, onset_s: float) -> tuple[list[float], list[float]]:
    """Force at the onset and at the end of each window, N; the impulse of each window, N·s."""
    moments = onset_s + _MOMENTS_S
    areas = trace.area_until(moments)
    forces = np.interp(moments, trace.t, trace.f)
    return forces.tolist(), (areas[1:] - areas[0]).tolist()


def _add_slopes(
    table: MetricTable,
    limb: LimbRep,
    at: float,
    gate: str | None,
    span: str,
    label: str,
    rate_hz: float,
) -> None:
    """Slopes that need no window after the onset."""
    steepest = rfd.peak_rfd(limb.early, at, limb.peak_s) if gate is None else None
    slow = rfd.rate_refusal("peak RFD over 20 ms", 100, rate_hz)
    table.put("rfd_peak_20ms_n_per_s", steepest, f"rfd.peak.v1(20 ms, {span})", gate or slow)
    slope = rfd.slope_20_80(limb.early, at, limb.peak_s, limb.peak_n) if gate is None else None
    slow = rfd.rate_refusal("RFD from 20 to 80 % of peak", _ANY_MS, rate_hz)
    method = f"rfd.2080.v1(20 to 80 % of peak{label})"
    table.put("rfd_20_80_n_per_s", slope, method, gate or slow)

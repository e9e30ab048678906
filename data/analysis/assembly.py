"""Puts together what is known of one limb's repetitions: resting level, onset, peak, gaps."""

from __future__ import annotations

from collections.abc import Sequence

from data.analysis.limb import Level, LimbRep
from data.analysis.onset import Baseline, Onset, find_preload
from data.analysis.peaks import raw_peak
from data.analysis.recording import Recording
from data.analysis.sampling import GAP_LIMIT_S
from data.analysis.trace import Trace
from data.analysis.types import AnalysisOptions
from data.analysis.windows import TAIL_S, RepWindow, limb_start
from data.clinical.tests import Contraction, StrengthTest

_MARGIN_S = 0.05


def limb_reps(
    recording: Recording,
    column: int,
    windows: Sequence[RepWindow],
    test: StrengthTest,
    options: AnalysisOptions,
) -> list[LimbRep]:
    """One limb in every repetition."""
    trace = recording.traces[column]
    shared = len(recording.traces) == 1
    starts = [
        (window.baseline, window.onset) if shared else limb_start(trace, window, options)
        for window in windows
    ]
    quiet = [baseline.mean_n for baseline, _ in starts if baseline is not None]
    lowest = min(quiet) if quiet else None
    return [
        _limb_rep(recording, column, k + 1, window, baseline, onset, lowest, test, options)
        for k, (window, (baseline, onset)) in enumerate(zip(windows, starts, strict=True))
    ]


def _limb_rep(
    recording: Recording,
    column: int,
    number: int,
    window: RepWindow,
    baseline: Baseline | None,
    onset: Onset | None,
    lowest: float | None,
    test: StrengthTest,
    options: AnalysisOptions,
) -> LimbRep:
    trace, sampling = recording.traces[column], recording.sampling
    start, end = window.bounds.start_s, window.bounds.end_s
    gross, peak_s = raw_peak(trace, start, end)
    # The shared bounds may reach back to an earlier, higher moment of this limb.
    onset = onset if onset is not None and onset.at_s <= peak_s else None
    level, pretension = _resting_level(window, baseline, lowest, gross, options)
    if onset is not None and test.contraction is Contraction.ISOMETRIC_MAKE:
        pretension = max(pretension, _preload(trace, onset, peak_s, level.value_n, gross))
    first = min(start, onset.at_s if onset else start) - _MARGIN_S
    span = trace.between(first, end + TAIL_S)
    gap = sampling.longest_gap(start, end)
    return LimbRep(
        number=number,
        side=recording.sides[column],
        bounds=window.bounds,
        is_cut=window.is_cut,
        net=Trace.of(trace.t[span], trace.f[span] - level.value_n),
        level=level,
        baseline=baseline,
        onset=onset,
        peak_n=gross - level.value_n,
        peak_s=peak_s,
        pretension_n=pretension,
        gap_s=gap,
        is_broken=sampling.is_broken(start, end),
        is_invalid=gap > GAP_LIMIT_S,
    )


def _resting_level(
    window: RepWindow,
    baseline: Baseline | None,
    lowest: float | None,
    gross: float,
    options: AnalysisOptions,
) -> tuple[Level, float]:
    """What net forces stand on, and by how much the quiet before the effort lies above it, N.

    A quiet stretch well above the lowest one of the recording is pre-tension, not rest.
    """
    if options.gravity_n is not None:
        level = Level(options.gravity_n, "rest.given.v1(gravity_n)")
    elif lowest is None:
        return Level(0.0, "rest.none.v1(no quiet stretch: only the host's zero removed)"), 0.0
    elif baseline is None or _is_above(baseline.mean_n, lowest, gross):
        level = Level(lowest, "rest.lowest.v1(lowest quiet level of the recording)")
    else:
        length = baseline.end_s - baseline.start_s
        before = window.rise_s - baseline.end_s
        level = Level(
            baseline.mean_n,
            f"rest.quiet.v1({length:.2f} s that end {before:.2f} s before the rise, "
            f"SD {baseline.sd_n:.2f} N)",
        )
    if baseline is None or not _is_above(baseline.mean_n, level.value_n, gross):
        return level, 0.0
    return level, baseline.mean_n - level.value_n


def _preload(trace: Trace, onset: Onset, peak_s: float, rest: float, gross: float) -> float:
    """How far an even stretch on the way up lies above rest, N; 0 if there is none."""
    low, high = rest + _pretension_limit(rest, gross), rest + 0.5 * (gross - rest)
    level = find_preload(trace, onset.at_s, peak_s, low, high)
    return level - rest if level else 0.0


def _is_above(quiet: float, rest: float, gross: float) -> bool:
    return quiet - rest > _pretension_limit(rest, gross)


def _pretension_limit(rest: float, gross: float) -> float:
    return max(20.0, 0.05 * (gross - rest))

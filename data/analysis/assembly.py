"""Puts together what is known of one limb's repetitions: resting level, onset, peak, gaps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.analysis import filters
from data.analysis.errors import AnalysisError
from data.analysis.limb import Level, LimbRep, resting_limit
from data.analysis.onset import Baseline, Onset, find_preload
from data.analysis.peaks import raw_peak
from data.analysis.recording import Recording
from data.analysis.sampling import GAP_LIMIT_S
from data.analysis.sensor import MOVING_N, still_s
from data.analysis.trace import Trace
from data.analysis.types import AnalysisOptions, Side
from data.analysis.windows import TAIL_S, RepWindow, limb_start
from data.clinical.tests import Contraction, StrengthTest

MANUAL_ONSET = "onset.manual.v1"
_MARGIN_S = 0.05


def limb_reps(
    recording: Recording,
    column: int,
    windows: Sequence[RepWindow],
    test: StrengthTest,
    options: AnalysisOptions,
) -> Iterator[LimbRep]:
    """One limb in every repetition; each holds its samples only while it is looked at."""
    trace, early = recording.traces[column], recording.early[column]
    shared = len(recording.traces) == 1
    starts = [
        (window.baseline, window.onset) if shared else limb_start(trace, window, options)
        for window in windows
    ]
    quiet = [baseline.mean_n for baseline, _ in starts if baseline is not None]
    lowest = min(quiet) if quiet else None
    for k, (window, (resting, onset)) in enumerate(zip(windows, starts, strict=True)):
        baseline = resting
        if early is not trace:
            baseline, onset = limb_start(early, window, options)
        start = _Start(resting, lowest, baseline, onset)
        yield _limb_rep(recording, column, k + 1, window, start, test, options)


@dataclass(frozen=True, slots=True)
class _Start:
    """`resting` is what net force stands on; `baseline` and `onset` may be of filtered force."""

    resting: Baseline | None
    lowest_n: float | None
    baseline: Baseline | None
    onset: Onset | None


def _limb_rep(
    recording: Recording,
    column: int,
    number: int,
    window: RepWindow,
    begin: _Start,
    test: StrengthTest,
    options: AnalysisOptions,
) -> LimbRep:
    trace, early = recording.traces[column], recording.early[column]
    sampling, side = recording.sampling, recording.sides[column]
    start, end = window.bounds.start_s, window.bounds.end_s
    gross, peak_s = raw_peak(trace, start, end)
    # The shared bounds may reach back to an earlier, higher moment of this limb.
    onset = begin.onset if begin.onset is not None and begin.onset.at_s <= peak_s else None
    automatic = onset
    if onset is not None and options.filter_hz is not None and not window.is_manual:
        onset = replace(onset, rule=f"{onset.rule} on {filters.describe(options.filter_hz)}")
    by_hand = _manual_onset(number, side, trace, peak_s, options)
    onset = onset if by_hand is None else by_hand
    level, pretension = _resting_level(window, begin.resting, begin.lowest_n, gross, options)
    if onset is not None and test.contraction is Contraction.ISOMETRIC_MAKE:
        pretension = max(pretension, _preload(trace, onset, peak_s, level.value_n, gross))
    first = min(start, onset.at_s if onset else start) - _MARGIN_S
    span = trace.between(first, end + TAIL_S)
    net = trace.above(level.value_n, span)
    gap = sampling.longest_gap(start, end)
    return LimbRep(
        number=number,
        side=side,
        bounds=window.bounds,
        is_cut=window.is_cut,
        net=net,
        early=net if early is trace else early.above(level.value_n, span),
        level=level,
        baseline=begin.baseline,
        onset=onset,
        automatic=automatic if by_hand is not None else None,
        peak_n=gross - level.value_n,
        peak_s=peak_s,
        pretension_n=pretension,
        gap_s=gap,
        still_s=_still_s(recording, column, start, end),
        is_broken=sampling.is_broken(start, end),
        is_invalid=gap > GAP_LIMIT_S,
    )


def _still_s(recording: Recording, column: int, start: float, end: float) -> float:
    """0 for a cell that never moved: it is not in use."""
    trace = recording.traces[column]
    if len(recording.traces) == 1 or float(np.ptp(trace.f)) < MOVING_N:
        return 0.0
    span = trace.between(start, end)
    others = np.delete(recording.force[span], column, axis=1)
    return still_s(trace.t[span], trace.f[span], others)


def _manual_onset(
    number: int, side: Side | None, trace: Trace, peak_s: float, options: AnalysisOptions
) -> Onset | None:
    for drawn in options.manual_onsets:
        if (drawn.number, drawn.side) == (number, side):
            if not trace.t[0] <= drawn.at_s < peak_s:
                raise AnalysisError(
                    f"The onset set by hand at {drawn.at_s:.3f} s does not lie between the start "
                    f"of the recording and the peak at {peak_s:.3f} s; nothing was computed. "
                    "Set it before the peak."
                )
            return Onset(drawn.at_s, MANUAL_ONSET, None, False, False, True)
    return None


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
        how = options.gravity_method or "gravity_n"
        level = Level(options.gravity_n, f"rest.given.v1({how})", is_given=True)
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
    low, high = rest + resting_limit(gross - rest), rest + 0.5 * (gross - rest)
    level = find_preload(trace, onset.at_s, peak_s, low, high)
    return level - rest if level else 0.0


def _is_above(quiet: float, rest: float, gross: float) -> bool:
    return quiet - rest > resting_limit(gross - rest)

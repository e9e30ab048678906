"""The stretch of time that each repetition takes, found or drawn by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from data.analysis.onset import Baseline, Onset, find_baseline, find_onset, find_return
from data.analysis.peaks import raw_peak
from data.analysis.recording import AnalysisError, Recording
from data.analysis.reps import Found, detect
from data.analysis.trace import Trace
from data.analysis.types import AnalysisOptions, RepBounds
from data.clinical.tests import RepRule

MANUAL = "manual"
TAIL_S = 0.3


@dataclass(frozen=True, slots=True)
class RepWindow:
    """One repetition: bounds shared by both limbs, and where its quiet start is looked for."""

    bounds: RepBounds
    rise_s: float
    earliest_s: float
    baseline: Baseline | None
    onset: Onset | None
    is_cut: bool = False

    @property
    def is_manual(self) -> bool:
        return self.bounds.rule == MANUAL


def find_windows(
    recording: Recording, rule: RepRule, options: AnalysisOptions
) -> tuple[list[RepWindow], Found]:
    """The repetitions in order of time, and what they were found among.

    An effort that somebody drew bounds over is no longer among the dismissed.
    """
    if len(recording.t) < 2:
        return [], Found()
    found = detect(recording.t, recording.force, rule)
    spans = [_Span(event.start_s, event.end_s, False, event.is_cut) for event in found.completed]
    spans = _with_manual(spans, options.manual_bounds, recording)
    signal = _signal(recording, rule)
    windows: list[RepWindow] = []
    for k, span in enumerate(spans):
        before = spans[k - 1].end_s if k else float(recording.t[0])
        after = spans[k + 1].start_s if k + 1 < len(spans) else np.inf
        windows.append(_window(recording, signal, span, before, after, rule, options))
    drawn = [window.bounds for window in windows if window.is_manual]
    left = [
        each
        for each in found.dismissed
        if not any(each.start_s <= by.end_s and by.start_s <= each.end_s for by in drawn)
    ]
    return windows, replace(found, dismissed=tuple(left))


def limb_start(
    trace: Trace, window: RepWindow, options: AnalysisOptions
) -> tuple[Baseline | None, Onset | None]:
    """One limb's own quiet stretch and onset in a repetition of both."""
    start = window.bounds.start_s if window.is_manual else window.rise_s
    peak_n, peak_s = raw_peak(trace, start, max(window.bounds.end_s, start))
    limit = max(5.0, 0.02 * abs(peak_n))
    resolution = options.resolution_n or 0.0
    baseline = find_baseline(
        trace, window.earliest_s, window.rise_s, limit, resolution, options.onset_rule
    )
    if window.is_manual:
        return baseline, Onset(window.bounds.start_s, MANUAL, None, False, False)
    if baseline is None:
        return None, None
    rule, level = options.onset_rule, options.onset_level
    return baseline, find_onset(trace, baseline, peak_s, rule, level)


@dataclass(frozen=True, slots=True)
class _Span:
    start_s: float
    end_s: float
    is_manual: bool
    is_cut: bool


def _with_manual(
    spans: list[_Span], manual: tuple[RepBounds, ...], recording: Recording
) -> list[_Span]:
    drawn = [
        _Span(
            max(bounds.start_s, float(recording.t[0])),
            min(bounds.end_s, float(recording.t[-1])),
            True,
            False,
        )
        for bounds in manual
    ]
    for span in drawn:
        inside = recording.traces[0].between(span.start_s, span.end_s)
        if inside.stop - inside.start < 2:
            raise AnalysisError(
                f"The bounds {span.start_s:.3f} to {span.end_s:.3f} s hold fewer than two samples; "
                "nothing was computed. Draw them around the repetition."
            )
    kept = [span for span in spans if not any(_overlap(span, other) for other in drawn)]
    return sorted([*kept, *drawn], key=lambda span: span.start_s)


def _overlap(one: _Span, other: _Span) -> bool:
    return one.start_s < other.end_s and other.start_s < one.end_s


def _signal(recording: Recording, rule: RepRule) -> Trace:
    if len(recording.traces) == 1:
        return recording.traces[0]
    combine = np.add if rule.uses_sum else np.maximum
    return Trace.of(recording.t, combine(*(trace.f for trace in recording.traces)))


def _window(
    recording: Recording,
    signal: Trace,
    span: _Span,
    before: float,
    after: float,
    rule: RepRule,
    options: AnalysisOptions,
) -> RepWindow:
    earliest = max(before, recording.sampling.last_break(span.start_s))
    bounds = RepBounds(span.start_s, span.end_s, MANUAL if span.is_manual else rule.id)
    candidate = RepWindow(bounds, span.start_s, earliest, None, None, span.is_cut)
    baseline, onset = limb_start(signal, candidate, options)
    if not (span.is_manual or baseline is None or onset is None):
        bounds = _bounds(signal, span, baseline, onset, after, rule)
    return RepWindow(bounds, span.start_s, earliest, baseline, onset, span.is_cut)


def _bounds(
    signal: Trace, span: _Span, baseline: Baseline, onset: Onset, after: float, rule: RepRule
) -> RepBounds:
    if rule.uses_target:  # a hold to failure ends where it fails, not where the limb is at rest
        text = f"{rule.id} from {onset.rule} to the off-level"
        return RepBounds(onset.at_s, span.end_s, text)
    level = baseline.mean_n + 3 * baseline.sd_n
    end = find_return(signal, level, span.end_s, min(span.end_s + TAIL_S, after))
    text = f"{rule.id} from {onset.rule} to return.v1"
    return RepBounds(onset.at_s, end, text)

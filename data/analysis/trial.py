"""One recording to its results: repetitions, every limb's numbers, the limbs compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from data.analysis import filters, quality
from data.analysis.assembly import limb_reps
from data.analysis.comparison import LimbComparison, compare_limbs, summarise, valid_values
from data.analysis.limb import LimbRep
from data.analysis.measure import measure
from data.analysis.nordic import KneeAngle
from data.analysis.recording import Recording
from data.analysis.reps import Found, describe
from data.analysis.sensor import zero_shift
from data.analysis.symmetry import FORMULAS
from data.analysis.types import (
    AnalysisOptions,
    Curve,
    Metric,
    QualityNote,
    RepResult,
    Side,
    TrialAnalysis,
)
from data.analysis.windows import find_windows
from data.clinical.tests import StrengthTest


def analyse(curve: Curve, test: StrengthTest, options: AnalysisOptions) -> TrialAnalysis:
    """Everything that this test computes from one recording; what it cannot has a reason.

    Forces are net of each repetition's resting level (``baseline_n``); ``peak_gross_n`` is not.
    Raises `AnalysisError` for a curve that is not one: times that fall, values that are no
    numbers. A curve without a repetition is no error.
    """
    is_timed = options.timing_refused is None
    recording = Recording.of(curve, options.filter_hz, is_timed=is_timed)
    knee = None if curve.angle_deg is None else KneeAngle.of(curve.t, curve.angle_deg)
    test = replace(test, rep_rule=test.rep_rule.for_target(options.target_n))
    windows, found_reps = find_windows(recording, test.rep_rule, options)
    rate = recording.sampling.rate_hz
    reps: list[RepResult] = []
    findings: list[list[quality.Finding]] = []
    for column in range(len(recording.sides)):
        for limb in limb_reps(recording, column, windows, test, options):
            reps.append(_result(limb, measure(limb, test, options, rate, knee), options))
            findings.append(quality.rep_findings(limb, curve, test, options))
    for rep, found, of_set in zip(reps, findings, quality.set_findings(reps, test), strict=True):
        found += [*of_set, *quality.pain_findings(rep, options)]
    reps = [_with_codes(rep, found) for rep, found in zip(reps, findings, strict=True)]
    notes = [
        QualityNote(code, text, rep.number, rep.side)
        for rep, found in zip(reps, findings, strict=True)
        for code, text in found
    ]
    by_side = {side: [rep for rep in reps if rep.side is side] for side in recording.sides}
    comparison = _compare(by_side, test, options)
    notes += [*_trial_notes(recording, by_side, found_reps, test, options), *comparison.quality]
    notes += _zero_notes(recording, by_side, options)
    return TrialAnalysis(
        reps=tuple(sorted(reps, key=lambda rep: (rep.number, rep.side or ""))),
        summary={side: summarise(of_side) for side, of_side in by_side.items()},
        asymmetry=comparison.asymmetry,
        asymmetries=comparison.asymmetries,
        quality=tuple(sorted(notes, key=lambda note: (note.rep or 0, note.side or ""))),
        methods=_methods(test, options, found_reps.resting_n, recording.sampling.rate_hz),
        rate_hz=rate,
        duration_s=float(curve.t[-1] - curve.t[0]) if len(curve.t) else 0.0,
        options=options,
    )


def _result(limb: LimbRep, metrics: Mapping[str, Metric], options: AnalysisOptions) -> RepResult:
    return RepResult(
        number=limb.number,
        side=limb.side,
        bounds=limb.bounds,
        onset_s=limb.onset.at_s if limb.onset else None,
        peak_s=limb.peak_s,
        metrics=metrics,
        rejected=options.rejected.get(limb.number),
    )


def _with_codes(rep: RepResult, findings: Sequence[quality.Finding]) -> RepResult:
    return replace(rep, codes=tuple(code for code, _ in findings)) if findings else rep


def _compare(
    by_side: Mapping[Side | None, Sequence[RepResult]], test: StrengthTest, options: AnalysisOptions
) -> LimbComparison:
    return compare_limbs(by_side.get(Side.LEFT, ()), by_side.get(Side.RIGHT, ()), test, options)


def _trial_notes(
    recording: Recording,
    by_side: Mapping[Side | None, Sequence[RepResult]],
    found: Found,
    test: StrengthTest,
    options: AnalysisOptions,
) -> list[QualityNote]:
    notes = [
        quality.spread_note(valid_values(reps, "peak_n"), side) for side, reps in by_side.items()
    ]
    notes.append(quality.rate_note(recording.sampling.rate_hz, test))
    notes.append(quality.load_note(found.resting_n, test))
    if recording.is_side_unknown:
        notes.append(quality.SIDES_UNKNOWN)
    reps = [rep for of_side in by_side.values() for rep in of_side]
    if not reps and len(recording.t):
        notes.append(quality.reversed_note(float(recording.force.min()), found.resting_n, test))
    best = max((valid_n for rep in reps if (valid_n := rep.metrics["peak_n"].value)), default=0.0)
    return [
        *(note for note in notes if note is not None),
        *quality.short_notes(found.dismissed, best, found.resting_n, test),
        *quality.missing_field_notes(reps, test, options),
    ]


def _zero_notes(
    recording: Recording,
    by_side: Mapping[Side | None, Sequence[RepResult]],
    options: AnalysisOptions,
) -> list[QualityNote]:
    bounds = [rep.bounds for reps in by_side.values() for rep in reps]
    if not bounds:
        return []
    first, last = min(b.start_s for b in bounds), max(b.end_s for b in bounds)
    notes = [
        quality.zero_note(
            zero_shift(trace, first, last, options.resolution_n or 0.0),
            max(valid_values(by_side[side], "peak_n"), default=0.0),
            side,
        )
        for trace, side in zip(recording.traces, recording.sides, strict=True)
    ]
    return [note for note in notes if note is not None]


def _methods(
    test: StrengthTest, options: AnalysisOptions, resting: float, rate_hz: float
) -> dict[str, str]:
    gravity = "not corrected beyond the resting level"
    if options.gravity_n is not None:
        how = options.gravity_method or "given"
        gravity = f"limb weight of {options.gravity_n:g} N in place of the resting level: {how}"
    smoothed = "none"
    if options.filter_hz is not None:
        exact = filters.explain(options.filter_hz, rate_hz)
        smoothed = f"{exact}; for onset and early force, not for peaks"
    by_hand = {"changed": _changed(options)} if options.changed_by or options.changed_at else {}
    return {
        "repetitions": f"{describe(test.rep_rule)}, levels stand on {resting:.1f} N",
        "sampling": f"{rate_hz:.1f} samples a second by their own times",
        "force": "net = force - baseline_n; gross = force with only the host's zero removed",
        "baseline": "rest.quiet.v1(quietest 1 s, else 0.5 s, of the 3 s before the rise)",
        "gravity": gravity,
        "onset": _onset(options),
        "filter": smoothed,
        "gates": "gates.v1",
        "aggregation": test.aggregation,
        **by_hand,
        **FORMULAS,
    }


def _onset(options: AnalysisOptions) -> str:
    rule = options.onset_rule.said(options.onset_level)
    by_hand = [
        f"{drawn.at_s:.3f} s{f' ({drawn.side})' if drawn.side else ''} in repetition {drawn.number}"
        for drawn in options.manual_onsets
    ]
    if not by_hand:
        return rule
    return f"{rule}; set by hand (onset.manual.v1): {', '.join(by_hand)}"


def _changed(options: AnalysisOptions) -> str:
    when = f" at {options.changed_at.isoformat()}" if options.changed_at else ""
    return f"by {options.changed_by or 'somebody'}{when}"

"""A person's corrections to a stored trial: the curve stays, its numbers are made anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from app.version import program_version
from data.analysis.recompute import options_of
from data.analysis.trial import analyse
from data.analysis.types import ManualOnset, RepBounds, Side, TrialAnalysis
from data.analysis.windows import MANUAL
from data.clinical.catalogue import tests
from data.history import Replacement
from data.intake import analysis_options
from data.records import Trial
from data.store import Store


def move_bounds(
    store: Store, trial_id: UUID, rep: int, start_s: float, end_s: float, by: str = ""
) -> Trial:
    """The trial with one repetition's bounds drawn by hand. Raises `AnalysisError`."""
    trial = store.trials.get(trial_id)
    others = tuple(b for number, b in manual_bounds(trial.analysis).items() if number != rep)
    drawn = (*others, RepBounds(start_s, end_s, MANUAL))
    why = f"bounds of repetition {rep} moved"
    return _analyse_again(store, trial, drawn, rejected(trial.analysis), _now(by, why))


def move_onset(
    store: Store, trial_id: UUID, rep: int, side: Side | None, at_s: float | None, by: str = ""
) -> Trial:
    """The trial with one limb's onset set by hand; None gives it back to the rule. The rule's own
    onset stays beside it. Raises `AnalysisError`."""
    trial = store.trials.get(trial_id)
    kept = [
        each for each in manual_onsets(trial.analysis) if (each.number, each.side) != (rep, side)
    ]
    if at_s is not None:
        kept.append(ManualOnset(rep, side, at_s))
    limb = f", {side.value}" if side else ""
    why = f"onset of repetition {rep}{limb} " + (
        "given back to the rule" if at_s is None else f"set to {at_s:.3f} s"
    )
    drawn = tuple(manual_bounds(trial.analysis).values())
    reasons = rejected(trial.analysis)
    return _analyse_again(store, trial, drawn, reasons, _now(by, why), onsets=tuple(kept))


def reject_rep(store: Store, trial_id: UUID, rep: int, reason: str | None, by: str = "") -> Trial:
    """The trial without this repetition in its results; None takes it back in."""
    trial = store.trials.get(trial_id)
    kept = {number: why for number, why in rejected(trial.analysis).items() if number != rep}
    reasons = kept if reason is None else kept | {rep: reason}
    why = f"repetition {rep} " + ("taken back in" if reason is None else f"rejected: {reason}")
    drawn = tuple(manual_bounds(trial.analysis).values())
    return _analyse_again(store, trial, drawn, reasons, _now(by, why))


def restore(store: Store, earlier: Trial, by: str = "") -> Trial:
    """The trial as it was."""
    return store.trials.replace_analysis(
        earlier.id, earlier.analysis, earlier.note, _now(by, "change taken back")
    )


def manual_bounds(analysis: TrialAnalysis) -> dict[int, RepBounds]:
    """The bounds that were drawn by hand, by repetition."""
    return {rep.number: rep.bounds for rep in analysis.reps if rep.bounds.rule == MANUAL}


def manual_onsets(analysis: TrialAnalysis) -> tuple[ManualOnset, ...]:
    """The onsets that were set by hand."""
    return analysis.options.manual_onsets if analysis.options is not None else ()


def rejected(analysis: TrialAnalysis) -> dict[int, str]:
    """Why repetitions were rejected, by repetition."""
    return {rep.number: rep.rejected for rep in analysis.reps if rep.rejected is not None}


def _analyse_again(
    store: Store,
    trial: Trial,
    bounds: tuple[RepBounds, ...],
    reasons: dict[int, str],
    given: Replacement,
    *,
    onsets: tuple[ManualOnset, ...] | None = None,
) -> Trial:
    """With everything else that its numbers were made with: filter, onset rule, onsets by hand."""
    test = tests().get(trial.header.test_id)
    if test is None:
        raise LookupError(
            f"The test “{trial.header.test_id}” is not in the catalogue. Nothing was changed. "
            "Open this trial with the version of Myograph that recorded it."
        )
    options = replace(
        options_of(trial.analysis, analysis_options(trial.header)),
        manual_bounds=bounds,
        manual_onsets=manual_onsets(trial.analysis) if onsets is None else onsets,
        rejected=reasons,
        changed_by=given.by,
        changed_at=given.at,
    )
    analysis = analyse(store.trials.curve(trial.id), test, options)
    return store.trials.replace_analysis(trial.id, analysis, trial.note, given)


def _now(by: str, why: str) -> Replacement:
    return Replacement(datetime.now(UTC), by, why, program_version())

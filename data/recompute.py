"""Stored numbers made anew from their curves, and put in the place of the old ones."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from data.analysis.errors import AnalysisError
from data.analysis.recompute import NumberChange, changes, options_of
from data.analysis.trial import analyse
from data.analysis.types import AnalysisOptions, TrialAnalysis
from data.clinical.catalogue import tests
from data.errors import DamagedRecordError
from data.history import Replacement
from data.intake import analysis_options
from data.records import Trial
from data.store import Store
from data.trials import recording_notes

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What the present version makes of a stored trial; nothing has been changed by it.

    `analysis` is None where nothing could be computed, with the `reason`; `is_damaged` where that
    is because the stored curve is. `gained` and `lost` are notes and codes: a code, where in a
    repetition with its number.
    """

    trial: Trial
    analysis: TrialAnalysis | None
    changes: tuple[NumberChange, ...] = ()
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    reason: str | None = None
    is_damaged: bool = False

    @property
    def changes_something(self) -> bool:
        return bool(self.changes or self.gained or self.lost)


def as_they_are(options: AnalysisOptions) -> AnalysisOptions:
    return options


def recompute(
    store: Store,
    trial_id: UUID,
    choose: Callable[[AnalysisOptions], AnalysisOptions] = as_they_are,
) -> Recomputed:
    """The trial computed anew with the options that its numbers were made with, or what `choose`
    makes of them: bounds, onsets and rejections of a person stay.

    Raises `RecordNotFoundError`, `DamagedRecordError`.
    """
    trial = store.trials.get(trial_id)
    test = tests().get(trial.header.test_id)
    if test is None:
        return _without(trial, f"the test “{trial.header.test_id}” is not in the catalogue")
    try:
        curve = store.trials.curve(trial_id)
        options = choose(options_of(trial.analysis, analysis_options(trial.header)))
        analysis = analyse(curve, test, options)
    except DamagedRecordError as error:
        return Recomputed(trial, None, reason=str(error), is_damaged=True)
    except AnalysisError as error:
        return _without(trial, str(error))
    except (ArithmeticError, LookupError, ValueError) as error:
        # Our mistake must not take away the numbers that are there.
        _log.exception("trial %s could not be computed again", trial_id)
        return _without(trial, f"the analysis failed ({type(error).__name__}): a fault in Myograph")
    before, after = _notes(trial.analysis), _notes(analysis)
    return Recomputed(
        trial,
        analysis,
        changes(trial.analysis, analysis),
        gained=tuple(sorted(after - before)),
        lost=tuple(sorted(before - after)),
    )


def apply(store: Store, found: Recomputed, replacement: Replacement) -> Trial:
    """Put the new numbers in the place of the old, which go into the trial's history.

    Changes nothing where nothing was computed or nothing differs. Raises a `StoreError`.
    """
    if found.analysis is None or not found.changes_something:
        return found.trial
    trial = found.trial
    return store.trials.replace_analysis(trial.id, found.analysis, trial.note, replacement)


def _without(trial: Trial, reason: str) -> Recomputed:
    return Recomputed(trial, None, reason=reason)


def _notes(analysis: TrialAnalysis) -> set[str]:
    """What an analysis says beside its numbers; what only the recording could tell is left out."""
    of_recording = recording_notes(analysis)
    said = {
        _where(note.code, note.rep, note.side)
        for note in analysis.quality
        if note not in of_recording
    }
    return said | {
        _where(code, rep.number, rep.side) for rep in analysis.reps for code in rep.codes
    }


def _where(code: str, rep: int | None, side: str | None) -> str:
    return " ".join([code, *([f"rep {rep}"] if rep is not None else []), *([side] if side else [])])

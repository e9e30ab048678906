"""All that a review shows of one trial: curve, numbers, their errors, and who changed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.reading import ReviewData, read_review
from app.results import set_result
from app.workflow import SetResult
from data.analysis.types import Curve, RepResult, Side
from data.clinical.catalogue import tests
from data.clinical.retest import error_of_test
from data.clinical.typical_error import TypicalError
from data.history import EarlierAnalysis
from data.pairing import on_axis_of, partner_of
from data.records import Trial
from data.store import Store

# A time or a share is not what a test's result is made of: best and mean of it mean nothing.
_RESULTS = ("_n", "_nm", "_ns", "_n_kg", "_nm_kg", "_n_kg067", "_n_per_s")


@dataclass(frozen=True, slots=True, eq=False)
class TrialReading:
    """One trial of a run, and the same limb's trial of last time.

    `partner` is the curve of the other device, on this trial's axis; `errors` are the typical
    errors of one test by metric, where they are known; `changes` what was replaced, oldest first.
    """

    data: ReviewData
    trial: Trial
    curve: Curve
    result: SetResult | None
    before: Trial | None
    curve_before: Curve | None
    partner: Curve | None
    errors: Mapping[str, TypicalError] = field(default_factory=dict[str, TypicalError])
    changes: tuple[EarlierAnalysis, ...] = ()


def read_trial(store: Store, set_id: UUID, trial_id: UUID | None) -> TrialReading:
    """The trial `trial_id` of a run, or its first. Raises `LookupError` without such a run."""
    data = read_review(store, set_id)
    trials = data.run.trials
    trial = next((trial for trial in trials if trial.id == trial_id), trials[0])
    side = side_of(trial)
    earlier = data.before.trials if data.before else ()
    before = next((t for t in earlier if side_of(t) is side), None)
    return TrialReading(
        data,
        trial,
        store.trials.curve(trial.id),
        set_result(store, set_id),
        before,
        store.trials.curve(before.id) if before else None,
        _partner_curve(store, trial, trials),
        _errors(store, trial),
        tuple(store.trials.history(trial.id)),
    )


def side_of(trial: Trial) -> Side | None:
    """The limb of a recording of one; None where both pulled."""
    sides = [channel.side for channel in trial.header.channels]
    return sides[0] if len(sides) == 1 else None


def shown_metrics(test_id: str, reps: Sequence[RepResult]) -> tuple[str, ...]:
    """The test's numbers, and the onset that a person's own replaced."""
    test = tests().get(test_id)
    keys = test.metrics if test else tuple(reps[0].metrics) if reps else ()
    by_hand = [key for key in ("onset_automatic_s",) if any(key in rep.metrics for rep in reps)]
    return tuple(dict.fromkeys([*keys, *by_hand]))


def _errors(store: Store, trial: Trial) -> dict[str, TypicalError]:
    test = tests().get(trial.header.test_id)
    if test is None:
        return {}
    keys = [key for key in test.metrics if key.endswith(_RESULTS)]
    retests = store.results.retests_of(test, keys)
    model = trial.header.device_model
    found = {key: error_of_test(test.id, key, model, retests[key]) for key in keys}
    return {key: error for key, error in found.items() if error is not None}


def _partner_curve(store: Store, trial: Trial, trials: Sequence[Trial]) -> Curve | None:
    """The curve that another device recorded at the same time, on the axis of `trial`."""
    partner = partner_of(trial, trials)
    if partner is None:
        return None
    return on_axis_of(trial, partner, store.trials.curve(partner.id))

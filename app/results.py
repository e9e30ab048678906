"""The result of one run of a test: the limbs of its set compared, last time beside it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from app.workflow import LimbResult, SetResult
from data.analysis.comparison import LimbComparison, compare_limbs, valid_values
from data.analysis.types import Asymmetry, RepResult, Side
from data.clinical.catalogue import tests
from data.clinical.difference import LimbDifference, limb_difference
from data.clinical.retest import error_of_test
from data.clinical.tests import StrengthTest
from data.intake import analysis_options
from data.readings import kept_apart
from data.records import Trial
from data.store import Store


def set_result(store: Store, set_id: UUID) -> SetResult | None:
    """From the stored trials of a set; None while a limb is missing or the test is unknown."""
    trials = store.trials.of_set(set_id)
    test = tests().get(trials[0].header.test_id) if trials else None
    if test is None:
        return None
    compared = compare_set(trials, test)
    if compared.asymmetry.left is None or compared.asymmetry.right is None:
        return None
    last = store.trials.previous_set(trials[0].header)
    last_compared = compare_set(last, test) if last else None
    metric = compared.asymmetry.metric
    model = trials[0].header.device_model
    judged = limb_difference(
        compared.asymmetry,
        valid_values(limb_reps(trials, Side.LEFT), metric),
        valid_values(limb_reps(trials, Side.RIGHT), metric),
        error_of_test(test.id, metric, model, store.results.retests(test, metric)),
    )
    return SetResult(
        limbs=tuple(_limb(trials, last, side) for side in (Side.LEFT, Side.RIGHT)),
        asymmetry=compared.asymmetry,
        error_percent=_error_percent(compared.asymmetry, judged),
        error_source=judged.source if judged.error is not None else None,
        last_asymmetry_percent=last_compared.asymmetry.value_percent if last_compared else None,
        is_saved=True,
        judged=judged,
    )


def why_no_result(trials: Sequence[Trial]) -> str:
    """What stands against a comparison of both limbs, in the words of the trials' own notes."""
    reps = [rep for trial in trials for rep in trial.analysis.reps]
    kept = {rep.side for rep in reps if rep.rejected is None}
    only = [side.value for side in Side if side in kept]
    if len(only) == 1:
        what = f"Only the {only[0]} limb has a repetition."
    elif reps and not kept:
        what = "Every repetition was rejected."
    else:
        what = "No repetition was found in this recording."
    notes = [note.text for trial in trials for note in trial.analysis.quality if note.rep is None]
    return " ".join([what, *dict.fromkeys(notes), "The curve is kept."])


def set_asymmetry(store: Store, trial: Trial) -> Asymmetry | None:
    """The comparison of both limbs where they were recorded one after the other; None where the
    trial has both itself, or the other limb is missing."""
    test = tests().get(trial.header.test_id)
    if test is None or trial.analysis.asymmetry.value_percent is not None:
        return None
    asymmetry = compare_set(store.trials.of_set(trial.header.set_id), test).asymmetry
    return asymmetry if asymmetry.value_percent is not None else None


def compare_set(trials: Sequence[Trial], test: StrengthTest) -> LimbComparison:
    """Both limbs over all trials of one set; refused where they were not measured the same way."""
    compared = compare_limbs(
        limb_reps(trials, Side.LEFT),
        limb_reps(trials, Side.RIGHT),
        test,
        analysis_options(trials[0].header),
    )
    has_both = compared.asymmetry.left is not None and compared.asymmetry.right is not None
    apart = kept_apart(trials, test) if has_both else ()
    return compared.refused(f"measured in two ways ({'; '.join(apart)})") if apart else compared


def limb_reps(trials: Sequence[Trial], side: Side) -> list[RepResult]:
    """This limb's repetitions over all trials, in order."""
    return [rep for trial in trials for rep in trial.analysis.reps if rep.side is side]


def _error_percent(asymmetry: Asymmetry, judged: LimbDifference) -> float | None:
    """The error on the scale of the formula; None where that does not go by one reference."""
    if judged.error is None or asymmetry.left is None or asymmetry.right is None:
        return None
    left, right = asymmetry.left, asymmetry.right
    value = asymmetry.value_percent
    match asymmetry.formula:
        case "pdiff" | "signed":
            reference = max(left, right)
        case "bai1" | "si":
            reference = left + right
        case "bai2":
            reference = (left + right) / 2
        case "lsi" if value is not None:
            # The limb that the index divides by is the larger one where the index is under 100.
            reference = max(left, right) if value <= 100 else min(left, right)
        case _:
            return None
    return 100 * judged.error / reference if reference > 0 else None


def _limb(trials: Sequence[Trial], last: Sequence[Trial], side: Side) -> LimbResult:
    peaks = valid_values(limb_reps(trials, side), "peak_n")
    before = valid_values(limb_reps(last, side), "peak_n")
    mass_kg = trials[-1].header.body_mass_kg
    best = max(peaks, default=None)
    return LimbResult(
        side=side,
        best_n=best,
        mean_n=sum(peaks) / len(peaks) if peaks else None,
        per_kg=best / mass_kg if best is not None and mass_kg else None,
        last_time_n=max(before, default=None),
    )

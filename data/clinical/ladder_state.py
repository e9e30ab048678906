"""Where an injured person stands on a ladder: the latest results and who signed. No decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from data.analysis.symmetry import BOTH_INJURED
from data.clinical.baseline import pre_injury
from data.clinical.ladder import Against, Criterion, Ladder, Step
from data.clinical.measures import Entered
from data.clinical.series import Reading
from data.clinical.typical_error import TypicalError
from data.sides import Side


@dataclass(frozen=True, slots=True)
class SignOff:
    """A person has looked at a criterion and answers for it."""

    criterion_id: str
    person: str
    on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Episode:
    """The injury that the ladder belongs to, of one limb.

    With `both_injured` the other limb is no reference.
    """

    injured: Side
    injured_on: date
    both_injured: bool = False


@dataclass(frozen=True, slots=True)
class CriterionState:
    """The latest that is known of a criterion.

    `value` is in the unit of the metric or measure, or in percent where it is set against
    something; `beside` is what it was divided by. `error` is that of the single result.
    """

    criterion: Criterion
    value: float | None
    is_percent: bool
    on: date | None
    latest: Reading | Entered | None
    beside: Reading | Entered | None
    error: TypicalError | None
    reason: str | None
    signed: SignOff | None


def evaluate(
    ladder: Ladder,
    episode: Episode,
    readings: Iterable[Reading],
    entered: Iterable[Entered] = (),
    errors: Mapping[str, TypicalError] | None = None,
    signed: Iterable[SignOff] = (),
) -> tuple[tuple[Step, tuple[CriterionState, ...]], ...]:
    """Each criterion of each step with its latest result since the injury and who signed it last.

    `errors` goes by test id. Nothing here says whether a criterion is met.
    """
    results, typed = list(readings), list(entered)
    last = {each.criterion_id: each for each in sorted(signed, key=lambda each: each.on)}
    found: list[tuple[Step, tuple[CriterionState, ...]]] = []
    for step in ladder.steps:
        states: list[CriterionState] = []
        for criterion in step.criteria:
            error = (errors or {}).get(criterion.test)
            state = _state(criterion, episode, results, typed, error)
            states.append(replace(state, signed=last.get(criterion.id)))
        found.append((step, tuple(states)))
    return tuple(found)


def _state(
    criterion: Criterion,
    episode: Episode,
    readings: Sequence[Reading],
    entered: Sequence[Entered],
    error: TypicalError | None,
) -> CriterionState:
    if criterion.test:
        of_test = [
            each
            for each in readings
            if (each.key.test_id, each.key.metric) == (criterion.test, criterion.metric)
        ]
        return _of_test(criterion, episode, of_test, error)
    if criterion.measure:
        return _of_measure(
            criterion, episode, [each for each in entered if each.measure_id == criterion.measure]
        )
    return _none(criterion, "judged by a person")


def _of_test(
    criterion: Criterion, episode: Episode, readings: Sequence[Reading], error: TypicalError | None
) -> CriterionState:
    injured = [
        each
        for each in readings
        if each.key.side is episode.injured and each.on >= episode.injured_on
    ]
    if not injured:
        return _none(criterion, "not measured since the injury")
    latest = max(injured, key=lambda each: each.on)
    value, beside, reason = latest.value, None, None
    if criterion.against is Against.PRE_INJURY:
        before = pre_injury(
            readings,
            episode.injured,
            episode.injured_on,
            error,
            both_injured=episode.both_injured,
        )
        value, beside, reason = before.percent, before.reference, before.reason
    elif criterion.against is Against.OTHER_LIMB and episode.both_injured:
        value, reason = None, BOTH_INJURED
    elif criterion.against is Against.OTHER_LIMB:
        partner = replace(latest.key, side=episode.injured.other)
        same_day = [each for each in readings if each.on == latest.on and each.key.matches(partner)]
        value, beside, reason = _share(latest, same_day)
    is_percent = criterion.against is not Against.VALUE
    on = latest.on
    return CriterionState(
        criterion, value, is_percent, on, latest, beside, error, reason, signed=None
    )


def _of_measure(
    criterion: Criterion, episode: Episode, entered: Sequence[Entered]
) -> CriterionState:
    since = [each for each in entered if each.on >= episode.injured_on]
    injured = [each for each in since if each.side in (episode.injured, None)]
    if not injured:
        return _none(criterion, "not entered since the injury")
    latest = max(injured, key=lambda each: each.on)
    value, beside, reason = latest.value, None, None
    is_percent = criterion.against is not Against.VALUE
    if criterion.against is Against.OTHER_LIMB and episode.both_injured:
        value, reason = None, BOTH_INJURED
    elif criterion.against is Against.OTHER_LIMB:
        other = [
            each for each in since if each.side is episode.injured.other and each.on == latest.on
        ]
        value, beside, reason = _share(latest, other)
    elif criterion.against is Against.PRE_INJURY:
        before = [
            each for each in entered if each.side is latest.side and each.on < episode.injured_on
        ]
        value, beside, reason = _share(latest, sorted(before, key=lambda each: each.on))
        reason = None if reason is None else "not entered before the injury"
    on = latest.on
    return CriterionState(
        criterion, value, is_percent, on, latest, beside, None, reason, signed=None
    )


def _share(
    latest: Reading | Entered, others: Sequence[Reading] | Sequence[Entered]
) -> tuple[float | None, Reading | Entered | None, str | None]:
    if not others:
        return None, None, "the other limb was not tested the same way that day"
    if others[-1].value <= 0:
        return None, others[-1], "the other result is 0"
    return 100 * latest.value / others[-1].value, others[-1], None


def _none(criterion: Criterion, reason: str) -> CriterionState:
    return CriterionState(criterion, None, False, None, None, None, None, reason, None)

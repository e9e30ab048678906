"""A ladder with the latest of each criterion: read in the store's thread, decided by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.clinic_rules import ClinicRules, clinic_rules
from app.episodes import injuries
from app.reading import group_runs
from app.units import day
from app.wording import metric_name, metric_value, unit
from data.analysis.types import Side
from data.clinical.catalogue import tests
from data.clinical.ladder import Against, Criterion, Ladder, Step
from data.clinical.ladder_state import CriterionState, SignOff, evaluate
from data.clinical.ladder_state import Episode as InjuredLimb
from data.clinical.measures import Entered, Measure
from data.clinical.retest import error_of_test
from data.clinical.series import Reading
from data.clinical.typical_error import TypicalError
from data.episodes import Episode, SignedCriterion, TypedValue
from data.readings import readings
from data.records import Person
from data.store import Store


@dataclass(frozen=True, slots=True)
class LadderView:
    """One injury on its ladder; `typed` and `signed` are oldest first, of this injury only."""

    person: Person
    episode: Episode | None
    ladder: Ladder | None
    side: Side
    steps: tuple[tuple[Step, tuple[CriterionState, ...]], ...]
    typed: tuple[TypedValue, ...]
    signed: tuple[SignedCriterion, ...]
    rules: ClinicRules
    virtual: frozenset[tuple[str, date]] = frozenset()

    def is_virtual(self, state: CriterionState) -> bool:
        """Whether a simulated device gave the result."""
        return state.on is not None and (state.criterion.test, state.on) in self.virtual

    def state(self, criterion_id: str) -> CriterionState | None:
        for _, states in self.steps:
            for state in states:
                if state.criterion.id == criterion_id:
                    return state
        return None

    def measure(self, criterion: Criterion) -> Measure | None:
        return self.rules.measures.get(criterion.measure)

    def signatures(self, criterion_id: str) -> tuple[SignedCriterion, ...]:
        return tuple(each for each in self.signed if each.criterion_id == criterion_id)

    def values(self, measure_id: str) -> tuple[TypedValue, ...]:
        return tuple(each for each in self.typed if each.measure_id == measure_id)

    @property
    def criteria(self) -> tuple[CriterionState, ...]:
        return tuple(state for _, states in self.steps for state in states)


def read_ladder(store: Store, person_id: UUID, side: Side | None = None) -> LadderView:
    """The open injury's ladder; `side` chooses the limb where the injury has two or none."""
    person, rules = store.people.get(person_id), clinic_rules()
    episode = injuries(store, person_id).open
    ladder = rules.ladders.get(episode.ladder) if episode is not None else None
    limb = _limb(episode, side)
    if episode is None or ladder is None:
        return LadderView(person, episode, ladder, limb, (), (), (), rules)
    typed = tuple(store.typed_values.of_person(person_id))
    signed = tuple(store.signed_criteria.of_episode(episode.id))
    found, errors, virtual = _results(store, person_id, ladder, limb)
    steps = evaluate(
        ladder,
        InjuredLimb(limb, episode.injured_on, both_injured=len(episode.sides) > 1),
        found,
        [entered(each) for each in typed],
        errors,
        [SignOff(e.criterion_id, e.by, local_day(e), e.note) for e in signed],
    )
    return LadderView(person, episode, ladder, limb, steps, typed, signed, rules, virtual)


def value_words(state: CriterionState, measure: Measure | None) -> str:
    """``86 % of before the injury``, ``22 repetitions``, or nothing where there is no value."""
    if state.value is None:
        return ""
    if state.is_percent:
        against = state.criterion.against
        whose = "before the injury" if against is Against.PRE_INJURY else "the other limb"
        return f"{state.value:.0f} % of {whose}"
    if measure is not None:
        return f"{state.value:g} {measure.unit}"
    return f"{metric_value(state.criterion.metric, state.value)} {unit(state.criterion.metric)}"


def source_words(state: CriterionState, measure: Measure | None) -> str:
    """Where the value is from: what was divided by what, when, by which device or whom."""
    latest, beside = state.latest, state.beside
    if latest is None or state.on is None:
        return ""
    parts = [f"{day(state.on)}: {_one(latest, measure)}"]
    if beside is not None and state.is_percent:
        parts.append(f"against {_one(beside, measure)} of {_limb_of(beside)}{day(beside.on)}")
    if isinstance(latest, Reading):
        key = latest.key
        made = f"{metric_name(key.metric)}, {key.aggregation.replace('_', ' ')} of its repetitions"
        parts.append(f"{tests()[key.test_id].name}: {made}; device {key.device}")
    else:
        parts.append(f"typed in by {latest.by}" if latest.by else "typed in")
    return "; ".join(parts)


def error_words(state: CriterionState) -> str:
    """The error of the single result, with its source."""
    if not isinstance(state.latest, Reading):
        return ""
    if state.error is None:
        return "The measurement error of this test is not known."
    sem = state.error.sem_at(state.latest.value)
    unit_of = unit(state.latest.key.metric)
    size = f"{metric_value(state.latest.key.metric, sem)} {unit_of}"
    return f"Measurement error of one result: SEM {size} ({state.error.source})."


def entered(value: TypedValue) -> Entered:
    """A typed value as the ladder takes it."""
    return Entered(local_day(value), value.measure_id, value.value, value.side, value.by)


def local_day(item: TypedValue | SignedCriterion) -> date:
    """By this machine's clock on the wall."""
    return item.at.astimezone().date()


def _limb(episode: Episode | None, side: Side | None) -> Side:
    if episode is not None and len(episode.sides) == 1:
        return episode.sides[0]
    return side or Side.LEFT


def _results(
    store: Store, person_id: UUID, ladder: Ladder, side: Side
) -> tuple[list[Reading], dict[str, TypicalError], frozenset[tuple[str, date]]]:
    """Everything measured in the ladder's tests, the error of each test, and on which days a
    simulated device did it."""
    found: list[Reading] = []
    virtual: set[tuple[str, date]] = set()
    errors: dict[str, TypicalError] = {}
    wanted = {
        (each.test, each.metric) for step in ladder.steps for each in step.criteria if each.test
    }
    for test_id, metric in sorted(wanted):
        test = tests().get(test_id)
        if test is None:
            continue
        runs = group_runs(store.trials.of_person(person_id, test_id))
        by_run = [(run, readings(run.trials, test, metric)) for run in runs]
        of_test = [each for _, of_run in by_run for each in of_run]
        virtual |= {(test_id, r.on) for run, of_run in by_run if run.is_virtual for r in of_run}
        found += of_test
        injured = [each for each in of_test if each.key.side is side]
        if injured:
            model = max(injured, key=lambda each: each.on).key.device_model
            error = error_of_test(test_id, metric, model, store.results.retests(test, metric))
            if error is not None:
                errors[test_id] = error
    return found, errors, frozenset(virtual)


def _one(result: Reading | Entered, measure: Measure | None) -> str:
    if isinstance(result, Reading):
        return f"{metric_value(result.key.metric, result.value)} {unit(result.key.metric)}"
    return f"{result.value:g} {measure.unit if measure else ''}".rstrip()


def _limb_of(result: Reading | Entered) -> str:
    side = result.key.side if isinstance(result, Reading) else result.side
    return f"the {side} limb, " if side is not None else ""

"""Turns the records of one visit into what its report says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeAlias

from app.plain_text import plain
from app.report.content import Fact, Report, StrengthSection
from app.report.items import item_line
from app.report.strength import strength_section
from app.report.treatments import treatment_section
from app.report.trial import ReportTrial, runs_of
from app.results import compare_set
from app.version import program_version
from app.wording import (
    TABLE_METRICS,
    clock,
    date_text,
    fixed,
    short_method,
    used_methods,
)
from data.analysis.types import Asymmetry
from data.clinical.retest import Pairs, error_of_test
from data.clinical.tests import StrengthTest
from data.clinical.typical_error import TypicalError
from data.episodes import Item
from data.records import Person, Session, Treatment, Trial

Retests: TypeAlias = Mapping[tuple[str, str], Mapping[str, Pairs]]


@dataclass(frozen=True, slots=True)
class Visit:
    """All that one report is made from. `last_time` are earlier trials to compare with.

    `left_out` counts the trials of the visit that are damaged. `items` is what else was done.
    `retests` are results of people tested twice, by test and number: the clinic's own error.
    """

    person: Person
    session: Session
    trials: tuple[ReportTrial, ...]
    treatments: tuple[Treatment, ...]
    last_time: tuple[Trial, ...] = ()
    left_out: int = 0
    items: tuple[Item, ...] = ()
    retests: Retests = field(default_factory=dict[tuple[str, str], Mapping[str, Pairs]])


def compose(visit: Visit, tests: Mapping[str, StrengthTest], made_at: datetime) -> Report:
    """The content of the report on `visit`, with nothing of Qt in it."""
    session = visit.session
    return Report(
        name=plain(visit.person.name),
        person=(*person_facts(visit.person, session), *_damage_facts(visit.left_out)),
        visit=clock(session.started_at, session.utc_offset_min),
        tests=tuple(_sections(visit, tests)),
        treatments=tuple(treatment_section(each) for each in visit.treatments),
        items=tuple(item_line(each, session.utc_offset_min) for each in visit.items),
        methods=tuple(_methods(visit)),
        made=f"Myograph {program_version()} · made {clock(made_at, session.utc_offset_min)}",
    )


def person_facts(person: Person, session: Session) -> Iterable[Fact]:
    """Who, on the day of the visit."""
    if person.born is not None:
        years = _age(person.born, session.started_at.date())
        yield Fact("Born", f"{date_text(person.born)} ({years} years)")
    if person.body_mass_kg is not None:
        yield Fact("Body mass", f"{fixed(person.body_mass_kg, 1)} kg")
    if person.dominant is not None:
        yield Fact("Dominant limb", person.dominant.value)
    if person.injured is not None:
        injury = f", {plain(person.injury)}" if person.injury else ""
        since = f", since {date_text(person.injured_on)}" if person.injured_on else ""
        yield Fact("Injured limb", f"{person.injured.value}{injury}{since}")
    if person.team:
        yield Fact("Team", plain(person.team))
    if session.clinician:
        yield Fact("Clinician", plain(session.clinician))


def _damage_facts(left_out: int) -> Iterable[Fact]:
    if left_out:
        tests = "one test" if left_out == 1 else f"{left_out} tests"
        yield Fact("Not in this report", f"{tests}: damaged, to be restored from a backup")


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _sections(visit: Visit, tests: Mapping[str, StrengthTest]) -> Iterable[StrengthSection]:
    for run in runs_of(visit.trials):
        test = tests.get(run[0].trial.header.test_id)
        comparison = _comparison(run, test)
        error = _error(run[0].trial, comparison.metric, visit.retests)
        yield strength_section(run, test, comparison, visit.last_time, error)


def _error(trial: Trial, metric: str, retests: Retests) -> TypicalError | None:
    """The clinic's own where it has one, else a published one: as the window shows it."""
    test_id, model = trial.header.test_id, trial.header.device_model
    return error_of_test(test_id, metric, model, retests.get((test_id, metric), {}))


def _comparison(run: Sequence[ReportTrial], test: StrengthTest | None) -> Asymmetry:
    first = run[0].trial
    if len(run) == 1 or test is None:
        return first.analysis.asymmetry
    return compare_set([each.trial for each in run], test).asymmetry


def _methods(visit: Visit) -> Iterable[str]:
    """Each method once. An id with its version speaks for itself; details are in the record."""
    methods: dict[str, None] = {}
    for each in visit.trials:
        for key, method in _methods_of(each.trial).items():
            methods[short_method(method, name=key.replace("_", " "))] = None
    for treatment in visit.treatments:
        methods |= dict.fromkeys(
            short_method(dose.method, name="dose") for dose in treatment.dose.values()
        )
    yield from methods


def _methods_of(trial: Trial) -> dict[str, str]:
    """Of the numbers that this report shows; the others are in the record."""
    made = {
        key: rep.metrics[key].method
        for rep in trial.analysis.reps
        for key in TABLE_METRICS
        if key in rep.metrics and rep.metrics[key].value is not None
    }
    return {**made, **used_methods(trial.analysis)}

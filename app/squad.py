"""A team in one test: who is done today, and a line for each athlete."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from app.units import MINUS, day, number
from app.visits import UNASSIGNED
from app.wording import local_time, metric_value
from data.analysis.symmetry import FORMULAS
from data.analysis.types import Side
from data.clinical.catalogue import tests
from data.clinical.retest import error_of_test
from data.clinical.series import Reading
from data.clinical.squad import LimbLine, SquadLine, squad_line
from data.clinical.tests import StrengthTest
from data.clinical.typical_error import TypicalError
from data.records import Person
from data.results import StoredResult
from data.store import Store

FORMULA = "signed"
_PEAK, _PER_KG = "peak_n", "per_kg_n_kg"


@dataclass(frozen=True, slots=True)
class Member:
    """One athlete in one test; `done_at`, by the clock on the wall, and `missing` are
    about today."""

    person: Person
    line: SquadLine
    per_kg: Mapping[Side, float]
    error: TypicalError | None
    done_at: datetime | None
    missing: tuple[Side, ...]
    is_virtual: bool
    lever_m: float | None = None
    posture: str = ""

    @property
    def is_done(self) -> bool:
        """Both limbs were measured today."""
        return self.done_at is not None and not self.missing

    def limb(self, side: Side) -> LimbLine | None:
        return self.line.limbs.get(side)

    def peak(self, side: Side) -> float | None:
        limb = self.limb(side)
        return None if limb is None else limb.latest.value

    @property
    def difference_percent(self) -> float | None:
        """Right against left over the stronger limb; None where they were not tested together."""
        return None if self.line.asymmetry is None else self.line.asymmetry.value_percent

    @property
    def devices(self) -> tuple[str, ...]:
        """What measured the last results, each model once."""
        limbs = [limb for side in Side if (limb := self.limb(side)) is not None]
        return tuple(dict.fromkeys(limb.latest.key.device for limb in limbs))

    def method(self, test: StrengthTest) -> str:
        """How each number of the line was made, and by which device."""
        error = "not known" if self.error is None else self.error.source
        return (
            f"{self.made(test)} Difference: {FORMULAS[FORMULA]}. "
            "Change: against the first result of the same series. "
            f"Measurement error: {error}."
        ).strip()

    def made(self, test: StrengthTest) -> str:
        """How the last peak of each limb was made, and by which device."""
        parts: list[str] = []
        for side in Side:
            limb = self.limb(side)
            if limb is None:
                continue
            latest = limb.latest
            lever = "" if latest.key.lever_m is None else f", lever {latest.key.lever_m:g} m"
            parts.append(
                f"{side.value.capitalize()}: peak.raw, {test.aggregation.replace('_', ' ')} of "
                f"{latest.reps or 0} valid repetitions, {day(latest.on)}, device "
                f"{latest.key.device}, position {latest.key.position or 'not noted'}{lever}."
            )
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Squad:
    """The athletes of a team, or all of them, by name."""

    test: StrengthTest
    team: str
    today: date
    members: tuple[Member, ...]

    @property
    def done(self) -> int:
        return sum(member.is_done for member in self.members)

    def member(self, person_id: object) -> Member | None:
        return next((each for each in self.members if each.person.id == person_id), None)

    def next_after(self, person_id: object) -> Member | None:
        """The next who is not done, from this athlete on and then from the top."""
        ids = [member.person.id for member in self.members]
        start = next((place + 1 for place, each in enumerate(ids) if each == person_id), 0)
        turned = (*self.members[start:], *self.members[:start])
        return next((member for member in turned if not member.is_done), None)


def read_teams(store: Store) -> tuple[list[str], str]:
    """The teams there are, by size, and the test that was done last."""
    counts: dict[str, int] = {}
    for person in store.people.all():
        if person.team:
            counts[person.team] = counts.get(person.team, 0) + 1
    latest = store.results.latest_test()
    teams = sorted(counts, key=lambda team: (-counts[team], team.casefold()))
    return teams, latest if latest in tests() else next(iter(tests()))


def read_squad(store: Store, team: str, test_id: str, today: date) -> Squad:
    """`team` is empty for everybody."""
    test, people = tests()[test_id], _people(store, team)
    results = store.results.of_test(test, (_PEAK, _PER_KG))
    retests = store.results.retests(test, _PEAK, results)
    members = [_member(each, results.get(each.id, ()), test, today, retests) for each in people]
    return Squad(test, team, today, tuple(members))


def refresh_squad(store: Store, squad: Squad, changed: Iterable[UUID]) -> Squad:
    """The squad again, reading only who is new and whose records changed."""
    ids, people = frozenset(changed), _people(store, squad.team)
    known = {each.person.id: each for each in squad.members if each.person.id not in ids}
    stale = [person for person in people if person.id not in known]
    if stale:
        test, asked = squad.test, [person.id for person in stale]
        results = store.results.of_test(test, (_PEAK, _PER_KG), asked)
        retests = store.results.retests(test, _PEAK)
        for each in stale:
            own = results.get(each.id, ())
            known[each.id] = _member(each, own, test, squad.today, retests)
    return replace(squad, members=tuple(known[person.id] for person in people))


def change_words(limb: LimbLine | None) -> str:
    """``−52 ± 76``: the change since the first of the series and its MDC95."""
    change = None if limb is None else limb.change
    if change is None or change.difference is None:
        return ""
    size = metric_value(_PEAK, change.difference).replace("-", MINUS)
    sign = "+" if change.difference > 0 and size != "0" else ""
    error = "" if change.mdc95 is None else f" ± {metric_value(_PEAK, change.mdc95)}"
    return f"{sign}{size}{error}"


def difference_words(percent: float | None) -> str:
    """``L +11 %``: which limb is stronger, and by how much."""
    if percent is None:
        return ""
    if not round(abs(percent)):
        return "0 %"
    return f"{'R' if percent > 0 else 'L'} +{number(abs(percent))} %"


def _people(store: Store, team: str) -> list[Person]:
    return [
        person
        for person in store.people.all()
        if person.id != UNASSIGNED and (not team or person.team == team)
    ]


def _member(
    person: Person,
    results: Sequence[StoredResult],
    test: StrengthTest,
    today: date,
    retests: Mapping[str, list[tuple[float, float]]],
) -> Member:
    peaks = [each.reading for each in results if each.reading.key.metric == _PEAK]
    model = peaks[-1].key.device_model if peaks else ""
    error = error_of_test(test.id, _PEAK, model, retests)
    line = squad_line(peaks, today, FORMULA, error, person.dominant, person.injured)
    of_today = [each for each in results if each.reading.on == today]
    sides = {each.reading.key.side for each in of_today}
    has_sides = not sides or sides != {None}
    missing = tuple(side for side in Side if side not in sides) if of_today and has_sides else ()
    latest = peaks[-1].key if peaks else None
    return Member(
        person=person,
        line=line,
        per_kg=_per_kg(results, line),
        error=error,
        done_at=max((local_time(e.at, e.utc_offset_min) for e in of_today), default=None),
        missing=missing,
        is_virtual=bool(results) and results[-1].is_virtual,
        lever_m=latest.lever_m if latest else None,
        posture=latest.position if latest else "",
    )


def _per_kg(results: Sequence[StoredResult], line: SquadLine) -> dict[Side, float]:
    """Of the day of each limb's latest peak; a limb without a body mass that day has none."""
    found: dict[Side, float] = {}
    for each in results:
        reading: Reading = each.reading
        side = reading.key.side
        limb = None if side is None else line.limbs.get(side)
        if side is None or limb is None or reading.key.metric != _PER_KG:
            continue
        if reading.on == limb.latest.on:
            found[side] = reading.value
    return found

"""One test of one athlete over time: both limbs in series that may be compared, and the error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from app.reading import RunOfTest
from app.units import MINUS, day
from app.wording import metric_value, of_repetitions, unit
from data.analysis.symmetry import FORMULAS, compare
from data.analysis.types import Side
from data.clinical.baseline import OWN, PARTNER_SINCE, PreInjury, pre_injury
from data.clinical.catalogue import tests
from data.clinical.change import Change, change
from data.clinical.references import Reference
from data.clinical.retest import error_of_test
from data.clinical.series import Reading, Segment, same_series, segments
from data.clinical.tests import StrengthTest
from data.clinical.typical_error import ErrorOrigin, TypicalError
from data.episodes import Episode
from data.readings import readings
from data.store import Store

_FORMULA = "signed"


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One run of the test: each limb's result, or what there is of it."""

    on: date
    set_id: UUID
    left: Reading | None
    right: Reading | None
    methods: Mapping[Side, str] = field(default_factory=dict[Side, str])
    is_virtual: bool = False

    def of(self, side: Side) -> float | None:
        reading = self.reading(side)
        return None if reading is None else reading.value

    def reading(self, side: Side) -> Reading | None:
        return self.left if side is Side.LEFT else self.right

    @property
    def difference_percent(self) -> float | None:
        """Right against left over the stronger limb, positive where the right is stronger; None
        where the two were not measured the same way."""
        if self.left is None or self.right is None:
            return None
        key = self.left.key
        if not self.right.key.matches(replace(key, side=Side.RIGHT)):
            return None
        found = compare(
            self.left.value,
            self.right.value,
            _FORMULA,
            metric=key.metric,
            aggregation=key.aggregation,
        )
        return found.value_percent


@dataclass(frozen=True, slots=True)
class LimbTrend:
    """One limb: its series, the error of each, and what the latest result is set against.

    `reference` is the own result before the injury, else the first of the latest series.
    """

    side: Side
    segments: tuple[Segment, ...]
    errors: tuple[TypicalError | None, ...]
    reference: Reading | None
    is_pre_injury: bool
    change: Change | None

    @property
    def error(self) -> TypicalError | None:
        """That of the latest series."""
        return self.errors[-1] if self.errors else None

    @property
    def mdc_band(self) -> tuple[float, float] | None:
        """The reference ± MDC95 in the unit of the metric; None where no error is known."""
        if self.reference is None or self.error is None:
            return None
        mdc95 = self.error.mdc95_at(self.reference.value)
        return max(self.reference.value - mdc95, 0.0), self.reference.value + mdc95


@dataclass(frozen=True, slots=True)
class Trend:
    """Everything that is drawn and said of one test and number."""

    test: StrengthTest
    metric: str
    points: tuple[TrendPoint, ...]
    limbs: tuple[LimbTrend, ...]
    pre_injury: PreInjury | None
    references: tuple[Reference, ...]

    @property
    def unit(self) -> str:
        return unit(self.metric)

    @property
    def error(self) -> TypicalError | None:
        return next((limb.error for limb in self.limbs if limb.error is not None), None)

    @property
    def breaks(self) -> tuple[tuple[date, str], ...]:
        """Where a new series begins and why: both limbs' reasons, each once."""
        found: dict[tuple[date, str], None] = {}
        for limb in self.limbs:
            for segment in limb.segments:
                for reason in segment.because:
                    found[segment.readings[0].on, reason] = None
        return tuple(sorted(found))

    @property
    def difference_error_percent(self) -> float | None:
        """What two equal limbs may seem to differ, in percent of the stronger, at the latest."""
        point, error = self.points[-1], self.error
        if error is None or point.left is None or point.right is None:
            return None
        left, right = point.left.value, point.right.value
        if max(left, right) <= 0:
            return None
        limit = error.multiplier * (error.sem_at(left) ** 2 + error.sem_at(right) ** 2) ** 0.5
        return 100 * limit / max(left, right)

    def error_words(self) -> str:
        """The band in words, with its source."""
        error = self.error
        if error is None:
            return "The measurement error of this number is not known: no band is drawn."
        size = (
            f"{metric_value(self.metric, error.sem)} {self.unit}"
            if error.sem is not None
            else f"{error.percent:.1f} %"
        )
        whose = "This clinic’s own" if error.origin is ErrorOrigin.CLINIC else "Published"
        return (
            f"{whose} measurement error: SEM {size} ({error.source}). The narrow shade is ± SEM, "
            "the wide one ± MDC95 about the result that the latest is set against: inside it no "
            "change is known."
        )

    def change_words(self, injured: Side | None) -> tuple[str, ...]:
        """What may be said of each limb's latest result against its reference."""
        found = self._before_words()
        for limb in self.limbs:
            if limb.change is None or limb.reference is None:
                continue
            who = f"{limb.side.value.capitalize()}{' (injured)' if limb.side is injured else ''}"
            since = "the last test before the injury" if limb.is_pre_injury else "the first test"
            said = limb.change.sentence(self.unit, _digits(self.metric)).replace("-", MINUS, 1)
            found.append(f"{who} since {since} ({day(limb.reference.on)}): {said}")
            found += limb.change.notes
        return tuple(dict.fromkeys(found))

    def _before_words(self) -> list[str]:
        """The injured limb in percent of what it, or its partner, could do before."""
        before = self.pre_injury
        if before is None or before.now is None:
            return []
        limb = f"{str(before.now.key.side).capitalize()} (injured)"
        if before.percent is None or before.reference is None:
            return [f"{limb}: not set against the time before the injury: {before.reason}."]
        whose = "its own" if before.method == OWN else f"the {before.reference.key.side} limb’s"
        value = f"{metric_value(self.metric, before.reference.value)} {self.unit}"
        is_since = before.method == PARTNER_SINCE
        when = "first result since" if is_since else "result before the injury"
        return [
            f"{limb}: {before.percent:.0f} % of {whose} {when} "
            f"({value}, {day(before.reference.on)}; {before.method.partition('(')[0]})."
        ]

    def method(self, point: TrendPoint) -> str:
        """How the numbers of a point were made, and how their error and difference."""
        parts: list[str] = []
        for side in Side:
            reading = point.reading(side)
            if reading is None:
                continue
            reps = "" if reading.reps is None else f", {_of(reading)}"
            key = reading.key
            setup = [f"device {key.device}", f"position {key.position or 'not noted'}"]
            if key.lever_m is not None:
                setup.append(f"lever {key.lever_m:g} m")
            setup.append(f"stabilised by {key.stabilisation}")
            method = point.methods.get(side, "method not stored")
            parts.append(f"{side.value.capitalize()}: {method}{reps}; {', '.join(setup)}.")
        parts.append(f"Difference: {FORMULAS[_FORMULA]}.")
        parts.append(self.error_words())
        return " ".join(parts)


def tests_done(runs: Iterable[RunOfTest]) -> list[str]:
    """The ids of known tests, the most often done first."""
    counts: dict[str, int] = {}
    for run in runs:
        if run.test_id in tests():
            counts[run.test_id] = counts.get(run.test_id, 0) + 1
    return sorted(counts, key=lambda each: -counts[each])


def metrics_done(runs: Iterable[RunOfTest], test_id: str) -> list[str]:
    """The test's numbers that any repetition has a value for, in the order of the catalogue."""
    there = {
        key
        for run in runs
        if run.test_id == test_id
        for trial in run.trials
        for rep in trial.analysis.reps
        for key, metric in rep.metrics.items()
        if metric.value is not None
    }
    return [key for key in tests()[test_id].metrics if key in there]


def read_trend(
    store: Store,
    runs: Sequence[RunOfTest],
    test_id: str,
    metric: str,
    episode: Episode | None,
    values: Iterable[Reference] = (),
) -> Trend:
    """The trend of one test and number; `runs` are all of the athlete's, oldest first,
    `values` all published ones."""
    test = tests()[test_id]
    points = tuple(_point(run, test, metric) for run in runs if run.test_id == test_id)
    points = tuple(each for each in points if each.left or each.right)
    retests = store.results.retests(test, metric)
    limbs = tuple(
        _limb(points, side, test, metric, episode, retests)
        for side in Side
        if any(point.reading(side) for point in points)
    )
    before = None
    if episode is not None and len(episode.sides) == 1:
        every = [each for point in points for each in (point.left, point.right) if each]
        injured = next((limb for limb in limbs if limb.side is episode.sides[0]), None)
        error = injured.error if injured else None
        before = pre_injury(every, episode.sides[0], episode.injured_on, error)
    lines = tuple(
        each
        for each in values
        if test_id in each.of and each.metric == metric and each.low is not None
    )
    return Trend(test, metric, points, limbs, before, lines)


def _point(run: RunOfTest, test: StrengthTest, metric: str) -> TrendPoint:
    by_side = {each.key.side: each for each in readings(run.trials, test, metric)}
    methods = {
        side: found.method
        for side in Side
        for trial in run.trials
        for rep in trial.analysis.reps
        if rep.side is side and (found := rep.metrics.get(metric)) is not None
    }
    header = run.trials[0].header
    on = (header.started_at + timedelta(minutes=header.utc_offset_min)).date()
    return TrendPoint(
        on, run.set_id, by_side.get(Side.LEFT), by_side.get(Side.RIGHT), methods, run.is_virtual
    )


def _limb(
    points: Sequence[TrendPoint],
    side: Side,
    test: StrengthTest,
    metric: str,
    episode: Episode | None,
    retests: dict[str, list[tuple[float, float]]],
) -> LimbTrend:
    own = [reading for point in points if (reading := point.reading(side))]
    parts = tuple(segments(own))
    errors = tuple(error_of_test(test.id, metric, part.key.device_model, retests) for part in parts)
    latest = parts[-1].readings[-1]
    series = same_series(own, latest.key)
    reference, is_before = series[0], False
    if episode is not None and latest.on >= episode.injured_on:
        earlier = [each for each in series if each.on < episode.injured_on]
        if earlier:
            reference, is_before = earlier[-1], True
    since = None if reference == latest else change(reference, latest, errors[-1])
    return LimbTrend(side, parts, errors, reference, is_before, since)


def _of(reading: Reading) -> str:
    how = {"best": "best", "mean": "mean"}.get(reading.key.aggregation, reading.key.aggregation)
    return of_repetitions(f"{how.replace('_', ' ')} of {reading.reps}")


def _digits(metric: str) -> int:
    return len(metric_value(metric, 1.2345).partition(".")[2])

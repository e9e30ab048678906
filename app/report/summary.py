"""The course of an injury for somebody without the program: values, sources, who signed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from app.athlete_rows import marks
from app.episodes import sides_words
from app.ladder_reading import LadderView, local_day, source_words, value_words
from app.limb_ratios import LimbRatio, RatioLine
from app.plain_text import plain
from app.prescribing import report_words
from app.report.blocks import (
    BODY,
    SMALL,
    SMALL_STRONG,
    Banner,
    Block,
    Heading,
    Paragraph,
    Rule,
    limb_text,
)
from app.report.content import Fact
from app.report.items import exercise_words, manual_words, running_words
from app.report.layout import GridColumn, GridHead, GridRow, fact_rows, flowing, grid
from app.report.progress_reading import Latest, Progress
from app.report.treatment_totals import totals
from app.report.trend import TrendChart
from app.report.write import VIRTUAL, VIRTUAL_TAG
from app.theme import LIGHT
from app.units import age, day, number
from app.visit_items import detail_of, title_of
from app.wording import date_text, fixed, formula_text, metric_name, metric_value, unit
from data.analysis.symmetry import FORMULAS
from data.analysis.types import Side
from data.clinical.ladder_state import CriterionState
from data.episodes import Episode, EventKind, TypedValue
from data.records import Person

SMALL_TEXT = replace(SMALL, colour=LIGHT.text)
_DAY_PT = 76.0
_NO_DECISION = (
    "The latest result stands beside each criterion; the program compares none with its target. "
    "A person signs."
)


def summary_blocks(progress: Progress) -> Iterable[Block]:
    """Everything that is known, section by section; what there is nothing of is left out."""
    if progress.is_virtual:
        yield Banner(VIRTUAL, is_virtual=True, before=6, keeps_next=False)
    yield from _injury(progress.episode)
    yield from _strength(progress)
    yield from _results(progress.tests)
    yield from _ratios(progress.athlete.ratios)
    yield from _typed(progress.typed)
    yield from _treatments(progress)
    yield from _exercises(progress)
    yield from _running(progress)
    yield from _ladder(progress.ladder)
    yield from _methods(progress.tests)


def person_facts(person: Person, progress: Progress) -> list[Fact]:
    """Who, for the head of a page."""
    today = (
        progress.athlete.history.visits[0].session.started_at.date()
        if (progress.athlete.history.visits)
        else None
    )
    facts: list[Fact] = []
    if person.born is not None:
        years = f" ({age(person.born, today)})" if today else ""
        facts.append(Fact("Born", f"{date_text(person.born)}{years}"))
    if person.body_mass_kg is not None:
        facts.append(Fact("Body mass", f"{fixed(person.body_mass_kg, 1)} kg"))
    if person.dominant is not None:
        facts.append(Fact("Dominant limb", person.dominant.value))
    if person.team:
        facts.append(Fact("Team", plain(person.team)))
    return facts


def _injury(episode: Episode | None) -> Iterable[Block]:
    if episode is None:
        return
    side = sides_words(episode.sides)
    what = plain(episode.structure) or "not named"
    facts = [Fact("What", f"{side} {what}".strip()), Fact("Since", date_text(episode.injured_on))]
    if episode.mechanism:
        facts.append(Fact("How it happened", plain(episode.mechanism)))
    if episode.classification:
        facts.append(Fact("Classification", f"{plain(episode.classification)} (as typed in)"))
    if episode.stages:
        stages = (f"{each.stage.value} from {day(each.on)}" for each in episode.stages)
        facts.append(Fact("Stages", "; ".join(stages)))
    if episode.closed_on is not None:
        facts.append(Fact("Closed", date_text(episode.closed_on)))
    yield Rule()
    yield Heading("Injury")
    yield from fact_rows(facts, 2, _DAY_PT)


def _strength(progress: Progress) -> Iterable[Block]:
    """A chart for each test that was done more than once."""
    episode, shown = progress.episode, marks(progress.athlete)
    injured = episode.sides[0] if episode is not None and len(episode.sides) == 1 else None
    for latest in progress.tests:
        trend = latest.trend
        if len(trend.points) < 2:
            continue
        is_virtual = any(point.is_virtual for point in trend.points)
        how = trend.test.aggregation.replace("_", " ")
        name = f"{metric_name(trend.metric)}, {how} of valid repetitions"
        yield Rule()
        yield Heading(f"{trend.test.name} over time", VIRTUAL_TAG if is_virtual else "")
        yield Paragraph(name.capitalize(), SMALL, before=1, keeps_next=True)
        yield TrendChart(trend, shown, injured)
        breaks = [f"{day(on)}, a new series: {reason}." for on, reason in trend.breaks]
        for text in (*trend.change_words(injured), *breaks):
            yield from flowing(plain(text), BODY, before=3)
        yield from flowing(plain(trend.error_words()), SMALL, before=3)


def _results(tests: Sequence[Latest]) -> Iterable[Block]:
    if not tests:
        return
    yield Rule()
    yield Heading("Last results")
    columns = (
        GridColumn("Test", 2.6),
        GridColumn("Left", 1.4, is_number=True, colour=limb_text(Side.LEFT)),
        GridColumn("Right", 1.4, is_number=True, colour=limb_text(Side.RIGHT)),
        GridColumn("Difference", 2.2),
        GridColumn("Against the error", 2.2),
    )
    yield from grid(columns, (_result(latest) for latest in tests), SMALL_TEXT)


def _result(latest: Latest) -> Sequence[str]:
    trend, point = latest.trend, latest.trend.points[-1]
    mark = f", {VIRTUAL_TAG}" if point.is_virtual else ""
    name = f"{trend.test.name}, {metric_name(trend.metric)} ({day(point.on)}{mark})"
    limbs = [_limb(latest, side) for side in Side]
    asymmetry = latest.result.asymmetry if latest.result is not None else None
    if asymmetry is None or asymmetry.value_percent is None:
        return (name, *limbs, "not compared", "")
    stronger = f", {asymmetry.stronger.value} stronger" if asymmetry.stronger else ""
    size = f"{fixed(asymmetry.value_percent, 1)} %{stronger}"
    formula = formula_text(asymmetry.formula).partition(":")[0]
    judged = latest.result.judged if latest.result is not None else None
    said = plain(judged.sentence) if judged is not None else "measurement error not known"
    return (name, *limbs, f"{size} ({formula})", said)


def _limb(latest: Latest, side: Side) -> str:
    value, metric = latest.trend.points[-1].of(side), latest.trend.metric
    if value is None:
        return "not tested"
    said = f"{metric_value(metric, value)} {unit(metric)}"
    mass = latest.run.trials[-1].header.body_mass_kg
    return f"{said}\n{fixed(value / mass, 2)} N/kg" if metric == "peak_n" and mass else said


def _ratios(lines: Sequence[RatioLine]) -> Iterable[Block]:
    if not lines:
        return
    yield Rule()
    yield Heading("Ratios")
    columns = (
        GridColumn("Ratio", 2.4),
        GridColumn("Left", 0.8, is_number=True, colour=limb_text(Side.LEFT)),
        GridColumn("Right", 0.8, is_number=True, colour=limb_text(Side.RIGHT)),
        GridColumn("What it holds for, and how it was made", 5),
    )
    yield from grid(columns, (_ratio(line) for line in lines), SMALL_TEXT)


def _ratio(line: RatioLine) -> Sequence[str]:
    values = (number(limb.value, 2) for limb in line.limbs)
    said = [f"Holds for: {line.rule.setup}.", line.rule.caution]
    said += [_divided(limb) for limb in line.limbs]
    return (line.rule.name, *values, plain(" ".join(part for part in said if part)))


def _divided(limb: LimbRatio) -> str:
    """Which two results, on which days, by which device; or why not."""
    who = limb.side.value.capitalize()
    if limb.ratio is None or limb.value is None:
        return f"{who} not divided: {limb.reason}."
    parts = (
        f"{metric_value(each.key.metric, each.value)} {unit(each.key.metric)} "
        f"({each.key.test_id}, {day(each.on)}, {each.key.device})"
        for each in (limb.ratio.numerator, limb.ratio.denominator)
    )
    return f"{who}: {' over '.join(parts)}."


def _typed(values: Sequence[TypedValue]) -> Iterable[Block]:
    """The newest of each measure and limb; both limbs of one day stand together."""
    newest = {(each.measure_id, each.side): each for each in values}
    together: dict[tuple[str, date, str, bool], list[TypedValue]] = {}
    for each in newest.values():
        key = (each.measure_id, local_day(each), each.by, each.is_virtual)
        together.setdefault(key, []).append(each)
    if not newest:
        return
    yield Rule()
    yield Heading("Results that were typed in")
    yield from fact_rows([_typed_fact(each) for each in together.values()], 1, 150)


def _typed_fact(values: Sequence[TypedValue]) -> Fact:
    first = values[0]
    by = f", {plain(first.by)}" if first.by else ""
    mark = f", {VIRTUAL_TAG}" if first.is_virtual else ""
    said = ", ".join(detail_of(each) for each in sorted(values, key=lambda v: v.side or ""))
    return Fact(title_of(first), said, f"{day(local_day(first))}{by}{mark}")


def _treatments(progress: Progress) -> Iterable[Block]:
    if not progress.treatments and not progress.manual:
        return
    yield Rule()
    yield Heading("Treatments")
    columns = (
        GridColumn("Treatment", 2.6),
        GridColumn("Times", 0.7, is_number=True),
        GridColumn("From, to", 2.0),
        GridColumn("Time in all", 1.1),
        GridColumn("Dose in all, by method", 3.4),
    )
    yield from grid(columns, totals(progress.treatments), SMALL_TEXT)
    hands = [
        Fact(day(each.at.astimezone().date()), f"{plain(each.technique)}: {manual_words(each)}")
        for each in progress.manual
    ]
    yield from fact_rows(hands, 1, _DAY_PT)


def _exercises(progress: Progress) -> Iterable[Block]:
    given = progress.prescription
    if given is None:
        return
    yield Rule()
    yield Heading("Exercises")
    yield Paragraph(f"From {date_text(given.at.astimezone().date())}", SMALL, 1, keeps_next=True)
    said = {each.exercise_id: each for each in progress.adherence}
    for line in given.exercises:
        report = said.get(line.exercise_id)
        back = ""
        if report is not None:
            on = day(report.at.astimezone().date())
            back = f" The athlete said on {on}: {report_words(report)}."
        yield from flowing(f"{exercise_words(line)}.{back}", BODY)


def _running(progress: Progress) -> Iterable[Block]:
    events = [each for each in progress.athlete.events if each.kind is not EventKind.PAIN]
    since = progress.episode.injured_on if progress.episode is not None else None
    later = [each for each in events if since is None or each.at.astimezone().date() >= since]
    if not progress.running and not later:
        return
    yield Rule()
    yield Heading("Running and load")
    rows = [
        Fact(
            day(each.at.astimezone().date()),
            "; ".join(part for part in (running_words(each), plain(each.note)) if part),
        )
        for each in progress.running
    ]
    yield from fact_rows(rows, 1, _DAY_PT)
    counts = {kind: sum(each.kind is kind for each in later) for kind in EventKind}
    said = ", ".join(f"{kind.value} {count} ×" for kind, count in counts.items() if count)
    if said:
        yield from flowing(f"Noted since: {said}.", BODY)


def _ladder(view: LadderView | None) -> Iterable[Block]:
    if view is None or view.ladder is None:
        return
    yield Rule()
    yield Heading(f"Ladder: {plain(view.ladder.name)}")
    yield Paragraph(_NO_DECISION, SMALL, before=1, keeps_next=True)
    columns = (
        GridColumn("Criterion", 3.2),
        GridColumn("Latest", 3.6),
        GridColumn("Signed by", 2.2),
    )
    head = GridHead(columns)
    yield head
    for step, states in view.steps:
        yield Paragraph(plain(step.name), SMALL_STRONG, before=6, keeps_next=True)
        for state in states:
            yield GridRow(head, _criterion(view, state), SMALL_TEXT)


def _criterion(view: LadderView, state: CriterionState) -> Sequence[str]:
    criterion, measure = state.criterion, view.measure(state.criterion)
    target = f" (target: {criterion.target})" if criterion.target else ""
    said = value_words(state, measure)
    latest = [said or (state.reason or "nothing yet"), source_words(state, measure)]
    if view.is_virtual(state):
        latest.append(VIRTUAL_TAG)
    signed = "not signed"
    if state.signed is not None:
        note = f": {state.signed.note}" if state.signed.note else ""
        signed = f"{state.signed.person}, {day(state.signed.on)}{note}"
    words = (criterion.text + target, "\n".join(part for part in latest if part), signed)
    return tuple("\n".join(map(plain, text.split("\n"))) for text in words)


def _methods(tests: Sequence[Latest]) -> Iterable[Block]:
    """How each number of the last results was made, and by which unit."""
    if not tests:
        return
    yield Rule()
    yield Paragraph("Methods", SMALL_STRONG, before=0, keeps_next=True)
    for latest in tests:
        trend, device = latest.trend, latest.run.trials[0].header.device
        unit_words = f"{device.name or device.model}, serial {device.serial or 'unknown'}"
        said = f"{trend.test.name}: {unit_words}. {trend.method(trend.points[-1])}"
        asymmetry = latest.result.asymmetry if latest.result is not None else None
        if asymmetry is not None and asymmetry.value_percent is not None:
            said += f" Difference of the last result: {FORMULAS[asymmetry.formula]}."
        yield from flowing(plain(said), SMALL, before=1)

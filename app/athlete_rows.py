"""An athlete's visits and injuries as rows, and what stands on the time axis beside results."""

from __future__ import annotations

from datetime import date

from app.athlete import Athlete
from app.episodes import sides_words
from app.reading import RunOfTest, Visit, test_name
from app.units import ForceUnit, day, force, quantity, time_of_day
from app.widgets.episode_card import event_day
from app.widgets.rows import Row
from app.widgets.treatment_record import decimals_of
from app.widgets.trend_scale import MarkKind, TrendMark
from app.wording import local_time, sentence
from data.analysis.types import Side
from data.episodes import Episode, Event, EventKind
from data.records import Session

_KINDS = {
    EventKind.MATCH: MarkKind.MATCH,
    EventKind.TRAINING: MarkKind.TRAINING,
    EventKind.PAIN: MarkKind.PAIN,
}


_WHOLE_DOSES = (
    "counted_energy_j", "energy_j", "total_energy_j", "counted_charge_uc", "total_charge_c",
    "settings_charge_uc", "total_efd_mj_mm2",
)  # fmt: skip
"""What a whole treatment gave, what the unit counted first."""


def visit_row(visit: Visit, unit: ForceUnit) -> Row:
    session = visit.session
    at = local_time(session.started_at, session.utc_offset_min)
    is_virtual = any(item.is_virtual for item in (*visit.runs, *visit.treatments))
    done = [_run_words(run, unit) for run in visit.runs]
    done += [treatment.modality.value for treatment in visit.treatments]
    return Row(
        f"{day(at)}, {time_of_day(at)}",
        session.id,
        detail=" · ".join(done) if done else "nothing recorded",
        trailing="" if session.ended_at else "open",
        badge="VIRTUAL" if is_virtual else "",
        hint=" ".join(f"{test_name(run.test_id)}: {run.how}" for run in visit.runs),
    )


def _run_words(run: RunOfTest, unit: ForceUnit) -> str:
    sides = [
        f"{side.value[0].upper()} {force(best, unit)}"
        for side in Side
        if (best := run.best(side)) is not None
    ]
    return " ".join([test_name(run.test_id), *sides])


def injury_row(episode: Episode) -> Row:
    side = sides_words(episode.sides)
    what = f"{side}: {episode.structure}" if side else episode.structure
    until = f" to {day(episode.closed_on)}" if episode.closed_on else ", open"
    return Row(
        sentence(what),
        episode,
        detail=episode.classification,
        trailing=f"{day(episode.injured_on)}{until}",
    )


def marks(athlete: Athlete) -> list[TrendMark]:
    """Injuries, stages, treatments, and what was noted between visits."""
    found = [
        TrendMark(visit_day(visit.session), treatment.modality.value, MarkKind.TREATMENT)
        for visit in athlete.history.visits
        for treatment in visit.treatments
    ]
    found += [mark for visit in athlete.history.visits for mark in _doses(visit)]
    for episode in athlete.injuries.episodes:
        found.append(TrendMark(episode.injured_on, "injury", MarkKind.INJURY))
        found += [
            TrendMark(change.on, f"stage {change.stage.value}", MarkKind.STAGE, change.stage.value)
            for change in episode.stages
        ]
    person = athlete.history.person
    if not athlete.injuries.episodes and person.injured_on is not None:
        found.append(TrendMark(person.injured_on, "injury", MarkKind.INJURY))
    for event in athlete.events:
        if event.kind in _KINDS:
            found.append(_event_mark(event))
    return found


def _doses(visit: Visit) -> list[TrendMark]:
    """What was given that day, summed for each unit; treatments without a dose have no mark."""
    sums: dict[str, float] = {}
    for treatment in visit.treatments:
        for key in _WHOLE_DOSES:
            dose = treatment.dose.get(key)
            if dose is not None and dose.value is not None:
                sums[dose.unit] = sums.get(dose.unit, 0.0) + dose.value
                break
    if not sums:
        return []
    words = ", ".join(quantity(value, unit, decimals_of(value)) for unit, value in sums.items())
    return [TrendMark(visit_day(visit.session), f"dose {words}", MarkKind.DOSE, words)]


def _event_mark(event: Event) -> TrendMark:
    size = "" if event.pain is None else str(event.pain)
    label = f"{event.kind.value} {size} of 10" if size else event.kind.value
    return TrendMark(event_day(event), label, _KINDS[event.kind], size)


def visit_day(session: Session) -> date:
    return local_time(session.started_at, session.utc_offset_min).date()

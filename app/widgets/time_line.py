"""Rows of a visit's time line: tests, treatments and everything else, oldest first."""

from __future__ import annotations

from dataclasses import dataclass

from app.plain_text import plain
from app.reading import RunOfTest, Visit, test_name
from app.units import ForceUnit, clock, force, time_of_day
from app.visit_items import detail_of, icon_of, title_of
from app.widgets.rows import Row
from app.widgets.treatment_record import NAMES
from app.wording import local_time
from data.analysis.types import Side
from data.episodes import Item
from data.records import Session, Treatment
from data.treatment_values import adverse_words


@dataclass(frozen=True, slots=True)
class Damaged:
    """The key of a trial that cannot be read."""

    trial_id: str


def timeline(visit: Visit, items: tuple[Item, ...], unit: ForceUnit) -> list[Row]:
    """All that belongs to the visit, oldest first."""
    rows = [(run.started_at, _run_row(visit.session, run, unit)) for run in visit.runs]
    rows += [(t.started_at, _treatment_row(visit.session, t)) for t in visit.treatments]
    rows += [(item.at, _item_row(visit.session, item)) for item in items]
    in_order = [row for _, row in sorted(rows, key=lambda row: row[0])]
    return [*in_order, *map(_damaged_row, visit.damaged)]


def _damaged_row(trial_id: str) -> Row:
    return Row(
        "This trial is damaged",
        Damaged(trial_id),
        detail="restore it from a backup",
        icon="attention",
    )


def _item_row(session: Session, item: Item) -> Row:
    return Row(
        title_of(item),
        item.id,
        detail=detail_of(item),
        trailing=time_of_day(local_time(item.at, session.utc_offset_min)),
        icon=icon_of(item),
        badge="VIRTUAL" if item.is_virtual else "",
    )


def _run_row(session: Session, run: RunOfTest, unit: ForceUnit) -> Row:
    at = local_time(run.started_at, session.utc_offset_min)
    bests = [
        f"{side.value[0].upper()} {force(best, unit)}"
        for side in Side
        if (best := run.best(side)) is not None
    ]
    return Row(
        test_name(run.test_id),
        run.set_id,
        detail=", ".join(bests) or "no repetition",
        trailing=time_of_day(at),
        icon="test",
        badge="VIRTUAL" if run.is_virtual else "",
        hint=run.how,
    )


def _treatment_row(session: Session, treatment: Treatment) -> Row:
    at = local_time(treatment.started_at, session.utc_offset_min)
    where = " ".join(p for p in (treatment.side or "", plain(treatment.site)) if p)
    wrong = "adverse event, " if adverse_words(treatment) else ""
    return Row(
        NAMES[treatment.modality],
        treatment.id,
        detail=f"{wrong}{clock(treatment.actual_s)} min{', ' + where if where else ''}",
        trailing=time_of_day(at),
        icon="treatment",
        badge="VIRTUAL" if treatment.is_virtual else "",
    )

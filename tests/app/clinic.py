"""A small clinic on disk: one person, one visit with a bilateral test, a pair, and a treatment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np

from data.analysis.trial import analyse
from data.analysis.types import AnalysisOptions, Side
from data.clinical.catalogue import tests
from data.ids import uuid7
from data.records import Session, Trial
from data.store import Store
from data.trials import net_curve
from devices.types import ForceBlock
from tests import builders

LEFT, RIGHT = Side.LEFT, Side.RIGHT


@dataclass(frozen=True, slots=True)
class Clinic:
    path: Path
    person_id: UUID
    session: Session
    trials: tuple[Trial, ...]
    treatment_id: UUID


def make_clinic(path: Path, name: str = "Alex Morgan", *, visits: int = 1) -> Clinic:
    """`visits` visits three weeks apart; the last one is returned."""
    store = Store(path)
    try:
        person = store.people.add(replace(builders.person(name), id=uuid7()))
        clinic: Clinic | None = None
        for k in range(visits):
            at = builders.START - timedelta(days=21 * (visits - 1 - k))
            clinic = _visit(store, path, person.id, at)
        assert clinic is not None
        return clinic
    finally:
        store.close()


def _visit(store: Store, path: Path, person_id: UUID, at: datetime) -> Clinic:
    session = store.sessions.open(person_id, at, 60, "K. Brandt")
    both = _trial(store, session, (LEFT, RIGHT), "nordic.bil", [(310, 262), (322, 268)], uuid7())
    pair = uuid7()
    left = _trial(store, session, (LEFT,), "ham.iso9020", [(300,), (290,)], pair)
    right = _trial(store, session, (RIGHT,), "ham.iso9020", [(240,), (255,)], pair)
    treatment = replace(
        builders.ultrasound(),
        id=uuid7(),
        session_id=session.id,
        person_id=person_id,
        started_at=at + timedelta(minutes=30),
    )
    store.treatments.save(treatment)
    return Clinic(path, person_id, session, (both, left, right), treatment.id)


def _trial(
    store: Store,
    session: Session,
    sides: tuple[Side, ...],
    test_id: str,
    peaks: list[tuple[float, ...]],
    set_id: UUID,
) -> Trial:
    curve = builders.nordic_curve(peaks, sides)
    header = replace(
        builders.header(*sides, test_id=test_id),
        id=uuid7(),
        session_id=session.id,
        person_id=session.person_id,
        set_id=set_id,
        started_at=session.started_at,
    )
    # The host's zero of the header: what the device sends still has it.
    raw = curve.force + 12.5
    block = ForceBlock(np.round(curve.t * 1e6).astype(np.int64), raw, 0)
    net = net_curve(header, [block], (), ())
    options = AnalysisOptions(body_mass_kg=header.body_mass_kg, lever_m=header.lever_m)
    trial = Trial(
        header=header,
        state=builders.TrialState.COMPLETE,
        samples=len(curve.t),
        lost=0,
        rate_hz=1000.0,
        duration_s=float(curve.t[-1]),
        gaps=(),
        analysis=analyse(net, tests()[test_id], options),
    )
    return store.trials.save(trial, [block])

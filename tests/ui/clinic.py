"""A small clinic with real records: real curves, analysed and stored, on fixed days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np

from data.analysis.trial import analyse
from data.analysis.types import Side
from data.clinical.catalogue import tests
from data.clinical.dose import ultrasound_dose
from data.episodes import Episode, Event, EventKind, SignedCriterion, StageChange, TypedValue
from data.ids import uuid7
from data.intake import analysis_options
from data.journal import JournalWriter
from data.records import (
    DoseValue,
    Person,
    Session,
    Stage,
    Trial,
    TrialChannel,
    TrialHeader,
    TrialState,
)
from data.store import Store
from data.trials import net_curve
from devices.modality import Origin
from devices.types import (
    ChannelCalibration,
    DeviceInfo,
    ForceBlock,
    Gap,
    Position,
    Zero,
)
from tests.builders import ultrasound

NOW = datetime(2026, 11, 18, 9, 40, tzinfo=UTC)
LONG_NAME = "Maximiliana Konstantinopolitanska-Wolfeschlegelsteinhausenberg"
_ZERO = Zero(12.0, 0.4, 0.0, 1000, 1.0)


@dataclass(frozen=True, slots=True)
class Clinic:
    """Where the records are, and the ids of what tests look at."""

    path: Path
    athlete: UUID
    newcomer: UUID
    long_name: UUID
    visit: UUID
    nordic: UUID
    hamstring: UUID
    empty_visit: UUID


def furnish(path: Path, now: datetime = NOW) -> Clinic:
    """Make the clinic: one athlete with six visits, one without any, one with a long name."""
    store = Store(path)
    athlete = store.people.add(
        Person(
            uuid7(),
            "Alex Morgan",
            now,
            born=date(1998, 7, 2),
            body_mass_kg=78.0,
            dominant=Side.RIGHT,
            injured=Side.RIGHT,
            injury="hamstring, biceps femoris",
            injured_on=(now - timedelta(days=37)).date(),
            stage=Stage.FUNCTIONAL,
            team="First team",
        )
    )
    newcomer = store.people.add(Person(uuid7(), "Noor El-Amin", now, team="U19"))
    long_name = store.people.add(
        Person(uuid7(), LONG_NAME, now, born=date(2001, 2, 28), body_mass_kg=64.5)
    )
    for name in ("Bo Lindqvist", "Chidi Okafor", "Dana Weiss", "Émile Roux", "Fatou Diallo"):
        store.people.add(Person(uuid7(), name, now, team="First team"))
    for days, left, right in (
        (120, 352, 361),
        (63, 365, 370),
        (30, 341, 214),
        (21, 348, 251),
        (9, 352, 289),
    ):
        then = now - timedelta(days=days)
        session = store.sessions.open(athlete.id, then, 60, "K. Brandt")
        _nordic(store, session, athlete, then, left, right)
        if days in (30, 21):
            _treat(store, session, then + timedelta(minutes=20))
        store.sessions.end(session.id, then + timedelta(minutes=45))
    _episode(store, athlete, now)
    session = store.sessions.open(athlete.id, now - timedelta(minutes=35), 60, "K. Brandt")
    nordic = _nordic(store, session, athlete, now - timedelta(minutes=25), 358, 318)
    hamstring = uuid7()
    for minutes, side, peak in ((15, Side.LEFT, 262), (12, Side.RIGHT, 236)):
        at = now - timedelta(minutes=minutes)
        _hold(store, session, athlete, at, side, peak, hamstring)
    _treat(store, session, now - timedelta(minutes=5))
    empty = store.sessions.open(newcomer.id, now - timedelta(minutes=8), 60, "K. Brandt")
    store.close()
    return Clinic(
        path, athlete.id, newcomer.id, long_name.id, session.id, nordic, hamstring, empty.id
    )


def furnish_squad(clinic: Clinic, now: datetime = NOW) -> None:
    """A test morning half done: earlier Nordic tests of the team, some of today; once only."""
    store = Store(clinic.path)
    team = [person for person in store.people.all() if person.team == "First team"]
    others = [person for person in team if person.id != clinic.athlete]
    if any(store.trials.of_person(person.id) for person in others):
        store.close()
        return
    results = (
        ((60, 330, 341), (20, 344, 339), (0, 352, 348)),
        ((55, 402, 371), (13, 399, 312)),
        ((61, 288, 301), (0, 312, 309)),
        ((24, 366, 372),),
        (),
    )
    for person, done in zip(others, results, strict=True):
        weighed = store.people.update(replace(person, body_mass_kg=60.0 + len(person.name)))
        for days, left, right in done:
            at = now - timedelta(days=days, minutes=30)
            session = store.sessions.open(weighed.id, at, 60, "K. Brandt")
            _nordic(store, session, weighed, at, left, right)
            store.sessions.end(session.id, at + timedelta(minutes=10))
    store.close()


def _episode(store: Store, athlete: Person, now: datetime) -> None:
    """The athlete's injury with its stages, what was signed, typed in, and what happened since."""
    today = now.date()
    episode = Episode(
        id=uuid7(),
        at=now - timedelta(days=36),
        person_id=athlete.id,
        by="K. Brandt",
        injured_on=today - timedelta(days=37),
        structure="hamstring, biceps femoris",
        sides=(Side.RIGHT,),
        mechanism="sprint, late swing",
        classification="BAMIC 2b",
        ladder="hamstring",
        stages=tuple(
            StageChange(stage, today - timedelta(days=days), "K. Brandt")
            for stage, days in (
                (Stage.ACUTE, 37), (Stage.STRENGTHENING, 30), (Stage.FUNCTIONAL, 12),
            )
        ),
    )  # fmt: skip
    store.episodes.save(episode)
    for days, kind, pain in (
        (70, EventKind.MATCH, None), (63, EventKind.MATCH, None), (37, EventKind.MATCH, None),
        (36, EventKind.PAIN, 7), (30, EventKind.PAIN, 4), (21, EventKind.PAIN, 2),
        (9, EventKind.PAIN, 1), (10, EventKind.TRAINING, None), (5, EventKind.TRAINING, None),
        (3, EventKind.TRAINING, None), (1, EventKind.PAIN, 0),
    ):  # fmt: skip
        at = now - timedelta(days=days)
        store.events.save(Event(id=uuid7(), at=at, person_id=athlete.id, kind=kind, pain=pain))
    for measure, value, unit, side in (
        ("pain.walk", 0, "NRS 0-10", None),
        ("bridge.single", 22, "repetitions", Side.RIGHT),
        ("bridge.single", 27, "repetitions", Side.LEFT),
        ("rom.aker", 152, "°", Side.RIGHT),
        ("rom.aker", 158, "°", Side.LEFT),
    ):
        store.typed_values.save(
            TypedValue(
                id=uuid7(),
                at=now - timedelta(days=2),
                person_id=athlete.id,
                episode_id=episode.id,
                by="K. Brandt",
                measure_id=measure,
                value=value,
                unit=unit,
                side=side,
            )
        )
    store.signed_criteria.save(
        SignedCriterion(
            id=uuid7(),
            at=now - timedelta(days=20),
            person_id=athlete.id,
            episode_id=episode.id,
            by="K. Brandt",
            note="walks and climbs stairs freely",
            criterion_id="pain-walking",
            seen="Pain in walking: 0 NRS 0-10",
        )
    )


def nordic_force(peaks: Sequence[tuple[float, float]], seed: int = 1) -> np.ndarray:
    """Both limbs at 1000 Hz: slow lowering for 3 s, sharp fall, quiet between; ``(n, 2) N``."""
    t = np.arange(0.0, 3.0 + 7.0 * len(peaks), 0.001)
    force = np.zeros((len(t), 2))
    for k, pair in enumerate(peaks):
        x = t - (2.0 + 7.0 * k)
        rise = np.where((x >= 0) & (x < 3.0), np.clip(x / 3.0, 0, 1) ** 1.6, 0.0)
        fall = np.where((x >= 3.0) & (x < 3.15), 1 - (x - 3.0) / 0.15, 0.0)
        force += (rise + fall)[:, None] * np.asarray(pair)
    tremor = 1 + 0.012 * np.sin(2 * np.pi * 9 * t)[:, None]
    return force * tremor + np.random.default_rng(seed).normal(0, 0.6, force.shape)


def hold_force(peak: float, reps: int = 3, seed: int = 2) -> np.ndarray:
    """One limb at 80 Hz: holds of 4 s with a rise of 0.4 s; ``(n, 1) N``."""
    t = np.arange(0.0, 3.0 + 8.0 * reps, 1 / 80)
    force = np.zeros(len(t))
    for k in range(reps):
        x = t - (2.0 + 8.0 * k)
        plateau = np.clip(x / 0.4, 0, 1) * np.clip((4.0 - x) / 0.2, 0, 1)
        force += plateau * peak * (1 - 0.03 * k) * (1 - 0.015 * np.clip(x, 0, 4))
    return (force + np.random.default_rng(seed).normal(0, 0.8, len(t)))[:, None]


def _nordic(
    store: Store, session: Session, person: Person, at: datetime, left: float, right: float
) -> UUID:
    force = nordic_force([(left * 0.94, right * 0.95), (left, right), (left * 0.97, right * 0.93)])
    header = _header(session, person, at, "nordic.bil", "onb", (Side.LEFT, Side.RIGHT), uuid7())
    _save(store, header, force, 1000.0)
    return header.set_id


def _hold(
    store: Store,
    session: Session,
    person: Person,
    at: datetime,
    side: Side,
    peak: float,
    set_id: UUID,
) -> None:
    header = _header(session, person, at, "ham.iso9020", "progressor", (side,), set_id)
    _save(store, header, hold_force(peak), 80.0)


def _save(store: Store, header: TrialHeader, force: np.ndarray, rate_hz: float) -> Trial:
    t_us = np.round(np.arange(len(force)) * 1e6 / rate_hz).astype(np.int64)
    blocks = [ForceBlock(t_us, force + 12.0, 0)]
    gaps: tuple[Gap, ...] = ()
    curve = net_curve(header, blocks, gaps, ())
    results = analyse(curve, tests()[header.test_id], analysis_options(header))
    trial = Trial(
        header=header,
        state=TrialState.COMPLETE,
        samples=len(force),
        lost=0,
        rate_hz=rate_hz,
        duration_s=float(t_us[-1]) / 1e6,
        gaps=gaps,
        analysis=results,
    )
    return store.trials.save(trial, blocks)


def _treat(store: Store, session: Session, at: datetime) -> None:
    store.treatments.save(
        replace(
            ultrasound(),
            id=uuid7(),
            session_id=session.id,
            person_id=session.person_id,
            started_at=at,
            ended_at=at + timedelta(minutes=5),
            dose={
                key: DoseValue(dose.value, dose.unit, dose.method, Origin.DERIVED, dose.reason)
                for key, dose in ultrasound_dose(1.0, 0.2, 5.0, 300.0, 10.0).items()
            },
        )
    )


def _header(
    session: Session,
    person: Person,
    at: datetime,
    test_id: str,
    model: str,
    sides: tuple[Side, ...],
    set_id: UUID,
) -> TrialHeader:
    positions = (Position.LEFT, Position.RIGHT) if len(sides) == 2 else (Position.SINGLE,)
    name = "Open Nordic Board" if model == "onb" else "Progressor_7125"
    return TrialHeader(
        id=uuid7(),
        session_id=session.id,
        person_id=person.id,
        set_id=set_id,
        test_id=test_id,
        started_at=at,
        utc_offset_min=60,
        device_model=model,
        device=DeviceInfo(model, name, serial="0042", firmware="1.3.0"),
        link="serial:/dev/ttyUSB0",
        is_virtual=True,
        nominal_rate_hz=1000.0 if model == "onb" else 80.0,
        channels=tuple(
            TrialChannel(
                position,
                side,
                2000.0,
                0.05,
                _ZERO,
                ChannelCalibration(uncertainty_percent=0.5, calibrated_on="2026-01-08"),
            )
            for position, side in zip(positions, sides, strict=True)
        ),
        allows_rfd=model == "onb",
        body_mass_kg=person.body_mass_kg,
        injured=person.injured,
        dominant=person.dominant,
        program_version="0.1.0",
    )


def left_behind(clinic: Clinic, now: datetime = NOW) -> Path:
    """The capture file of a Nordic test that a killed program left: no end, nothing stored."""
    store = Store(clinic.path)
    person, session = store.people.get(clinic.newcomer), store.sessions.get(clinic.empty_visit)
    at = now - timedelta(minutes=3)
    header = _header(session, person, at, "nordic.bil", "onb", (Side.LEFT, Side.RIGHT), uuid7())
    store.captures.mkdir(parents=True, exist_ok=True)
    writer = JournalWriter.create(store.captures, header)
    force = nordic_force([(300, 280), (310, 290), (305, 285)])
    t_us = np.arange(len(force), dtype=np.int64) * 1000
    for start in range(0, len(force), 20):
        part = slice(start, start + 20)
        writer.append(ForceBlock(t_us[part], force[part] + 12.0, start))
    writer.close()
    store.close()
    return writer.path

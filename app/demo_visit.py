"""One scripted visit through the real window, off screen: devices are virtual, all else is real."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QTimer

from app.cli.errors import CommandError
from app.navigation import StartTest
from app.test_session import TestSession
from app.window import Window
from app.workflow import Step
from app.workplace import Workplace
from data.analysis.types import Side
from data.clinical.dose import ultrasound_dose
from data.ids import uuid7
from data.records import DoseValue, Person, Session, Stage, Treatment
from data.store import Store
from devices.modality import Modality, Origin, UltrasoundSettings
from devices.types import LinkState

T = TypeVar("T")
Say = Callable[[str], None]

PATIENCE_S = 50.0
_PICTURE_N = 250.0  # well into a repetition of the demo's athlete
_LOOK_MS = 10


@dataclass(frozen=True, slots=True)
class DemoVisit:
    """What the script left behind."""

    person: Person
    session: Session
    live_picture: Path


class DemoScript:
    """Presses the keys that a physio would press; waits for the screen as a person does."""

    def __init__(self, window: Window, folder: Path, say: Say) -> None:
        self._window = window
        self._folder = folder
        self._say = say

    def run(self) -> DemoVisit:
        """Raises `CommandError` when something that must happen does not."""
        self._until(lambda: self._is_ready(), "the virtual devices")
        athlete, session = self._store(_begin_visit)
        self._window.desk.set_person(athlete)
        self._say("Nordic curl, both limbs, on the force board")
        picture = self._folder / "live.png"
        self._do_test(athlete, session, "nordic.bil", picture)
        self._say("isometric hamstring test on the pull dynamometer, one limb after the other")
        self._do_test(athlete, session, "ham.iso9020", None)
        self._say("TENS, read from the connected unit")
        self._keep_tens(athlete, session)
        self._say("ultrasound, typed in")
        self._store(lambda store: store.treatments.save(_typed_ultrasound(athlete, session)))
        return DemoVisit(athlete, session, picture)

    def _do_test(
        self, athlete: Person, session: Session, test_id: str, picture: Path | None
    ) -> None:
        self._window.desk.start_test.emit(StartTest(athlete, session, test_id))
        run = self._workplace.run
        assert run is not None
        self._until(lambda: run.view.step is Step.READY, "the zero")
        run.start_stop()
        if picture is not None:
            self._until(lambda: _pulled_n(run) > _PICTURE_N, "the first pull")
            self._window.frame.grab().save(str(picture))
        self._until(lambda: run.view.step in (Step.NEXT_LIMB, Step.RESULT), "the repetitions")
        if run.view.step is Step.NEXT_LIMB:
            run.start_stop()
            self._until(lambda: run.view.step is Step.RESULT, "the other limb")
        if not run.view.is_saved:
            raise CommandError(f"The trial of {test_id} was not stored. Its capture file is kept.")
        run.accept()

    def _keep_tens(self, athlete: Person, session: Session) -> None:
        pool = self._workplace.pool
        assert pool is not None
        unit = next(iter(pool.units.values()))
        self._until(lambda: unit.device.log.is_over, "the end of the TENS treatment")
        treatment = unit.treatment(session.id, athlete.id, site="posterior thigh", side=Side.RIGHT)
        self._store(lambda store: store.treatments.save(treatment))

    def _is_ready(self) -> bool:
        workplace = self._window.workplace
        pool = workplace.pool if workplace is not None else None
        if pool is None or not self._window.store.is_open:
            return False
        stations = list(pool.stations.values())
        streaming = [s for s in stations if s.device.state is LinkState.STREAMING]
        return len(streaming) == 2 and len(pool.units) == 1

    @property
    def _workplace(self) -> Workplace:
        workplace = self._window.workplace
        assert workplace is not None
        return workplace

    def _store(self, work: Callable[[Store], T]) -> T:
        future: Future[T] = self._window.store.submit(work)
        self._until(future.done, "the store")
        return future.result()

    def _until(self, is_so: Callable[[], bool], what: str) -> None:
        """Let the window live until it is so."""
        deadline = time.monotonic() + PATIENCE_S
        loop = QEventLoop()
        timer = QTimer()
        timer.setInterval(_LOOK_MS)
        timer.timeout.connect(lambda: loop.quit() if is_so() or _is_late(deadline) else None)
        timer.start()
        loop.exec()
        timer.stop()
        if not is_so():
            raise CommandError(
                f"{what.capitalize()} did not come within {PATIENCE_S:.0f} s. "
                f"What was recorded is in {self._folder}. Try again on a quieter machine."
            )


def _is_late(deadline: float) -> bool:
    return time.monotonic() > deadline


def _pulled_n(run: TestSession) -> float:
    """Force now, of the stronger limb, N."""
    if run.trace is None or not run.trace.count or run.view.rep_started_s is None:
        return 0.0
    _, force = run.trace.view()
    return float(force[-20:].mean(axis=0).max())


def _begin_visit(store: Store) -> tuple[Person, Session]:
    now = datetime.now(UTC)
    athlete = store.people.add(
        Person(
            id=uuid7(),
            name="Demo Athlete",
            created_at=now,
            born=date(1998, 4, 12),
            body_mass_kg=78.0,
            dominant=Side.RIGHT,
            injured=Side.RIGHT,
            injury="hamstring, biceps femoris",
            injured_on=now.date(),
            stage=Stage.STRENGTHENING,
        )
    )
    offset = now.astimezone().utcoffset()
    minutes = round(offset.total_seconds() / 60) if offset else 0
    return athlete, store.sessions.open(athlete.id, now, minutes, "Demo Physio")


def _typed_ultrasound(athlete: Person, session: Session) -> Treatment:
    intensity, duty, era, seconds, area = 1.0, 0.2, 5.0, 300.0, 10.0
    numbers = ultrasound_dose(intensity, duty, era, seconds, area)
    now = datetime.now(UTC)
    return Treatment(
        id=uuid7(),
        session_id=session.id,
        person_id=athlete.id,
        modality=Modality.ULTRASOUND,
        source=Origin.ENTERED,
        started_at=now,
        utc_offset_min=session.utc_offset_min,
        ended_at=None,
        site="posterior thigh, mid-belly",
        side=Side.RIGHT,
        planned_s=seconds,
        actual_s=seconds,
        settings=(
            UltrasoundSettings(
                head=1,
                frequency_mhz=1.0,
                intensity_w_cm2=intensity,
                intensity_is_sata=False,
                duty=duty,
                pulse_repetition_hz=100.0,
                era_cm2=era,
            ),
        ),
        dose={
            key: DoseValue(n.value, n.unit, n.method, Origin.DERIVED, n.reason)
            for key, n in numbers.items()
        },
        area_cm2=area,
        pain_before=4,
        pain_after=3,
    )

"""The treatment that runs now, whatever page is shown, and those that an earlier run left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from app.plain_text import plain
from app.units import local_offset_min
from data.clinical.modalities import number_of
from data.errors import StoreError
from data.ids import uuid7
from data.records import Session, Treatment
from data.store import Store
from data.treatment_course import Course
from data.treatment_draft import Draft
from data.treatment_journal import (
    OpenTreatment,
    StartedTreatment,
    finish,
    open_treatments,
    read_treatment,
    resume,
)
from data.treatment_timer import TreatmentTimer

_LOOK_MS = 1000


class RunningTreatment(QObject):
    """One at a time. `changed` when it begins, pauses, goes on and ends.

    `asks` says what it asks for while another page is shown: a check, or that its time is over.
    """

    changed = Signal()
    asks = Signal(str)

    def __init__(self, now: Callable[[], datetime], parent: QObject) -> None:
        super().__init__(parent)
        self._now = now
        self.clock: Callable[[], float] = time.monotonic
        self.timer: TreatmentTimer | None = None
        self.is_in_sight = False
        self._name = ""
        self._asked = (0, False)
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._ask)

    @property
    def words(self) -> str:
        """What runs and for whom: ``TENS, Alex Morgan``"""
        return f"{self.timer.draft.form.name}, {self._name}" if self.timer else ""

    @property
    def session_id(self) -> UUID | None:
        return self.timer.started.session_id if self.timer else None

    def start(self, folder: Path, draft: Draft, session: Session, name: str) -> None:
        """Begin now; its file is made in `folder`, that of the captures. `name` is on the screen
        alone."""
        now = self._now()
        course = Course(now, local_offset_min(now), 0.0)
        started = StartedTreatment(uuid7(), session.id, session.person_id, draft, course)
        self._begin(TreatmentTimer.start(folder, started, self.clock), name)

    def go_on(self, timer: TreatmentTimer, name: str) -> None:
        """With one that an earlier run of the program left (`go_on_with`)."""
        self._begin(timer, name)

    def _begin(self, timer: TreatmentTimer, name: str) -> None:
        self.timer, self._name, self._asked = timer, plain(name), (0, False)
        self._look.start()
        self.changed.emit()

    def _ask(self) -> None:
        """Each thing once; again when the page of the treatment was left with it undone."""
        timer = self.timer
        if timer is None or timer.is_ended or self.is_in_sight:
            self._asked = (0, False)
            return
        planned = number_of(timer.now("planned_min"))
        is_over = bool(planned) and timer.on_s >= 60 * (planned or 0.0)
        asked = (timer.checks_due, is_over)
        if asked != self._asked and any(asked) and not timer.is_paused:
            words = "look at the skin and ask how it feels" if timer.checks_due else ""
            over = "the planned time is over" if is_over else ""
            self.asks.emit(f"{self.words}: {' and '.join(filter(None, (over, words)))}.")
        self._asked = asked

    def toggle(self) -> None:
        """Pause, or go on."""
        if self.timer is None:
            return
        if self.timer.is_paused:
            self.timer.resume()
        else:
            self.timer.pause()
        self.changed.emit()

    def end(self) -> None:
        """It is over; it stays here until it is stored or `let_go`."""
        if self.timer is not None:
            self.timer.end()
            self.changed.emit()

    def let_go(self) -> None:
        """It is stored."""
        self.timer = None
        self._look.stop()
        self.changed.emit()

    def close(self) -> None:
        """The window closes: what runs is offered at the next start."""
        self._look.stop()
        if self.timer is not None:
            self.timer.close()
            self.timer = None


@dataclass(frozen=True, slots=True)
class LeftTreatment:
    """A treatment that was running when the program ended, and whose it is."""

    found: OpenTreatment
    name: str


def left_treatments(store: Store) -> tuple[LeftTreatment, ...]:
    """In the store's thread."""
    return tuple(
        LeftTreatment(found, _name_of(store, found.started.person_id))
        for found in open_treatments(store.captures)
    )


def _name_of(store: Store, person_id: UUID) -> str:
    try:
        return store.people.get(person_id).name
    except StoreError:
        return "an athlete of another database"


def keep_left(store: Store, found: OpenTreatment) -> Treatment:
    """Store it up to where it was known, in the store's thread."""
    return finish(store, found.path)


def go_on_with(found: OpenTreatment, now: datetime, *, went_on: bool) -> TreatmentTimer:
    """In the store's thread: a file is written."""
    journal = resume(found, now, went_on=went_on)
    return TreatmentTimer.go_on(read_treatment(journal.path).started, journal)

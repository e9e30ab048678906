"""A program that runs treatments until it is killed; run in a process of its own."""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime
from pathlib import Path

from data.ids import uuid7
from data.records import Session
from data.store import Store
from data.treatment_course import Course
from data.treatment_draft import new_draft
from data.treatment_journal import StartedTreatment
from data.treatment_record import MarkKind
from data.treatment_timer import TreatmentTimer
from devices.modality import Modality
from tests.data import samples


def started_treatment(session: Session, began: datetime | None = None) -> StartedTreatment:
    draft = new_draft(Modality.TENS).with_value("amplitude_ma", 0.0).with_value("site", "calf")
    course = Course(began or datetime.now(UTC), 60, 0.0)
    return StartedTreatment(uuid7(), session.id, session.person_id, draft, course)


def treat_until_killed(folder: Path, seed: int) -> None:
    """Notes in a file, each time on the clock that all processes share, what it has done."""
    source = random.Random(seed)
    said = os.open(folder / "said", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    store = Store(folder / "x.db")
    session = samples.visit(store)
    started = started_treatment(session)
    timer = TreatmentTimer.start(store.captures, started)
    os.write(said, f"{time.monotonic()} begun 0\n".encode())
    number = 0
    while True:
        time.sleep(source.uniform(0.01, 0.2))
        number += 1
        match source.randrange(4):
            case 0:
                timer.pause()
                timer.resume()
            case 1:
                timer.mark(MarkKind.NOTE, f"{number}")
            case _:
                timer.turn("amplitude_ma", float(number))
        os.write(said, f"{time.monotonic()} did {number}\n".encode())

"""The file of a connected treatment: as the unit tells it, on disk within a second."""

from __future__ import annotations

import time
from pathlib import Path

from data.records import Treatment
from data.treatment_course import Course
from data.treatment_draft import new_draft
from data.treatment_journal import StartedTreatment, TreatmentJournal
from data.treatment_timer import JournalThread

EVERY_S = 0.5


class UnitJournal:
    """Belongs to the devices thread; the file is written by a thread of its own.

    It begins with the first `hear`. Left without `discard`, the treatment is offered at the next
    start of the program, as far as the unit was heard.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: JournalThread | None = None
        self._next_s = 0.0

    @property
    def is_due(self) -> bool:
        return time.monotonic() >= self._next_s

    def hear(self, told: Treatment, elapsed_s: float) -> None:
        """The record as the unit has filled it by now."""
        self._next_s = time.monotonic() + EVERY_S
        if self._file is None:
            started = _started(told)
            self._file = JournalThread(
                lambda: TreatmentJournal.create(self._folder, started), _nothing
            )
        self._file.put(lambda journal: journal.told(told, elapsed_s))

    def over(self, elapsed_s: float) -> None:
        """What was heard last was the whole of it."""
        if self._file is not None:
            self._file.put(lambda journal: journal.over(elapsed_s))

    def close(self) -> None:
        """Let go; the file stays for the next start."""
        if self._file is not None:
            self._file.close()

    def discard(self) -> None:
        """The treatment is stored, or nobody wants it."""
        self.close()
        if self._file is not None and self._file.path is not None:
            self._file.path.unlink(missing_ok=True)
        self._file = None


def _started(told: Treatment) -> StartedTreatment:
    course = Course(told.started_at, told.utc_offset_min, 0.0)
    draft = new_draft(told.modality)
    return StartedTreatment(told.id, told.session_id, told.person_id, draft, course)


def _nothing(_journal: TreatmentJournal) -> None:
    return

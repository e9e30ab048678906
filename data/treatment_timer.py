"""The clock of a running treatment: what happens is in its file at once, nobody waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue

from data.clinical.modalities import Plain, channel_of, field_id
from data.errors import JournalWriteError
from data.treatment_course import Course
from data.treatment_draft import Draft
from data.treatment_journal import StartedTreatment, TreatmentJournal
from data.treatment_record import MarkKind, Stretch, TreatmentMark, Value
from devices.modality import Origin, SettingChange

__all__ = ["JournalThread", "TreatmentTimer"]

BEAT_S = 0.5
_Write = Callable[[TreatmentJournal], None]


class JournalThread:
    """Writes one treatment's file in a thread of its own: what is `put` returns at once.

    `beat` is written where nothing else came for half a second. `problem` says why the file cannot
    be written any more.
    """

    def __init__(self, open_journal: Callable[[], TreatmentJournal], beat: _Write) -> None:
        self.problem: JournalWriteError | None = None
        self.path: Path | None = None
        self._beat = beat
        self._tasks: SimpleQueue[_Write | None] = SimpleQueue()
        self._thread = threading.Thread(
            target=self._run, args=(open_journal,), name="treatment-journal", daemon=True
        )
        self._thread.start()

    def put(self, write: _Write) -> None:
        self._tasks.put(write)

    def close(self) -> None:
        """Let go of the file when all is written; waits for that, milliseconds."""
        self._tasks.put(None)
        self._thread.join()

    def _run(self, open_journal: Callable[[], TreatmentJournal]) -> None:
        try:
            journal = open_journal()
        except JournalWriteError as error:
            self.problem = error
            return
        self.path = journal.path
        beat_at = time.monotonic() + BEAT_S
        while True:
            try:
                write = self._tasks.get(timeout=max(beat_at - time.monotonic(), 0.0))
            except Empty:
                write = self._beat
                beat_at = time.monotonic() + BEAT_S
            if write is None:
                break
            try:
                write(journal)
            except JournalWriteError as error:
                self.problem = error
        journal.close()


class TreatmentTimer:
    """Belongs to one thread, the one that draws; the file is written by a thread of its own.

    `start` begins a treatment, `go_on` continues one from `data.treatment_journal.resume`. Every
    call returns at once. `problem` says why the file cannot be written any more; the treatment and
    its timer go on. After `end`, give `path` to `data.treatment_journal.finish` in the store's
    thread. `close` leaves the file for the next start.
    """

    def __init__(
        self,
        started: StartedTreatment,
        open_journal: Callable[[], TreatmentJournal],
        clock: Callable[[], float],
    ) -> None:
        self.started = started
        self.draft = started.draft
        self._course = replace(started.course, is_timed=True)
        self._clock = clock
        self._zero_s = clock() - started.course.elapsed_s
        self._ended_s: float | None = None
        self._file = JournalThread(open_journal, self._beat)

    @classmethod
    def start(
        cls,
        folder: Path,
        started: StartedTreatment,
        clock: Callable[[], float] = time.monotonic,
    ) -> TreatmentTimer:
        """Begin now; the file is made in `folder`, the store's `captures`."""
        return cls(started, lambda: TreatmentJournal.create(folder, started), clock)

    @classmethod
    def go_on(
        cls,
        started: StartedTreatment,
        journal: TreatmentJournal,
        clock: Callable[[], float] = time.monotonic,
    ) -> TreatmentTimer:
        """Continue; `started` is that of the resumed file (`read_treatment(journal.path)`)."""
        return cls(started, lambda: journal, clock)

    @property
    def path(self) -> Path | None:
        """The file; None where none could be made, and until it is."""
        return self._file.path

    @property
    def problem(self) -> JournalWriteError | None:
        return self._file.problem

    @property
    def elapsed_s(self) -> float:
        """Since the beginning, pauses included."""
        return self._clock() - self._zero_s if self._ended_s is None else self._ended_s

    @property
    def on_s(self) -> float:
        """Without the pauses: what a clinic's timer shows."""
        return self.course.on_s

    @property
    def is_ended(self) -> bool:
        return self._ended_s is not None

    @property
    def is_paused(self) -> bool:
        pauses = self._course.pauses
        return self._ended_s is None and bool(pauses) and pauses[-1].end_s is None

    @property
    def course(self) -> Course:
        """Up to now."""
        return replace(self._course, elapsed_s=self.elapsed_s)

    @property
    def checks_due(self) -> int:
        """How many of the modality's checks lie behind and were not done."""
        minutes = self.started.draft.form.checks_min
        done = sum(mark.kind is MarkKind.CHECK for mark in self._course.marks)
        return max(sum(60 * minute <= self.on_s for minute in minutes) - done, 0)

    @property
    def next_check_s(self) -> float | None:
        """Until the next check by the time that is on; None after the last."""
        left = [60 * minute - self.on_s for minute in self.started.draft.form.checks_min]
        return min((each for each in left if each > 0), default=None)

    def turn(self, key: str, value: Plain, by: str = "clinician") -> None:
        """A setting is turned now; ``draft`` keeps the settings of the beginning."""
        field = self.started.draft.form.field(key)
        old = self.now(key)
        at_s = self.elapsed_s
        change = SettingChange(
            at_s, channel_of(key), field_id(key), _logged(old), _logged(value), field.unit, by
        )
        self._course = replace(self._course, changes=(*self._course.changes, change))
        self._put(lambda journal: journal.changed(change))

    def now(self, key: str) -> Plain | None:
        """The value of a setting as it was turned last."""
        for change in reversed(self._course.changes):
            if (change.parameter, change.channel) == (field_id(key), channel_of(key)):
                return change.new
        given = self.draft.values.get(key)
        return None if given is None else given.value

    def pause(self) -> None:
        if not self.is_paused and self._ended_s is None:
            at_s = self.elapsed_s
            pauses = (*self._course.pauses, Stretch(at_s))
            self._course = replace(self._course, pauses=pauses)
            self._put(lambda journal: journal.paused(at_s))

    def resume(self) -> None:
        if self.is_paused:
            at_s = self.elapsed_s
            *before, last = self._course.pauses
            pauses = (*before, replace(last, end_s=at_s))
            self._course = replace(self._course, pauses=pauses)
            self._put(lambda journal: journal.resumed(at_s))

    def mark(self, kind: MarkKind, text: str = "", pain: int | None = None) -> None:
        """A check was done, something was seen, or pain was rated."""
        mark = TreatmentMark(self.elapsed_s, kind, text, pain)
        self._course = replace(self._course, marks=(*self._course.marks, mark))
        self._put(lambda journal: journal.marked(mark))
        if kind is MarkKind.PAIN and pain is not None and "pain_during" in self.draft.form:
            unit = self.draft.form.field("pain_during").unit
            values = {**self.draft.values, "pain_during": Value(pain, unit, Origin.ENTERED)}
            self.fill(replace(self.draft, values=values))

    def fill(self, draft: Draft) -> None:
        """The form was filled in further; settings that were turned belong to `turn`."""
        self.draft = draft
        self._put(lambda journal: journal.drafted(draft))

    def end(self) -> None:
        """The treatment is over. Waits for the file, milliseconds."""
        if self._ended_s is None:
            self._ended_s = at_s = self.elapsed_s
            self._put(lambda journal: journal.end(at_s))
        self.close()

    def close(self) -> None:
        """Let go of the file: without `end` before, it is offered at the next start."""
        self._file.close()

    def _put(self, write: _Write) -> None:
        self._file.put(write)

    def _beat(self, journal: TreatmentJournal) -> None:
        if self._ended_s is None:
            journal.beat(self.elapsed_s)


def _logged(value: Plain | None) -> float | str | None:
    """As a log of changes keeps it: yes and no as words."""
    return ("yes" if value else "no") if isinstance(value, bool) else value

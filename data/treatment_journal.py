"""The file of a running treatment: every event is on disk when it happens, its clock each second.

`TreatmentJournal` writes it, `open_treatments` finds what an earlier run of the program left,
`resume` goes on with it and `finish` makes the stored record of it. The file is removed only when
the record was read back.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from pathlib import Path
from uuid import UUID

from data.errors import DamagedJournalError, DamagedRecordError, JournalInUseError
from data.frames import Frame, FrameFile, is_being_written, read_frames
from data.records import Treatment
from data.store import Store
from data.treatment_course import Course
from data.treatment_draft import Draft, treatment_of, with_form
from data.treatment_record import MarkKind, Stretch, TreatmentMark
from data.values import from_json, to_json
from devices.modality import SettingChange

__all__ = [
    "OpenTreatment",
    "StartedTreatment",
    "TreatmentJournal",
    "finish",
    "open_treatments",
    "read_treatment",
    "resume",
    "unreadable_treatments",
]

SUFFIX = ".tj"
AWAY = "Myograph was not running for a part of this treatment; what was turned then is not known."

_log = logging.getLogger(__name__)


class _Kind(IntEnum):
    STARTED = 32  # not those of a trial's capture, should one be taken for the other
    CHANGE = 33
    PAUSE = 34
    RESUME = 35
    MARK = 36
    DRAFT = 37
    BEAT = 38
    TOLD = 39
    END = 40


@dataclass(frozen=True, slots=True)
class StartedTreatment:
    """What is known when a treatment begins, or goes on: then `course` is what was before."""

    id: UUID
    session_id: UUID
    person_id: UUID
    draft: Draft
    course: Course


@dataclass(frozen=True, slots=True)
class OpenTreatment:
    """A treatment in a file: its form as last filled in and its course up to the last second.

    `told` is the record as a connected unit had filled it last. `is_ended`: it was ended, and only
    the saving is missing. `lost_tail_bytes` could not be read.
    """

    path: Path
    started: StartedTreatment
    draft: Draft
    course: Course
    told: Treatment | None
    is_paused: bool
    is_ended: bool
    lost_tail_bytes: int

    @property
    def elapsed_s(self) -> float:
        return self.course.elapsed_s


class TreatmentJournal:
    """One running treatment. All times are seconds since it began, pauses included.

    Each call is on the disk itself when it returns, within milliseconds: keep it off the thread
    that draws (`data.treatment_timer` does). Call `beat` at least once a second. All raise
    `JournalFullError` and `JournalWriteError`; what was written before stays readable.
    """

    def __init__(self, file: FrameFile) -> None:
        self._file = file

    @classmethod
    def create(cls, folder: Path, started: StartedTreatment, number: int = 0) -> TreatmentJournal:
        """Begin ``<treatment id>.<number>.tj``; each time it is resumed has a higher number."""
        path = folder / f"{started.id}.{number}{SUFFIX}"
        return cls(FrameFile(path, _Kind.STARTED, _json(to_json(started))))

    @property
    def path(self) -> Path:
        return self._file.path

    def changed(self, change: SettingChange) -> None:
        """A setting was turned; ``parameter`` is the id of a field of the form."""
        self._write(_Kind.CHANGE, _json(to_json(change)))

    def paused(self, at_s: float) -> None:
        self._write(_Kind.PAUSE, _at(at_s))

    def resumed(self, at_s: float) -> None:
        self._write(_Kind.RESUME, _at(at_s))

    def marked(self, mark: TreatmentMark) -> None:
        """A check done, a note, a pain rating."""
        self._write(_Kind.MARK, _json(to_json(mark)))

    def drafted(self, draft: Draft) -> None:
        """The form as it is filled in by now; what was turned belongs to `changed`."""
        self._write(_Kind.DRAFT, _json(to_json(draft)))

    def told(self, treatment: Treatment, at_s: float) -> None:
        """The record as a connected unit has filled it by now."""
        record = to_json(treatment)
        self._write(_Kind.TOLD, _json({"at_s": at_s, "treatment": record}))

    def beat(self, at_s: float) -> None:
        """The treatment's clock goes on."""
        self._write(_Kind.BEAT, _at(at_s))

    def over(self, at_s: float) -> None:
        """The treatment is over, but the file is held until somebody says what becomes of it."""
        self._write(_Kind.END, _at(at_s))

    def end(self, at_s: float) -> None:
        """The treatment is over; the file waits for `finish`. Also after a full disk."""
        self._file.end(_Kind.END, _at(at_s))

    def close(self) -> None:
        """Let go without an end: it will be offered at the next start."""
        self._file.close()

    def _write(self, kind: _Kind, payload: bytes) -> None:
        self._file.append(kind, payload)
        self._file.sync()


def open_treatments(folder: Path) -> list[OpenTreatment]:
    """What nobody writes any more and is not stored yet, oldest first.

    A treatment that was resumed has one file for each time: the newest holds all of it.
    """
    newest: dict[UUID, OpenTreatment] = {}
    for path in _left(folder):
        try:
            found = read_treatment(path)
        except DamagedJournalError:
            continue
        newest[found.started.id] = found
    return sorted(newest.values(), key=lambda each: each.course.started_at)


def unreadable_treatments(folder: Path) -> list[Path]:
    """Files whose beginning is damaged: kept, but nobody can say whose they are."""
    damaged: list[Path] = []
    for path in _left(folder):
        try:
            read_treatment(path)
        except DamagedJournalError:
            damaged.append(path)
    return damaged


def read_treatment(path: Path) -> OpenTreatment:
    """Everything up to the first frame that is not whole. The file is not changed.

    Raises `DamagedJournalError` when it is not known whose treatment it is.
    """
    frames, ends = read_frames(path)
    try:
        started = _started(frames)
    except ValueError as error:
        raise DamagedJournalError(
            f"The beginning of {path} is damaged, so it is not known whose treatment it is. The "
            "file is kept as it is, and nothing else is affected. Keep a copy for whoever looks "
            "after Myograph."
        ) from error
    reading = _Reading(started)
    good = ends[0]
    for frame, end in zip(frames[1:], ends[1:], strict=True):
        try:
            reading.take(frame)
        except (ValueError, KeyError, TypeError):
            break
        good = end
    return reading.result(path, path.stat().st_size - good)


def resume(found: OpenTreatment, now: datetime, *, went_on: bool) -> TreatmentJournal:
    """Go on with a treatment that was left behind; its earlier file goes when the new one is there.

    The time since then counts as time given (`went_on`), or as a pause. Raises as
    `TreatmentJournal`.
    """
    course = found.course
    at_s = max((now - course.started_at).total_seconds(), course.elapsed_s)
    pauses = [*course.pauses]
    if found.is_paused:
        pauses[-1] = replace(pauses[-1], end_s=at_s)
    elif not went_on:
        pauses.append(Stretch(course.elapsed_s, at_s))
    away = TreatmentMark(course.elapsed_s, MarkKind.NOTE, AWAY)
    course = replace(course, elapsed_s=at_s, pauses=tuple(pauses), marks=(*course.marks, away))
    started = replace(found.started, draft=found.draft, course=course)
    number = int(found.path.name.split(".")[-2]) + 1
    journal = TreatmentJournal.create(found.path.parent, started, number)
    _remove(found.path)
    return journal


def finish(store: Store, path: Path, draft: Draft | None = None) -> Treatment:
    """Store a treatment that was ended or left behind, in one transaction, read it back, then
    remove its file; `draft` is the form as filled in since. On any error the file stays.

    Raises a `StoreError`.
    """
    if is_being_written(path):
        raise JournalInUseError(
            f"{path} is still being written. Nothing was changed. "
            "End the treatment in the program that runs it."
        )
    found = read_treatment(path)
    if found.told is not None:
        record = found.told
        if not found.is_ended:
            record = replace(record, flags=(*record.flags, AWAY))
        if draft is not None:
            record = with_form(record, draft)
    else:
        session = store.sessions.get(found.started.session_id)
        record = treatment_of(draft or found.draft, session, found.course, found.started.id)
        if not found.is_ended:
            sentence = "Myograph ended before this treatment did; it is kept up to then."
            record = replace(record, flags=(*record.flags, sentence))
    store.treatments.save(record)
    if store.treatments.get(record.id) != record:
        raise DamagedRecordError(
            f"Treatment {record.id} was not read back as it was stored. Its file {path} is kept. "
            "Check the disk and try again.",
            (str(record.id),),
        )
    for each in path.parent.glob(f"{found.started.id}.*{SUFFIX}"):
        _remove(each)
    return record


class _Reading:
    """A treatment put together from its frames."""

    def __init__(self, started: StartedTreatment) -> None:
        course = started.course
        self._started = started
        self._draft = started.draft
        self._elapsed_s = course.elapsed_s
        self._changes = [*course.changes]
        self._pauses = [*course.pauses]
        self._marks = [*course.marks]
        self._told: Treatment | None = None
        self._is_ended = False

    @property
    def is_paused(self) -> bool:
        return bool(self._pauses) and self._pauses[-1].end_s is None

    def take(self, frame: Frame) -> None:
        data = json.loads(frame.payload)
        match frame.kind:
            case _Kind.CHANGE:
                self._changes.append(from_json(SettingChange, data))
            case _Kind.PAUSE if not self.is_paused:
                self._pauses.append(Stretch(float(data["at_s"])))
            case _Kind.RESUME if self.is_paused:
                self._pauses[-1] = replace(self._pauses[-1], end_s=float(data["at_s"]))
            case _Kind.MARK:
                self._marks.append(from_json(TreatmentMark, data))
            case _Kind.DRAFT:
                self._draft = from_json(Draft, data)
            case _Kind.TOLD:
                self._told = from_json(Treatment, data["treatment"])
            case _Kind.END:
                self._is_ended = True
            case _:
                pass  # a beat, or of a newer version
        self._elapsed_s = max(self._elapsed_s, float(data.get("at_s", 0.0)))

    def result(self, path: Path, tail: int) -> OpenTreatment:
        course = replace(
            self._started.course,
            elapsed_s=self._elapsed_s,
            changes=tuple(self._changes),
            pauses=tuple(self._pauses),
            marks=tuple(self._marks),
            is_timed=True,
        )
        return OpenTreatment(
            path=path,
            started=self._started,
            draft=self._draft,
            course=course,
            told=self._told,
            is_paused=self.is_paused,
            is_ended=self._is_ended,
            lost_tail_bytes=tail,
        )


def _started(frames: list[Frame]) -> StartedTreatment:
    if not frames or frames[0].kind != _Kind.STARTED:
        raise ValueError("no beginning")
    return from_json(StartedTreatment, json.loads(frames[0].payload))


def _left(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.glob(f"*{SUFFIX}"), key=_number)
        if path.stat().st_size and not is_being_written(path)
    ]


def _number(path: Path) -> tuple[str, int]:
    identity, _, number = path.name.removesuffix(SUFFIX).rpartition(".")
    return identity, int(number) if number.isdecimal() else 0


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # the newer file, or the stored record, holds all of it
        _log.warning("the file of a treatment could not be removed", exc_info=True)


def _at(at_s: float) -> bytes:
    return _json({"at_s": at_s})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()

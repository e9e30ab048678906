"""Visits to the clinic."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, select

from data.database import Database
from data.errors import RecordNotFoundError
from data.ids import uuid7
from data.models import SessionRow
from data.records import Session


class Sessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self, person_id: UUID, started_at: datetime, utc_offset_min: int, clinician: str = ""
    ) -> Session:
        """Begin a visit. Raises a `StoreError` when the person is not in this database."""
        row = SessionRow(
            id=uuid7(),
            person_id=person_id,
            started_at=started_at,
            local_day=(started_at + timedelta(minutes=utc_offset_min)).date(),
            utc_offset_min=utc_offset_min,
            ended_at=None,
            clinician=clinician,
            notes="",
        )
        with self._database.writing() as session:
            session.add(row)
        return _session(row)

    def end(self, session_id: UUID, at: datetime) -> Session:
        """Raises `RecordNotFoundError`."""
        return self._set_end(session_id, at)

    def reopen(self, session_id: UUID) -> Session:
        """Undo `end`. Raises `RecordNotFoundError`."""
        return self._set_end(session_id, None)

    def get(self, session_id: UUID) -> Session:
        """Raises `RecordNotFoundError`."""
        with self._database.reading(session_id) as session:
            row = session.get(SessionRow, session_id)
            if row is None:
                raise _not_found(session_id)
            return _session(row)

    def of_person(self, person_id: UUID) -> list[Session]:
        """Newest first."""
        return self._list(select(SessionRow).where(SessionRow.person_id == person_id))

    def recent(self, limit: int) -> list[Session]:
        """Newest first."""
        return self._list(select(SessionRow).limit(limit))

    def on_day(self, day: date) -> list[Session]:
        """Those that began on that day by the clock of the clinic, newest first."""
        return self._list(select(SessionRow).where(SessionRow.local_day == day))

    def _set_end(self, session_id: UUID, at: datetime | None) -> Session:
        with self._database.writing() as session:
            row = session.get(SessionRow, session_id)
            if row is None:
                raise _not_found(session_id)
            row.ended_at = at
            return _session(row)

    def _list(self, query: Select[SessionRow]) -> list[Session]:
        newest_first = query.order_by(SessionRow.started_at.desc(), SessionRow.id.desc())
        with self._database.reading() as session:
            return [_session(row) for row in session.scalars(newest_first)]


def _not_found(session_id: UUID) -> RecordNotFoundError:
    return RecordNotFoundError(
        f"There is no session {session_id} in this database. Nothing was changed. "
        "Check the id, or that the right database is open."
    )


def _session(row: SessionRow) -> Session:
    return Session(
        id=row.id,
        person_id=row.person_id,
        started_at=row.started_at,
        utc_offset_min=row.utc_offset_min,
        ended_at=row.ended_at,
        clinician=row.clinician,
        notes=row.notes,
    )

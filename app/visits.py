"""The visit that a recording without a window belongs to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from data.errors import RecordNotFoundError
from data.records import Person, Session
from data.store import Store

UNASSIGNED = UUID("00000000-0000-7000-8000-000000000001")
_SAME_VISIT = timedelta(hours=4)


def unassigned(store: Store) -> Person:
    """The person of recordings that were made for nobody yet."""
    try:
        return store.people.get(UNASSIGNED)
    except RecordNotFoundError:
        person = Person(UNASSIGNED, "Unassigned recordings", datetime.now(UTC))
        return store.people.add(person)


def visit_of(store: Store, person: Person, now: datetime) -> Session:
    """This person's visit that is still open and not hours old, else a new one."""
    for session in store.sessions.of_person(person.id):
        if session.ended_at is None and now - session.started_at < _SAME_VISIT:
            return session
    offset = now.astimezone().utcoffset() or timedelta()
    return store.sessions.open(person.id, now, round(offset.total_seconds() / 60))

"""The visit that a recording without a window belongs to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from data.analysis.types import Side
from data.clinical.tests import Laterality, StrengthTest
from data.errors import RecordNotFoundError
from data.ids import uuid7
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


def visit_of(store: Store, person: Person, now: datetime, clinician: str = "") -> Session:
    """This person's visit that is still open and not hours old, else a new one."""
    for session in store.sessions.of_person(person.id):
        if session.ended_at is None and now - session.started_at < _SAME_VISIT:
            return session
    offset = now.astimezone().utcoffset() or timedelta()
    return store.sessions.open(person.id, now, round(offset.total_seconds() / 60), clinician)


def visit_on(
    store: Store, person: Person, began: datetime, utc_offset_min: int, ended: datetime
) -> Session:
    """This person's visit of that day, else one of its own: for what was recorded elsewhere."""
    day = _local_day(began, utc_offset_min)
    for session in store.sessions.of_person(person.id):
        if _local_day(session.started_at, session.utc_offset_min) == day:
            return session
    session = store.sessions.open(person.id, began, utc_offset_min)
    return store.sessions.end(session.id, ended)


def set_for(store: Store, session: Session, test: StrengthTest, limb: Side | None) -> UUID:
    """The set of a new trial: that of the other limb, where this visit has one without it."""
    earlier = [t for t in store.trials.of_session(session.id) if t.header.test_id == test.id]
    if limb is None or test.laterality is Laterality.BILATERAL or not earlier:
        return uuid7()
    set_id = max(earlier, key=lambda t: t.header.started_at).header.set_id
    limbs = {
        channel.side
        for trial in earlier
        if trial.header.set_id == set_id
        for channel in trial.header.channels
    }
    return set_id if limbs == {limb.other} else uuid7()


def _local_day(moment: datetime, offset_min: int) -> date:
    return (moment.astimezone(UTC) + timedelta(minutes=offset_min)).date()

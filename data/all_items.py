"""Items of every kind as they stand in the database, for those who need to know no kind."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, select

from data.database import Database
from data.models import ItemRow
from data.values import JsonObject


class AllItems:
    """Lists are in order of time, and without what was withdrawn; each says its `kind`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_session(self, session_id: UUID) -> list[JsonObject]:
        return self._list(ItemRow.session_id == session_id)

    def of_person(self, person_id: UUID) -> list[JsonObject]:
        """Those that belong to no visit."""
        return self._list(ItemRow.person_id == person_id, ItemRow.session_id.is_(None))

    def of_nobody(self) -> list[JsonObject]:
        """Those about things: calibrations of devices, for example."""
        return self._list(ItemRow.person_id.is_(None), ItemRow.session_id.is_(None))

    def _list(self, *where: ColumnElement[bool]) -> list[JsonObject]:
        query = (
            select(ItemRow)
            .where(ItemRow.withdrawn_at.is_(None), *where)
            .order_by(ItemRow.at, ItemRow.id)
        )
        with self._database.reading() as session:
            return [_object(row) for row in session.scalars(query)]


def _object(row: ItemRow) -> JsonObject:
    return {
        "kind": row.kind,
        "id": str(row.id),
        "at": row.at.isoformat(),
        "person_id": _text(row.person_id),
        "session_id": _text(row.session_id),
        "episode_id": _text(row.episode_id),
        "subject": row.subject,
        "is_virtual": row.is_virtual,
        "details": row.details,
    }


def _text(key: UUID | None) -> str | None:
    return None if key is None else str(key)

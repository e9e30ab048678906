"""Items of every kind in one table: episodes, calibrations, exercises, notes …"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, select

from data.database import Database, damaged_record
from data.episodes import Item
from data.errors import RecordNotFoundError
from data.models import ItemRow
from data.values import from_json, to_json

T = TypeVar("T", bound=Item)

_COLUMNS = ("id", "person_id", "session_id", "episode_id", "subject", "at", "is_virtual")


class Items(Generic[T]):
    """All items of one kind. A new kind is a dataclass and one line in `data.store.Store`.

    Lists are in order of time, and without what was withdrawn.
    """

    def __init__(self, database: Database, kind: str, cls: type[T]) -> None:
        self._database = database
        self._kind = kind
        self._cls = cls

    def save(self, item: T) -> T:
        """Keep it, in the place of an earlier version with the same id."""
        with self._database.writing() as session:
            row = session.get(ItemRow, item.id)
            if row is None:
                row = ItemRow(id=item.id, kind=self._kind, withdrawn_at=None)
                session.add(row)
            fill_row(row, item)
        return item

    def get(self, item_id: UUID) -> T:
        """A withdrawn one too. Raises `RecordNotFoundError`, `DamagedRecordError`."""
        with self._database.reading(item_id) as session:
            row = session.get(ItemRow, item_id)
            if row is None or row.kind != self._kind:
                raise self._not_found(item_id)
            return self._item(row)

    def withdraw(self, item_id: UUID, at: datetime) -> None:
        """Take it out of all lists; it stays in the database, so `restore` can undo it.

        Raises `RecordNotFoundError`.
        """
        self._mark(item_id, at)

    def restore(self, item_id: UUID) -> None:
        """Undo `withdraw`. Raises `RecordNotFoundError`."""
        self._mark(item_id, None)

    def of_person(self, person_id: UUID) -> list[T]:
        return self._list(ItemRow.person_id == person_id)

    def of_session(self, session_id: UUID) -> list[T]:
        return self._list(ItemRow.session_id == session_id)

    def of_episode(self, episode_id: UUID) -> list[T]:
        return self._list(ItemRow.episode_id == episode_id)

    def of_subject(self, subject: str) -> list[T]:
        return self._list(ItemRow.subject == subject)

    def all(self) -> list[T]:
        return self._list()

    def _list(self, *where: ColumnElement[bool]) -> list[T]:
        query = (
            select(ItemRow)
            .where(ItemRow.kind == self._kind, ItemRow.withdrawn_at.is_(None), *where)
            .order_by(ItemRow.at, ItemRow.id)
        )
        with self._database.reading() as session:
            return [self._item(row) for row in session.scalars(query)]

    def _mark(self, item_id: UUID, at: datetime | None) -> None:
        with self._database.writing() as session:
            row = session.get(ItemRow, item_id)
            if row is None or row.kind != self._kind:
                raise self._not_found(item_id)
            row.withdrawn_at = at

    def _item(self, row: ItemRow) -> T:
        columns = {name: getattr(row, name) for name in _COLUMNS}
        said = {
            name: value if value is None or isinstance(value, bool) else str(value)
            for name, value in columns.items()
        }
        try:
            return from_json(self._cls, {**row.details, **said})
        except ValueError as error:
            raise damaged_record(row.id, error) from error

    def _not_found(self, item_id: UUID) -> RecordNotFoundError:
        return RecordNotFoundError(
            f"There is no {self._kind} {item_id} in this database. Nothing was changed. "
            "Check the id, or that the right database is open."
        )


def fill_row(row: ItemRow, item: Item) -> ItemRow:
    """Put an item into its row, for a use case that writes it in a transaction of its own."""
    details = to_json(item)
    for name in _COLUMNS:
        del details[name]
        setattr(row, name, getattr(item, name))
    row.details = details
    return row

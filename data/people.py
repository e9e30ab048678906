"""The people of the clinic."""

from __future__ import annotations

import unicodedata
from uuid import UUID

from sqlalchemy import select

from data.analysis.types import Side
from data.database import Database
from data.errors import AlreadyStoredError, RecordNotFoundError
from data.models import PersonRow
from data.records import Person, Stage


class People:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person: Person) -> Person:
        """Raises `AlreadyStoredError`."""
        with self._database.writing() as session:
            if session.get(PersonRow, person.id) is not None:
                raise AlreadyStoredError(
                    "This person is stored already. Nothing was changed. Open them instead."
                )
            session.add(_fill(PersonRow(), person))
        return person

    def update(self, person: Person) -> Person:
        """Replace all that is known of one person. Raises `RecordNotFoundError`."""
        with self._database.writing() as session:
            row = session.get(PersonRow, person.id)
            if row is None:
                raise _not_found(person.id)
            _fill(row, person)
        return person

    def get(self, person_id: UUID) -> Person:
        """Raises `RecordNotFoundError`."""
        with self._database.reading(person_id) as session:
            row = session.get(PersonRow, person_id)
            if row is None:
                raise _not_found(person_id)
            return _person(row)

    def find(self, text: str, limit: int = 20) -> list[Person]:
        """Whose name or team has every word of `text`, case and accents apart, by name."""
        query = select(PersonRow).order_by(PersonRow.search).limit(limit)
        for word in _folded(text).split():
            query = query.where(PersonRow.search.contains(word, autoescape=True))
        with self._database.reading() as session:
            return [_person(row) for row in session.scalars(query)]

    def all(self) -> list[Person]:
        """Everybody, by name."""
        with self._database.reading() as session:
            return [
                _person(row)
                for row in session.scalars(select(PersonRow).order_by(PersonRow.search))
            ]


def _not_found(person_id: UUID) -> RecordNotFoundError:
    return RecordNotFoundError(
        f"There is no person {person_id} in this database. Nothing was changed. "
        "Check the id, or that the right database is open."
    )


def _fill(row: PersonRow, person: Person) -> PersonRow:
    row.id = person.id
    row.name = person.name
    row.search = _folded(f"{person.name} {person.team}")
    row.created_at = person.created_at
    row.born = person.born
    row.body_mass_kg = person.body_mass_kg
    row.dominant = person.dominant
    row.injured = person.injured
    row.injury = person.injury
    row.injured_on = person.injured_on
    row.stage = person.stage
    row.team = person.team
    row.notes = person.notes
    return row


def _person(row: PersonRow) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        created_at=row.created_at,
        born=row.born,
        body_mass_kg=row.body_mass_kg,
        dominant=Side(row.dominant) if row.dominant else None,
        injured=Side(row.injured) if row.injured else None,
        injury=row.injury,
        injured_on=row.injured_on,
        stage=Stage(row.stage) if row.stage else None,
        team=row.team,
        notes=row.notes,
    )


def _folded(text: str) -> str:
    """Lower case without accents: what two people would type for the same name."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))

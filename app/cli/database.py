"""Opening the database that a command works on, and finding one record in it."""

from __future__ import annotations

import argparse
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from app.cli.errors import CommandError

if TYPE_CHECKING:
    from data.episodes import Item
    from data.items import Items
    from data.records import Person, Session, Treatment, Trial
    from data.store import Store

    Record = Person | Session | Trial | Treatment
    T = TypeVar("T", bound=Record | Item)


def database_path(arguments: argparse.Namespace) -> Path:
    """What ``--db`` says, else the platform's place."""
    from data.store import default_path

    given: Path | None = arguments.db
    return default_path() if given is None else given


@contextmanager
def opened_store(arguments: argparse.Namespace, *, makes: bool = False) -> Generator[Store]:
    """The store, closed at the end. Only a command that `makes` something begins a new file."""
    from data.store import Store

    path = database_path(arguments)
    if not makes and not path.exists():
        raise CommandError(
            f"there is no database at {path}; nothing was made; check --db, or add a person first"
        )
    store = Store(path)
    try:
        yield store
    finally:
        store.close()


def find_record(store: Store, text: str) -> Record:
    """The record of any kind with this id, or the only one whose id begins with `text`."""
    return _only(list(_matching(store, text.strip().lower())), text)


def find_record_or_item(store: Store, text: str, *shelves: Items[Any]) -> Record | Item:
    """As `find_record`, among the items of some kinds too."""
    start = text.strip().lower()
    items = [item for shelf in shelves for item in shelf.all() if str(item.id).startswith(start)]
    return _only([*_matching(store, start), *(items if start else ())], text)


def _only(found: list[T], text: str) -> T:
    if len(found) == 1:
        return found[0]
    if not found:
        raise CommandError(
            f"no person, session, trial or treatment has the id {text}; see `myograph sessions`"
        )
    raise CommandError(
        f"{len(found)} records have an id that begins with {text}: "
        f"{', '.join(str(record.id) for record in found[:4])}…; give more of it"
    )


def find_session(store: Store, text: str) -> Session:
    """As `find_record`, for a command that needs a session."""
    from data.records import Session

    record = find_record(store, text)
    if not isinstance(record, Session):
        raise CommandError(f"{text} is not a session; see `myograph sessions`")
    return record


def find_person(store: Store, text: str) -> Person:
    """As `find_record`, for a command that needs a person."""
    from data.records import Person

    record = find_record(store, text)
    if not isinstance(record, Person):
        raise CommandError(f"{text} is not a person; see `myograph people`")
    return record


def _matching(store: Store, text: str) -> Iterable[Record]:
    try:
        whole = UUID(text)
    except ValueError:
        yield from (each for each in _everything(store) if text and str(each.id).startswith(text))
    else:
        yield from _with_id(store, whole)


def _with_id(store: Store, record_id: UUID) -> Iterable[Record]:
    from data.errors import RecordNotFoundError

    for get in (store.people.get, store.sessions.get, store.trials.get, store.treatments.get):
        try:
            yield get(record_id)
        except RecordNotFoundError:
            continue


def _everything(store: Store) -> Iterable[Record]:
    for person in store.people.all():
        yield person
        for session in store.sessions.of_person(person.id):
            yield session
            yield from store.trials.of_session(session.id)
            yield from store.treatments.of_session(session.id)

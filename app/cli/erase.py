"""`myograph erase`: a person with all that is theirs, told first, then gone for good."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from app.cli.database import find_person, opened_store
from app.cli.errors import CommandError, UsageError
from app.cli.output import print_facts, print_json, say
from app.cli.parser import Commands, add_database, add_json

if TYPE_CHECKING:
    from app.cli.shapes import Json
    from data.erase import Erased, Holdings
    from data.records import Person

ELSEWHERE = (
    "Backups, exports and reports that were made earlier still hold this person; "
    "they are yours to delete."
)


def add(commands: Commands) -> None:
    parser = commands.add(
        "erase",
        run,
        "delete a person with all that is theirs, for good",
        description="Says first what would go: visits, tests with their curves, treatments, "
        "injuries, recordings that are not stored yet. It cannot be undone.",
        example="myograph erase 01950000-0000-7000-8000-000000000001",
    )
    parser.add_argument("person", metavar="PERSON", help="id of the person or its beginning")
    parser.add_argument("--yes", action="store_true", help="do not ask; needed without a terminal")
    add_database(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    with opened_store(arguments) as store:
        person = find_person(store, arguments.person)
        found = store.holdings(person.id)
        if not arguments.json:
            _print(person, found)
        if not arguments.yes:
            if arguments.json:
                print_json(_json(person, found, None))
            _ask()
        erased = store.erase(person.id)
    if arguments.json:
        print_json(_json(person, erased.holdings, erased))
    say("Erased.")
    for line in filter(None, (erased.traces, ELSEWHERE)):
        say(line)
    for copy in erased.holdings.copies:
        say(f"In this folder: {copy.name}")
    return 0


def _ask() -> None:
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        raise UsageError("nothing was erased; --yes erases it")
    say("This cannot be undone. Type yes to erase it:")
    if input().strip().lower() != "yes":
        raise CommandError("nothing was erased")


def _print(person: Person, found: Holdings) -> None:
    counts = {**found.records, **{f"item: {kind}": n for kind, n in sorted(found.items.items())}}
    print_facts(
        [
            ("person", f"{person.name} ({person.id})"),
            *((name, str(count)) for name, count in counts.items()),
            ("recordings not stored yet", str(len(found.captures))),
        ]
    )


def _json(person: Person, found: Holdings, erased: Erased | None) -> Json:
    """Without the name: this may be kept as the record of the erasure."""
    return {
        "person": str(person.id),
        "erased": erased is not None,
        "records": dict(found.records),
        "items": dict(sorted(found.items.items())),
        "captures": len(found.captures),
        "traces": None if erased is None else erased.traces,
        "copies": [str(copy) for copy in found.copies],
        "elsewhere": ELSEWHERE,
    }

"""`myograph report`: what is stored, on paper: a visit, a treatment, exercises, a letter."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.database import find_person, find_record_or_item, opened_store
from app.cli.errors import CommandError
from app.cli.output import print_json, say
from app.cli.parser import Commands, add_database, add_json

if TYPE_CHECKING:
    from app.report.stored import Paper
    from data.store import Store


def add(commands: Commands) -> None:
    parser = commands.add(
        "report",
        run,
        "write a visit, a treatment, exercises, a letter or a person's progress as PDF",
        example="myograph report 01950000-0000-7000-8000-000000000002 --out report.pdf",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "record",
        nargs="?",
        metavar="ID",
        help="a session, treatment, prescription or letter: its id or the beginning of it",
    )
    what.add_argument("--person", metavar="ID", help="the progress of this person")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    add_database(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from app.report.stored import paper_of

    with opened_store(arguments) as store:
        if arguments.person is not None:
            paper: Paper = find_person(store, arguments.person)
        else:
            paper = _find(store, arguments.record)
        path = paper_of(store, paper, arguments.out)
    if arguments.json:
        print_json({type(paper).__name__.lower(): str(paper.id), "file": str(path)})
    else:
        say(f"wrote {path}")
    return 0


def _find(store: Store, text: str) -> Paper:
    from data.records import Session, Treatment
    from data.rehabilitation import Message, Prescription

    match find_record_or_item(store, text, store.prescriptions, store.messages):
        case (Session() | Treatment() | Prescription() | Message()) as paper:
            return paper
        case _:
            raise CommandError(
                f"{text} is not a session, treatment, prescription or letter; "
                f"`--person {text}` writes the progress of a person"
            )

"""`myograph report`: one visit as PDF."""

from __future__ import annotations

import argparse
from pathlib import Path

from app.cli.database import find_session, opened_store
from app.cli.output import print_json, say
from app.cli.parser import Commands, add_database, add_json


def add(commands: Commands) -> None:
    parser = commands.add(
        "report",
        run,
        "write the report of one visit as PDF",
        example="myograph report 01950000-0000-7000-8000-000000000002 --out report.pdf",
    )
    parser.add_argument("session", metavar="SESSION", help="id of the session or its beginning")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    add_database(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from app.report.stored import report_of

    with opened_store(arguments) as store:
        session = find_session(store, arguments.session)
        path = report_of(store, session, arguments.out)
    if arguments.json:
        print_json({"session": str(session.id), "file": str(path)})
    else:
        say(f"wrote {path}")
    return 0

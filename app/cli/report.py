"""`myograph report`: one visit as PDF."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.database import find_session, opened_store
from app.cli.output import print_json, say
from app.cli.parser import Commands, add_database, add_json

if TYPE_CHECKING:
    from data.records import Session, Trial
    from data.store import Store


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
    with opened_store(arguments) as store:
        session = find_session(store, arguments.session)
        path = report_of(store, session, arguments.out)
    if arguments.json:
        print_json({"session": str(session.id), "file": str(path)})
    else:
        say(f"wrote {path}")
    return 0


def report_of(store: Store, session: Session, path: Path) -> Path:
    """The report on a stored session, compared with the last one before it."""
    from app.report import ReportTrial, write_report

    trials = store.trials.of_session(session.id)
    return write_report(
        path,
        store.people.get(session.person_id),
        session,
        [ReportTrial(trial, store.trials.curve(trial.id)) for trial in trials],
        store.treatments.of_session(session.id),
        last_time=_last_time(store, session, trials),
    )


def _last_time(store: Store, session: Session, trials: list[Trial]) -> list[Trial]:
    """For each test, the trials of the newest earlier session in which it was done."""
    found: list[Trial] = []
    for test_id in dict.fromkeys(trial.header.test_id for trial in trials):
        earlier = [
            trial
            for trial in store.trials.of_person(session.person_id, test_id)
            if trial.header.started_at < session.started_at
        ]
        if earlier:
            newest = earlier[-1].header.session_id
            found += [trial for trial in earlier if trial.header.session_id == newest]
    return found

"""`myograph export`: what is stored, for other programs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.database import find_record, opened_store
from app.cli.errors import UsageError
from app.cli.output import print_json, say
from app.cli.parser import Commands, add_database, add_json

if TYPE_CHECKING:
    from data.records import Session, Trial
    from data.store import Store


def add(commands: Commands) -> None:
    parser = commands.add(
        "export",
        run,
        "write what is stored as CSV or JSON",
        description="Without an id, everything. JSON is one file with all there is; CSV is a "
        "folder with reps.csv and one file for each curve, which `analyse` reads.",
        example="myograph export --format csv --out exported",
    )
    parser.add_argument("ids", nargs="*", metavar="ID", help="people, sessions or trials")
    parser.add_argument("--format", choices=["csv", "json"], default="json")
    parser.add_argument("--out", type=Path, metavar="PATH", help="file (JSON) or folder (CSV)")
    add_database(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    if arguments.format == "csv" and arguments.out is None:
        raise UsageError("--format csv writes a folder; name it with --out")
    if arguments.json and arguments.out is None:
        raise UsageError("--json tells what was written; name the file with --out")
    with opened_store(arguments) as store:
        sessions, trials = _chosen(store, arguments.ids)
        if arguments.format == "csv":
            files = _write_csv(store, sessions, trials, arguments.out)
        else:
            files = _write_json(store, sessions, trials, arguments.out)
    if arguments.json:
        print_json({"files": [str(file) for file in files]})
    else:
        for file in files:
            say(f"wrote {file}")
    return 0


def _chosen(store: Store, ids: Sequence[str]) -> tuple[list[Session], list[Trial]]:
    """Whole sessions, and the trials that were asked for by themselves."""
    from data.records import Person, Session, Trial

    people = store.people.all() if not ids else []
    sessions: list[Session] = []
    trials: list[Trial] = []
    for text in ids:
        match find_record(store, text):
            case Person() as person:
                people.append(person)
            case Session() as session:
                sessions.append(session)
            case Trial() as trial:
                trials.append(trial)
            case _:
                raise UsageError(f"{text} is a treatment; export the session it belongs to")
    for person in people:
        sessions += reversed(store.sessions.of_person(person.id))
    return list(dict.fromkeys(sessions)), trials


def _write_csv(
    store: Store, sessions: Sequence[Session], trials: Sequence[Trial], folder: Path
) -> list[Path]:
    """File names are ids: a name must not leave the database by a folder's listing."""
    from data.export import curve_csv, reps_csv, write_text

    chosen = [*trials]
    for session in sessions:
        chosen += store.trials.of_session(session.id)
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "reps.csv"]
    write_text(files[0], reps_csv(chosen))
    for done, trial in enumerate(chosen, 1):
        files.append(folder / f"curve-{trial.id}.csv")
        write_text(files[-1], curve_csv(store.trials.curve(trial.id)))
        _tell(done, len(chosen), "curves")
    return files


def _write_json(
    store: Store, sessions: Sequence[Session], trials: Sequence[Trial], file: Path | None
) -> list[Path]:
    from data.export import json_text, session_object, trial_object, write_text
    from data.values import JsonObject

    visits: list[JsonObject] = []
    for done, session in enumerate(sessions, 1):
        visits.append(session_object(store, session.id))
        _tell(done, len(sessions), "sessions")
    whole: JsonObject = {
        "format": "myograph export",
        "version": 1,
        "sessions": [*visits],
        "trials": [trial_object(trial, store.trials.curve(trial.id)) for trial in trials],
    }
    text = json_text(whole)
    if file is None:
        print(text, end="")
        return []
    write_text(file, text)
    return [file]


def _tell(done: int, total: int, what: str) -> None:
    if done % 25 == 0:
        say(f"{done} of {total} {what}")

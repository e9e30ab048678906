"""`myograph export`: what is stored, for other programs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.cli.database import find_record, opened_store
from app.cli.errors import UsageError
from app.cli.output import print_json, say
from app.cli.parser import Commands, add_database, add_json

if TYPE_CHECKING:
    from data.records import Person, Session, Trial
    from data.store import Store

SHIPPED = "shipped"


def add(commands: Commands) -> None:
    parser = commands.add(
        "export",
        run,
        "write what is stored as CSV, JSON or FHIR",
        description="Without an id, everything. JSON is one file with all there is; CSV is a "
        "folder with reps.csv, numbers.csv with unit and method beside each number, "
        "treatments.csv with unit and origin beside each value, and one file for each curve, which "
        "`analyse` reads. FHIR is one R4 bundle with the treatments.",
        example="myograph export --format csv --out exported",
    )
    parser.add_argument("ids", nargs="*", metavar="ID", help="people, sessions or trials")
    parser.add_argument("--format", choices=["csv", "json", "fhir"], default="json")
    parser.add_argument("--out", type=Path, metavar="PATH", help="file (JSON, FHIR) or folder")
    parser.add_argument(
        "--codes",
        metavar="FILE",
        help="FHIR: codes beside the texts, from a file; `shipped` is the map that ships, whose "
        "SNOMED CT codes may need a licence",
    )
    add_database(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    if arguments.format == "csv" and arguments.out is None:
        raise UsageError("--format csv writes a folder; name it with --out")
    if arguments.codes is not None and arguments.format != "fhir":
        raise UsageError("--codes belongs to --format fhir")
    if arguments.json and arguments.out is None:
        raise UsageError("--json tells what was written; name the file with --out")
    with opened_store(arguments) as store:
        chosen = _chosen(store, arguments.ids)
        if arguments.format == "fhir":
            files, damaged = _write_fhir(store, chosen, arguments.out, arguments.codes)
        else:
            write = _write_csv if arguments.format == "csv" else _write_json
            files, damaged = write(store, chosen, arguments.out)
    if arguments.json:
        print_json({"files": [str(file) for file in files], "damaged": damaged})
    else:
        for file in files:
            say(f"wrote {file}")
    for what in damaged:
        say(
            f"myograph: {what} is damaged and not whole in the export; everything else is; restore "
            "it from a backup"
        )
    return 1 if damaged else 0


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Whole people and sessions, and the trials that were asked for by themselves."""

    people: list[Person]
    sessions: list[Session]
    trials: list[Trial]
    is_all: bool


def _chosen(store: Store, ids: Sequence[str]) -> _Chosen:
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
    return _Chosen(people, list(dict.fromkeys(sessions)), trials, not ids)


def _write_csv(store: Store, chosen: _Chosen, folder: Path) -> tuple[list[Path], list[str]]:
    """File names are ids: a name must not leave the database by a folder's listing."""
    from data.errors import DamagedRecordError
    from data.export import curve_csv, numbers_csv, reps_csv, treatments_csv, write_text

    trials, damaged = [*chosen.trials], list[str]()
    treatments = [each for one in chosen.sessions for each in store.treatments.of_session(one.id)]
    for session in chosen.sessions:
        found = store.trials.of_session(session.id)
        trials += found
        damaged += found.damaged
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "reps.csv", folder / "numbers.csv", folder / "treatments.csv"]
    write_text(files[0], reps_csv(trials))
    write_text(files[1], numbers_csv(trials))
    write_text(files[2], treatments_csv(treatments))
    for done, trial in enumerate(trials, 1):
        try:
            text = curve_csv(store.trials.curve(trial.id))
        except DamagedRecordError:
            damaged.append(str(trial.id))
            continue
        files.append(folder / f"curve-{trial.id}.csv")
        write_text(files[-1], text)
        _tell(done, len(trials), "curves")
    return files, damaged


def _write_fhir(
    store: Store, chosen: _Chosen, file: Path | None, codes: str | None
) -> tuple[list[Path], list[str]]:
    """Names are in the file and not in its name; trials have no code that is in use."""
    from datetime import UTC, datetime

    from data.clinical.entries import CatalogueError
    from data.export import json_text, write_text
    from data.fhir import fhir_bundle
    from data.fhir_codes import Codes, read_codes, shipped_codes

    try:
        known = Codes()
        if codes is not None:
            known = shipped_codes() if codes == SHIPPED else read_codes(Path(codes))
    except CatalogueError as error:
        raise UsageError(str(error)) from error
    ids = dict.fromkeys(session.person_id for session in chosen.sessions)
    people = [
        (
            store.people.get(person_id),
            [
                treatment
                for session in chosen.sessions
                if session.person_id == person_id
                for treatment in store.treatments.of_session(session.id)
            ],
        )
        for person_id in ids
    ]
    text = json_text(fhir_bundle(people, known, datetime.now(UTC)))
    if file is None:
        print(text, end="")
        return [], []
    write_text(file, text)
    return [file], []


def _write_json(store: Store, chosen: _Chosen, file: Path | None) -> tuple[list[Path], list[str]]:
    from data.export import (
        device_objects,
        json_text,
        person_object,
        read_trial,
        session_object,
        write_text,
    )
    from data.values import JsonObject

    visits: list[JsonObject] = []
    for done, session in enumerate(chosen.sessions, 1):
        visits.append(session_object(store, session.id))
        _tell(done, len(chosen.sessions), "sessions")
    trials = [read_trial(store, trial) for trial in chosen.trials]
    whole: JsonObject = {
        "format": "myograph export",
        "version": 1,
        "people": [person_object(store, person) for person in chosen.people],
        "sessions": [*visits],
        "trials": [*trials],
        "items": [*device_objects(store)] if chosen.is_all else [],
    }
    damaged = [str(each) for visit in visits for each in cast("list[str]", visit["damaged"])]
    damaged += [
        str(t.id) for t, found in zip(chosen.trials, trials, strict=True) if not found["curve"]
    ]
    text = json_text(whole)
    if file is None:
        print(text, end="")
        return [], damaged
    write_text(file, text)
    return [file], damaged


def _tell(done: int, total: int, what: str) -> None:
    if done % 25 == 0:
        say(f"{done} of {total} {what}")

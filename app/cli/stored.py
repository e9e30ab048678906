"""`myograph people`, `sessions` and `show`: what is stored."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.cli.database import find_person, find_record, opened_store
from app.cli.errors import CommandError, UsageError
from app.cli.output import print_facts, print_json, say
from app.cli.parser import Commands, add_database, add_json, count, day, positive

if TYPE_CHECKING:
    from app.cli.database import Record
    from app.cli.shapes import Json
    from data.history import EarlierAnalysis
    from data.records import Session
    from data.store import Store
    from data.values import JsonObject

LONGEST_NAME = 200


def add(commands: Commands) -> None:
    _add_people(commands)
    parser = commands.add(
        "sessions",
        run_sessions,
        "list visits, newest first",
        example="myograph sessions --day 2026-03-14",
    )
    parser.add_argument("--person", metavar="ID", help="only of this person")
    parser.add_argument("--day", type=day, metavar="YYYY-MM-DD", help="only of this day")
    parser.add_argument("--limit", type=count, default=50, metavar="N", help="at most this many")
    add_database(parser)
    add_json(parser)
    parser = commands.add(
        "show",
        run_show,
        "show one person, session, trial or treatment",
        description="The beginning of an id is enough as long as only one record has it.",
        example="myograph show 01950000-0000-7000-8000-000000000010",
    )
    parser.add_argument("id", metavar="ID", help="an id or its beginning")
    parser.add_argument(
        "--history", action="store_true", help="of a trial: the numbers it had before, too"
    )
    add_database(parser)
    add_json(parser)


def _add_people(commands: Commands) -> None:
    parser = commands.add(
        "people", run_people, "list people, or add one", example="myograph people --find morgan"
    )
    parser.add_argument("--find", metavar="TEXT", help="only whose name or team has these words")
    add_database(parser)
    add_json(parser)
    adding = commands.within("people").add(
        "add",
        run_add,
        "add a person",
        example='myograph people add --name "Alex Morgan" --born 1998-07-02 --mass-kg 78',
    )
    adding.add_argument("--name", required=True, help="the name as it is to be printed")
    adding.add_argument("--born", type=day, metavar="YYYY-MM-DD", help="date of birth")
    adding.add_argument("--mass-kg", type=positive, metavar="KG", help="body mass")
    adding.add_argument("--dominant", choices=["left", "right"], help="dominant limb")
    adding.add_argument("--injured", choices=["left", "right"], help="injured limb")
    adding.add_argument("--injury", default="", metavar="TEXT", help="what the injury is")
    adding.add_argument("--team", default="", help="team or group")
    add_database(adding)
    add_json(adding)


def run_people(arguments: argparse.Namespace) -> int:
    from app.cli.shapes import person_json
    from app.cli.tables import print_people

    with opened_store(arguments) as store:
        people = store.people.find(arguments.find) if arguments.find else store.people.all()
    if arguments.json:
        print_json([person_json(person) for person in people])
    else:
        print_people(people)
    return 0


def run_add(arguments: argparse.Namespace) -> int:
    from app.cli.shapes import person_json
    from data.analysis.types import Side
    from data.ids import uuid7
    from data.records import Person

    name = arguments.name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise UsageError(f"--name must have 1 to {LONGEST_NAME} characters")
    person = Person(
        id=uuid7(),
        name=name,
        created_at=datetime.now(UTC),
        born=arguments.born,
        body_mass_kg=arguments.mass_kg,
        dominant=Side(arguments.dominant) if arguments.dominant else None,
        injured=Side(arguments.injured) if arguments.injured else None,
        injury=arguments.injury,
        team=arguments.team,
    )
    with opened_store(arguments, makes=True) as store:
        person = store.people.add(person)
    if arguments.json:
        print_json(person_json(person))
    else:
        print(person.id)
    return 0


def run_sessions(arguments: argparse.Namespace) -> int:
    from app.cli.shapes import session_json
    from app.cli.tables import print_sessions

    with opened_store(arguments) as store:
        sessions = _sessions(store, arguments)
        names = {
            person_id: store.people.get(person_id).name
            for person_id in {session.person_id for session in sessions}
        }
    if arguments.json:
        print_json([session_json(session) for session in sessions])
    else:
        print_sessions([(session, names[session.person_id]) for session in sessions])
    return 0


def run_show(arguments: argparse.Namespace) -> int:
    with opened_store(arguments) as store:
        record = find_record(store, arguments.id)
        history = _history(store, record) if arguments.history else None
        if arguments.json:
            print_json(record_json(store, record) | _history_json(history))
        else:
            print_record(store, record)
            print_history(history or [])
    return _tell_damage(store, record)


def record_json(store: Store, record: Record) -> Json:
    """The record; a person with the visits, a session with all that was done in it."""
    from app.cli.shapes import person_json, session_json, treatment_json, trial_json
    from app.results import set_asymmetry
    from data.records import Person, Session, Trial

    match record:
        case Person():
            visits = [session_json(each) for each in store.sessions.of_person(record.id)]
            return {
                "kind": "person",
                **person_json(record),
                "sessions": visits,
                "items": _items(store.items.of_person(record.id)),
            }
        case Session():
            trials = store.trials.of_session(record.id)
            return {
                "kind": "session",
                **session_json(record),
                "trials": [trial_json(each, set_asymmetry(store, each)) for each in trials],
                "damaged": list(trials.damaged),
                "items": _items(store.items.of_session(record.id)),
                "treatments": [
                    treatment_json(each) for each in store.treatments.of_session(record.id)
                ],
            }
        case Trial():
            return {"kind": "trial", **trial_json(record, set_asymmetry(store, record))}
        case _:
            return {"kind": "treatment", **treatment_json(record)}


def _items(kept: list[JsonObject]) -> list[JsonObject]:
    """What is kept beside trials and treatments; earlier analyses are in a trial's history."""
    from data.export import public_object
    from data.history import EarlierAnalysis

    return [public_object(each) for each in kept if each["kind"] != EarlierAnalysis.KIND]


def _sessions(store: Store, arguments: argparse.Namespace) -> list[Session]:
    if arguments.person is not None:
        person = find_person(store, arguments.person)
        found = store.sessions.of_person(person.id)
    elif arguments.day is not None:
        return store.sessions.on_day(arguments.day)[: arguments.limit]
    else:
        return store.sessions.recent(arguments.limit)
    if arguments.day is not None:
        on_day = {session.id for session in store.sessions.on_day(arguments.day)}
        found = [session for session in found if session.id in on_day]
    return found[: arguments.limit]


def print_record(store: Store, record: Record) -> None:
    from app.cli.tables import print_people, print_sessions, print_treatment, print_trial
    from data.records import Person, Session, Trial

    match record:
        case Person():
            print_people([record])
            print()
            print_sessions([(each, record.name) for each in store.sessions.of_person(record.id)])
        case Session():
            print_sessions([(record, store.people.get(record.person_id).name)])
            for trial in store.trials.of_session(record.id):
                print()
                print_trial(trial)
            for treatment in store.treatments.of_session(record.id):
                print()
                print_treatment(treatment)
        case Trial():
            print_trial(record)
        case _:
            print_treatment(record)


def _history(store: Store, record: Record) -> list[EarlierAnalysis]:
    from data.records import Trial

    if not isinstance(record, Trial):
        raise CommandError(f"{record.id} is not a trial; only a trial has a history of its numbers")
    return store.trials.history(record.id)


def _history_json(history: list[EarlierAnalysis] | None) -> Json:
    from app.cli.shapes import analysis_json

    if history is None:
        return {}
    return {
        "history": [
            {
                "until": each.at.isoformat(),
                "made_with": each.made_with,
                "replaced_with": each.replaced_with,
                "by": each.by,
                "why": each.note,
                "note": each.trial_note,
                **analysis_json(each.analysis),
            }
            for each in history
        ]
    }


def print_history(history: list[EarlierAnalysis]) -> None:
    from app.cli.tables import print_results
    from app.wording import TABLE_METRICS

    for each in history:
        print()
        print_facts(
            [
                ("until", each.at.isoformat(timespec="seconds")),
                ("made with", each.made_with),
                ("replaced with", each.replaced_with),
                ("by", each.by),
                ("why", each.note),
            ]
        )
        print_results(each.analysis, TABLE_METRICS)


def _tell_damage(store: Store, record: Record) -> int:
    """Exit status 1 where a visit holds a trial that cannot be read."""
    from data.records import Session

    damaged = store.trials.of_session(record.id).damaged if isinstance(record, Session) else ()
    for trial_id in damaged:
        say(f"myograph: trial {trial_id} is damaged; all others are safe; restore it from a backup")
    return 1 if damaged else 0

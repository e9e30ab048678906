"""`myograph backup`, `restore`, `verify` and `recover`: care of the data."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli.database import database_path, opened_store
from app.cli.output import print_facts, print_json, print_table, say
from app.cli.parser import Commands, add_database, add_json

if TYPE_CHECKING:
    from app.cli.shapes import Json
    from data.backup import VerifyReport
    from data.intake import RecoverableCapture
    from data.records import Treatment, Trial
    from data.store import Store
    from data.treatment_journal import OpenTreatment


def add(commands: Commands) -> None:
    parser = commands.add(
        "backup",
        run_backup,
        "copy the database to a new file and verify the copy",
        example="myograph backup myograph-backup.db",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")
    add_database(parser)
    add_json(parser)
    parser = commands.add(
        "restore",
        run_restore,
        "put a backup in the place of the database",
        description="The backup is copied and verified first; the old database is kept beside it.",
        example="myograph restore myograph-backup.db",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a backup")
    add_database(parser)
    add_json(parser)
    parser = commands.add(
        "verify",
        run_verify,
        "check every record and every curve; changes nothing",
        example="myograph verify --json",
    )
    add_database(parser)
    add_json(parser)
    parser = commands.add(
        "recover",
        run_recover,
        "store trials that were cut off by a crash",
        example="myograph recover --list",
    )
    parser.add_argument("--list", action="store_true", help="only tell what there is")
    add_database(parser)
    add_json(parser)


def run_backup(arguments: argparse.Namespace) -> int:
    with opened_store(arguments) as store:
        report = store.backup(arguments.file)
    return _tell_report(report, {}, as_json=arguments.json)


def run_restore(arguments: argparse.Namespace) -> int:
    from data.restore import restore

    restored = restore(arguments.file, database_path(arguments))
    kept = None if restored.kept is None else str(restored.kept)
    files = [str(file) for file in restored.kept_files]
    rows = [("kept", file) for file in (kept, *files) if file is not None]
    more: Json = {"kept": kept, "kept_files": files}
    return _tell_report(restored.report, more, rows, as_json=arguments.json)


def run_verify(arguments: argparse.Namespace) -> int:
    with opened_store(arguments) as store:
        report = store.verify()
    status = _tell_report(report, {}, as_json=arguments.json)
    if status:
        say(
            "myograph: the database is damaged in the places named; every other record is safe; "
            "restore a backup, or export what can be read"
        )
    return status


def run_recover(arguments: argparse.Namespace) -> int:
    from data.intake import recoverable, unreadable
    from data.treatment_journal import open_treatments, unreadable_treatments

    with opened_store(arguments, makes=True) as store:
        captures = recoverable(store.captures)
        running = open_treatments(store.captures)
        damaged = [*unreadable(store.captures), *unreadable_treatments(store.captures)]
        if arguments.list:
            _tell_captures(captures, running, damaged, as_json=arguments.json)
            return 0
        trials, failures = _recover(store, captures)
        treatments = _recover_treatments(store, running, failures)
    if arguments.json:
        print_json(_recovered_json(trials, treatments, failures, damaged))
    else:
        _print_recovered(trials, treatments)
    for path in damaged:
        say(f"myograph: the beginning of {path} cannot be read; it is kept; nothing else is lost")
    for path, reason in failures:
        say(f"myograph: {path.name} was not stored, and is kept: {reason}")
    return 1 if failures or damaged else 0


def _recover(
    store: Store, captures: list[RecoverableCapture]
) -> tuple[list[Trial], list[tuple[Path, str]]]:
    """One capture that cannot be stored does not keep the others from being stored."""
    from data.errors import StoreError
    from data.intake import save_capture

    trials: list[Trial] = []
    failures: list[tuple[Path, str]] = []
    for capture in captures:
        try:
            trials.append(save_capture(store, capture.path))
        except StoreError as error:
            failures.append((capture.path, str(error)))
    return trials, failures


def _recover_treatments(
    store: Store, running: list[OpenTreatment], failures: list[tuple[Path, str]]
) -> list[Treatment]:
    """Each up to the second in which the program ended; those that fail are added to `failures`."""
    from data.errors import StoreError
    from data.treatment_journal import finish

    treatments: list[Treatment] = []
    for found in running:
        try:
            treatments.append(finish(store, found.path))
        except StoreError as error:
            failures.append((found.path, str(error)))
    return treatments


def _tell_report(
    report: VerifyReport, more: Json, rows: Sequence[tuple[str, str]] = (), *, as_json: bool
) -> int:
    """Exit status 1 where something is not sound."""
    if as_json:
        print_json(
            {
                "file": str(report.path),
                "sound": report.is_sound,
                "counts": report.counts,
                "problems": list(report.problems),
                "damaged": list(report.damaged),
                **more,
            }
        )
        return 0 if report.is_sound else 1
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in report.counts.items())
    facts = [("file", str(report.path)), ("holds", counts)]
    facts += rows
    facts += [("problem", problem) for problem in report.problems]
    facts += [("damaged", damaged) for damaged in report.damaged]
    facts.append(("state", "sound" if report.is_sound else "NOT SOUND"))
    print_facts(facts)
    return 0 if report.is_sound else 1


def _tell_captures(
    captures: list[RecoverableCapture],
    running: list[OpenTreatment],
    damaged: list[Path],
    *,
    as_json: bool,
) -> None:
    if as_json:
        print_json(
            {
                "captures": [_capture_json(capture) for capture in captures],
                "treatments": [_running_json(found) for found in running],
                "unreadable": [str(path) for path in damaged],
            }
        )
        return
    print_table(
        ("trial", "started", "test", "seconds", "samples"),
        [
            (
                str(capture.header.id),
                capture.header.started_at.isoformat(timespec="seconds"),
                capture.header.test_id,
                f"{capture.seconds:.1f}",
                str(capture.samples),
            )
            for capture in captures
        ],
    )
    for found in running:
        began = found.course.started_at.isoformat(timespec="seconds")
        print(f"treatment: {found.draft.form.name}, {began}, {found.elapsed_s:.0f} s")
    for path in damaged:
        print(f"unreadable: {path}")


def _capture_json(capture: RecoverableCapture) -> Json:
    return {
        "file": str(capture.path),
        "trial": str(capture.header.id),
        "person": str(capture.header.person_id),
        "session": str(capture.header.session_id),
        "test": capture.header.test_id,
        "started_at": capture.header.started_at.isoformat(),
        "state": capture.state.value,
        "duration_s": capture.seconds,
        "samples": capture.samples,
        "lost_tail_bytes": capture.lost_tail_bytes,
    }


def _running_json(found: OpenTreatment) -> Json:
    return {
        "file": str(found.path),
        "treatment": str(found.started.id),
        "person": str(found.started.person_id),
        "session": str(found.started.session_id),
        "modality": found.draft.modality.value,
        "started_at": found.course.started_at.isoformat(),
        "duration_s": found.elapsed_s,
        "changes": len(found.course.changes),
        "lost_tail_bytes": found.lost_tail_bytes,
    }


def _recovered_json(
    trials: list[Trial],
    treatments: list[Treatment],
    failures: list[tuple[Path, str]],
    damaged: list[Path],
) -> Json:
    from app.cli.shapes import treatment_json, trial_json

    return {
        "recovered": [trial_json(trial) for trial in trials],
        "treatments": [treatment_json(treatment) for treatment in treatments],
        "kept": [{"file": str(path), "reason": reason} for path, reason in failures],
        "unreadable": [str(path) for path in damaged],
    }


def _print_recovered(trials: list[Trial], treatments: list[Treatment]) -> None:
    if not trials and not treatments:
        print("Nothing was waiting to be recovered.")
    for trial in trials:
        print(
            f"{trial.id}  {trial.header.test_id}  {trial.samples} samples, {trial.duration_s:.1f} s"
        )
    for treatment in treatments:
        print(f"{treatment.id}  {treatment.modality}  {treatment.actual_s or 0:.0f} s")

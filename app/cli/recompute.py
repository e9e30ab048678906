"""`myograph recompute`: what this version would change in stored numbers, and the change."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from app.cli.choices import add_choices, is_chosen, onset_rule, with_choices
from app.cli.database import find_person, find_record, opened_store
from app.cli.errors import CommandError
from app.cli.output import print_json, print_table, say
from app.cli.parser import Commands, add_database, add_json
from app.version import program_version

if TYPE_CHECKING:
    from app.cli.shapes import Json
    from data.analysis.recompute import NumberChange
    from data.analysis.types import AnalysisOptions, Metric
    from data.recompute import Recomputed
    from data.store import Store

TELL_EVERY = 25


def add(commands: Commands) -> None:
    parser = commands.add(
        "recompute",
        run,
        "compute stored numbers anew from their curves",
        description="Shows, trial by trial and number by number, what this version would change. "
        "Only --apply changes it; the numbers that were there are kept in the trial's history. "
        "Bounds and onsets that a person set and repetitions that a person rejected stay so. Onset "
        "rule, filter, hold and angle stay too, unless another is chosen here.",
        example="myograph recompute --all",
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--trial", metavar="ID", help="this trial")
    which.add_argument("--person", metavar="ID", help="every trial of this person")
    which.add_argument("--all", action="store_true", help="every trial")
    parser.add_argument(
        "--onset", type=onset_rule, metavar="RULE", help="reverse, 5sd, force:N or percent:P"
    )
    add_choices(parser)
    parser.add_argument("--apply", action="store_true", help="change it, and keep the old")
    parser.add_argument("--by", default="", metavar="NAME", help="who answers for the change")
    parser.add_argument("--why", default="", metavar="TEXT", help="the reason that is kept with it")
    add_database(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Trials are taken one by one, each in a transaction of its own: Ctrl-C leaves every one of
    them either as it was or as it is now."""
    from data.errors import DamagedRecordError
    from data.history import Replacement
    from data.recompute import apply, recompute

    if arguments.apply and is_chosen(arguments) and not arguments.by.strip():
        raise CommandError("another way of computing needs somebody who chose it: --by NAME")
    version = program_version()
    now = datetime.now(UTC)
    why = arguments.why or f"computed again with version {version}"
    tally = _Tally(arguments)
    with opened_store(arguments) as store:
        trials = _chosen(store, arguments)
        for done, trial_id in enumerate(trials, 1):
            if isinstance(trial_id, str):
                tally.damaged(trial_id)
                continue
            try:
                found = recompute(store, trial_id, _choice(arguments, now))
                if arguments.apply:
                    given = Replacement(now, arguments.by, why, version)
                    apply(store, found, given)
            except DamagedRecordError:
                tally.damaged(str(trial_id))
                continue
            tally.add(found)
            if done % TELL_EVERY == 0:
                say(f"{done} of {len(trials)} trials")
    return tally.tell(version)


def _choice(
    arguments: argparse.Namespace, now: datetime
) -> Callable[[AnalysisOptions], AnalysisOptions]:
    """What was chosen here, and by whom; nothing changes where it was chosen before."""

    def choose(options: AnalysisOptions) -> AnalysisOptions:
        chosen = with_choices(options, arguments, arguments.onset)
        if chosen == options:
            return options
        return replace(chosen, changed_by=arguments.by, changed_at=now)

    return choose


class _Tally:
    """What was found, told at once for people and at the end as JSON."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self._is_json: bool = arguments.json
        self._is_applied: bool = arguments.apply
        self._changed: list[Json] = []
        self._not_computed: list[Json] = []
        self._unchanged = 0
        self._has_damage = False

    def add(self, found: Recomputed) -> None:
        if found.analysis is None:
            self._refused(str(found.trial.id), found.reason or "")
            self._has_damage |= found.is_damaged
        elif not found.changes_something:
            self._unchanged += 1
        else:
            self._changed.append(_trial_json(found))
            if not self._is_json:
                _print_trial(found)

    def damaged(self, trial_id: str) -> None:
        self._has_damage = True
        self._refused(trial_id, "its record is damaged; restore it from a backup")

    def tell(self, version: str) -> int:
        """The exit status: 1 where a trial is damaged."""
        if self._is_json:
            print_json(
                {
                    "program_version": version,
                    "applied": self._is_applied,
                    "unchanged": self._unchanged,
                    "changed": self._changed,
                    "not_computed": self._not_computed,
                }
            )
        else:
            print(f"{len(self._changed)} changed, {self._unchanged} as they were.")
        if self._changed and not self._is_applied:
            say("myograph: nothing was changed yet; --apply changes it and keeps the old numbers")
        if self._has_damage:
            say(
                "myograph: damaged trials were left as they are; every other record is safe; "
                "restore a backup"
            )
        return 1 if self._has_damage else 0

    def _refused(self, trial_id: str, reason: str) -> None:
        self._not_computed.append({"trial": trial_id, "reason": reason})
        if not self._is_json:
            say(f"{trial_id} not computed: {reason}")


def _chosen(store: Store, arguments: argparse.Namespace) -> list[UUID | str]:
    """Ids, and as text those of trials that cannot be read."""
    from data.records import Trial

    if arguments.trial is not None:
        record = find_record(store, arguments.trial)
        if not isinstance(record, Trial):
            raise CommandError(f"{arguments.trial} is not a trial; see `myograph show`")
        return [record.id]
    people = store.people.all()
    if arguments.person is not None:
        people = [find_person(store, arguments.person)]
    return [each for person in people for each in _trials_of(store, person.id)]


def _trials_of(store: Store, person_id: UUID) -> Iterator[UUID | str]:
    found = store.trials.of_person(person_id)
    yield from (trial.id for trial in found)
    yield from found.damaged


def _trial_json(found: Recomputed) -> Json:
    header = found.trial.header
    return {
        "trial": str(header.id),
        "person": str(header.person_id),
        "session": str(header.session_id),
        "test": header.test_id,
        "started_at": header.started_at.isoformat(),
        "device": {"model": header.device_model, "serial": header.device.serial},
        "changes": [_change_json(each) for each in found.changes],
        "notes_gained": list(found.gained),
        "notes_lost": list(found.lost),
    }


def _change_json(change: NumberChange) -> Json:
    return {
        "key": change.key,
        "rep": change.rep,
        "side": None if change.side is None else change.side.value,
        "unit": _unit(change),
        "before": _number(change.before),
        "before_reason": _reason(change.before),
        "before_method": change.before.method if change.before else None,
        "after": _number(change.after),
        "after_reason": _reason(change.after),
        "after_method": change.after.method if change.after else None,
        "method_only": change.is_method_only,
    }


def _unit(change: NumberChange) -> str:
    known = change.after or change.before
    return known.unit if known else ""


def _number(metric: Metric | None) -> float | None:
    from app.cli.shapes import number

    return None if metric is None else number(metric.value)


def _reason(metric: Metric | None) -> str | None:
    if metric is None:
        return "not there"
    return None if _number(metric) is not None else metric.reason or "not computed"


def _print_trial(found: Recomputed) -> None:
    from app.wording import clock, limb

    header = found.trial.header
    when = clock(header.started_at, header.utc_offset_min)
    print(f"{header.id}  {header.test_id}  {when}")
    numbers = [change for change in found.changes if not change.is_method_only]
    if numbers:
        print_table(
            ("number", "rep", "limb", "before", "after", "unit"),
            [
                (
                    change.key,
                    "" if change.rep is None else str(change.rep),
                    "" if change.side is None else limb(change.side),
                    _shown(change.before),
                    _shown(change.after),
                    _unit(change),
                )
                for change in numbers
            ],
        )
    if only := len(found.changes) - len(numbers):
        print(f"{only} more with the same value and another method")
    for word, codes in (("new", found.gained), ("gone", found.lost)):
        if codes:
            print(f"{word}: {', '.join(codes)}")
    print()


def _shown(metric: Metric | None) -> str:
    value = _number(metric)
    return f"{value:.6g}" if value is not None else f"none ({_reason(metric)})"

"""`myograph squad`: a team in one test, a line for each athlete."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING

from app.cli.database import opened_store
from app.cli.errors import CommandError
from app.cli.output import print_facts, print_json, print_table
from app.cli.parser import Commands, add_database, add_json, day

if TYPE_CHECKING:
    from app.cli.shapes import Json
    from app.squad import Member, Squad
    from data.clinical.change import Change
    from data.clinical.squad import LimbLine
    from data.sides import Side


def add(commands: Commands) -> None:
    parser = commands.add(
        "squad",
        run,
        "list the last results of a team in one test",
        description="Last peak of each limb, N/kg, their difference, the change since the first "
        "result of the same series with its measurement error, and the days since.",
        example='myograph squad "First team" --test nordic.bil',
    )
    parser.add_argument("team", metavar="TEAM", nargs="?", default="", help="default: everybody")
    parser.add_argument("--test", required=True, metavar="TEST", help="see `myograph tests`")
    parser.add_argument(
        "--on", type=day, metavar="YYYY-MM-DD", help="days are counted up to this one: today"
    )
    add_database(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    from app.squad import read_squad
    from data.clinical.catalogue import tests

    if arguments.test not in tests():
        raise CommandError(
            f"There is no test “{arguments.test}”. Nothing was read. `myograph tests` lists them."
        )
    with opened_store(arguments) as store:
        today = arguments.on or date.today()  # noqa: DTZ011 - the day by this machine's clock
        squad = read_squad(store, arguments.team, arguments.test, today)
    if not squad.members:
        raise CommandError(
            f"Nobody is in the team “{arguments.team}”. Nothing was changed. "
            "`myograph people` shows who is in which."
        )
    if arguments.json:
        print_json(squad_json(squad))
    else:
        _print(squad)
    return 0


def squad_json(squad: Squad) -> Json:
    """A value that is not there is null: nobody measured it."""
    from data.analysis.symmetry import FORMULAS

    return {
        "team": squad.team,
        "test": squad.test.id,
        "on": squad.today.isoformat(),
        "difference": FORMULAS["signed"],
        "athletes": [_member_json(member) for member in squad.members],
    }


def _member_json(member: Member) -> Json:
    from data.sides import Side as Limb

    error = member.error
    return {
        "person_id": str(member.person.id),
        "name": member.person.name,
        "days_since": member.line.days_since,
        "is_virtual": member.is_virtual,
        "missing_today": [side.value for side in member.missing],
        "difference_percent": member.difference_percent,
        "error": None if error is None else {"origin": error.origin.value, "source": error.source},
        **{side.value: _limb_json(member, side) for side in Limb},
    }


def _limb_json(member: Member, side: Side) -> Json | None:
    limb: LimbLine | None = member.limb(side)
    if limb is None:
        return None
    latest = limb.latest
    return {
        "on": latest.on.isoformat(),
        "peak_n": latest.value,
        "per_kg_n_kg": member.per_kg.get(side),
        "reps": latest.reps,
        "device_model": latest.key.device_model,
        "lever_m": latest.key.lever_m,
        "change": None if limb.change is None else _change_json(limb.change),
        "series": [{"on": each.on.isoformat(), "peak_n": each.value} for each in limb.readings],
    }


def _change_json(change: Change) -> Json:
    return {
        "since": change.earlier.on.isoformat(),
        "difference_n": change.difference,
        "percent": change.percent,
        "mdc95_n": change.mdc95,
        "is_beyond_error": change.is_beyond_error,
    }


def _print(squad: Squad) -> None:
    from app.squad import change_words, difference_words
    from app.units import number
    from data.sides import Side as Limb

    def row(member: Member) -> list[str]:
        peaks = [number(member.peak(side)) for side in Limb]
        per_kg = [number(member.per_kg.get(side), 2) for side in Limb]
        changes = [change_words(member.limb(side)) or "–" for side in Limb]
        difference = difference_words(member.difference_percent) or "–"
        name = f"{member.person.name}{' (virtual)' if member.is_virtual else ''}"
        days = number(member.line.days_since)
        return [name, *peaks, *per_kg, difference, *changes, days, ", ".join(member.devices) or "–"]

    headers = (
        "athlete", "left N", "right N", "left N/kg", "right N/kg", "difference",
        "left since first N", "right since first N", "days", "device",
    )  # fmt: skip
    print_table(headers, [row(member) for member in squad.members])
    print("\nMethods")
    print_facts(_methods(squad))


def _methods(squad: Squad) -> list[tuple[str, str]]:
    from data.analysis.symmetry import FORMULAS

    how = squad.test.aggregation.replace("_", " ")
    errors = dict.fromkeys(each.error.source for each in squad.members if each.error is not None)
    return [
        ("  N", f"peak.raw.v1, {how} of the valid repetitions of the last day, net of rest"),
        ("  N/kg", "rel.mass.v1: by the body mass of that day"),
        ("  difference", FORMULAS["signed"]),
        ("  since first", "against the first result of the same series, ± MDC95"),
        ("  error", "; ".join(errors) or "not known"),
    ]

"""`myograph output-check` and `output-checks`: an ultrasound head's output, and the log of it."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from app.cli.database import opened_store
from app.cli.errors import CommandError, UsageError
from app.cli.output import print_facts, print_json, print_table, say
from app.cli.parser import Commands, add_database, add_json, count, positive

if TYPE_CHECKING:
    from app.cli.shapes import Json
    from data.clinical.output_check import PanelError
    from data.output_checks import OutputCheck
    from drivers.serial_format import SerialFormat
    from protocols.balance import Weight

SECONDS = 10.0


def add(commands: Commands) -> None:
    _add_check(commands)
    parser = commands.add(
        "output-checks",
        run_log,
        "list the output checks that were kept, newest first",
        description="Each with what the panel showed, what was measured and which limit counted.",
        example="myograph output-checks --serial S17",
    )
    parser.add_argument("--serial", metavar="TEXT", help="of one unit only")
    add_database(parser)
    add_json(parser)


def _add_check(commands: Commands) -> None:
    parser = commands.add(
        "output-check",
        run_output_check,
        "weigh the output of an ultrasound head",
        description="The head pushes on a target on a serial balance. Zero the balance with the "
        "output off, switch the output on, then start this. With --measured-w no balance is read.",
        example="myograph output-check serial:/dev/ttyUSB0 --panel-w 5",
    )
    parser.add_argument(
        "link", metavar="LINK", nargs="?", default="", help="serial:PORT_OR_URL of the balance"
    )
    parser.add_argument(
        "--panel-w", type=positive, required=True, metavar="W", help="the power that the unit shows"
    )
    parser.add_argument(
        "--measured-w",
        type=positive,
        metavar="W",
        help="what a power meter showed, in the place of a balance",
    )
    parser.add_argument(
        "--highest-w", type=positive, metavar="W", help="the most that the unit can show"
    )
    parser.add_argument(
        "--watts-per-gram",
        type=positive,
        metavar="K",
        help="of your target (default: 14.65, a conical one)",
    )
    parser.add_argument(
        "--limit",
        type=positive,
        metavar="PERCENT",
        help="your own limit of the error (default: 20, of 21 CFR 1050.10)",
    )
    parser.add_argument(
        "--seconds", type=positive, default=SECONDS, metavar="S", help="how long to read"
    )
    parser.add_argument("--baud", type=count, metavar="N", help="speed (default: 2400)")
    parser.add_argument(
        "--line", type=_line, metavar="8N1", help="format of the line (default: 7E1)"
    )
    kept = parser.add_argument_group("to keep it in the log")
    kept.add_argument("--save", action="store_true", help="keep it; needs --unit or --serial")
    kept.add_argument("--unit", default="", metavar="MODEL", help="model of the unit")
    kept.add_argument("--serial", default="", metavar="TEXT", help="serial number of the unit")
    kept.add_argument(
        "--head", default="", metavar="TEXT", help="number of the head, or what it is called"
    )
    kept.add_argument("--by", default="", metavar="NAME", help="who checked it")
    kept.add_argument("--note", default="", metavar="TEXT")
    add_database(parser)
    add_json(parser)


def run_output_check(arguments: argparse.Namespace) -> int:
    from data.clinical.output_check import OutputCheckError

    if arguments.save and not (arguments.unit or arguments.serial):
        raise UsageError("--save needs the unit: --unit, --serial or both")
    is_typed = arguments.measured_w is not None
    if is_typed == bool(arguments.link):
        raise UsageError("either the link of a balance or --measured-w is needed, not both")
    try:
        found, used, received = _typed(arguments) if is_typed else _read(arguments)
    except OutputCheckError as error:
        raise CommandError(str(error)) from error
    kept = _keep(arguments, found, len(used)) if arguments.save else None
    if arguments.json:
        print_json(_json(found, used, received, kept))
    else:
        _print(found, len(used), received, kept)
    return 0


def run_log(arguments: argparse.Namespace) -> int:
    with opened_store(arguments) as store:
        kept = store.output_checks.all()[::-1]
    if arguments.serial:
        wanted = arguments.serial.casefold()
        kept = [check for check in kept if check.unit.serial.casefold() == wanted]
    if arguments.json:
        print_json([check_json(check) for check in kept])
        return 0
    print_table(
        ("at", "unit", "head", "shown", "measured", "error", "limit", "by"),
        [
            (
                f"{check.at.astimezone():%Y-%m-%d %H:%M}",
                check.unit.name,
                check.head.name,
                f"{check.panel_w:.2f} W",
                f"{check.power_w:.2f} W{'' if check.grams is None else ', weighed'}",
                f"{check.error_percent:+.1f} %",
                _verdict(check.is_within, check.limit_percent),
                check.by + (" VIRTUAL" if check.is_virtual else ""),
            )
            for check in kept
        ],
    )
    return 0


def check_json(check: OutputCheck) -> Json:
    """A kept check; what was typed has no weight."""
    return {
        "id": str(check.id),
        "at": check.at.isoformat(),
        "unit": {
            "make": check.unit.make,
            "model": check.unit.model,
            "serial": check.unit.serial,
        },
        "head": {"applicator": check.head.applicator, "serial": check.head.serial},
        "panel_w": check.panel_w,
        "power_w": check.power_w,
        "error_percent": check.error_percent,
        "limit_percent": check.limit_percent,
        "limit_source": check.limit_source,
        "is_within": check.is_within,
        "origin": check.origin.value,
        "method": check.method,
        "mass_g": check.grams,
        "watts_per_gram": check.watts_per_gram,
        "highest_w": check.highest_w,
        "readings": check.readings,
        "by": check.by,
        "note": check.note,
        "is_virtual": check.is_virtual,
    }


def _typed(arguments: argparse.Namespace) -> tuple[PanelError, list[Weight], int]:
    from data.clinical.output_check import read

    found = read(
        arguments.measured_w,
        arguments.panel_w,
        highest_w=arguments.highest_w,
        limit_percent=arguments.limit,
    )
    return found, [], 0


def _read(arguments: argparse.Namespace) -> tuple[PanelError, list[Weight], int]:
    from statistics import median

    from data.clinical.output_check import WATTS_PER_GRAM, weighed

    kind, _, where = arguments.link.partition(":")
    if kind != "serial" or not where:
        raise UsageError(f"{arguments.link} is no serial:PORT_OR_URL")
    weights = asyncio.run(_weigh(where, arguments))
    used = [weight for weight in weights if weight.is_stable is not False]
    if not used:
        raise CommandError(
            f"the balance sent {len(weights)} readings and none was stable; nothing was kept; "
            "let it print by itself, check --baud and --line, and keep the head still"
        )
    found = weighed(
        median(weight.grams for weight in used),
        arguments.panel_w,
        arguments.watts_per_gram or WATTS_PER_GRAM,
        highest_w=arguments.highest_w,
        limit_percent=arguments.limit,
    )
    return found, used, len(weights)


def _keep(arguments: argparse.Namespace, found: PanelError, readings: int) -> OutputCheck:
    from datetime import UTC, datetime

    from data.output_checks import Head, Unit, new_check

    check = new_check(
        Unit("", arguments.unit.strip(), arguments.serial.strip()),
        Head("", arguments.head.strip()),
        found,
        datetime.now(UTC),
        by=arguments.by,
        note=arguments.note,
        highest_w=arguments.highest_w,
        readings=readings or None,
    )
    with opened_store(arguments, makes=True) as store:
        return store.output_checks.save(check)


async def _weigh(where: str, arguments: argparse.Namespace) -> list[Weight]:
    from devices.balance import BALANCE, Balance
    from drivers.serial import SerialLink

    link = SerialLink(
        where,
        baud_rate=arguments.baud or BALANCE.baud_rate,
        line=arguments.line or BALANCE.line,
    )
    balance = Balance(link)
    await balance.connect()
    try:
        say(f"Reading for {arguments.seconds:g} s …")
        return await balance.readings(arguments.seconds)
    finally:
        await balance.close()


def _json(found: PanelError, used: list[Weight], received: int, kept: OutputCheck | None) -> Json:
    grams = [weight.grams for weight in used]
    return {
        "power_w": found.power_w,
        "panel_w": found.panel_w,
        "error_percent": found.error_percent,
        "within_tolerance": found.is_within,
        "tolerance_percent": found.limit_percent,
        "tolerance_source": found.limit_source,
        "mass_g": found.grams,
        "spread_g": max(grams) - min(grams) if grams else None,
        "watts_per_gram": found.watts_per_gram,
        "readings": received,
        "readings_used": len(used),
        "method": found.method,
        "id": None if kept is None else str(kept.id),
    }


def _print(found: PanelError, used: int, received: int, kept: OutputCheck | None) -> None:
    verdict = _verdict(found.is_within, found.limit_percent)
    facts = [
        ("measured", f"{found.power_w:.2f} W"),
        ("shown", f"{found.panel_w:.2f} W"),
        ("error of the panel", f"{found.error_percent:+.1f} %, {verdict}"),
    ]
    if found.grams is not None:
        facts += [
            ("weight", f"{found.grams:.3f} g, median of {used} of {received} readings"),
            ("factor", f"{found.watts_per_gram:g} W/g"),
        ]
    facts.append(("rule", found.limit_source))
    if kept is not None:
        facts.append(("kept", f"{kept.unit.name}, head {kept.head.name or 'not named'}"))
    print_facts(facts)


def _verdict(is_within: bool | None, limit_percent: float) -> str:
    if is_within is None:
        return "too little power for the rule"
    return f"{'within' if is_within else 'outside'} ±{limit_percent:g} %"


def _line(text: str) -> SerialFormat:
    from drivers.serial_format import SerialFormat

    try:
        return SerialFormat.from_text(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None

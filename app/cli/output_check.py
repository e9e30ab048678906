"""`myograph output-check`: an ultrasound head's output, weighed by a serial balance."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from app.cli.errors import CommandError, UsageError
from app.cli.output import print_facts, print_json, say
from app.cli.parser import Commands, add_json, count, positive

if TYPE_CHECKING:
    from data.clinical.output_check import OutputCheck
    from drivers.serial_format import SerialFormat
    from protocols.balance import Weight

SECONDS = 10.0


def add(commands: Commands) -> None:
    parser = commands.add(
        "output-check",
        run_output_check,
        "weigh the output of an ultrasound head",
        description="The head pushes on a target on a serial balance. Zero the balance with the "
        "output off, switch the output on, then start this.",
        example="myograph output-check serial:/dev/ttyUSB0 --panel-w 5",
    )
    parser.add_argument("link", metavar="LINK", help="serial:PORT_OR_URL of the balance")
    parser.add_argument(
        "--panel-w", type=positive, required=True, metavar="W", help="the power that the unit shows"
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
        "--seconds", type=positive, default=SECONDS, metavar="S", help="how long to read"
    )
    parser.add_argument("--baud", type=count, metavar="N", help="speed (default: 2400)")
    parser.add_argument(
        "--line", type=_line, metavar="8N1", help="format of the line (default: 7E1)"
    )
    add_json(parser)


def run_output_check(arguments: argparse.Namespace) -> int:
    from statistics import median

    from data.clinical.output_check import WATTS_PER_GRAM, OutputCheckError, output_check

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
    try:
        check = output_check(
            median(weight.grams for weight in used),
            arguments.panel_w,
            arguments.watts_per_gram or WATTS_PER_GRAM,
            arguments.highest_w,
        )
    except OutputCheckError as error:
        raise CommandError(str(error)) from error
    if arguments.json:
        print_json(_json(check, used, len(weights)))
    else:
        _print(check, len(used), len(weights))
    return 0


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


def _json(check: OutputCheck, used: list[Weight], received: int) -> dict[str, object]:
    from data.clinical.output_check import TOLERANCE_PERCENT, TOLERANCE_SOURCE

    grams = [weight.grams for weight in used]
    return {
        "power_w": check.power_w,
        "panel_w": check.panel_w,
        "error_percent": check.error_percent,
        "within_tolerance": check.is_within,
        "tolerance_percent": TOLERANCE_PERCENT,
        "tolerance_source": TOLERANCE_SOURCE,
        "mass_g": check.grams,
        "spread_g": max(grams) - min(grams),
        "watts_per_gram": check.watts_per_gram,
        "readings": received,
        "readings_used": len(used),
        "method": check.method,
    }


def _print(check: OutputCheck, used: int, received: int) -> None:
    from data.clinical.output_check import TOLERANCE_PERCENT, TOLERANCE_SOURCE

    verdict = {
        True: f"within ±{TOLERANCE_PERCENT:g} %",
        False: f"outside ±{TOLERANCE_PERCENT:g} %",
        None: "too little power for the rule",
    }
    print_facts(
        [
            ("measured", f"{check.power_w:.2f} W"),
            ("shown", f"{check.panel_w:.2f} W"),
            ("error of the panel", f"{check.error_percent:+.1f} %, {verdict[check.is_within]}"),
            ("weight", f"{check.grams:.3f} g, median of {used} of {received} readings"),
            ("factor", f"{check.watts_per_gram:g} W/g"),
            ("rule", TOLERANCE_SOURCE),
        ]
    )


def _line(text: str) -> SerialFormat:
    from drivers.serial_format import SerialFormat

    try:
        return SerialFormat.from_text(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None

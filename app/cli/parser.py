"""What every command shares: how it is registered, and the types of its words."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from math import isfinite
from pathlib import Path

Run = Callable[[argparse.Namespace], int]


class Commands:
    """Where a module registers its commands: each with a summary and an example."""

    def __init__(self, parser: argparse.ArgumentParser, name: str = "command") -> None:
        self._commands = parser.add_subparsers(dest=name, metavar="COMMAND", title="commands")
        self.parsers: dict[str, argparse.ArgumentParser] = {}
        self.inner: dict[str, Commands] = {}

    def add(
        self, name: str, run: Run, summary: str, *, example: str, description: str = ""
    ) -> argparse.ArgumentParser:
        parser = self._commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}. {description}".strip(),
            epilog=f"example:\n  {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        parser.set_defaults(run=run)
        self.parsers[name] = parser
        return parser

    def within(self, name: str) -> Commands:
        """Commands of a command: ``people add``."""
        self.inner[name] = Commands(self.parsers[name], f"{name}_command")
        return self.inner[name]


def add_database(parser: argparse.ArgumentParser) -> None:
    # SUPPRESS: a command's own default must not undo what stood before the command.
    parser.add_argument(
        "--db",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="PATH",
        help="the database (default: the platform's data folder)",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json",
        action="store_true",
        default=argparse.SUPPRESS,
        help="print one JSON value and nothing else on stdout",
    )


def positive(text: str) -> float:
    value = _number(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} must be above zero")
    return value


def not_negative(text: str) -> float:
    value = _number(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} must not be negative")
    return value


def finite(text: str) -> float:
    return _number(text)


def fraction(text: str) -> float:
    value = _number(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text} must be above 0 and at most 1 (20 % is 0.2)")
    return value


def count(text: str) -> int:
    value = _number(text)
    if value < 1 or value != int(value):
        raise argparse.ArgumentTypeError(f"{text} must be a whole number from 1 on")
    return int(value)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} must be a date like 2026-01-31") from None


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a number") from None
    if not isfinite(value):
        raise argparse.ArgumentTypeError(f"{text} is not a finite number")
    return value

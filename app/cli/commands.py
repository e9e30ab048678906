"""Every group of commands. A new module is registered by its name in `MODULES`."""

from __future__ import annotations

import argparse

from app.cli import (
    analyse,
    calibrate,
    care,
    catalogue,
    demo,
    dose,
    erase,
    export,
    import_,
    output_check,
    recompute,
    record,
    report,
    squad,
    stored,
)
from app.cli.parser import Commands, add_database
from app.version import program_version

# Each has `add(commands)`, which registers its commands with what runs them.
MODULES = (
    demo,
    catalogue,
    record,
    calibrate,
    analyse,
    dose,
    output_check,
    stored,
    squad,
    export,
    import_,
    report,
    recompute,
    care,
    erase,
)


class ShowVersion(argparse.Action):
    """``--version``, looked up only when it is asked for."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        print(f"myograph {program_version()}")
        parser.exit()


def build_parser() -> argparse.ArgumentParser:
    """The whole command line. Without a command, `run` is None: the window is meant."""
    return build_commands()[0]


def build_commands() -> tuple[argparse.ArgumentParser, Commands]:
    """The command line, and the commands it has."""
    parser = argparse.ArgumentParser(
        prog="myograph",
        description="Force curves, limb asymmetry and treatment records. "
        "Without a command the window opens.",
        epilog="example:\n  myograph analyse curve.csv --test nordic.bil",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.set_defaults(run=None, db=None, json=False)
    parser.add_argument("--version", action=ShowVersion, nargs=0, help="print the version")
    add_database(parser)
    commands = Commands(parser)
    for module in MODULES:
        module.add(commands)
    return parser, commands

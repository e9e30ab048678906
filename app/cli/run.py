"""Runs one command and turns what went wrong into one line and an exit status."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from app.cli.commands import build_parser
from app.cli.errors import CommandError, UsageError
from app.cli.output import make_streams_forgiving, say

DONE, FAILED, WRONG_USAGE = 0, 1, 2


def run_command(words: Sequence[str]) -> int:
    """Exit status: 0 done, 1 what was asked for failed, 2 wrong usage."""
    make_streams_forgiving()
    try:
        arguments = build_parser().parse_args(words)
    except SystemExit as stop:  # argparse has printed its help, or what is wrong
        return DONE if stop.code in {None, 0} else WRONG_USAGE
    try:
        if arguments.run is None:
            from app.window import run as open_window

            return open_window(arguments.db)
        _use_clinic_of(arguments)
        status: int = arguments.run(arguments)
        sys.stdout.flush()
    except UsageError as error:
        say(f"myograph: {error}")
        return WRONG_USAGE
    except BrokenPipeError:
        # The reader of the pipe has gone; python would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        say("myograph: stopped; what was saved before stays saved")
        return FAILED
    except _expected_errors() as error:
        say(f"myograph: {_sentence(error)}")
        return FAILED
    finally:
        _say_wrong_files()
    return status


def _use_clinic_of(arguments: argparse.Namespace) -> None:
    """The clinic's own files stand beside the database; a demo has a clinic of its own."""
    from app.cli.database import database_path
    from data.clinical.clinic_files import use_clinic_folder

    use_clinic_folder(database_path(arguments).parent / "clinic")


def _say_wrong_files() -> None:
    from data.clinical.clinic_files import clinic_problems

    for problem in clinic_problems():
        say(f"myograph: {problem}")


def _expected_errors() -> tuple[type[Exception], ...]:
    """Looked up only once something has been raised: these modules are slow to load."""
    from data.errors import StoreError
    from devices.errors import DeviceError
    from drivers.link import LinkError

    return (CommandError, OSError, LinkError, DeviceError, StoreError)


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        return f"{error.strerror}{where}; what was stored before stays stored"
    return str(error) or type(error).__name__

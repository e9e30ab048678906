"""The way in: without a command the window opens, with one the command line answers."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from app.cli.run import run_command


def main(argv: Sequence[str] | None = None) -> int:
    """Do what `argv` (default: the words of this process) asks for; returns the exit status."""
    return run_command(sys.argv[1:] if argv is None else argv)


if __name__ == "__main__":
    sys.exit(main())

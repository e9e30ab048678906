"""Writing to the two streams: results to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from app.plain_text import plain


def print_json(value: Any) -> None:
    """The one JSON value of a command. Raises ValueError for NaN and infinity."""
    print(json.dumps(value, allow_nan=False, indent=2))


def print_table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns aligned by two spaces; a column of numbers is set to the right."""
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(headers), *cells]) for i in range(len(headers))]
    right = [bool(cells) and all(_is_number(row[i]) for row in cells) for i in range(len(headers))]
    for line in [list(headers), *cells]:
        parts = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ]
        print("  ".join(parts).rstrip())


def print_facts(facts: Sequence[tuple[str, str]]) -> None:
    """Name and value, a line each."""
    width = max((len(name) for name, _ in facts), default=0)
    for name, value in facts:
        print(f"{name.ljust(width)}  {plain(value)}".rstrip())


def say(text: str) -> None:
    """A line for the person at the keyboard; never part of the result."""
    print(plain(text), file=sys.stderr, flush=True)


def make_streams_forgiving() -> None:
    """A name outside the terminal's character set is shown as escapes instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _is_number(text: str) -> bool:
    if text in {"", "–"}:
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True

"""``python -m tests.fuzz SUBJECT [--seconds S] [--seed N] [--findings DIR | --chance]``: one codec,
for as long as wanted, guided by what its code reaches, or by chance alone."""

from __future__ import annotations

import argparse
import importlib
import random
import sys
import time
from collections.abc import Callable
from typing import Any

LONGEST = 256


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("subject")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--findings", default=".", help="folder for what broke it")
    parser.add_argument("--chance", action="store_true", help="without guidance")
    arguments = parser.parse_args()
    if arguments.chance:
        _by_chance(_property(arguments.subject), arguments.seconds, arguments.seed)
    else:
        _guided(arguments)
    return 0


def _property(name: str) -> Callable[[bytes], None]:
    from tests.fuzz.play import recovers, survives
    from tests.fuzz.subjects import subjects

    subject = next(each for each in subjects() if each.name == name)

    def hold(spelling: bytes) -> None:
        survives(subject, spelling)
        recovers(subject, spelling)

    return hold


def _guided(arguments: argparse.Namespace) -> None:
    """Ends the process: 0 when nothing was found."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["protocols"], enable_loader_override=False):
        hold = _property(arguments.subject)
    options = {
        "max_total_time": round(arguments.seconds),
        "max_len": LONGEST,
        "seed": arguments.seed,
        "artifact_prefix": f"{arguments.findings}/",
        "verbosity": 0,
        "print_final_stats": 1,
    }
    atheris.Setup([sys.argv[0], *(f"-{key}={value}" for key, value in options.items())], hold)
    atheris.Fuzz()


def _by_chance(hold: Callable[[bytes], None], seconds: float, seed: int) -> None:
    """Spellings that grow from one another, so that a rare turn is kept for a while."""
    dice = random.Random(seed)
    until, spelling, runs = time.monotonic() + seconds, b"", 0
    while time.monotonic() < until:
        spelling = _changed(dice, spelling) if dice.random() < 0.9 else b""
        try:
            hold(spelling)
        except BaseException:
            print(f"spelling: {spelling.hex()}", file=sys.stderr)
            raise
        runs += 1
    print(f"{runs} runs")


def _changed(dice: random.Random, spelling: bytes) -> bytes:
    at = dice.randrange(len(spelling) + 1)
    match dice.randrange(4):
        case 0:
            changed = spelling[:at] + dice.randbytes(dice.randrange(1, 24)) + spelling[at:]
        case 1:
            changed = spelling[:at] + spelling[at + dice.randrange(1, 9) :]
        case 2:
            changed = spelling[:at] + dice.randbytes(1) + spelling[at + 1 :]
        case _:
            changed = spelling + spelling[at:]
    return changed[:LONGEST]


if __name__ == "__main__":
    sys.exit(main())

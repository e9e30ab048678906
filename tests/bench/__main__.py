"""`make bench`: every figure in one run, as a table and as JSON.

Each part is measured in a process of its own, so that no figure depends on what another one left
in memory. ``python -m tests.bench PART …`` measures some of them. The lines beside other packages
are there where those are installed, as they are for `make bench`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.bench import analysis, codecs, four, onset, plot, start, store, wire
from tests.bench.figure import Figure

PARTS = {
    part.__name__.rsplit(".", 1)[1]: part
    for part in (codecs, four, analysis, onset, store, start, plot, wire)
}
_INSIDE = "--inside"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of: {', '.join(PARTS)}")
    parser.add_argument(_INSIDE, action="store_true", help="one part, in this process, as JSON")
    chosen = parser.parse_args()
    if unknown := [name for name in chosen.parts if name not in PARTS]:
        parser.error(f"no part is called {unknown[0]!r}; the parts are: {', '.join(PARTS)}")
    if chosen.inside:
        json.dump([asdict(f) for name in chosen.parts for f in PARTS[name].figures()], sys.stdout)
        return 0
    found: list[Figure] = []
    for name in chosen.parts or PARTS:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "tests.bench", _INSIDE, name]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found += [Figure(**row) for row in json.loads(done.stdout)]
    width = max(len(figure.name) for figure in found)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for figure in found:
        met = {True: "met", False: "NOT MET", None: ""}[figure.is_met]
        value = f"{figure.value:,.3g}" if figure.value < 1000 else f"{figure.value:,.0f}"
        print(
            f"{figure.name:{width}}  {value:>12} {figure.unit:12} {figure.goal:10} {met}".rstrip()
        )
    folder = Path("bench-out")
    folder.mkdir(exist_ok=True)
    rows = [{**asdict(figure), "met": figure.is_met} for figure in found]
    (folder / "bench.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

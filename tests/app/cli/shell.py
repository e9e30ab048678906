"""Types a command and takes what it prints apart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent.parent


def run(*words: object, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`python -m app WORDS` in a process of its own, without a display."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    if home is not None:
        environment |= {"HOME": str(home), "XDG_DATA_HOME": str(home / "data")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "app", *map(str, words)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def run_json(*words: object) -> Any:
    """The one JSON value on stdout of a command that succeeds."""
    result = run(*words, "--json")
    assert result.returncode == 0, result.stderr
    return only_json(result.stdout)


def only_json(text: str) -> Any:
    """`text` is exactly one JSON value, without NaN or infinity."""
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def write_csv(path: Path, header: str, *columns: Any) -> Path:
    """Columns of numbers under `header`, every digit kept."""
    rows = zip(*(column.tolist() for column in columns), strict=True)
    lines = [",".join(map(repr, row)) for row in rows]
    path.write_text("\n".join([header, *lines, ""]), "utf-8")
    return path

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "guarantees.md").read_text(encoding="utf-8")


def _named() -> list[tuple[str, str | None]]:
    """The tests that the page names, as (file, function); ``…`` stands for the file before."""
    found: list[tuple[str, str | None]] = []
    file = ""
    for part in re.findall(r"`((?:\S+\.py|…)(?:::\w+)?)`", PAGE):
        name, _, function = part.partition("::")
        file = file if name == "…" else name
        found.append((file, function or None))
    return found


@pytest.mark.parametrize(("file", "function"), _named())
def test_every_guarantee_names_a_test_that_exists(file: str, function: str | None):
    root = HERE.parents[1]
    paths = [root / file] if "/" in file else list(HERE.parent.rglob(file))
    text = "".join(path.read_text(encoding="utf-8") for path in paths)
    assert text
    assert function is None or f"def {function}(" in text


def test_every_promise_has_a_test():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line]
    promises = [row for row in rows if not row.startswith("| guarantee")]
    assert len(promises) > 30
    assert all("`" in row.rsplit("|", 2)[1] for row in promises)

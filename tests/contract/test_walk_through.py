from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("app", "data", "devices", "drivers", "firmware_sim", "protocols", "tests", "docs")
FILE = re.compile(r"^<!-- file: (\S+) -->\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project of somebody who did what CONTRIBUTING.md says."""
    copy = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("__pycache__", "*.png", "databases")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for path, text in FILE.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8")):
        assert not (copy / path).exists()
        (copy / path).write_text(text, "utf-8")
    return copy


def run(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """What the project says, with the copy in the place of this one."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_three_files_are_all_that_is_shown() -> None:
    shown = [path for path, _ in FILE.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8"))]
    assert shown == [
        "devices/added/acme.py",
        "firmware_sim/added/acme.py",
        "tests/devices/test_acme.py",
    ]


@pytest.mark.timeout(300)
def test_what_is_added_keeps_every_contract(followed: Path) -> None:
    tests = ("tests/devices/test_acme.py", "tests/contract", "tests/fuzz", "tests/test_docs.py")
    wanted = " or ".join(
        (
            *("test_acme", "test_catalogues", "left_out", "acme-memory", "acme-stream"),
            *("has_a_page", "table_of_devices"),
        )
    )
    done = run(followed, "pytest", *tests, "-q", "-k", wanted, "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout[-4000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= 20


def test_what_is_added_is_listed_and_served(followed: Path) -> None:
    listed = run(followed, "app", "devices")
    assert re.search(r"^acme +Acme FD-1 +supported +serial +100 ", listed.stdout, re.MULTILINE)
    served = run(followed, "firmware_sim", "--list")
    assert "acme" in served.stdout


def test_what_is_added_is_written_as_the_rest(followed: Path) -> None:
    added = ("devices/added", "firmware_sim/added", "tests/devices/test_acme.py")
    for command in (("ruff", "check"), ("ruff", "format", "--check")):
        done = run(followed, *command, *added)
        assert done.returncode == 0, done.stdout

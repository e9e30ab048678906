from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def _run(*command: str) -> list[dict[str, Any]]:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _may_mount(folder: Path) -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"):
        return False
    mount = f"mount -t tmpfs -o size=1m tmpfs '{folder}'"
    return subprocess.run(["unshare", "-m", "sh", "-c", mount], check=False).returncode == 0


def test_a_full_disk_ends_the_recording_and_the_trial_is_stored(tmp_path: Path):
    if not _may_mount(tmp_path):
        pytest.skip("a small disk of its own needs Linux, root and unshare")
    python = (sys.executable, "-m", "tests.data.filling")
    rounds = _run("unshare", "-m", *python, "disk", str(tmp_path))
    assert max(found["handed"] for found in rounds) > 10_000
    for found in rounds:
        assert "The disk is full" in found["message"]
        assert found["handed"] == found["readable"] == found["stored"]
        assert (found["tail"], found["state"]) == (0, "interrupted")
        assert found["sound"]
        assert found["left"] == []


@pytest.mark.skipif(sys.platform == "win32", reason="file sizes cannot be limited there")
def test_a_file_that_may_not_grow_stays_readable(tmp_path: Path):
    (found,) = _run(sys.executable, "-m", "tests.data.filling", "file", str(tmp_path))
    assert "The disk is full" in found["message"]
    assert found["handed"] == found["readable"] > 0
    assert found["tail"] == 0

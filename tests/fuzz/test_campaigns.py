from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.subjects import Subject, subjects

ROOT = Path(__file__).parents[2]
SECONDS = float(os.environ.get("MYOGRAPH_FUZZ_S", "20"))

every = pytest.mark.parametrize("subject", subjects(), ids=str)
guided = pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="atheris is not installed: `make nightly` installs it where there is a build of it",
)


def campaign(subject: Subject, seconds: float, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.fuzz", subject.name, "--seconds", f"{seconds:g}"]
    return subprocess.run(
        [*command, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 60,
    )


@pytest.mark.nightly
@guided
@every
def test_guided_by_what_its_code_reaches_nothing_breaks_a_codec(
    subject: Subject, tmp_path: Path
) -> None:
    done = campaign(subject, SECONDS, "--findings", str(tmp_path))
    assert done.returncode == 0, done.stderr[-4000:]
    assert "number_of_executed_units" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.nightly
@every
def test_a_long_chain_of_chances_breaks_no_codec(subject: Subject) -> None:
    done = campaign(subject, SECONDS / 2, "--chance")
    assert done.returncode == 0, done.stderr[-4000:]


def test_a_campaign_tells_what_broke_a_codec(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "from protocols.mark10 import Mark10Codec\n"
        "def receive(self, data):\n"
        "    raise ValueError('broken on purpose')\n"
        "real = Mark10Codec.receive\n"
        "Mark10Codec.receive = lambda self, data: (\n"
        "    receive(self, data) if b'\\xff' in data else real(self, data))\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "mark10-stream", "--seconds", "20", "--chance"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "broken on purpose" in done.stderr
    assert "spelling: " in done.stderr

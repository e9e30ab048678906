"""Real processes: a simulated device on a port, and the program that records it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.app.cli.shell import ROOT, only_json

PATIENCE_S = 60.0
_ENVIRONMENT = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}


@contextmanager
def simulator(model: str, *words: object) -> Generator[tuple[str, subprocess.Popen[str]]]:
    """`python -m firmware_sim MODEL --tcp 0 WORDS` while inside: its endpoint and its process."""
    command = [sys.executable, "-m", "firmware_sim", model, "--tcp", "0", *map(str, words)]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())["endpoint"], process
    finally:
        process.stdin.close()  # its sign to end
        process.wait(PATIENCE_S)
        process.stdout.close()


class Recording:
    """`python -m app record WORDS` in a process of its own; warnings are errors there too."""

    def __init__(self, *words: object) -> None:
        command = [sys.executable, "-W", "error", "-m", "app", "record", *map(str, words)]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._news = threading.Condition()
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()

    def says(self, words: str) -> None:
        """Wait until a line of its messages has these words."""
        with self._news:
            heard = self._news.wait_for(
                lambda: any(words in line for line in self.said) or not self._ear.is_alive(),
                PATIENCE_S,
            )
        assert heard
        assert any(words in line for line in self.said), self.messages

    def result(self) -> tuple[int, str]:
        """Exit status and stdout, when it has ended."""
        assert self.process.stdout is not None
        printed = self.process.stdout.read()
        status = self.process.wait(PATIENCE_S)
        self._ear.join(PATIENCE_S)
        self.process.stdout.close()
        return status, printed

    def trial(self) -> Any:
        """The one JSON value of a recording that succeeded."""
        status, printed = self.result()
        assert status == 0, self.messages
        return only_json(printed)

    def kill(self) -> None:
        self.process.kill()
        self.result()

    @property
    def messages(self) -> str:
        return "".join(self.said)

    def _listen(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            for line in lines:
                with self._news:
                    self.said.append(line)
                    self._news.notify_all()
        with self._news:
            self._news.notify_all()


def shared_capture(name: str) -> Path | None:
    """A recorded curve of the shared folder, where there is one."""
    path = ROOT.parent / "shared" / "captures" / name
    return path if path.exists() else None

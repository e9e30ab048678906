"""Recording processes that are killed again and again, and what each of them left behind."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from app.visits import UNASSIGNED
from data.intake import recoverable, save_capture, unreadable
from data.records import Trial, TrialState
from data.store import Store
from firmware_sim.onb import OnbFirmware
from firmware_sim.serve import serve_tcp
from tests.app.cli.shell import ROOT

MOST_LOST_S = 0.05
MOST_STALLED_S = 0.3
"""What the system may keep from a program that it gives no time to, once in fifty rounds."""
RATE_HZ = 1000
_STEP_N = (0.001, 0.05)  # of the count within a second, and of the seconds
_PATIENCE_S = 60.0


class Numbered:
    """A load in which each sample shows its own number, too little to disturb a zero.

    `made` is when (host's clock) samples were made, which is when they are sent, up to which.
    """

    def __init__(self) -> None:
        self.made: list[tuple[float, int]] = []

    def __call__(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        number = np.rint(t * RATE_HZ).astype(np.int64)
        self.made.append((time.monotonic(), int(number[-1])))
        second, within = np.divmod(number, RATE_HZ)
        return np.column_stack([within * _STEP_N[0], second * _STEP_N[1]])

    def sent_until(self, moment: float) -> int:
        """The number of the last sample sent by then; -1 before the first."""
        place = bisect_right(self.made, moment, key=lambda each: each[0])
        return self.made[place - 1][1] if place else -1


def numbers(force: NDArray[np.float64]) -> NDArray[np.int64]:
    """The numbers that the samples ``force (n, 2) N`` show."""
    within, second = (np.rint(force[:, i] / _STEP_N[i]).astype(np.int64) for i in (0, 1))
    return second * RATE_HZ + within


@dataclass
class Campaign:
    """Rounds on one database: record, be killed, recover. `states` counts how the trials ended,
    `stalled` those that miss more than `MOST_LOST_S`."""

    folder: Path
    seed: int
    states: dict[str, int] = field(default_factory=dict[str, int])
    stalled: int = 0
    _stored: dict[UUID, Trial] = field(default_factory=dict[UUID, Trial])

    async def run(self, rounds: int) -> None:
        source = random.Random(self.seed)
        for _ in range(rounds):
            await self._round(source)

    async def _round(self, source: random.Random) -> None:
        seconds = source.uniform(0.4, 1.6)
        load = Numbered()
        async with serve_tcp(OnbFirmware(load, noise_n=0.0)) as endpoint:
            killed_at = await _record_and_kill(
                self._words(endpoint, seconds), after_s=source.uniform(0.1, seconds + 0.5)
            )
            # What was sent earlier than this must be there.
            sent = load.sent_until(killed_at - MOST_LOST_S)
        await asyncio.to_thread(self._recover, seconds, sent)

    def _words(self, endpoint: str, seconds: float) -> tuple[str, ...]:
        link = (f"serial:{endpoint}", "--model", "onb", "--test", "nordic.bil")
        return (*link, "--seconds", f"{seconds}", "--db", str(self.folder / "x.db"))

    def _recover(self, seconds: float, sent: int) -> None:
        """As at the next start: nothing committed is lost, and of the new trial next to nothing."""
        store = Store(self.folder / "x.db")
        try:
            assert unreadable(store.captures) == []
            for leftover in recoverable(store.captures):
                assert leftover.lost_tail_bytes == 0
                save_capture(store, leftover.path)
            assert list(store.captures.iterdir()) == []
            trials = {trial.id: trial for trial in store.trials.of_person(UNASSIGNED)}
            assert {key: trials[key] for key in self._stored} == self._stored
            (trial,) = (trials[key] for key in trials.keys() - self._stored.keys())
            self._judge(trial, store, seconds, sent)
            assert store.verify().is_sound
        finally:
            store.close()
        assert not (self.folder / "x.db-wal").exists()  # a clean end after an unclean one
        self._stored[trial.id] = trial

    def _judge(self, trial: Trial, store: Store, seconds: float, sent: int) -> None:
        blocks, gaps = store.trials.blocks(trial.id)
        shown = numbers(np.concatenate([block.force for block in blocks]))
        assert gaps == ()
        assert np.all(np.diff(shown) == 1)
        assert len(shown) == trial.samples
        if trial.duration_s < seconds:  # else it had ended by itself
            assert trial.state is TrialState.RECOVERED
            missing_s = MOST_LOST_S + (sent - int(shown[-1])) / RATE_HZ
            assert missing_s <= MOST_STALLED_S, f"the last {missing_s:.3f} s are missing"
            self.stalled += missing_s > MOST_LOST_S
        self.states[trial.state] = self.states.get(trial.state, 0) + 1


async def _record_and_kill(words: tuple[str, ...], after_s: float) -> float:
    """Kill a recording so long after it said that it began; the moment on the host's clock."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-m", "app", "record", *words),
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    said = b""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while b"Recording" not in said:
                line = await process.stderr.readline()
                assert line, said.decode()
                said += line
            await asyncio.sleep(after_s)
    finally:
        killed_at = time.monotonic()
        if process.returncode is None:
            process.kill()
        said += await process.stderr.read()
        await process.wait()
    assert b"Traceback" not in said, said.decode()
    return killed_at

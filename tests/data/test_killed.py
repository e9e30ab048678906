from __future__ import annotations

import multiprocessing
import random
import time
from pathlib import Path

import pytest

from data.intake import recoverable, save_capture, unreadable
from data.records import TrialState
from data.store import Store
from tests.data.capturing import BLOCK, handed_over, record_until_killed, said_to_be_stored

MOST_LOST_S = 0.05
RATE_HZ = 1000


def _kill_again_and_again(folder: Path, rounds: int, seed: int) -> None:
    source = random.Random(seed)
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.data.capturing", "data.trials"])
    (folder / "handed").touch()
    (folder / "stored").touch()
    worst = 0
    for number in range(rounds):
        before = len(handed_over(folder))
        child = processes.Process(target=record_until_killed, args=(folder, source.randrange(9999)))
        child.start()
        while len(handed_over(folder)) == before:
            assert child.is_alive()
            time.sleep(0.002)
        time.sleep(source.uniform(0.0, 0.4))
        child.kill()
        child.join()
        worst = max(worst, _what_was_lost(folder, check=number % 10 == 0 or number == rounds - 1))
    assert worst / RATE_HZ <= MOST_LOST_S
    assert worst <= BLOCK  # only the block that was being written


def _what_was_lost(folder: Path, *, check: bool) -> int:
    """Recover what the killed program left, and count the samples missing in any trial."""
    store = Store(folder / "x.db")
    told = said_to_be_stored(folder)
    assert told == [store.trials.get(key).id for key in told]  # nothing committed is lost
    assert unreadable(store.captures) == []
    for leftover in recoverable(store.captures):
        trial = save_capture(store, leftover.path)
        assert trial.state in (TrialState.RECOVERED, TrialState.COMPLETE)
        assert trial.samples == leftover.samples
    assert [path for path in store.captures.iterdir() if path.stat().st_size] == []
    handed = handed_over(folder)
    lost = [count - store.trials.get(key).samples for key, count in list(handed.items())[-40:]]
    if check:
        assert store.verify().is_sound
    store.close()
    assert not (folder / "x.db-wal").exists()  # a clean end after an unclean one
    return max(lost)


def test_a_killed_program_loses_at_most_one_block(tmp_path: Path):
    _kill_again_and_again(tmp_path, rounds=20, seed=20260314)


@pytest.mark.nightly
def test_a_thousand_kills_lose_at_most_one_block_each(tmp_path: Path):
    _kill_again_and_again(tmp_path, rounds=1000, seed=time.time_ns())

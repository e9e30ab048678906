from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from data.store import Store
from tests.app.cli.shell import ROOT, only_json, run_json
from tests.app.killing import MOST_LOST_S, Campaign
from tests.app.processes import Recording, simulator

AT_ONCE = 3  # more would share too few cores, and each needs its own share in time
FRAME_S = 0.02  # what the board collects before it sends

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")


async def _killed_again_and_again(folder: Path, rounds: int, seed: int) -> dict[str, int]:
    """Rounds by how their trial was found afterwards."""
    campaigns = [Campaign(folder / f"{k}", seed + k) for k in range(AT_ONCE)]
    async with asyncio.TaskGroup() as group:
        for campaign in campaigns:
            campaign.folder.mkdir()
            group.create_task(campaign.run(rounds // AT_ONCE))
    assert sum(campaign.stalled for campaign in campaigns) <= max(1, rounds // 50)
    states = {state for campaign in campaigns for state in campaign.states}
    return {state: sum(c.states.get(state, 0) for c in campaigns) for state in states}


@pytest.mark.timeout(300)
async def test_sixty_killed_recordings_lose_next_to_nothing(tmp_path: Path) -> None:
    found = await _killed_again_and_again(tmp_path, 60, seed=20260314)
    assert sum(found.values()) == 60
    # Some are killed in the middle of the trial, some while it is being stored.
    assert found["recovered"] > 10
    assert found["complete"] > 10


@pytest.mark.nightly
@pytest.mark.timeout(3600)
async def test_a_thousand_killed_recordings_lose_next_to_nothing(tmp_path: Path) -> None:
    rounds = AT_ONCE * 334
    assert sum((await _killed_again_and_again(tmp_path, rounds, time.time_ns())).values()) == rounds


def _recording(endpoint: str, folder: Path, *words: object) -> tuple[Recording, float]:
    """A recording that has begun, and since when at the latest."""
    recording = Recording(
        *(f"serial:{endpoint}", "--model", "onb", "--test", "nordic.bil", *words),
        *("--db", folder / "x.db", "--json"),
    )
    recording.says("Recording")
    return recording, time.monotonic()


def _is_whole(trial: dict[str, Any], began: float, ended: float) -> bool:
    """Whether all of it is there but the most that may be lost."""
    return trial["duration_s"] >= ended - began - MOST_LOST_S - FRAME_S


def _is_sound(folder: Path) -> bool:
    store = Store(folder / "x.db")
    try:
        return store.verify().is_sound and not list(store.captures.glob("*"))
    finally:
        store.close()


@pytest.mark.timeout(60)
@needs_signals
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_recording_is_kept_and_complete(number: signal.Signals, tmp_path: Path) -> None:
    with simulator("onb", "--load", "empty") as (endpoint, _):
        recording, began = _recording(endpoint, tmp_path)
        time.sleep(0.8)
        recording.process.send_signal(number)
        stopped = time.monotonic()
        trial = recording.trial()
    assert (trial["state"], trial["lost"], trial["gaps"]) == ("complete", 0, [])
    assert _is_whole(trial, began, stopped)
    assert _is_sound(tmp_path)


@pytest.mark.timeout(60)
@needs_signals
def test_stopping_before_the_trial_begins_records_nothing_and_says_so(tmp_path: Path) -> None:
    with simulator("onb", "--load", "empty") as (endpoint, _):
        recording = Recording(
            *(f"serial:{endpoint}", "--model", "onb", "--test", "nordic.bil"),
            *("--db", tmp_path / "x.db", "--json"),
        )
        recording.says("Taking the zero")
        recording.process.send_signal(signal.SIGINT)
        status, printed = recording.result()
    assert (status, printed) == (1, "")
    assert "nothing was recorded" in recording.said[-1].lower()
    assert "Recording" not in recording.messages
    assert _is_sound(tmp_path)


@pytest.mark.timeout(60)
def test_a_killed_device_leaves_an_interrupted_trial(tmp_path: Path) -> None:
    with simulator("onb", "--load", "empty") as (endpoint, device):
        recording, began = _recording(endpoint, tmp_path, "--seconds", 2.5)
        time.sleep(1.0)
        device.kill()
        killed = time.monotonic()
        trial = recording.trial()
    assert trial["state"] == "interrupted"
    assert trial["lost"] == 0
    assert _is_whole(trial, began, killed)
    assert "Everything so far is on disk" in recording.messages
    assert _is_sound(tmp_path)


@pytest.mark.timeout(60)
@needs_signals
def test_after_the_device_was_killed_the_person_ends_the_trial(tmp_path: Path) -> None:
    with simulator("onb", "--load", "empty") as (endpoint, device):
        recording, began = _recording(endpoint, tmp_path)
        time.sleep(0.6)
        device.kill()
        killed = time.monotonic()
        recording.says("stopped answering")
        time.sleep(1.0)
        assert recording.process.poll() is None  # it goes on trying
        ended = time.monotonic()
        recording.process.send_signal(signal.SIGINT)
        trial = recording.trial()
    assert trial["state"] == "interrupted"
    assert _is_whole(trial, began, killed)
    (gap,) = trial["gaps"]
    assert gap["samples"] is None
    assert gap["cause"]
    # By the wall clock from the kill to the end, less what was still under way, and the closing.
    assert gap["end_s"] - gap["start_s"] == pytest.approx(ended - killed, abs=0.5)


@pytest.mark.timeout(60)
def test_device_and_program_killed_one_after_the_other(tmp_path: Path) -> None:
    with simulator("onb", "--load", "empty") as (endpoint, device):
        recording, began = _recording(endpoint, tmp_path)
        time.sleep(0.6)
        device.kill()
        killed = time.monotonic()
        recording.says("stopped answering")
        recording.kill()
    database = ("--db", tmp_path / "x.db")
    (waiting,) = run_json("recover", "--list", *database)["captures"]
    (trial,) = run_json("recover", *database)["recovered"]
    assert trial["id"] == waiting["trial"]
    assert trial["state"] == "recovered"
    assert _is_whole(trial, began, killed)
    assert run_json("verify", *database)["sound"]
    assert run_json("recover", "--list", *database)["captures"] == []


@pytest.mark.timeout(60)
def test_a_device_that_comes_back_goes_on_in_the_same_trial(tmp_path: Path) -> None:
    # The link drops 4 s after the first connection for 1 s; the board itself keeps its clock.
    cut = tmp_path / "cut.json"
    cut.write_text('[{"fault": "cut", "at_s": 4.0, "seconds": 1.0}]', "utf-8")
    with simulator("onb", "--load", "empty", "--faults", cut) as (endpoint, _):
        recording, _ = _recording(endpoint, tmp_path, "--seconds", 5)
        trial = recording.trial()
    (gap,) = trial["gaps"]
    assert "The device is back; the gap is marked." in recording.messages
    assert trial["duration_s"] == pytest.approx(5.0, abs=0.1)
    assert trial["lost"] == gap["samples"] == round((gap["end_s"] - gap["start_s"]) * 1000) - 1
    assert trial["samples"] + trial["lost"] == round(trial["duration_s"] * 1000) + 1


_RECORD = """
head -c 3000000 /dev/zero > "$DISK/filler"
("$PYTHON" -W error -m app record "serial:$PORT" --model onb --test nordic.bil \
    --db "$DISK/x.db" --json > "$KEPT/trial.json" 2> "$KEPT/said"; echo $? > "$KEPT/status") &
recording=$!
"""
_LOOK = """
wait $recording
rm "$DISK"/filler*
"$PYTHON" -m app recover --db "$DISK/x.db" --json > "$KEPT/recovered.json"
"$PYTHON" -m app verify --db "$DISK/x.db" --json > "$KEPT/verified.json"
"""
# Whatever room the recording lets go of for its own end is gone at once.
_TAKE_ALL = """
until grep -qs Recording "$KEPT/said"; do sleep 0.05; done
sleep 1
while kill -0 $recording 2> /dev/null; do
    cat /dev/zero >> "$DISK/filler2"
done 2> /dev/null
"""


def _recorded_on_a_small_disk(folder: Path, *steps: str) -> Path:
    """What the steps left, in a folder; ``$DISK`` is 8 MiB that no other process sees. Skips
    where that cannot be had."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("a small disk of its own needs Linux, root and unshare")
    disk, kept = folder / "disk", folder / "kept"
    disk.mkdir()
    kept.mkdir()
    mount = f"mount -t tmpfs -o size=8m tmpfs '{disk}'"
    if subprocess.run(["unshare", "-m", "sh", "-c", mount], check=False).returncode:
        pytest.skip("nobody may mount a small disk here")
    with simulator("onb", "--load", "empty", "--speed", 8) as (endpoint, _):
        places = {"DISK": disk, "KEPT": kept, "PORT": endpoint, "PYTHON": sys.executable}
        subprocess.run(
            ["unshare", "-m", "sh", "-c", "\n".join([mount, *steps])],
            cwd=ROOT,
            env={**os.environ, **{name: str(place) for name, place in places.items()}},
            check=True,
            timeout=60,
        )
    return kept


@pytest.mark.timeout(90)
def test_a_full_disk_ends_the_recording_and_the_trial_is_stored(tmp_path: Path) -> None:
    kept = _recorded_on_a_small_disk(tmp_path, _RECORD, _LOOK)
    said = (kept / "said").read_text("utf-8")
    assert (kept / "status").read_text() == "0\n", said
    assert "The disk is full, so the recording stopped. Everything before is safe" in said
    trial = only_json((kept / "trial.json").read_text("utf-8"))
    assert trial["samples"] > 10_000
    assert (trial["lost"], trial["gaps"]) == (0, [])
    assert only_json((kept / "recovered.json").read_text("utf-8"))["recovered"] == []
    assert only_json((kept / "verified.json").read_text("utf-8"))["sound"]


@pytest.mark.timeout(90)
def test_on_a_disk_that_stays_full_the_capture_waits_to_be_recovered(tmp_path: Path) -> None:
    kept = _recorded_on_a_small_disk(tmp_path, _RECORD, _TAKE_ALL, _LOOK)
    said = (kept / "said").read_text("utf-8")
    assert (kept / "status").read_text() == "1\n", said
    assert "The disk is full, so the recording stopped. Everything before is safe" in said
    assert "Traceback" not in said
    assert "is safe" in said.splitlines()[-1]
    assert (kept / "trial.json").read_text("utf-8") == ""
    (trial,) = only_json((kept / "recovered.json").read_text("utf-8"))["recovered"]
    assert trial["samples"] > 5_000
    assert only_json((kept / "verified.json").read_text("utf-8"))["sound"]

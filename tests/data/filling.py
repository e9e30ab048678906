"""A program that records until the disk is full, then ends and stores the trial; see `main`."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

from data.errors import JournalFullError, JournalWriteError
from data.intake import save_capture
from data.journal import JournalWriter, read_journal
from data.records import TrialState
from data.store import Store
from tests.data import samples

MIB = 1 << 20


def on_small_disk(mount_point: Path) -> list[dict[str, object]]:
    """Mount 16 MiB, for this process alone, and fill it to a few different bytes."""
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(mount_point)], check=True
    )
    return [_round(mount_point / f"{spare}", spare) for spare in (0, 1, 4097, 60_001, 400_123)]


def _round(folder: Path, spare: int) -> dict[str, object]:
    store = Store(folder / "x.db")
    session = samples.visit(store)
    journal = JournalWriter.create(store.captures, samples.header(session))
    filler = folder / "filler"
    _fill(filler, spare)
    handed, message = _record(journal)
    journal.finish(TrialState.INTERRUPTED)
    capture = read_journal(journal.path)
    trial = save_capture(store, journal.path)
    filler.unlink()
    found: dict[str, object] = {
        "message": message,
        "handed": handed,
        "readable": capture.samples,
        "tail": capture.lost_tail_bytes,
        "state": capture.state.value,
        "stored": store.trials.get(trial.id).samples,
        "sound": store.verify().is_sound,
        "left": [path.name for path in store.captures.iterdir()],
    }
    store.close()
    return found


def on_limited_file(folder: Path) -> list[dict[str, object]]:
    """No file may grow beyond 5 MiB: not even the end of the capture can be written."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (5 * MIB, 5 * MIB))
    journal = JournalWriter.create(folder, samples.header())
    handed, message = _record(journal)
    try:
        journal.finish(TrialState.INTERRUPTED)
    except JournalWriteError as error:
        message += str(error)
    capture = read_journal(journal.path)
    return [
        {
            "message": message,
            "handed": handed,
            "readable": capture.samples,
            "tail": capture.lost_tail_bytes,
            "state": capture.state.value,
        }
    ]


def _record(journal: JournalWriter) -> tuple[int, str]:
    runs = samples.messages(samples.recording(20.0))
    handed = 0
    try:
        while True:
            for run in runs:
                journal.append(run)
                handed += len(run.t_us)
    except JournalFullError as error:
        return handed, str(error)


def _fill(path: Path, spare: int) -> None:
    """Take all room but `spare` bytes."""
    path.write_bytes(bytes(spare))
    with path.with_name("rest").open("wb", buffering=0) as rest:
        for step in (65_536, 4096, 1):
            try:
                while rest.write(bytes(step)) == step:
                    pass
            except OSError:
                continue
    path.unlink()
    path.with_name("rest").rename(path)


def main() -> None:
    kind, folder = sys.argv[1:]
    rounds = on_small_disk if kind == "disk" else on_limited_file
    sys.stdout.write(json.dumps(rounds(Path(folder))))


if __name__ == "__main__":
    main()

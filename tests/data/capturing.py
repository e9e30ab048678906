"""A program that records and stores trials until it is killed; run in a process of its own."""

from __future__ import annotations

import os
import random
import struct
import time
from pathlib import Path
from uuid import UUID

from data.intake import save_capture
from data.journal import JournalWriter
from data.records import TrialState
from data.store import Store
from tests.data import samples

BLOCK = 10  # samples at 1 kHz: written each 10 ms
_HANDED = struct.Struct("<16sQ")


def record_until_killed(folder: Path, seed: int) -> None:
    """Notes in two files what it hands to a journal, and what it was told is stored."""
    source = random.Random(seed)
    handed = os.open(folder / "handed", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    stored = os.open(folder / "stored", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    store = Store(folder / "x.db")
    runs = samples.messages(samples.recording(0.5), BLOCK)
    while True:
        session = samples.visit(store)
        header = samples.header(session)
        journal = JournalWriter.create(store.captures, header)
        for number in range(source.randrange(1, len(runs))):
            os.write(handed, _HANDED.pack(header.id.bytes, (number + 1) * BLOCK))
            journal.append(runs[number])
            time.sleep(0.001)
            if number % 25 == 24:
                journal.sync()
        journal.finish(TrialState.COMPLETE)
        save_capture(store, journal.path)
        os.write(stored, header.id.bytes)


def handed_over(folder: Path) -> dict[UUID, int]:
    """For each trial, the samples that its journal was given, the last block perhaps in vain."""
    data = (folder / "handed").read_bytes()
    return {UUID(bytes=key): count for key, count in _HANDED.iter_unpack(data)}


def said_to_be_stored(folder: Path) -> list[UUID]:
    data = (folder / "stored").read_bytes()
    return [UUID(bytes=data[at : at + 16]) for at in range(0, len(data), 16)]

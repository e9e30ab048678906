"""Saving a finished capture, and opening one trial among ten thousand."""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np

from data.analysis.types import Side
from data.ids import uuid7
from data.intake import save_capture
from data.journal import JournalWriter
from data.records import TrialHeader, TrialState
from data.store import Store
from devices.types import ForceBlock
from firmware_sim.loads import nordic_curl
from tests.bench.figure import Figure, median_s
from tests.builders import header, person

TRIALS = 10_000
SAVED = 20
SECONDS = 30.0


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        store = Store(Path(name) / "myograph.db")
        try:
            return _figures(store)
        finally:
            store.close()


def _figures(store: Store) -> list[Figure]:
    athlete = store.people.add(person())
    first = header(Side.LEFT, Side.RIGHT)
    session = store.sessions.open(athlete.id, first.started_at, 0)
    base = replace(first, person_id=athlete.id, session_id=session.id)
    journals = iter([_journal(store.captures, base) for _ in range(SAVED)])
    saving_s = median_s(lambda: save_capture(store, next(journals)), runs=SAVED - 2)
    some = store.trials.of_person(athlete.id)[0].id
    store.close()
    _multiply(store.path, some)
    opening_s = median_s(lambda: (store.trials.get(some), store.trials.curve(some)))
    return [
        Figure("save a 30 s trial, 2 x 1 kHz, analysed and read back", 1000 * saving_s, "ms"),
        Figure(f"open one of {TRIALS} trials with its curve", 1000 * opening_s, "ms"),
        Figure("database of 10,000 trials", store.path.stat().st_size / 1e6, "MB"),
    ]


def _journal(folder: Path, base: TrialHeader) -> Path:
    folder.mkdir(exist_ok=True)
    writer = JournalWriter.create(folder, replace(base, id=uuid7(), set_id=uuid7()))
    steps = np.array([channel.resolution_n or 0.001 for channel in base.channels])
    t_us = 1000 * np.arange(int(SECONDS * 1000), dtype=np.int64)
    force = np.round(nordic_curl()(t_us / 1e6) / steps) * steps
    for i in range(0, len(t_us), 20):
        writer.append(ForceBlock(t_us[i : i + 20], force[i : i + 20], i))
    writer.finish(TrialState.COMPLETE)
    return writer.path


def _multiply(path: Path, trial: UUID) -> None:
    """Copies of one trial under new ids, straight in the tables: only reading is measured."""
    with sqlite3.connect(path) as database:
        ids = [(uuid7().hex,) for _ in range(TRIALS - SAVED)]
        database.execute("create temp table new_ids (id text)")
        database.executemany("insert into new_ids values (?)", ids)
        for table, key in (
            ("trials", "id"),
            ("trial_channels", "trial_id"),
            ("reps", "trial_id"),
            ("curve_blocks", "trial_id"),
        ):
            columns = [row[1] for row in database.execute(f"pragma table_info({table})")]
            others = ", ".join(f't."{c}"' if c != key else "n.id" for c in columns)
            names = ", ".join(f'"{c}"' for c in columns)
            database.execute(
                f"insert into {table} ({names}) select {others} from {table} t, new_ids n"
                f" where t.{key} = ?",
                (trial.hex,),
            )

"""Make the database that shows later versions what this schema looked like.

``python -m tests.databases.make`` once for each released schema; never again after that.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from data.database import SCHEMA
from data.history import Replacement
from data.records import Session, Treatment, Trial
from data.store import Store
from devices.types import Gap
from tests.data import samples

RECORDING = samples.recording(12.0, rate_hz=100, noise_lsb=0.0)
REPLACED = Replacement(samples.BEGIN, "A. Physio", "computed again", "0.1.0")
GAP = Gap(11_990_000, 12_500_000, None, "link lost")


def fill(store: Store) -> tuple[Session, Trial, Treatment]:
    session = samples.visit(store)
    trial = samples.trial(samples.header(session), [RECORDING], [GAP])
    store.trials.save(trial, samples.messages(RECORDING))
    treatment = store.treatments.save(replace(samples.treatment(session), note="schema " + SCHEMA))
    store.episodes.save(samples.episode(session.person_id))
    store.trials.replace_analysis(trial.id, samples.analysis(), trial.note, REPLACED)
    withdrawn = store.treatments.save(replace(samples.treatment(session), note="by mistake"))
    store.treatments.withdraw(withdrawn.id, samples.BEGIN)
    return store.sessions.end(session.id, samples.BEGIN), trial, treatment


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "x.db")
        fill(store)
        store.backup(Path(__file__).with_name(f"v{SCHEMA}.db"))
        store.close()

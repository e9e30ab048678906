"""The report on a visit as it is stored."""

from __future__ import annotations

from pathlib import Path

from app.report import ReportTrial, write_report
from data.errors import DamagedRecordError
from data.records import Session, Trial
from data.store import Store


def report_of(store: Store, session: Session, path: Path) -> Path:
    """The report on a stored session, compared with the last one before it.

    Damaged trials are left out, and counted in it.
    """
    trials = store.trials.of_session(session.id)
    whole = [each for trial in trials if (each := _report_trial(store, trial)) is not None]
    return write_report(
        path,
        store.people.get(session.person_id),
        session,
        whole,
        store.treatments.of_session(session.id),
        last_time=_last_time(store, session, trials),
        left_out=len(trials.damaged) + len(trials) - len(whole),
    )


def _report_trial(store: Store, trial: Trial) -> ReportTrial | None:
    try:
        return ReportTrial(trial, store.trials.curve(trial.id))
    except DamagedRecordError:
        return None


def _last_time(store: Store, session: Session, trials: list[Trial]) -> list[Trial]:
    """For each test, the trials of the newest earlier session in which it was done."""
    found: list[Trial] = []
    for test_id in dict.fromkeys(trial.header.test_id for trial in trials):
        earlier = [
            trial
            for trial in store.trials.of_person(session.person_id, test_id)
            if trial.header.started_at < session.started_at
        ]
        if earlier:
            newest = earlier[-1].header.session_id
            found += [trial for trial in earlier if trial.header.session_id == newest]
    return found

"""Everything that can be on paper, as it is stored: found by its id and written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from app.report import ReportTrial, write_report
from app.visit_items import items_of
from data.clinical.catalogue import tests
from data.errors import DamagedRecordError, RecordNotFoundError
from data.records import Person, Session, Treatment, Trial
from data.rehabilitation import Message, Prescription
from data.store import Store

if TYPE_CHECKING:
    from app.report.compose import Retests

Paper: TypeAlias = Session | Treatment | Prescription | Message | Person


def find_paper(store: Store, record_id: UUID) -> Paper:
    """What is to be written: a visit, a treatment, exercises, a letter or a person's progress.

    Raises `RecordNotFoundError`.
    """
    gets: tuple[Callable[[UUID], Paper], ...] = (
        store.sessions.get,
        store.treatments.get,
        store.prescriptions.get,
        store.messages.get,
    )
    for get in gets:
        try:
            return get(record_id)
        except RecordNotFoundError:
            continue
    return store.people.get(record_id)


def paper_of(store: Store, record: Paper, path: Path) -> Path:
    """Write it as PDF. Raises OSError if it cannot, and a `StoreError`."""
    match record:
        case Session():
            return report_of(store, record, path)
        case Treatment():
            return _treatment(store, record, path)
        case Prescription():
            return _hand_out(store, record, path)
        case Message():
            return _letter(store, record, path)
        case Person():
            from app.report.progress import write_progress
            from app.report.progress_reading import read_progress

            return write_progress(path, read_progress(store, record.id))


def report_of(store: Store, session: Session, path: Path) -> Path:
    """The report on a stored session, compared with the last one before it.

    Damaged trials are left out, and counted in it.
    """
    trials = store.trials.of_session(session.id)
    whole = [each for trial in trials if (each := _report_trial(store, trial)) is not None]
    items = (*items_of(store, session.id), *store.adherence.of_session(session.id))
    return write_report(
        path,
        store.people.get(session.person_id),
        session,
        whole,
        store.treatments.of_session(session.id),
        items=sorted(items, key=lambda item: item.at),
        last_time=_last_time(store, session, trials),
        left_out=len(trials.damaged) + len(trials) - len(whole),
        retests=_retests(store, whole),
    )


def _treatment(store: Store, treatment: Treatment, path: Path) -> Path:
    from app.output_checks import printed_check
    from app.report.treatment_record import write_treatment

    person, session = (
        store.people.get(treatment.person_id),
        store.sessions.get(treatment.session_id),
    )
    return write_treatment(path, person, session, treatment, printed_check(store, treatment))


def _hand_out(store: Store, prescription: Prescription, path: Path) -> Path:
    from app.report.hand_out import write_hand_out

    session_id = prescription.session_id
    session = None if session_id is None else store.sessions.get(session_id)
    return write_hand_out(path, _person_of(store, prescription), session, prescription)


def _letter(store: Store, message: Message, path: Path) -> Path:
    from app.report.progress import write_letter
    from app.report.progress_reading import read_progress

    progress = read_progress(store, _person_of(store, message).id, message.episode_id)
    return write_letter(path, message, progress)


def _person_of(store: Store, item: Prescription | Message) -> Person:
    if item.person_id is None:
        raise RecordNotFoundError(
            f"{item.id} belongs to no person. Nothing was written. Open it from a visit."
        )
    return store.people.get(item.person_id)


def _report_trial(store: Store, trial: Trial) -> ReportTrial | None:
    try:
        return ReportTrial(trial, store.trials.curve(trial.id))
    except DamagedRecordError:
        return None


def _retests(store: Store, trials: Sequence[ReportTrial]) -> Retests:
    """Of each test and number that the report compares the limbs by."""
    wanted = {(each.trial.header.test_id, each.trial.analysis.asymmetry.metric) for each in trials}
    known = tests()
    return {
        (test_id, metric): store.results.retests(known[test_id], metric)
        for test_id, metric in wanted
        if test_id in known
    }


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

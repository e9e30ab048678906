from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data import intake
from data.analysis.types import Curve, MissingStretch, Side, TrialAnalysis
from data.errors import (
    DamagedJournalError,
    DamagedRecordError,
    JournalInUseError,
    RecordNotFoundError,
    StoreError,
)
from data.ids import uuid7
from data.intake import recoverable, save_capture, unreadable
from data.journal import JournalWriter, Mark
from data.records import Session, TrialHeader, TrialState
from data.store import Store
from devices.types import ForceBlock, Gap
from tests.data import samples

BLOCK = samples.recording(10.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def session(store: Store) -> Session:
    return samples.visit(store)


def _captured(
    store: Store,
    header: TrialHeader,
    state: TrialState | None = TrialState.COMPLETE,
    block: ForceBlock = BLOCK,
) -> Path:
    journal = JournalWriter.create(store.captures, header)
    for run in samples.messages(block):
        journal.append(run)
    if state is None:
        journal.close()
    else:
        journal.finish(state)
    return journal.path


def test_a_capture_becomes_a_trial_and_its_file_goes(store: Store, session: Session):
    header = samples.header(session)
    path = _captured(store, header)
    trial = save_capture(store, path)
    assert not path.exists()
    assert store.trials.get(header.id) == trial
    assert trial.header == header
    assert (trial.state, trial.samples, trial.lost) == (TrialState.COMPLETE, 10_000, 0)
    assert trial.duration_s == 9.999
    assert trial.rate_hz == pytest.approx(1000.0, abs=1e-9)
    curve = store.trials.curve(trial.id)
    assert np.array_equal(curve.force, BLOCK.force + 3.25)


def test_its_numbers_are_those_of_the_analysis(store: Store, session: Session):
    trial = save_capture(store, _captured(store, samples.header(session)))
    # Pulls of 300 N sin² on the left, nine tenths of it on the right, and a zero of −3.25 N that
    # is the same for both. The left is the injured one: a limb symmetry index of 100/0.9.
    best = trial.analysis.summary[Side.LEFT]["best_n"].value
    assert best == pytest.approx(300.0, abs=1.0)
    assert trial.analysis.asymmetry.formula == "lsi"
    assert trial.analysis.asymmetry.stronger is Side.LEFT
    assert trial.analysis.asymmetry.value_percent == pytest.approx(111.1, abs=0.5)


def test_doing_it_again_changes_nothing_and_tidies_up(store: Store, session: Session):
    path = _captured(store, samples.header(session))
    content = path.read_bytes()
    trial = save_capture(store, path)
    path.write_bytes(content)  # ended after the transaction, before the file was removed
    assert save_capture(store, path) == trial
    assert not path.exists()
    assert store.verify().counts["trials"] == 1


def test_an_edited_analysis_survives_a_second_run(store: Store, session: Session):
    path = _captured(store, samples.header(session))
    content = path.read_bytes()
    trial = save_capture(store, path)
    edited = store.trials.replace_analysis(trial.id, samples.analysis(), "by hand")
    path.write_bytes(content)
    assert save_capture(store, path) == edited


def test_a_stored_trial_that_differs_keeps_the_file(store: Store, session: Session):
    header = samples.header(session)
    store.trials.save(samples.trial(header, [samples.recording(1.0)]), [samples.recording(1.0)])
    path = _captured(store, header)
    with pytest.raises(DamagedRecordError, match="capture file is kept"):
        save_capture(store, path)
    assert path.exists()


def test_a_capture_without_an_end_is_recovered(store: Store, session: Session):
    trial = save_capture(store, _captured(store, samples.header(session), state=None))
    assert trial.state is TrialState.RECOVERED
    assert trial.samples == 10_000


def test_a_lost_link_shows_in_the_trial(store: Store, session: Session):
    header = samples.header(session)
    journal = JournalWriter.create(store.captures, header)
    journal.append(ForceBlock(BLOCK.t_us[:2000], BLOCK.force[:2000], 0))
    gap = Gap(1_999_000, 2_500_000, 500, "link lost")
    journal.gap(gap)
    journal.append(ForceBlock(BLOCK.t_us[2500:], BLOCK.force[2500:], 2500))
    journal.finish(TrialState.INTERRUPTED)
    trial = save_capture(store, journal.path)
    assert (trial.gaps, trial.lost, trial.samples) == ((gap,), 500, 9500)
    assert trial.rate_hz == pytest.approx(1000.0, abs=1e-9)  # the gap is no slowness
    assert trial.state is TrialState.INTERRUPTED


def test_samples_that_the_device_did_not_trust_are_marked(store: Store, session: Session):
    header = samples.header(session)
    journal = JournalWriter.create(store.captures, header)
    for number, run in enumerate(samples.messages(BLOCK)):
        if number in (50, 51, 52, 200):  # told before the samples, block by block
            journal.mark(Mark(int(run.t_us[0]) - 1, "saturated", 1))
        if number in (0, 1):
            journal.mark(Mark(int(run.t_us[0]) - 1, "open", 0))
        if number == 60:
            journal.mark(Mark(1_199_000, "coughed"))
        journal.append(run)
    journal.mark(Mark(9_999_000, "saturated", 1))  # no sample came after it
    journal.finish(TrialState.COMPLETE)
    trial = save_capture(store, journal.path)
    assert trial.untrusted == (
        MissingStretch(0.0, 0.039, "left cell open"),
        MissingStretch(1.0, 1.059, "right cell saturated"),
        MissingStretch(4.0, 4.019, "right cell saturated"),
    )
    assert store.trials.curve(trial.id).saturated == trial.untrusted[1:]
    assert trial.note == "1.2 s: coughed"
    (note,) = [note for note in trial.analysis.quality if note.code == "OPEN"]
    assert note.text == "The left cell did not answer: its force cannot be trusted."
    assert note.side is Side.LEFT


def _quality(analysis: TrialAnalysis) -> list[str]:
    return [note.code for note in analysis.quality]


def test_an_unknown_test_is_stored_without_numbers(store: Store, session: Session):
    header = replace(samples.header(session), test_id="future.test")
    trial = save_capture(store, _captured(store, header))
    assert _quality(trial.analysis) == ["NOTEST"]
    assert "“future.test” is not in the catalogue" in str(trial.analysis.asymmetry.reason)
    assert trial.analysis.reps == ()
    assert trial.analysis.rate_hz == pytest.approx(1000.0, abs=1e-9)
    assert len(store.trials.curve(trial.id).t) == 10_000


def test_a_capture_without_samples_is_stored_too(store: Store, session: Session):
    journal = JournalWriter.create(store.captures, samples.header(session))
    journal.close()
    trial = save_capture(store, journal.path)
    assert _quality(trial.analysis) == ["EMPTY"]
    assert (trial.samples, trial.rate_hz, trial.duration_s) == (0, None, 0.0)


def test_what_cannot_be_analysed_is_stored_bit_for_bit(store: Store, session: Session):
    force = BLOCK.force.copy()
    force[500, 0] = np.nan
    odd = ForceBlock(BLOCK.t_us, force, 0)
    header = samples.header(session)
    trial = save_capture(store, _captured(store, header, block=odd))
    assert _quality(trial.analysis) == ["NOTCURVE"]
    (kept,), _ = store.trials.blocks(header.id)
    assert kept.force.tobytes() == force.tobytes()


def test_a_clock_that_runs_backwards_loses_nothing(store: Store, session: Session):
    journal = JournalWriter.create(store.captures, samples.header(session))
    for start in (0, 500_000):
        again = samples.recording(1.0)
        journal.append(ForceBlock(again.t_us + start, again.force, start // 500))
    journal.finish(TrialState.COMPLETE)
    trial = save_capture(store, journal.path)
    assert _quality(trial.analysis) == ["NOTCURVE"]
    assert trial.samples == 2000


def test_a_fault_of_ours_keeps_no_recording_out(
    store: Store, session: Session, monkeypatch: pytest.MonkeyPatch
):
    def faulty(_curve: Curve, _test: object, _options: object) -> TrialAnalysis:
        raise IndexError("7")

    monkeypatch.setattr(intake, "analyse", faulty)
    trial = save_capture(store, _captured(store, samples.header(session)))
    assert _quality(trial.analysis) == ["FAULT"]
    assert len(store.trials.curve(trial.id).t) == 10_000


def test_a_damaged_tail_is_put_aside_not_removed(store: Store, session: Session):
    path = _captured(store, samples.header(session))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    trial = save_capture(store, path)
    kept = path.with_name(path.name + ".kept")
    assert kept.read_bytes() == bytes(content)
    assert not path.exists()
    assert 4000 < trial.samples < 6000
    assert trial.state is TrialState.RECOVERED
    assert _quality(trial.analysis)[-1] == "TAIL"
    assert recoverable(store.captures) == []


def test_a_running_capture_is_left_alone(store: Store, session: Session):
    journal = JournalWriter.create(store.captures, samples.header(session))
    journal.append(samples.messages(BLOCK)[0])
    assert recoverable(store.captures) == []
    with pytest.raises(JournalInUseError, match="still being recorded"):
        save_capture(store, journal.path)
    journal.close()
    assert save_capture(store, journal.path).samples == 20


def test_any_error_keeps_the_file(store: Store, session: Session):
    header = replace(samples.header(session), session_id=uuid7())
    path = _captured(store, header)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="person and session"):
        save_capture(store, path)
    assert path.read_bytes() == before
    with pytest.raises(RecordNotFoundError):
        store.trials.get(header.id)


def test_leftovers_are_offered_with_what_they_hold(store: Store, session: Session):
    assert recoverable(store.captures) == []
    first, second = samples.header(session), samples.header(session)
    paths = [_captured(store, first, state=None), _captured(store, second)]
    damaged = store.captures / f"{uuid7()}.fj"
    damaged.write_bytes(b"\0" * 100)
    offered = recoverable(store.captures)
    assert [one.path for one in offered] == paths
    assert [one.header for one in offered] == [first, second]
    assert [one.state for one in offered] == [TrialState.RECOVERED, TrialState.COMPLETE]
    assert (offered[0].seconds, offered[0].samples) == (9.999, 10_000)
    assert unreadable(store.captures) == [damaged]
    with pytest.raises(DamagedJournalError):
        save_capture(store, damaged)
    assert damaged.exists()


def test_the_limits_of_the_cells_reach_the_analysis():
    header = samples.header()
    left, right = header.channels
    weaker = replace(right, capacity_n=500.0, resolution_n=0.5)
    options = intake.analysis_options(replace(header, channels=(left, weaker)))
    assert (options.capacity_n, options.resolution_n) == (500.0, 0.5)
    assert (options.lever_m, options.body_mass_kg, options.gravity_n) == (0.41, 61.5, None)
    assert (options.injured, options.dominant) == (Side.LEFT, Side.RIGHT)
    unknown = replace(left, capacity_n=None, resolution_n=None)
    assert intake.analysis_options(replace(header, channels=(unknown,))).capacity_n is None

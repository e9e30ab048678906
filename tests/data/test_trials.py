from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.analysis.types import (
    AnalysisOptions,
    Metric,
    MissingStretch,
    OnsetRule,
    QualityNote,
    Side,
    TrialAnalysis,
)
from data.content_hash import set_hashes
from data.errors import AlreadyStoredError, DamagedRecordError, RecordNotFoundError, StoreError
from data.ids import uuid7
from data.records import Session, Trial, TrialHeader
from data.store import Store
from devices.types import ForceBlock, Gap, Position
from tests.data import samples
from tests.data.strategies import any_of

BLOCK = samples.recording(1.0)
GAP = Gap(499_000, 600_000, 100, "link lost")
BEFORE = ForceBlock(BLOCK.t_us[:500], BLOCK.force[:500], 0)
AFTER = ForceBlock(BLOCK.t_us[600:], BLOCK.force[600:], 600)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def session(store: Store) -> Session:
    return samples.visit(store)


def _saved(store: Store, session: Session, **changes: object) -> Trial:
    header = replace(samples.header(session), **cast("dict[str, str]", changes))
    return store.trials.save(samples.trial(header, [BLOCK]), samples.messages(BLOCK))


def test_a_trial_comes_back_equal(store: Store, session: Session):
    untrusted = (
        MissingStretch(0.25, 0.27, "left cell saturated"),
        MissingStretch(0.3, 0.4, "right cell open"),
    )
    trial = replace(
        samples.trial(samples.header(session), [BEFORE, AFTER], [GAP]), untrusted=untrusted
    )
    assert store.trials.save(trial, [BEFORE, AFTER]) == trial
    assert store.trials.get(trial.id) == trial
    assert store.trials.curve(trial.id).saturated == untrusted[:1]  # an open cell is not clipped


def test_any_analysis_and_header_come_back_equal(store: Store, session: Session):
    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(any_of(TrialAnalysis), any_of(TrialHeader), st.text())
    def comes_back(analysis: TrialAnalysis, header: TrialHeader, note: str) -> None:
        header = replace(header, id=uuid7(), session_id=session.id, person_id=session.person_id)
        channels = header.channels or (samples.channel(Position.SINGLE, None),)
        header = replace(header, channels=channels)
        block = ForceBlock(BLOCK.t_us, np.tile(BLOCK.force[:, :1], len(channels)), 0)
        trial = replace(samples.trial(header, [block]), analysis=analysis, note=note)
        store.trials.save(trial, [block])
        assert store.trials.get(trial.id) == trial

    comes_back()


# Rules that were stored before their levels could be chosen, and what they are now.
@pytest.mark.parametrize(
    ("stored", "rule", "said"),
    [
        ("onset.20n.v1", OnsetRule.FORCE, "onset.force.v1(20 N)"),
        ("onset.5pct.v1", OnsetRule.PERCENT, "onset.percent.v1(5 %)"),
    ],
)
def test_a_trial_with_an_onset_rule_of_old_is_read(
    store: Store, session: Session, stored: str, rule: OnsetRule, said: str
):
    trial = samples.trial(samples.header(session), [BLOCK])
    options = AnalysisOptions(onset_rule=rule)
    store.trials.save(
        replace(trial, analysis=replace(trial.analysis, options=options)), samples.messages(BLOCK)
    )
    with samples.altered(store) as connection:
        connection.execute(
            "UPDATE trials SET analysis = replace(analysis, ?, ?)", (rule.value, stored)
        )
        assert connection.execute("SELECT analysis FROM trials").fetchone()[0].count(stored) == 1
        set_hashes(lambda sql, words: connection.execute(sql, words), [trial.id.hex])
    again = Store(store.path)
    found = again.trials.get(trial.id).analysis.options
    assert found is not None
    assert found.onset_rule.said(found.onset_level) == said
    assert again.verify().is_sound
    again.close()


def test_numbers_that_are_none_do_not_stop_a_trial(store: Store, session: Session):
    odd = replace(
        samples.analysis(), summary={Side.LEFT: {"cv": Metric(float("nan"), "%", "cv/1")}}
    )
    trial = replace(samples.trial(samples.header(session), [BLOCK]), analysis=odd)
    assert store.trials.save(trial, [BLOCK]) is trial


def test_the_raw_curve_comes_back_bit_for_bit(store: Store, session: Session):
    trial = samples.trial(samples.header(session), [BEFORE, AFTER], [GAP])
    store.trials.save(trial, [*samples.messages(BEFORE), *samples.messages(AFTER)])
    blocks, gaps = store.trials.blocks(trial.id)
    assert gaps == (GAP,)
    assert [block.index for block in blocks] == [0, 600]
    for ours, theirs in zip((BEFORE, AFTER), blocks, strict=True):
        assert ours.t_us.tobytes() == theirs.t_us.tobytes()
        assert np.ascontiguousarray(ours.force).tobytes() == theirs.force.tobytes()


def test_the_curve_is_net_and_begins_at_zero(store: Store, session: Session):
    later = ForceBlock(BEFORE.t_us + 7_000_000, BEFORE.force, 7000)
    gap = Gap(7_499_000, 7_600_000, 100, "link lost")
    rest = ForceBlock(AFTER.t_us + 7_000_000, AFTER.force, 7600)
    trial = samples.trial(samples.header(session), [later, rest], [gap])
    store.trials.save(trial, [later, rest])
    curve = store.trials.curve(trial.id)
    assert curve.t[[0, 1, -1]].tolist() == [0.0, 0.001, 0.999]
    assert curve.sides == (Side.LEFT, Side.RIGHT)
    assert curve.gaps == (MissingStretch(0.499, 0.6, "link lost"),)
    gross = np.concatenate((BEFORE.force, AFTER.force))
    assert np.array_equal(curve.force, gross + 3.25)  # the zero in the header is −3.25 N


def test_a_channel_without_a_zero_stays_as_it_is(store: Store, session: Session):
    single = replace(samples.channel(Position.SINGLE, Side.LEFT), zero=None)
    header = replace(samples.header(session), channels=(single,))
    block = ForceBlock(BLOCK.t_us, BLOCK.force[:, :1], 0)
    store.trials.save(samples.trial(header, [block]), [block])
    assert np.array_equal(store.trials.curve(header.id).force, block.force)


def test_a_trial_without_a_sample_is_kept_too(store: Store, session: Session):
    empty = replace(samples.trial(samples.header(session), [BLOCK]), samples=0, duration_s=0.0)
    store.trials.save(empty, [])
    assert store.trials.get(empty.id) == empty
    assert store.trials.curve(empty.id).force.shape == (0, 2)


def test_nothing_is_stored_twice(store: Store, session: Session):
    trial = _saved(store, session)
    with pytest.raises(AlreadyStoredError):
        store.trials.save(replace(trial, note="other"), [BLOCK])
    assert store.trials.get(trial.id) == trial


def test_a_trial_of_an_unknown_session_leaves_nothing_behind(store: Store, session: Session):
    header = replace(samples.header(session), session_id=uuid7())
    with pytest.raises(StoreError, match="person and session"):
        store.trials.save(samples.trial(header, [BLOCK]), [BLOCK])
    with pytest.raises(RecordNotFoundError, match="no trial"):
        store.trials.get(header.id)
    assert store.verify().counts["curve_blocks"] == 0


def test_trials_are_found_by_session_set_person_and_test(store: Store, session: Session):
    again = store.sessions.open(session.person_id, samples.BEGIN + timedelta(days=7), 60)
    other = samples.visit(store, "Ben")
    run = uuid7()
    right = _saved(store, session, set_id=run, started_at=samples.BEGIN + timedelta(minutes=2))
    left = _saved(store, session, set_id=run)
    grip = _saved(store, again, test_id="grip", started_at=samples.BEGIN + timedelta(days=7))
    _saved(store, other)
    assert store.trials.of_session(session.id) == [left, right]
    assert store.trials.of_set(run) == [left, right]
    assert store.trials.of_person(session.person_id) == [left, right, grip]
    assert store.trials.of_person(session.person_id, "grip") == [grip]
    assert store.trials.of_person(uuid7()) == []


def test_a_new_analysis_takes_the_place_of_the_old(store: Store, session: Session):
    trial = _saved(store, session)
    rep = replace(trial.analysis.reps[0], rejected="pain")
    fewer = replace(trial.analysis, reps=(rep,), quality=(), rate_hz=999.0)
    found = store.trials.replace_analysis(trial.id, fewer, "first one rejected")
    assert found == replace(trial, analysis=fewer, note="first one rejected")
    assert store.trials.get(trial.id) == found
    assert np.array_equal(store.trials.blocks(trial.id)[0][0].force, BLOCK.force)
    with pytest.raises(RecordNotFoundError):
        store.trials.replace_analysis(uuid7(), fewer, "")


def test_what_was_noted_about_the_recording_outlives_its_numbers(store: Store, session: Session):
    tail = QualityNote("TAIL", "The last 9 bytes could not be read.")
    noted = replace(samples.analysis(), quality=(tail, QualityNote("SPREAD", "old")))
    trial = replace(samples.trial(samples.header(session), [BLOCK]), analysis=noted)
    store.trials.save(trial, [BLOCK])
    for _ in range(2):
        again = replace(samples.analysis(), quality=(QualityNote("SPREAD", "new"),))
        found = store.trials.replace_analysis(trial.id, again, "")
        assert found.analysis.quality == (QualityNote("SPREAD", "new"), tail)


def test_a_damaged_block_is_named(store: Store, session: Session):
    long = samples.recording(25.0, rate_hz=100)
    trial = samples.trial(samples.header(session), [long])
    store.trials.save(trial, [*samples.messages(long)])
    with samples.altered(store) as connection:
        (data,) = connection.execute("SELECT data FROM curve_blocks WHERE number = 1").fetchone()
        flipped = bytes([data[0] ^ 1]) + data[1:]
        connection.execute("UPDATE curve_blocks SET data = ? WHERE number = 1", (flipped,))
    with pytest.raises(DamagedRecordError, match="Every other record is safe") as damage:
        store.trials.blocks(trial.id)
    assert damage.value.ids == (f"{trial.id} block 1",)
    assert store.trials.get(trial.id) == trial


def test_a_missing_block_is_noticed(store: Store, session: Session):
    trial = _saved(store, session)
    with samples.altered(store) as connection:
        connection.execute("DELETE FROM curve_blocks")
    with pytest.raises(DamagedRecordError) as damage:
        store.trials.curve(trial.id)
    assert damage.value.ids == (str(trial.id),)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE trials SET state = 'done'",
        "UPDATE trials SET details = '{}'",
        "UPDATE trials SET analysis = '{}'",
        "UPDATE trials SET details = 'x'",
        "UPDATE reps SET side = 'up'",
        "UPDATE trial_channels SET position = ''",
        "UPDATE trial_channels SET calibration = '3'",
    ],
)
def test_a_damaged_record_is_named(store: Store, session: Session, change: str):
    trial = _saved(store, session)
    with samples.altered(store) as connection:
        connection.execute(change)
    with pytest.raises(DamagedRecordError, match="is damaged") as damage:
        store.trials.get(trial.id)
    assert damage.value.ids == (str(trial.id),)


def test_what_is_read_back_is_compared(store: Store, session: Session):
    trial = _saved(store, session)
    store.trials.check(trial, [BLOCK])
    store.trials.check(trial, samples.messages(BLOCK, 7))
    for wanted, block in (
        (replace(trial, lost=1), BLOCK),
        (trial, ForceBlock(BLOCK.t_us, BLOCK.force + 1.0, 0)),
        (trial, ForceBlock(BLOCK.t_us + 1, BLOCK.force, 0)),
        (trial, ForceBlock(BLOCK.t_us, BLOCK.force, 1)),
    ):
        with pytest.raises(DamagedRecordError, match="capture file is kept"):
            store.trials.check(wanted, [block])

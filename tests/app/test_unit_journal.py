from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.records import Session
from data.store import Store
from data.treatment_journal import AWAY, finish, open_treatments, read_treatment
from devices.catalog import ELECTROTHERAPY_MODELS
from tests.data import samples
from tests.devices.test_electrotherapy import listening
from tests.devices.test_treatment_log import ODD
from tests.rigs import Bench, Way, until

OTT = Bench(ELECTROTHERAPY_MODELS["ott"], Way.MEMORY)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def session(store: Store) -> Session:
    return samples.visit(store)


async def test_a_connected_treatment_is_in_its_file_within_a_second(
    store: Store, session: Session, tmp_path: Path
):
    async with listening(OTT, ODD, tmp_path, speed=10.0) as heard:
        station = heard.station
        station.journal_into(store.captures, session.id, session.person_id)
        log = station.device.log
        await until(lambda: log.elapsed_s > 12.0)
        (path,) = store.captures.glob("*.tj")
        found = read_treatment(path)
        # as somebody else would find it if this program were killed now: ten seconds of the unit's
        # time are one of ours
        assert found.told is not None
        assert log.elapsed_s - found.elapsed_s < 10.0
        assert found.told.changes[0].new == 10.0
        assert found.is_ended is False
    # the link is let go in mid-treatment, and nobody kept it
    (left,) = open_treatments(store.captures)
    record = await asyncio.to_thread(finish, store, left.path)
    assert record.session_id == session.id
    assert record.dose["ch1_counted_charge_uc"].value is not None
    assert AWAY in record.flags


async def test_a_treatment_that_was_kept_leaves_no_file(
    store: Store, session: Session, tmp_path: Path
):
    async with listening(OTT, ODD, tmp_path, speed=10.0) as heard:
        station = heard.station
        station.journal_into(store.captures, session.id, session.person_id)
        await heard.is_over()
        (path,) = store.captures.glob("*.tj")
        kept = station.treatment(session.id, session.person_id)
        assert open_treatments(store.captures) == []  # it is held until somebody keeps it
        await until(lambda: read_treatment(path).is_ended)
        assert read_treatment(path).started.id == kept.id
        assert station.treatment(session.id, session.person_id).id == kept.id
        station.begin_log()
        assert list(store.captures.iterdir()) == []

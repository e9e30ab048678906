from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from data.errors import DamagedRecordError, RecordNotFoundError, StoreError
from data.ids import uuid7
from data.records import Session, Treatment
from data.store import Store
from devices.modality import Modality, Origin, UltrasoundSettings
from tests.data import samples
from tests.data.strategies import any_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def session(store: Store) -> Session:
    return samples.visit(store)


def test_a_treatment_read_from_a_unit_comes_back_equal(store: Store, session: Session):
    given_one = samples.treatment(session)
    assert store.treatments.save(given_one) == given_one
    assert store.treatments.get(given_one.id) == given_one


def test_a_treatment_typed_by_hand_comes_back_equal(store: Store, session: Session):
    typed = Treatment(
        id=uuid7(),
        session_id=session.id,
        person_id=session.person_id,
        modality=Modality.ULTRASOUND,
        source=Origin.ENTERED,
        started_at=samples.BEGIN,
        utc_offset_min=60,
        ended_at=None,
        site="Achilles tendon",
        side=None,
        planned_s=300.0,
        actual_s=None,
        settings=(UltrasoundSettings(1, 3.0, 0.5, True, 0.2, era_cm2=4.0),),
        area_cm2=8.0,
    )
    store.treatments.save(typed)
    assert store.treatments.get(typed.id) == typed


def test_any_treatment_comes_back_equal(store: Store, session: Session):
    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(any_of(Treatment))
    def comes_back(value: Treatment) -> None:
        value = replace(value, id=uuid7(), session_id=session.id, person_id=session.person_id)
        store.treatments.save(value)
        assert store.treatments.get(value.id) == value

    comes_back()


def test_a_later_version_takes_the_place_of_the_earlier(store: Store, session: Session):
    first = store.treatments.save(samples.treatment(session))
    later = replace(first, pain_after=0, changes=first.changes[:1], note="better")
    store.treatments.save(later)
    assert store.treatments.get(first.id) == later
    assert store.treatments.of_session(session.id) == [later]


def test_the_last_one_of_its_kind_is_found(store: Store, session: Session):
    first = store.treatments.save(samples.treatment(session))
    newest = replace(samples.treatment(session), started_at=samples.BEGIN + timedelta(days=1))
    store.treatments.save(newest)
    store.treatments.save(replace(samples.treatment(session), modality=Modality.NMES))
    assert store.treatments.last(session.person_id, Modality.TENS) == newest
    assert store.treatments.last(session.person_id, Modality.IFC) is None
    assert store.treatments.of_session(session.id)[0] == first


def test_a_treatment_needs_its_session(store: Store, session: Session):
    with pytest.raises(StoreError, match="person and session"):
        store.treatments.save(replace(samples.treatment(session), session_id=uuid7()))
    with pytest.raises(RecordNotFoundError, match="no treatment"):
        store.treatments.get(uuid7())


def test_a_damaged_treatment_is_named(store: Store, session: Session):
    value = store.treatments.save(samples.treatment(session))
    with samples.altered(store) as connection:
        connection.execute("UPDATE treatments SET details = '{\"settings\": [1]}'")
    with pytest.raises(DamagedRecordError) as damage:
        store.treatments.get(value.id)
    assert damage.value.ids == (str(value.id),)


def test_a_withdrawn_treatment_is_in_no_list_and_can_be_brought_back(
    store: Store, session: Session
):
    kept = store.treatments.save(samples.treatment(session))
    mistake = store.treatments.save(samples.treatment(session))
    store.treatments.withdraw(mistake.id, samples.BEGIN)
    assert store.treatments.of_session(session.id) == [kept]
    assert store.treatments.last(session.person_id, Modality.TENS) == kept
    assert store.treatments.get(mistake.id) == mistake
    store.treatments.restore(mistake.id)
    assert store.treatments.of_session(session.id) == [kept, mistake]
    with pytest.raises(RecordNotFoundError, match="no treatment"):
        store.treatments.withdraw(uuid7(), samples.BEGIN)


def test_a_withdrawn_treatment_that_is_saved_again_stays_withdrawn(store: Store, session: Session):
    mistake = store.treatments.save(samples.treatment(session))
    store.treatments.withdraw(mistake.id, samples.BEGIN)
    store.treatments.save(replace(mistake, note="late telemetry"))
    assert store.treatments.of_session(session.id) == []

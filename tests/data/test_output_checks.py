from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.clinical.output_check import read, weighed
from data.ids import uuid7
from data.output_checks import (
    Head,
    OutputCheck,
    Unit,
    known_heads,
    last_check,
    new_check,
    subject_of,
    unit_and_head,
)
from data.store import Store
from data.treatment_values import values_of
from devices.modality import Origin
from devices.types import DeviceInfo
from tests.data import samples
from tests.data.treatments import full_ultrasound

AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SONIC = Unit("Sonic & Sons", "S-3", "S 17")
LARGE, SMALL = Head("5 cm²", "H-2"), Head("1 cm²", "H-9")


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


def check(days: int, head: Head = LARGE, power_w: float = 4.0) -> OutputCheck:
    return new_check(SONIC, head, read(power_w, 5.0), AT + timedelta(days=days), by="K. Brandt")


def test_a_check_is_read_back_as_it_was_kept(store: Store):
    found = weighed(0.34, 5.5, highest_w=15.0)
    kept = store.output_checks.save(
        new_check(SONIC, LARGE, found, AT, by="K. Brandt", note="new gel", readings=48)
    )
    again = store.output_checks.get(kept.id)
    assert again == kept
    assert (again.origin, again.grams, again.readings) == (Origin.MEASURED, 0.34, 48)
    # 0.34 g · 14.65 W/g = 4.981 W, and 5.5 / 4.981 - 1 = 10.42 %
    assert (again.power_w, again.error_percent) == (
        pytest.approx(4.981),
        pytest.approx(10.42, abs=0.01),
    )
    assert check(0).origin is Origin.ENTERED


def test_the_newest_check_of_the_head_is_the_last_one(store: Store):
    for each in (check(0), check(9), check(3), check(20, SMALL)):
        store.output_checks.save(each)
    found = last_check(store, SONIC, LARGE)
    assert found is not None
    assert found.at == AT + timedelta(days=9)
    earlier = last_check(store, SONIC, LARGE, before=AT + timedelta(days=8))
    assert earlier is not None
    assert earlier.at == AT + timedelta(days=3)
    assert last_check(store, SONIC, LARGE, before=AT - timedelta(days=1)) is None


def test_a_virtual_check_never_goes_before_a_real_one(store: Store):
    virtual = replace(check(9), is_virtual=True)
    store.output_checks.save(virtual)
    assert last_check(store, SONIC, LARGE) == virtual
    real = store.output_checks.save(check(0))
    assert last_check(store, SONIC, LARGE) == real


@pytest.mark.parametrize(
    ("unit", "head", "is_the_same"),
    [
        (Unit("", "s-3", "s  17"), Head("", "h-2"), True),  # the make adds nothing to the number
        (Unit("Sonic & Sons", "S-3", "S 18"), LARGE, False),
        (Unit("Sonic & Sons", "S-4", "S 17"), LARGE, False),
        (SONIC, SMALL, False),
        (SONIC, Head("5 cm²"), False),  # another head may have that size too
        (Unit("Sonic & Sons", "S-3"), LARGE, False),  # nor is another unit of the make this one
    ],
)
def test_a_head_is_told_by_the_numbers_on_it(unit: Unit, head: Head, is_the_same: bool):
    assert (subject_of(unit, head) == subject_of(SONIC, LARGE)) is is_the_same


def test_heads_are_known_from_treatments_and_from_checks(store: Store):
    session = samples.visit(store)
    treatment = full_ultrasound(session)
    store.treatments.save(treatment)
    store.treatments.save(replace(treatment, id=uuid7()))
    other = replace(
        treatment, id=uuid7(), started_at=treatment.started_at + timedelta(days=1), values={},
        device=DeviceInfo("ott", "US-COMBO", serial="OTT-7"),
    )  # fmt: skip
    store.treatments.save(other)
    store.treatments.save(samples.treatment(session))
    kept = store.output_checks.save(check(0))
    units = [(known.unit, known.head, known.last) for known in known_heads(store)]
    assert units == [
        (Unit("", "US-COMBO", "OTT-7"), Head(), None),
        (Unit("Sonic & Sons", "S-3", "=S 17"), Head(), None),
        (SONIC, LARGE, kept),
    ]
    for each in (treatment, other):
        assert unit_and_head(values_of(each)) in [(unit, head) for unit, head, _ in units]

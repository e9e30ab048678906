from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from pathlib import Path

import pytest

from app.output_checks import last_words, printed_check
from data.clinical.output_check import read
from data.output_checks import new_check, unit_and_head
from data.store import Store
from data.treatment_values import values_of
from tests.data import samples
from tests.data.treatments import full_ultrasound


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


def test_the_printed_record_knows_nothing_of_a_later_check(store: Store) -> None:
    treatment = full_ultrasound(samples.visit(store))
    none = "none of this head from before this treatment is stored"
    assert printed_check(store, treatment) == none
    unit, head = unit_and_head(values_of(treatment))
    for days, power_w in ((1, 5.0), (-40, 4.0), (-90, 5.0)):
        at = treatment.started_at + timedelta(days=days)
        store.output_checks.save(new_check(unit, head, read(power_w, 5.0), at))
    printed = printed_check(store, treatment).replace("\u00a0", " ")
    # (5 - 4) / 4 = 25 %
    assert printed.endswith(
        "40 days before: 5.00 W shown, 4.00 W typed: panel +25.0 %, outside ±20 %"
    )
    tens = samples.treatment(samples.visit(store, "B"))
    assert printed_check(store, tens) == ""


def test_the_age_of_a_check_is_said(store: Store) -> None:
    treatment = full_ultrasound(samples.visit(store))
    check = new_check(*unit_and_head(values_of(treatment)), read(5.0, 5.0), treatment.started_at)
    on = treatment.started_at.astimezone().date()
    assert last_words(check, on).startswith("Output check today (")
    assert last_words(check, on + timedelta(days=400)).startswith("Output check 400 days ago (")
    assert last_words(None, on) == "No output check of this head is stored."

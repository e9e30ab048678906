from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from data.export import json_text, session_object, treatment_object, treatments_csv
from data.records import Session
from data.store import Store
from data.treatment_export import treatment_rows
from devices.modality import Origin
from tests.data import samples
from tests.data.treatments import full_ultrasound, of_every_modality, read_ultrasound


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "x.db")
    yield store
    store.close()


@pytest.fixture
def session(store: Store) -> Session:
    return samples.visit(store)


def test_every_value_of_the_form_has_its_unit_and_origin(session: Session):
    rows = {row.key: row for row in treatment_rows(full_ultrasound(session)) if row.group == "form"}
    assert (rows["intensity_w_cm2"].value, rows["intensity_w_cm2"].unit) == (1.0, "W/cm²")
    assert rows["intensity_w_cm2"].origin is Origin.ENTERED
    assert rows["frequency_mhz"].is_default
    assert not rows["intensity_w_cm2"].is_default
    assert rows["actual_min"].origin is Origin.DERIVED


def test_what_a_unit_told_keeps_its_origin(session: Session):
    rows = treatment_rows(read_ultrasound(session))
    origins = {(row.group, row.key): row.origin for row in rows}
    assert origins["form", "amplitude_ma"] is Origin.READ
    assert origins["change", "amplitude"] is Origin.READ
    assert origins["form", "site"] is Origin.ENTERED
    refused = next(row for row in rows if row.key == "power_w")
    assert (refused.value, refused.reason) == (None, "not reported")


def test_each_number_of_a_record_is_in_a_row(session: Session):
    record = full_ultrasound(session)
    rows = treatment_rows(record)
    given = {(row.key, row.value) for row in rows}
    for settings in record.settings:
        for field in fields(settings):
            value = getattr(settings, field.name)
            if isinstance(value, float) and field.name != "duty":
                assert (field.name, value) in given
    assert ("duty_percent", 20.0) in given
    assert {(key, each.value) for key, each in record.dose.items()} <= given
    changed = next(row for row in rows if row.group == "change")
    assert (changed.at_s, changed.value, changed.unit) == (60.0, 0.5, "W/cm²")


def test_a_spreadsheet_reads_every_row(session: Session):
    records = of_every_modality(session)
    text = treatments_csv(records)
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == sum(len(treatment_rows(record)) for record in records)
    assert {row["treatment"] for row in rows} == {str(record.id) for record in records}
    full = [row for row in rows if row["treatment"] == str(records[-2].id)]
    by_key = {(row["group"], row["key"]): row for row in full}
    assert float(by_key["form", "intensity_w_cm2"]["value"]) == 1.0
    assert by_key["form", "note"]["value"] == 'said "warm", then\nnothing'
    assert by_key["form", "unit_serial"]["value"] == "'=S 17"  # no formula
    # 1 W for 60 s, then half of it for 240 s
    assert float(by_key["dose", "energy_j"]["value"]) == pytest.approx(60 + 0.5 * 240)
    assert by_key["dose", "energy_j"]["unit"] == "J"
    assert all(row["origin"] for row in rows)


def test_json_has_the_record_and_its_rows(store: Store, session: Session):
    for record in of_every_modality(session):
        store.treatments.save(record)
        found = json.loads(json_text(treatment_object(record)))
        assert len(found["rows"]) == len(treatment_rows(record))
        assert {"value", "unit", "origin"} <= set(found["rows"][0])
    whole = json.loads(json_text(session_object(store, session.id)))
    assert len(whole["treatments"]) == 12

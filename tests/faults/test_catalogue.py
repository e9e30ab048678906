from __future__ import annotations

import re
from pathlib import Path

import pytest

from devices.catalog import FORCE_MODELS
from devices.types import Transport
from firmware_sim.faults import FAULTS, PLANS
from protocols.codec import Framing
from tests.faults.bed import memory_bench
from tests.faults.cases import CASES, benches
from tests.faults.catalogue import MATRIX, ROWS, UNITS, Played, Row
from tests.faults.test_bluetooth_stack import MOODS
from tests.faults.test_units import CASES as UNIT_CASES

TESTS = Path(__file__).parents[1]
# How many faults each group of the catalogue has.
GROUPS = {"B": 20, "S": 15, "D": 22, "T": 5}
ASLEEP = {"T05": "B15"}  # the same to a link: the clock stands still and the device goes on

every_row = pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in ROWS])


def test_every_fault_of_the_catalogue_has_a_row() -> None:
    expected = [f"{group}{n:02}" for group, many in GROUPS.items() for n in range(1, many + 1)]
    assert [row.id for row in ROWS] == expected


@every_row
def test_a_row_names_tests_that_exist_or_says_why_there_is_none(row: Row) -> None:
    assert bool(row.tests) != (row.played is Played.NOT_HERE)
    assert bool(row.why) == (row.played is Played.NOT_HERE)
    for test in row.tests:
        file, _, function = test.partition("::")
        assert re.search(rf"^(async )?def {function}\(", (TESTS / file).read_text(), re.MULTILINE)


@every_row
def test_what_a_plan_or_a_stack_is_said_to_play_is_played(row: Row) -> None:
    fault = ASLEEP.get(row.id, row.id)
    assert (MATRIX in row.tests) == any(case.fault == fault for case in CASES)
    assert (UNITS in row.tests) == any(case.fault == fault for case in UNIT_CASES)
    if row.played is Played.STACK:
        assert row.id in [id_ for id_, _ in MOODS.values()]


@pytest.mark.parametrize("model", list(FORCE_MODELS))
def test_every_device_meets_the_faults_of_each_of_its_links(model: str) -> None:
    links = {
        Transport.BLE: (Framing.PACKETS, "B"),
        Transport.SERIAL: (Framing.STREAM, "S"),
        Transport.USB: (Framing.PACKETS, "B"),  # of the cable itself: tests/drivers/test_hid.py
    }
    for transport in FORCE_MODELS[model].transports:
        framing, group = links[transport]
        bench = memory_bench(model, framing)
        met = {case.fault for case in CASES if bench in benches(case)}
        assert {fault for fault in met if fault[0] == group} >= {f"{group}01"}
        assert len([fault for fault in met if fault[0] == "D"]) >= 5


def test_the_page_of_guarantees_lists_every_fault_with_its_tests() -> None:
    page = (TESTS.parent / "docs" / "guarantees.md").read_text("utf-8")
    for row in ROWS:
        fault = f"{row.id} {row.what}"
        tests = ", ".join(f"`tests/{test}`" for test in row.tests)
        assert (f"| {fault} | {tests} |" if tests else f"- {fault}: {row.why}.") in page
        assert not row.unnoticed or f"- {fault}: {row.unnoticed}." in page


def test_the_page_of_training_names_every_plan_and_every_kind_of_fault() -> None:
    page = (TESTS.parent / "docs" / "training.md").read_text("utf-8")
    assert not [name for name in (*PLANS, *FAULTS) if f"`{name}`" not in page]

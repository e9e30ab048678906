"""Every fault that a plan can play, on every device that it can befall, by seed."""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

import pytest

from tests.faults.bed import Clinic, play
from tests.faults.cases import CASES, Case, benches
from tests.faults.checks import check, never_invented
from tests.faults.virtual_time import in_virtual_time
from tests.rigs import SETUPS, Bench, Setup

# Its silence is noticed after ten seconds; a board that is asked anew takes its time to answer.
LONGER_S = {"wh-c06": 12.0, "chronojump": 4.0, "chronojump-platform": 4.0}

cells = pytest.mark.parametrize(
    ("case", "bench"),
    [
        pytest.param(case, bench, id=f"{case}.{number}-{bench.model.id}-{bench.framing}")
        for number, case in enumerate(CASES)
        for bench in benches(case)
    ],
)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Generator[Clinic]:
    found = Clinic(tmp_path_factory.mktemp("faults"))
    yield found
    found.store.close()


def survives(clinic: Clinic, case: Case, bench: Bench, seed: int) -> None:
    dice = random.Random(f"{case} {bench} {seed}")
    faults = case.play(dice, bench)
    options: dict[str, Any] = case.options(dice, bench)
    setup = SETUPS.get(bench.model.id, Setup())
    presses_button = case.losses(bench) and setup.is_off_after_a_loss
    interfere = case.interfere
    longer_s = 0.0
    if case.losses(bench):
        longer_s = LONGER_S.get(bench.model.id, 3.0 if presses_button else 1.0)
    outcome = in_virtual_time(
        play(clinic, bench, faults, seed, longer_s=longer_s, interfere=interfere, **options)
    )
    check(outcome, losses=case.losses(bench), keeps_order=case.keeps_order)
    if case.is_clean(bench):
        assert outcome.faulted.gaps == ()
    if outcome.sent and not case.invents:
        never_invented(outcome)


@cells
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_fault_costs_what_it_hid_and_nothing_else(
    clinic: Clinic, case: Case, bench: Bench, seed: int
) -> None:
    survives(clinic, case, bench, seed)


@pytest.mark.nightly
@cells
def test_fifty_seeds_of_each_fault(clinic: Clinic, case: Case, bench: Bench) -> None:
    for seed in range(4, 54):
        survives(clinic, case, bench, seed)

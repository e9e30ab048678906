"""Training: virtual devices with faults of one's choice, and nothing else."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from app.demo import VirtualClinic, fault_plan
from app.device_pool import DevicePool
from app.links import LinkSpecError
from app.pair import Pair
from app.training import TRAININGS
from app.window import DemoOptions
from data.analysis.types import Side
from data.clinical.catalogue import tests as strength_tests
from devices.types import LinkState
from tests.app.cli.shell import run


async def test_the_chosen_fault_befalls_the_virtual_board(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps([{"fault": "cut", "at_s": 0.8, "seconds": 0.3}]), "utf-8")
    clinic = VirtualClinic(DemoOptions(faults=str(plan)))
    await clinic.start()
    pool = DevicePool([clinic])
    try:
        board = next(found for found in await pool.find(0.0) if "onb" in found.models)
        assert board.is_virtual
        await pool.use(board, "onb")
        seen: list[LinkState] = []
        back = asyncio.Event()

        def hear(state: LinkState, _cause: str) -> None:
            seen.append(state)
            if state is LinkState.STREAMING:
                back.set()

        pool.stations[board.key].on_state = hear
        await asyncio.wait_for(back.wait(), 15.0)
        assert seen[0] is LinkState.LOST
    finally:
        await pool.close()
        await clinic.stop()


async def test_two_virtual_sensors_serve_a_test_of_both_limbs() -> None:
    clinic = VirtualClinic(DemoOptions(sensors=True, speed=4.0))
    await clinic.start()
    pool = DevicePool([clinic])
    try:
        for found in await pool.find(0.0):
            if "chronojump" in found.models:
                await pool.use(found, "chronojump", clinic.side_of(found.key))
        both = pool.station_for(strength_tests()["nordic.bil"])
        assert isinstance(both, Pair)
        assert [station.side for station in both.stations] == [Side.LEFT, Side.RIGHT]
        assert not isinstance(pool.station_for(strength_tests()["ham.iso9020"]), Pair)
        right = next(key for key, one in pool.stations.items() if one.side is Side.RIGHT)
        pool.set_side(right, None)
        assert not isinstance(pool.station_for(strength_tests()["nordic.bil"]), Pair)
    finally:
        await pool.close()
        await clinic.stop()


@pytest.mark.parametrize("name", [name for name, _, _ in TRAININGS])
def test_every_training_has_its_plan(name: str) -> None:
    assert bool(fault_plan(name).faults) is (name != "none")


def test_an_unknown_plan_is_refused_before_a_window_opens() -> None:
    with pytest.raises(LinkSpecError):
        fault_plan("no such weather")
    refused = run("demo", "--faults", "no such weather")
    assert refused.returncode == 2
    assert "no such weather" in refused.stderr

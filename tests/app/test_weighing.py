from __future__ import annotations

import pytest

from app.weighing import STEADY_S, BalanceStation, LineError, read_line
from drivers.memory import MemoryLink
from drivers.serial_format import Parity, SerialFormat
from firmware_sim.balance import BalanceFirmware
from firmware_sim.loads import constant
from protocols.balance import Weight
from tests.rigs import memory_rig, until


async def test_the_reading_is_the_median_of_what_is_steady() -> None:
    async with memory_rig(BalanceFirmware()) as rig:
        station = BalanceStation(rig.link)
        await station.open()
        await until(lambda: station.now().readings >= 3)
        now = station.now()
        await station.close()
    # 0.34 g is what the simulator prints
    assert (now.is_heard, now.grams, now.is_stable) == (True, 0.34, True)
    assert now.steady_g == 0.34
    assert station.now().is_heard is False


def test_an_old_reading_is_no_reading() -> None:
    clock = [0.0]
    station = BalanceStation(MemoryLink(), lambda: clock[0])
    for at_s, grams in ((0.0, 0.3), (2.0, 0.5), (2.5, 0.4), (3.0, 0.6)):
        clock[0] = at_s
        station.balance.on_weight(Weight(grams, None))
    # of 0.3, 0.5, 0.4 and 0.6 the middle is 0.45
    assert (station.now().grams, station.now().steady_g) == (0.6, pytest.approx(0.45))
    clock[0] = 2.0 + STEADY_S  # 0.3 is gone
    assert (station.now().steady_g, station.now().readings) == (0.5, 3)
    clock[0] = 2.7 + STEADY_S
    assert (station.now().grams, station.now().steady_g) == (0.6, None)
    clock[0] = 3.1 + STEADY_S
    assert station.now().grams is None
    station.balance.on_weight(None)
    assert station.now().is_overloaded


async def test_what_moves_is_not_taken() -> None:
    async with memory_rig(BalanceFirmware(lambda t: constant(0.01)(t) * (1 + t[:, None]))) as rig:
        station = BalanceStation(rig.link)
        await station.open()
        await until(lambda: station.now().grams is not None)
        now = station.now()
        assert (now.is_stable, now.steady_g, now.readings) == (False, None, 0)
        await station.close()


def test_speed_and_format_are_read_as_manuals_write_them() -> None:
    assert read_line("2400 7E1") == (2400, SerialFormat(7, Parity.EVEN, 1))
    assert read_line(" 9600, 8n1 ") == (9600, SerialFormat())
    for text in ("", "9600", "7E1", "9600 9N1", "9600 8N1 x"):
        with pytest.raises(LineError):
            read_line(text)

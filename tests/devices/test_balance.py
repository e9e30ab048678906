from __future__ import annotations

import pytest

from devices.balance import Balance
from devices.errors import ForbiddenRequestError
from devices.types import LinkState
from firmware_sim.balance import BalanceFirmware
from tests.rigs import memory_rig


async def test_readings_come_and_nothing_is_ever_sent():
    async with memory_rig(BalanceFirmware(), speed=10.0) as rig:
        balance = Balance(rig.link)
        await balance.connect()
        assert balance.state is LinkState.READY
        found = await balance.readings(0.5)
        with pytest.raises(ForbiddenRequestError):
            await balance._send(b"P\r\n")  # pyright: ignore[reportPrivateUsage] the gate itself
        await balance.close()
    assert 20 <= len(found) <= 30
    assert {weight.grams for weight in found} == {0.34}

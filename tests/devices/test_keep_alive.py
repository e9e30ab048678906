from __future__ import annotations

import asyncio

from devices.catalog import FORCE_MODELS
from devices.types import LinkState
from drivers.ble import BleLink
from firmware_sim.radio import VirtualRadio
from tests.rigs import Bench, Way, force_device, until

WRITE_NOT_PERMITTED = 0x03  # an ATT error


async def test_a_sign_of_life_that_is_refused_once_is_no_loss() -> None:
    bench = Bench(FORCE_MODELS["onb"], Way.RADIO)
    gatt = bench.model.gatt
    assert gatt is not None
    async with VirtualRadio() as radio:
        peripheral = await radio.add(bench.firmware(), "ONB-1", gatt)
        backends = (radio.client_backend, radio.scanner_backend)
        link = BleLink(peripheral.address, gatt, backend=backends[0], scanner_backend=backends[1])
        device, heard = force_device("onb", link, bench.framing)
        await device.connect()
        await device.start()
        peripheral.write_error = WRITE_NOT_PERMITTED
        await asyncio.sleep(1.3)  # it is written to each second
        peripheral.write_error = None
        await until(lambda: heard.t_us[-1] > 4_000_000)  # it stops when it hears nothing for 3 s
        await device.close()
    assert heard.gaps == []
    assert LinkState.LOST not in heard.states

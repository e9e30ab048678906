from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason

from drivers.ble import BleLink, Gatt
from drivers.scan import Candidate, Transport, scan, watch
from firmware_sim.hid_bus import VirtualHidBus
from firmware_sim.radio import VirtualRadio
from tests.drivers.hanging_backend import refusing_scanner
from tests.firmware_sim.counter import Counter

GATT = Gatt(
    service="99f05528-8e7f-4978-be30-7946fd953d3f",
    notify="d3932cc3-cdc0-4ba2-b839-d88725ca38e3",
    write="cb529b3f-70dc-4856-81da-ccd8850588d6",
    write_with_response=True,
)


@dataclass
class Port:
    device: str
    description: str = "n/a"
    vid: int | None = None
    pid: int | None = None
    serial_number: str | None = None
    product: str | None = None


PORTS = [
    Port("/dev/ttyS0"),
    Port("/dev/ttyACM0", "Nordic board", 0x2E8A, 0x000A, "A\u202e1\n", "Nordic\x00 board"),
]


@pytest_asyncio.fixture
async def radio() -> AsyncIterator[VirtualRadio]:
    async with VirtualRadio() as radio:
        yield radio


async def test_it_lists_ports_and_advertisements(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "ONB-12AB", GATT)
    found = await scan(0.2, backend=radio.scanner_backend, ports=lambda: PORTS)
    assert found.bluetooth_problem is None
    assert found.candidates == (
        Candidate(Transport.SERIAL, "/dev/ttyACM0", "Nordic board", (0x2E8A, 0x000A), "A1"),
        Candidate(Transport.SERIAL, "/dev/ttyS0"),
        Candidate(
            Transport.BLE,
            peripheral.address,
            "ONB-12AB",
            rssi=found.candidates[2].rssi,
            services=(GATT.service,),
        ),
    )


async def test_it_lists_hid_devices_of_the_kinds_asked_for(radio: VirtualRadio) -> None:
    bus = VirtualHidBus()
    for serial in ("B-2", "A\u202e-1\n"):
        bus.plug_in(Counter(serial=serial), (0x1209, 0x0001), "Hand\x00 grip")
    bus.plug_in(Counter(), (0x046D, 0xC077), "Mouse")
    found = await scan(
        0.1,
        backend=radio.scanner_backend,
        ports=lambda: PORTS,
        hid_ids=[(0x1209, 0x0001)],
        hid_library=lambda: bus,
    )
    assert found.usb_problem is None
    assert found.candidates[2:] == tuple(
        Candidate(Transport.USB, serial, "Hand grip", (0x1209, 0x0001), serial)
        for serial in ("A-1", "B-2")
    )


async def test_without_hidapi_the_rest_is_still_listed(
    radio: VirtualRadio, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("hid", "hidraw"):
        monkeypatch.setitem(sys.modules, module, None)  # importing it raises ImportError
    await radio.add(Counter(), "ONB-12AB", GATT)
    found = await scan(
        0.2, backend=radio.scanner_backend, ports=lambda: PORTS, hid_ids=[(0x1209, 0x0001)]
    )
    assert [c.transport for c in found.candidates] == ["serial", "serial", "ble"]
    assert found.bluetooth_problem is None
    assert found.usb_problem is not None
    assert "hidapi does not load" in found.usb_problem
    nobody_asks = await scan(0.05, backend=radio.scanner_backend, ports=list)
    assert nobody_asks.usb_problem is None


async def test_a_found_device_can_be_connected_without_another_search(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "ONB-12AB", GATT)
    found = await scan(0.2, backend=radio.scanner_backend, ports=list)
    device = found.candidates[0].device
    link = BleLink("x", GATT, backend=radio.client_backend, device=device)
    await link.open()
    assert peripheral.is_connected
    await link.close()


@pytest.mark.parametrize(
    ("advertised", "shown"),
    [
        ("<img src=//host/x>\u202eBNO", "<img src=//host/x>BNO"),
        ("ONB\n\x07-1", "ONB -1"),
        ("N" * 200, "N" * 64),
        ("\u200b\u200e", ""),
    ],
)
async def test_hostile_names_are_cleaned(radio: VirtualRadio, advertised: str, shown: str) -> None:
    await radio.add(Counter(), advertised, GATT)
    found = await scan(0.2, backend=radio.scanner_backend, ports=list)
    assert [candidate.name for candidate in found.candidates] == [shown]


async def test_without_bluetooth_the_ports_are_still_listed() -> None:
    off = BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason.NO_BLUETOOTH)
    found = await scan(5.0, backend=refusing_scanner(off), ports=lambda: PORTS)
    assert len(found.candidates) == 2
    assert found.bluetooth_problem is not None
    assert "USB cable" in found.bluetooth_problem


async def test_watching_shows_what_comes_and_what_goes(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "ONB-12AB", GATT)
    results = watch(backend=radio.scanner_backend, ports=list, window_s=0.15)
    names = [[c.name for c in (await anext(results)).candidates]]
    assert names == [["ONB-12AB"]]
    peripheral.leave_range()
    async with asyncio.timeout(5):
        while (await anext(results)).candidates:
            pass
    peripheral.return_to_range()
    assert [c.name for c in (await anext(results)).candidates] == ["ONB-12AB"]
    await radio.stop()  # Bluetooth is switched off
    assert (await anext(results)).bluetooth_problem is not None


async def test_a_connection_gets_its_turn_while_watching(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "ONB-12AB", GATT)
    looks = 0

    async def look() -> None:
        nonlocal looks
        async for _ in watch(backend=radio.scanner_backend, ports=list, window_s=0.1):
            looks += 1

    looking = asyncio.create_task(look())
    await asyncio.sleep(0.05)
    link = BleLink(peripheral.address, GATT, backend=radio.client_backend)
    async with asyncio.timeout(2):
        await link.open()
    await asyncio.sleep(0.3)
    looking.cancel()
    await asyncio.wait([looking])
    await link.close()
    assert looks >= 2

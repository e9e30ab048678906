from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from bleak import BleakClient, BleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)

from drivers.ble import Gatt
from firmware_sim.radio import VirtualPeripheral, VirtualRadio
from tests.drivers.ears import until
from tests.firmware_sim.counter import Counter, numbers

GATT = Gatt(
    service="99f05528-8e7f-4978-be30-7946fd953d3f",
    notify="d3932cc3-cdc0-4ba2-b839-d88725ca38e3",
    write="cb529b3f-70dc-4856-81da-ccd8850588d6",
    write_with_response=True,
)
BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"
MODEL_NUMBER = "00002a24-0000-1000-8000-00805f9b34fb"
SERIAL_NUMBER = "00002a25-0000-1000-8000-00805f9b34fb"


@pytest_asyncio.fixture
async def radio(caplog: pytest.LogCaptureFixture) -> AsyncIterator[VirtualRadio]:
    async with VirtualRadio() as radio:
        yield radio
    for when in ("call", "teardown"):
        assert not [record for record in caplog.get_records(when) if record.levelname == "ERROR"]


class Host:
    """A plain bleak program: no link of ours in between."""

    def __init__(self, radio: VirtualRadio, peripheral: VirtualPeripheral) -> None:
        self.heard: list[bytes] = []
        self.disconnections = 0
        self.client = BleakClient(
            peripheral.address, self._on_disconnected, timeout=2.0, backend=radio.client_backend
        )

    async def connect(self) -> None:
        await self.client.connect()
        await self.client.start_notify(GATT.notify, lambda _, data: self.heard.append(bytes(data)))

    async def write(self, data: bytes) -> None:
        assert GATT.write is not None
        await self.client.write_gatt_char(GATT.write, data, response=True)

    def _on_disconnected(self, _client: BleakClient) -> None:
        self.disconnections += 1


async def test_a_device_advertises_its_name_and_service(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "ONB-12AB", GATT)
    found = await BleakScanner.discover(0.2, return_adv=True, backend=radio.scanner_backend)
    device, advertisement = found[peripheral.address]
    assert (device.name, advertisement.local_name) == ("ONB-12AB", "ONB-12AB")
    assert advertisement.service_uuids == [GATT.service]
    assert advertisement.rssi < 0


async def test_each_message_is_one_notification_in_order(radio: VirtualRadio) -> None:
    firmware = Counter(rate_hz=500, n_bytes=244)
    host = Host(radio, await radio.add(firmware, "counter", GATT))
    await host.connect()
    assert host.client.mtu_size == 247
    await host.write(b"start")
    await until(lambda: len(host.heard) > 200)
    await host.client.disconnect()
    assert host.heard[0] == b"started"
    counted = numbers(host.heard)
    assert counted == list(range(len(counted)))
    assert {len(message) for message in host.heard[1:]} == {244}


async def test_the_device_keeps_the_time_of_the_clock(radio: VirtualRadio) -> None:
    firmware = Counter()
    await radio.add(firmware, "counter", GATT, speed=10.0)
    clock = asyncio.get_running_loop().time
    began_s, device_began_s = clock(), firmware.seconds
    await asyncio.sleep(0.3)
    passed_s = clock() - began_s
    # One tick of 10 ms, ten times as fast, may be under way at either end.
    assert firmware.seconds - device_began_s == pytest.approx(10 * passed_s, abs=0.25)


async def test_the_device_knows_when_its_link_comes_and_goes(radio: VirtualRadio) -> None:
    firmware = Counter()
    peripheral = await radio.add(firmware, "counter", GATT)
    host = Host(radio, peripheral)
    await host.connect()
    assert peripheral.is_connected
    await host.write(b"start")
    await host.client.disconnect()
    await until(lambda: not peripheral.is_connected)
    assert firmware.events == ["connected", "start", "disconnected"]
    assert host.disconnections == 1
    await Host(radio, peripheral).connect()  # it advertises again


async def test_a_dropped_link_is_told_to_both_ends_and_can_come_back(radio: VirtualRadio) -> None:
    firmware = Counter()
    peripheral = await radio.add(firmware, "counter", GATT)
    host = Host(radio, peripheral)
    await host.connect()
    peripheral.drop()
    await until(lambda: host.disconnections == 1)
    assert firmware.events[-1] == "disconnected"
    assert not host.client.is_connected
    with pytest.raises(BleakError):
        await host.write(b"hello")
    await host.connect()
    await host.write(b"hello")
    await until(lambda: b"heard hello" in host.heard)


async def test_a_silent_device_stays_connected(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "counter", GATT)
    host = Host(radio, peripheral)
    await host.connect()
    await host.write(b"start")
    await until(lambda: len(host.heard) > 5)
    peripheral.is_silent = True
    await asyncio.sleep(0.05)
    heard = len(host.heard)
    await asyncio.sleep(0.2)
    assert len(host.heard) == heard
    assert host.client.is_connected
    assert host.disconnections == 0


async def test_a_refused_connection_fails_and_the_next_one_works(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "counter", GATT)
    peripheral.refuse()
    host = Host(radio, peripheral)
    with pytest.raises(BleakError):
        await host.connect()
    peripheral.refuse(False)
    await host.connect()


async def test_out_of_range_ends_the_link_and_the_advertising(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "counter", GATT)
    host = Host(radio, peripheral)
    await host.connect()
    peripheral.leave_range()
    assert host.client.is_connected  # nobody knows yet
    await until(lambda: host.disconnections == 1)
    assert not await BleakScanner.discover(0.2, backend=radio.scanner_backend)
    with pytest.raises(BleakError):
        await BleakClient(peripheral.address, timeout=0.2, backend=radio.client_backend).connect()
    peripheral.return_to_range()
    await host.connect()


async def test_a_short_absence_is_survived(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "counter", GATT)
    host = Host(radio, peripheral)
    await host.connect()
    peripheral.leave_range()
    await asyncio.sleep(0.2)
    peripheral.return_to_range()
    await asyncio.sleep(0.6)
    assert host.client.is_connected
    assert host.disconnections == 0


async def test_a_cancelled_connect_leaves_the_adapter_usable(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "counter", GATT)
    peripheral.leave_range()
    attempt = asyncio.create_task(Host(radio, peripheral).connect())
    await asyncio.sleep(0.1)
    attempt.cancel()
    with pytest.raises(asyncio.CancelledError):
        await attempt
    peripheral.return_to_range()
    await Host(radio, peripheral).connect()


async def test_battery_and_device_information_can_be_read(radio: VirtualRadio) -> None:
    peripheral = await radio.add(
        Counter(serial="A77"), "counter", GATT, battery_percent=81, has_device_information=True
    )
    host = Host(radio, peripheral)
    await host.connect()
    assert await host.client.read_gatt_char(BATTERY_LEVEL) == b"\x51"
    assert await host.client.read_gatt_char(MODEL_NUMBER) == b"counter"
    assert await host.client.read_gatt_char(SERIAL_NUMBER) == b"A77"


async def test_a_refused_write_is_the_error_that_bleak_documents(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "counter", GATT)
    host = Host(radio, peripheral)
    await host.connect()
    peripheral.write_error = 0x05
    with pytest.raises(BleakGATTProtocolError) as raised:
        await host.write(b"start")
    # Bluetooth Core, vol 3 part F, table 3.4: 0x05 is insufficient authentication.
    assert raised.value.code is BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION
    peripheral.write_error = None
    await host.write(b"start")


async def test_several_devices_stream_at_once(radio: VirtualRadio) -> None:
    hosts: list[Host] = []
    for n in range(3):
        hosts.append(Host(radio, await radio.add(Counter(serial=str(n)), f"counter-{n}", GATT)))
        await hosts[-1].connect()
    for host in hosts:
        await host.write(b"start")
    await until(lambda: all(len(host.heard) > 30 for host in hosts))
    for host in hosts:
        counted = numbers(host.heard)
        assert counted == list(range(len(counted)))


async def test_nothing_runs_on_after_the_radio_is_off() -> None:
    before = asyncio.all_tasks()
    radio = VirtualRadio()
    await radio.start()
    firmware = Counter()
    host = Host(radio, await radio.add(firmware, "counter", GATT))
    await host.connect()
    await host.write(b"start")
    await radio.stop()
    assert firmware.events[-1] == "disconnected"
    await asyncio.sleep(0.05)
    assert asyncio.all_tasks() == before
    with pytest.raises(BleakBluetoothNotAvailableError):
        await BleakScanner.discover(0.1, backend=radio.scanner_backend)
    await radio.start()
    await radio.stop()

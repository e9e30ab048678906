from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from bleak import BleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakError,
    BleakGATTProtocolError,
)

from drivers.ble import BleLink, Deadlines, Gatt
from drivers.link import (
    BluetoothOffError,
    LinkBusyError,
    LinkDeniedError,
    LinkLostError,
    LinkNotFoundError,
    LinkTimeoutError,
)
from drivers.watchdog import NoDataWatchdog
from firmware_sim.radio import VirtualPeripheral, VirtualRadio
from tests.drivers.ears import Ears, until
from tests.drivers.hanging_backend import MoodyStack, refusing_scanner
from tests.firmware_sim.counter import Counter, numbers

GATT = Gatt(
    service="99f05528-8e7f-4978-be30-7946fd953d3f",
    notify="d3932cc3-cdc0-4ba2-b839-d88725ca38e3",
    write="cb529b3f-70dc-4856-81da-ccd8850588d6",
    write_with_response=True,
)
OTHER_GATT = replace(GATT, service="7e4e1701-1ea6-40c9-9dcc-13d34ffead57")
SHORT = Deadlines(find_s=0.3, connect_s=0.3, subscribe_s=0.2, write_s=0.2, disconnect_s=0.2)


@pytest_asyncio.fixture
async def radio() -> AsyncIterator[VirtualRadio]:
    async with VirtualRadio() as radio:
        yield radio


def link_to(radio: VirtualRadio, address: str, gatt: Gatt = GATT, **options: Any) -> BleLink:
    return BleLink(
        address,
        gatt,
        backend=radio.client_backend,
        scanner_backend=radio.scanner_backend,
        **options,
    )


async def counting(radio: VirtualRadio, name: str = "counter") -> VirtualPeripheral:
    return await radio.add(Counter(), name, GATT)


async def test_notifications_arrive_one_by_one_and_in_order(radio: VirtualRadio) -> None:
    link = link_to(radio, (await counting(radio)).address)
    ears = Ears(link)
    await link.open()
    await link.write(b"start")
    await until(lambda: len(ears.chunks) > 30)
    await link.write(b"stop")
    await until(lambda: ears.chunks[-1] == b"stopped")
    await link.close()
    assert ears.chunks[0] == b"started"
    counted = numbers(ears.chunks)
    assert counted == list(range(len(counted)))
    assert ears.losses == []


async def test_it_listens_before_anything_is_written() -> None:
    stack = MoodyStack(GATT)
    link = BleLink("AA:BB", GATT, backend=stack.client_backend)
    await link.open()
    await link.write(b"start")
    await link.close()
    assert stack.calls == ["connect", "start_notify", "write", "disconnect"]


async def test_writes_without_response_work_too(radio: VirtualRadio) -> None:
    gatt = replace(GATT, write_with_response=False)
    peripheral = await radio.add(Counter(), "counter", gatt)
    link = link_to(radio, peripheral.address, gatt)
    ears = Ears(link)
    await link.open()
    await link.write(b"hello")
    await until(lambda: ears.chunks == [b"heard hello"])
    await link.close()


@pytest.mark.parametrize("takes", [True, False])
async def test_an_unknown_kind_of_write_is_what_the_characteristic_offers(
    radio: VirtualRadio, takes: bool
) -> None:
    peripheral = await radio.add(Counter(), "counter", replace(GATT, write_with_response=takes))
    link = link_to(radio, peripheral.address, replace(GATT, write_with_response=None))
    ears = Ears(link)
    await link.open()
    await link.write(b"hello")
    await until(lambda: ears.chunks == [b"heard hello"])
    await link.close()


async def test_what_is_written_may_live_in_another_service(radio: VirtualRadio) -> None:
    gatt = replace(GATT, write_service=OTHER_GATT.service)
    peripheral = await radio.add(Counter(), "counter", gatt)
    link = link_to(radio, peripheral.address, gatt)
    ears = Ears(link)
    await link.open()
    await link.write(b"hello")
    await until(lambda: ears.chunks == [b"heard hello"])
    await link.close()
    with pytest.raises(LinkNotFoundError, match="does not speak"):
        await link_to(radio, peripheral.address).open()


async def test_long_messages_go_in_pieces_where_the_device_takes_no_more(
    radio: VirtualRadio,
) -> None:
    gatt = replace(GATT, longest_write=20)
    firmware = Counter()
    peripheral = await radio.add(firmware, "pieces", gatt)
    link = link_to(radio, peripheral.address, gatt)
    await link.open()
    await link.write(b"a" * 20 + b"b" * 20 + b"c" * 5)
    await until(lambda: len(firmware.events) == 4)
    await link.close()
    assert firmware.events[:4] == ["connected", "a" * 20, "b" * 20, "c" * 5]


async def test_a_device_that_takes_nothing_is_listened_to(radio: VirtualRadio) -> None:
    gatt = replace(GATT, write=None)
    firmware = Counter()
    peripheral = await radio.add(firmware, "talker", gatt)
    link = link_to(radio, peripheral.address, gatt)
    ears = Ears(link)
    await link.open()
    firmware.receive(b"start")
    await until(lambda: len(ears.chunks) > 3)
    with pytest.raises(LinkLostError):
        await link.write(b"anything")
    await link.close()
    refused = link_to(radio, peripheral.address, GATT)
    with pytest.raises(LinkNotFoundError, match="Choose another model"):
        await refused.open()


async def test_a_device_that_switches_itself_off_is_gone_until_it_is_on_again(
    radio: VirtualRadio,
) -> None:
    firmware = Counter()
    peripheral = await radio.add(firmware, "sleeper", GATT)
    link = link_to(radio, "sleeper")
    ears = Ears(link)
    await link.open()
    firmware.is_reachable = False
    await until(lambda: len(ears.losses) == 1)
    with pytest.raises(LinkNotFoundError):
        await link_to(radio, "sleeper", deadlines=SHORT).open()
    firmware.is_reachable = True
    await asyncio.sleep(0.1)
    await link.open()
    assert peripheral.is_connected
    await link.close()


@pytest.mark.parametrize("wanted", ["Progressor_7125", "Progressor", "address"])
async def test_a_device_is_found_by_name_by_beginning_or_by_address(
    radio: VirtualRadio, wanted: str
) -> None:
    await counting(radio, "ONB-0001")
    peripheral = await counting(radio, "Progressor_7125")
    link = link_to(radio, peripheral.address.lower() if wanted == "address" else wanted)
    await link.open()
    assert peripheral.is_connected
    await link.close()


async def test_two_devices_with_the_same_beginning_are_never_guessed(radio: VirtualRadio) -> None:
    await counting(radio, "Progressor_1")
    await counting(radio, "Progressor_2")
    with pytest.raises(LinkNotFoundError, match=r"Progressor_1 .*Progressor_2 "):
        await link_to(radio, "Progressor").open()


async def test_a_device_that_is_not_heard_is_not_found(radio: VirtualRadio) -> None:
    await counting(radio, "ONB-0001")
    began_s = time.monotonic()
    with pytest.raises(LinkNotFoundError, match="Switch it on"):
        await link_to(radio, "Progressor", deadlines=SHORT).open()
    assert time.monotonic() - began_s < 1.0


async def test_a_name_without_a_way_to_search_is_not_found(radio: VirtualRadio) -> None:
    await counting(radio, "ONB-0001")
    with pytest.raises(LinkNotFoundError):
        await BleLink("ONB-0001", GATT, backend=radio.client_backend).open()


async def test_a_scanned_device_needs_no_second_search(radio: VirtualRadio) -> None:
    peripheral = await counting(radio)
    device = await BleakScanner.find_device_by_address(
        peripheral.address, backend=radio.scanner_backend
    )
    assert device is not None
    link = BleLink("any label", GATT, backend=radio.client_backend, device=device)
    await link.open()
    assert peripheral.is_connected
    await link.close()


async def test_a_lost_link_is_told_once_after_its_bytes(radio: VirtualRadio) -> None:
    peripheral = await counting(radio)
    link = link_to(radio, peripheral.address)
    ears = Ears(link)
    await link.open()
    await link.write(b"start")
    await until(lambda: len(ears.chunks) > 5)
    peripheral.drop()
    error = await ears.hears_loss()
    assert "out of range" in str(error)
    assert ears.order.index("lost") == len(ears.order) - 1
    with pytest.raises(LinkLostError):
        await link.write(b"stop")
    await link.close()
    assert len(ears.losses) == 1


async def test_closing_is_not_a_loss_and_may_be_repeated(radio: VirtualRadio) -> None:
    peripheral = await counting(radio)
    link = link_to(radio, peripheral.address)
    ears = Ears(link)
    await link.open()
    await link.write(b"start")
    await link.close()
    heard = len(ears.chunks)
    await link.close()
    await until(lambda: not peripheral.is_connected)
    assert ears.losses == []
    assert len(ears.chunks) == heard


async def test_a_lost_link_can_be_opened_again(radio: VirtualRadio) -> None:
    peripheral = await counting(radio)
    link = link_to(radio, peripheral.address)
    ears = Ears(link)
    for n in range(3):
        await link.open()
        await link.write(b"hello")
        peripheral.drop()
        await until(lambda n=n: len(ears.losses) == n + 1)
    await link.close()
    assert ears.chunks == [b"heard hello"] * 3


async def test_silence_is_noticed_by_the_watchdog_alone(radio: VirtualRadio) -> None:
    peripheral = await counting(radio)
    link = link_to(radio, peripheral.address)
    ears = Ears(link)
    silences: list[float] = []
    watchdog = NoDataWatchdog(0.3, silences.append)
    link.on_data = lambda _data: watchdog.feed()
    await link.open()
    await link.write(b"start")
    watchdog.start()
    await asyncio.sleep(0.5)
    assert silences == []
    peripheral.is_silent = True
    began_s = time.monotonic()
    await until(lambda: bool(silences))
    assert 0.2 < time.monotonic() - began_s < 0.6
    assert ears.losses == []
    await link.close()
    await until(lambda: not peripheral.is_connected)


async def test_a_device_of_another_kind_is_refused_with_what_to_do(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "counter", OTHER_GATT)
    ears_link = link_to(radio, peripheral.address)
    ears = Ears(ears_link)
    with pytest.raises(LinkNotFoundError, match="Choose another model"):
        await ears_link.open()
    await until(lambda: not peripheral.is_connected)
    assert ears.losses == []


async def test_services_remembered_from_an_older_firmware_are_read_again() -> None:
    stack = MoodyStack(OTHER_GATT)
    link = BleLink("AA:BB", GATT, backend=stack.client_backend)
    attempt = asyncio.create_task(link.open())
    await until(lambda: len(stack.clients) == 1)
    await until(lambda: "disconnect" in stack.calls)
    stack.offer(GATT)
    await attempt
    cached = [client.options["winrt"]["use_cached_services"] for client in stack.clients]
    assert cached == [True, False]
    await link.close()


async def test_thirty_cycles_leave_no_task_behind(radio: VirtualRadio) -> None:
    peripheral = await counting(radio)
    link = link_to(radio, peripheral.address)
    await link.open()
    await link.close()
    await asyncio.sleep(0.1)
    before = len(asyncio.all_tasks())
    for _ in range(30):
        ears = Ears(link)
        await link.open()
        await link.write(b"hello")
        await until(lambda ears=ears: ears.chunks == [b"heard hello"])
        await link.close()
    await asyncio.sleep(0.1)
    assert len(asyncio.all_tasks()) <= before


@pytest.mark.parametrize("mood", ["hang", "cling"])
@pytest.mark.parametrize("step", ["connect", "start_notify"])
async def test_an_opening_that_hangs_ends_with_a_timeout(step: str, mood: str) -> None:
    stack = MoodyStack(GATT, **{step: mood}, disconnect="hang")
    link = BleLink("AA:BB", GATT, backend=stack.client_backend, deadlines=SHORT)
    began_s = time.monotonic()
    with pytest.raises(LinkTimeoutError, match="did not answer in time"):
        await link.open()
    assert time.monotonic() - began_s < 0.6
    stack.mood = {}
    await link.open()
    await link.close()
    assert stack.clients[0] is not stack.clients[-1]


async def test_a_disconnect_that_hangs_is_abandoned() -> None:
    stack = MoodyStack(GATT, disconnect=["cling"])
    link = BleLink("AA:BB", GATT, backend=stack.client_backend, deadlines=SHORT)
    await link.open()
    began_s = time.monotonic()
    await link.close()
    assert time.monotonic() - began_s < 0.4
    await link.open()
    await link.close()
    assert len(stack.clients) == 2


async def test_a_write_that_hangs_is_a_timeout_and_no_loss() -> None:
    stack = MoodyStack(GATT, write=["hang"])
    link = BleLink("AA:BB", GATT, backend=stack.client_backend, deadlines=SHORT)
    ears = Ears(link)
    await link.open()
    with pytest.raises(LinkTimeoutError):
        await link.write(b"start")
    await link.write(b"start")
    assert ears.losses == []
    await link.close()


async def test_a_failed_write_is_a_loss_told_once() -> None:
    stack = MoodyStack(GATT, write=BleakError("Not connected"))
    link = BleLink("AA:BB", GATT, backend=stack.client_backend, deadlines=SHORT)
    ears = Ears(link)
    await link.open()
    with pytest.raises(LinkLostError):
        await link.write(b"start")
    stack.clients[0].vanish()
    await link.close()
    assert len(ears.losses) == 1
    assert "disconnect" in stack.calls


async def test_a_write_the_device_refuses_is_no_loss(radio: VirtualRadio) -> None:
    peripheral = await counting(radio)
    link = link_to(radio, peripheral.address)
    ears = Ears(link)
    await link.open()
    peripheral.write_error = 0x05
    with pytest.raises(LinkDeniedError, match="paired first"):
        await link.write(b"start")
    peripheral.write_error = 0x80
    with pytest.raises(LinkDeniedError, match="right model"):
        await link.write(b"start")
    peripheral.write_error = None
    await link.write(b"start")
    await until(lambda: b"started" in ears.chunks)
    assert ears.losses == []
    await link.close()


async def test_a_link_that_dies_while_it_is_opened_is_an_error_and_no_loss() -> None:
    stack = MoodyStack(GATT)

    async def act(step: str) -> None:
        await type(stack).act(stack, step)
        if step == "start_notify":
            stack.clients[-1].vanish()

    stack.act = act
    link = BleLink("AA:BB", GATT, backend=stack.client_backend, deadlines=SHORT)
    ears = Ears(link)
    with pytest.raises(LinkLostError, match="while it was being connected"):
        await link.open()
    assert ears.losses == []


async def test_bytes_pushed_before_the_subscription_is_confirmed_are_heard() -> None:
    stack = MoodyStack(GATT, start_notify="hang")
    deadlines = replace(SHORT, subscribe_s=5.0)
    link = BleLink("AA:BB", GATT, backend=stack.client_backend, deadlines=deadlines)
    ears = Ears(link)
    opening = asyncio.create_task(link.open())
    await until(lambda: "start_notify" in stack.calls)
    notify = stack.clients[0].notify
    assert notify is not None
    notify(bytearray(b"early"))
    assert ears.chunks == [b"early"]
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    await link.close()
    notify(bytearray(b"late"))
    assert ears.chunks == [b"early"]


async def test_a_busy_adapter_is_tried_again() -> None:
    busy = BleakDBusError("org.bluez.Error.InProgress", ["Operation already in progress"])
    stack = MoodyStack(GATT, connect=[busy])
    link = BleLink("AA:BB", GATT, backend=stack.client_backend, deadlines=SHORT)
    await link.open()
    await link.close()
    stack.mood["connect"] = busy
    with pytest.raises(LinkBusyError, match="Close other programs"):
        await link.open()


async def test_links_are_opened_one_after_another() -> None:
    stack = MoodyStack(GATT)
    links = [BleLink(f"AA:{n}", GATT, backend=stack.client_backend) for n in range(10)]
    await asyncio.gather(*(link.open() for link in links))
    assert stack.overlaps == 0
    await asyncio.gather(*(link.close() for link in links))


@pytest.mark.parametrize(
    ("platform", "reason", "advice"),
    [
        ("linux", "POWERED_OFF", "Switch it on in the system's Bluetooth settings"),
        ("win32", "POWERED_OFF", "Switch it on in Settings > Bluetooth & devices"),
        ("darwin", "POWERED_OFF", "Switch it on in System Settings > Bluetooth"),
        ("darwin", "DENIED_BY_USER", "System Settings > Privacy & Security > Bluetooth"),
        ("win32", "DENIED_BY_SYSTEM", "Settings > Privacy & security > Bluetooth"),
        ("linux", "NO_BLUETOOTH", "Plug in a Bluetooth adapter, or use a USB cable"),
        ("linux", "NO_BLE_CENTRAL_ROLE", "newer adapter"),
    ],
)
async def test_bluetooth_that_is_off_says_where_to_switch_it_on(
    platform: str, reason: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    off = BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason[reason])
    link = BleLink("ONB", GATT, scanner_backend=refusing_scanner(off), deadlines=SHORT)
    with pytest.raises(BluetoothOffError) as raised:
        await link.open()
    assert advice in raised.value.reason


@pytest.mark.parametrize(
    ("error", "kind", "advice"),
    [
        (FileNotFoundError(2, "No such file or directory"), BluetoothOffError, "USB cable"),
        (
            BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", ["not provided"]),
            BluetoothOffError,
            "systemctl start bluetooth",
        ),
        (BleakDBusError("org.bluez.Error.NotReady", []), BluetoothOffError, "switched off"),
        (BleakDBusError("org.bluez.Error.NotPermitted", []), LinkDeniedError, "Pair the device"),
        (
            BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort"]),
            LinkLostError,
            "closer",
        ),
        (BleakGATTProtocolError(0x0F), LinkDeniedError, "paired first"),
        (BleakError("Could not get GATT services: Unreachable"), LinkLostError, "closer"),
        (TimeoutError(), LinkTimeoutError, "Move closer"),
        (EOFError(), BluetoothOffError, "Bluetooth service"),
    ],
)
async def test_each_error_of_the_stack_has_its_own_advice(
    error: Exception, kind: type[Exception], advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    stack = MoodyStack(GATT, connect=error)
    link = BleLink("ONB", GATT, backend=stack.client_backend, deadlines=SHORT)
    with pytest.raises(kind, match=advice):
        await link.open()

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason

from drivers.ble import BleLink, Gatt
from drivers.bluetooth import radio_lock
from drivers.broadcast import Broadcast, BroadcastLink
from drivers.link import BluetoothOffError, LinkBusyError, LinkDeniedError, LinkNotFoundError
from drivers.scan import scan, watch
from firmware_sim.firmware import Firmware
from firmware_sim.radio import VirtualRadio
from firmware_sim.radio_broadcast import VirtualBroadcaster
from protocols.codec import Framing
from tests.drivers.ears import Ears, until
from tests.drivers.hanging_backend import refusing_scanner
from tests.firmware_sim.counter import Counter

GATT = Gatt(
    service="99f05528-8e7f-4978-be30-7946fd953d3f",
    notify="d3932cc3-cdc0-4ba2-b839-d88725ca38e3",
    write="cb529b3f-70dc-4856-81da-ccd8850588d6",
    write_with_response=True,
)
SCALE = Broadcast(company=0x0100, begins=bytes.fromhex("02 03 11"))


@dataclass
class Numbers(Firmware):
    """Says the next number each 20 ms."""

    model: str = "numbers"
    serial: str = "1"
    framing: Framing = Framing.PACKETS
    said: int = 0
    left_s: float = field(default=0.0)

    def receive(self, data: bytes) -> list[bytes]:
        raise AssertionError("nothing can be sent to it")

    def advance(self, seconds: float) -> list[bytes]:
        self.left_s += seconds
        messages: list[bytes] = []
        while self.left_s >= 0.02:
            self.left_s -= 0.02
            messages.append(SCALE.begins + self.said.to_bytes(4, "big"))
            self.said += 1
        return messages

    def connected(self) -> None:
        return

    def disconnected(self) -> None:
        return


def numbers(chunks: list[bytes]) -> list[int]:
    """Each once: a system tells of an advertisement and of the scan response to it."""
    heard = [int.from_bytes(chunk[3:], "big") for chunk in chunks]
    return [number for i, number in enumerate(heard) if i == 0 or number != heard[i - 1]]


@pytest_asyncio.fixture
async def radio() -> AsyncIterator[VirtualRadio]:
    before = asyncio.all_tasks()
    async with VirtualRadio() as radio:
        yield radio
    ours = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert [task for task in ours if not task.done()] == []


def speaking(radio: VirtualRadio, name: str = "IF_B7", serial: str = "1") -> VirtualBroadcaster:
    return radio.add_broadcaster(Numbers(serial=serial), name, SCALE)


def link_to(radio: VirtualRadio, address: str, silence_s: float = 10.0) -> BroadcastLink:
    return BroadcastLink(
        address, SCALE, scanner_backend=radio.scanner_backend, find_s=2.0, silence_s=silence_s
    )


async def test_each_advertisement_is_one_message(radio: VirtualRadio) -> None:
    link = link_to(radio, speaking(radio).address)
    ears = Ears(link)
    assert link.framing == "packets"
    await link.open()
    await until(lambda: len(ears.chunks) > 20)
    await link.close()
    heard = numbers(ears.chunks)
    assert heard == list(range(heard[0], heard[0] + len(heard)))
    assert ears.losses == []


async def test_others_are_not_heard(radio: VirtualRadio) -> None:
    other = Broadcast(company=0x004C, begins=b"\x02\x03\x11")
    radio.add_broadcaster(Numbers(serial="2"), "IF_B7", other)
    wanted = speaking(radio, serial="3")
    speaking(radio, serial="4")
    link = link_to(radio, wanted.address)
    ears = Ears(link)
    await link.open()
    await until(lambda: len(ears.chunks) > 10)
    await link.close()
    heard = numbers(ears.chunks)
    assert heard == list(range(heard[0], heard[0] + len(heard)))


@pytest.mark.parametrize(
    ("data", "is_it"),
    [
        ("02 03 11 C0", True),
        ("00 01 02 03 11 C0", True),  # with the company number in front, as some systems hand it
        ("02 03 12", False),
        ("00 02 03 11", False),
        ("", False),
    ],
)
def test_it_is_recognised_by_company_and_beginning(data: str, is_it: bool) -> None:
    found = SCALE.find({0x0100: bytes.fromhex(data)})
    assert found == (bytes.fromhex(data) if is_it else None)
    assert SCALE.find({0x004C: bytes.fromhex(data)}) is None


async def test_the_only_one_of_a_name_is_found_by_it(radio: VirtualRadio) -> None:
    speaking(radio)
    link = link_to(radio, "IF_B7")
    ears = Ears(link)
    await link.open()
    await until(lambda: len(ears.chunks) > 3)
    await link.close()


async def test_two_of_a_name_are_never_guessed(radio: VirtualRadio) -> None:
    first, second = speaking(radio, serial="1"), speaking(radio, serial="2")
    with pytest.raises(LinkNotFoundError) as error:
        await link_to(radio, "IF_B7").open()
    assert first.address in str(error.value)
    assert second.address in str(error.value)


async def test_one_that_is_not_heard_is_not_found(radio: VirtualRadio) -> None:
    link = BroadcastLink("C0:00", SCALE, scanner_backend=radio.scanner_backend, find_s=0.2)
    with pytest.raises(LinkNotFoundError, match="was not heard"):
        await link.open()
    await link.close()


async def test_nothing_can_be_sent_to_it(radio: VirtualRadio) -> None:
    link = link_to(radio, speaking(radio).address)
    await link.open()
    with pytest.raises(LinkDeniedError, match="only advertises"):
        await link.write(b"\x01")
    with pytest.raises(LinkBusyError):
        await link.open()
    await link.close()
    await link.close()


async def test_silence_is_a_loss_told_once_and_it_can_be_opened_again(radio: VirtualRadio) -> None:
    broadcaster = speaking(radio)
    link = link_to(radio, broadcaster.address, silence_s=0.3)
    ears = Ears(link)
    await link.open()
    await until(lambda: len(ears.chunks) > 3)
    broadcaster.leave_range()
    error = await ears.hears_loss()
    assert "was not heard for" in str(error)
    broadcaster.return_to_range()
    before = len(ears.chunks)
    await asyncio.sleep(0.2)
    assert len(ears.chunks) == before  # a lost link is closed
    await link.open()
    await until(lambda: len(ears.chunks) > before + 3)
    await link.close()
    assert len(ears.losses) == 1


async def test_without_bluetooth_it_says_what_to_switch_on() -> None:
    off = BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason.POWERED_OFF)
    link = BroadcastLink("C0:00", SCALE, scanner_backend=refusing_scanner(off))
    with pytest.raises(BluetoothOffError, match="switched off"):
        await link.open()


async def test_others_may_scan_and_connect_meanwhile(radio: VirtualRadio) -> None:
    peripheral = await radio.add(Counter(), "ONB-1", GATT)
    link = link_to(radio, speaking(radio).address)
    ears = Ears(link)
    await link.open()
    ble = BleLink(
        peripheral.address,
        GATT,
        backend=radio.client_backend,
        scanner_backend=radio.scanner_backend,
    )
    await ble.open()
    found = await scan(0.3, backend=radio.scanner_backend, ports=list)
    assert {candidate.name for candidate in found.candidates} >= {"IF_B7"}
    await ble.close()
    before = len(ears.chunks)
    await until(lambda: len(ears.chunks) > before + 10)
    await link.close()
    assert ears.losses == []
    assert not radio_lock().locked()


async def test_what_another_scan_hears_is_heard_too(radio: VirtualRadio) -> None:
    link = link_to(radio, speaking(radio).address)
    ears = Ears(link)
    await link.open()
    results = watch(backend=radio.scanner_backend, ports=list, window_s=0.3)
    for _ in range(3):
        await anext(results)
    await link.close()
    heard = numbers(ears.chunks)
    # Between two windows a few may be lost while one scan ends and the next begins.
    assert len(heard) >= 0.8 * (heard[-1] - heard[0])


async def test_two_links_listen_side_by_side(radio: VirtualRadio) -> None:
    links = [link_to(radio, speaking(radio, serial=serial).address) for serial in ("1", "2")]
    ears = [Ears(link) for link in links]
    for link in links:
        await link.open()
    await until(lambda: all(len(each.chunks) > 20 for each in ears))
    await links[0].close()
    before = len(ears[1].chunks)
    await until(lambda: len(ears[1].chunks) > before + 20)
    await links[1].close()
    heard = numbers(ears[1].chunks)
    assert len(heard) >= 0.8 * (heard[-1] - heard[0])


async def test_a_scan_tells_what_makers_advertise(radio: VirtualRadio) -> None:
    speaking(radio)
    found = await scan(0.2, backend=radio.scanner_backend, ports=list)
    (candidate,) = found.candidates
    assert SCALE.find(dict(candidate.advertised)) is not None

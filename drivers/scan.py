"""What is plugged in or advertising now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

from drivers.bluetooth import BLUETOOTH_ERRORS, link_error, listening, radio_lock
from drivers.hid_system import HidInfo, HidLibrary, plugged_in, system_library
from drivers.link import LinkError
from drivers.plain_text import plain_text
from drivers.serial import PortInfo, listed_ports

_FORGET_AFTER = 5


class Transport(StrEnum):
    SERIAL = "serial"
    BLE = "ble"
    USB = "usb"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that may be a device. `name` and `serial_number` are cleaned outside text.

    `advertised` is what makers put into the advertisement, by their Bluetooth company numbers.
    `device` is bleak's handle: giving it to `BleLink` spares a second search.
    """

    transport: Transport
    address: str
    name: str = ""
    usb_id: tuple[int, int] | None = None
    serial_number: str | None = None
    rssi: int | None = None
    services: tuple[str, ...] = ()
    advertised: tuple[tuple[int, bytes], ...] = field(default=(), compare=False, repr=False)
    device: BLEDevice | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ScanResult:
    """Serial ports first, then HID devices, then Bluetooth by name and address.

    Without Bluetooth a scan is still a scan: `bluetooth_problem` is a sentence on what is wrong,
    and `usb_problem` one on why no HID devices could be listed.
    """

    candidates: tuple[Candidate, ...]
    bluetooth_problem: str | None = None
    usb_problem: str | None = None


async def scan(
    seconds: float,
    *,
    backend: type[BaseBleakScanner] | None = None,
    ports: Callable[[], Iterable[PortInfo]] = listed_ports,
    hid_ids: Collection[tuple[int, int]] = (),
    hid_library: Callable[[], HidLibrary] = system_library,
) -> ScanResult:
    """Everything seen within `seconds`, plus the wait for a connection that is being made.

    Of the HID devices only those with `hid_ids` are asked for: keyboards are nobody's business.
    """
    serial_ports = await asyncio.to_thread(_serial_candidates, ports)
    hid_devices: list[Candidate] = []
    usb_problem: str | None = None
    if hid_ids:
        try:
            hid_devices = [_of_hid(info) for info in await plugged_in(hid_ids, hid_library)]
        except LinkError as error:
            usb_problem = str(error)
    heard: dict[str, Candidate] = {}
    problem: str | None = None
    try:
        async with radio_lock():
            await _listen(seconds, backend, heard)
    except BLUETOOTH_ERRORS as error:
        problem = str(link_error(error, "Bluetooth", "scanning"))
    nearby = sorted(heard.values(), key=lambda found: (found.name, found.address))
    return ScanResult((*serial_ports, *hid_devices, *nearby), problem, usb_problem)


async def watch(
    *,
    backend: type[BaseBleakScanner] | None = None,
    ports: Callable[[], Iterable[PortInfo]] = listed_ports,
    window_s: float = 1.0,
) -> AsyncIterator[ScanResult]:
    """What is there, again and again, until the caller stops; each result replaces the last.

    A Bluetooth device stays listed through a few windows in which it was not heard. Between two
    windows a connection can be made. With Bluetooth off it goes on looking whether it comes back.
    """
    remembered: dict[str, tuple[Candidate, int]] = {}
    window = 0
    while True:
        seen = await scan(window_s, backend=backend, ports=ports)
        serial_ports = [c for c in seen.candidates if c.transport is Transport.SERIAL]
        for found in seen.candidates:
            if found.transport is Transport.BLE:
                remembered[found.address] = (found, window)
        remembered = {
            address: (found, last)
            for address, (found, last) in remembered.items()
            if window - last < _FORGET_AFTER and seen.bluetooth_problem is None
        }
        nearby = sorted((found for found, _ in remembered.values()), key=lambda c: c.name)
        yield ScanResult((*serial_ports, *nearby), seen.bluetooth_problem)
        if seen.bluetooth_problem is not None:
            await asyncio.sleep(window_s)
        window += 1


def _serial_candidates(ports: Callable[[], Iterable[PortInfo]]) -> list[Candidate]:
    return sorted((_of_port(port) for port in ports()), key=lambda found: found.address)


def _of_port(port: PortInfo) -> Candidate:
    usb_id = (port.vid, port.pid) if port.vid is not None and port.pid is not None else None
    description = "" if port.description == "n/a" else port.description
    number = plain_text(port.serial_number or "")
    return Candidate(
        Transport.SERIAL,
        port.device,
        plain_text(port.product or description or ""),
        usb_id=usb_id,
        serial_number=number or None,
    )


def _of_hid(info: HidInfo) -> Candidate:
    return Candidate(
        Transport.USB,
        info.address,
        info.name,
        usb_id=info.usb_id,
        serial_number=info.serial_number,
    )


async def _listen(
    seconds: float, backend: type[BaseBleakScanner] | None, into: dict[str, Candidate]
) -> None:
    loop = asyncio.get_running_loop()
    until_s = loop.time() + seconds
    async with listening(backend) as heard:
        while (left_s := until_s - loop.time()) > 0:
            try:
                device, advertisement = await asyncio.wait_for(heard.get(), left_s)
            except TimeoutError:
                return
            into[device.address] = _of_advertisement(
                device, advertisement, into.get(device.address)
            )


def _of_advertisement(
    device: BLEDevice, advertisement: AdvertisementData, before: Candidate | None
) -> Candidate:
    """Name and services may come in different packets: what was heard stays."""
    name = plain_text(advertisement.local_name or device.name or "")
    services = set(advertisement.service_uuids)
    advertised = dict(advertisement.manufacturer_data)
    if before is not None:
        name = name or before.name
        services |= set(before.services)
        advertised = {**dict(before.advertised), **advertised}
    return Candidate(
        Transport.BLE,
        device.address,
        name,
        rssi=advertisement.rssi,
        services=tuple(sorted(services)),
        advertised=tuple(sorted(advertised.items())),
        device=device,
    )

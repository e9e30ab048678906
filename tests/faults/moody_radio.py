"""A simulated device behind a Bluetooth stack that misbehaves as operating systems do."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

from bleak.args import SizedBuffer
from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection

from drivers.ble import BleLink, Deadlines, Gatt
from firmware_sim.firmware import Firmware
from tests.drivers.hanging_backend import MoodyClient, MoodyStack
from tests.faults.bed import TICK_S

DEADLINES = Deadlines(connect_s=2.0, subscribe_s=1.0, write_s=0.5, disconnect_s=0.5)


class MoodyRadio(MoodyStack):
    """`phantoms` connections from now on succeed and lead nowhere: no answer, no data."""

    def __init__(self, firmware: Firmware, gatt: Gatt) -> None:
        super().__init__(gatt)
        self.firmware = firmware
        self.phantoms = 0
        self.there: DeviceClient | None = None
        self.on_connected: Callable[[], None] = lambda: None
        radio = self

        class Client(DeviceClient):
            made_by = radio
            offered = gatt
            air = radio

        self.client_backend: type[BaseBleakClient] = Client
        self.link = BleLink("AA:BB", gatt, backend=Client, deadlines=DEADLINES)

    def drop(self) -> None:
        """Out of range; the system tells it."""
        client = self.there
        self.forget()
        if client is not None:
            client.vanish()

    def forget(self) -> None:
        """Out of range; the system does not notice, and goes on saying that it is connected."""
        self.there = None
        self.firmware.disconnected()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        done_s = loop.time()
        while True:
            await asyncio.sleep(TICK_S)
            now_s = loop.time()
            self.deliver(self.firmware.advance(now_s - done_s))
            done_s = now_s
            if not self.firmware.is_reachable:
                self.drop()

    def deliver(self, messages: list[bytes]) -> None:
        client = self.there
        if client is not None and client.notify is not None:
            for message in messages:
                client.notify(bytearray(message))


class DeviceClient(MoodyClient):
    """What is sent before somebody listens is heard by nobody: the device begins then."""

    air: MoodyRadio
    _is_phantom = False

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        await self.made_by.act("connect")
        self.services = _services(self.offered)
        self._is_connected = True
        self.air.on_connected()
        if self.air.phantoms:
            self.air.phantoms -= 1
            self._is_phantom = True

    async def disconnect(self) -> None:
        await self.made_by.act("disconnect")
        if self.air.there is self:
            self.air.forget()
        if self._is_connected:
            self.vanish()

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        await self.made_by.act("start_notify")
        self.notify = callback
        if not self._is_phantom:
            self.air.there = self
            self.air.firmware.connected()

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        await self.made_by.act("write")
        if self.air.there is self:
            answers = self.air.firmware.receive(bytes(data))
            asyncio.get_running_loop().call_soon(self.air.deliver, answers)


@contextlib.asynccontextmanager
async def moody(firmware: Firmware, gatt: Gatt) -> AsyncGenerator[MoodyRadio]:
    radio = MoodyRadio(firmware, gatt)
    task = asyncio.create_task(radio.run())
    try:
        yield radio
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def _services(gatt: Gatt) -> BleakGATTServiceCollection:
    found = BleakGATTServiceCollection()
    services: dict[str, BleakGATTService] = {}
    ends: list[tuple[str, str, CharacteristicPropertyName]] = [
        (gatt.service, gatt.notify, "notify")
    ]
    if gatt.write is not None:
        ends.append((gatt.write_service or gatt.service, gatt.write, "write"))
    for handle, (uuid, characteristic, what) in enumerate(ends):
        if uuid not in services:
            services[uuid] = BleakGATTService(None, 100 * (handle + 1), uuid)
            found.add_service(services[uuid])
        number = 100 * (handle + 1) + 1
        found.add_characteristic(
            BleakGATTCharacteristic(
                None, number, characteristic, [what], lambda: 244, services[uuid]
            )
        )
    return found

"""A virtual radio in one process: simulated devices are GATT peripherals, bleak is the client."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import zlib
from collections import deque
from types import TracebackType

from bleak.backends.client import BaseBleakClient
from bleak.backends.scanner import BaseBleakScanner
from bumble import hci
from bumble.att import ATT_Error, Attribute
from bumble.core import AdvertisingData
from bumble.device import Connection, Device, DeviceConfiguration
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.host import Host
from bumble.profiles.battery_service import BatteryService
from bumble.profiles.device_information_service import DeviceInformationService
from bumble.transport.common import AsyncPipeSink

from drivers.ble import Gatt
from drivers.broadcast import Broadcast
from firmware_sim.firmware import Firmware
from firmware_sim.radio_air import CONNECTION_TIMEOUT, Air, RadioController
from firmware_sim.radio_bleak import MTU, Central, RadioClient, RadioScanner
from firmware_sim.radio_broadcast import VirtualBroadcaster

_TICK_S = 0.01
_ADVERTISING_MS = 40.0
_CENTRAL_ADDRESS = "C0:00:00:00:00:01"
_CONNECTABLE_LE_ONLY = 0x06  # general discoverable, no classic Bluetooth
_REMOTE_USER_TERMINATED = 0x13
_MOST_HOPS = 100

# They warn of every packet that is still on its way when a link ends, as packets are.
for _talkative in ("bumble.controller", "bumble.host"):
    logging.getLogger(_talkative).setLevel(logging.ERROR)


class VirtualRadio:
    """`async with VirtualRadio() as radio:` then `add` devices and hand out the two backends.

    Lives in one asyncio loop. Everything it started has ended when `stop` returns.
    """

    def __init__(self) -> None:
        self.peripherals: list[VirtualPeripheral] = []
        self.broadcasters: list[VirtualBroadcaster] = []
        self._air: Air | None = None
        self._controller: RadioController | None = None
        self._central = Central()

        class VirtualClient(RadioClient):
            central = self._central

        class VirtualScanner(RadioScanner):
            central = self._central

        self.client_backend: type[BaseBleakClient] = VirtualClient
        self.scanner_backend: type[BaseBleakScanner] = VirtualScanner

    async def __aenter__(self) -> VirtualRadio:
        await self.start()
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        self._air = Air()
        self._controller = RadioController("central", self._air)
        device = _device(self._controller, "central", _CENTRAL_ADDRESS)
        await device.power_on()
        self._central.device = device

    async def stop(self) -> None:
        """Until then and afterwards, Bluetooth is switched off for the two backends."""
        while self.broadcasters:
            await self.broadcasters.pop().stop()
        while self.peripherals:
            await self.peripherals.pop().stop()
        if self._controller is not None:
            device, self._central.device = self._central.device, None
            await _switch_off(device, self._controller)
            self._controller = None

    async def add(
        self,
        firmware: Firmware,
        name: str,
        gatt: Gatt,
        *,
        speed: float = 1.0,
        battery_percent: int | None = None,
        has_device_information: bool = False,
    ) -> VirtualPeripheral:
        """Switch a device on: it advertises `name` and `gatt.service` until the radio stops."""
        if self._air is None:
            raise RuntimeError("the radio is not started")
        services: list[Service] = []
        if battery_percent is not None:
            services.append(BatteryService(lambda _connection: battery_percent))
        if has_device_information:
            services.append(
                DeviceInformationService(model_number=firmware.model, serial_number=firmware.serial)
            )
        peripheral = VirtualPeripheral(self._air, firmware, name, gatt, speed)
        await peripheral.start(*services)
        self.peripherals.append(peripheral)
        return peripheral

    def add_broadcaster(
        self, firmware: Firmware, name: str, broadcast: Broadcast, *, speed: float = 1.0
    ) -> VirtualBroadcaster:
        """Switch on a device that only advertises `name` and its messages."""
        if self._air is None:
            raise RuntimeError("the radio is not started")
        address = _address_of(name, firmware.serial)
        broadcaster = VirtualBroadcaster(
            self._air, firmware, name, address, broadcast.company, speed
        )
        broadcaster.start()
        self.broadcasters.append(broadcaster)
        return broadcaster


class VirtualPeripheral:
    """One simulated device on the air, with the faults a radio link can have.

    `is_silent`: stays connected, sends nothing. `write_error`: the ATT error that answers writes.
    `sent` counts the notifications handed to the radio.
    """

    def __init__(
        self, air: Air, firmware: Firmware, name: str, gatt: Gatt, speed: float = 1.0
    ) -> None:
        self.firmware = firmware
        self.name = name
        self.address = _address_of(name, firmware.serial)
        self.is_silent = False
        self.write_error: int | None = None
        self.sent = 0
        self._air = air
        self._speed = speed
        self._controller = RadioController(name, air)
        self._device = _device(self._controller, name, self.address)
        self._source = Characteristic[bytes](
            gatt.notify, Characteristic.Properties.NOTIFY, Attribute.Permissions.READABLE
        )
        sinks = [self._sink(gatt, gatt.write)] if gatt.write is not None else []
        beside = [] if gatt.write_service else sinks
        self._service = Service(gatt.service, [self._source, *beside])
        self._services = [self._service]
        if gatt.write_service:
            self._services.append(Service(gatt.write_service, sinks))
        self._received: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._connection: Connection | None = None
        self._is_on = True
        self._must_advertise = False
        self._task: asyncio.Task[None] | None = None

    async def start(self, *more_services: Service) -> None:
        self._device.add_services([*self._services, *more_services])
        self._device.on(self._device.EVENT_CONNECTION, self._on_connection)
        await self._device.power_on()
        await self._advertise()
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Switched off: its link, if any, ends."""
        self._is_on = False
        self._news.set()
        if self._task is not None:
            await self._task
        await self._device.stop_advertising()
        await _switch_off(self._device, self._controller)

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    def drop(self, reason: int = CONNECTION_TIMEOUT) -> None:
        """The link breaks at both ends at once."""
        self._controller.break_links(reason)

    def refuse(self, refuses: bool = True) -> None:
        """Advertise on, but let no connection come about."""
        self._controller.refuses_connections = refuses

    def leave_range(self) -> None:
        """Nothing crosses any more; a link breaks after the supervision timeout."""
        self._air.take_away(self._controller)

    def return_to_range(self) -> None:
        self._air.bring_back(self._controller)

    def _sink(self, gatt: Gatt, uuid: str) -> Characteristic[bytes]:
        kinds = Characteristic.Properties
        return Characteristic(
            uuid,
            kinds.WRITE if gatt.write_with_response else kinds.WRITE_WITHOUT_RESPONSE,
            Attribute.Permissions.WRITEABLE,
            CharacteristicValue[bytes](write=self._on_write),
        )

    async def _advertise(self) -> None:
        kinds = AdvertisingData.Type
        data = AdvertisingData(
            [
                (kinds.FLAGS, bytes([_CONNECTABLE_LE_ONLY])),
                (kinds.COMPLETE_LOCAL_NAME, self.name.encode()),
                (
                    kinds.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
                    self._service.uuid.to_bytes(force_128=True),
                ),
            ]
        )
        self._must_advertise = False
        await self._device.start_advertising(
            advertising_data=bytes(data),
            advertising_interval_min=_ADVERTISING_MS,
            advertising_interval_max=_ADVERTISING_MS,
        )

    def _on_connection(self, connection: Connection) -> None:
        self._connection = connection
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)
        self.firmware.connected()

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        self._received.clear()
        self.firmware.disconnected()
        self._must_advertise = True
        self._news.set()

    def _on_write(self, _connection: Connection, value: bytes) -> None:
        if self.write_error is not None:
            raise ATT_Error(self.write_error)
        self._received.append(bytes(value))
        self._news.set()

    async def _run(self) -> None:
        """The device's own time: it goes on whether anybody is connected or not."""
        clock = asyncio.get_running_loop().time
        last_s = clock()
        while self._is_on:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK_S):
                    await self._news.wait()
            self._news.clear()
            now_s = clock()
            await self._send(self.firmware.advance((now_s - last_s) * self._speed))
            last_s = now_s
            while self._received:
                await self._send(self.firmware.receive(self._received.popleft()))
            await self._appear()

    async def _appear(self) -> None:
        """On the air as long as the device is switched on."""
        if self.firmware.is_reachable:
            if self._must_advertise:
                await self._advertise()
        elif self._connection is not None:
            self.drop(_REMOTE_USER_TERMINATED)
        elif not self._must_advertise:
            await self._device.stop_advertising()
            self._must_advertise = True

    async def _send(self, messages: list[bytes]) -> None:
        for message in messages:
            connection = self._connection
            if connection is None or self.is_silent:
                return
            await self._device.notify_subscriber(connection, self._source, message)
            self.sent += 1


def _device(controller: RadioController, name: str, address: str) -> Device:
    host = Host()
    host.set_packet_sink(AsyncPipeSink(controller))
    controller.host = AsyncPipeSink(host)
    config = DeviceConfiguration(name=name, address=hci.Address(address))
    device = Device(config=config, host=host)
    device.gatt_server.max_mtu = MTU
    return device


async def _switch_off(device: Device, controller: RadioController) -> None:
    controller.break_links(_REMOTE_USER_TERMINATED)
    for _ in range(_MOST_HOPS):  # the loop carries the news to the two hosts
        if device.connections:
            await asyncio.sleep(0)
    await device.power_off()
    controller.air.remove_controller(controller)


def _address_of(name: str, serial: str) -> str:
    """The same device has the same address in every run; the two top bits mean "static random"."""
    number = zlib.crc32(f"{name}/{serial}".encode())
    return ":".join(f"{byte:02X}" for byte in (0xF0, 0x0D, *number.to_bytes(4, "big")))

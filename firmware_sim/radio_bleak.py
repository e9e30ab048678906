"""bleak backends that scan and connect over the virtual radio; bleak itself is the real one."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Protocol, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import (
    AdvertisementData,
    AdvertisementDataCallback,
    BaseBleakScanner,
)
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)
from bumble import hci
from bumble.att import ATT_Error
from bumble.core import UUID, AdvertisingData, BaseBumbleError
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt import Characteristic
from bumble.gatt_client import ServiceProxy

MTU = 247

_COMMANDS: Any = hci  # decorators make them, so that their types are half known
_T = TypeVar("_T")
_Types = AdvertisingData.Type
_UUID_LISTS = (
    _Types.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    _Types.INCOMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
    _Types.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
    _Types.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
)
_PROPERTIES: dict[Characteristic.Properties, CharacteristicPropertyName] = {
    Characteristic.Properties.READ: "read",
    Characteristic.Properties.WRITE_WITHOUT_RESPONSE: "write-without-response",
    Characteristic.Properties.WRITE: "write",
    Characteristic.Properties.NOTIFY: "notify",
    Characteristic.Properties.INDICATE: "indicate",
}


class Central:
    """The computer's own Bluetooth adapter; without a device it is one that is switched off."""

    def __init__(self) -> None:
        self.scanners: set[RadioScanner] = set()
        self._device: Device | None = None

    @property
    def device(self) -> Device:
        if self._device is None:
            raise BleakBluetoothNotAvailableError(
                "No powered Bluetooth adapters found.",
                BleakBluetoothNotAvailableReason.POWERED_OFF,
            )
        return self._device

    @device.setter
    def device(self, device: Device | None) -> None:
        self._device = device
        if device is not None:
            device.on(device.EVENT_ADVERTISEMENT, self._on_advertisement)

    def _on_advertisement(self, heard: Advertisement) -> None:
        for scanner in tuple(self.scanners):
            scanner.hear(heard)


class RadioScanner(BaseBleakScanner):
    """A subclass binds it to one `central`."""

    central: ClassVar[Central]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        *_mode: object,
        **_options: object,
    ) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        self.seen_devices = {}
        device = self.central.device
        self.central.scanners.add(self)
        if not device.is_scanning:
            await device.start_scanning()

    async def stop(self) -> None:
        self.central.scanners.discard(self)
        if not self.central.scanners:
            await self.central.device.stop_scanning()

    def hear(self, heard: Advertisement) -> None:
        uuids = [_text(number) for kind in _UUID_LISTS for number in heard.data.get(kind) or []]
        if not self.is_allowed_uuid(uuids):
            return
        raw_name: bytes | None = heard.data.get(_Types.COMPLETE_LOCAL_NAME, raw=True)
        name = None if raw_name is None else raw_name.decode("utf-8", errors="replace")
        makers: dict[int, bytes] = {
            int.from_bytes(data[:2], "little"): data[2:]
            for data in heard.data.get_all(_Types.MANUFACTURER_SPECIFIC_DATA, raw=True)
        }
        advertisement = AdvertisementData(name, makers, {}, uuids, None, heard.rssi, ())
        address = heard.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(address, address, name, heard.address, advertisement)
        self.call_detection_callbacks(device, advertisement)


class _GattPeer(Protocol):
    """The part of bumble's `Peer` that is used here, fully typed."""

    connection: Connection

    @property
    def services(self) -> list[ServiceProxy]: ...
    async def request_mtu(self, mtu: int) -> int: ...
    async def discover_all(self) -> None: ...
    async def read_value(self, attribute: int) -> bytes: ...
    async def write_value(
        self, attribute: int, value: bytes, with_response: bool = False
    ) -> None: ...
    async def subscribe(self, characteristic: Any, subscriber: Callable[[bytes], None]) -> None: ...
    async def unsubscribe(self, characteristic: Any) -> None: ...


class RadioClient(BaseBleakClient):
    """A subclass binds it to one `central`."""

    central: ClassVar[Central]

    def __init__(self, address_or_ble_device: BLEDevice | str, **options: Any) -> None:
        super().__init__(address_or_ble_device, **options)
        self._peer: _GattPeer | None = None

    @property
    def name(self) -> str:
        return self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        return self._connected().connection.att_mtu

    @property
    def is_connected(self) -> bool:
        return self._peer is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        device = self.central.device
        if device.is_le_connecting:
            raise BleakError("Operation already in progress")
        try:
            address = hci.Address(self.address, hci.Address.RANDOM_DEVICE_ADDRESS)
        except ValueError as error:  # a name, or an address of another radio
            raise BleakDeviceNotFoundError(self.address) from error
        try:
            connection = await _translated(device.connect_le(address, timeout=self._timeout))
        except asyncio.CancelledError:
            # Bumble leaves its controller trying for ever, which would block every later attempt.
            with contextlib.suppress(BaseBumbleError):
                await device.send_sync_command(_COMMANDS.HCI_LE_Create_Connection_Cancel_Command())
            raise
        if device.lookup_connection(connection.handle) is not connection:
            raise BleakError("Connection Failed to be Established")
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)
        self._peer = peer = Peer(connection)
        try:
            self.services = await _translated(_discover(peer))
        except BaseException:
            await self.disconnect()
            raise

    async def disconnect(self) -> None:
        if self._peer is not None:
            await _translated(self._peer.connection.disconnect())

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        await _translated(self._connected().connection.pair())

    async def unpair(self) -> None:
        raise NotImplementedError

    async def read_gatt_char(
        self,
        characteristic: BleakGATTCharacteristic,
        *,
        use_cached: bool = False,
        **kwargs: Any,
    ) -> bytearray:
        return bytearray(await _translated(self._connected().read_value(characteristic.handle)))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **kwargs: Any
    ) -> bytearray:
        return bytearray(await _translated(self._connected().read_value(descriptor.handle)))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        if not response and len(data) > characteristic.max_write_without_response_size:
            raise BleakError(f"{len(data)} bytes do not fit into one write without response")
        await _translated(
            self._connected().write_value(
                characteristic.handle, bytes(data), with_response=response
            )
        )

    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        await _translated(
            self._connected().write_value(descriptor.handle, bytes(data), with_response=True)
        )

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        def on_value(value: bytes) -> None:
            callback(bytearray(value))

        await _translated(self._connected().subscribe(characteristic.obj, on_value))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        await _translated(self._connected().unsubscribe(characteristic.obj))

    def _connected(self) -> _GattPeer:
        if self._peer is None:
            raise BleakError("Not connected")
        return self._peer

    def _on_disconnection(self, _reason: int) -> None:
        self._peer = None
        if self._disconnected_callback is not None:
            self._disconnected_callback()


async def _discover(peer: _GattPeer) -> BleakGATTServiceCollection:
    await peer.request_mtu(MTU)
    await peer.discover_all()
    found = BleakGATTServiceCollection()
    for service in peer.services:
        _add_service(found, service, lambda: peer.connection.att_mtu - 3)
    return found


def _add_service(
    found: BleakGATTServiceCollection, proxy: ServiceProxy, longest_write: Callable[[], int]
) -> None:
    service = BleakGATTService(proxy, proxy.handle, _text(proxy.uuid))
    found.add_service(service)
    for item in proxy.characteristics:
        characteristic = BleakGATTCharacteristic(
            item,
            item.handle,
            _text(item.uuid),
            [name for bit, name in _PROPERTIES.items() if item.properties & bit],
            longest_write,
            service,
        )
        found.add_characteristic(characteristic)
        for part in item.descriptors:
            found.add_descriptor(
                BleakGATTDescriptor(part, part.handle, _text(part.type), characteristic)
            )


def _text(number: UUID) -> str:
    """As bleak writes them: 128 bits, lower case."""
    return str(uuid.UUID(bytes=number.to_bytes(force_128=True)[::-1]))


async def _translated(work: Awaitable[_T]) -> _T:
    """`work` with bumble's errors as bleak's.

    Bumble cancels a pending request when the link breaks; that must not look like our own task
    being cancelled.
    """
    task = asyncio.current_task()
    try:
        return await work
    except ATT_Error as error:
        raise BleakGATTProtocolError(error.error_code) from error
    except BaseBumbleError as error:
        raise BleakError(str(error)) from error
    except asyncio.CancelledError as error:
        if task is not None and task.cancelling():
            raise
        raise BleakError("disconnected") from error

"""Bluetooth LE as a link: one notification in, one message out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from bleak import BleakClient
from bleak.args.winrt import WinRTClientArgs
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import BaseBleakScanner
from bleak.uuids import normalize_uuid_str

from drivers.bluetooth import (
    BLUETOOTH_ERRORS,
    link_error,
    listening,
    not_heard_text,
    radio_lock,
)
from drivers.deadline import within
from drivers.link import (
    Link,
    LinkBusyError,
    LinkDeniedError,
    LinkLostError,
    LinkNotFoundError,
    LinkTimeoutError,
)
from drivers.plain_text import plain_text

_RETRY_PAUSES_S = (0.5, 1.0)
_PREFIX_SETTLE_S = 1.0


@dataclass(frozen=True, slots=True)
class Gatt:
    """Where a device's bytes live: a service, its notifying and its writable characteristic.

    `write_with_response` is None where it is not known which kind the device takes: then the
    characteristic says it. `write_service` holds `write` where that is another service. A service
    that `is_common` is that of a module which many other devices have too: it proves nothing.
    `write` is None where the device takes nothing. `longest_write`: longer messages go in pieces.
    """

    service: str
    notify: str
    write: str | None
    write_with_response: bool | None
    write_service: str | None = None
    is_common: bool = False
    longest_write: int | None = None


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long each step may take; every system hangs in one of them now and then."""

    find_s: float = 10.0
    connect_s: float = 20.0
    subscribe_s: float = 5.0
    write_s: float = 3.0
    disconnect_s: float = 3.0


class BleLink(Link):
    """`address` is a Bluetooth address (macOS: a UUID), an advertised name, or how a name begins.

    `device`, from a scan, spares the search. `backend` and `scanner_backend` are bleak's own way
    to another stack, such as a virtual radio; a `backend` alone is given the address as it is.
    """

    def __init__(
        self,
        address: str,
        gatt: Gatt,
        *,
        backend: type[BaseBleakClient] | None = None,
        scanner_backend: type[BaseBleakScanner] | None = None,
        device: BLEDevice | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        super().__init__(address)
        self.framing = "packets"
        self.gatt = gatt
        self._backend = backend
        self._scanner_backend = scanner_backend
        self._deadlines = deadlines or Deadlines()
        self._name = plain_text(address)
        self._device = device
        self._client: BleakClient | None = None
        self._is_open = False
        self._sink: BleakGATTCharacteristic | None = None
        self._responds = False
        self._write_order = asyncio.Lock()
        self._farewells: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        async with radio_lock():
            if self._client is not None:
                raise LinkBusyError(
                    f"{self._name} is already open in this program. Close it first."
                )
            await self._farewells_said()
            for attempt, pause_s in enumerate(_RETRY_PAUSES_S):
                try:
                    return await self._connect(use_cached_services=attempt == 0)
                except (LinkBusyError, LinkLostError, _OtherServicesError):
                    # A busy adapter, a first contact at the edge of range, or services that the
                    # system remembers from an older firmware: all known to pass.
                    await asyncio.sleep(pause_s)
            await self._connect(use_cached_services=False)

    async def close(self) -> None:
        client, self._client, self._is_open = self._client, None, False
        if client is not None:
            self._part_from(client)
        await self._farewells_said()

    async def write(self, data: bytes) -> None:
        async with self._write_order:
            client, sink = self._client, self._sink
            if client is None or sink is None or not self._is_open:
                raise LinkLostError(f"{self._name} is not connected: nothing was sent.")
            size = self.gatt.longest_write or len(data)
            try:
                for start in range(0, len(data), max(size, 1)):
                    piece = data[start : start + size]
                    await within(
                        self._deadlines.write_s,
                        client.write_gatt_char(sink, piece, response=self._responds),
                    )
            except BLUETOOTH_ERRORS as error:
                problem = link_error(error, self._name, "writing")
                if isinstance(problem, (LinkTimeoutError, LinkDeniedError)):
                    raise problem from error
                lost = LinkLostError(str(problem))
                self._lose(client, lost)
                raise lost from error

    async def _connect(self, *, use_cached_services: bool) -> None:
        await self._farewells_said()
        device = self._device or await self._find()
        client = BleakClient(
            device,
            disconnected_callback=self._on_disconnected,
            timeout=self._deadlines.connect_s,
            winrt=WinRTClientArgs(use_cached_services=use_cached_services),
            backend=self._backend,
        )
        self._client = client
        try:
            await self._establish(client)
        except BaseException as error:
            self._device = None  # an address can change and a handle can go stale: look again
            if self._client is client:
                self._client = None
            self._part_from(client)
            if isinstance(error, BLUETOOTH_ERRORS):
                raise link_error(error, self._name, "connecting") from error
            raise
        self._is_open = True

    async def _establish(self, client: BleakClient) -> None:
        """Connected, with the characteristics of the model, and listening before any request."""
        await within(self._deadlines.connect_s, client.connect())
        source, self._sink = self._required(client)
        told = self.gatt.write_with_response
        offers = self._sink is not None and "write" in self._sink.properties
        self._responds = offers if told is None else told
        await within(self._deadlines.subscribe_s, self._subscribe(client, source))
        if self._client is not client or not client.is_connected:
            raise LinkLostError(f"{self._name} went away while it was being connected.")

    async def _find(self) -> BLEDevice | str:
        if self._backend is not None and self._scanner_backend is None:
            return self.address
        seconds = self._deadlines.find_s
        try:
            self._device = await find(self.address, seconds, self._scanner_backend)
        except BLUETOOTH_ERRORS as error:
            raise link_error(error, self._name, "searching") from error
        return self._device

    def _required(
        self, client: BleakClient
    ) -> tuple[BleakGATTCharacteristic, BleakGATTCharacteristic | None]:
        wanted = normalize_uuid_str(self.gatt.service)
        of_writing = normalize_uuid_str(self.gatt.write_service or wanted)
        source = _characteristic(client, wanted, self.gatt.notify)
        write = self.gatt.write
        sink = _characteristic(client, of_writing, write) if write is not None else None
        if source is not None and (sink is not None or write is None):
            return source, sink
        raise _OtherServicesError(
            f"{self._name} is connected but does not speak as the chosen model does (service "
            f"{wanted} is missing or incomplete). Choose another model; if this one is right, "
            "remove the device in the Bluetooth settings, because its services are remembered."
        )

    async def _subscribe(self, client: BleakClient, source: BleakGATTCharacteristic) -> None:
        def on_notification(_source: BleakGATTCharacteristic, data: bytearray) -> None:
            if self._client is client:
                self.on_data(bytes(data))

        await client.start_notify(source, on_notification)

    def _on_disconnected(self, client: BleakClient) -> None:
        self._lose(
            client,
            LinkLostError(
                f"{self._name} is out of range, switched off or out of battery. "
                "What was received is kept."
            ),
        )

    def _lose(self, client: BleakClient, error: LinkLostError) -> None:
        if self._client is not client:
            return
        self._client = None
        self._part_from(client)
        if self._is_open:
            self._is_open = False
            self.on_lost(error)

    def _part_from(self, client: BleakClient) -> None:
        farewell = asyncio.get_running_loop().create_task(self._say_farewell(client))
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)

    async def _farewells_said(self) -> None:
        if self._farewells:
            await asyncio.wait(self._farewells)

    async def _say_farewell(self, client: BleakClient) -> None:
        """Disconnect; a client object whose disconnect hangs or fails is abandoned."""
        try:
            await within(self._deadlines.disconnect_s, client.disconnect())
        except BLUETOOTH_ERRORS:
            return


class _OtherServicesError(LinkNotFoundError):
    """Connected, but the characteristics are not those of the model."""


def _characteristic(
    client: BleakClient, service_uuid: str, uuid: str
) -> BleakGATTCharacteristic | None:
    """A device may have several services of one kind: the first that holds it."""
    for service in client.services:
        if service.uuid == service_uuid:
            found = service.get_characteristic(uuid)
            if found is not None:
                return found
    return None


async def find(
    wanted: str, seconds: float, backend: type[BaseBleakScanner] | None = None
) -> BLEDevice:
    """The device that advertises this address or name, or the only one whose name begins so.

    Hold `radio_lock`. Raises `LinkNotFoundError` (also when several begin so) and what bleak does.
    """
    loop = asyncio.get_running_loop()
    until_s = loop.time() + seconds
    similar: dict[str, tuple[BLEDevice, str]] = {}
    async with listening(backend) as heard:
        while (left_s := until_s - loop.time()) > 0:
            try:
                device, advertisement = await asyncio.wait_for(heard.get(), left_s)
            except TimeoutError:
                break
            name = advertisement.local_name or device.name or ""
            if device.address.casefold() == wanted.casefold() or wanted in (name, plain_text(name)):
                return device
            if name.startswith(wanted) and device.address not in similar:
                similar[device.address] = (device, plain_text(name))
                until_s = min(until_s, loop.time() + _PREFIX_SETTLE_S)
    if len(similar) > 1:
        names = ", ".join(sorted(f"{name} ({address})" for address, (_, name) in similar.items()))
        raise LinkNotFoundError(
            f"Several devices are called like {plain_text(wanted)}: {names}. Name one of them."
        )
    for device, _ in similar.values():
        return device
    raise LinkNotFoundError(not_heard_text(plain_text(wanted)))

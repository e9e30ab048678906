"""A Bluetooth stack that misbehaves as operating systems do; bleak itself is the real one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, cast

from bleak.args import SizedBuffer
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.scanner import AdvertisementDataCallback, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection

from drivers.ble import Gatt


class MoodyStack:
    """`mood[step]` is what happens in connect, start_notify, write or disconnect.

    None or a missing step: works. An exception: raised. "hang": never returns. "cling": never
    returns and swallows being cancelled once. A list: one of these for each call in turn.
    """

    def __init__(self, gatt: Gatt, **mood: Any) -> None:
        self.mood: dict[str, Any] = mood
        self.calls: list[str] = []
        self.clients: list[MoodyClient] = []
        self.overlaps = 0
        self._busy = False
        stack = self

        class Client(MoodyClient):
            made_by = stack
            offered = gatt

        self.client_backend: type[BaseBleakClient] = Client

    def offer(self, gatt: Gatt) -> None:
        """What later connections find."""
        made = self.client_backend
        assert issubclass(made, MoodyClient)
        made.offered = gatt

    async def act(self, step: str) -> None:
        self.calls.append(step)
        mood = self.mood.get(step)
        if isinstance(mood, list):
            moods = cast("list[Any]", mood)
            mood = moods.pop(0) if moods else None
        if isinstance(mood, BaseException):
            raise mood
        if mood in ("hang", "cling"):
            await _hang(clings=mood == "cling")
        if step == "connect":
            self.overlaps += self._busy
            self._busy = True
            await asyncio.sleep(0.01)
            self._busy = False


class MoodyClient(BaseBleakClient):
    made_by: ClassVar[MoodyStack]
    offered: ClassVar[Gatt]

    def __init__(self, address_or_ble_device: Any, **options: Any) -> None:
        super().__init__(address_or_ble_device, **options)
        self.options = options
        self.notify: NotifyCallback | None = None
        self._is_connected = False
        self.made_by.clients.append(self)

    @property
    def mtu_size(self) -> int:
        return 23

    @property
    def is_connected(self) -> bool:
        return self._is_connected

    def vanish(self) -> None:
        """The system's disconnected callback."""
        self._is_connected = False
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    async def connect(self, pair: bool, **kwargs: Any) -> None:
        await self.made_by.act("connect")
        self.services = _services(self.offered)
        self._is_connected = True

    async def disconnect(self) -> None:
        await self.made_by.act("disconnect")
        if self._is_connected:
            self.vanish()

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **kwargs: Any
    ) -> None:
        self.notify = callback
        await self.made_by.act("start_notify")

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        await self.made_by.act("write")

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        raise NotImplementedError

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError

    async def unpair(self) -> None:
        raise NotImplementedError

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, **kwargs: Any
    ) -> bytearray:
        raise NotImplementedError

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, **kwargs: Any
    ) -> bytearray:
        raise NotImplementedError

    async def write_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, data: SizedBuffer
    ) -> None:
        raise NotImplementedError


def refusing_scanner(error: BaseException) -> type[BaseBleakScanner]:
    """A scanner whose start raises `error`."""

    class RefusingScanner(BaseBleakScanner):
        def __init__(
            self,
            callback: AdvertisementDataCallback | None,
            uuids: list[str] | None,
            *_: Any,
            **__: Any,
        ) -> None:
            super().__init__(callback, uuids)

        async def start(self) -> None:
            raise error

        async def stop(self) -> None:
            return

    return RefusingScanner


async def _hang(*, clings: bool) -> None:
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        if not clings:
            raise
        await asyncio.sleep(1.0)


def _services(gatt: Gatt) -> BleakGATTServiceCollection:
    found = BleakGATTServiceCollection()
    service = BleakGATTService(None, 1, gatt.service)
    found.add_service(service)
    longest: Callable[[], int] = lambda: 20  # noqa: E731
    assert gatt.write is not None
    found.add_characteristic(
        BleakGATTCharacteristic(None, 2, gatt.notify, ["notify"], longest, service)
    )
    found.add_characteristic(
        BleakGATTCharacteristic(None, 4, gatt.write, ["write"], longest, service)
    )
    return found

"""A device that only advertises: what it says is heard, and nothing can be sent to it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner

from drivers.bluetooth import BLUETOOTH_ERRORS, link_error, not_heard_text, radio_lock, scanning
from drivers.link import Link, LinkBusyError, LinkDeniedError, LinkLostError, LinkNotFoundError
from drivers.plain_text import plain_text
from drivers.watchdog import NoDataWatchdog

_SETTLE_S = 1.0
_MAKE_ROOM_S = 0.05
_TRY_AGAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class Broadcast:
    """How such a device is recognised: its company number, and how its data begin.

    Some systems leave the two bytes of the number in front of the data.
    """

    company: int
    begins: bytes

    def find(self, advertised: Mapping[int, bytes]) -> bytes | None:
        """Its data among what makers advertise, by company number."""
        data = advertised.get(self.company, b"")
        return (
            data
            if self.begins in (data[: len(self.begins)], data[2 : 2 + len(self.begins)])
            else None
        )


class BroadcastLink(Link):
    """`address` is a Bluetooth address (macOS: a UUID), or a name that only one of them has.

    Each advertisement is one message, and systems may tell it twice. The link scans whenever nobody
    else needs the radio, and overhears what others scan; while another device is being connected,
    nothing may be heard for a while. Silence for `silence_s` is a loss.
    """

    def __init__(
        self,
        address: str,
        broadcast: Broadcast,
        *,
        scanner_backend: type[BaseBleakScanner] | None = None,
        find_s: float = 10.0,
        silence_s: float = 10.0,
    ) -> None:
        super().__init__(address)
        self.framing = "packets"
        self._broadcast = broadcast
        self._backend = scanner_backend
        self._find_s = find_s
        self._name = plain_text(address)
        self._found: asyncio.Future[str] | None = None
        self._source: str | None = None
        self._same_name: set[str] = set()
        self._listener: asyncio.Task[None] | None = None
        self._watchdog = NoDataWatchdog(silence_s, self._fell_silent)

    async def open(self) -> None:
        if self._listener is not None:
            raise LinkBusyError(f"{self._name} is already open in this program. Close it first.")
        loop = asyncio.get_running_loop()
        self._found = loop.create_future()
        self._same_name = set()
        radio_lock().ears.add(self._hear)
        self._listener = loop.create_task(self._listen())
        try:
            async with asyncio.timeout(self._find_s):
                self._source = await self._found
        except BaseException as error:
            await self.close()
            if isinstance(error, TimeoutError):
                raise LinkNotFoundError(not_heard_text(self._name)) from error
            if isinstance(error, BLUETOOTH_ERRORS):
                raise link_error(error, self._name, "listening") from error
            raise
        self._watchdog.start()

    async def close(self) -> None:
        listener = self._let_go()
        if listener is not None:
            await asyncio.wait({listener})

    async def write(self, data: bytes) -> None:
        if self._listener is None:
            raise LinkLostError(f"{self._name} is not being listened to: nothing was sent.")
        raise LinkDeniedError(f"{self._name} only advertises: nothing can be sent to it.")

    def _let_go(self) -> asyncio.Task[None] | None:
        listener, self._listener = self._listener, None
        self._source = None
        self._watchdog.stop()
        if listener is not None:
            radio_lock().ears.discard(self._hear)
            listener.cancel()
        return listener

    def _hear(self, device: BLEDevice, advertisement: AdvertisementData) -> None:
        data = self._broadcast.find(advertisement.manufacturer_data)
        if data is None:
            return
        if self._source is None:
            self._consider(device.address, advertisement.local_name or device.name or "")
        elif device.address == self._source:
            self._watchdog.feed()
            self.on_data(data)

    def _consider(self, address: str, name: str) -> None:
        """By its address at once; by its name when no other of that name was heard for a while."""
        found = self._found
        if found is None or found.done():
            return
        if address.casefold() == self.address.casefold():
            found.set_result(address)
        elif self.address in (name, plain_text(name)):
            if not self._same_name:
                asyncio.get_running_loop().call_later(_SETTLE_S, self._settle, found)
            self._same_name.add(address)

    def _settle(self, found: asyncio.Future[str]) -> None:
        if found.done():
            return
        if len(self._same_name) == 1:
            found.set_result(*self._same_name)
            return
        addresses = ", ".join(sorted(self._same_name))
        found.set_exception(
            LinkNotFoundError(
                f"Several devices are called {self._name}: {addresses}. Choose one by its address."
            )
        )

    async def _listen(self) -> None:
        while True:
            try:
                await self._scan_for_a_while()
            except BLUETOOTH_ERRORS as error:
                # Once it was heard, silence decides: another scan, or a restart of Bluetooth.
                if self._found is not None and not self._found.done():
                    self._found.set_exception(error)
                await asyncio.sleep(_TRY_AGAIN_S)

    async def _scan_for_a_while(self) -> None:
        """Until somebody else wants the radio."""
        lock = radio_lock()
        await lock.acquire_idly()
        try:
            async with scanning(self._backend):
                await asyncio.sleep(_MAKE_ROOM_S)
                while not lock.is_wanted:  # noqa: ASYNC110 - polled: others need not know of us
                    await asyncio.sleep(_MAKE_ROOM_S)
        finally:
            lock.release()

    def _fell_silent(self, seconds: float) -> None:
        self._let_go()
        self.on_lost(
            LinkLostError(
                f"{self._name} was not heard for {seconds:.0f} s: out of range, switched off or "
                "out of battery. What was received is kept."
            )
        )

"""A link whose device is owned by a reader thread."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from typing import ClassVar

from drivers.deadline import within
from drivers.link import Link, LinkBusyError, LinkLostError, LinkTimeoutError
from drivers.reader import OnData, OnEnd, Reader

_CLOSE_S = 2.0


class ReaderLink(Link):
    """One `Reader` at a time opens, reads and closes the device; `name` is what texts call it."""

    wake: ClassVar[str]
    """What to do with a device that takes no more data."""

    def __init__(self, address: str, name: str, *, open_s: float, write_s: float) -> None:
        super().__init__(address)
        self._name = name
        self._open_s = open_s
        self._write_s = write_s
        self._reader: Reader | None = None
        self._write_order = asyncio.Lock()

    async def open(self) -> None:
        if self._reader is not None:
            raise LinkBusyError(f"{self._name} is already open in this program.")
        reader = self._reader = self._new_reader(self._arrived, self._ended)
        try:
            await asyncio.wait_for(reader.opened, self._open_s)
        except BaseException as error:
            self._let_go()
            if isinstance(error, TimeoutError):
                raise LinkTimeoutError(
                    f"{self._name} did not open within {self._open_s:.0f} s. "
                    "Unplug the device, plug it in again, then try again."
                ) from error
            raise

    async def close(self) -> None:
        reader = self._let_go()
        if reader is not None:
            await asyncio.to_thread(reader.thread.join, _CLOSE_S)

    async def write(self, data: bytes) -> None:
        async with self._write_order:
            reader = self._reader
            if reader is None:
                raise LinkLostError(f"{self._name} is not open: nothing was sent.")
            try:
                await within(self._write_s, asyncio.to_thread(reader.write, data))
            except TimeoutError as error:
                raise LinkTimeoutError(
                    f"{self._name} takes no more data. {self.wake}, then try again."
                ) from error
            except (OSError, TypeError, ValueError) as error:
                reader.stop(because=error)
                raise self._lost(error) from error

    @abstractmethod
    def _new_reader(self, on_data: OnData, on_end: OnEnd) -> Reader:
        """Its `opened` raises a `LinkError`."""

    @abstractmethod
    def _arrived(self, pieces: list[bytes]) -> None:
        """In the loop: hand on what came."""

    def _ended(self, cause: Exception | None) -> None:
        self._reader = None
        self.on_lost(self._lost(cause))

    def _let_go(self) -> Reader | None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.leave()
        return reader

    def _lost(self, cause: Exception | None) -> LinkLostError:
        reason = f" ({cause})" if cause is not None else ""
        return LinkLostError(
            f"{self._name} is gone{reason}. What was received is kept. "
            "Check the cable and the device's power, and plug it in again."
        )

"""A link inside one process: the fastest, and the one that fails exactly when told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from drivers.link import Link, LinkError, LinkLostError


class MemoryLink(Link):
    """The host's end; the other end uses `on_opened`, `on_written`, `on_closed`, `deliver`, `cut`.

    As with real links, nothing that is delivered is seen before control returns to the loop.
    `on_closed` is called after `close` and after `cut`. While `refusal` is set, `open` raises it.
    """

    def __init__(self, address: str = "memory") -> None:
        super().__init__(address)
        self.on_opened: Callable[[], None] = _ignore
        self.on_written: Callable[[bytes], None] = _ignore_bytes
        self.on_closed: Callable[[], None] = _ignore
        self.refusal: LinkError | None = None
        self._connection = 0
        self._is_open = False

    @classmethod
    def pair(cls) -> tuple[MemoryLink, MemoryLink]:
        """Two ends: what one writes the other receives; closing one is a loss for the other."""
        here, there = cls("memory:1"), cls("memory:2")
        for near, far in ((here, there), (there, here)):
            near.on_written = far.deliver
            near.on_closed = far.cut
        return here, there

    async def open(self) -> None:
        if self.refusal is not None:
            raise self.refusal
        self._connection += 1
        self._is_open = True
        self.on_opened()

    async def close(self) -> None:
        self._connection += 1  # what is still on its way belongs to nobody
        if self._is_open:
            self._end()

    async def write(self, data: bytes) -> None:
        if not self._is_open:
            raise LinkLostError(f"{self.address} is not connected: nothing was sent.")
        self.on_written(data)

    def deliver(self, data: bytes) -> None:
        """Bytes from the other end; dropped when nobody is connected."""
        if self._is_open and data:
            asyncio.get_running_loop().call_soon(self._arrive, self._connection, data)

    def cut(self, cause: str = "the other end is gone") -> None:
        """Lose the link after everything delivered so far has arrived."""
        if self._is_open:
            self._end()
            asyncio.get_running_loop().call_soon(self._lose, self._connection, cause)

    def _end(self) -> None:
        self._is_open = False
        self.on_closed()

    def _arrive(self, connection: int, data: bytes) -> None:
        if connection == self._connection:
            self.on_data(data)

    def _lose(self, connection: int, cause: str) -> None:
        if connection == self._connection:
            self.on_lost(LinkLostError(f"{self.address} was lost: {cause}."))


def _ignore() -> None:
    return


def _ignore_bytes(_data: bytes) -> None:
    return

"""What a link told: bytes in order of arrival, and losses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from drivers.link import Link, LinkLostError


class Ears:
    def __init__(self, link: Link) -> None:
        self.chunks: list[bytes] = []
        self.losses: list[LinkLostError] = []
        self.order: list[str] = []
        link.on_data = self._on_data
        link.on_lost = self._on_lost

    @property
    def data(self) -> bytes:
        return b"".join(self.chunks)

    async def hears(self, n_bytes: int, within_s: float = 5.0) -> bytes:
        await until(lambda: len(self.data) >= n_bytes, within_s)
        return self.data

    async def hears_loss(self, within_s: float = 5.0) -> LinkLostError:
        await until(lambda: bool(self.losses), within_s)
        return self.losses[0]

    def _on_data(self, data: bytes) -> None:
        self.chunks.append(data)
        self.order.append("data")

    def _on_lost(self, error: LinkLostError) -> None:
        self.losses.append(error)
        self.order.append("lost")


async def until(is_so: Callable[[], bool], within_s: float = 5.0) -> None:
    async with asyncio.timeout(within_s):
        while not is_so():  # noqa: ASYNC110 - any condition, not only events of ours
            await asyncio.sleep(0.002)

"""A captured `.bytes` file as a device: the same bytes, with the same timing."""

from __future__ import annotations

import asyncio
from collections import deque
from pathlib import Path

from drivers.capture_format import (
    CaptureFile,
    CaptureFormatError,
    Record,
    RecordKind,
    read_capture,
)
from drivers.link import Link, LinkEndedError, LinkLostError, LinkNotFoundError

_CLOSED_TEXT = "The recorded connection was closed here."


class ReplayLink(Link):
    """Plays what came in; what is written is accepted and goes nowhere.

    An answer in the file waits until its request is written, for `patience_s` at most; after one
    vain wait the rest is played without. Where a capture holds several connections, each `open`
    plays the next, and each ends as it did; after the last one comes `LinkEndedError`. `speed` may
    be inf.
    The file is read here: raises `LinkNotFoundError`. `about` is its header.
    """

    def __init__(self, path: Path, speed: float = 1.0, patience_s: float = 0.5) -> None:
        super().__init__(str(path))
        self.path = path
        self.speed = speed
        self.patience_s = patience_s
        capture = _read(path)
        self.about = capture.header
        self.framing = str(capture.header.get("framing", self.framing))
        self.is_virtual = capture.header.get("is_virtual") is True
        self._connections = deque(_connections(capture.records))
        cut = ", where it was cut off" if capture.damaged_tail_bytes else ""
        self._end_text = f"The capture {path} ends here{cut}. All of it was played."
        self._player: asyncio.Task[None] | None = None
        self._requests = asyncio.Semaphore(0)

    async def open(self) -> None:
        await self.close()
        if not self._connections:
            raise LinkEndedError(
                f"Everything in {self.path} was played. Start again to play it once more."
            )
        self._requests = asyncio.Semaphore(0)
        playing = self._play(self._connections.popleft())
        self._player = asyncio.get_running_loop().create_task(playing)

    async def close(self) -> None:
        player, self._player = self._player, None
        if player is not None:
            player.cancel()
            await asyncio.wait([player])

    async def write(self, data: bytes) -> None:
        if self._player is None:
            raise LinkLostError(f"{self.path} is not being played: nothing was sent.")
        self._requests.release()

    async def _play(self, records: list[Record]) -> None:
        clock = asyncio.get_running_loop().time
        origin_s = clock() - records[0].t_us / 1e6 / self.speed
        follows_requests = True
        for record in records:
            at_s = record.t_us / 1e6 / self.speed
            wait_s = max(0.0, origin_s + at_s - clock())
            match record.kind:
                case RecordKind.OUTBOUND if follows_requests:
                    follows_requests = await self._is_requested(wait_s + self.patience_s)
                    origin_s = clock() - at_s
                case RecordKind.INBOUND:
                    await asyncio.sleep(wait_s)
                    self.on_data(record.data)
                case RecordKind.LOST:
                    await asyncio.sleep(wait_s)
                    self._end(LinkLostError(record.data.decode("utf-8", errors="replace")))
                    return
                case _:
                    pass
        if self._connections:
            self._end(LinkLostError(_CLOSED_TEXT))
        else:
            self._end(LinkEndedError(self._end_text))

    async def _is_requested(self, within_s: float) -> bool:
        try:
            await asyncio.wait_for(self._requests.acquire(), within_s)
        except TimeoutError:
            return False
        return True

    def _end(self, error: LinkLostError) -> None:
        self._player = None
        self.on_lost(error)


def _read(path: Path) -> CaptureFile:
    try:
        return read_capture(path)
    except CaptureFormatError as error:
        raise LinkNotFoundError(str(error)) from error
    except OSError as error:
        raise LinkNotFoundError(
            f"{path} cannot be read ({error.strerror}). Choose another file."
        ) from error


def _connections(records: list[Record]) -> list[list[Record]]:
    """One run of records for each time the link was opened."""
    runs: list[list[Record]] = []
    for record in records:
        if record.kind is RecordKind.OPENED or not runs:
            runs.append([])
        runs[-1].append(record)
    return runs

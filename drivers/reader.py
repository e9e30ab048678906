"""The thread that owns one device, and hands what it reads to the asyncio loop."""

from __future__ import annotations

import asyncio
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable

OnData = Callable[[list[bytes]], None]
OnEnd = Callable[[Exception | None], None]

_MOST_UNREAD_BYTES = 4_000_000
_PAUSE_S = 0.01


class Reader(ABC):
    """Opens the device, reads until `stop` or the device is lost, closes it; begins at once.

    In the loop: `opened` gets a result or the exception of opening; then `on_data` is called with
    all pieces that came since the last call, and at the very end `on_end` with the cause (None:
    `stop`). However long the loop stands still, at most one callback waits for it.
    """

    def __init__(
        self,
        name: str,
        on_data: OnData,
        on_end: OnEnd,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = self._loop.create_future()
        self._on_data = on_data
        self._on_end = on_end
        self._chunks: deque[bytes] = deque()
        self._read_bytes = 0
        self._handed_bytes = 0
        self._is_scheduled = False
        self._has_ended = False
        self._is_left = False
        self._cause: Exception | None = None
        self._stop = threading.Event()
        self._in_use = threading.Lock()  # a file number must not be reused while a write is on
        self.thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.thread.start()

    def stop(self, because: Exception | None = None) -> None:
        """Ask the thread to end; it does within its read timeout and any write under way."""
        self._cause = self._cause or because
        self._stop.set()

    def leave(self) -> None:
        """`stop`, and no callback from now on; called in the loop."""
        self._is_left = True
        self.stop()

    def write(self, data: bytes) -> None:
        """Blocks as long as the system does; not to be called in the loop."""
        with self._in_use:
            self._send(data)

    @abstractmethod
    def _open(self) -> None:
        """In the thread. What it raises is the exception of `opened`."""

    @abstractmethod
    def _receive(self) -> bytes:
        """In the thread: what came; nothing after a short wait. Raises when the device is gone."""

    @abstractmethod
    def _send(self, data: bytes) -> None:
        """Raises where the device is not open."""

    @abstractmethod
    def _close(self) -> None:
        """In the thread, after `_open` returned; raises nothing."""

    def _run(self) -> None:
        try:
            self._open()
        except Exception as error:  # the top of a thread
            self._tell(self._settle, error)
            return
        self._tell(self._settle, None)
        try:
            self._read()
        except Exception as error:  # an unplug shows itself in many types
            self._cause = self._cause or error
        with self._in_use:
            self._close()
        self._has_ended = True
        self._tell(self._hand_over)

    def _read(self) -> None:
        while not self._stop.is_set():
            chunk = self._receive()
            if chunk:
                self._chunks.append(chunk)
                self._read_bytes += len(chunk)
                if not self._is_scheduled:
                    self._is_scheduled = True
                    self._tell(self._hand_over)
            # Rather the device's own flow control and counters than memory without bound.
            while self._read_bytes - self._handed_bytes > _MOST_UNREAD_BYTES:
                if self._stop.wait(_PAUSE_S):
                    return

    def _tell(self, callback: Callable[..., None], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(callback, *arguments)
        except RuntimeError:  # the loop is closed: nobody is left to read for
            self._stop.set()

    def _settle(self, error: Exception | None) -> None:
        if self.opened.done():
            return
        if error is None:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(error)

    def _hand_over(self) -> None:
        # Both flags before the chunks: what is appended meanwhile schedules another call.
        self._is_scheduled = False
        has_ended = self._has_ended
        chunks: list[bytes] = []
        while self._chunks:
            chunks.append(self._chunks.popleft())
        self._handed_bytes += sum(map(len, chunks))
        try:
            if chunks and not self._is_left:
                self._on_data(chunks)
        finally:
            if has_ended and not self._is_left:
                self._is_left = True  # the call that was scheduled for the last bytes comes too
                self._on_end(self._cause)

"""Noticing that a link which should deliver has fallen silent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_GRACE_S = 0.1


class NoDataWatchdog:
    """Calls `on_silence(seconds)` once when `feed` was not called for `timeout_s` after `start`.

    Bluetooth stacks can lose a device without telling anybody, and so can network serial ports.
    Feeding is a single assignment, cheap enough for every notification. Used from one loop.
    """

    def __init__(self, timeout_s: float, on_silence: Callable[[float], None]) -> None:
        self.timeout_s = timeout_s
        self._on_silence = on_silence
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._fed_at_s = 0.0

    def start(self) -> None:
        """Begin to watch, as if just fed; starting again begins anew."""
        self.stop()
        self._loop = asyncio.get_running_loop()
        self._fed_at_s = self._loop.time()
        self._arm(self._loop, self._fed_at_s + self.timeout_s)

    def feed(self) -> None:
        if self._loop is not None:
            self._fed_at_s = self._loop.time()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._loop = None

    def _arm(self, loop: asyncio.AbstractEventLoop, due_s: float) -> None:
        self._timer = loop.call_at(due_s, self._check, loop, due_s)

    def _check(self, loop: asyncio.AbstractEventLoop, due_s: float) -> None:
        now_s = loop.time()
        silent_s = now_s - self._fed_at_s
        if silent_s < self.timeout_s:
            self._arm(loop, self._fed_at_s + self.timeout_s)
        elif now_s - due_s > _GRACE_S:
            # This loop was the one that stood still: let it take in what has arrived meanwhile.
            self._arm(loop, now_s + _GRACE_S)
        else:
            self._timer = None
            self._on_silence(silent_s)

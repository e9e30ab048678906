"""News from other threads to the Qt thread, fetched by the screen's own timer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable


class Mailbox:
    """Calls to be made in the thread that empties it.

    No Qt signal is emitted outside Qt's own threads: some PySide6 releases crash on that.
    """

    def __init__(self) -> None:
        self._calls: deque[Callable[[], None]] = deque()

    def post(self, call: Callable[[], None]) -> None:
        """From any thread."""
        self._calls.append(call)

    def empty(self) -> int:
        """Make all waiting calls, in order; how many there were."""
        made = 0
        while self._calls:
            self._calls.popleft()()
            made += 1
        return made

"""The ring between the devices thread, which appends, and the screen, which looks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class LiveTrace:
    """The last `capacity` samples as one slice: ``t (n,) s``, ``force (n, channels) N`` net.

    One writer, any number of readers, no lock: each sample is written twice, so that a view is
    always contiguous, and the count is stored last. A reader that is lapped while it copies sees
    newer samples, never torn ones.
    """

    def __init__(self, channels: int, capacity: int) -> None:
        self.channels = channels
        self.capacity = capacity
        self._t = np.zeros(2 * capacity)
        self._force = np.zeros((2 * capacity, channels))
        self._count = 0

    @property
    def count(self) -> int:
        """Samples ever appended."""
        return self._count

    def append(self, t: NDArray[np.float64], force: NDArray[np.float64]) -> None:
        """Append ``t (n,) s`` and ``force (n, channels) N``."""
        n = len(t)
        if n > self.capacity:
            t, force, n = t[-self.capacity :], force[-self.capacity :], self.capacity
        start = self._count % self.capacity
        first = min(n, self.capacity - start)
        for offset in (0, self.capacity):
            self._t[offset + start : offset + start + first] = t[:first]
            self._force[offset + start : offset + start + first] = force[:first]
            self._t[offset : offset + n - first] = t[first:]
            self._force[offset : offset + n - first] = force[first:]
        self._count += n

    def view(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The samples held, oldest first, without a copy: read and let go."""
        count = self._count
        n = min(count, self.capacity)
        end = (count - 1) % self.capacity + 1 if count else 0
        stop = end + self.capacity if n == self.capacity else end
        return self._t[stop - n : stop], self._force[stop - n : stop]

    def clear(self) -> None:
        self._count = 0

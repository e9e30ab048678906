"""Contractions that a stimulator evokes, as they come: force now, and the peak of the last one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ON_N = 10.0
"""Ours: over what a limb at rest and a cell's noise make after a zero."""

OFF_N = 5.0


class EvokedContractions:
    """Two levels on a zeroed force: a contraction begins at `ON_N` and ends below `OFF_N`.

    `now_n` is the newest sample. `peak_n` is the highest sample of the contraction under way, and
    after it of the last one; None before the first.
    """

    def __init__(self) -> None:
        self.now_n: float | None = None
        self.peak_n: float | None = None
        self.is_contracting = False

    def feed(self, force: NDArray[np.float64]) -> None:
        """Take ``force (n,) N``, the host's zero removed. Chunks may be of any size."""
        if not len(force):
            return
        self.now_n = float(force[-1])
        first = 0
        while first < len(force):
            rest = force[first:]
            ends = rest < OFF_N if self.is_contracting else rest >= ON_N
            turn = int(np.argmax(ends)) if ends.any() else len(rest)
            if self.is_contracting and turn:
                self.peak_n = max(self.peak_n or 0.0, float(rest[:turn].max()))
            if turn < len(rest):
                self.is_contracting = not self.is_contracting
                if self.is_contracting:
                    self.peak_n = None
            first += turn

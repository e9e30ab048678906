"""A simulated dynamometer that is pulled on, and what its codec reads of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from devices.declaration import ForceModel
from tests.conversation import TICK_S, Streaming, converse
from tests.fuzz.subjects import calibrated, force_benches, newtons, with_samples
from tests.rigs import SETUPS, Bench, Setup

_MOST_N = 400.0
_SECOND_CELL = 0.6  # of what is pulled on the first
_SETTLED = 3  # messages with samples after which one is of the new force alone
_SETTLED_FILTER = 45  # and after which a filter of the device itself is through with a step
_PATIENCE_S = 10.0


class Pull:
    """`error_n` is what the device's own steps allow."""

    def __init__(self, bench: Bench) -> None:
        model = bench.model
        assert isinstance(model, ForceModel)
        self._name = f"{model.id}-{bench.framing}"
        self._bench = bench
        self._newtons = 0.0
        self._streaming: Streaming | None = None
        setup = SETUPS.get(model.id, Setup())
        self._is_filtered = setup.lag_n > 0
        step_n = bench.firmware().resolution_n
        assert step_n is not None
        self.error_n = (1.0 if setup.rounds_down else 0.5) * step_n + 1e-4
        self._most_n = min([_MOST_N, *(0.9 * c.capacity_n for c in model.channels if c.capacity_n)])

    def __str__(self) -> str:
        return self._name

    def pull(self, share: float) -> tuple[list[float], list[float]]:
        """What is pulled, as a share of what is used of the range, and the last sample read."""
        streaming = self._running()
        self._newtons = share * self._most_n
        streaming.events.clear()
        wanted, tick_s = (_SETTLED_FILTER, 0.1) if self._is_filtered else (_SETTLED, TICK_S)
        waited_s = 0.0
        while len(with_samples(streaming.events)) < wanted and waited_s < _PATIENCE_S:
            streaming.messages(tick_s, tick_s)
            waited_s += tick_s
        read = newtons(streaming.events)[-1]
        return [self._newtons, _SECOND_CELL * self._newtons][: len(read)], read

    def _running(self) -> Streaming:
        if self._streaming is None:
            codec = calibrated(self._bench)
            firmware = self._bench.firmware(self._load, noise_n=0.0)
            converse(codec, firmware, 0.1)
            self._streaming = Streaming(codec, firmware)
        return self._streaming

    def _load(self, t: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.tile((self._newtons, _SECOND_CELL * self._newtons), (len(t), 1))


def pulls() -> list[Pull]:
    return [Pull(bench) for bench in force_benches()]

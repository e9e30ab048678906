"""One trial as it happens: on disk first, then repetitions, then the screen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.analysis.reps import RepDetector, RepEvent
from data.clinical.tests import RepRule
from data.errors import StoreError
from data.journal import JournalWriter, Mark
from data.records import Alignment, TrialHeader, TrialState
from devices.types import ForceBlock, Gap
from protocols.events import ChannelProblem

SYNC_S = 0.25


class Recorder:
    """Lives in the devices thread. Blocks are those of the device's stream; the trial's own
    time begins with its first sample.

    A journal that cannot grow ends the recording, never the program: `on_full` is told once,
    what came before stays readable. `base_s` is where the trial begins on the stream's axis.
    """

    def __init__(self, folder: Path, header: TrialHeader, rule: RepRule) -> None:
        self.header = header
        self._journal = JournalWriter.create(folder, header)
        self._detector = RepDetector(rule)
        self._zero = zero_offsets(header)
        self._base_us: int | None = None
        self._base_index = 0
        self._bad: set[tuple[int, str]] = set()
        self._loop = asyncio.get_running_loop()
        self._heard_at = self._loop.time()
        self._syncing = self._loop.create_task(self._sync_steadily())
        self.is_full = False
        self.samples = 0
        self.lost = 0
        self.last_s = 0.0
        self.gaps: list[Gap] = []
        self.on_rep: Callable[[RepEvent], None] = _ignore
        self.on_full: Callable[[str], None] = _ignore

    @property
    def base_s(self) -> float | None:
        return None if self._base_us is None else self._base_us * 1e-6

    @property
    def path(self) -> Path:
        return self._journal.path

    def block(self, block: ForceBlock) -> None:
        """Journal, then look for repetitions."""
        if self.is_full:
            return
        if self._base_us is None:
            self._base_us, self._base_index = int(block.t_us[0]), block.index
        own = ForceBlock(block.t_us - self._base_us, block.force, block.index - self._base_index)
        if not self._write(lambda: self._append(own)):
            return
        self.samples += len(own.t_us)
        self.last_s = float(own.t[-1])
        self._heard_at = self._loop.time()
        for event in self._detector.feed(own.t, own.force - self._zero):
            self.on_rep(event)

    def gap(self, gap: Gap) -> None:
        if self._base_us is None or self.is_full:
            return
        own = Gap(gap.start_us - self._base_us, gap.end_us - self._base_us, gap.samples, gap.cause)
        self.gaps.append(own)
        self.lost += gap.samples or 0
        self._write(lambda: self._journal.gap(own))

    def missing_to_the_end(self, cause: str) -> None:
        """The trial ends while its device is away: nobody knows how many samples were not heard,
        only for how long by this computer's clock."""
        if self.span_us is not None:
            last_us = self.span_us[1]
            away_us = round((self._loop.time() - self._heard_at) * 1e6)
            self.gap(Gap(last_us, last_us + away_us, None, cause))

    def problem(self, channel: int, text: str, *, begins: bool) -> None:
        """From now on samples of `channel` must not be taken as good, or may be again.

        An overload is told once and never taken back: it marks the next block only.
        """
        (self._bad.add if begins else self._bad.discard)((channel, text))

    @property
    def span_us(self) -> tuple[int, int] | None:
        """First and last sample on the stream's axis; None before the first."""
        if self._base_us is None:
            return None
        return self._base_us, self._base_us + round(self.last_s * 1e6)

    async def finish(self, state: TrialState, alignment: Alignment | None = None) -> Path:
        """Close the journal for good and give its path to whoever stores it."""
        await self._end_syncing()
        await asyncio.to_thread(self._journal.finish, state, alignment)
        return self._journal.path

    def abandon(self) -> None:
        """As if it had never begun: for the moment before anybody could have pulled."""
        self._syncing.cancel()
        self._journal.close()
        self._journal.path.unlink(missing_ok=True)

    async def _end_syncing(self) -> None:
        self._syncing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._syncing

    def _append(self, block: ForceBlock) -> None:
        for channel, text in sorted(self._bad):
            self._journal.mark(Mark(int(block.t_us[0]) - 1, text, channel))
        self._bad = {each for each in self._bad if each[1] != ChannelProblem.OVERLOAD}
        self._journal.append(block)

    def _write(self, write: Callable[[], None]) -> bool:
        try:
            write()
        except StoreError as error:
            self._give_up(error)
            return False
        return True

    def _give_up(self, error: StoreError) -> None:
        if not self.is_full:
            self.is_full = True
            self.on_full(str(error))

    async def _sync_steadily(self) -> None:
        while True:
            await asyncio.sleep(SYNC_S)
            try:
                await asyncio.to_thread(self._journal.sync)
            except StoreError as error:
                self._give_up(error)
                return


def zero_offsets(header: TrialHeader) -> NDArray[np.float64]:
    """Host zero of each channel in N, shape (channels,); 0 where none was taken."""
    return np.array([c.zero.offset_n if c.zero else 0.0 for c in header.channels])


def _ignore(_value: object) -> None:
    return

"""A scripted athlete behind the real state machine: what the live page is shown in tests."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from app.guided_run import Bests, GuidedRun
from app.live import LiveTrace
from app.status import DeviceStatus
from app.workflow import LimbResult, RepRow, RunView, SetResult
from data.analysis.symmetry import compare
from data.analysis.types import Asymmetry, Side
from data.clinical.catalogue import tests
from data.clinical.difference import limb_difference
from data.clinical.tests import StrengthTest
from data.clinical.typical_error import ErrorOrigin, TypicalError
from devices.types import LinkState

Array = NDArray[np.float64]

RATE_HZ = 1000.0
_ONSET_S, _RELEASE_S = 0.3, 0.15
BOARD = DeviceStatus(
    "Open Nordic Board 0042",
    "onb",
    LinkState.STREAMING,
    rate_hz=1000.0,
    lost_percent=0.0,
    battery_percent=83.0,
    is_virtual=True,
    link="serial",
)


@dataclass(frozen=True, slots=True)
class Effort:
    """One repetition: when it begins, how high each limb gets (N), how long it lasts."""

    start_s: float
    peaks: tuple[float, ...]
    seconds: float
    shape: Callable[[Array, float], Array]

    @property
    def end_s(self) -> float:
        return self.start_s + self.seconds

    def force(self, t: Array) -> Array:
        """``(n, limbs) N``."""
        return np.stack([p * self.shape(t - self.start_s, self.seconds) for p in self.peaks], 1)


def nordic(t: Array, seconds: float) -> Array:
    """Rises as the square of time while the body goes down, then breaks within 60 ms."""
    rise = np.clip(t / seconds, 0.0, 1.0) ** 2
    return np.where(t < seconds, rise, np.exp(-(t - seconds) / 0.06))


def hold(t: Array, seconds: float) -> Array:
    """Built up within a second, held with a slow loss of 6 %, let go within 0.3 s."""
    level = (1 - np.exp(-np.clip(t, 0, None) / 0.28)) * (1 - 0.06 * np.clip(t / seconds, 0, 1))
    return np.where(t < seconds, level, level * np.exp(-(t - seconds) / 0.09))


def samples(
    efforts: Sequence[Effort], begin_s: float, end_s: float, limbs: int
) -> tuple[Array, Array]:
    """``t (n,) s``, ``force (n, limbs) N``: efforts with tremor, and noise of 0.3 N."""
    t = np.arange(round(begin_s * RATE_HZ), round(end_s * RATE_HZ)) / RATE_HZ
    force = np.zeros((len(t), limbs))
    for effort in efforts:
        force += effort.force(t)
    for limb in range(limbs):
        force[:, limb] *= 1 + 0.0025 * _tremor(t + 31.7 * limb)
    noise = np.random.default_rng(round(begin_s * RATE_HZ) + 7).normal(0.0, 0.3, force.shape)
    return t, force + noise


def _tremor(t: Array) -> Array:
    """Muscle tremor: a few tones between 5 and 13 Hz that never repeat within a trial."""
    tones = ((5.3, 1.1), (7.9, 0.8), (8.71, 0.9), (10.37, 0.7), (12.9, 0.5))
    return sum((a * np.sin(2 * np.pi * f * t + 3.1 * f) for f, a in tones), np.zeros_like(t))


class ScriptedRun(QObject):
    """A `RunController`: the real `GuidedRun`, fed by a script instead of a device.

    Trial time is the script's time. `asked` lists what was asked of it.
    """

    changed = Signal()

    def __init__(
        self,
        test_id: str = "nordic.bil",
        *,
        test: StrengthTest | None = None,
        injured: Side | None = None,
        bests: Bests | None = None,
        target_n: float | None = None,
    ) -> None:
        super().__init__()
        self.guided = GuidedRun(
            test or tests()[test_id], injured=injured, bests=bests, target_n=target_n
        )
        self.trace: LiveTrace | None = None
        self.sides: tuple[Side | None, ...] = ()
        self.statuses: tuple[DeviceStatus, ...] = ()
        self.efforts: list[Effort] = []
        self.now_s = 0.0
        self.asked: list[str] = []
        self._rep_started_s: float | None = None
        self._next = 0

    @property
    def view(self) -> RunView:
        return replace(self.guided.view(self.now_s), rep_started_s=self._rep_started_s)

    def connect_device(self, limbs: int = 2) -> None:
        self.trace = LiveTrace(limbs, int(12 * RATE_HZ))
        self.sides = (Side.LEFT, Side.RIGHT) if limbs == 2 else (None,)
        self.statuses = (BOARD,)
        self.guided.connected()
        self.guided.zero_taken()
        self.changed.emit()

    def begin(self, efforts: Sequence[Effort]) -> None:
        """Press Space; the athlete will make `efforts`, in trial time."""
        assert self.trace is not None
        self.trace.clear()
        self.efforts, self._next = list(efforts), 0
        self.now_s = 0.0
        self.guided.start_stop(0.0)
        self.changed.emit()

    def play(self, until_s: float, *, step_s: float = 0.01, is_linked: bool = True) -> None:
        """Let time pass in blocks of `step_s`, as a device delivers them."""
        assert self.trace is not None
        while self.now_s < until_s - 1e-9:
            end = min(self.now_s + step_s, until_s)
            if is_linked:
                self.trace.append(*samples(self.efforts, self.now_s, end, len(self.sides)))
            self.now_s = end
            self.guided.tick(end)
            self._follow_efforts()

    def stored(self, result: SetResult | None) -> None:
        """The trial is in the database, with `result` after the last limb."""
        self.guided.trial_saved(result)
        self.guided.is_saved = result is None or result.is_saved
        self.changed.emit()

    def tell(self) -> None:
        """Something was done to `guided` directly."""
        self.changed.emit()

    def start_stop(self) -> None:
        self._ask("start_stop", lambda: self.guided.start_stop(self.now_s))

    def take_zero(self) -> None:
        self._ask("take_zero", self.guided.take_zero)

    def accept(self) -> None:
        self._ask("accept", lambda: None)

    def reject_rep(self) -> None:
        self._ask("reject_rep", self.guided.reject_rep)

    def repeat_rep(self) -> None:
        self._ask("repeat_rep", self.guided.repeat_rep)

    def switch_limb(self) -> None:
        limb = self.guided.limb
        self._ask("switch_limb", lambda: self.guided.switch_limb(limb.other) if limb else None)

    def finish(self) -> None:
        self._ask("finish", lambda: None)

    def back(self) -> None:
        self._ask("back", lambda: None)

    def _ask(self, what: str, act: Callable[[], object]) -> None:
        self.asked.append(what)
        act()
        self.changed.emit()

    def _follow_efforts(self) -> None:
        if self._next >= len(self.efforts) or not self.guided.is_recording:
            return
        effort = self.efforts[self._next]
        if self._rep_started_s is None and self.now_s >= effort.start_s + _ONSET_S:
            self._rep_started_s = effort.start_s + _ONSET_S
            self.guided.rep_started()
            self.changed.emit()
        if self.now_s >= effort.end_s + _RELEASE_S:
            self._next += 1
            self._rep_started_s = None
            self.guided.rep_done(self._row(effort), self.now_s)
            self.changed.emit()

    def _row(self, effort: Effort) -> RepRow:
        number = len(self.guided.reps) + 1
        if len(effort.peaks) == 2:
            left, right = effort.peaks
            percent = 100 * (left - right) / max(left, right)
        else:
            is_left = self.guided.limb is Side.LEFT
            left, right = (effort.peaks[0], None) if is_left else (None, effort.peaks[0])
            percent = None
        span = (effort.start_s + _ONSET_S, effort.end_s + _RELEASE_S)
        return RepRow(number, left, right, percent, start_s=span[0], end_s=span[1])


def set_result(
    left_n: float | None,
    right_n: float | None,
    *,
    formula: str = "pdiff",
    injured: Side | None = None,
    last_n: tuple[float, float] | None = None,
    error_percent: float | None = 9.0,
    is_saved: bool = True,
) -> SetResult:
    """A result with the real formulas behind it."""

    def compared(left: float | None, right: float | None) -> Asymmetry:
        return compare(left, right, formula, metric="peak_n", aggregation="best", injured=injured)

    last = dict(zip(Side, last_n or (None, None), strict=True))
    limbs = tuple(
        LimbResult(side, best, best * 0.97, best / 78.0, last[side])
        for side, best in ((Side.LEFT, left_n), (Side.RIGHT, right_n))
        if best is not None
    )
    source = "minimal detectable change of the Nordic test" if error_percent else None
    last_percent = compared(*last_n).value_percent if last_n else None
    now, judged = compared(left_n, right_n), None
    if error_percent and source:
        sem = error_percent / (1.96 * math.sqrt(2))
        error = TypicalError(ErrorOrigin.PUBLISHED, source, percent=sem)
        judged = limb_difference(now, [left_n or 0.0], [right_n or 0.0], error)
    band = judged.error_percent if judged else None
    return SetResult(limbs, now, band, source, last_percent, is_saved, judged)

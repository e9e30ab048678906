"""The force curve while it happens: the newest sample at the right edge, the data move."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QPainter, QShowEvent
from PySide6.QtWidgets import QWidget

from app.live import LiveTrace
from app.theme import colours, limb_style
from app.widgets.force_plot import CurveLine, ForcePlot
from app.widgets.plot_marks import (
    Level,
    LineEnd,
    RepSpan,
    Target,
    draw_ends,
    draw_gaps,
    draw_grid,
    draw_level_names,
    draw_levels,
    draw_rep_numbers,
    draw_reps,
    draw_target,
)
from app.widgets.plot_scale import Array, Links, ceiling, dashes, links, missing, outline
from data.analysis.types import MissingStretch, Side

WINDOW_S = 10.0
FRAME_MS = 16
GAP_S = 0.1  # five samples of the slowest device, ten message intervals of the fastest
STALE_S = 0.3


class LivePlot(ForcePlot):
    """Looks at a `LiveTrace` 60 times a second while it is visible; a late frame is dropped,
    a sample never. `frame` is emitted after each drawn frame, `gaps` are those in the window."""

    frame = Signal()

    def __init__(self, parent: QWidget | None = None, *, frame_ms: int = FRAME_MS) -> None:
        super().__init__(parent)
        self._lines: list[CurveLine] = []
        self._sides: tuple[Side | None, ...] = ()
        self._trace: LiveTrace | None = None
        self._levels: tuple[Level, ...] = ()
        self._reps: tuple[RepSpan, ...] = ()
        self._target: Target | None = None
        self.gaps: list[MissingStretch] = []
        self._ends: list[LineEnd] = []
        self._ghost: tuple[Array, Array] | None = None
        self.ghost_side: Side | None = None
        self._rep_started_s: float | None = None
        self._is_recording = False
        self._seen: int = 0
        self._arrived = monotonic()
        self._is_dirty = True
        self._is_still: bool = False
        self._run = 1
        self.now_s = 0.0
        self._ghost_line = self.line(-1)
        self._timer = QTimer(self, interval=frame_ms, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.draw_frame)
        self._set_range(-WINDOW_S, 0.0, ceiling(0.0))
        self._restyle()

    def follow(self, trace: LiveTrace | None, sides: Sequence[Side | None]) -> None:
        """Show `trace`, whose columns belong to `sides`; None empties the plot."""
        for line in self._lines:
            line.remove()
        self._trace, self._sides = trace, tuple(sides)
        self._lines = [self.line() for _ in range(trace.channels)] if trace else []
        self._seen, self._run, self._arrived = 0, 1, monotonic()
        self.gaps, self._ends = [], []
        self._restyle()

    def set_recording(self, is_recording: bool) -> None:
        """While recording, silence is a gap that grows on the screen."""
        self._is_recording = is_recording

    def set_reps(self, reps: Sequence[RepSpan], rep_started_s: float | None = None) -> None:
        """Shade `reps`; `rep_started_s` is the beginning of the one under way."""
        self._reps, self._rep_started_s = tuple(reps), rep_started_s
        self._is_dirty = True

    def set_levels(self, levels: Sequence[Level], target: Target | None = None) -> None:
        self._levels, self._target = tuple(levels), target
        top = max([level.value_n for level in levels], default=0.0)
        self._rise(max(top, target.high_n if target else 0.0))
        self._is_dirty = True

    def set_ghost(self, curve: tuple[Array, Array] | None, side: Side | None = None) -> None:
        """The other limb's best, ``t (n,) s`` since its onset and ``force (n,) N``: it runs along
        with the repetition under way."""
        self._ghost, self.ghost_side = curve, side
        if curve is None:
            self._ghost_line.clear()
        self._restyle()

    def reset_scale(self) -> None:
        """Back to the lowest force axis, for another test or athlete."""
        self._set_range(-WINDOW_S, 0.0, ceiling(0.0))
        self._rise(max([level.value_n for level in self._levels], default=0.0))

    @property
    def is_silent(self) -> bool:
        """True while recording and nothing comes: what was last read is not now."""
        return self._is_recording and monotonic() - self._arrived > STALE_S

    @property
    def is_running(self) -> bool:
        return self._timer.isActive()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        self._timer.stop()
        super().hideEvent(event)

    def draw_frame(self) -> None:
        """Bring the newest samples to the screen, if there are any."""
        trace = self._trace
        if trace is None:
            return
        now, count = monotonic(), trace.count
        has_news = count != self._seen
        if has_news:
            self._seen, self._arrived = count, now
        silence = now - self._arrived
        is_waiting = self._is_recording and silence > STALE_S
        is_still = silence > STALE_S and not is_waiting
        if not (has_news or is_waiting or self._is_dirty or is_still != self._is_still):
            return
        self._is_dirty, self._is_still = False, is_still
        self._draw(trace, count, silence if is_waiting else 0.0)
        self._view.viewport().update()
        self.frame.emit()

    def _draw(self, trace: LiveTrace, count: int, silence_s: float) -> None:
        t, force = trace.view()
        if not len(t):
            for line in self._lines:
                line.clear()
            self.gaps, self._ends = [], []
            return
        last_s = float(t[-1])
        self.now_s = last_s + silence_s
        begin = int(np.searchsorted(t, self.now_s - WINDOW_S))
        first = count - len(t) + begin
        t, force = t[begin:], force[begin:]
        self.gaps = missing(t, GAP_S)
        if len(t):
            self._rise(float(force.max()))
            self._choose_run(len(t))
        t, force = outline(t, force, self._run, first, GAP_S)
        joined = links(t, self.gaps) if self.gaps else None
        for column, line in enumerate(self._lines):
            y = force[:, column].copy()
            dash = self._dash(t, y, column)
            line.set_data(t - self.now_s, y, joined if dash is None else dash)
        if silence_s:
            self.gaps.append(MissingStretch(last_s, self.now_s, "no samples"))
        self._ends = [
            LineEnd(side, last_s - self.now_s, float(force[-2:, i].mean()))
            for i, side in enumerate(self._sides)
            if len(force)
        ]
        self._draw_ghost()

    def _dash(self, t: Array, y: Array, column: int) -> Links | None:
        side = self._sides[column] if column < len(self._sides) else None
        if not self._is_still or side is not Side.RIGHT or not len(t):
            return None
        return dashes(t, y, self.area.px_per_s, self.area.px_per_n)

    def _draw_ghost(self) -> None:
        if self._ghost is None or self._rep_started_s is None:
            self._ghost_line.clear()
            return
        t, force = self._ghost
        x = t + (self._rep_started_s - self.now_s)
        shown = (x >= -WINDOW_S) & (x <= 0.0)
        self._ghost_line.set_data(x[shown], force[shown])

    def _rise(self, force_n: float) -> None:
        """The axis only grows, in steps: nothing jitters."""
        top = ceiling(force_n)
        if top > self.area.top_n:
            self._set_range(-WINDOW_S, 0.0, top)

    def _choose_run(self, samples: int) -> None:
        wanted = samples / max(self.area.rect.width() * self.devicePixelRatioF(), 1.0)
        # A change of run length redraws every extreme: only when it is worth it.
        if not 0.6 * self._run <= wanted <= self._run:
            self._run = max(int(np.ceil(wanted * 1.1)), 1)

    def _restyle(self) -> None:
        super()._restyle()
        for line, side in zip(self._lines, self._sides, strict=False):
            line.set_look(_colour(side), self._weight())
        ghost = _colour(self.ghost_side)
        ghost.setAlphaF(0.55)
        self._ghost_line.set_look(ghost, 1)
        self._is_dirty = True

    def _draw_under(self, painter: QPainter) -> None:
        shift = self.now_s
        spans = [_moved(rep, shift) for rep in self._reps]
        if self._rep_started_s is not None:
            number = len([rep for rep in self._reps if not rep.is_rejected]) + 1
            spans.append(RepSpan(number, self._rep_started_s - shift, 0.0))
        draw_reps(painter, self.area, spans)
        draw_grid(painter, self.area, _ago, self.unit)
        draw_rep_numbers(painter, self.area, spans)
        if self._target:
            draw_target(painter, self.area, self._target)
        draw_levels(painter, self.area, self._levels)

    def _draw_over(self, painter: QPainter) -> None:
        gaps = [
            MissingStretch(g.start_s - self.now_s, g.end_s - self.now_s, g.cause) for g in self.gaps
        ]
        draw_gaps(painter, self.area, gaps)
        draw_level_names(painter, self.area, self._levels, self.unit)
        draw_ends(painter, self.area, self._ends)


def _colour(side: Side | None) -> QColor:
    return QColor(limb_style(side).colour if side else colours().text)


def _moved(rep: RepSpan, shift_s: float) -> RepSpan:
    return RepSpan(rep.number, rep.start_s - shift_s, rep.end_s - shift_s, rep.is_rejected)


def _ago(t_s: float) -> str:
    return "now" if abs(t_s) < 1e-9 else f"−{-t_s:g}" + (" s" if t_s == -WINDOW_S else "")

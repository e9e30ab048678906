"""A whole trial at rest: repetitions whose bounds can be dragged, and a second curve over it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.theme import colours, limb_style
from app.widgets.force_plot import CurveLine, ForcePlot
from app.widgets.plot_grips import Bound, Grip, Grips, OnsetGrip, OnsetMark, marks_of
from app.widgets.plot_marks import (
    Level,
    LineEnd,
    RepSpan,
    draw_ends,
    draw_gaps,
    draw_grid,
    draw_level_names,
    draw_levels,
    draw_name,
    draw_rep_numbers,
    draw_reps,
)
from app.widgets.plot_scale import Array, Links, ceiling, dashes, links, outline, ticks
from data.analysis.types import Curve, Side

_SHORTEST_VIEW_S = 0.2
_NUDGE_S = 0.01


class ReviewPlot(ForcePlot):
    """Wheel zooms in time, dragging moves, a double click shows all again.

    A bound or an onset is dragged, or chosen by a click or `choose_next` and moved by the arrow
    keys, 10 ms a press, 100 ms with Shift; Delete gives an onset back to the rule. When it is let
    go, `bounds_changed` (rep number, start in s, end in s) or `onset_changed` (rep number, side,
    s or None) follows.
    """

    bounds_changed = Signal(int, float, float)
    onset_changed = Signal(int, object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve: Curve | None = None
        self._overlay: Curve | None = None
        self._overlay_shift_s = 0.0
        self._overlay_name = ""
        self._lines: list[CurveLine] = []
        self._overlay_lines: list[CurveLine] = []
        self.grips = Grips()
        self._levels: tuple[Level, ...] = ()
        self._ends: list[LineEnd] = []
        self._is_dragging = False
        self._pan_from: float | None = None
        self._may_edit = True
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._view.viewport().setMouseTracking(True)
        self._view.viewport().installEventFilter(self)
        self._restyle()

    def show_curve(self, curve: Curve | None) -> None:
        """Show all of `curve`; None empties the plot."""
        self._curve, self.grips.chosen = curve, None
        self._lines = self._renew(self._lines, curve, 0.0)
        self.show_all()

    def set_overlay(
        self, curve: Curve | None, shift_s: float = 0.0, name: str = "last time"
    ) -> None:
        """A second, paler curve, moved by `shift_s` so that both begin at the same onset."""
        self._overlay, self._overlay_shift_s, self._overlay_name = curve, shift_s, name
        self._overlay_lines = self._renew(self._overlay_lines, curve, -1.0)
        self.show_all()

    def set_reps(self, reps: Sequence[RepSpan], *, may_edit: bool = True) -> None:
        self.grips.reps, self._may_edit = tuple(reps), may_edit
        self.grips.keep_chosen()
        self._view.viewport().update()

    def set_onsets(self, onsets: Sequence[OnsetMark]) -> None:
        """Those of the repetition that is looked at."""
        self.grips.onsets = tuple(onsets)
        self.grips.keep_chosen()
        self.setAccessibleDescription(marks_of(onsets))
        self._view.viewport().update()

    def choose_next(self, number: int) -> None:
        """The next bound or onset of this repetition, for the arrow keys."""
        if self._may_edit and any(rep.number == number for rep in self.grips.reps):
            self.grips.choose_next(number)
            self.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._view.viewport().update()

    def set_levels(self, levels: Sequence[Level]) -> None:
        self._levels = tuple(levels)
        self._view.viewport().update()

    def show_all(self) -> None:
        if self._curve is None or not len(self._curve.t):
            self._redraw()
            return
        best = float(self._curve.force.max())
        if self._overlay is not None and len(self._overlay.t):
            best = max(best, float(self._overlay.force.max()))
        self._set_range(float(self._curve.t[0]), float(self._curve.t[-1]), ceiling(best))
        self._redraw()

    def zoom(self, start_s: float, end_s: float) -> None:
        """Show `start_s` to `end_s`, kept within the curve."""
        if self._curve is None:
            return
        first, last = float(self._curve.t[0]), float(self._curve.t[-1])
        width = min(max(end_s - start_s, _SHORTEST_VIEW_S), last - first)
        start = min(max(start_s, first), last - width)
        self._set_range(start, start + width, self.area.top_n)
        self._redraw()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if self._curve is not None and watched is self._view.viewport():
            match event:
                case QWheelEvent():
                    self._wheel(event)
                    return True
                case QMouseEvent():
                    return self._mouse(event)
                case _:
                    pass
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        grip, key = self.grips.chosen, Qt.Key(event.key())
        step = {Qt.Key.Key_Left: -_NUDGE_S, Qt.Key.Key_Right: _NUDGE_S}.get(key)
        if grip is not None and step is not None:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                step *= 10
            self._move(grip, self.grips.time(grip) + step)
            self._announce()
        elif isinstance(grip, OnsetGrip) and key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            mark = self.grips.mark(grip)
            if mark is not None and mark.is_by_hand:
                self.onset_changed.emit(grip.rep, grip.side, None)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self._redraw()

    def _mouse(self, event: QMouseEvent) -> bool:
        x = event.position().x()
        match event.type():
            case QEvent.Type.MouseButtonDblClick:
                self.show_all()
            case QEvent.Type.MouseButtonPress if event.button() is Qt.MouseButton.LeftButton:
                self.setFocus(Qt.FocusReason.MouseFocusReason)
                self.grips.chosen = self._grip_at(event)
                self._pan_from = None if self.grips.chosen else x
            case QEvent.Type.MouseMove if self.grips.chosen and _is_held(event):
                self._is_dragging = True
                self._move(self.grips.chosen, self.area.time(x))
            case QEvent.Type.MouseMove if self._pan_from is not None:
                shift = (self._pan_from - x) / self.area.px_per_s
                self._pan_from = x
                self.zoom(self.area.left_s + shift, self.area.right_s + shift)
            case QEvent.Type.MouseMove:
                is_near = self._grip_at(event) is not None
                shape = Qt.CursorShape.SplitHCursor if is_near else Qt.CursorShape.ArrowCursor
                self._view.viewport().setCursor(shape)
            case QEvent.Type.MouseButtonRelease:
                if self._is_dragging:
                    self._announce()
                self._is_dragging, self._pan_from = False, None
            case _:
                return False
        self._view.viewport().update()
        return True

    def _wheel(self, event: QWheelEvent) -> None:
        factor = 0.8 ** (event.angleDelta().y() / 120)
        at = self.area.time(event.position().x())
        self.zoom(at - (at - self.area.left_s) * factor, at + (self.area.right_s - at) * factor)

    def _grip_at(self, event: QMouseEvent) -> Grip | None:
        return self.grips.at(self.area, event.position()) if self._may_edit else None

    def _move(self, grip: Grip, t_s: float) -> None:
        assert self._curve is not None
        self.grips.move(grip, t_s, float(self._curve.t[0]), float(self._curve.t[-1]))
        self._view.viewport().update()

    def _announce(self) -> None:
        match self.grips.chosen:
            case Bound() as bound:
                rep = self.grips.rep(bound.rep)
                self.bounds_changed.emit(rep.number, rep.start_s, rep.end_s)
            case OnsetGrip() as grip:
                self.onset_changed.emit(grip.rep, grip.side, self.grips.time(grip))
            case None:
                pass

    def _renew(self, old: list[CurveLine], curve: Curve | None, height: float) -> list[CurveLine]:
        for entry in old:
            entry.remove()
        count = curve.force.shape[1] if curve is not None else 0
        return [self.line(height) for _ in range(count)]

    def _redraw(self) -> None:
        self._ends = []
        for lines, curve, shift, alpha, weight in (
            (self._lines, self._curve, 0.0, 1.0, self._weight()),
            (self._overlay_lines, self._overlay, self._overlay_shift_s, 0.7, 1),
        ):
            if curve is None:
                continue
            for line, side in zip(lines, curve.sides, strict=True):
                line.set_look(_colour(side, alpha), weight)
            self._fill(lines, curve, shift)
        self._view.viewport().update()

    def _fill(self, lines: list[CurveLine], curve: Curve, shift_s: float) -> None:
        begin, end = np.searchsorted(
            curve.t, (self.area.left_s - shift_s, self.area.right_s - shift_s)
        )
        begin, end = max(int(begin) - 1, 0), int(end) + 1
        t, force = curve.t[begin:end], curve.force[begin:end]
        width = max(self.area.rect.width() * self.devicePixelRatioF(), 1.0)
        run = int(np.ceil(len(t) / width))
        t, force = outline(t, force, run, begin)
        joined = links(t, curve.gaps)
        for column, (line, side) in enumerate(zip(lines, curve.sides, strict=True)):
            y = force[:, column].copy()
            line.set_data(t + shift_s, y, self._dashed(t, y, joined, side))
            if len(t) and curve is self._curve:
                self._ends.append(LineEnd(side, float(t[-1]), float(y[-2:].mean())))

    def _dashed(self, t: Array, y: Array, joined: Links, side: Side | None) -> Links:
        if side is not Side.RIGHT or len(t) < 2:
            return joined
        return joined & dashes(t, y, self.area.px_per_s, self.area.px_per_n)

    def _restyle(self) -> None:
        super()._restyle()
        self._redraw()

    def _draw_under(self, painter: QPainter) -> None:
        draw_reps(painter, self.area, self.grips.reps)
        draw_grid(painter, self.area, self._seconds, self.unit)
        draw_rep_numbers(painter, self.area, self.grips.reps)
        draw_levels(painter, self.area, self._levels)

    def _draw_over(self, painter: QPainter) -> None:
        if self._curve is None:
            return
        draw_gaps(painter, self.area, self._curve.gaps)
        draw_level_names(painter, self.area, self._levels, self.unit)
        draw_ends(painter, self.area, self._ends)
        self._name_overlay(painter)
        if self._may_edit:
            self.grips.draw(painter, self.area)

    def _name_overlay(self, painter: QPainter) -> None:
        if self._overlay is None or not len(self._overlay.t):
            return
        t = self._overlay.t + self._overlay_shift_s
        shown = (t >= self.area.left_s) & (t <= self.area.right_s)
        if shown.any():
            largest = np.where(shown, self._overlay.force.max(axis=1), -np.inf)
            at = int(largest.argmax())
            draw_name(painter, self.area, float(t[at]), float(largest[at]), self._overlay_name)

    def _seconds(self, t_s: float) -> str:
        shown = ticks(self.area.left_s, self.area.right_s, int(self.area.rect.width() / 110) + 1)
        step = shown[1] - shown[0] if len(shown) > 1 else 1.0
        digits = 0 if step % 1 == 0 else 1 if step * 10 % 1 == 0 else 2
        return f"{t_s:.{digits}f}" + (" s" if shown and t_s == shown[-1] else "")


def _colour(side: Side | None, alpha: float) -> QColor:
    colour = QColor(limb_style(side).colour if side else colours().text)
    colour.setAlphaF(alpha)
    return colour


def _is_held(event: QMouseEvent) -> bool:
    return bool(event.buttons() & Qt.MouseButton.LeftButton)

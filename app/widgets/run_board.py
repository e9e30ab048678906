"""The heart of a run: both limbs' large numbers over the curve, or over the result."""

from __future__ import annotations

from time import monotonic

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.run_controller import RunController
from app.run_numbers import RunNumbers, force_now, is_unilateral, rep_peaks
from app.theme import limb_style, space, theme
from app.units import ForceUnit, number
from app.widgets.countdown import Countdown
from app.widgets.live_plot import LivePlot
from app.widgets.plot_marks import Level, RepSpan, Target
from app.widgets.readout import Figure, Readout
from app.widgets.result_panel import ResultPanel
from app.widgets.text import Text
from app.workflow import LimbResult, RunView, Step
from data.analysis.types import Side

NUMBERS_S = 0.1  # digits that change faster cannot be read
TARGET_TOLERANCE = 0.05
STAGE_SCALE = 1.8  # the athlete looks from twice as far
_NOTHING = Figure(None, "")
_REST = "Rest"


class RunBoard(QWidget):
    """Follows a controller. Curves and numbers come from its ring, at the plot's own pace;
    everything else from its view, when `refresh` is called. On the stage words are larger and
    no result is shown."""

    def __init__(self, *, is_stage: bool = False) -> None:
        super().__init__()
        self._run: RunController | None = None
        self._numbers = RunNumbers()
        self._unit = ForceUnit.NEWTON
        self._is_stage = is_stage
        self._numbers_at = 0.0
        self._numbers_timer = QTimer(self, singleShot=True)
        self._numbers_timer.timeout.connect(self._show_numbers)
        self._followed: tuple[object, ...] = ()
        self.readouts = {side: Readout(side) for side in Side}
        self.plot = LivePlot()
        self.plot.frame.connect(self._on_frame)
        self.result = ResultPanel()
        self.countdown = Countdown(self.plot)
        self.countdown.hide()
        self._empty = Text("The curve runs here as soon as a device sends", "strong", tone="muted")
        self._empty.setParent(self.plot)
        self._empty.setProperty("surface", "sunken")
        self._empty.setMargin(space(3))
        self._empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._build()
        self.plot.installEventFilter(self)
        if is_stage:
            self.plot.set_scale(STAGE_SCALE)
            for readout in self.readouts.values():
                readout.set_scale(STAGE_SCALE)

    def set_run(self, run: RunController | None) -> None:
        """Another run, or none."""
        self._run = run
        self._numbers.clear()
        self._followed = ()
        self.plot.set_levels(())
        self.plot.reset_scale()
        self.refresh()

    def set_unit(self, unit: ForceUnit) -> None:
        self._unit = unit
        self.plot.set_unit(unit)
        self.result.set_unit(unit)
        for readout in self.readouts.values():
            readout.set_unit(unit)
        self.refresh()

    def refresh(self) -> None:
        """Draw the view as it is now."""
        run = self._run
        if run is None:
            self.plot.follow(None, ())
            return
        view, sides = run.view, self._sides(run)
        followed = (id(run.trace), sides)
        if followed != self._followed:
            self._followed = followed
            self.plot.follow(run.trace, sides)
        self._numbers.learn(view, run.trace, sides)
        self.plot.set_recording(view.is_recording)
        self.plot.set_levels(self._levels(view), _target(view, self._unit))
        other = view.limb.other if view.limb else None
        self.plot.set_ghost(self._numbers.best_curve(other) if other else None, other)
        self.plot.set_reps(_spans(view), view.rep_started_s)
        self._empty.setVisible(run.trace is None)
        self._show_time(view)
        is_result = view.step is Step.RESULT and not self._is_stage
        if is_result:
            self.result.show_result(view.result, view.why_no_result)
        self._stack.setCurrentWidget(self.result if is_result else self._card)
        self._show_numbers()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if watched is self.plot and event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        pair = QHBoxLayout()
        pair.setSpacing(space(4))
        pair.addWidget(self.readouts[Side.LEFT], 46)
        pair.addStretch(8)  # the two numbers of a limb stand closer than the two limbs
        pair.addWidget(self.readouts[Side.RIGHT], 46)
        for readout in self.readouts.values():
            readout.setMaximumHeight(400 if self._is_stage else 240)
        self._card = QFrame()
        self._card.setProperty("surface", "card")
        inner = QVBoxLayout(self._card)
        inner.setContentsMargins(space(1), space(2), space(1), space(1))
        inner.addWidget(self.plot)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._card)
        self._stack.addWidget(self.result)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(2))
        layout.addLayout(pair, 31)
        layout.addWidget(self._stack, 69)

    def _place(self) -> None:
        area = self.plot.rect()
        share = 0.5 if self.countdown.caption == _REST and not self._is_stage else 0.75
        most = area.height() if self._is_stage else theme().px(360)
        height = min(max(int(area.height() * share), theme().px(140)), most)
        width = min(int(height * 1.5), area.width())
        left, top = (area.width() - width) // 2, (area.height() - height) // 2
        self.countdown.setGeometry(left, top, width, height)
        self._empty.adjustSize()
        self._empty.move(
            (area.width() - self._empty.width()) // 2, (area.height() - self._empty.height()) // 2
        )

    def _show_time(self, view: RunView) -> None:
        captions = {Step.COUNTDOWN: "Get ready", Step.REST: _REST}
        caption = captions.get(view.step)
        if caption is None or view.seconds_left is None:
            self.countdown.hide()
            return
        self.countdown.set_left(caption, view.seconds_left)
        self._place()
        self.countdown.show()
        self.countdown.raise_()

    def _on_frame(self) -> None:
        """Digits follow the curve, but no faster than they can be read."""
        wait_s = self._numbers_at + NUMBERS_S - monotonic()
        if wait_s <= 0:
            self._show_numbers()
        elif not self._numbers_timer.isActive():
            self._numbers_timer.start(int(1000 * wait_s) + 1)

    def _show_numbers(self) -> None:
        run = self._run
        if run is None:
            return
        self._numbers_at = monotonic()
        view, sides = run.view, self._sides(run)
        if view.step is Step.RESULT and not self._is_stage:
            self._show_bests(view)
            return
        now = {} if self.plot.is_silent else force_now(run.trace, sides)
        peaks = rep_peaks(view, run.trace, sides)
        came_of = _limbs(view)
        for side, readout in self.readouts.items():
            readout.reserve(self.plot.area.top_n)
            if is_unilateral(view) and side is not view.limb:
                shown = Figure(self._numbers.best_n(view, side), "best")
                readout.show_figures(_NOTHING, shown, is_active=False)
                continue
            second = Figure(peaks.get(side), _peak_caption(view))
            if not view.is_recording and not view.reps:
                best_n = self._numbers.best_n(view, side)
                second = _NOTHING if best_n is None else Figure(best_n, "best", is_quiet=True)
            elif view.step is Step.RESULT and side in came_of:
                second = Figure(came_of[side].best_n, "best")
            readout.show_figures(Figure(now.get(side), "now"), second)

    def _show_bests(self, view: RunView) -> None:
        limbs = _limbs(view)
        for side, readout in self.readouts.items():
            limb = limbs.get(side)
            mean = Figure(limb.mean_n if limb else None, "mean", is_quiet=True)
            readout.show_figures(mean, Figure(limb.best_n if limb else None, "best"))

    def _sides(self, run: RunController) -> tuple[Side | None, ...]:
        """A cell without a side of its own measures the limb whose turn it is."""
        limb = run.view.limb
        return tuple(side or limb for side in run.sides)

    def _levels(self, view: RunView) -> list[Level]:
        """Own best, and for a unilateral test the other limb's as a ghost."""
        levels: list[Level] = []
        for side in Side:
            value = self._numbers.best_n(view, side)
            if value is None:
                continue
            if is_unilateral(view):
                is_ghost = side is not view.limb
                label = f"{limb_style(side).label} best" if is_ghost else "Best"
                levels.append(Level(value, label, side, is_ghost))
            else:
                levels.append(Level(value, f"{limb_style(side).letter} best", side))
        return levels


def _limbs(view: RunView) -> dict[Side, LimbResult]:
    return {limb.side: limb for limb in view.result.limbs} if view.result else {}


def _spans(view: RunView) -> list[RepSpan]:
    return [
        RepSpan(row.number, row.start_s, row.end_s, row.rejected is not None)
        for row in view.reps
        if row.start_s is not None and row.end_s is not None
    ]


def _target(view: RunView, unit: ForceUnit) -> Target | None:
    if view.target_n is None:
        return None
    label = (
        f"Target {number(view.target_n / unit.newtons, unit.decimals)} "
        f"± {100 * TARGET_TOLERANCE:.0f} %"
    )
    low, high = 1 - TARGET_TOLERANCE, 1 + TARGET_TOLERANCE
    return Target(view.target_n * low, view.target_n * high, label)


def _peak_caption(view: RunView) -> str:
    if view.rep_started_s is not None:
        return f"peak, rep {view.rep}"
    return f"peak, rep {view.reps[-1].number}" if view.reps else "peak"

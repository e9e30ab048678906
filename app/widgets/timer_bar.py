"""The clock of a running treatment: large, with pause, the checks and what was turned."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar

from app.running_treatment import RunningTreatment
from app.theme import space, theme
from app.units import clock
from app.widgets.controls import Button, Card, column, row
from app.widgets.text import Elided, Text
from app.widgets.treatment_record import change_words
from data.clinical.modalities import number_of
from data.treatment_record import MarkKind
from data.treatment_timer import TreatmentTimer

_TICK_MS = 200


class TimerBar(Card):
    """Before the start it offers it; afterwards it shows and steers the timer that runs.

    `start_wanted`: there is none yet. `toggled`: it was paused or went on; `ended`: it was ended.
    `ticked` a few times a second while it is on the screen.
    """

    start_wanted = Signal()
    toggled = Signal()
    ended = Signal()
    ticked = Signal()

    def __init__(self, running: RunningTreatment) -> None:
        super().__init__(margin=4)
        self._running = running
        self._timer: TreatmentTimer | None = None
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self.time = Text("0:00", "display")
        self._of = Text("", "heading", tone="muted")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(space(2))
        self._bar.setAccessibleName("Elapsed time")
        self._state = Text("", "strong", bold=True)
        self._last = Elided("", tone="muted")
        self.start = Button("Start the timer", key="Ctrl+Space", clicked=self.toggle)
        self.check = Button("Skin looked at", icon_name="check", key="K", clicked=self.mark_check)
        self.end = Button("End", icon_name="stop_timer", clicked=self._end)
        words = column(self._state, self._last, spacing=1)
        line = row(self.time, self._of, words, spacing=4)
        line.setStretch(2, 1)
        buttons = row(self.check, self.start, self.end)
        self.column.setSpacing(space(1))
        self.column.addLayout(line)
        if theme().text_scale <= 1.25:
            line.addLayout(buttons)
        else:
            buttons.addStretch(1)
            self.column.addLayout(buttons)
        self.column.addWidget(self._bar)
        self.show_timer(None)

    def show_timer(self, timer: TreatmentTimer | None) -> None:
        """Its state now, and from now on."""
        self._timer = timer
        self._follow()
        is_running = timer is not None
        for part in (self.time, self._of, self._bar, self.end):
            part.setVisible(is_running)
        if timer is None:
            self._state.hide()
            self._last.setText("Start it when the treatment starts, or save one that is over.")
            self.check.hide()
            self.start.setText("Start the timer")
            return
        planned = number_of(timer.now("planned_min"))
        self.time.setText(clock(timer.on_s))
        self._of.setText(f"of {clock(60 * planned)}" if planned else "")
        self._bar.setMaximum(round(60 * planned) if planned else 1)
        self._bar.setValue(min(round(timer.on_s), self._bar.maximum()) if planned else 0)
        words, tone = _state(timer, planned)
        self._state.show()
        self._state.setText(words)
        self._state.set_tone(tone)
        self._last.setText(_last(timer))
        self.check.setVisible(timer.checks_due > 0)
        self.start.setText("Go on" if timer.is_paused else "Pause")

    def toggle(self) -> None:
        """Start, pause or go on."""
        if self.isHidden():
            return
        if self._timer is None:
            self.start_wanted.emit()
        else:
            self._running.toggle()
            self.toggled.emit()

    def mark_check(self) -> None:
        """The skin and the settings were looked at."""
        if self._timer is not None and self._timer.checks_due:
            self._timer.mark(MarkKind.CHECK, "skin and settings looked at")
            self.show_timer(self._timer)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self._follow()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        super().hideEvent(event)
        self._follow()

    def _end(self) -> None:
        self._running.end()
        self.ended.emit()

    def _on_tick(self) -> None:
        self.show_timer(self._timer)
        self.ticked.emit()

    def _follow(self) -> None:
        """Tick only where there is something to follow, and somebody to see it."""
        is_wanted = self._timer is not None and self.isVisible()
        if not is_wanted:
            self._tick.stop()
        elif not self._tick.isActive():
            self._tick.start()


def _state(timer: TreatmentTimer, planned_min: float | None) -> tuple[str, str]:
    if timer.problem is not None:
        return "The timer goes on, but its file cannot be written: save soon", "stop"
    if timer.is_paused:
        return "Paused", "attention"
    if timer.checks_due:
        return "Look at the skin and ask how it feels", "attention"
    if planned_min and timer.on_s >= 60 * planned_min:
        return "The planned time is over", "attention"
    due = timer.next_check_s
    return (f"Running · next check in {clock(due)}" if due is not None else "Running"), "good"


def _last(timer: TreatmentTimer) -> str:
    changes = timer.course.changes
    if not changes:
        return "What you change is kept with its time."
    newest = changes[-1]
    more = f" · {len(changes)} changes" if len(changes) > 1 else ""
    return f"{clock(newest.at_s)} {change_words(newest)}{more}"

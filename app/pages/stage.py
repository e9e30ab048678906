"""The athlete's view: curve, target, count-down and large numbers; no name, no verdict."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QPen,
    QScreen,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.pages.run_keys import bind, bind_run
from app.run_controller import RunController, unwatch, watch
from app.theme import colours, space, theme
from app.units import ForceUnit
from app.widgets.run_board import RunBoard
from app.widgets.text import Text, VirtualMark
from app.workflow import RunView, Step

_WORDS = {
    Step.CONNECT: "One moment",
    Step.ZERO: "Hold still",
    Step.READY: "Get ready",
    Step.COUNTDOWN: "Get ready",
    Step.GO: "Go",
    Step.REST: "Rest",
    Step.SAVING: "Done",
    Step.NEXT_LIMB: "Change sides",
    Step.RESULT: "Done",
}


_DOT_PX = 80


class Stage(QWidget):
    """A window of its own. It takes the same keys as the live page; Esc or F11 closes it."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("Myograph stage")
        self.run: RunController | None = None
        self.board = RunBoard(is_stage=True)
        self.word = Text("", "live")
        self.dots = _RepDots()
        self._virtual = VirtualMark("title")
        foot = QHBoxLayout()
        foot.addWidget(self.word)
        foot.addStretch(1)
        foot.addWidget(self._virtual)
        foot.addSpacing(space(6))
        foot.addWidget(self.dots)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(space(8), space(6), space(8), space(6))
        layout.setSpacing(space(4))
        layout.addWidget(self.board, 1)
        layout.addLayout(foot)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        bind_run(self, lambda: self.run)
        bind(self, "F11", self.close)
        bind(self, "Esc", self.close)

    def set_run(self, run: RunController | None) -> None:
        if self.run is not None:
            unwatch(self.run, self.refresh)
        self.run = run
        if run is not None:
            watch(run, self.refresh)
        self.board.set_run(run)
        self.refresh()

    def set_unit(self, unit: ForceUnit) -> None:
        self.board.set_unit(unit)

    def refresh(self) -> None:
        if self.run is None:
            return
        view = self.run.view
        self.word.setText(_WORDS[view.step])
        self.dots.show_reps(_done(view), view.reps_planned, is_in_rep=view.step is Step.GO)
        self._virtual.setVisible(any(status.is_virtual for status in self.run.statuses))
        self.board.refresh()

    def toggle(self, beside: QWidget | None = None) -> None:
        """Open full screen, on another screen than `beside` where there is one; or close."""
        if self.isVisible():
            self.close()
            return
        screen = _other_screen(beside)
        if screen is not None:
            self.setGeometry(screen.geometry())
        self.showFullScreen()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.activateWindow()
        self.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        super().closeEvent(event)
        self.closed.emit()


class _RepDots(QWidget):
    """One dot for each repetition: full when it is done, a ring while it is to come."""

    def __init__(self) -> None:
        super().__init__()
        self._done, self._planned, self._is_in_rep = 0, 0, False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_reps(self, done: int, planned: int, *, is_in_rep: bool) -> None:
        self._done, self._planned, self._is_in_rep = done, planned, is_in_rep
        self.setAccessibleName(f"{done} of {planned} repetitions done")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(theme().px(_DOT_PX) * max(self._planned, 1), theme().px(_DOT_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = theme().px(_DOT_PX)
        for i in range(self._planned):
            centre = QPointF(size * (i + 0.5), self.height() / 2)
            is_done, is_now = i < self._done, i == self._done and self._is_in_rep
            ink = look.colour("text" if is_done or is_now else "line_strong")
            painter.setPen(QPen(ink, 4))
            painter.setBrush(ink if is_done else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, size * 0.32, size * 0.32)
            if is_now:
                painter.setBrush(ink)
                painter.drawEllipse(centre, size * 0.12, size * 0.12)


def _done(view: RunView) -> int:
    return len([row for row in view.reps if not row.rejected])


def _other_screen(widget: QWidget | None) -> QScreen | None:
    """A screen on which `widget` is not."""
    here = widget.screen() if widget is not None else QGuiApplication.primaryScreen()
    return next((screen for screen in QGuiApplication.screens() if screen is not here), None)

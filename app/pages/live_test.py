"""The live test: one next step, the curve, and numbers that can be read from two metres."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.navigation import Desk, Route
from app.pages.page import Key, Page
from app.pages.run_keys import RUN_KEYS, VERBS, bind, bind_run, press
from app.pages.stage import Stage
from app.run_controller import RunController, unwatch, watch
from app.run_numbers import is_unilateral
from app.theme import space, theme
from app.widgets.controls import Button
from app.widgets.next_step import Choice, NextStep
from app.widgets.rep_table import RepTable
from app.widgets.run_board import RunBoard
from app.widgets.run_notice import RunNotice
from app.widgets.state_mark import Keeping, StateMark
from app.widgets.step_strip import StepStrip
from app.widgets.text import Elided, Text, VirtualMark
from app.workflow import Notice, RunView, Step
from data.analysis.types import Side

_WAITING_ICONS = {Step.CONNECT: "link", Step.COUNTDOWN: "clock", Step.SAVING: "backup"}


class LivePage(Page):
    """Draws what its `RunController` says and passes keys on; it decides nothing itself."""

    title = "Test"
    fills_window = True

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.run: RunController | None = None
        self.strip = StepStrip()
        self.state = StateMark()
        self.board = RunBoard()
        self.reps = RepTable()
        self.notice = RunNotice()
        self.next_step = NextStep()
        self.stage: Stage | None = None
        self._test = Elided("", "strong", bold=True)
        self._detail = Elided("", tone="muted")
        self._virtual = VirtualMark()
        self._experimental = Text("EXPERIMENTAL", "small", tone="attention", bold=True)
        self._window_notice: Notice | None = None
        self._build()
        self._bind_keys()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        desk.settings_changed.connect(self._take_settings)
        desk.notice.connect(self._take_notice)
        self._take_settings()
        self.refresh()

    def set_run(self, run: RunController | None) -> None:
        """Show another run, or none."""
        if self.run is not None:
            unwatch(self.run, self.refresh)
        self.run = run
        if run is not None:
            watch(run, self.refresh)
        self.board.set_run(run)
        if self.stage is not None:
            self.stage.set_run(run)
        self.refresh()

    def enter(self, route: Route) -> None:
        self.setFocus()

    def escape(self) -> bool:
        """Back is the run's own affair while there is one: it loses nothing."""
        if self.run is None:
            return False
        self.run.back()
        return True

    def refresh(self) -> None:
        """Draw the present view."""
        self._body.setEnabled(self.run is not None)
        if self.run is None:
            self._test.setText("No test is running")
            self._detail.setText("")
            self._virtual.hide()
            self._experimental.hide()
            self.notice.show_notice(self._window_notice)
            self.next_step.show_step("Choose a test in a visit", "", "", is_next=False, icon="test")
            return
        view = self.run.view
        self.strip.set_marks(view.marks)
        self.state.set_state(_keeping(view))
        self._show_test(view)
        self.board.refresh()
        self.notice.show_notice(view.notice or self._window_notice, _cue(view))
        self._show_step(view)

    def toggle_stage(self) -> None:
        """F11: the athlete's view, on the second screen where there is one."""
        if self.stage is None:
            self.stage = Stage()
            self.stage.set_unit(self.desk.settings.force_unit)
            self.stage.set_run(self.run)
            self.stage.closed.connect(self.setFocus)
        self.stage.toggle(beside=self)

    def _build(self) -> None:
        self.body.setContentsMargins(space(6), space(2), space(6), space(2))
        self.body.setSpacing(space(2))
        head = QHBoxLayout()
        head.setSpacing(space(4))
        back = Button("Back", "quiet", icon_name="back", clicked=self.desk.back.emit)
        stage = Button("Stage", "quiet", key="F11", clicked=self.toggle_stage)
        for button in (back, stage):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        head.addWidget(back)
        head.addWidget(self.strip, 1)
        head.addWidget(self._experimental)
        head.addWidget(self._virtual)
        head.addWidget(stage)
        head.addWidget(self.state)
        self._body = QWidget()
        grid = QGridLayout(self._body)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(space(6))
        grid.addWidget(self.board, 0, 0)
        grid.addWidget(self._build_side(), 0, 1)
        grid.setColumnStretch(0, 76)
        grid.setColumnStretch(1, 24)
        self.body.addLayout(head)
        self.body.addWidget(self._body, 1)
        self.body.addWidget(self.next_step)
        self.body.addWidget(self.notice)
        self.next_step.pressed.connect(self._press_large_key)

    def _build_side(self) -> QFrame:
        card = QFrame()
        card.setProperty("surface", "card")
        card.setMaximumWidth(theme().px(420))
        column = QVBoxLayout(card)
        column.setContentsMargins(space(2), space(3), space(2), space(3))
        column.setSpacing(space(1))
        for text in (self._test, self._detail):  # as the rows, which keep room to be lit up
            text.setContentsMargins(space(2), 0, space(2), 0)
        column.addWidget(self._test)
        column.addWidget(self._detail)
        column.addWidget(self.reps, 1)
        return card

    def _bind_keys(self) -> None:
        bind_run(self, lambda: self.run)
        bind(self, "N", self._next_athlete)
        bind(self, "F11", self.toggle_stage)
        arrows = {"Left": "←", "Right": "→"}
        self.keys = [Key(arrows.get(entry.key, entry.key), entry.does) for entry in RUN_KEYS]
        self.keys += [
            Key("N", "Accept, then the next athlete"),
            Key("F11", "Stage: the athlete's view"),
        ]

    def _take_settings(self) -> None:
        unit = self.desk.settings.force_unit
        self.board.set_unit(unit)
        self.reps.set_unit(unit)
        if self.stage is not None:
            self.stage.set_unit(unit)

    def _take_notice(self, notice: Notice | None) -> None:
        """What the window has to say stands here as long as the run itself says nothing."""
        self._window_notice = notice
        self.refresh()

    def _show_test(self, view: RunView) -> None:
        assert self.run is not None
        self._test.setText(view.test.name)
        is_of_one = view.limb is not None and view.step is not Step.RESULT
        limb = f"{view.limb} limb" if is_of_one else "both limbs"
        valid = len([row for row in view.reps if not row.rejected])
        self._detail.setText(f"{limb}, {valid} of {view.reps_planned} repetitions")
        statuses = self.run.statuses
        self._virtual.setVisible(any(status.is_virtual for status in statuses))
        self._experimental.setVisible(any(status.is_experimental for status in statuses))
        sides = (view.limb,) if is_unilateral(view) and view.limb else tuple(Side)
        is_in_rep = view.step is Step.GO
        self.reps.show_reps(view.reps, view.reps_planned, sides, is_in_rep=is_in_rep)

    def _show_step(self, view: RunView) -> None:
        verb, is_next = VERBS.get(view.step, ("", False))
        icon = _WAITING_ICONS.get(view.step, "clock")
        self.next_step.show_step(view.sentence, view.key, verb, is_next=is_next, icon=icon)
        self.next_step.show_choices(self._choices(view))

    def _choices(self, view: RunView) -> list[Choice]:
        def key(word: str, name: str, shown: str = "") -> Choice:
            return Choice(word, shown or name, lambda: press(name, self.run))

        choices: list[Choice] = []
        if view.step is Step.READY:
            choices.append(key("Zero", "Z"))
            if view.limb is Side.LEFT:
                choices.append(key("Right limb", "Right", "→"))
            if view.limb is Side.RIGHT:
                choices.append(key("Left limb", "Left", "←"))
        if view.reps and view.step is not Step.SAVING:
            undo = view.reps[-1].rejected is not None
            choices.append(key("Take back" if undo else "Reject rep", "X"))
        if view.step in (Step.RESULT, Step.NEXT_LIMB):
            choices.append(key("One more", "R"))
        if view.step is Step.NEXT_LIMB:
            choices.append(key("Finish", "F"))
        if view.step is Step.RESULT:
            choices.append(Choice("Next athlete", "N", self._next_athlete))
        return choices

    def _next_athlete(self) -> None:
        """Accept what is there and go on to choose who is next."""
        if self.run is not None and self.run.view.step is Step.RESULT:
            self.run.accept()
            self.desk.next_wanted.emit()

    def _press_large_key(self) -> None:
        press(self.next_step.key, self.run)


def _keeping(view: RunView) -> Keeping:
    if view.step is Step.SAVING:
        return Keeping.STORING
    if view.is_recording:
        return Keeping.RECORDING
    if view.is_saved:
        return Keeping.SAVED
    return Keeping.UNSAVED if view.step in (Step.RESULT, Step.NEXT_LIMB) else Keeping.IDLE


def _cue(view: RunView) -> str:
    """While nothing is reported: how the athlete is placed, and what they are told."""
    if view.step is Step.RESULT:
        return ""
    return f"{view.test.position} {view.test.cue}".strip()

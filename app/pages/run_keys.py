"""The keys of a running test: the same on the live page, on the stage and for a foot pedal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.run_controller import RunController
from app.workflow import Step
from data.analysis.types import Side


@dataclass(frozen=True, slots=True)
class RunKey:
    """One key: what it is called, what it does, and what it does to the run."""

    key: str
    does: str
    act: Callable[[RunController], None]


def _to_limb(side: Side) -> Callable[[RunController], None]:
    """← is the left limb and → the right one, whichever is measured now."""

    def act(run: RunController) -> None:
        if run.view.limb is not None and run.view.limb is not side:
            run.switch_limb()

    return act


RUN_KEYS = (
    RunKey("Space", "Start, or stop and keep", lambda run: run.start_stop()),
    RunKey("Z", "Take the zero, unloaded", lambda run: run.take_zero()),
    RunKey("Left", "Left limb", _to_limb(Side.LEFT)),
    RunKey("Right", "Right limb", _to_limb(Side.RIGHT)),
    RunKey("Enter", "Accept the result", lambda run: run.accept()),
    RunKey("X", "Reject the last repetition, or take that back", lambda run: run.reject_rep()),
    RunKey("R", "One more repetition", lambda run: run.repeat_rep()),
    RunKey("F", "Finish with what there is", lambda run: run.finish()),
)

# What the large key does, by step; and whether pressing it is the step itself.
VERBS = {
    Step.ZERO: ("Zero", True),
    Step.READY: ("Start", True),
    Step.GO: ("Stop", False),
    Step.REST: ("Stop", False),
    Step.NEXT_LIMB: ("Start", True),
    Step.RESULT: ("Accept", True),
}


def bind(widget: QWidget, key: str, act: Callable[[], object]) -> None:
    """`key` calls `act` while `widget` or something in it has the focus; holding it down does
    not repeat: a start would become a stop."""
    names = ("Return", "Enter") if key == "Enter" else (key,)
    for name in names:
        shortcut = QShortcut(QKeySequence(name), widget)
        shortcut.setAutoRepeat(False)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda: act())


def bind_run(widget: QWidget, current: Callable[[], RunController | None]) -> None:
    """All keys of a run, for whichever run is current when they are pressed."""
    for entry in RUN_KEYS:
        bind(widget, entry.key, lambda entry=entry: press(entry.key, current()))


def press(key: str, run: RunController | None) -> None:
    """As if `key` had been typed."""
    for entry in RUN_KEYS:
        if entry.key == key and run is not None:
            entry.act(run)

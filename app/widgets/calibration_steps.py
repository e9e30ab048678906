"""One step after the other: what to hang on, what the cell reads now, and Enter to read it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal

from app.calibrating import Reading
from app.live import LiveTrace
from app.theme import space
from app.units import MINUS, number
from app.widgets.calibration_setup import Plan
from app.widgets.controls import Button, Card, row
from app.widgets.step_strip import StepStrip
from app.widgets.text import Text
from app.workflow import StepMark

_MEAN_S = 0.3
_THIN_SPACE = "\u202f"


class CalibrationSteps(Card):
    """`read_wanted` when the present step is to be read, `again_wanted` for the one before."""

    read_wanted = Signal()
    again_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.plan = Plan(True, 0, 0, (), "")
        self.strip = StepStrip()
        self.sentence = Text("", "title", wrap=True)
        self.number = Text("", "live")
        self.unit = Text("", "heading", tone="muted")
        self.message = Text("", tone="muted", wrap=True)
        self.read = Button("Read it", "primary", key="Enter", clicked=self.read_wanted.emit)
        self.again = Button("Once more", key="R", clicked=self.again_wanted.emit)
        self.column.setSpacing(space(4))
        self.column.addWidget(self.strip)
        self.column.addWidget(self.sentence)
        self.column.addLayout(row(self.number, self.unit, 1))
        self.column.addWidget(self.message)
        self.column.addLayout(row(self.read, self.again, 1))

    def show_step(self, plan: Plan, readings: Sequence[Reading]) -> None:
        """The step that follows the readings taken so far."""
        self.plan = plan
        step = len(readings)
        labels = ["Empty", *(f"{mass:g} kg" for mass in plan.masses_kg), "Result"]
        self.strip.set_marks(
            [
                StepMark(label, is_done=place < step, is_current=place == step)
                for place, label in enumerate(labels)
            ]
        )
        if step == 0:
            self.sentence.setText("Take everything off it and let it rest.")
        elif step <= len(plan.masses_kg):
            mass = plan.masses_kg[step - 1]
            self.sentence.setText(f"Hang {mass:g} kg on it and let it come to rest.")
        said = ""
        if readings:
            said = f"{labels[step - 1]}: {value(readings[-1].mean, plan)}"
        self.say(said)
        self.again.setVisible(step > 0)
        self.set_busy(False)

    def set_busy(self, is_busy: bool) -> None:
        """While a reading is taken nothing else can be asked for."""
        self.read.setEnabled(not is_busy)
        self.again.setEnabled(not is_busy)
        if is_busy:
            self.say("Reading … hold still.")

    def say(self, text: str, tone: str = "muted") -> None:
        self.message.setText(text)
        self.message.set_tone(tone)

    def show_now(self, trace: LiveTrace, unloaded: Reading | None) -> None:
        """What the cell reads now, without its empty reading where that is known in newtons."""
        t, values = trace.view()
        column = self.plan.column
        self.unit.setText("N" if self.plan.is_check else "counts")
        if not len(t) or column >= values.shape[1]:
            self.number.setText("–")
            return
        recent = float(values[t > t[-1] - _MEAN_S, column].mean())
        if self.plan.is_check:
            zero = unloaded.mean if unloaded is not None else 0.0
            self.number.setText(number(recent - zero, 1))
        else:
            self.number.setText(grouped(recent))


def grouped(counts: float) -> str:
    """``246 133``, with a true minus."""
    return f"{counts:,.0f}".replace(",", _THIN_SPACE).replace("-", MINUS)


def value(reading: float, plan: Plan) -> str:
    return f"{number(reading, 1)} N" if plan.is_check else f"{grouped(reading)} counts"

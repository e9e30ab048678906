"""Where training begins: what shall go wrong, and a button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout

from app.theme import space
from app.training import TRAININGS
from app.widgets.controls import Button, Card, Segments, row
from app.widgets.text import Text


class TrainingCard(Card):
    """`started` carries the name of the chosen fault plan, and whether two sensors take the
    place of the board."""

    started = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__("Training")
        self.plan = Segments(
            [(name, words) for name, words, _ in TRAININGS],
            name="What goes wrong",
            value=TRAININGS[0][0],
        )
        self.devices = Segments(
            [(False, "Board, dynamometer"), (True, "Two sensors, left and right")],
            name="Devices",
            value=False,
        )
        self.start = Button("Start training", icon_name="test", clicked=self._start)
        self._said = Text("", tone="muted", wrap=True)
        self.column.addWidget(
            Text(
                "Meet trouble before a patient does: a window of its own with VIRTUAL devices, a "
                "virtual athlete and records that are never mixed with yours.",
                wrap=True,
            )
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(3))
        grid.setColumnStretch(2, 1)
        choices = (("Devices", self.devices), ("What goes wrong", self.plan))
        for line, (label, choice) in enumerate(choices):
            grid.addWidget(Text(label, tone="muted"), line, 0)
            grid.addWidget(choice, line, 1, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self._said, 2, 1, 1, 2)
        self.column.addLayout(grid)
        self.column.addLayout(row(self.start, 1))
        self.plan.changed.connect(self._explain)
        self._explain(self.plan.value)

    def _explain(self, plan: str | None) -> None:
        self._said.setText(next((text for name, _, text in TRAININGS if name == plan), ""))

    def _start(self) -> None:
        self.started.emit(self.plan.value or TRAININGS[0][0], bool(self.devices.value))

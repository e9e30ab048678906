"""Where training begins: what shall go wrong, and a button."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.training import TRAININGS
from app.widgets.controls import Button, Card, Segments, row
from app.widgets.text import Text


class TrainingCard(Card):
    """`started` carries the name of the chosen fault plan."""

    started = Signal(str)

    def __init__(self) -> None:
        super().__init__("Training")
        self.plan = Segments(
            [(name, words) for name, words, _ in TRAININGS],
            name="What goes wrong",
            value=TRAININGS[0][0],
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
        self.column.addLayout(row(Text("What goes wrong", tone="muted"), self.plan, 1, self.start))
        self.column.addWidget(self._said)
        self.plan.changed.connect(self._explain)
        self._explain(self.plan.value)

    def _explain(self, plan: str | None) -> None:
        self._said.setText(next((text for name, _, text in TRAININGS if name == plan), ""))

    def _start(self) -> None:
        self.started.emit(self.plan.value or TRAININGS[0][0])

"""The form of an injury: what a person found and typed in; the program derives none of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.theme import space, theme
from app.widgets.controls import Button, Segments, row
from app.widgets.episode_line import stage_word
from app.widgets.fields import DateField, Field, TextField
from app.widgets.text import Text
from data.clinical.ladder import Ladder
from data.episodes import Episode, StageChange
from data.records import Stage
from data.sides import Side

_EARLIEST = date(1950, 1, 1)
_LEFT, _RIGHT = (Side.LEFT,), (Side.RIGHT,)
_BOTH = (Side.LEFT, Side.RIGHT)


class EpisodeForm(QWidget):
    """`saved` carries the episode; it is not stored yet. Enter in a field saves, Esc leaves."""

    saved = Signal(object)
    cancelled = Signal()

    def __init__(self, today: Callable[[], date]) -> None:
        super().__init__()
        self._episode: Episode | None = None
        self._today = today
        self.sides: Segments[tuple[Side, ...]] = Segments(
            ((_LEFT, "Left"), (_RIGHT, "Right"), (_BOTH, "Both")),
            name="Injured side",
            can_be_empty=True,
        )
        self.structure = TextField("Injured structure", hint="hamstring, biceps femoris")
        self.injured_on = DateField("Day of injury", earliest=_EARLIEST, latest=today)
        self.mechanism = TextField("Mechanism", hint="sprint, late swing")
        self.classification = TextField(
            "Classification, with its system", hint="BAMIC 2b, as the report says"
        )
        self.stage = Segments(
            [(stage, stage_word(stage)) for stage in Stage], name="Stage", can_be_empty=True
        )
        self.since = DateField("In this stage since", earliest=_EARLIEST, latest=today)
        self.by = TextField("Who decided", most=100)
        self.ladder = QComboBox()
        self.ladder.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.note = QPlainTextEdit()
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(theme().px(72))
        self.save = Button("Save the injury", "primary", key="Enter", clicked=self._save)
        self.close_it = Button("Close the injury", clicked=self._close_or_open)
        self._build()

    def set_episode(
        self, episode: Episode, ladders: Sequence[Ladder], by: str, *, is_new: bool
    ) -> None:
        """Fill the form with what is known."""
        self._episode = episode
        self.sides.set_value(episode.sides or None)
        self.structure.set_value(episode.structure)
        self.injured_on.set_value(None if is_new and not episode.structure else episode.injured_on)
        self.mechanism.set_value(episode.mechanism)
        self.classification.set_value(episode.classification)
        last = episode.stages[-1] if episode.stages else None
        self.stage.set_value(last.stage if last else None)
        self.since.set_value(last.on if last else None)
        self.by.set_value((last.by if last else "") or by)
        self.note.setPlainText(episode.note)
        self.ladder.clear()
        self.ladder.addItem("None yet", "")
        for ladder in ladders:
            self.ladder.addItem(ladder.name, ladder.id)
        self.ladder.setCurrentIndex(max(self.ladder.findData(episode.ladder), 0))
        self.close_it.setVisible(not is_new)
        is_closed = episode.closed_on is not None
        self.close_it.setText("Open it again" if is_closed else "Close the injury")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._save()
        else:
            super().keyPressEvent(event)

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(space(6))
        grid.setVerticalSpacing(space(4))
        fields = (
            self.structure,
            Field("Injured side", self.sides),
            self.injured_on,
            self.mechanism,
            self.classification,
            Field("Ladder back to running", self.ladder),
            Field("Stage of recovery", self.stage),
        )
        places = 3 if theme().text_scale <= 1.25 else 2
        for number, field in enumerate(fields[:6]):
            grid.addWidget(field, *divmod(number, places), Qt.AlignmentFlag.AlignTop)
        for column in range(places):
            grid.setColumnStretch(column, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(space(4))
        layout.addLayout(grid)
        layout.addWidget(fields[6])
        layout.addLayout(row(self.since, self.by, 1, spacing=6))
        layout.addWidget(Field("Note", self.note))
        asked = Text("What happened and the day are needed.", "small", tone="muted")
        cancel = Button("Cancel", key="Esc", clicked=self.cancelled.emit)
        words = (asked,) if theme().text_scale <= 1.25 else ()
        layout.addLayout(row(self.save, cancel, *words, 1, self.close_it))

    def _save(self) -> None:
        """Hand the episode over, or show what is wrong and go there."""
        episode = self._filled()
        if episode is not None:
            self.saved.emit(episode)

    def _close_or_open(self) -> None:
        episode = self._filled()
        if episode is not None:
            closed_on = self._today() if episode.closed_on is None else None
            self.saved.emit(replace(episode, closed_on=closed_on))

    def _filled(self) -> Episode | None:
        problem = self._problem()
        if problem is not None or self._episode is None or self.injured_on.value is None:
            if problem is not None:
                problem.setFocus()
            return None
        return replace(
            self._episode,
            sides=self.sides.value or (),
            structure=self.structure.value,
            injured_on=self.injured_on.value,
            mechanism=self.mechanism.value,
            classification=self.classification.value,
            ladder=str(self.ladder.currentData() or ""),
            stages=self._stages(self._episode),
            note=self.note.toPlainText().strip(),
        )

    def _problem(self) -> Field | None:
        """The first field that keeps it from being saved, which now says why."""
        if not self.structure.value:
            self.structure.complain("What is injured, in your words")
            return self.structure
        if self.injured_on.value is None:
            self.injured_on.complain(self.injured_on.problem or "The day it happened")
            return self.injured_on
        if self.since.problem:
            self.since.complain(self.since.problem)
            return self.since
        if self.since.value is not None and self.since.value < self.injured_on.value:
            self.since.complain("Not before the day of the injury")
            return self.since
        return None

    def _stages(self, episode: Episode) -> tuple[StageChange, ...]:
        """Those before, and the one that is chosen now, from the day that stands beside it."""
        stage = self.stage.value
        if stage is None:
            return episode.stages
        on = self.since.value or self._today()
        last = episode.stages[-1] if episode.stages else None
        if last is not None and last.stage is stage:
            on = self.since.value or last.on
            before = episode.stages[:-1]
        else:
            if last is not None and self.since.value == last.on:
                on = self._today()  # the day that stood there belongs to the stage before
            before = episode.stages
        kept = tuple(change for change in before if change.on < on)
        return (*kept, StageChange(stage, on, self.by.value, last.note if last else ""))

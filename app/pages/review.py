"""Review: the whole recording, repetitions to correct or reject, numbers with their methods."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.editing import move_bounds, move_onset, reject_rep, restore
from app.navigation import Desk, Route
from app.pages.page import Header, Key, Page
from app.plain_text import plain
from app.reading import RunOfTest, test_name
from app.store_thread import failed_work
from app.theme import limb_style, space, theme
from app.trial_reading import TrialReading, read_trial, shown_metrics, side_of
from app.units import day, force, number, quantity, time_of_day
from app.widgets.controls import Button, Card, Deck, HowButton, Segments, row
from app.widgets.metric_panel import MetricPanel
from app.widgets.plot_grips import OnsetMark
from app.widgets.plot_marks import RepSpan
from app.widgets.reject_panel import REASONS, RejectPanel
from app.widgets.review_plot import ReviewPlot
from app.widgets.rows import Row, RowList
from app.widgets.run_card import missing_for_result, rep_rows, state_words
from app.widgets.run_summary import RunSummary
from app.widgets.text import Elided, Text
from app.wording import (
    alignment_text,
    change_text,
    code_text,
    device_text,
    local_time,
    lost_text,
    sentence,
)
from app.workflow import RepRow
from data.analysis.types import RepResult, Side
from data.history import EarlierAnalysis
from data.records import Trial
from data.store import Store

_MARKS: tuple[tuple[str, Callable[[RunOfTest], bool]], ...] = (
    ("experimental device", lambda run: run.is_experimental),
    ("VIRTUAL", lambda run: run.is_virtual),
)


class ReviewPage(Page):
    title = "Review"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._set: UUID | None = None
        self._trial_id: UUID | None = None
        self._read: TrialReading | None = None
        self.limb = Segments([(side, limb_style(side).label) for side in Side], name="Limb shown")
        self.overlay = Button("Compare with last time", icon_name="trend", key="O")
        self.overlay.setCheckable(True)
        self.header = Header("", self.limb, self.overlay)
        self.plot = ReviewPlot()
        self.numbers = MetricPanel()
        self.table = self.numbers.table
        self.summary = RunSummary(is_narrow=True)
        self.notes = Text("", "small", tone="attention", wrap=True)
        self.changes = Elided("", "small", tone="muted")
        self.changed_how = HowButton("", "who changed what")
        self.reps = RowList("Repetitions")
        self.reject = Button("Reject", icon_name="reject", key="X", clicked=self._on_reject)
        self.why = RejectPanel()
        self._build()
        self.limb.changed.connect(self._on_limb)
        self.overlay.toggled.connect(self._show_overlay)
        self.plot.bounds_changed.connect(self._on_bounds)
        self.plot.onset_changed.connect(self._on_onset)
        self.reps.moved.connect(self._show_rep)
        self.why.given.connect(self._reject)
        self.add_key("X", "Reject the chosen repetition, or take it back in", self._on_reject)
        self.add_key("O", "Lay last time’s curve over this one", self.overlay.toggle)
        self.add_key("B", "Choose the next bound or onset of the repetition", self._choose_grip)
        self.keys.append(Key("← →", "Left or right limb; moves a chosen bound or onset"))
        self.keys.append(Key("Delete", "Gives a chosen onset back to the rule"))
        desk.settings_changed.connect(self._show_all)

    def enter(self, route: Route) -> None:
        if route.record != self._set:
            self._set, self._trial_id, self._read = route.record, None, None
            self.overlay.setChecked(False)
            self._content.hide()
            self.header.title.setText("")
        self._stack.setCurrentIndex(0)
        self._reload()
        self.reps.setFocus()

    def escape(self) -> bool:
        if self._is_asking:
            self._leave_reasons()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Arrow keys that the plot and the lists did not want choose the limb."""
        match event.key():
            case Qt.Key.Key_Left:
                self._on_limb(Side.LEFT)
            case Qt.Key.Key_Right:
                self._on_limb(Side.RIGHT)
            case _:
                super().keyPressEvent(event)

    @property
    def _is_asking(self) -> bool:
        """True while the reason of a rejection is asked for."""
        return self._stack.currentIndex() == 1

    def records_changed(self, ids: frozenset[UUID]) -> None:
        self._reload()

    def _build(self) -> None:
        self.body.addWidget(self.header)
        self._state = Text("", tone="attention", wrap=True)
        self.body.addWidget(self._state)
        self.body.addWidget(self.notes)
        self.plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.plot.setMinimumHeight(theme().px(200))
        plot = Card(margin=2)
        plot.column.addWidget(self.plot)
        table = Card(margin=2)
        table.column.addWidget(self.numbers, 1)
        self._changed = QWidget()
        self._changed.setLayout(row(self.changes, self.changed_how, spacing=2))
        table.column.addWidget(self._changed)
        left = QVBoxLayout()
        left.setSpacing(space(4))
        left.addWidget(plot, 5)
        left.addWidget(table, 4)
        right = QVBoxLayout()
        right.setSpacing(space(4))
        result = Card(margin=4)
        result.column.addWidget(self.summary)
        right.addWidget(result)
        right.addWidget(self._reps_card(), 1)
        side = QWidget()
        side.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        side.setFixedWidth(theme().px(360))
        self._content = QWidget()
        columns = QHBoxLayout(self._content)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(space(4))
        columns.addLayout(left, 1)
        columns.addWidget(side)
        self.body.addWidget(self._content, 1)

    def _reps_card(self) -> Card:
        card = Card(holds_rows=True)
        self._reps_title = Text("Repetitions", "strong", bold=True)
        head = row(self._reps_title, 1, self.reject)
        head.setContentsMargins(space(3), space(2), space(2), 0)
        card.column.addLayout(head)
        self._stack = Deck(self.reps, self.why)
        card.column.addWidget(self._stack, 1)
        for place, reason in enumerate(REASONS, 1):
            self.add_key(str(place), f"Reason: {reason}", lambda r=reason: self._by_key(r))
        return card

    def _reload(self) -> None:
        set_id, trial_id = self._set, self._trial_id
        if set_id is not None:
            self.desk.store.ask(
                self, lambda store: read_trial(store, set_id, trial_id), self._show, slot="review"
            )

    def _show(self, read: TrialReading) -> None:
        is_other = self._read is None or self._read.trial.id != read.trial.id
        self._read, self._trial_id = read, read.trial.id
        run = read.data.run
        self.desk.set_person(read.data.person)
        header = read.trial.header
        at = local_time(header.started_at, header.utc_offset_min)
        self.header.title.setText(test_name(run.test_id))
        parts = [f"{day(at)}, {time_of_day(at)}", plain(device_text(header.device))]
        parts += [quantity(read.trial.rate_hz, "Hz"), f"samples: {lost_text([read.trial])}"]
        parts += [text] if (text := alignment_text(run.trials)) else []
        marks = [word for word, is_so in _MARKS if is_so(run)]
        self.header.set_detail(" · ".join([*marks, *parts]))
        self._state.setText(state_words(run))
        self._state.setVisible(bool(self._state.text()))
        self._show_changes(read.changes)
        self.limb.setVisible(len(run.trials) > 1)
        self.limb.set_value(side_of(read.trial))
        self.overlay.setVisible(read.curve_before is not None)
        if is_other:
            self.plot.show_curve(read.curve)
        self._show_all()
        self._show_overlay()
        self._content.show()

    def _show_changes(self, changes: tuple[EarlierAnalysis, ...]) -> None:
        said = [change_text(each) for each in changes]
        self._changed.setVisible(bool(said))
        if said:
            times = "Changed once" if len(said) == 1 else f"Changed {len(said)} times, last"
            self.changes.setText(f"{times}: {said[-1]}")
            self.changed_how.set_method("; ".join(said))

    def _show_all(self) -> None:
        """What the numbers and the unit decide."""
        if self._read is None:
            return
        read, unit = self._read, self.desk.settings.force_unit
        reps = read.trial.analysis.reps
        of_trial = [note.text for note in read.trial.analysis.quality if note.rep is None]
        self.notes.setText("\n".join(map(plain, of_trial)))
        self.notes.setVisible(bool(of_trial))
        spans = {
            rep.number: RepSpan(
                rep.number, rep.bounds.start_s, rep.bounds.end_s, rep.rejected is not None
            )
            for rep in reps
        }
        self.plot.set_unit(unit)
        self.plot.set_reps(list(spans.values()))
        self.summary.show_result(read.result, unit, missing_for_result(read.data.run, unit))
        shown = rep_rows(RunOfTest(read.data.run.set_id, read.data.run.test_id, (read.trial,)))
        self.reps.set_rows([self._row(rep) for rep in shown])
        self.reps.setMinimumHeight(min(self.reps.content_height(), theme().px(180)) + 2)
        if self.reps.current_key is None:
            self.reps.step(1)
        self._show_rep(self.reps.current_key)

    def _row(self, rep: RepRow) -> Row:
        unit = self.desk.settings.force_unit
        peaks = [
            f"{letter} {force(peak, unit)}"
            for letter, peak in (("L", rep.left_n), ("R", rep.right_n))
            if peak is not None
        ]
        notes = [f"rejected: {rep.rejected}"] if rep.rejected else []
        notes += [code_text(code) for code in rep.codes]
        return Row(
            f"Rep {rep.number}   {'   '.join(peaks)}",
            rep.number,
            detail=sentence("; ".join(notes)),
            trailing=_apart(rep),
            is_struck=rep.rejected is not None,
            tone="muted" if rep.rejected else "text",
        )

    def _show_rep(self, key: object) -> None:
        if self._read is None:
            return
        analysis = self._read.trial.analysis
        reps = [rep for rep in analysis.reps if rep.number == key]
        keys = shown_metrics(self._read.data.run.test_id, reps)
        self.table.show_reps(reps, keys, self.desk.settings.force_unit, self._read.errors)
        self.plot.set_onsets([mark for rep in reps if (mark := _onset_mark(rep)) is not None])
        is_rejected = any(rep.rejected for rep in reps)
        self.reject.setText("Take back in" if is_rejected else "Reject")
        self.reject.setEnabled(bool(reps))

    def _show_overlay(self) -> None:
        read = self._read
        if read is None:
            return
        wanted = self.overlay.isChecked() and read.before is not None
        if not wanted or read.before is None:
            side = read.partner.sides[0] if read.partner is not None else None
            name = side.value.capitalize() if side else ""
            self.plot.set_overlay(read.partner, 0.0, name)
            return
        here, there = _first_onset(read.trial), _first_onset(read.before)
        on = local_time(read.before.header.started_at, read.before.header.utc_offset_min)
        self.plot.set_overlay(read.curve_before, here - there, day(on))

    def _on_limb(self, side: Side | None) -> None:
        if self._read is None or side is None:
            return
        trial = next((t for t in self._read.data.run.trials if side_of(t) is side), None)
        if trial is not None and trial.id != self._trial_id:
            self._trial_id = trial.id
            self._reload()

    def _on_bounds(self, rep: int, start_s: float, end_s: float) -> None:
        by = self._by
        self._edit(
            lambda store, trial: move_bounds(store, trial, rep, start_s, end_s, by),
            f"Bounds of repetition {rep} moved",
        )

    def _on_onset(self, rep: int, side: Side | None, at_s: float | None) -> None:
        by, limb = self._by, f", {side.value}" if side else ""
        how = "given back to the rule" if at_s is None else "set by hand"
        self._edit(
            lambda store, trial: move_onset(store, trial, rep, side, at_s, by),
            f"Onset of repetition {rep}{limb} {how}",
        )

    def _choose_grip(self) -> None:
        rep = self.reps.current_key
        if isinstance(rep, int):
            self.plot.choose_next(rep)

    def _on_reject(self) -> None:
        """X: ask for the reason, or take a rejected repetition back in."""
        rep, by = self.reps.current_key, self._by
        if not isinstance(rep, int) or self._read is None:
            return
        if any(r.rejected for r in self._read.trial.analysis.reps if r.number == rep):
            self._edit(
                lambda store, trial: reject_rep(store, trial, rep, None, by),
                f"Repetition {rep} taken back in",
            )
            return
        self._reps_title.setText(f"Why reject repetition {rep}?")
        self.reject.hide()
        self._stack.setCurrentIndex(1)
        self.why.begin()

    def _by_key(self, reason: str) -> None:
        if self._is_asking:
            self._reject(reason)

    def _reject(self, reason: str) -> None:
        rep, by = self.reps.current_key, self._by
        self._leave_reasons()
        if isinstance(rep, int):
            self._edit(
                lambda store, trial: reject_rep(store, trial, rep, reason, by),
                f"Repetition {rep} rejected: {reason}",
            )

    def _leave_reasons(self) -> None:
        self._stack.setCurrentIndex(0)
        self._reps_title.setText("Repetitions")
        self.reject.show()
        self.reps.setFocus()

    def _edit(self, change: Callable[[Store, UUID], Trial], text: str) -> None:
        """Make the change in the store, then remember how to take it back."""
        if self._read is None:
            return
        before, by = self._read.trial, self._by
        touched = (before.id, before.header.session_id, before.header.person_id)

        def take_back() -> None:
            self.desk.store.ask(
                self.desk, lambda store: restore(store, before, by), _ignore, touches=touched
            )

        self.desk.store.ask(
            self,
            lambda store: change(store, before.id),
            lambda _trial: self.desk.did(text, take_back),
            failed=self._on_failed,
            touches=touched,
        )

    @property
    def _by(self) -> str:
        """Who answers for a correction, as it is kept with the numbers before it."""
        return self.desk.settings.clinician

    def _on_failed(self, error: Exception) -> None:
        """Put the bounds back to what is stored, and say why."""
        self.desk.notice.emit(failed_work(error))
        self._show_all()


def _first_onset(trial: Trial) -> float:
    onsets = [rep.onset_s for rep in trial.analysis.reps if rep.onset_s is not None]
    return min(onsets, default=0.0)


def _onset_mark(rep: RepResult) -> OnsetMark | None:
    if rep.onset_s is None or rep.rejected is not None:
        return None
    found = rep.metrics.get("onset_automatic_s")
    return OnsetMark(
        rep.number,
        rep.side,
        rep.onset_s,
        rep.peak_s,
        is_by_hand=found is not None,
        automatic_s=found.value if found is not None else None,
    )


def _apart(rep: RepRow) -> str:
    if rep.difference_percent is None:
        return ""
    letter = "R" if rep.difference_percent > 0 else "L"
    return f"{letter} +{number(abs(rep.difference_percent), 1)} %"


def _ignore(_value: object) -> None:
    return

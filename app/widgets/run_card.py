"""One run of a test as its visit shows it: result, repetitions, and what happened to it."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout

from app.plain_text import plain
from app.reading import RunOfTest, test_name
from app.results import why_no_result
from app.theme import space
from app.units import ForceUnit, force, number, quantity, time_of_day
from app.widgets.controls import Button, Card, row
from app.widgets.rep_table import RepTable
from app.widgets.run_summary import RunSummary
from app.widgets.text import Elided, Text, VirtualMark
from app.wording import alignment_text, local_time, lost_text
from app.workflow import RepRow, SetResult
from data.analysis.types import RepResult, Side
from data.pairing import paired_reps, partner_of
from data.records import Trial, TrialState


class RunCard(Card):
    def __init__(self) -> None:
        super().__init__(margin=4)
        self.review = Button("Review", icon_name="trend", key="Enter")
        self.summary = RunSummary()
        self.reps = RepTable(from_afar=False)
        self.reps.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._title = Elided("", "heading")
        self._detail = Text("", tone="muted", wrap=True)
        self._virtual = VirtualMark()
        self._state = Text("", tone="attention", wrap=True)
        titles = QVBoxLayout()
        titles.setSpacing(space(1))
        titles.addWidget(self._title)
        titles.addWidget(self._detail)
        head = row(spacing=4)
        head.addLayout(titles, 1)
        head.addWidget(self._virtual)
        head.addWidget(self.review)
        self.column.setSpacing(space(2))
        self.column.addLayout(head)
        self.column.addWidget(self._state)
        self.column.addWidget(self.summary)
        self.column.addWidget(self.reps, 1)

    def show_run(self, run: RunOfTest, unit: ForceUnit) -> None:
        header = run.trials[0].header
        at = local_time(header.started_at, header.utc_offset_min)
        self._title.setText(test_name(run.test_id))
        mark = " (experimental)" if run.is_experimental else ""
        parts = [time_of_day(at), f"{plain(header.device.name)}{mark}"]
        parts += [quantity(run.trials[0].rate_hz, "Hz"), f"samples: {lost_text(run.trials)}"]
        parts.append(alignment_text(run.trials))
        self._detail.setText(" · ".join(filter(None, parts)))
        self._virtual.setVisible(run.is_virtual)
        self._state.setText(state_words(run))
        self._state.setVisible(bool(self._state.text()))
        self.reps.set_unit(unit)
        rows = rep_rows(run)
        sides = [side for side in Side if any(rep.side is side for rep in _reps(run))]
        self.reps.show_reps(rows, len(rows), sides or list(Side), is_in_rep=False)
        self.reps.setMinimumHeight(self.reps.height_of(max(len(rows), 1)))

    def show_result(self, run: RunOfTest, result: SetResult | None, unit: ForceUnit) -> None:
        self.summary.show_result(result, unit, missing_for_result(run, unit))


def rep_rows(run: RunOfTest) -> list[RepRow]:
    """The repetitions as rows: of one recording, or of two devices at once, both limbs beside each
    other, else each limb's own; a difference only where both pulled at once."""
    pair = _pair(run)
    is_together = len(run.trials) == 1 or pair is not None
    reps = _reps(run)
    by_number = {
        number_: [rep for rep in reps if rep.number == number_]
        for number_ in sorted({rep.number for rep in reps})
    }
    if pair is not None:
        at_once = paired_reps(*pair)
        by_number = {n: [rep for rep in both if rep] for n, both in enumerate(at_once, 1)}
    rows: list[RepRow] = []
    for number_, of_rep in by_number.items():
        left, right = (_peak(of_rep, side) for side in Side)
        apart = None
        if is_together and left is not None and right is not None and max(left, right) > 0:
            apart = 100 * (right - left) / max(left, right)
        codes = tuple(dict.fromkeys(code for rep in of_rep for code in rep.codes))
        why = next((rep.rejected for rep in of_rep if rep.rejected), None)
        rows.append(RepRow(number_, left, right, apart, codes, why))
    return rows


def missing_for_result(run: RunOfTest, unit: ForceUnit) -> str:
    """What is missing for a comparison of both limbs."""
    missing = [side.value for side in Side if run.best(side) is None]
    if len(missing) == 1:
        other = Side(missing[0]).other
        return f"Only the {other.value} limb has a result: {force(run.best(other), unit)}."
    return plain(why_no_result(run.trials))


def _pair(run: RunOfTest) -> tuple[Trial, Trial] | None:
    """The two trials of two devices at once, where that is all of the run."""
    partner = partner_of(run.trials[0], run.trials) if len(run.trials) == 2 else None
    return None if partner is None else (run.trials[0], partner)


def _reps(run: RunOfTest) -> list[RepResult]:
    return [rep for trial in run.trials for rep in trial.analysis.reps]


def _peak(reps: list[RepResult], side: Side) -> float | None:
    metrics = [rep.metrics.get("peak_n") for rep in reps if rep.side is side]
    return next((metric.value for metric in metrics if metric is not None), None)


def state_words(run: RunOfTest) -> str:
    """What a reader must know about how it was recorded; empty where all went well."""
    words: list[str] = []
    states = {trial.state for trial in run.trials}
    if TrialState.RECOVERED in states:
        words.append("Recovered after the program or the computer stopped.")
    if TrialState.INTERRUPTED in states:
        words.append("The link was lost and the test was finished without it.")
    gaps = [gap for trial in run.trials for gap in trial.gaps]
    if gaps:
        missing = sum(gap.end_us - gap.start_us for gap in gaps) / 1e6
        stretch = "1 stretch" if len(gaps) == 1 else f"{len(gaps)} stretches"
        words.append(f"{stretch} without samples, {number(missing, 2)} s in all.")
    return " ".join(words)
